"""The sandbox refuses what Amazon refuses."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import urllib3

from amazon_ads_sandbox.endpoints import ENDPOINTS, Endpoint
from amazon_ads_sandbox.process import SandboxProcess
from amazon_ads_sandbox.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN
from amazon_ads_sandbox.unified import QUERIES

HTTP = urllib3.PoolManager(retries=False)
SP = ENDPOINTS["sp/campaigns/list"]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=4, campaigns=60, ad_groups=6) as server:
        yield server


@pytest.fixture(autouse=True)
def _healthy(sandbox: SandboxProcess) -> None:
    sandbox.control.clear_faults()
    sandbox.control.configure(rate_limit=None, token_ttl_seconds=3600)


def exchange(sandbox: SandboxProcess, **fields: str) -> tuple[int, dict[str, Any]]:
    form = {
        "grant_type": "refresh_token",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "refresh_token": REFRESH_TOKEN,
        **fields,
    }
    answer = HTTP.request("POST", f"{sandbox.url}/auth/o2/token", fields=form, encode_multipart=False)
    return answer.status, json.loads(answer.data)


def call(
    sandbox: SandboxProcess,
    endpoint: Endpoint,
    body: dict[str, Any] | None = None,
    *,
    region: str = "na",
    query: str = "",
    **headers: str | None,
) -> urllib3.BaseHTTPResponse:
    token = exchange(sandbox)[1]["access_token"]
    sent: dict[str, str | None] = {
        "Authorization": f"Bearer {token}",
        "Amazon-Advertising-API-ClientId": CLIENT_ID,
        "Amazon-Advertising-API-Scope": sandbox.control.health()["profiles"][0],
        "Accept": endpoint.accept,
        "Content-Type": endpoint.content_type,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return HTTP.request(
        endpoint.method,
        f"{sandbox.url}/{region}/{endpoint.path}{query}",
        body=None if endpoint.method == "GET" else json.dumps(body or {}),
        headers={name: value for name, value in sent.items() if value is not None},
    )


def test_the_token_exchange(sandbox: SandboxProcess) -> None:
    status, document = exchange(sandbox)
    assert status == 200
    assert document["access_token"].startswith("Atza|")
    assert document["expires_in"] == 3600
    assert exchange(sandbox, client_secret="x") == (
        401,
        {"error": "invalid_client", "error_description": "Client authentication failed"},
    )
    assert exchange(sandbox, refresh_token="x")[1]["error"] == "invalid_grant"
    assert exchange(sandbox, grant_type="x")[1]["error"] == "unsupported_grant_type"


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.path)
def test_media_types_are_checked_on_every_list(sandbox: SandboxProcess, endpoint: Endpoint) -> None:
    assert call(sandbox, endpoint).status == 200
    assert call(sandbox, endpoint, Accept="text/plain").status == 406
    if endpoint.content_type:
        assert call(sandbox, endpoint, Content_Type="application/vnd.wrong.v1+json").status == 415


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.path)
def test_media_types_are_compared_without_case_and_parameters(sandbox: SandboxProcess, endpoint: Endpoint) -> None:
    sent = endpoint.content_type and f"{endpoint.content_type.upper()}; charset=UTF-8"
    assert call(sandbox, endpoint, Accept=endpoint.accept.upper(), Content_Type=sent).status == 200


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.path)
def test_states_in_the_wrong_case_and_pages_over_the_cap_are_refused(
    sandbox: SandboxProcess,
    endpoint: Endpoint,
) -> None:
    wrong = "enabled" if "ENABLED" in endpoint.states else "ENABLED"
    if endpoint.method == "GET":
        assert call(sandbox, endpoint, query=f"?stateFilter={wrong}").status == 400
        assert call(sandbox, endpoint, query=f"?count={endpoint.max_page + 1}").status == 400
        return
    assert call(sandbox, endpoint, {"stateFilter": {"include": [wrong]}}).status == 400
    refused = call(sandbox, endpoint, {"maxResults": endpoint.max_page + 1})
    assert refused.status == 400


def test_tokens_and_scopes(sandbox: SandboxProcess) -> None:
    assert call(sandbox, SP, Authorization="Bearer Atza|nonsense").status == 401
    assert call(sandbox, SP, Authorization=None).status == 401
    assert call(sandbox, SP, Amazon_Advertising_API_ClientId=None).status == 401
    assert call(sandbox, SP, Amazon_Advertising_API_Scope=None).status == 401
    assert call(sandbox, SP, Amazon_Advertising_API_Scope="4711").status == 403
    assert call(sandbox, SP, region="eu").status == 401
    profiles = sandbox.control.health()["profiles"]
    assert call(sandbox, SP, Amazon_Advertising_API_Scope=profiles[-1]).status == 400


def test_an_expired_token_is_refused(sandbox: SandboxProcess) -> None:
    sandbox.control.configure(token_ttl_seconds=0)
    assert call(sandbox, SP).status == 401


def test_pages_follow_opaque_tokens_to_the_end(sandbox: SandboxProcess) -> None:
    seen: list[str] = []
    token: str | None = None
    while True:
        body = {"maxResults": 7, **({"nextToken": token} if token else {})}
        page = json.loads(call(sandbox, SP, body).data)
        seen += [row["campaignId"] for row in page["campaigns"]]
        token = page.get("nextToken")
        if token is None:
            break
    assert len(seen) == len(set(seen)) == page["totalResults"] == 36
    assert call(sandbox, SP, {"nextToken": "nonsense"}).status == 400
    first = json.loads(call(sandbox, SP, {"maxResults": 7}).data)["nextToken"]
    assert call(sandbox, ENDPOINTS["sp/adGroups/list"], {"nextToken": first}).status == 400


def test_extended_data_only_when_asked_for(sandbox: SandboxProcess) -> None:
    plain = json.loads(call(sandbox, SP).data)["campaigns"][0]
    extended = json.loads(call(sandbox, SP, {"includeExtendedDataFields": True}).data)["campaigns"][0]
    assert "extendedData" not in plain
    assert "servingStatus" in extended["extendedData"]


def test_brands_keywords_are_incomplete_without_a_campaign_filter(sandbox: SandboxProcess) -> None:
    endpoint = ENDPOINTS["sb/keywords"]
    campaigns = json.loads(call(sandbox, ENDPOINTS["sb/v4/campaigns/list"], {
        "stateFilter": {"include": ["ENABLED", "PAUSED", "ARCHIVED"]},
    }).data)["campaigns"]  # fmt: skip
    ids = ",".join(row["campaignId"] for row in campaigns)

    def count(filters: str) -> int:
        total = start = 0
        while rows := json.loads(call(sandbox, endpoint, query=f"?startIndex={start}&count=100{filters}").data):
            total, start = total + len(rows), start + 100
        return total

    states = "&stateFilter=enabled,paused,archived"
    assert count(states) < count(f"{states}&campaignIdFilter={ids}")
    assert count(f"&campaignIdFilter={ids}") < count(f"{states}&campaignIdFilter={ids}")


# --- the change history -----------------------------------------------------------------------

NOW = int(time.time() * 1000)
ALL = {"parents": [{"useProfileIdAdvertiser": True}]}
V1_1 = "application/vnd.historyresponse.v1.1+json"


def history(sandbox: SandboxProcess, accept: str = V1_1, **fields: Any) -> tuple[int, dict[str, Any]]:
    body = {"fromDate": NOW - 1000, "toDate": NOW + 10**9, "eventTypes": {"CAMPAIGN": ALL}, **fields}
    asked = replace(SP, path="history", accept=accept, content_type="application/json")
    answer = call(sandbox, asked, {name: value for name, value in body.items() if value is not None})
    return answer.status, json.loads(answer.data)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"fromDate": NOW - 91 * 86_400_000}, id="too long ago"),
        pytest.param({"fromDate": NOW + 10**10}, id="after its end"),
        {"fromDate": "yesterday"},
        {"toDate": None},
        {"eventTypes": {}},
        {"eventTypes": {"TARGET": ALL}},
        {"eventTypes": {"CAMPAIGN": {"eventTypeIds": [str(number) for number in range(11)]}}},
        {"eventTypes": {"AD": {"parents": [{"campaignId": "1"}] * 11}}},
        {"eventTypes": {"AD": {"parents": [{"campaignId": "1", "useProfileIdAdvertiser": True}]}}},
        {"eventTypes": {"AD": {**ALL, "filters": ["MOOD"]}}},
        {"eventTypes": {"THEME": ALL}, "accept": "application/json"},
        {"count": 49},
        {"count": 201},
        {"pageOffset": 0, "nextToken": "x"},
        {"pageOffset": 10_000},
        {"nextToken": "nonsense"},
        {"sort": {"key": "NAME"}},
        {"mood": 1},
    ],
    ids=str,
)
def test_the_history_refuses_what_amazon_refuses(sandbox: SandboxProcess, wrong: dict[str, Any]) -> None:
    status, document = history(sandbox, **wrong)
    assert (status, set(document)) == (400, {"code", "details", "requestId"})
    assert history(sandbox, accept="text/html")[0] == 406


def test_the_history_tells_ids_as_it_was_asked_and_totals_where_there_are_offsets(sandbox: SandboxProcess) -> None:
    sandbox.control.change(fraction=1, tables=["entity_campaigns"])
    asked = {"sort": {"key": "DATE", "direction": "ASC"}, "count": 50}
    events: list[dict[str, Any]] = []
    token: str | None = None
    while events == [] or token:
        page = history(sandbox, **asked, nextToken=token)[1]
        assert "totalResults" not in page
        events, token = events + page["events"], page.get("nextToken")
    total = history(sandbox, pageOffset=0)[1]
    assert (total["totalResults"], total.get("nextToken")) == (len(events), None)
    assert len(events) > 50
    assert not any(each["entityId"].isdecimal() for each in events)
    ids = [row["campaignId"] for row in json.loads(call(sandbox, SP).data)["campaigns"]][:10]
    numbers = history(sandbox, eventTypes={"CAMPAIGN": {"eventTypeIds": ids, "filters": ["NAME"]}})[1]["events"]
    assert {each["entityId"] for each in numbers} == set(ids)
    assert {each["changeType"] for each in numbers} == {"NAME"}
    # Without ids, parents or the advertiser, nothing.
    assert history(sandbox, eventTypes={"CAMPAIGN": {}})[1]["events"] == []


def test_a_rate_limit_answers_429_with_retry_after(sandbox: SandboxProcess) -> None:
    sandbox.control.configure(rate_limit=1)
    answers = [call(sandbox, SP) for _ in range(5)]
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert refused[0].headers["Retry-After"] == "1"
    assert json.loads(refused[0].data)["code"] == "THROTTLED"


def test_every_answer_has_a_request_id_and_errors_speak_the_familys_dialect(sandbox: SandboxProcess) -> None:
    answer = call(sandbox, SP, {"stateFilter": {"include": ["enabled"]}})
    assert answer.headers["x-amzn-RequestId"]
    assert json.loads(answer.data)["errors"][0]["errorType"] == "invalidInputError"
    display = call(sandbox, ENDPOINTS["sd/targets/extended"], query="?stateFilter=ENABLED")
    assert display.headers["x-amz-request-id"]
    assert set(json.loads(display.data)) == {"code", "details", "requestId"}


def test_the_same_seed_gives_the_same_account_and_the_truth_counts_it(sandbox: SandboxProcess) -> None:
    with SandboxProcess(profiles=4, campaigns=60, ad_groups=6) as twin:
        for table, counts in sandbox.control.counts().items():
            if table != "endpoints":
                assert len(list(twin.control.truth(table))) == sum(counts.values())
        assert list(twin.control.truth("entity_targets")) == list(sandbox.control.truth("entity_targets"))
    with SandboxProcess(profiles=4, campaigns=60, ad_groups=6, seed=2) as other:
        assert list(other.control.truth("entity_ads")) != list(sandbox.control.truth("entity_ads"))


def test_an_unknown_fault_is_refused(sandbox: SandboxProcess) -> None:
    with pytest.raises(RuntimeError, match="unknown fault kind"):
        sandbox.control.fault("nonsense")


@pytest.mark.parametrize(
    ("product", "states", "status"),
    [
        ("SPONSORED_PRODUCTS", ["ENABLED", "PAUSED"], 200),
        ("SPONSORED_PRODUCTS", ["ENABLED", "PAUSED", "ARCHIVED"], 400),
        ("SPONSORED_BRANDS", ["ENABLED"], 400),
    ],
)
def test_ad_extensions_are_of_sponsored_products_and_two_states_at_once(
    sandbox: SandboxProcess, product: str, states: list[str], status: int
) -> None:
    body = {"adProductFilter": {"include": [product]}, "stateFilter": {"include": states}}
    assert call(sandbox, QUERIES["adsApi/v1/query/adExtensions", "sp"], body).status == status
