"""The tap's settings: their JSON schema for people and tools, and the parsed form the code uses."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from tap_amazon_ads_entities import __name__ as package
from tap_amazon_ads_entities.endpoints import AD_PRODUCTS, LISTS, SOURCES, UNIFIED
from tap_amazon_ads_entities.endpoints.regions import API_HOSTS, TOKEN_URL
from tap_amazon_ads_entities.settings.allowance import Allowance
from tap_amazon_ads_entities.settings.batching import Batching
from tap_amazon_ads_entities.settings.shown import shown

ENV_PREFIX = "TAP_AMAZON_ADS_ENTITIES_"
"""What the environment variable of a setting begins with."""

ENTITIES = ("campaigns", "ad_groups", "ads", "targets", "ad_extensions")
AUTO, FULL, INCREMENTAL = MODES = ("auto", "full", "incremental")
CHOICES: dict[str, tuple[str, ...]] = {"mode": MODES, "source": SOURCES, "reconcile_with": SOURCES}
"""The settings that are one of a few words."""
FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
RECONCILE = "reconcile"
"""How a slice is read in which two sources are compared; follows from `reconcile_with`."""

_LISTS = ("regions", "profile_ids", "entities", "ad_products", "connections")


@dataclass(frozen=True)
class Settings:
    """Settings with their defaults filled in and their lists normalised; meaning and units as in the schema."""

    client_id: str
    client_secret: str
    refresh_token: str
    connections_url: str | None
    encryption_keys: str
    connections: tuple[str, ...]
    regions: tuple[str, ...]
    profile_ids: tuple[str, ...]
    entities: frozenset[str]
    ad_products: frozenset[str]
    source: str
    reconcile_with: str
    exports_in_progress: int
    export_deadline: float
    mode: str
    lookback: timedelta
    initial_window: timedelta
    start_date: datetime | None
    api_url: str | None
    token_url: str
    page_size: int | None
    workers: int
    connect_timeout: float
    read_timeout: float
    max_retries: int
    request_deadline: float
    slice_deadline: float
    run_deadline: float
    run_id: str
    user_agent: str
    loader_session: str | None
    accepted_shortfall: Allowance
    confirm_reads: bool | None
    refresh_statuses: bool
    change_events: bool
    batching: Batching | None
    batch_files_mb: int | None

    def confirms(self, mode: str) -> bool:
        """Whether the lists of a slice are read until two reads agree: as chosen, else where no total tells.

        Args:
            mode: of the slice. What an incremental read misses the next one brings; a full read is what tells that
                entities have vanished.
        """
        if self.confirm_reads is not None:
            return self.confirm_reads
        return mode == FULL and self.source == UNIFIED

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Settings:
        """Read a configuration that has been validated (see `validation`)."""

        def get(name: str) -> Any:
            value = config.get(name)
            return DEFAULTS.get(name) if value is None or value == "" else value

        entities = {name.lower() for name in as_list(get("entities"))}
        start = get("start_date")
        page_size = get("page_size")
        return cls(
            client_id=str(get("client_id")),
            client_secret=str(get("client_secret")),
            refresh_token=str(get("refresh_token") or ""),
            connections_url=get("connections_url"),
            encryption_keys=str(get("encryption_keys") or ""),
            connections=tuple(dict.fromkeys(as_list(get("connections")))),
            regions=tuple(dict.fromkeys(name.upper() for name in as_list(get("regions")))),
            profile_ids=tuple(dict.fromkeys(as_list(get("profile_ids")))),
            entities=frozenset(ENTITIES if "all" in entities else entities),
            ad_products=frozenset(name.upper() for name in as_list(get("ad_products"))),
            source=str(get("source")),
            reconcile_with=str(get("reconcile_with") or ""),
            exports_in_progress=int(get("exports_in_progress")),
            export_deadline=float(get("export_deadline")),
            mode=str(get("mode")),
            lookback=timedelta(hours=float(get("lookback_hours"))),
            initial_window=timedelta(days=float(get("initial_window_days"))),
            start_date=parse_moment(str(start)) if start else None,
            api_url=get("api_url"),
            token_url=str(get("token_url")),
            page_size=int(page_size) if page_size else None,
            workers=int(get("workers")),
            connect_timeout=float(get("connect_timeout")),
            read_timeout=float(get("read_timeout")),
            max_retries=int(get("max_retries")),
            request_deadline=float(get("request_deadline")),
            slice_deadline=float(get("slice_deadline")),
            run_deadline=float(get("run_deadline")),
            run_id=str(get("run_id") or os.environ.get("MELTANO_RUN_ID") or uuid.uuid4()),
            user_agent=str(get("user_agent")),
            loader_session=get("loader_session"),
            accepted_shortfall=Allowance.parse(get("accepted_shortfall")),
            confirm_reads=None if get("confirm_reads") is None else as_flag(get("confirm_reads")),
            refresh_statuses=as_flag(get("refresh_statuses")),
            change_events=as_flag(get("change_events")),
            batching=Batching.parse(get("batch_config")),
            batch_files_mb=int(waiting) if (waiting := get("batch_files_mb")) else None,
        )


DEFAULTS: dict[str, Any] = {
    "regions": list(API_HOSTS),
    "profile_ids": [],
    "connections": [],
    "entities": ["all"],
    "ad_products": list(AD_PRODUCTS),
    "source": LISTS,
    "exports_in_progress": 5,
    "export_deadline": 3600,
    "mode": AUTO,
    "lookback_hours": 25,
    "initial_window_days": 30,
    "token_url": TOKEN_URL,
    "workers": 48,
    "connect_timeout": 10,
    "read_timeout": 60,
    "max_retries": 7,
    "request_deadline": 600,
    "slice_deadline": 7200,
    "run_deadline": 21600,
    "accepted_shortfall": "0",
    "refresh_statuses": True,
    "change_events": False,
    "user_agent": package.replace("_", "-"),
}


def as_list(value: Any) -> list[str]:
    """A list setting as text elements: an array, or one text with commas (as environment variables give it)."""
    if value is None:
        return []
    parts = value if isinstance(value, (list, tuple)) else str(value).strip("[]").split(",")
    return [text for part in parts if (text := str(part).strip().strip("\"'"))]


def as_flag(value: Any) -> bool:
    """A switch as true or false; environment variables spell them out.

    Raises:
        ValueError: it is neither.
    """
    flag = FLAGS.get(str(value).strip().lower())
    if flag is None:
        message = f"{shown(value)} is neither true nor false"
        raise ValueError(message)
    return flag


def parse_moment(text: str) -> datetime:
    """An ISO 8601 date or date-time; without an offset it is UTC.

    Raises:
        ValueError: it is neither.
    """
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _one_or_many(description: str, items: dict[str, Any], default: Any) -> dict[str, Any]:
    return {
        "type": ["array", "string", "integer", "null"],
        "items": items,
        "description": description,
        "default": default,
    }


def _text(description: str, *, secret: bool = False, **more: Any) -> dict[str, Any]:
    hidden = {"secret": True, "writeOnly": True} if secret else {}
    return {"type": ["string", "null"], "description": description, **hidden, **more}


def _number(name: str, description: str, *, kind: str = "number", minimum: float = 0, **more: Any) -> dict[str, Any]:
    default = {"default": DEFAULTS[name]} if name in DEFAULTS else {}
    return {"type": [kind, "null"], "minimum": minimum, "description": description, **default, **more}


def _seconds(name: str, description: str) -> dict[str, Any]:
    """In no time nothing can be done."""
    return _number(name, description, exclusiveMinimum=0)


def _flag(name: str, description: str) -> dict[str, Any]:
    more = {"default": DEFAULTS[name]} if name in DEFAULTS else {}
    return {"type": ["boolean", "string", "null"], "description": description, **more}


_ITEM_TEXT = {"type": "string"}

PROPERTIES: dict[str, dict[str, Any]] = {
    "client_id": _text("Client id of your Login with Amazon security profile."),
    "client_secret": _text("Client secret of the same security profile.", secret=True),
    "refresh_token": _text("Refresh token of the user whose accounts are read; it does not expire.", secret=True),
    "connections_url": _text(
        "Postgres database that holds the connections made with amazon-ads-connect, as a postgresql:// address or a "
        "libpq connection string; instead of refresh_token.",
        secret=True,
    ),
    "encryption_keys": _text(
        "Keys the stored connections are encrypted with, comma separated, the newest first.",
        secret=True,
    ),
    "connections": _one_or_many(
        "Labels of the stored connections to use. Default: all of them.",
        _ITEM_TEXT,
        DEFAULTS["connections"],
    ),
    "regions": _one_or_many("Regions to read: NA, EU, FE. Default: all three.", _ITEM_TEXT, DEFAULTS["regions"]),
    "profile_ids": _one_or_many(
        "Profiles to read, as text or numbers. Default: every seller and vendor profile the user can see.",
        {"type": ["string", "integer"]},
        DEFAULTS["profile_ids"],
    ),
    "entities": _one_or_many(
        "What to read: all, campaigns (with portfolios), ad_groups, ads, targets, ad_extensions (with the source "
        "unified).",
        _ITEM_TEXT,
        DEFAULTS["entities"],
    ),
    "ad_products": _one_or_many(
        "Ad products to read: SP (Sponsored Products), SB (Sponsored Brands), SD (Sponsored Display), and with the "
        "source unified ST (Sponsored Television).",
        _ITEM_TEXT,
        DEFAULTS["ad_products"],
    ),
    "source": _text(
        "Where rows come from. lists: the lists of each ad product. unified: the queries of the unified API, version "
        "1, which alone has Sponsored Television (ST). exports: one file per entity, which Amazon makes of one moment, "
        "so that nothing moves while it is read; it takes minutes.",
        default=DEFAULTS["source"],
    ),
    "reconcile_with": _text(
        "Compare source with this one instead of loading entities: what differs goes into sync_differences, and the "
        "run ends with an error unless they agree.",
    ),
    "exports_in_progress": _number(
        "exports_in_progress",
        "Exports of one kind that Amazon makes at once, over all profiles; what it allows a client by default.",
        kind="integer",
        minimum=1,
    ),
    "export_deadline": _seconds("export_deadline", "Seconds for Amazon to make one export, and again to download it."),
    "mode": _text(
        "full: emit every entity. incremental: emit what changed since the high watermark minus lookback_hours. "
        "auto: incremental for each profile and entity whose bookmark holds a completed full read, full for the rest.",
        default=DEFAULTS["mode"],
    ),
    "lookback_hours": _number(
        "lookback_hours", "Hours before the high watermark from which changes are emitted again."
    ),
    "initial_window_days": _number(
        "initial_window_days",
        "Days back from which an incremental run without a high watermark emits changes.",
    ),
    "start_date": _text(
        "Emit changes since this moment (ISO 8601) instead of initial_window_days while there is no high watermark.",
    ),
    "api_url": _text(
        "Base URL of the API instead of Amazon's regional hosts; {region} in it becomes na, eu or fe.",
    ),
    "token_url": _text("Token endpoint of Login with Amazon; any of its hosts serves every region.", default=TOKEN_URL),
    "page_size": _number(
        "page_size",
        "Upper limit for the rows of a page. Default: the most each endpoint allows.",
        kind="integer",
        minimum=1,
    ),
    "workers": _number(
        "workers", "Requests under way at once, over all regions.", kind="integer", minimum=1, maximum=1_000
    ),
    "connect_timeout": _seconds("connect_timeout", "Seconds to establish a connection."),
    "read_timeout": _seconds("read_timeout", "Seconds without a byte after which a response is given up."),
    "max_retries": _number(
        "max_retries", "Repetitions of one failing request; throttling does not count.", kind="integer"
    ),
    "request_deadline": _seconds("request_deadline", "Seconds for one request with all its repetitions and waits."),
    "slice_deadline": _seconds("slice_deadline", "Seconds for one slice (profile and entity)."),
    "run_deadline": _seconds("run_deadline", "Seconds for the whole run."),
    "run_id": _text("Id of the run in sync_log. Default: MELTANO_RUN_ID, else a random UUID."),
    "user_agent": _text("User-Agent header of every request.", default=DEFAULTS["user_agent"]),
    "accepted_shortfall": {
        **_text(
            "Rows of a list that may be missing by Amazon's own total without the slice being an error: a number, or a "
            "percentage such as 0.5%. For accounts whose totals Amazon gets wrong.",
            default=DEFAULTS["accepted_shortfall"],
        ),
        "type": ["string", "integer", "null"],
    },
    "confirm_reads": _flag(
        "confirm_reads",
        "Read every list until two reads agree on its ids, and take what all of them gave: nothing is missed while "
        "others change the account. Costs at least twice the requests. Default: true in full reads of the source "
        "unified, whose answers name no totals; else false.",
    ),
    "refresh_statuses": _flag(
        "refresh_statuses",
        "In incremental runs, emit campaigns, ad groups and portfolios whole, and of ads and targets everything that "
        "is not archived: statuses change without a time of change. false: by the time of change alone.",
    ),
    "change_events": _flag(
        "change_events",
        "Read Amazon's own history of changes too, into change_events: Sponsored Products and Brands, 90 days back, "
        "with the moment of each change. Costs two requests for every ten campaigns, at a low rate.",
    ),
    "batch_files_mb": _number(
        "batch_files_mb",
        "With batch_config: MB of files that may wait for a loader that removes what it has read, such as "
        "target-postgres-copy; the tap waits meanwhile. Default: no limit, and nobody is asked to remove them.",
        kind="integer",
        minimum=1,
    ),
    "loader_session": _text(
        "application_name of the loader's database sessions; with it, sync_runs notices at once that a run died.",
    ),
}

CONFIG_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": PROPERTIES,
    "required": ["client_id", "client_secret"],
    "$schema": "https://json-schema.org/draft/2020-12/schema",
}

OWN_SETTINGS = frozenset(PROPERTIES)
"""Without the SDK's own, which it adds to the schema later."""

LIST_SETTINGS = frozenset(_LISTS)
SECRET_SETTINGS = frozenset(name for name, schema in PROPERTIES.items() if schema.get("secret"))
