from __future__ import annotations

from typing import Any

import pytest

from tap_amazon_ads_entities.rows.status import COMPUTED_STATUSES, computed_status
from tap_amazon_ads_entities.rows.values import calendar_date, snake, timestamp


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-10-02T08:41:10.004Z", "2026-10-02T08:41:10.004Z"),
        ("2026-10-02T08:41:10Z", "2026-10-02T08:41:10.000Z"),
        ("2026-10-02T10:41:10.004+02:00", "2026-10-02T08:41:10.004Z"),
        ("2026-10-02T08:41:10", "2026-10-02T08:41:10.000Z"),
        (1_643_229_451_000, "2022-01-26T20:37:31.000Z"),
        ("1643229451000", "2022-01-26T20:37:31.000Z"),
        (0, None),
        ("", None),
        (None, None),
        ("soon", None),
        (10**30, None),
    ],
)
def test_timestamps_have_one_format(value: Any, expected: str | None) -> None:
    assert timestamp(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("20220126", "2022-01-26"),
        ("2022-01-26", "2022-01-26"),
        ("", None),
        (None, None),
        ("20221326", None),
        ("2022-02-30", None),
        ("soon", None),
    ],
)
def test_dates(value: Any, expected: str | None) -> None:
    assert calendar_date(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("negativeExact", "negative_exact"), ("NEGATIVE_EXACT", "negative_exact"), ("broad", "broad"), (None, None)],
)
def test_snake_case(value: Any, expected: str | None) -> None:
    assert snake(value) == expected


@pytest.mark.parametrize(
    ("state", "serving", "expected"),
    [
        ("ARCHIVED", "CAMPAIGN_STATUS_ENABLED", "archived"),
        ("paused", None, "paused"),
        ("ENABLED", "CAMPAIGN_STATUS_ENABLED", "delivering"),
        ("enabled", "ADVERTISER_STATUS_ENABLED", "delivering"),
        ("ENABLED", "TARGETING_CLAUSE_STATUS_LIVE", "delivering"),
        ("ENABLED", "ELIGIBLE", "delivering"),
        ("ENABLED", "INELIGIBLE", "rejected"),
        ("ENABLED", "AD_POLICING_SUSPENDED", "rejected"),
        ("ENABLED", "ENDED", "ended"),
        ("ENABLED", "PORTFOLIO_PENDING_START_DATE", "pending"),
        ("ENABLED", "ADVERTISER_PAYMENT_FAILURE", "payment_issue"),
        ("ENABLED", "ADVERTISER_OUT_OF_PREPAY_BALANCE", "out_of_budget"),
        ("ENABLED", "CAMPAIGN_PAUSED", "paused"),
        ("ENABLED", "AD_GROUP_INCOMPLETE", "incomplete"),
        ("draft", None, "pending"),
        ("ENABLED", "SOMETHING_NEW", "unknown"),
        (None, None, "unknown"),
    ],
)
def test_the_coarse_status(state: str | None, serving: str | None, expected: str) -> None:
    assert computed_status(state, serving) == expected
    assert expected in COMPUTED_STATUSES
