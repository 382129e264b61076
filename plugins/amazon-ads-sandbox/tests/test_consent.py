"""The consent page and the code exchange refuse what Login with Amazon refuses."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import urllib3

from amazon_ads_sandbox.process import SandboxProcess
from amazon_ads_sandbox.tokens import CLIENT_ID, CLIENT_SECRET, SCOPE, UNAPPROVED_CLIENT_ID

HTTP = urllib3.PoolManager(retries=False)
RETURN = "http://127.0.0.1:9/back?kept=1"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
QUESTION = {
    "client_id": CLIENT_ID,
    "scope": SCOPE,
    "response_type": "code",
    "redirect_uri": RETURN,
    "state": "s&<1>",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=3, campaigns=5) as server:
        yield server


def ask(sandbox: SandboxProcess, **change: str) -> urllib3.BaseHTTPResponse:
    fields = {name: value for name, value in {**QUESTION, **change}.items() if value}
    return HTTP.request("GET", f"{sandbox.url}/ap/oa?{urlencode(fields)}", redirect=False)


def press(sandbox: SandboxProcess, **fields: str) -> dict[str, str]:
    body = urlencode({**QUESTION, "user": "owner", "answer": "allow", **fields})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return sent_back(HTTP.request("POST", f"{sandbox.url}/ap/oa", body=body, headers=kind, redirect=False))


def sent_back(response: urllib3.BaseHTTPResponse) -> dict[str, str]:
    assert response.status == 303
    assert response.headers["Location"].startswith(RETURN)
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["Location"]).query).items()}


def exchange(sandbox: SandboxProcess, issued: str, **change: str) -> tuple[int, dict[str, Any]]:
    form = {
        "grant_type": "authorization_code",
        "code": issued,
        "redirect_uri": RETURN,
        "code_verifier": VERIFIER,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        **change,
    }
    answer = HTTP.request("POST", f"{sandbox.url}/auth/o2/token", fields=form, encode_multipart=False)
    return answer.status, answer.json()


def seen(sandbox: SandboxProcess, region: str, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}", "Amazon-Advertising-API-ClientId": CLIENT_ID}
    answer = HTTP.request("GET", f"{sandbox.url}/{region}/v2/profiles?accessLevel=view", headers=headers)
    return len(answer.json()) if answer.status == 200 else -answer.status


def test_the_page_escapes_everything_it_repeats(sandbox: SandboxProcess) -> None:
    page = ask(sandbox, state='"><script>alert(1)</script>')
    assert page.status == 200
    assert b"<script>" not in page.data
    assert b"&quot;&gt;&lt;script&gt;" in page.data


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "somebody"},
        {"client_id": ""},
        {"redirect_uri": ""},
        {"redirect_uri": "http://example.com/"},
        {"redirect_uri": "javascript:alert(1)"},
    ],
)
def test_a_question_that_cannot_be_trusted_gets_a_page_and_no_redirect(
    sandbox: SandboxProcess, change: dict[str, str]
) -> None:
    assert ask(sandbox, **change).status == 400


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"client_id": UNAPPROVED_CLIENT_ID}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_wrong_question_is_sent_back_with_an_error(
    sandbox: SandboxProcess, change: dict[str, str], error: str
) -> None:
    answer = sent_back(ask(sandbox, **change))
    assert (answer["error"], answer["state"], answer["kept"]) == (error, QUESTION["state"], "1")


def test_cancel_is_access_denied(sandbox: SandboxProcess) -> None:
    assert press(sandbox, answer="cancel")["error"] == "access_denied"


def test_a_code_is_good_once_and_each_user_sees_their_own_profiles(sandbox: SandboxProcess) -> None:
    answer = press(sandbox, user="europe")
    assert answer["state"] == QUESTION["state"]
    status, document = exchange(sandbox, answer["code"])
    assert status == 200
    assert document["refresh_token"].startswith("Atzr|")
    assert [seen(sandbox, region, document["access_token"]) for region in ("na", "eu", "fe")] == [0, 1, 0]
    status, document = exchange(sandbox, answer["code"])
    assert (status, document["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "change",
    [
        {"code_verifier": "w" * 50},
        {"code_verifier": ""},
        {"redirect_uri": "http://127.0.0.1:9/back"},
        {"code": "guess"},
    ],
)
def test_a_code_is_good_only_with_its_verifier_and_return_url(sandbox: SandboxProcess, change: dict[str, str]) -> None:
    status, document = exchange(sandbox, press(sandbox)["code"], **change)
    assert (status, document["error"]) == (400, "invalid_grant")


def test_a_user_who_revokes_ends_all_their_tokens_and_nobody_elses(sandbox: SandboxProcess) -> None:
    tokens = {name: exchange(sandbox, press(sandbox, user=name)["code"])[1] for name in ("partner", "owner")}
    assert seen(sandbox, "na", tokens["partner"]["access_token"]) > 0
    assert sandbox.control.revoke("partner") == 1
    assert seen(sandbox, "na", tokens["partner"]["access_token"]) == -401
    assert seen(sandbox, "na", tokens["owner"]["access_token"]) > 0
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["partner"]["refresh_token"]}
    assert exchange(sandbox, "", **refresh)[1]["error"] == "invalid_grant"
