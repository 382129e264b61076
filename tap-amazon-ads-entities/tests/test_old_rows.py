"""Rows that a read hides without a sign are emitted as soon as a read shows them, in any schedule of runs."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tap_amazon_ads_entities.rows.values import utc_text
from tap_amazon_ads_entities.settings.model import Settings
from tap_amazon_ads_entities.singer.old_rows import OldRows, OldRowsWatch
from tap_amazon_ads_entities.singer.plans import Plan, completed, plan

ALL = ("SP", "SB", "SD")
Rows = dict[int, dict[str, Any]]


class Account:
    """One slice whose lists hide rows, what is emitted of it, and its bookmark."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a schedule, not a secret
        self.now = datetime(2026, 1, 1, tzinfo=timezone.utc)
        self.rows: Rows = {}
        self.table: Rows = {}
        self.bookmark: dict[str, Any] = {}

    def live(self) -> None:
        """Entities are made and changed, and time goes by."""
        for _ in range(self.random.randint(0, 4)):
            self.now += timedelta(minutes=self.random.randint(1, 90))
            at, number = utc_text(self.now), self.random.randint(1, 30)
            made = self.rows.get(number, {"creation_time": at, "product": self.random.choice(ALL)})
            self.rows[number] = {**made, "last_updated_time": at}
        self.now += timedelta(hours=self.random.choice([1, 1, 1, 24, 300]))

    def run(self, hidden: set[int], products: tuple[str, ...] = ALL, *, lookback: int = 25) -> str | None:
        """Read the slice as the tap does, by the time of change alone; why all of it was read once more."""
        config = {"client_id": "a", "client_secret": "b", "refresh_token": "c", "lookback_hours": lookback}
        settings, started = Settings.from_config({**config, "ad_products": list(products)}), utc_text(self.now)
        read = plan(settings=settings, entity="ads", bookmark=self.bookmark, run_started=started, now=self.now)
        shown = {key: row for key, row in self.rows.items() if row["product"] in products and key not in hidden}
        old, since = self._see(read, shown), read.since
        if (problem := old.problem) is not None:
            old, since = (
                self._see(Plan(read.entity, read.mode, None, read.reads, made_before=read.made_before), shown),
                None,
            )
        self.table.update(
            (key, row) for key, row in shown.items() if since is None or row["last_updated_time"] >= since
        )
        seen = max((row["last_updated_time"] for row in shown.values()), default=None)
        self.bookmark = completed(self.bookmark, read, seen=seen, run_id="r", run_started=started, old_rows=old.seen)
        return problem

    def _see(self, read: Plan, shown: Rows) -> OldRowsWatch:
        watch = OldRowsWatch(read.old_rows, str(read.made_before))
        numbers = [*shown]
        for start in range(0, len(numbers), 7):
            page = numbers[start : start + 7]
            watch.see([shown[number] for number in page], page, new=False)
        return watch


@pytest.mark.parametrize("seed", range(60))
def test_what_was_hidden_is_emitted_when_it_is_shown(seed: int) -> None:
    account = Account(seed)
    chosen = account.random
    for _ in range(20):
        account.live()
        rate = chosen.choice([0, 0, 0.3])
        hidden = {number for number in account.rows if chosen.random() < rate}
        products = ALL if chosen.random() < 0.8 else (chosen.choice(ALL),)
        account.run(hidden, products, lookback=chosen.choice([25, 25, 0, 100]))
        shown = {key: row for key, row in account.rows.items() if key not in hidden}
        # Of a part of the products nobody knows what was old.
        assert products != ALL or {key: account.table.get(key) for key in shown} == shown
    account.run(set())
    assert account.table == account.rows
    account.live()
    assert account.run(set()) is None


def test_a_page_of_old_young_and_undated_rows_counts_the_old_ones() -> None:
    rows = [{"creation_time": time} for time in ("2026-01-01", "2026-03-01", None, "2026-05-01")]
    watch = OldRowsWatch(OldRows("2026-02-01", 1, 0), "2026-04-01")
    watch.see(rows, [1, 2, 3, 4], new=False)
    watch.see([], [], new=False)
    watch.see(rows[:1], [5], new=True)
    problem = watch.problem
    assert problem is not None
    assert problem.startswith("1 rows were made before 2026-02-01, and the complete read before this one gave others")
    assert (watch.seen.made_before, watch.seen.count) == ("2026-04-01", 3)
    again = OldRowsWatch(watch.seen, "2026-04-02")
    for number, row in zip((5, 1, 2, 1), (rows[0], rows[0], rows[1], rows[0]), strict=True):
        again.see([row], [number], new=False)
    assert again.problem is None
