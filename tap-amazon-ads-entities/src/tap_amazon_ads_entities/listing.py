"""Finds the profiles: every region asked at once, each on its own host."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tap_amazon_ads_entities.client import Counters, Request
from tap_amazon_ads_entities.endpoints.accounts import PROFILES_PATH, PROFILES_QUERY
from tap_amazon_ads_entities.endpoints.model import JSON
from tap_amazon_ads_entities.errors import BadBodyError, SliceError
from tap_amazon_ads_entities.logs import LOGGER
from tap_amazon_ads_entities.pages import parse_array
from tap_amazon_ads_entities.regions import api_base
from tap_amazon_ads_entities.rows.accounts import profile as profile_row
from tap_amazon_ads_entities.rows.context import Row
from tap_amazon_ads_entities.run_log import now
from tap_amazon_ads_entities.session import Session

_ACCOUNT_TYPES = frozenset({"seller", "vendor"})


@dataclass
class Listing:
    """What the regions answered.

    Args:
        rows: one per profile to read.
        problems: one sentence per region or profile that could not be found.
        request_id: of the first failure.
        counters: what it cost.
        details: per region, for the run log.
    """

    rows: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    request_id: str | None = None
    counters: Counters = field(default_factory=Counters)
    details: dict[str, Any] = field(default_factory=dict)


def list_profiles(session: Session) -> Listing:
    """The profiles of all regions, filtered by the settings; regions that fail do not stop the others.

    Raises:
        RunEndingError: the credentials were rejected, or no token could be had.
    """
    settings = session.settings
    listing = Listing()
    with ThreadPoolExecutor(len(settings.regions)) as pool:
        answers = {region: pool.submit(_list_region, session, region) for region in settings.regions}
    for region, answer in answers.items():
        try:
            rows, counters = answer.result()
        except SliceError as error:
            listing.problems.append(f"region {region}: {error}")
            listing.request_id = listing.request_id or error.request_id
            listing.details[f"{PROFILES_PATH} {region}"] = {"error": str(error)}
            continue
        listing.counters.add(retries=counters.retries, throttled_seconds=counters.throttled_seconds)
        listing.details[f"{PROFILES_PATH} {region}"] = {"pages": 1, "rows": len(rows)}
        listing.rows.extend(_readable(rows))
    return _chosen(listing, settings.profile_ids, settings.regions)


def _list_region(session: Session, region: str) -> tuple[list[Row], Counters]:
    counters = Counters()
    request = Request(
        endpoint=PROFILES_PATH,
        region=region,
        method="GET",
        url=f"{api_base(region, session.settings.api_url)}/{PROFILES_PATH}?{urlencode(PROFILES_QUERY)}",
        headers={"Accept": JSON},
    )
    page = session.client.fetch(
        lambda _: request,
        parse_array,
        counters=counters,
        stop=session.stop,
        deadline=session.run_deadline,
    )
    synced_at = now()
    try:
        return [profile_row(item, region, synced_at) for item in page.items()], counters
    except BadBodyError as error:
        message = f"{PROFILES_PATH}: {error}"
        raise SliceError(message, request_id=page.request_id) from error


def _readable(rows: list[Row]) -> list[Row]:
    """Only sellers and vendors have sponsored ads; agency profiles answer 400 on every list."""
    kept = []
    for row in rows:
        if row["account_type"] in _ACCOUNT_TYPES:
            kept.append(row)
        else:
            LOGGER.info(
                "profile %s skipped: a profile of type %s has no sponsored ads",
                row["profile_id"],
                row["account_type"] or "unknown",
            )
    return kept


def _chosen(listing: Listing, wanted: tuple[str, ...], regions: tuple[str, ...]) -> Listing:
    """Keep the configured profiles and name those that nobody could find."""
    # The same profile cannot be valid on two hosts; were it listed twice, the first region counts.
    by_id: dict[str, Row] = {}
    for row in listing.rows:
        by_id.setdefault(row["profile_id"], row)
    if not wanted:
        listing.rows = list(by_id.values())
        if not by_id and not listing.problems:
            # Nobody schedules a sync of nothing: this is a wrong user or a wrong region.
            listing.problems.append(
                f"no seller or vendor profile is visible to this user in {', '.join(regions)}; "
                "check regions, and that the user who granted the refresh token may view the accounts",
            )
        return listing
    listing.rows = [by_id[profile_id] for profile_id in wanted if profile_id in by_id]
    listing.problems.extend(
        f"profile {profile_id} is not visible to this user in {', '.join(regions)}; "
        "check profile_ids and regions, and that the user may view it"
        for profile_id in wanted
        if profile_id not in by_id
    )
    return listing
