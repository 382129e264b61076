"""Full or incremental: the decision, the bookmark it leaves, and that no schedule of runs ever loses a change."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tap_amazon_ads_entities.rows.values import utc_text
from tap_amazon_ads_entities.settings.model import Settings
from tap_amazon_ads_entities.singer import planning
from tap_amazon_ads_entities.singer.bookmarks import Bookmarks
from tap_amazon_ads_entities.singer.coverage import Coverage, coverage
from tap_amazon_ads_entities.singer.plans import Plan, completed, plan

NOW = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
STARTED = utc_text(NOW)
BEFORE = "2026-11-20T00:00:00.000Z"
FUTURE = "2099-01-01T00:00:00.000Z"
ALL = ("SP", "SB", "SD")


def settings(mode: str = "auto", products: tuple[str, ...] = ALL, **config: Any) -> Settings:
    plain = {"client_id": "a", "client_secret": "b", "refresh_token": "c"}
    return Settings.from_config({**plain, "mode": mode, "ad_products": list(products), **config})


def read_of(*products: str, entity: str = "ads", **change: Any) -> dict[str, Any]:
    """A full read that was completed some days ago."""
    what = coverage(entity, frozenset(products))
    return {"ad_products": sorted(what.ad_products), "lists": what.lists, **change}


def bookmark(*products: str, watermark: str | None = BEFORE, **more: Any) -> dict[str, Any]:
    dated = {"replication_key": "last_updated_time", "replication_key_value": watermark} if watermark else {}
    return {**dated, "run_id": "before", **({"full_read": read_of(*products)} if products else {}), **more}


def decide(state: dict[str, Any], mode: str = "auto", products: tuple[str, ...] = ALL, **more: Any) -> Plan:
    made = {"settings": settings(mode, products), "entity": "ads", "bookmark": state, "run_started": STARTED}
    return plan(**{**made, "now": NOW, **more})


def finish(state: dict[str, Any], read: Plan, seen: str | None = None) -> dict[str, Any]:
    return completed(state, read, seen=seen, run_id="now", run_started=STARTED)


# --- the decision -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "mode", "products", "full"),
    [
        ({}, "auto", ALL, True),
        ({}, "full", ALL, True),
        ({}, "incremental", ALL, False),
        (bookmark(), "auto", ALL, True),  # of a tap that knew no full reads
        (bookmark(), "incremental", ALL, False),
        (bookmark(*ALL), "auto", ALL, False),
        (bookmark(*ALL), "full", ALL, True),
        (bookmark(*ALL), "auto", ("SB",), False),
        (bookmark("SP"), "auto", ("SP",), False),
        (bookmark("SP"), "auto", ALL, True),
        (bookmark("SP", "SB"), "auto", ("SB", "SD"), True),
        (bookmark("SP"), "incremental", ALL, False),
        (bookmark(full_read=read_of(*ALL, lists="a list less")), "auto", ALL, True),
        (bookmark(full_read=read_of(*ALL, lists="a list less")), "incremental", ALL, False),
        *((bookmark(*ALL, full_read_due="lost"), mode, ALL, True) for mode in ("auto", "full", "incremental")),
        *((bookmark(*ALL, full_read_due=""), mode, ALL, True) for mode in ("auto", "full", "incremental")),
        *((bookmark(*ALL, watermark=FUTURE), mode, ALL, True) for mode in ("auto", "full", "incremental")),
        (bookmark(*ALL, watermark="2026-11-24T12:00:00.001Z"), "auto", ALL, True),
        (bookmark(*ALL, watermark=STARTED), "auto", ALL, False),
        (bookmark(*ALL, watermark="2026-11-24T13:00:00+01:00"), "auto", ALL, False),
    ],
)
def test_what_is_read_in_full(state: dict[str, Any], mode: str, products: tuple[str, ...], *, full: bool) -> None:
    made = decide(state, mode, products)
    assert made.mode == ("full" if full else "incremental")
    assert not (full and made.since)


def test_why_a_full_read_is_due_is_kept_for_the_log() -> None:
    assert decide(bookmark(*ALL, full_read_due="the table lost 3 rows")).due == "the table lost 3 rows"
    assert decide(bookmark(*ALL, watermark=FUTURE)).due == "its bookmark lies in the future: 2099-01-01"
    assert decide(bookmark(*ALL)).due is None
    assert decide({}).due is None


def test_portfolios_do_not_depend_on_ad_products() -> None:
    state = finish({}, decide({}, products=("SP",), entity="portfolios"))
    assert state["full_read"]["ad_products"] == []
    assert decide(state, products=ALL, entity="portfolios").mode == "incremental"
    assert decide(state, products=("SD",), entity="portfolios").mode == "incremental"


def test_a_catalog_that_wants_a_stream_whole_gets_it_whole() -> None:
    assert decide(bookmark(*ALL), "incremental", whole=True).mode == "full"


@pytest.mark.parametrize("entity", ["portfolios", "campaigns", "ad_groups", "ads", "targets"])
def test_a_list_that_the_catalogue_learns_changes_the_digest(entity: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = coverage.__wrapped__(entity, frozenset(ALL))
    more = type("Endpoint", (), {"name": "sp/new/list", "ad_product": None, "ad_products": frozenset()})()
    known = coverage.__wrapped__.__globals__["endpoints_of"]
    monkeypatch.setitem(
        coverage.__wrapped__.__globals__,
        "endpoints_of",
        lambda *of: (*known(*of), more),
    )
    after: Coverage = coverage.__wrapped__(entity, frozenset(ALL))
    assert after.ad_products == before.ad_products
    assert after.lists != before.lists


@pytest.mark.parametrize(
    ("state", "mode", "products", "since"),
    [
        (bookmark(*ALL), "auto", ALL, "2026-11-18T23:00:00.000Z"),
        (bookmark(*ALL), "auto", ("SP",), "2026-11-18T23:00:00.000Z"),
        (bookmark(*ALL, watermark=None), "auto", ALL, None),  # it was empty: whatever has a date is new
        ({}, "incremental", ALL, "2026-10-25T12:00:00.000Z"),
        (bookmark(), "incremental", ALL, "2026-11-18T23:00:00.000Z"),
    ],
)
def test_since_when_an_incremental_slice_emits(
    state: dict[str, Any], mode: str, products: tuple[str, ...], since: str | None
) -> None:
    made = decide(state, mode, products)
    assert (made.mode, made.since) == ("incremental", since)


# --- the bookmark afterwards ----------------------------------------------------------------

NEWER = "2026-11-23T00:00:00.000Z"


@pytest.mark.parametrize(
    ("state", "mode", "products", "watermark", "full_read"),
    [
        # The first full read, and one after the other.
        ({}, "auto", ALL, NEWER, read_of(*ALL)),
        (bookmark(), "auto", ALL, NEWER, read_of(*ALL)),
        (bookmark("SP"), "auto", ALL, NEWER, read_of(*ALL)),
        (bookmark(*ALL), "full", ALL, NEWER, read_of(*ALL)),
        # An incremental one keeps it, whatever it is.
        (bookmark(*ALL), "auto", ALL, NEWER, read_of(*ALL)),
        (bookmark("SP"), "incremental", ALL, NEWER, read_of("SP")),
        (bookmark(), "incremental", ALL, NEWER, None),
        (bookmark(full_read=read_of(*ALL, lists="old")), "incremental", ALL, NEWER, read_of(*ALL, lists="old")),
        # Fewer ad products than the bookmark speaks for: it stays where it was.
        (bookmark(*ALL), "auto", ("SP",), BEFORE, read_of(*ALL)),
        (bookmark(*ALL), "incremental", ("SP",), BEFORE, read_of(*ALL)),
        (bookmark(*ALL), "full", ("SP",), BEFORE, read_of(*ALL)),
        (bookmark(*ALL, watermark=None), "full", ("SP",), None, read_of(*ALL)),
        (bookmark("SP", "SB"), "auto", ("SB", "SD"), BEFORE, read_of(*ALL)),
        # What nothing vouches for any more is not kept.
        (bookmark(full_read=read_of(*ALL, lists="old")), "full", ("SP",), BEFORE, read_of("SP")),
        (bookmark(*ALL, full_read_due="lost"), "auto", ("SP",), BEFORE, read_of("SP")),
        (bookmark(*ALL, full_read_due="lost"), "incremental", ALL, NEWER, read_of(*ALL)),
        (bookmark(*ALL, watermark=FUTURE), "auto", ALL, NEWER, read_of(*ALL)),
        (bookmark(*ALL, watermark=FUTURE), "auto", ("SP",), NEWER, read_of("SP")),
        (bookmark(watermark=FUTURE), "incremental", ALL, NEWER, read_of(*ALL)),
    ],
)
def test_what_a_completed_slice_leaves(
    state: dict[str, Any],
    mode: str,
    products: tuple[str, ...],
    watermark: str | None,
    full_read: dict[str, Any] | None,
) -> None:
    before = repr(state)
    after = finish(state, decide(state, mode, products), NEWER)
    assert after.get("replication_key_value") == watermark
    assert after.get("full_read") == full_read
    assert after["run_id"] == "now"
    assert "full_read_due" not in after
    assert after.keys() <= {"replication_key", "replication_key_value", "run_id", "full_read"}
    assert repr(state) == before


def test_a_slice_without_any_row_is_read_incrementally_after_its_first_full_read() -> None:
    state = finish({}, decide({}))
    assert state == {"run_id": "now", "full_read": read_of(*ALL)}
    assert decide(state).mode == "incremental"


def test_a_watermark_in_the_future_goes_even_where_nothing_takes_its_place() -> None:
    state = bookmark(*ALL, watermark=FUTURE)
    assert "replication_key_value" not in finish(state, decide(state))


# --- any schedule of runs --------------------------------------------------------------------


class Account:
    """One slice at Amazon, the table it is stored in, and its bookmark."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a schedule, not a secret
        self.now = datetime(2026, 1, 1, tzinfo=timezone.utc)
        self.rows: dict[str, dict[int, str]] = {product: {} for product in ALL}
        self.table: dict[str, dict[int, str]] = {product: {} for product in ALL}
        self.bookmark: dict[str, Any] = {}

    def change(self) -> None:
        """Entities appear or are changed, in some products."""
        for product in self.random.sample(ALL, self.random.randint(0, 3)):
            for _ in range(self.random.randint(1, 3)):
                self.now += timedelta(seconds=self.random.randint(1, 90))
                self.rows[product][self.random.randint(1, 9)] = utc_text(self.now)

    def damage(self) -> None:
        """Something happens to the table or to the bookmark."""
        what: Callable[[], None] = self.random.choice([self._lose_rows, self._reach_ahead, self._learn_a_list])
        what()

    def _lose_rows(self) -> None:
        """The table loses rows, and whoever keeps the STATE has noticed."""
        self.table[self.random.choice(ALL)].clear()
        self.bookmark["full_read_due"] = "the table lost rows"

    def _reach_ahead(self) -> None:
        if "replication_key_value" in self.bookmark:
            self.bookmark["replication_key_value"] = FUTURE

    def _learn_a_list(self) -> None:
        """An older tap knew a list less, which left rows out."""
        if "full_read" in self.bookmark:
            self.bookmark["full_read"] = {**self.bookmark["full_read"], "lists": "one less"}
            self.table[self.random.choice(self.bookmark["full_read"]["ad_products"])].clear()

    def run(self, mode: str, products: tuple[str, ...], *, fails: bool = False) -> Plan:
        """Read a slice as the tap does."""
        started = utc_text(self.now)
        made = plan(
            settings=settings(mode, products, lookback_hours=0),
            entity="ads",
            bookmark=self.bookmark,
            run_started=started,
            now=self.now,
        )
        seen = max((moment for product in products for moment in self.rows[product].values()), default=None)
        for product in products:
            emitted = {key: at for key, at in self.rows[product].items() if made.since is None or at >= made.since}
            self.table[product].update(dict(list(emitted.items())[:1]) if fails else emitted)
        if not fails:
            self.bookmark = completed(self.bookmark, made, seen=seen, run_id="r", run_started=started)
        return made


