"""Which differences between two sources stand when what differed is read once more."""

from __future__ import annotations

import pytest

from tap_amazon_ads_entities.singer.differences import Answers, Said, settled

STARTED = "2026-11-29T08:00:00.000Z"
BEFORE, MEANWHILE = "2026-11-01T00:00:00.000Z", "2026-11-29T08:00:01.000Z"


def said(state: str | None, changed: str | None = BEFORE) -> Answers:
    return {} if state is None else {1: Said("1", (state,), changed)}


@pytest.mark.parametrize(
    ("was", "now", "by_ids", "became"),
    [
        (("enabled", "paused"), (said("enabled"), said("paused")), (True, True), "stand"),
        (("enabled", "paused"), (said("enabled"), said("enabled")), (False, False), "agree"),
        (("enabled", "paused"), (said("enabled"), said("archived")), (False, False), "moving"),
        # Whole lists are what is loaded: what answers by ids alone say otherwise is asked of them again.
        (("enabled", "paused"), (said("enabled"), said("enabled")), (False, True), "contradicted"),
        (("enabled", "paused"), (said("enabled"), said("enabled", None)), (False, True), "contradicted"),
        (("enabled", "paused"), (said("enabled"), said("enabled", MEANWHILE)), (False, True), "agree"),
        (("enabled", "paused"), (said("enabled"), said("archived", MEANWHILE)), (True, True), "moving"),
        (("enabled", None), (said("enabled"), said("enabled", MEANWHILE)), (False, True), "contradicted"),
        (("enabled", "paused"), (said("enabled"), said(None)), (True, True), "contradicted"),
    ],
)
def test_what_becomes_of_a_difference(
    was: tuple[str | None, str | None], now: tuple[Answers, Answers], by_ids: tuple[bool, bool], became: str
) -> None:
    first, second = (said(state)[1].digest if state else 0 for state in was)
    found = settled({1: (first, second)}, *now, by_ids, STARTED)
    actual = {"stand": found.stand, "moving": found.moving, "contradicted": found.contradicted}
    assert [name for name, numbers in actual.items() if numbers] == ([] if became == "agree" else [became])
