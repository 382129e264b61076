"""What a run does for a slice does not depend on how many others there are: counted, not timed."""

# ruff: noqa: SLF001 - what is left of a slice is kept where nobody else can look

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest

from tap_amazon_ads_entities.lists.chains import Chain
from tap_amazon_ads_entities.lists.lookups import Lookups
from tap_amazon_ads_entities.lists.prefetch import Prefetcher
from tap_amazon_ads_entities.lists.reading import Profile
from tap_amazon_ads_entities.lists.session import Session
from tap_amazon_ads_entities.process.deadline import Stop
from tap_amazon_ads_entities.settings.model import Settings
from tap_amazon_ads_entities.tap import TapAmazonAdsEntities

FEW, MANY = 20, 200
ENTITIES = ("portfolios", "campaigns")


class Compared:
    """An object whose comparisons are counted: a search compares."""

    comparisons = 0

    def __eq__(self, other: object) -> bool:
        type(self).comparisons += 1
        return self is other

    def __hash__(self) -> int:
        return id(self)


class CountedChain(Compared, Chain[Any]):
    """A chain that knows how often it was searched for."""


def comparisons(chains: int) -> int:
    CountedChain.comparisons = 0
    prefetcher: Prefetcher[Any] = Prefetcher(workers=2)
    made = [CountedChain(lambda: iter(()), lambda: None) for _ in range(chains)]
    for chain in made:
        prefetcher.submit(chain)
    for chain in made:
        assert list(prefetcher.consume(chain)) == []
    prefetcher.close()
    return CountedChain.comparisons


def test_no_chain_is_searched_for() -> None:
    assert comparisons(FEW) == comparisons(MANY) == 0


def steps_of_ending_a_slice(profiles: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Lines of the package's own code that run for the end of each slice; a scan runs one per element."""
    settings = Settings.from_config(
        {"client_id": "x", "client_secret": "x", "refresh_token": "x", "token_url": "http://127.0.0.1:1", "workers": 1}
    )
    session = Session(settings, Stop())
    monkeypatch.setattr(session._prefetcher, "submit", lambda _: None)
    found = [Profile(str(number), "NA") for number in range(profiles)]
    session.plan(found, ENTITIES)
    for profile in found:
        session.reader.lookups._known.setdefault(profile.profile_id, {})
    steps: Counter[int] = Counter()
    number = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if "tap_amazon_ads_entities" in frame.f_code.co_filename and event == "line":
            steps[number] += 1
        return trace

    for profile in found:
        for entity in ENTITIES:
            work = session.slice(profile.profile_id, entity)
            sys.settrace(trace)
            session.release(work)
            sys.settrace(None)
            number += 1
    session.close()
    assert not session.reader.lookups._known
    assert not session._slices
    assert not session._open
    return list(steps.values())


def test_the_end_of_a_slice_looks_at_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = steps_of_ending_a_slice(FEW, monkeypatch), steps_of_ending_a_slice(MANY, monkeypatch)
    assert max(few) == max(many)


@pytest.fixture
def our_signals() -> Iterator[None]:
    """A tap in this process must not keep the signals of the tests."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("our_signals")
def test_no_bookmark_is_searched_for_at_the_end_of_a_stream() -> None:
    config = {"client_id": "x", "client_secret": "x", "refresh_token": "x"}
    tap = TapAmazonAdsEntities(config=config, parse_env_config=False, validate_config=True)
    stream = tap.streams["entity_campaigns"]
    looked_at: list[str] = []

    class Watched(dict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            looked_at.append(key)
            return super().__getitem__(key)

    stream.stream_state["partitions"] = [Watched(context={"profile_id": str(number)}) for number in range(MANY)]
    tap.next_state_at = float("inf")
    tap.streams["entity_profiles"].finalize_state_progress_markers()
    assert looked_at == []


def test_a_stop_forgets_those_below_it_that_have_ended() -> None:
    session_stop = Stop()
    below = [Stop(session_stop) for _ in range(3)]
    for each in below[:2]:
        session_stop.disown(each)
    session_stop.request()
    assert [each.requested for each in below] == [False, False, True]


def test_forgetting_a_profile_leaves_the_others() -> None:
    def walk(*_: object) -> Iterator[Any]:
        return iter(())

    lookups = Lookups(walk, confirmed=True)
    lookups._known = {"1": {}, "2": {}}
    lookups.forget("1")
    lookups.forget("3")
    assert lookups._known.keys() == {"2"}
