"""Looks at what a connection can read: the profiles of its regions, and one cheap list of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tap_amazon_ads_entities.amazon.request import Attempt, Counters, Request
from tap_amazon_ads_entities.amazon.transport import Response
from tap_amazon_ads_entities.endpoints.regions import API_HOSTS, api_base
from tap_amazon_ads_entities.endpoints.sp import ENDPOINTS
from tap_amazon_ads_entities.errors import CredentialsError, SliceError
from tap_amazon_ads_entities.lists.pages import Page, parse_envelope
from tap_amazon_ads_entities.lists.profiles import list_region, readable
from tap_amazon_ads_entities.lists.session import Session
from tap_amazon_ads_entities.rows.context import Row

_PROBE = ENDPOINTS[0]
"""Every seller and vendor profile has this list, even when it is empty."""

_PROBES_AT_ONCE = 8
_REFUSED = frozenset({401, 403})
_UNAPPROVED = "client_id is not approved for the Amazon Ads API; apply for access for its security profile"
_IN_WORDS = {
    "invalid_grant": (
        "revoked: the user took the consent back, or it was given to another client_id; connect it again"
    ),
    "invalid_client": "wrong client: client_id or client_secret is not right",
    "invalid_scope": f"not approved: {_UNAPPROVED}",
    "unauthorized_client": f"not approved: {_UNAPPROVED}",
}


@dataclass(frozen=True)
class Found:
    """One profile.

    Args:
        row: as in entity_profiles.
        view_only: whether the user may only look at it.
        problem: why it cannot be read; None when it can.
    """

    row: Row
    view_only: bool
    problem: str | None = None

    @property
    def profile_id(self) -> str:
        """Its id."""
        return str(self.row["profile_id"])


@dataclass
class Findings:
    """What was found.

    Args:
        profiles: of all regions, in their order.
        problems: why the connection is not usable as it is.
        notes: what a person may want to know.
    """

    profiles: list[Found] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def in_words(error: CredentialsError) -> str:
    """Why a token was refused, and what to do."""
    return _IN_WORDS.get(error.code or "", str(error))


def examine(session: Session, regions: Sequence[str], profile_ids: Iterable[str] | None = None) -> Findings:
    """Everything a session with plain settings can see.

    Args:
        session: with the connection's token.
        regions: where to look.
        profile_ids: the profiles that matter; None for all.

    Raises:
        RunEndingError: the token is refused, or none can be had.
    """
    findings = Findings()
    found = _find(session, regions, findings)
    if not found and not findings.problems:
        findings.problems.append(_wrong_region(session, regions))
    seen = {each.profile_id for each in found}
    wanted = None if profile_ids is None else set(profile_ids)
    for gone in sorted((wanted or set()) - seen):
        findings.problems.append(f"profile {gone} is gone: the user no longer sees it in {', '.join(regions)}")
    chosen = [each for each in found if wanted is None or each.profile_id in wanted]
    with ThreadPoolExecutor(_PROBES_AT_ONCE) as pool:
        findings.profiles = list(pool.map(lambda each: _probe(session, each), chosen))
    for each in findings.profiles:
        if each.problem:
            findings.problems.append(f"profile {each.profile_id} cannot be read: {each.problem}")
        elif each.view_only:
            findings.notes.append(f"profile {each.profile_id} is view-only; its lists can be read")
    return findings


def _find(session: Session, regions: Sequence[str], findings: Findings) -> list[Found]:
    found: list[Found] = []
    for region in regions:
        try:
            rows = list_region(session, region, "").rows
            editable = {row["profile_id"] for row in list_region(session, region, "", "edit").rows} if rows else set()
        except SliceError as error:
            refused = f"not approved, or no access: {_UNAPPROVED}, or connect as another user"
            findings.problems.append(
                f"region {region}: {f'{refused} ({error})' if error.status in _REFUSED else error}"
            )
            continue
        rows = readable(rows)
        if not rows:
            findings.notes.append(f"no seller or vendor profile in {region}")
        found += [Found(row, row["profile_id"] not in editable) for row in rows]
    return found


def _wrong_region(session: Session, regions: Sequence[str]) -> str:
    """No profile was found: where are they then?"""
    elsewhere = []
    for region in API_HOSTS:
        if region not in regions:
            try:
                rows = readable(list_region(session, region, "").rows)
            except SliceError:
                continue
            if rows:
                elsewhere.append(f"{len(rows)} in {region}")
    where = ", ".join(regions)
    if elsewhere:
        return f"wrong region: the user has no profile in {where}, but {', '.join(elsewhere)}; connect it again"
    return f"no access: the user sees no seller or vendor profile in {where}; ask the accounts' owners to grant it"


def _probe(session: Session, found: Found) -> Found:
    """Read one row of a list that every profile has."""
    try:
        session.client.fetch(
            _ProbeQuestion(found, session.settings.api_url),
            counters=Counters(),
            stop=session.stop,
            deadline=session.run_deadline,
        )
    except SliceError as error:
        view = "view-only, which is not enough here; " if found.view_only and error.status in _REFUSED else ""
        return Found(found.row, found.view_only, f"{view}{error}")
    return found


@dataclass(frozen=True)
class _ProbeQuestion:
    """One row of the list that every profile has."""

    found: Found
    api_url: str | None

    def request(self, _: Attempt) -> Request:
        return Request(
            endpoint=_PROBE.path,
            region=self.found.row["region"],
            method=_PROBE.method,
            url=f"{api_base(self.found.row['region'], self.api_url)}/{_PROBE.path}",
            headers={"Accept": _PROBE.accept, "Content-Type": _PROBE.content_type or _PROBE.accept},
            body=json.dumps({**_PROBE.body, "maxResults": 1}).encode(),
            profile_id=self.found.profile_id,
            connection="",
        )

    def answer(self, response: Response) -> Page:
        return parse_envelope(response, _PROBE.envelope or "", _PROBE.total_field)
