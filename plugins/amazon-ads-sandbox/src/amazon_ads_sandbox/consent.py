"""The consent page: who agrees that a client may read their accounts, or does not.

As Login with Amazon does (docs: account-management/authorization/authorization-grants): a request that cannot be
trusted gets a page, everything else an answer at the redirect address.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from amazon_ads_sandbox.state import State
from amazon_ads_sandbox.tokens import CLIENT_ID, SCOPE, UNAPPROVED_CLIENT_ID
from amazon_ads_sandbox.users import USERS

PATH = "/ap/oa"

_FIELDS = (
    "client_id",
    "scope",
    "response_type",
    "redirect_uri",
    "state",
    "code_challenge",
    "code_challenge_method",
)
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1f2933; background: #f3f4f6; margin: 0; }
main { max-width: 26rem; margin: 2rem auto; padding: 2rem; background: #fff; border: 1px solid #d9dde3;
  border-radius: 8px; }
h1 { font-size: 1.25rem; margin: 0 0 1rem; }
code { overflow-wrap: anywhere; font-size: .85rem; }
label { display: block; margin: 1.25rem 0; }
select { font: inherit; padding: .4rem; width: 100%; margin-top: .25rem; }
button { font: inherit; padding: .5rem 1.25rem; margin-right: .5rem; border-radius: 6px; border: 1px solid #8a94a3;
  background: #fff; cursor: pointer; }
button.main { background: #1f5fbf; border-color: #1f5fbf; color: #fff; }
p.small { color: #5b6673; font-size: .85rem; margin: 1.5rem 0 0; }
"""


def routes(state: State) -> list[Route]:
    """The consent page and its two buttons."""

    async def ask(request: Request) -> Response:
        fields = dict(request.query_params)
        return _refused(fields) or _page(fields)

    async def answer(request: Request) -> Response:
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        fields = {name: values[0] for name, values in form.items()}
        return _refused(fields) or _answer(state, fields)

    return [Route(PATH, ask, methods=["GET"]), Route(PATH, answer, methods=["POST"])]


def _refused(fields: Mapping[str, str]) -> Response | None:
    """The answer to a request that nobody can agree to; None for a good one."""
    if fields.get("client_id") not in (CLIENT_ID, UNAPPROVED_CLIENT_ID):
        return _error_page("The client_id is unknown.")
    if not _returnable(fields.get("redirect_uri", "")):
        return _error_page("The redirect_uri is missing, or is neither https nor on loopback.")
    if fields.get("response_type") != "code":
        return _back(fields, error="unsupported_response_type", error_description="Only code is supported")
    if fields["client_id"] == UNAPPROVED_CLIENT_ID or fields.get("scope") != SCOPE:
        return _back(fields, error="invalid_scope", error_description="An unknown scope was requested")
    if "code_challenge" in fields and fields.get("code_challenge_method") != "S256":
        return _back(fields, error="invalid_request", error_description="code_challenge_method must be S256")
    return None


def _returnable(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    else:
        if parts.scheme == "http":
            return loopback
    return urlsplit(uri).scheme == "https"


def _answer(state: State, fields: Mapping[str, str]) -> Response:
    if fields.get("answer") != "allow":
        return _back(fields, error="access_denied", error_description="The customer denied the request")
    user = USERS.get(fields.get("user", ""))
    if user is None:
        return _error_page("The user is unknown.")
    code = state.tokens.consent(user, fields["client_id"], fields["redirect_uri"], fields.get("code_challenge"))
    return _back(fields, code=code, scope=fields["scope"])


def _back(fields: Mapping[str, str], **parameters: str) -> Response:
    """Send the browser to the redirect address."""
    if fields.get("state"):
        parameters["state"] = fields["state"]
    parts = urlsplit(fields["redirect_uri"])
    query = "&".join(part for part in (parts.query, urlencode(parameters)) if part)
    return RedirectResponse(urlunsplit(parts._replace(query=query)), status_code=303)


def _page(fields: Mapping[str, str]) -> Response:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(fields[name])}">' for name in _FIELDS if name in fields
    )
    people = "".join(f'<option value="{escape(name)}">{escape(name)}</option>' for name in USERS)
    body = f"""<h1>Allow access to your Amazon Ads accounts?</h1>
<p>The application <code>{escape(fields["client_id"])}</code> asks to view and manage your advertising campaigns.</p>
<form method="post" action="{PATH}">{hidden}
<label>Signed in as <select name="user">{people}</select></label>
<button class="main" id="allow" name="answer" value="allow">Allow</button>
<button id="cancel" name="answer" value="cancel">Cancel</button>
</form>
<p class="small">This is the sandbox's made-up Login with Amazon. You will return to
<code>{escape(fields["redirect_uri"])}</code>.</p>"""
    return _html(body, 200)


def _error_page(text: str) -> Response:
    return _html(f"<h1>We're sorry!</h1><p>{escape(text)}</p>", 400)


def _html(body: str, status: int) -> Response:
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sandbox: Login with Amazon</title>'
        f"<style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return HTMLResponse(page, status, {"Content-Security-Policy": policy, "Cache-Control": "no-store"})