@pytest.mark.parametrize("seed", range(300))
def test_no_schedule_of_runs_loses_a_change(seed: int) -> None:
    account = Account(seed)
    full = 0
    for _ in range(30):
        account.change()
        account.now += timedelta(days=account.random.choice([0, 0, 1, 50]))
        if account.random.random() < 0.1:
            account.damage()
        products = tuple(account.random.sample(ALL, account.random.randint(1, 3)))
        mode = account.random.choice(["auto", "auto", "auto", "full"])
        fails = account.random.random() < 0.2
        made = account.run(mode, products, fails=fails)
        full += made.mode == "full"
        if not fails:
            for product in products:
                assert account.table[product] == account.rows[product]
    account.run("auto", ALL)
    assert account.table == account.rows
    assert account.run("auto", ALL).mode == "incremental"
    assert full < 30


# --- what happens, instead of what there is ---------------------------------------------------


def events(mode: str = "auto", watermark: str | None = BEFORE, **more: Any) -> Plan:
    known = {"full_read": read_of("SP", "SB", entity="change_events")}
    return decide({**bookmark(watermark=watermark), **known, **more}, mode, entity="change_events")


@pytest.mark.parametrize(
    ("made", "mode", "since"),
    [
        (events(), "incremental", datetime(2026, 11, 18, 23, tzinfo=timezone.utc)),
        (events(watermark=None), "incremental", NOW - timedelta(days=89, hours=18)),
        (events("full"), "full", NOW - timedelta(days=89, hours=18)),
        (events(full_read_due="lost"), "full", NOW - timedelta(days=89, hours=18)),
        (events(watermark="2026-01-01T00:00:00.000Z"), "incremental", NOW - timedelta(days=89, hours=18)),
    ],
    ids=["since the watermark", "no watermark", "full", "due", "too long ago"],
)
def test_what_happened_is_read_since_the_watermark_or_as_far_back_as_amazon_knows(
    made: Plan, mode: str, since: datetime
) -> None:
    # The run may last six hours: what is asked for at its end must not be too old by then.
    assert (made.mode, made.period, made.since) == (mode, (since, NOW), None)


