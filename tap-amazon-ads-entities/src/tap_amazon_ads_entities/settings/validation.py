"""Checks of the settings: one sentence per problem that names the setting and never repeats a secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from tap_amazon_ads_entities.endpoints import AD_PRODUCTS_OF, UNIFIED, history
from tap_amazon_ads_entities.endpoints.regions import API_HOSTS
from tap_amazon_ads_entities.rows.compared import COMPARED
from tap_amazon_ads_entities.settings import keys
from tap_amazon_ads_entities.settings.forms import wrong_form
from tap_amazon_ads_entities.settings.model import (
    CHOICES,
    CONFIG_SCHEMA,
    DEFAULTS,
    ENTITIES,
    LIST_SETTINGS,
    PROPERTIES,
    as_flag,
    as_list,
    parse_moment,
)
from tap_amazon_ads_entities.settings.shown import shown
from tap_amazon_ads_entities.settings.unknown import unknown_settings

_URL_SAFE = re.compile(r"(?:(?![\\?#])[!-~])+")
_HEADER_SAFE = re.compile("[ -~]*")
_PROFILE_ID = re.compile("[0-9]{1,20}")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def problems(config: Mapping[str, Any]) -> list[str]:
    """Every problem of a configuration, in words."""
    if found := list(unknown_settings(config)):
        # What is missing may be what is misspelt.
        return found
    found = list(_missing(config))
    for name, value in config.items():
        if name in PROPERTIES and value is not None and value != "":
            found.extend(wrong_form(name, value))
    if not found:
        found.extend(_wrong_meaning(config))
    return found


def _missing(config: Mapping[str, Any]) -> Iterable[str]:
    for name in CONFIG_SCHEMA["required"]:
        if config.get(name) in (None, ""):
            yield _lacking(name)
    stored, plain = config.get("connections_url"), config.get("refresh_token")
    if stored and plain:
        yield "Settings 'refresh_token' and 'connections_url' are both set: keep the one that shall be used."
    elif stored and not config.get("encryption_keys"):
        yield _lacking("encryption_keys")
    elif not stored and not plain:
        yield _lacking("refresh_token") + " Or set connections_url to use stored connections."
    elif not stored and as_list(config.get("connections")):
        yield "Setting 'connections' names stored connections, but connections_url is not set."


def _lacking(name: str) -> str:
    return f"Setting {name!r} is missing: {PROPERTIES[name]['description']}"


def _wrong_meaning(config: Mapping[str, Any]) -> Iterable[str]:
    yield from _naming_nothing(config)
    yield from _choices(config, "regions", API_HOSTS, str.upper)
    yield from _choices(config, "entities", ("all", *ENTITIES), str.lower)
    yield from _choices(config, "ad_products", AD_PRODUCTS_OF[UNIFIED], str.upper)
    for profile_id in as_list(config.get("profile_ids")):
        if not _PROFILE_ID.fullmatch(profile_id):
            yield f"Setting 'profile_ids' holds {shown(profile_id)}, which is not a profile id (up to 20 digits)."
    for name, allowed in CHOICES.items():
        value = config.get(name)
        if value and value not in allowed:
            yield f"Setting {name!r} is {shown(value)}, which is none of {', '.join(allowed)}."
    if start := config.get("start_date"):
        yield from _wrong_start(start)
    yield from _contradictions(config)
    yield from _unusable(config)


def _wrong_start(start: str) -> Iterable[str]:
    try:
        future = parse_moment(start) > datetime.now(timezone.utc)
    except ValueError:
        yield f"Setting 'start_date' is {shown(start)}, which is not an ISO 8601 date."
        return
    if future:
        yield f"Setting 'start_date' is {shown(start)}, which is still to come: it hides what changes until then."


def _contradictions(config: Mapping[str, Any]) -> Iterable[str]:
    """Settings that are right by themselves, and not together."""
    source = config.get("source") or DEFAULTS["source"]
    chosen = {name.upper() for name in as_list(config.get("ad_products"))}
    for product in sorted(chosen.intersection(AD_PRODUCTS_OF[UNIFIED]).difference(AD_PRODUCTS_OF.get(source, chosen))):
        yield f"Setting 'ad_products' names {product}, which the source {source!r} does not have: it takes 'unified'."
    if as_flag(config.get("change_events") or False) and chosen and not chosen.intersection(history.AD_PRODUCTS):
        yield "Setting 'change_events' is on, but 'ad_products' names neither SP nor SB, which alone have a history."
    if (other := config.get("reconcile_with")) and other == source:
        yield f"Settings 'source' and 'reconcile_with' are both {other!r}: there is nothing to compare."
    elif other:
        yield from _incomparable(config, source, other, chosen)
    if config.get("flattening_enabled") and config.get("flattening_max_depth") in (None, ""):
        yield _lacking("flattening_max_depth") + " Flattening needs it."


def _incomparable(config: Mapping[str, Any], source: str, other: str, chosen: set[str]) -> Iterable[str]:
    """A comparison of nothing would find that both sources agree."""
    known = AD_PRODUCTS_OF.get(other, chosen)
    if chosen and chosen.isdisjoint(known):
        named = ", ".join(sorted(chosen))
        yield (
            f"Setting 'ad_products' names {named} alone, which {other!r} does not have: there is nothing to compare "
            f"with {source!r}."
        )
    entities = {name.lower() for name in as_list(config.get("entities"))}
    if entities and entities.isdisjoint({"all", *COMPARED}):
        yield f"Setting 'entities' names none of {', '.join(COMPARED)}, which alone 'reconcile_with' compares."


def _naming_nothing(config: Mapping[str, Any]) -> Iterable[str]:
    """Lists that are given and hold nothing: no run is there to read nothing, and an empty name is not everything."""
    for name in sorted(LIST_SETTINGS):
        value = config.get(name)
        if value is None or value == "" or as_list(value):
            continue
        if DEFAULTS[name] or value not in ([], "[]"):
            what = PROPERTIES[name]["description"]
            yield f"Setting {name!r} names nothing: name what is wanted, or leave it out. {what}"


def _unusable(config: Mapping[str, Any]) -> Iterable[str]:
    """What keys, addresses and headers must be like."""
    if stored_keys := config.get("encryption_keys"):
        try:
            keys.parse(stored_keys)
        except keys.KeyFormatError as error:
            yield f"Setting 'encryption_keys' {error}."
    for name in ("api_url", "token_url"):
        if url := config.get(name):
            yield from unsafe_url(name, url)
    if not _HEADER_SAFE.fullmatch(config.get("user_agent") or ""):
        yield "Setting 'user_agent' goes into a header and must be printable ASCII text in one line."


def _choices(
    config: Mapping[str, Any],
    name: str,
    allowed: Iterable[str],
    fold: Callable[[str], str],
) -> Iterable[str]:
    for value in as_list(config.get(name)):
        if fold(value) not in allowed:
            yield f"Setting {name!r} holds {shown(value)}, which is none of {', '.join(allowed)}."


def is_loopback(host: str | None) -> bool:
    """Whether a host name means this machine."""
    return host in _LOOPBACK


def unsafe_url(name: str, url: str) -> Iterable[str]:
    """What is wrong with an address that secrets travel to."""
    if not _URL_SAFE.fullmatch(url):
        # What parsers disagree about: one would check another host than the other connects to.
        yield f"Setting {name!r} must be a URL of printable ASCII without spaces, backslashes, ? and #."
        return
    url = url.replace("{region}", "na")
    if "{" in url or "}" in url:
        yield f"Setting {name!r} holds braces other than those of {{region}}."
        return
    try:
        parts = urlsplit(url)
        host = parts.hostname
        parts.port  # noqa: B018 - raises where it is no port
    except ValueError:
        yield f"Setting {name!r} is not a URL."
        return
    if parts.scheme not in ("http", "https") or not host:
        yield f"Setting {name!r} must be an http(s) URL with a host."
    elif parts.username or parts.password:
        yield f"Setting {name!r} must not hold credentials."
    elif parts.scheme == "http" and not is_loopback(host):
        yield f"Setting {name!r} must use https: secrets would travel in the clear."
