"""Differences between two sources that stand: their rows, and their number by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tap_amazon_ads_entities.lists.ids import number_of
from tap_amazon_ads_entities.rows.compared import COMPARED, Values, digest_of
from tap_amazon_ads_entities.rows.context import Row
from tap_amazon_ads_entities.rows.surrogates import GROUP_SURROGATE
from tap_amazon_ads_entities.singer.snapshots import Digests

MISSING, DIFFERS = KINDS = ("missing", "differs")
WHOLE_ROW = "*"
"""In the place of a column, where a source does not have the entity."""


@dataclass(frozen=True)
class Said:
    """What a source says of one entity.

    Args:
        entity_id: its id.
        values: its compared columns.
        changed: when it was last changed, in canonical text; None where the source does not say.
    """

    entity_id: str
    values: Values
    changed: str | None = None

    @property
    def digest(self) -> int:
        """The same for all that say the same."""
        return digest_of(self.values)


Answers = dict[int, Said]
"""By the number of the id."""


@dataclass
class Settled:
    """What became of entities in which two sources differed.

    Args:
        stand: they differ as they did.
        moving: they differ in another way.
        contradicted: answers by ids have them, lack them, or say something else of them than whole lists did, without a
            change meanwhile; with what those said.
    """

    stand: list[int] = field(default_factory=list)
    moving: dict[int, Digests] = field(default_factory=dict)
    contradicted: dict[int, Digests] = field(default_factory=dict)


def settled(
    before: Mapping[int, Digests],
    one: Answers,
    other: Answers,
    by_ids: Iterable[bool] = (False, False),
    since: str = "",
) -> Settled:
    """Which of the entities that two sources differed in still differ, in the same way; and which have moved meanwhile.

    A difference that comes from a change between two reads is another one, or none, when both are read once more.

    Args:
        before: what was read of them before.
        one, other: what either source says now.
        by_ids: whether either was asked for the ids alone.
        since: what was changed after then may well say something else than it did.
    """
    found = Settled()
    by_ids = tuple(by_ids)
    for number, earlier in before.items():
        now = (_digest(one, number), _digest(other, number))
        parts = zip(by_ids, earlier, now, (one, other), strict=True)
        if any(asked and _otherwise(number, was, says, said, since) for asked, was, says, said in parts):
            found.contradicted[number] = earlier
        elif now[0] == now[1]:
            continue
        elif now == earlier:
            found.stand.append(number)
        else:
            found.moving[number] = now
    return found


def _otherwise(number: int, was: int, says: int, answers: Answers, since: str) -> bool:
    """Whether an answer by ids says something else than the whole list did, and no change can be the reason."""
    if was == says or not (was and says):
        return was != says
    return (answers[number].changed or "") < since


def _digest(answers: Answers, number: int) -> int:
    return answers[number].digest if number in answers else 0


@dataclass(frozen=True)
class Slice:
    """One entity of one profile, by two sources."""

    profile_id: str
    entity: str
    source: str
    compared_with: str
    run_id: str


def rows_of(what: Slice, numbers: list[int], one: Answers, other: Answers, seen_at: str) -> Iterator[Row]:
    """One row an entity that a source lacks, and one a column that differs."""
    nameless = _nameless(what.entity, numbers, one, other) | _nameless(what.entity, numbers, other, one)
    for number in numbers:
        mine, others = one.get(number), other.get(number)
        if number in nameless:
            continue
        if mine is None or others is None:
            present = mine or others
            if present is not None:
                missing_from = what.source if mine is None else what.compared_with
                yield _row(what, present.entity_id, WHOLE_ROW, MISSING, missing_from, (None, None), seen_at)
            continue
        for column, own, theirs in zip(COMPARED[what.entity], mine.values, others.values, strict=True):
            if own != theirs:
                yield _row(what, mine.entity_id, column, DIFFERS, None, (own, theirs), seen_at)


def _nameless(entity: str, numbers: list[int], one: Answers, other: Answers) -> set[int]:
    """Old ads of Sponsored Brands that have an id in one source and none in the other, with their namesakes.

    Without an id they are known by their ad group, in which they are alone.
    """
    if entity != "ads":
        return set()
    group = COMPARED[entity].index("ad_group_id")
    found: set[int] = set()
    for number in numbers:
        if number in other or number not in one:
            continue
        surrogate = number_of(f"{GROUP_SURROGATE}{one[number].values[group]}")
        if surrogate in other and surrogate not in one:
            found |= {number, surrogate}
    return found


def _row(  # noqa: PLR0913 - a column each
    what: Slice,
    entity_id: str,
    column: str,
    kind: str,
    missing_from: str | None,
    values: tuple[object, object],
    seen_at: str,
) -> Row:
    mine, others = (None if value is None else str(value) for value in values)
    return {
        "profile_id": what.profile_id,
        "entity_type": what.entity,
        "entity_id": entity_id,
        "source": what.source,
        "compared_with": what.compared_with,
        "column_name": column,
        "kind": kind,
        "missing_from": missing_from,
        "value": mine,
        "compared_value": others,
        "run_id": what.run_id,
        "last_seen_at": seen_at,
    }


class Summary:
    """The differences of one profile, by kind."""

    def __init__(self, source: str, compared_with: str) -> None:
        """None yet."""
        self._names = f"{source} and {compared_with}"
        self._counts: Counter[str] = Counter()

    def add(self, row: Row) -> None:
        """One more."""
        entity = row["entity_type"]
        if row["kind"] == MISSING:
            self._counts[f"{entity} missing from {row['missing_from']}"] += 1
        else:
            self._counts[f"{entity} with another {row['column_name']}"] += 1

    @property
    def counts(self) -> dict[str, int]:
        """By kind, the most frequent first."""
        return dict(self._counts.most_common())

    def sentence(self) -> str | None:
        """In words; None where both sources say the same."""
        if not self._counts:
            return None
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in self.counts.items())
        return f"{self._names} differ: {kinds} (sync_differences)"
