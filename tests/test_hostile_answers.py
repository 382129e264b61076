"""Servers that lie: whatever they answer, the tap says so in words, and gives them nothing they may not have."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.pipeline import BIN, TAP
from harness.rogue import CERTIFICATE, Answer, Asked, Rogue

from tap_amazon_ads_entities.amazon.transport import Response, Transport
from tap_amazon_ads_entities.errors import BadBodyError, TransportError
from tap_amazon_ads_entities.lists.pages import parse_array, parse_envelope
from tap_amazon_ads_entities.rows.unreadable import Unreadable
from tap_amazon_ads_entities.rows.values import identifier, micros

SECRET = "Atza|hidden-token/4711"
PROFILE = {"profileId": 1, "countryCode": "US", "accountInfo": {"type": "seller", "name": "n"}}


def transport(**limits: int) -> Transport:
    return Transport(connections=1, connect_timeout=5, read_timeout=5, user_agent="test", **limits)


def ask(server: Rogue, **limits: int) -> Response:
    headers = {"Authorization": f"Bearer {SECRET}"}
    return transport(**limits).send("GET", f"{server.url}/x", headers, None, time_left=20)


def tap(
    answer: Callable[[Asked], Answer], environment: dict[str, str] | None = None, **settings: object
) -> tuple[int, str, str]:
    """Run the real tap against a server: exit code, stdout, stderr."""

    def with_token(asked: Asked) -> Answer:
        if asked.path == "/token":
            return Answer(json.dumps({"access_token": SECRET, "expires_in": 3600}).encode())
        return answer(asked)

    with Rogue(with_token) as server:
        chosen = {
            "client_id": "id",
            "client_secret": "hidden-client-secret",
            "refresh_token": "Atzr|hidden-refresh",
            "api_url": server.url,
            "token_url": f"{server.url}/token",
            "regions": "NA",
            "entities": "campaigns",
            "max_retries": 0,
            "mode": "full",
            **settings,
        }
        done = subprocess.run(
            [str(BIN / "tap-amazon-ads-entities"), "--config=ENV"],
            env={
                **os.environ,
                **{f"{TAP}{name.upper()}": str(value) for name, value in chosen.items()},
                **(environment or {}),
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    return done.returncode, done.stdout, done.stderr


def failed_slice(out: str) -> dict[str, str]:
    """The first row of the run log that says error."""
    records = (json.loads(line).get("record", {}) for line in out.splitlines())
    return next(record for record in records if record.get("status") == "error")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_the_other_host_hears_nothing(status: int) -> None:
    with (
        Rogue(lambda _: Answer()) as other,
        Rogue(lambda _: Answer(status=status, headers={"Location": f"{other.url}/stolen"})) as server,
    ):
        assert ask(server).status == status
    assert other.asked == []
    assert server.asked[0].headers["Authorization"] == f"Bearer {SECRET}"


def test_a_redirect_is_an_error_in_words() -> None:
    code, _, errors = tap(lambda _: Answer(status=307, headers={"Location": "http://localhost:9/"}))
    assert code == 1
    assert "region NA: v2/profiles: HTTP 307" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"PYTHONHTTPSVERIFY": "0"},
        {
            "REQUESTS_CA_BUNDLE": str(CERTIFICATE),
            "CURL_CA_BUNDLE": str(CERTIFICATE),
            "NODE_TLS_REJECT_UNAUTHORIZED": "0",
        },
    ],
    ids=["plain", "PYTHONHTTPSVERIFY", "CA bundles of other programs"],
)
def test_a_certificate_nobody_signed_is_refused_whatever_the_environment_says(environment: dict[str, str]) -> None:
    with Rogue(lambda _: Answer(), tls=True) as server:
        code, _, errors = tap(lambda _: Answer(), environment, api_url=server.url)
    assert code == 1
    assert "the TLS certificate could not be verified" in errors
    assert server.asked == []


def test_a_certificate_the_system_trusts_must_still_be_of_that_host_and_no_session_key_is_written(
    tmp_path: Path,
) -> None:
    keys = tmp_path / "keys.log"
    program = (
        "import sys; from tap_amazon_ads_entities.amazon.transport import Transport\n"
        "from tap_amazon_ads_entities.errors import TransportError\n"
        "send = Transport(connections=1, connect_timeout=5, read_timeout=5, user_agent='t').send\n"
        "print(send('GET', sys.argv[1], {}, None, time_left=9).status)\n"
        "try: send('GET', sys.argv[1].replace('localhost', '127.1'), {}, None, time_left=9)\n"
        "except TransportError as error: print(error)\n"
    )
    with Rogue(lambda _: Answer(), tls=True) as server:
        done = subprocess.run(
            [sys.executable, "-c", program, server.url],
            env={**os.environ, "SSL_CERT_FILE": str(CERTIFICATE), "SSLKEYLOGFILE": str(keys)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.stdout.splitlines() == ["200", "the TLS certificate could not be verified (SSLError)"], done.stderr
    assert not keys.exists()


def test_a_body_beyond_the_limit_is_refused() -> None:
    with Rogue(lambda _: Answer(b"x" * (3 << 20))) as server, pytest.raises(TransportError, match="larger than 2 MB"):
        ask(server, max_body_bytes=2 << 20)


def test_what_counts_is_the_size_of_the_unpacked_body() -> None:
    bomb = gzip.compress(bytes(20 << 20))
    assert len(bomb) < 1 << 20
    with (
        Rogue(lambda _: Answer(bomb, headers={"Content-Encoding": "gzip"})) as server,
        pytest.raises(TransportError, match="larger than 2 MB"),
    ):
        ask(server, max_body_bytes=2 << 20)


def rows(value: str) -> list[dict[str, object]]:
    body = f'[{{"v":{value}}}]'.encode("utf-8", "surrogateescape")
    items = parse_array(Response(200, {}, body)).decoded().items
    wrapped = parse_envelope(Response(200, {}, b'{"list":' + body + b"}"), "list", None).decoded().items
    assert [*map(_sent, items)] == [*map(_sent, wrapped)]
    return items


def _sent(item: dict[str, object]) -> dict[str, object]:
    return {name: ("raw", value.raw) if isinstance(value, Unreadable) else value for name, value in item.items()}


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        (r'"\ud83d"', "\ufffd"),
        (r'"\udc00\ud83d"', "\ufffd\ufffd"),
        (r'"\uD83Dx"', "\ufffdx"),
        (r'"\ud83d\ude80"', "\U0001f680"),
        (r'"\ud83d\ud83d\ude80"', "\ufffd\U0001f680"),
        (r'"\\ud83d"', "\\ud83d"),
        (r'"\\\ud83d"', "\\\ufffd"),
        (r'"\u0000"', "\ufffd"),
        ('"cut \udced\udca0\udcbd"', "cut \ufffd\ufffd\ufffd"),
    ],
)
def test_half_characters_cost_a_character_and_not_the_list(escaped: str, text: str) -> None:
    assert rows(escaped) == [{"v": text}]


@pytest.mark.parametrize("number", ["1e999999", "1e301", "-1e400", "1e-999999", "9" * 5000, "0." + "1" * 1000])
def test_a_number_nothing_can_hold_costs_its_cell(number: str) -> None:
    found = rows(number)[0]["v"]
    assert isinstance(found, Unreadable)
    assert found.raw == number


def test_numbers_that_fit_stay_exact() -> None:
    assert str(rows("123456789012345678901234567890.123456789")[0]["v"]) == "123456789012345678901234567890.123456789"
    assert rows("18446744073709551615") == [{"v": 2**64 - 1}]


@pytest.mark.parametrize("amount", [10**13, "1e999999", "1e300", -(10**13)])
def test_money_beyond_a_bigint_is_unreadable(amount: object) -> None:
    assert isinstance(micros(amount), Unreadable)


def test_an_id_no_index_can_hold_is_unreadable() -> None:
    assert isinstance(identifier("1" * 5000), Unreadable)


def test_deep_nesting_is_an_error_in_words() -> None:
    with pytest.raises(BadBodyError, match="nested too deeply"):
        rows("[" * 100_000 + "]" * 100_000)


NESTED = b"[" * 100_000


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(NESTED), "the response is nested too deeply to be read"),
        (Answer(NESTED, status=400), "HTTP 400 with a body that is not JSON"),
        (
            Answer(b'[{"profileId": 1e999999}]'),
            "v2/profiles: 1 item is no row and left out: profileId is not an id: 1e999999",
        ),
        (Answer(b"[1]"), "left out: element 1 of a page: an element of the page is not a JSON object"),
        (
            Answer(json.dumps([{**PROFILE, "profileId": "7" * 300}]).encode()),
            "v2/profiles: 1 item is no row and left out: profileId is not an id: 777",
        ),
        (Answer(b'{"message": "half \\ud83d nul \\u0000"}', status=403), "HTTP 403 half \ufffd nul \ufffd"),
    ],
    ids=["nested", "nested error", "exponent", "no object", "long id", "half a character"],
)
def test_hostile_profiles_are_an_error_in_words_in_the_log_and_in_the_run_log(answer: Answer, words: str) -> None:
    code, out, errors = tap(lambda _: answer)
    assert code == 1
    assert words in errors
    assert "Traceback" not in errors
    assert words in failed_slice(out)["error"]


@pytest.mark.parametrize(
    "body", [NESTED, b'{"access_token": "two\\r\\nlines"}', b'{"access_token": {}}', b"[]", b"null"]
)
def test_a_hostile_token_endpoint_is_an_error_in_words(body: bytes) -> None:
    with Rogue(lambda _: Answer(body)) as server:
        code, _, errors = tap(lambda _: Answer(), token_url=server.url)
    assert code == 1
    assert "No access token from Login with Amazon" in errors
    assert "Traceback" not in errors


def test_an_error_that_echoes_the_secrets_is_told_without_them() -> None:
    def echo(asked: Asked) -> Answer:
        return Answer(json.dumps({"code": "403", "message": f"{asked.headers['Authorization']} is bad"}).encode(), 403)

    code, out, errors = tap(echo)
    assert code == 1
    assert "HTTP 403 Bearer *** is bad" in errors
    assert "HTTP 403 Bearer *** is bad" in failed_slice(out)["error"]
    assert "hidden" not in out + errors


def test_an_error_cannot_forge_a_line_or_move_the_cursor() -> None:
    forged = "no\n2026-11-24 | INFO | all slices succeeded\x1b[2J\x1b[31m\u202e\x9b"
    code, out, errors = tap(lambda _: Answer(json.dumps({"message": forged}).encode(), 400))
    assert code == 1
    assert r"no\n2026-11-24 | INFO | all slices succeeded\x1b[2J\x1b[31m\u202e\x9b" in errors
    assert not [line for line in errors.splitlines() if line.startswith("2026-11-24 | INFO | all")]
    # The table has it as Amazon said it.
    assert forged in failed_slice(out)["error"]
