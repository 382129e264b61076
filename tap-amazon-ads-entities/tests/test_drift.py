"""While others change the account: what was there all the time is never missed where reads are confirmed."""

from __future__ import annotations

import os

from harness.drift import Outcome, play

SCHEDULES = int(os.environ.get("SCHEDULES") or 200)
SEEDS = (int(os.environ["SEED"]),) if os.environ.get("SEED") else tuple(range(SCHEDULES))


def summed_up(outcomes: list[Outcome]) -> str:
    lost = sum(bool(each.green and each.missing) for each in outcomes)
    noticed = sum(not each.green for each in outcomes)
    return f"{lost} ended well without it, {noticed} were noticed, {sum(each.requests for each in outcomes):,} requests"


def test_no_schedule_of_changes_ends_well_without_a_row_that_was_there_all_the_time() -> None:
    confirmed = [play(seed, confirm=True) for seed in SEEDS]
    plain = [play(seed, confirm=False) for seed in SEEDS]
    print(f"\n{len(SEEDS):,} schedules. Read once: {summed_up(plain)}. Confirmed: {summed_up(confirmed)}.")  # noqa: T201
    assert {
        seed: each.missing for seed, each in zip(SEEDS, confirmed, strict=True) if each.green and each.missing
    } == {}
    # A test that could not fail would prove nothing.
    assert len(SEEDS) == 1 or any(each.green and each.missing for each in plain)
