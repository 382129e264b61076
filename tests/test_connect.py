"""Connecting an account, as a person does it in a terminal and a browser, and what the database then holds."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from harness.chromium import REASON, Chromium, executable
from harness.connections import Connections
from harness.consent import follow, press

from amazon_ads_sandbox.places import free_port
from amazon_ads_sandbox.process import SandboxProcess
from amazon_ads_sandbox.tokens import CLIENT_ID, CLIENT_SECRET, UNAPPROVED_CLIENT_ID
from entities_runner.account import Choice, UsageError
from entities_runner.services import check_connections
from tap_amazon_ads_entities.settings import keys

ADDRESS = r"http://127\.0\.0\.1:\d+/ap/oa\?\S+"
TABLE = "select * from private.amazon_ads_connections"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=4, campaigns=10) as server:
        yield server


def loopback() -> str:
    return f"http://127.0.0.1:{free_port()}/connected"


def test_a_person_connects_an_account_by_pasting_the_address(connections: Connections) -> None:
    with connections.person("add", "--redirect-uri=https://amazon.com", client_id="", client_secret="") as person:
        person.waits_for("Client id of your Login with Amazon security profile: ")
        person.types(CLIENT_ID)
        person.waits_for(r"Its client secret \(not shown\): ")
        person.types(CLIENT_SECRET)
        person.waits_for("Name of the connection: ")
        person.types("Müller & Söhne")
        person.waits_for(r"Regions to look in: NA, EU, FE \[NA,EU,FE\]: ")
        person.types("NA, EU")
        url = person.waits_for(ADDRESS)
        person.waits_for("Paste the address of the page the browser ended on: ")
        person.types("https://amazon.com/")
        person.waits_for("this address holds no code")
        person.waits_for("Paste the address of the page the browser ended on: ")
        answer = press(url)
        assert answer.startswith("https://amazon.com?code=")
        person.types(answer)
        person.waits_for(r"1  NA US  \d{16} +seller +Northwind Traders  \[ok\]")
        person.waits_for(r"2  NA CA  \d{16} +vendor +Café \"Étoile\"  \[ok\]")
        person.waits_for(r"3  EU DE  \d{16} +vendor +Müller & Söhne GmbH  \[ok\]")
        person.waits_for(r"Profiles to read: all, or their numbers with commas \[all\]: ")
        person.types("1, 4")
        person.waits_for("Please answer all, or numbers from 1 to 3")
        person.types("1,3")
        person.waits_for(r"Müller & Söhne is connected \(NA, EU; 2 profiles\)\.")
        assert person.sees_the_end() == 0
    assert CLIENT_SECRET not in person.shown
    assert "Atz" not in person.shown
    ((label, regions, profile_ids, created, used, validated),) = connections.query(
        "select label, regions, profile_ids, created_at, last_used_at, last_validated_at"
        " from private.amazon_ads_connections"
    )
    assert (label, regions, used) == ("Müller & Söhne", ["NA", "EU"], None)
    assert len(profile_ids) == 2
    assert created is not None
    assert validated is not None


def test_a_person_connects_an_account_through_the_loopback_page(connections: Connections) -> None:
    uri = loopback()
    with connections.person("add", "--label=all", "--region=NA", "--region=FE", f"--redirect-uri={uri}") as person:
        url = person.waits_for(ADDRESS)
        person.waits_for("Waiting for the answer at ")
        status, page = follow(f"{uri}?code=<script>&state=of-somebody-else")
        assert (status, "<script>" in page) == (400, False)
        assert follow(uri.replace("connected", "favicon.ico"))[0] == 404
        status, page = follow(press(url))
        assert status == 200
        assert "You can close this window" in page
        person.waits_for(r"FE JP +\d{16} +seller +株式会社サンプル +\[view-only\]")
        person.waits_for("Profiles to read")
        person.types("")
        person.waits_for(r"all is connected \(NA, FE; every profile its user can see, also new ones\)")
        assert person.sees_the_end() == 0
    assert connections.query("select profile_ids from private.amazon_ads_connections") == [(None,)]


@pytest.mark.skipif(executable() is None, reason=REASON)
def test_a_person_connects_an_account_in_a_browser(connections: Connections, tmp_path: Path) -> None:
    options = ("add", "--label=browser", "--region=NA", f"--redirect-uri={loopback()}", "--yes")
    with connections.person(*options) as person, Chromium(tmp_path / "profile") as browser:
        browser.open(person.waits_for(ADDRESS))
        assert "Allow access to your Amazon Ads accounts?" in browser.text()
        browser.picture(tmp_path / "consent.png")
        browser.click("#allow")
        browser.waits_for("document.title === 'Consent received'")
        browser.picture(tmp_path / "done.png")
        assert "You can close this window and go back to the terminal." in browser.text()
        person.waits_for("browser is connected")
        assert person.sees_the_end() == 0


@pytest.mark.parametrize(
    ("button", "client_id", "words"),
    [
        ("cancel", CLIENT_ID, "access_denied: the consent was declined"),
        ("allow", UNAPPROVED_CLIENT_ID, "invalid_scope: this client_id is not approved for the Amazon Ads API"),
    ],
)
def test_a_consent_that_is_not_given_ends_in_one_sentence(
    connections: Connections,
    button: str,
    client_id: str,
    words: str,
) -> None:
    options = ("add", "--label=x", "--region=NA", f"--redirect-uri={loopback()}")
    with connections.person(*options, client_id=client_id) as person:
        _, page = follow(press(person.waits_for(ADDRESS), button=button))
        assert "No consent was given" in page
        assert person.sees_the_end() == 1
    assert words in person.shown
    assert "Traceback" not in person.shown
    assert connections.query(TABLE) == []


def test_a_wrong_secret_or_a_used_code_ends_in_one_sentence(connections: Connections) -> None:
    options = ("add", "--label=x", "--region=NA", "--yes", "--redirect-uri=https://amazon.com")
    with connections.person(*options, client_secret="wrong-secret-4711") as person:
        person.types(press(person.waits_for(ADDRESS)))
        assert person.sees_the_end() == 1
    assert "client_id or client_secret is wrong" in person.shown
    assert "wrong-secret-4711" not in person.shown
    with connections.person(*options) as person:
        answer = press(person.waits_for(ADDRESS))
        person.types(answer.replace("code=", "code=x"))
        assert person.sees_the_end() == 1
    assert "the code was used before, is older than five minutes" in person.shown
    assert connections.query(TABLE) == []


def test_a_user_without_accounts_is_not_stored(connections: Connections) -> None:
    options = ("add", "--label=x", "--region=NA", "--yes", "--redirect-uri=https://amazon.com")
    with connections.person(*options) as person:
        person.types(press(person.waits_for(ADDRESS), user="newcomer"))
        assert person.sees_the_end() == 1
    assert "the user sees no seller or vendor profile in NA" in person.shown
    assert connections.query(TABLE) == []


def test_what_is_missing_is_said_before_anybody_is_sent_to_amazon(connections: Connections) -> None:
    for settings, words in (
        ({"encryption_keys": ""}, "TAP_AMAZON_ADS_ENTITIES_ENCRYPTION_KEYS is missing: make a key with"),
        (
            {"encryption_keys": "nonsense-4711"},
            "TAP_AMAZON_ADS_ENTITIES_ENCRYPTION_KEYS holds something that is no key",
        ),
        ({"connections_url": ""}, "TAP_AMAZON_ADS_ENTITIES_CONNECTIONS_URL is missing"),
        ({"connections_url": "host=127.0.0.1 port=9 password=pw-4711"}, "The database of the connections cannot be"),
        ({"connections_url": "pw-4711 and more"}, "is neither a postgresql:// address nor"),
    ):
        code, output = connections.run("add", "--label=x", "--region=NA", **settings)
        assert code == 1
        assert words in output
        assert "4711" not in output
        assert "Traceback" not in output
        assert "/ap/oa" not in output


def test_the_database_never_holds_the_token_and_nobody_else_may_look(connections: Connections) -> None:
    connections.connect("me")
    ((text, sealed, key_id),) = connections.query(
        "select c::text, refresh_token, key_id from private.amazon_ads_connections as c"
    )
    token = keys_open(connections, bytes(sealed), key_id)
    assert token.startswith("Atzr|")
    raw = token.encode()
    for form in (raw, quote(token).encode(), base64.b64encode(raw), raw.hex().encode()):
        assert form not in bytes(sealed)
        assert form not in text.encode()
        assert form not in sealed.hex().encode()
    connections.query("drop role if exists outsider; create role outsider")
    assert connections.query(
        "select has_schema_privilege('outsider', 'private', 'usage'),"
        " has_table_privilege('outsider', 'private.amazon_ads_connections', 'select')"
    ) == [(False, False)]


def test_a_run_without_a_connection_says_so_before_it_begins(connections: Connections) -> None:
    choice = Choice("prod", embedded_database=True, stored=True)
    with pytest.raises(UsageError, match="No connection is stored yet: connect an account with `make connect`"):
        check_connections(choice, connections.environment())
    connections.connect("me")
    check_connections(choice, connections.environment())
    # Whatever else is wrong is the tap's to say.
    check_connections(choice, connections.environment(connections_url="host=127.0.0.1 port=9"))


def keys_open(connections: Connections, sealed: bytes, key_id: str) -> str:
    from tap_amazon_ads_entities.connections.cipher import Cipher  # noqa: PLC0415

    return Cipher(keys.parse(connections.key)).open("me", sealed, key_id)


def test_connecting_again_asks_first_and_keeps_when_it_was_first_connected(connections: Connections) -> None:
    connections.connect("me")
    first = connections.query("select created_at, refresh_token from private.amazon_ads_connections")[0]
    with connections.person("add", "--label=me") as person:
        person.waits_for(r"There is a connection called 'me'. Replace it\? \[y/N\]: ")
        person.types("n")
        assert person.sees_the_end() == 1
    connections.connect("me", "--region=EU")
    again = connections.query("select created_at, refresh_token from private.amazon_ads_connections")[0]
    assert again[0] == first[0]
    assert again[1] != first[1]
