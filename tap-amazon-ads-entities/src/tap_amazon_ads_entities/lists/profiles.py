"""Finds the profiles: every region asked at once, each on its own host."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlencode

from tap_amazon_ads_entities.amazon.keyring import Keyring
from tap_amazon_ads_entities.amazon.request import Attempt, Counters, Request
from tap_amazon_ads_entities.amazon.transport import Response
from tap_amazon_ads_entities.connections.model import Connection
from tap_amazon_ads_entities.endpoints.accounts import PROFILES_PATH, PROFILES_QUERY
from tap_amazon_ads_entities.endpoints.model import JSON
from tap_amazon_ads_entities.endpoints.regions import api_base
from tap_amazon_ads_entities.errors import BadBodyError, ConnectionFailedError, SliceError
from tap_amazon_ads_entities.lists.mapping import rows_of
from tap_amazon_ads_entities.lists.pages import Page, parse_array
from tap_amazon_ads_entities.lists.refused import Refused, not_as_sent, shown
from tap_amazon_ads_entities.lists.session import Session
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.rows.accounts import profile as profile_row
from tap_amazon_ads_entities.rows.context import Row
from tap_amazon_ads_entities.rows.unreadable import Notes
from tap_amazon_ads_entities.rows.values import now
from tap_amazon_ads_entities.settings.model import Settings

_WITHOUT_ADS = "agency"
"""The only type of profile without sponsored ads; of types that nobody knows yet, Amazon itself says what they lack."""

_IDENTITY = ("account_id", "marketplace_id", "country_code")
"""What two rows of one profile agree on. Its id is the same as a number and as text."""


@dataclass
class FoundProfiles:
    """What the regions answered.

    Args:
        rows: one per profile to read.
        problems: one sentence per region or profile that could not be found.
        request_id: of the first failure.
        counters: what each region that answered cost.
        details: per region and connection, for the run log.
    """

    rows: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    request_id: str | None = None
    counters: list[Counters] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def profile_ids(self) -> set[str]:
        """The profiles to read."""
        return {row["profile_id"] for row in self.rows}

    def joined(self, earlier: FoundProfiles) -> FoundProfiles:
        """What either of two answers named; problems are those of this one."""
        named = self.profile_ids
        self.rows += [row for row in earlier.rows if row["profile_id"] not in named]
        self.counters += earlier.counters
        return self


@dataclass
class Answered:
    """What one region answered one connection.

    Args:
        rows: its profiles.
        counters: what it cost.
        notes: values that could not be read.
        refused: profiles that cannot be rows.
        total: how many there are, where that is said.
    """

    rows: list[Row] = field(default_factory=list)
    counters: Counters = field(default_factory=Counters)
    notes: Notes = field(default_factory=Notes)
    refused: Refused = field(default_factory=lambda: Refused("profileId"))
    total: int = 0

    @property
    def problem(self) -> str | None:
        """Why they are not all profiles."""
        seen = len({row["profile_id"] for row in self.rows}) + self.refused.count
        short = f"gave {seen:,} of {self.total:,} profiles" if seen < self.total else None
        return "; ".join(filter(None, (short, self.refused.sentence() if self.refused.count else None))) or None

    def details(self) -> dict[str, Any]:
        """Its part of the run log."""
        more = {"refused": self.refused.details(), **not_as_sent(self.notes)}
        return {"pages": 1, "rows": len(self.rows), **{name: value for name, value in more.items() if value}}


def list_profiles(session: Session) -> FoundProfiles:
    """The profiles of all connections and regions, filtered; what fails does not stop the others.

    Each profile is assigned to the connection that found it: the first one, by label, where several did.

    Raises:
        RunEndingError: all credentials were rejected, or no token could be had.
    """
    settings = session.settings
    found = FoundProfiles(problems=list(session.source.unusable.values()))
    asked = [
        (connection, region)
        for connection in session.source.connections
        for region in settings.regions
        if region in connection.regions
    ]
    with ThreadPoolExecutor(min(max(len(asked), 1), settings.workers)) as pool:
        answers = [pool.submit(list_region, session, region, connection.label) for connection, region in asked]
    by_connection: dict[str, list[Row]] = {connection.label: [] for connection in session.source.connections}
    failed: set[str] = set()
    for (connection, region), answer in zip(asked, answers, strict=True):
        name = " ".join(part for part in (PROFILES_PATH, region, connection.label) if part)
        try:
            answered = answer.result()
        except SliceError as error:
            whole = isinstance(error, ConnectionFailedError)
            _fail(found, str(error) if whole else connection.named(f"region {region}: {error}"), error)
            found.details[name] = {"error": str(error)}
            failed.add(connection.label)
            continue
        found.counters.append(answered.counters)
        found.details[name] = answered.details()
        if answered.problem is not None:
            found.problems.append(connection.named(f"region {region}: {PROFILES_PATH}: {answered.problem}"))
        by_connection[connection.label].extend(readable(answered.rows))
    for connection in session.source.connections:
        rows = _granted(found, connection, by_connection[connection.label], settings, failed=connection.label in failed)
        _take(session.keyring, found, connection, rows)
    return _chosen(found, settings.profile_ids, settings.regions)


def list_region(
    session: Session,
    region: str,
    label: str,
    access_level: str = PROFILES_QUERY["accessLevel"],
) -> Answered:
    """The profiles of one region that one connection sees, whatever their type.

    Args:
        session: the run.
        region: NA, EU or FE.
        label: the connection.
        access_level: view for all of them, edit for those that the user may change.

    Raises:
        SliceError: the region did not answer, or the connection gives no token.
        RunEndingError: no connection gives a token.
    """
    counters = Counters()
    answered = Answered(counters=counters)
    with session.room.claim() as claim:
        page = session.client.fetch(
            _ProfilesQuestion(region, session.settings.api_url, label, access_level),
            counters=counters,
            stop=session.stop,
            deadline=session.run_deadline,
            claim=claim,
        )
        synced_at, answered.total = now(), page.total or 0
        to_row = partial(profile_row, region=region, synced_at=synced_at, notes=answered.notes)
        try:
            answered.rows += rows_of(page, to_row, answered.notes, answered.refused)
        except BadBodyError as error:
            message = f"{PROFILES_PATH}: {error}"
            raise SliceError(message, request_id=page.request_id) from error
    return answered


@dataclass(frozen=True)
class _ProfilesQuestion:
    """The profiles of one region, as one connection sees them."""

    region: str
    api_url: str | None
    label: str
    access_level: str

    def request(self, _: Attempt) -> Request:
        query = urlencode({**PROFILES_QUERY, "accessLevel": self.access_level})
        return Request(
            endpoint=PROFILES_PATH,
            region=self.region,
            method="GET",
            url=f"{api_base(self.region, self.api_url)}/{PROFILES_PATH}?{query}",
            headers={"Accept": JSON},
            connection=self.label,
        )

    def answer(self, response: Response) -> Page:
        return parse_array(response)


def _fail(found: FoundProfiles, problem: str, error: SliceError) -> None:
    """Note a problem; a connection that failed says so once, not once per region."""
    if problem not in found.problems:
        found.problems.append(problem)
    found.request_id = found.request_id or error.request_id


def _granted(
    found: FoundProfiles,
    connection: Connection,
    rows: list[Row],
    settings: Settings,
    *,
    failed: bool,
) -> list[Row]:
    """The profiles a connection is meant for; what it should have found and did not is a problem."""
    seen = {row["profile_id"] for row in rows}
    if connection.label and not failed and set(connection.regions) <= set(settings.regions):
        missing = [each for each in connection.profile_ids or () if each not in seen]
        if settings.profile_ids:
            missing = [each for each in missing if each in settings.profile_ids]
        where = ", ".join(connection.regions)
        if not seen:
            why = f"no seller or vendor profile is visible to its user in {where}; see amazon-ads-connect check"
            found.problems.append(connection.named(why))
        else:
            found.problems.extend(
                connection.named(f"profile {each} is not visible to its user in {where} any more") for each in missing
            )
    chosen = connection.profile_ids
    return rows if chosen is None else [row for row in rows if row["profile_id"] in chosen]


def _take(keyring: Keyring, found: FoundProfiles, connection: Connection, rows: list[Row]) -> None:
    """Read these profiles with this connection, unless an earlier one does."""
    taken = {row["profile_id"]: row for row in found.rows}
    for row in rows:
        profile_id = row["profile_id"]
        # One user cannot see a profile on two hosts; were it listed twice, the first region counts.
        if (earlier := taken.get(profile_id)) is None:
            taken[profile_id] = row
            found.rows.append(row)
            keyring.assign(profile_id, connection.label)
        elif differing := [name for name in _IDENTITY if row[name] != earlier[name]]:
            first, second = (f"region {each['region']}: {shown(str(each[differing[0]]))}" for each in (earlier, row))
            problem = (
                f"{PROFILES_PATH} names profile {profile_id} for two accounts that differ in {', '.join(differing)} "
                f"({first}, {second}); only the first is read; ask Amazon Ads API support which one it belongs to"
            )
            found.problems.append(connection.named(problem))
        elif connection.label:
            LOGGER.info(
                "profile %s is also seen by %s; it is read once", profile_id, f"connection {connection.label!r}"
            )


def readable(rows: list[Row]) -> list[Row]:
    """All but agencies, whose profiles answer 400 on every list."""
    kept = []
    for row in rows:
        if str(row["account_type"]).lower() != _WITHOUT_ADS:
            kept.append(row)
        else:
            LOGGER.info("profile %s skipped: a profile of type agency has no sponsored ads", row["profile_id"])
    return kept


def _chosen(found: FoundProfiles, wanted: tuple[str, ...], regions: tuple[str, ...]) -> FoundProfiles:
    """Keep the configured profiles and name those that nobody could find."""
    by_id = {row["profile_id"]: row for row in found.rows}
    if not wanted:
        if not by_id and not found.problems:
            # Nobody schedules a sync of nothing: this is a wrong user or a wrong region.
            found.problems.append(
                f"no seller or vendor profile is visible to this user in {', '.join(regions)}; "
                "check regions, and that the user who granted the refresh token may view the accounts",
            )
        return found
    found.rows = [by_id[profile_id] for profile_id in wanted if profile_id in by_id]
    found.problems.extend(
        f"profile {profile_id} is not visible to this user in {', '.join(regions)}; "
        "check profile_ids and regions, and that the user may view it"
        for profile_id in wanted
        if profile_id not in by_id
    )
    return found
