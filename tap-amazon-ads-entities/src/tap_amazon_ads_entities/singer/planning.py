"""The plans of all slices of a run, made before the first of them is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.rows.values import utc_text
from tap_amazon_ads_entities.settings.model import AUTO, FULL, Settings
from tap_amazon_ads_entities.singer.bookmarks import Bookmarks
from tap_amazon_ads_entities.singer.plans import Plan, plan

_SHOWN = 5

Plans = dict[tuple[str, str], Plan]
"""By profile and entity."""


def plan_slices(
    settings: Settings,
    profile_ids: Iterable[str],
    entities: Mapping[str, tuple[Bookmarks, bool]],
    run_started: str,
) -> Plans:
    """Decide about every slice, profile by profile.

    Args:
        settings: mode and ad products.
        profile_ids: the profiles.
        entities: in reading order; the bookmarks of each, and whether the catalog wants it in full every time.
        run_started: in canonical text.
    """
    now = datetime.fromisoformat(run_started.replace("Z", "+00:00"))
    return {
        (profile_id, entity): plan(
            settings=settings,
            entity=entity,
            bookmark=bookmarks.of(profile_id),
            run_started=run_started,
            now=now,
            whole=whole,
        )
        for profile_id in profile_ids
        for entity, (bookmarks, whole) in entities.items()
    }


def announce(plans: Plans, mode: str) -> None:
    """Log what the settings alone do not tell: how many slices are read in full, and which have to be, and why."""
    if mode == AUTO:
        full = sum(each.mode == FULL for each in plans.values())
        LOGGER.info(f"{full:,} slices are read in full, {len(plans) - full:,} incrementally")
    forgotten = {profile_id: since for (profile_id, _), each in plans.items() if (since := each.forgotten_since)}
    if forgotten:
        LOGGER.warning(
            "change_events of %s: last read longer ago than Amazon remembers: what happened from %s to %s is not known",
            _named(list(forgotten)),
            min(forgotten.values()),
            min(utc_text(each.period[0]) for each in plans.values() if each.period),
        )
    due: dict[tuple[str, str], list[str]] = {}
    for (profile_id, entity), each in plans.items():
        if each.due is not None:
            due.setdefault((entity, each.due), []).append(profile_id)
    for (entity, reason), profile_ids in due.items():
        LOGGER.info("%s of %s: read in full: %s", entity, _named(profile_ids), reason)


def _named(profile_ids: list[str]) -> str:
    if len(profile_ids) == 1:
        return f"profile {profile_ids[0]}"
    more = ", …" if len(profile_ids) > _SHOWN else ""
    return f"{len(profile_ids)} profiles ({', '.join(profile_ids[:_SHOWN])}{more})"
