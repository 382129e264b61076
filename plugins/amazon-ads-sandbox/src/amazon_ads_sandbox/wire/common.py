"""Conversions shared by the dialects."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from amazon_ads_sandbox.model.entity import Entity

_MICROS = Decimal(1_000_000)


def money(micros: int | None) -> Decimal | None:
    """Micros as currency units, exact."""
    return None if micros is None else Decimal(micros) / _MICROS


def iso(epoch_ms: int) -> str:
    """ISO 8601 with milliseconds and Z."""
    moment = datetime.fromtimestamp(epoch_ms / 1000, tz=timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{epoch_ms % 1000:03d}Z"


def day(epoch_ms: int, *, compact: bool = False) -> str:
    """A calendar date."""
    moment = datetime.fromtimestamp(epoch_ms / 1000, tz=timezone.utc)
    return moment.strftime("%Y%m%d" if compact else "%Y-%m-%d")


def ad_group_names(entity: Entity) -> dict[str, Any]:
    """What the ad groups of all dialects but Sponsored Display's begin with."""
    return {
        "adGroupId": str(entity.entity_id),
        "campaignId": str(entity.campaign_id),
        "name": entity.name,
        "state": entity.state.upper(),
    }


def present(**fields: Any) -> dict[str, Any]:
    """The fields that are there; Amazon leaves absent ones out."""
    return {name: value for name, value in fields.items() if value is not None}
