from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tap_amazon_ads_entities.rows.status import COMPUTED_STATUSES, computed_status
from tap_amazon_ads_entities.rows.unreadable import Altered, Unreadable
from tap_amazon_ads_entities.rows.values import calendar_date, identifier, micros, snake, timestamp


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
        ("0", None),
        ("2026-01-31T12:00:00.0Z", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31T12:00:00.12Z", "2026-01-31T12:00:00.120Z"),
        ("2026-01-31T12:00:00.1230000Z", "2026-01-31T12:00:00.123Z"),
        ("2026-01-31T12:00:00.123+0000", "2026-01-31T12:00:00.123Z"),
        ("2026-01-31T12:00:00-0130", "2026-01-31T13:30:00.000Z"),
        ("2026-01-31 12:00:00+02", "2026-01-31T10:00:00.000Z"),
        ("2026-01-31T12:00Z", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31", "2026-01-31T00:00:00.000Z"),
        ("0001-01-01T00:00:00-01:00", "0001-01-01T01:00:00.000Z"),
        (Decimal("1643229451000.0"), "2022-01-26T20:37:31.000Z"),
    ],
)
def test_timestamps_have_one_format(value: Any, expected: str | None) -> None:
    assert timestamp(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "soon", "0000-00-00T00:00:00.000Z", "2026-02-29T00:00:00.000Z", "2026-01-31T24:00:00.000Z",
        "2026-01-31T12:60:00.000Z", "2026-01-31T12:00:60.000Z", "2026-W01-1T08:41:10.004Z", "2026-01-31x12:00:00.000Z",
        "20260131T12:00:00.0000Z", "2026-01-31T12:00:00.1x3Z", "2026-01-31T12:00:00+25:00",
        "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "03/04/2025", "２０２６-01-31T12:00:00.000Z",
        1_643_229_451, "1643229451", -1, 10**30, "1" * 25, True, False, [], {}, ["2026-01-31"], Decimal("0.5"),
    ],
)  # fmt: skip
def test_what_is_no_moment_is_unreadable_and_not_absent(value: Any) -> None:
    found = timestamp(value)
    assert isinstance(found, Unreadable)
    assert found.raw == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("9223372036854.775807"), 2**63 - 1),
        (Decimal("-9223372036854.775808"), -(2**63)),
        ("1.50", 1_500_000),
        ("2e3", 2_000_000_000),
        (0, 0),
        (None, None),
    ],
)
def test_money(value: Any, expected: int | None) -> None:
    assert micros(value) == expected


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (Decimal("9223372036854.7758074"), 2**63 - 1),
        ("0.0000001", 0),
        (Decimal("1.0000005"), 1_000_000),
        (Decimal("1." + "0" * 40 + "1"), 1_000_000),
    ],
)
def test_money_finer_than_a_micro_is_rounded_and_said_to_be(value: Any, stored: int) -> None:
    found = micros(value)
    assert isinstance(found, Altered)
    assert (found.stored, str(found.raw)) == (stored, str(Decimal(value)))


@pytest.mark.parametrize(
    "value",
    [Decimal("9223372036854.7758075"), 10**13, Decimal("1e300"), "1,50", "n/a", "", "NaN", "1_000", "１", True, [], {}],
)
def test_what_is_no_amount_is_unreadable_and_not_absent(value: Any) -> None:
    assert isinstance(micros(value), Unreadable)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(7, "7"), ("7", "7"), (2**64 - 1, "18446744073709551615"), (Decimal("1e3"), "1000"), ("a-b", "a-b"), (None, None)],
)
def test_ids(value: Any, expected: str | None) -> None:
    assert identifier(value) == expected


@pytest.mark.parametrize(
    "value", ["", " ", " 7", "7\n", "7" * 201, 10**201, -1, Decimal("1.5"), True, [], {}, "a\ud800"]
)
def test_what_is_no_id_is_unreadable_and_not_absent(value: Any) -> None:
    assert isinstance(identifier(value), Unreadable)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("20220126", "2022-01-26"),
        ("2022-01-26", "2022-01-26"),
        ("", None),
        (None, None),
        (20220126, "2022-01-26"),
        ("2022-01-26T00:00:00.000Z", "2022-01-26"),
        ("2022-01-26T00:00:00-08:00", "2022-01-26"),
        ("0", None),
        (0, None),
    ],
)
def test_dates(value: Any, expected: str | None) -> None:
    assert calendar_date(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        *("20221326", "2022-02-30", "soon", "03/04/2025", "0000-00-00", "2026-01-31x", "2026-1-3", 7, True, {}, []),
        *("2026-01-31 garbage", "2026-01-31T25:61:00Z", "2026-01-31T03:00:00Z junk"),
    ],
)
def test_what_is_no_date_is_unreadable_and_not_absent(value: Any) -> None:
    assert isinstance(calendar_date(value), Unreadable)


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
        ("ENABLED", "INELIGIBLE", "ineligible"),
        ("ENABLED", "NOT_ELIGIBLE", "ineligible"),
        ("ENABLED", "AD_POLICING_SUSPENDED", "rejected"),
        ("ENABLED", "ENDED", "ended"),
        ("ENABLED", "PORTFOLIO_PENDING_START_DATE", "pending"),
        ("ENABLED", "ADVERTISER_PAYMENT_FAILURE", "payment_issue"),
        ("ENABLED", "ADVERTISER_OUT_OF_PREPAY_BALANCE", "out_of_budget"),
        ("ENABLED", "CAMPAIGN_PAUSED", "paused"),
        ("ENABLED", "AD_GROUP_INCOMPLETE", "incomplete"),
        ("draft", None, "pending"),
        ("ENABLED", "SOMETHING_NEW", "unknown"),
        ("weird", "CAMPAIGN_STATUS_ENABLED", "unknown"),
        ("OTHER", "ELIGIBLE", "unknown"),
        (None, "AD_STATUS_LIVE", "unknown"),
        ("weird", "CAMPAIGN_OUT_OF_BUDGET", "out_of_budget"),
        (None, None, "unknown"),
    ],
)
def test_the_coarse_status(state: str | None, serving: str | None, expected: str) -> None:
    assert computed_status(state, serving) == expected
    assert expected in COMPUTED_STATUSES


@pytest.mark.parametrize(
    ("read", "value", "stored"),
    [
        (timestamp, "2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00.123Z"),
        (timestamp, Decimal("1643229451000.5"), "2022-01-26T20:37:31.000Z"),
        (calendar_date, "2022-01-26T10:00:00Z", "2022-01-26"),
        (calendar_date, "2022-01-26T00:00:00.0001+02:00", "2022-01-26"),
    ],
)
def test_what_is_cut_off_a_time_is_known(read: Callable[[Any], Any], value: Any, stored: str) -> None:
    found = read(value)
    assert isinstance(found, Altered)
    assert (found.stored, found.raw) == (stored, value)
