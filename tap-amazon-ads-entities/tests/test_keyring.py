"""What a run does when connections fail under way."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tap_amazon_ads_entities.amazon.auth import Exchange, Grant, TokenSource
from tap_amazon_ads_entities.amazon.keyring import Keyring
from tap_amazon_ads_entities.amazon.transport import Transport
from tap_amazon_ads_entities.errors import (
    ConnectionFailedError,
    CredentialsError,
    RunEndingError,
    TokenUnavailableError,
)
from tap_amazon_ads_entities.process.deadline import Stop


class Desk(Exchange):
    """A token endpoint that can be told to fail, and counts."""

    def __init__(self) -> None:
        transport = Transport(connections=1, connect_timeout=1, read_timeout=1, user_agent="test")
        super().__init__(transport, url="", max_retries=0, patience=0, stop=Stop())
        self.asked = 0
        self.error: RunEndingError | None = None

    def ask(self, form: object) -> Grant:
        del form
        self.asked += 1
        if self.error:
            raise self.error
        return Grant(f"token {self.asked}", 3600, None)


def ring(*labels: str) -> tuple[Keyring, dict[str, Desk]]:
    desks = {label: Desk() for label in labels}
    keyring = Keyring({label: TokenSource(desk, {}) for label, desk in desks.items()}, {})
    for label in labels:
        keyring.assign(f"profile of {label}", label)
    return keyring, desks


def test_a_connection_that_is_revoked_under_way_fails_its_own_slices_only_and_is_not_asked_again() -> None:
    keyring, desks = ring("a", "b")
    token = keyring.token(None, "profile of a")
    assert keyring.token(None, "profile of a") == token
    keyring.invalidate(token)
    desks["a"].error = CredentialsError("rejected", code="invalid_grant")
    for _ in range(3):
        with pytest.raises(ConnectionFailedError, match=r"^connection 'a': rejected$"):
            keyring.token(None, "profile of a")
    assert desks["a"].asked == 2
    assert keyring.token(None, "profile of b") == "token 1"
    assert keyring.used == {"a", "b"}


def test_the_run_ends_when_the_last_connection_fails_and_names_all_of_them() -> None:
    keyring, desks = ring("a", "b")
    desks["a"].error = CredentialsError("rejected")
    desks["b"].error = TokenUnavailableError("unreachable")
    with pytest.raises(ConnectionFailedError):
        keyring.token("a", None)
    with pytest.raises(TokenUnavailableError, match=r"^connection 'a': rejected connection 'b': unreachable$"):
        keyring.token("b", None)
    with pytest.raises(RunEndingError):
        keyring.token("a", None)


def test_with_plain_settings_a_failure_ends_the_run_as_it_is() -> None:
    keyring, desks = ring("")
    desks[""].error = CredentialsError("rejected", code="invalid_grant")
    with pytest.raises(CredentialsError, match=r"^rejected$") as caught:
        keyring.token("", None)
    assert caught.value.code == "invalid_grant"


@pytest.mark.parametrize("package", ["cryptography", "psycopg", "dotenv"])
def test_without_the_extra_the_command_says_how_to_install_it(package: str) -> None:
    code = (
        f"import sys; sys.modules[{package!r}] = None;from tap_amazon_ads_entities.connect.__main__ import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Stored connections need the packages of the extra `connect`: pip install ")
    assert done.stderr.count("\n") == 1


def test_the_tap_does_not_load_what_only_stored_connections_need() -> None:
    code = (
        "import sys; import tap_amazon_ads_entities.tap;"
        "sys.exit(bool({'cryptography', 'psycopg', 'http.server', 'webbrowser'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
