"""Login with Amazon: refresh tokens that are replaced, and error texts from outside."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import psycopg
import pytest
from click.testing import CliRunner
from harness.postgres import running_postgres
from harness.rogue import Answer, Asked, Rogue

from amazon_ads_sandbox.postgres import EmbeddedPostgres
from tap_amazon_ads_entities.amazon.auth import Exchange, TokenSource
from tap_amazon_ads_entities.amazon.transport import Transport
from tap_amazon_ads_entities.connect.cli import main
from tap_amazon_ads_entities.connections.cipher import Cipher
from tap_amazon_ads_entities.connections.store import Store
from tap_amazon_ads_entities.errors import CredentialsError
from tap_amazon_ads_entities.lists.session import Session
from tap_amazon_ads_entities.process.deadline import Stop
from tap_amazon_ads_entities.process.redaction import MASK, redact
from tap_amazon_ads_entities.settings import keys
from tap_amazon_ads_entities.settings.model import Settings

FIRST = "Atzr|the-first-one"


class Desk:
    """A token endpoint that gives a new refresh token with every access token, and takes only the newest."""

    def __init__(self) -> None:
        self.good = FIRST
        self.given = 0

    def __call__(self, asked: Asked) -> Answer:
        sent = parse_qs(asked.body.decode())["refresh_token"][0]
        if sent != self.good:
            return Answer(json.dumps({"error": "invalid_grant"}).encode(), 400)
        self.given += 1
        self.good = f"Atzr|new-one-{self.given}"
        document = {"access_token": f"Atza|{self.given}", "refresh_token": self.good, "expires_in": 3600}
        return Answer(json.dumps(document).encode())


@pytest.fixture
def desk() -> Iterator[tuple[Desk, str]]:
    made = Desk()
    with Rogue(made) as server:
        yield made, server.url


def settings(url: str, **config: Any) -> Settings:
    plain = {"client_id": "i", "client_secret": "s", "refresh_token": FIRST, "max_retries": 0}
    return Settings.from_config({**plain, "token_url": url, **config})


def use_up(session: Session, times: int) -> list[str]:
    """Ask for an access token that often, each refused by a server."""
    tokens = []
    for _ in range(times):
        tokens.append(session.keyring.token(session.source.connections[0].label, None))
        session.keyring.invalidate(tokens[-1])
    return tokens


def test_a_replaced_refresh_token_is_used_from_then_on_and_said_once(
    desk: tuple[Desk, str], caplog: pytest.LogCaptureFixture
) -> None:
    _, url = desk
    caplog.set_level(logging.DEBUG, "tap-amazon-ads-entities")
    assert use_up(Session(settings(url), Stop()), 3) == ["Atza|1", "Atza|2", "Atza|3"]
    (warning,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert warning.levelname == "WARNING"
    assert "Amazon replaced the refresh token" in warning.message
    assert "before the old one stops working" in warning.message
    assert "Atz" not in caplog.text
    # Known as secrets before anything could log them.
    assert redact("a Atzr|new-one-1 b Atzr|new-one-3 c") == f"a {MASK} b {MASK} c"


def test_the_same_refresh_token_again_is_nothing_new(caplog: pytest.LogCaptureFixture) -> None:
    document = json.dumps({"access_token": "Atza|x", "refresh_token": FIRST, "expires_in": 3600}).encode()
    with Rogue(lambda _: Answer(document)) as server:
        use_up(Session(settings(server.url), Stop()), 2)
    assert not caplog.records


@pytest.mark.parametrize("odd", [None, "", 7, ["Atzr|x"], {"a": 1}, "two words", "a\nb", "\ud800", "ä"])
def test_what_is_no_refresh_token_does_not_take_the_place_of_one(odd: Any) -> None:
    document = json.dumps({"access_token": "Atza|x", "refresh_token": odd, "expires_in": 3600}).encode()
    with Rogue(lambda _: Answer(document)) as server:
        use_up(Session(settings(server.url), Stop()), 2)
        sent = [parse_qs(asked.body.decode())["refresh_token"] for asked in server.asked]
    assert sent == [[FIRST], [FIRST]]


# --- stored connections ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with running_postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture
def stored(postgres: EmbeddedPostgres) -> Iterator[tuple[Store, Cipher, dict[str, Any]]]:
    key = keys.new()
    store, cipher = Store(postgres.dsn), Cipher(keys.parse(key))
    store.create()
    for label, token in (("me", FIRST), ("you", "Atzr|another-one")):
        sealed = cipher.seal(label, token)
        store.save(label=label, regions=["NA"], profile_ids=None, sealed=sealed, key_id=cipher.key_id)
    config = {"refresh_token": None, "connections_url": postgres.dsn, "connections": ["me"]}
    yield store, cipher, {**config, "encryption_keys": key}
    for label in ("me", "you"):
        store.remove(label)


def tokens(store: Store, cipher: Cipher) -> dict[str, str]:
    return {each.label: cipher.open(each.label, each.sealed, each.key_id) for each in store.all()}


def test_a_replaced_refresh_token_of_a_stored_connection_is_stored_at_once(
    desk: tuple[Desk, str],
    stored: tuple[Store, Cipher, dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    made, url = desk
    store, cipher, config = stored
    caplog.set_level(logging.INFO, "tap-amazon-ads-entities")
    session = Session(settings(url, **config), Stop())
    for _ in range(3):
        use_up(session, 1)
        assert tokens(store, cipher) == {"me": made.good, "you": "Atzr|another-one"}
    assert all(made.good.encode() not in each.sealed for each in store.all())
    assert "connection 'me': Login with Amazon replaced its refresh token; the new one is stored" in caplog.messages
    assert "Atz" not in caplog.text
    # The next run starts with it.
    assert use_up(Session(settings(url, **config), Stop()), 1) == ["Atza|4"]


def test_it_is_stored_with_the_newest_key(desk: tuple[Desk, str], stored: tuple[Store, Cipher, dict[str, Any]]) -> None:
    made, url = desk
    store, _, config = stored
    key = keys.new()
    use_up(Session(settings(url, **{**config, "encryption_keys": f"{key},{config['encryption_keys']}"}), Stop()), 1)
    newest = Cipher(keys.parse(key))
    (mine,) = [each for each in store.all() if each.label == "me"]
    assert newest.open("me", mine.sealed, mine.key_id) == made.good


def test_one_that_cannot_be_stored_is_used_all_the_same_and_said_as_an_error(
    desk: tuple[Desk, str],
    stored: tuple[Store, Cipher, dict[str, Any]],
    postgres: EmbeddedPostgres,
    caplog: pytest.LogCaptureFixture,
) -> None:
    _, url = desk
    _, _, config = stored
    session = Session(settings(url, **config), Stop())
    with psycopg.connect(postgres.dsn, autocommit=True) as database:
        database.execute("alter table private.amazon_ads_connections rename to elsewhere")
        try:
            assert use_up(session, 2) == ["Atza|1", "Atza|2"]
        finally:
            database.execute("alter table private.elsewhere rename to amazon_ads_connections")
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(errors) == 2
    assert (
        "connection 'me': Login with Amazon replaced its refresh token, and the new one could not be stored"
        in (errors[0])
    )
    assert "Atz" not in caplog.text


def test_checking_a_stored_connection_keeps_a_replaced_token_too(
    desk: tuple[Desk, str],
    stored: tuple[Store, Cipher, dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    made, url = desk
    store, cipher, config = stored
    chosen = {"client_id": "i", "client_secret": "s", "token_url": url, "api_url": url, "encryption_keys": ""}
    chosen |= {name: config[name] for name in ("connections_url", "encryption_keys")}
    for name, value in chosen.items():
        monkeypatch.setenv(f"TAP_AMAZON_ADS_ENTITIES_{name.upper()}", value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tap_amazon_ads_entities.connect.context._IMPATIENT", {"max_retries": 0})
    CliRunner().invoke(main, ["check", "me"])
    assert made.given == 1
    assert tokens(store, cipher)["me"] == made.good


# --- errors -----------------------------------------------------------------------------------


def rejection(body: bytes, status: int = 400) -> CredentialsError:
    with Rogue(lambda _: Answer(body, status)) as server:
        transport = Transport(connections=1, connect_timeout=5, read_timeout=5, user_agent="test")
        exchange = Exchange(transport, url=server.url, max_retries=0, patience=5, stop=Stop())
        with pytest.raises(CredentialsError) as caught:
            TokenSource(exchange, {"refresh_token": FIRST}).token()
    return caught.value


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("invalid_grant", "(invalid_grant): refresh_token is wrong"),
        ("invalid_client", "(invalid_client): client_id or client_secret is wrong"),
        ("invalid_request", "(invalid_request): check client_id"),
        ("unsupported_grant_type", "(unsupported_grant_type): check client_id"),
        ("access_denied", "(access_denied): check client_id"),
        ("slow_down", "(slow_down): check client_id"),
    ],
)
def test_a_known_error_code_is_named(code: str, words: str) -> None:
    error = rejection(json.dumps({"error": code, "error_description": "outside text"}).encode())
    assert words in str(error)
    assert error.code == code
    assert "outside" not in str(error)


@pytest.mark.parametrize(
    "code",
    [
        "outside text",
        "invalid_grant outside",
        "INVALID_GRANT outside",
        "\x1b[31moutside\n",
        ["outside"],
        {"outside": 1},
        4711,
        "outside" * 1000,
    ],
)
def test_text_from_outside_is_not_repeated(code: Any) -> None:
    error = rejection(json.dumps({"error": code, "error_description": "outside text"}).encode())
    assert str(error) == (
        "Login with Amazon rejected the credentials (an unknown error code, HTTP 400): "
        "check client_id, client_secret, refresh_token and token_url."
    )
    assert error.code is None


@pytest.mark.parametrize("body", [b"", b"<html>outside</html>", b"[]", b'"outside"', b"{}", b'{"error": null}'])
def test_without_an_error_code_the_status_is_named(body: bytes) -> None:
    assert str(rejection(body, 403)).startswith("Login with Amazon rejected the credentials (HTTP 403): check ")