def test_what_happened_longer_ago_than_amazon_knows_is_said_to_be_unknown(caplog: pytest.LogCaptureFixture) -> None:
    known = Bookmarks({})
    known.keep("1", bookmark(watermark="2026-01-01T00:00:00.000Z"))
    known.keep("2", bookmark())
    plans = planning.plan_slices(settings(), ["1", "2"], {"change_events": (known, False)}, STARTED)
    planning.announce(plans, "full")
    [said] = caplog.messages
    assert said.startswith("change_events of profile 1: last read longer ago than Amazon remembers: ")
    assert said.endswith("from 2026-01-01T00:00:00.000Z to 2026-08-26T18:00:00.000Z is not known")


def test_a_period_that_was_read_to_its_end_is_where_the_next_one_begins() -> None:
    read = events()
    assert read.period is not None
    after = finish(bookmark(), read, seen=utc_text(read.period[1]))
    assert (after["replication_key"], after["replication_key_value"]) == ("occurred_at", STARTED)


# --- all slices of a run ----------------------------------------------------------------------


def test_the_log_says_how_many_slices_are_read_in_full_and_which_have_to_be(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    ads, targets = Bookmarks({}), Bookmarks({})
    for number in range(10):
        due = {"full_read_due": "the table lost rows"} if number < 7 else {}
        ads.keep(str(number), bookmark(*ALL, **due))
    targets.keep("3", bookmark(watermark=FUTURE))
    profiles = [str(number) for number in range(10)]
    plans = planning.plan_slices(settings(), profiles, {"ads": (ads, False), "targets": (targets, False)}, STARTED)
    planning.announce(plans, "auto")
    assert list(plans)[:3] == [("0", "ads"), ("0", "targets"), ("1", "ads")]
    assert caplog.messages == [
        "17 slices are read in full, 3 incrementally",
        "ads of 7 profiles (0, 1, 2, 3, 4, …): read in full: the table lost rows",
        "targets of profile 3: read in full: its bookmark lies in the future: 2099-01-01",
    ]
    caplog.clear()
    planning.announce(plans, "incremental")
    assert len(caplog.messages) == 2
