"""What form the value of a setting has to have: text, a number within bounds, a switch, an object."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from tap_amazon_ads_entities.settings.allowance import Allowance
from tap_amazon_ads_entities.settings.batching import Batching
from tap_amazon_ads_entities.settings.model import LIST_SETTINGS, PROPERTIES, as_flag

_LARGEST = 100_000_000
"""As many days as a calendar can be asked for; also neither infinity nor what is no number."""

_FORMS: dict[str, Callable[[Any], object]] = {
    "accepted_shortfall": Allowance.parse,
    "batch_config": Batching.parse,
    "confirm_reads": as_flag,
    "refresh_statuses": as_flag,
    "change_events": as_flag,
}
"""Settings whose values can be written in several ways."""

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    # Numbers with a point come out of a file as decimals.
    "number": (int, float, Decimal),
    "integer": (int,),
    "boolean": (bool,),
    "object": (Mapping,),
}
_WORDS: dict[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    Decimal: "a number",
    list: "a list",
    dict: "an object",
}
_KINDS = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object",
}

_CREDENTIALS = frozenset({"client_id", "client_secret", "refresh_token"})
_CREDENTIAL = re.compile("[!-~]+")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Controls, ends of lines, and halves of characters that no encoding has."""

_MORE_THAN_PRINTABLE = frozenset({"encryption_keys", "api_url", "token_url", "user_agent", "flattening_separator"})
"""Text that is held to more than that, elsewhere, or to less."""


def wrong_form(name: str, value: Any) -> Iterator[str]:
    """What is wrong with the form of a known setting's value, in a sentence; lists are judged by what they hold."""
    if name in LIST_SETTINGS:
        return
    if (parse := _FORMS.get(name)) is None:
        yield from _wrong_type(name, value)
        return
    try:
        parse(value)
    except ValueError as error:
        yield f"Setting {name!r} is wrong: {error}."


def spelt_out(name: str, text: str) -> Any:
    """What the text of an environment variable stands for in a setting of the SDK's; itself where it says nothing."""
    kind = PROPERTIES[name]["type"][0]
    try:
        if kind == "object":
            return json.loads(text)
        return as_flag(text) if kind == "boolean" else _as_number(text, kind) if kind == "integer" else text
    except (ValueError, RecursionError):
        return text


def _wrong_type(name: str, value: Any) -> Iterator[str]:
    kind = PROPERTIES[name]["type"][0]
    if kind in {"number", "integer"} and isinstance(value, str):
        # Environment variables are text.
        value = _as_number(value, kind)
    found: Any = value
    if not isinstance(value, _PYTHON_TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"Setting {name!r} must be {_KINDS[kind]}, not {_WORDS.get(type(found), type(found).__name__)}."
    elif kind in {"number", "integer"}:
        yield from _out_of_bounds(name, found)
    elif kind == "string":
        yield from _unusable_text(name, found)


def _as_number(text: str, kind: str) -> Any:
    """The number a text spells; the text itself when it spells none."""
    try:
        return int(text) if kind == "integer" else float(text)
    except ValueError:
        return text


def _out_of_bounds(name: str, value: float) -> Iterator[str]:
    schema = PROPERTIES[name]
    above, least, most = schema.get("exclusiveMinimum"), schema.get("minimum", 0), schema.get("maximum", _LARGEST)
    if above is not None and value <= above:
        yield f"Setting {name!r} must be more than {above}."
    elif value < least:
        yield f"Setting {name!r} must be at least {least}."
    elif not value <= most:
        yield f"Setting {name!r} must be a number up to {most:,}."


def _unusable_text(name: str, value: str) -> Iterator[str]:
    if name in _CREDENTIALS:
        if not _CREDENTIAL.fullmatch(value):
            yield (
                f"Setting {name!r} holds a space, an end of a line or a character that is not ASCII, which no "
                "credential of Login with Amazon has: copy it once more."
            )
    elif name not in _MORE_THAN_PRINTABLE and _UNPRINTABLE.search(value):
        yield f"Setting {name!r} holds an end of a line or another character that cannot be printed: remove it."
