"""Full rows of every endpoint: the sandbox's JSON through the tap's row function against the sandbox's own truth."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from amazon_ads_sandbox.account import Account
from amazon_ads_sandbox.endpoints import ENDPOINTS
from amazon_ads_sandbox.model.sizes import Sizes
from amazon_ads_sandbox.unified import QUERIES
from tap_amazon_ads_entities.endpoints import CATALOGUE, unified
from tap_amazon_ads_entities.endpoints.model import ListEndpoint
from tap_amazon_ads_entities.rows.context import RowContext

ACCOUNT = Account(Sizes(seed=3, now_ms=1_790_000_000_000, profiles=3, campaigns=120, st_share=0.1, extensions=1))
DECODER = msgspec.json.Decoder(float_hook=Decimal)


def plain(value: Any) -> Any:
    """Through JSON once, so that equal numbers compare equal."""
    return DECODER.decode(msgspec.json.Encoder(decimal_format="number").encode(value))


@pytest.mark.parametrize("listed", CATALOGUE, ids=lambda endpoint: endpoint.path)
def test_full_rows(listed: ListEndpoint) -> None:
    endpoint = ENDPOINTS[listed.path]
    assert listed.to_row is not None
    rows = 0
    for profile in ACCOUNT.readable():
        groups = ACCOUNT.collection(profile, ENDPOINTS["sd/adGroups"])
        campaign_of = {str(each.entity_id): str(each.campaign_id) for each in groups.entities()}
        context = RowContext(str(profile.profile_id), "now", profile.currency, campaign_of)
        collection = ACCOUNT.collection(profile, endpoint)
        for raw, expected in zip(collection.rows(extended=True), collection.truth(), strict=True):
            row = listed.to_row(DECODER.decode(raw), context)
            assert row.pop("synced_at") == "now"
            assert plain(row) == plain(expected)
            rows += 1
    assert rows > 10


@pytest.mark.parametrize("query", unified.ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_full_rows_of_the_unified_api(query: ListEndpoint) -> None:
    endpoint = QUERIES[query.path, query.of.lower()]
    assert query.to_row is not None
    rows = 0
    for profile in ACCOUNT.readable():
        wanted = [
            row
            for row in ACCOUNT.truth(endpoint.table, str(profile.profile_id), "unified")
            if row.get("ad_product", row.get("campaign_type")) == endpoint.product
        ]
        campaign_of = {row["ad_group_id"]: row["campaign_id"] for row in wanted if row.get("ad_group_id")}
        context = RowContext(str(profile.profile_id), "now", profile.currency, campaign_of, timezone=profile.timezone)
        served = ACCOUNT.listed(profile, endpoint).rows(extended=True)
        for raw, expected in zip(served, wanted, strict=True):
            row = query.to_row(DECODER.decode(raw), context)
            assert row.pop("synced_at") == "now"
            assert plain(row) == plain(expected)
            rows += 1
    assert rows > 10
