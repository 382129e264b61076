from __future__ import annotations

from typing import Any

import pytest

from tap_amazon_ads_entities.amazon.auth import TokenSource
from tap_amazon_ads_entities.amazon.keyring import Keyring
from tap_amazon_ads_entities.connections.model import Connection
from tap_amazon_ads_entities.lists.profiles import Answered, FoundProfiles, _chosen, _take, readable


class Named(TokenSource):
    """Gives its name for a token."""

    def __init__(self, name: str) -> None:
        self._name = name

    def token(self) -> str:
        return self._name


def row(profile_id: str, account_type: str | None = "seller", region: str = "NA") -> dict[str, Any]:
    same = {"account_id": "A", "marketplace_id": "M", "country_code": "US"}
    return {"profile_id": profile_id, "account_type": account_type, "region": region, **same}


def test_a_profile_named_for_two_accounts_is_a_problem_and_one_named_twice_is_none() -> None:
    found, keyring = FoundProfiles(), Keyring({"": Named("a")}, {})
    _take(keyring, found, Connection("", ("NA",), None, ""), [row("1"), row("1"), {**row("1"), "account_id": "B"}])
    assert len(found.rows) == 1
    (problem,) = found.problems
    assert "names profile 1 for two accounts that differ in account_id (region NA: A, region NA: B)" in problem


def test_of_a_profile_named_for_two_accounts_no_hostile_text_gets_into_the_problem() -> None:
    found, keyring = FoundProfiles(), Keyring({"": Named("a")}, {})
    hostile = {**row("1"), "account_id": "\x1b[2J\n" + "B" * 1_000_000}
    _take(keyring, found, Connection("", ("NA",), None, ""), [row("1"), hostile])
    (problem,) = found.problems
    assert problem.isprintable()
    assert len(problem) < 1_000


def test_profiles_that_are_fewer_than_amazon_says_are_a_problem() -> None:
    answered = Answered(rows=[row("1"), row("1")], total=1)
    assert answered.problem is None
    answered.total = 2
    assert answered.problem == "gave 1 of 2 profiles"


def test_each_profile_is_read_once_by_the_first_connection_that_sees_it() -> None:
    found, keyring = FoundProfiles(), Keyring({"a": Named("a"), "b": Named("b")}, {})
    _take(keyring, found, Connection("a", ("NA",), None, ""), [row("1"), row("1", region="EU")])
    _take(keyring, found, Connection("b", ("NA",), None, ""), [row("1"), row("2")])
    assert [(each["profile_id"], each["region"]) for each in found.rows] == [("1", "NA"), ("2", "NA")]
    assert (keyring.token(None, "1"), keyring.token(None, "2")) == ("a", "b")


def test_a_configured_profile_that_nobody_sees_is_named_with_the_regions() -> None:
    found = _chosen(FoundProfiles(rows=[row("1")]), ("1", "2"), ("NA", "EU"))
    assert [each["profile_id"] for each in found.rows] == ["1"]
    assert found.problems == [
        "profile 2 is not visible to this user in NA, EU; check profile_ids and regions, and that the user may view it",
    ]


def test_no_profile_at_all_is_an_error_and_not_an_empty_success() -> None:
    found = _chosen(FoundProfiles(), (), ("NA",))
    assert len(found.problems) == 1
    assert "no seller or vendor profile is visible to this user in NA" in found.problems[0]


@pytest.mark.parametrize(
    ("account_type", "kept"), [("seller", 1), ("vendor", 1), ("agency", 0), ("Agency", 0), (None, 1)]
)
def test_all_but_agencies_are_read(account_type: str | None, kept: int) -> None:
    assert len(readable([row("1", account_type)])) == kept
