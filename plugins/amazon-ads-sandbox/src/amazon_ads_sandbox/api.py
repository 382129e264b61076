"""The API of one region: from a request to a response, healthy or disturbed."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from amazon_ads_sandbox import disturb, errors, export_routes, history, listing, unified
from amazon_ads_sandbox.endpoints import ENDPOINTS, Endpoint
from amazon_ads_sandbox.errors import RefusedError
from amazon_ads_sandbox.model.profiles import Profile
from amazon_ads_sandbox.query import Query, check_headers, from_body, from_parameters
from amazon_ads_sandbox.state import State
from amazon_ads_sandbox.users import User

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_RETRY_AFTER = "1"
_TYPES = frozenset({"seller", "vendor", "agency"})


async def handle(state: State, request: Request) -> Response:
    """Answer one request below /na, /eu or /fe."""
    region, path = request.path_params["region"].upper(), request.path_params["path"]
    request_id = state.request_id()
    of_exports = export_routes.known(path, request.method)
    body = await request.body()
    endpoint = ENDPOINTS.get(path) or unified.find(path, body)
    family = endpoint.family if endpoint else "export" if of_exports else "v2"
    if state.latency:
        await asyncio.sleep(state.latency)
    facts: dict[str, Any] = {
        "endpoint": path,
        "ad_product": endpoint.product if endpoint else None,
        "region": region,
        "profile_id": request.headers.get("amazon-advertising-api-scope"),
    }
    try:
        response = await _answer(state, request, endpoint, body, facts)
    except RefusedError as error:
        content, media = errors.body(family, error, request_id)
        headers = {"Retry-After": _RETRY_AFTER} if error.status == 429 else {}  # noqa: PLR2004
        response = Response(content, error.status, headers, media)
    # Each family names its request id differently.
    name = "x-amzn-RequestId" if family in ("sp3", "sb4", "unified") else "x-amz-request-id"
    response.headers[name] = request_id
    response.headers["x-amz-rid"] = request_id
    _log(state, request, body, response, facts, request_id)
    return response


async def _answer(
    state: State,
    request: Request,
    endpoint: Endpoint | None,
    body: bytes,
    facts: dict[str, Any],
) -> Response:
    of_exports = export_routes.known(facts["endpoint"], request.method)
    of_history = facts["endpoint"] == history.PATH and request.method == "POST"
    _check_path(endpoint, request, facts["endpoint"], known=of_exports or of_history)
    query: Query | None = None
    refused: RefusedError | None = None
    if endpoint is not None:
        try:
            query = _query(endpoint, request, body, str(facts["profile_id"]))
            facts |= {"page": query.page, "page_size": query.size, "states": ",".join(sorted(query.states))}
            facts["ids"] = 0 if query.ids is None else len(query.ids)
        except RefusedError as error:
            refused = error
    action = state.faults.strike(facts)
    if action is not None and (early := await disturb.before(state, action, facts)) is not None:
        return early
    user = _authorize(state, request)
    if not (state.history_limit if of_history else state.limit).allow(facts["region"]):
        raise RefusedError(429, "Too many requests")
    if of_exports:
        profile = _scope(state, facts, user)
        return await export_routes.answer(state, request, facts["endpoint"], profile, body, action)
    if of_history:
        content, media = history.answer(state.account, _scope(state, facts, user), request.headers, body)
        return Response(content, media_type=media)
    if endpoint is None:
        return _profiles(state, request, facts["region"], user)
    profile = _scope(state, facts, user)
    if not state.account.has(profile, endpoint):
        raise RefusedError(403, f"Profile {profile.profile_id} is not eligible for this ad product")
    check_headers(endpoint, request.headers)
    if refused is not None:
        raise refused
    assert query is not None  # noqa: S101 - set whenever it was not refused
    return _list(state, endpoint, profile, query, action)


def _check_path(endpoint: Endpoint | None, request: Request, path: str, *, known: bool) -> None:
    if endpoint is None and not known and path != "v2/profiles":
        raise RefusedError(404, "Could not find resource for full path")
    if endpoint is not None and request.method != endpoint.method:
        raise RefusedError(404, "Method not allowed here")


def _query(endpoint: Endpoint, request: Request, body: bytes, scope: str) -> Query:
    if endpoint.method == "GET":
        return from_parameters(endpoint, request.query_params)
    return from_body(endpoint, body, scope)


def _authorize(state: State, request: Request) -> User:
    """Who asks."""
    if not request.headers.get("amazon-advertising-api-clientid"):
        raise RefusedError(401, "Amazon-Advertising-API-ClientId header is missing")
    user = state.tokens.user(request.headers.get("authorization", ""))
    if user is None:
        raise RefusedError(401, "Not authenticated: the access token is invalid or has expired")
    return user


def _scope(state: State, facts: dict[str, Any], user: User) -> Profile:
    scope = facts["profile_id"]
    if not scope:
        raise RefusedError(401, "Amazon-Advertising-API-Scope header is missing")
    profile = state.account.profiles.get(scope)
    if profile is None or scope in state.account.gone or not user.sees(profile):
        raise RefusedError(403, f"Not authorized to access scope {scope}")
    if profile.region != facts["region"]:
        raise RefusedError(401, f"No advertiser found for scope {scope}")
    if not profile.readable:
        raise RefusedError(400, "Advertiser ID cannot be decrypted")
    return profile


def _list(state: State, endpoint: Endpoint, profile: Profile, query: Query, action: dict[str, Any] | None) -> Response:
    collection = state.account.listed(profile, endpoint)
    if action is not None:
        return disturb.page(endpoint, collection, query, str(profile.profile_id), action)
    found = listing.page(endpoint, collection, query)
    token = listing.next_token(endpoint, str(profile.profile_id), found)
    return Response(listing.body(endpoint, found, token), media_type=endpoint.accept)


def _profiles(state: State, request: Request, region: str, user: User) -> Response:
    parameters = request.query_params
    types = frozenset(parameters.get("profileTypeFilter", ",".join(_TYPES)).split(","))
    level = parameters.get("accessLevel", "edit")
    if not types <= _TYPES or level not in ("edit", "view"):
        raise RefusedError(400, "profileTypeFilter or accessLevel has an unknown value")
    listed = [
        _profile(profile)
        for key, profile in state.account.profiles.items()
        if profile.region == region
        and profile.account_type in types
        and (level == "view" or profile.visibility == "edit")
        and key not in state.account.gone
        and user.sees(profile)
    ]
    return Response(_ENCODER.encode(listed), media_type="application/json")


def _profile(profile: Profile) -> dict[str, Any]:
    account = {
        "marketplaceStringId": profile.marketplace,
        "id": profile.account_id,
        "type": profile.account_type,
        "name": profile.name,
        "subType": profile.sub_type,
        "validPaymentMethod": profile.valid_payment_method,
    }
    document = {
        "profileId": profile.profile_id,
        "countryCode": profile.country,
        "currencyCode": profile.currency,
        "timezone": profile.timezone,
        "dailyBudget": None if profile.daily_budget_micros is None else profile.daily_budget_micros / 1_000_000,
        "accountInfo": {name: value for name, value in account.items() if value is not None},
    }
    return {name: value for name, value in document.items() if value is not None}


def _log(  # noqa: PLR0913 - everything a test may want to see
    state: State,
    request: Request,
    body: bytes,
    response: Response,
    facts: dict[str, Any],
    request_id: str,
) -> None:
    if not state.log_requests:
        return
    hidden = {"authorization"}
    state.requests.append(
        {
            **facts,
            "method": request.method,
            "query": str(request.url.query),
            "headers": {name: value for name, value in request.headers.items() if name not in hidden},
            "body": body.decode("utf-8", "replace"),
            "status": response.status_code,
            "request_id": request_id,
        },
    )
