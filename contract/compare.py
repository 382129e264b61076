"""What has changed in Amazon's files, and which of it the tap uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from contract.described import LIMIT, Fact, Field, Files, Operation, value_of
from contract.used import ITEMS, UsedList

GONE, NEW, DEPRECATED = "gone", "new", "deprecated"


class Change(NamedTuple):
    """One difference.

    Args:
        change: gone, new or deprecated.
        used: whether the tap sends or reads it.
        where: the list, by its name in the catalogue or in Amazon's files.
        kind, name: what it is.
    """

    change: str
    used: bool
    where: str
    kind: str
    name: str

    @property
    def breaks(self) -> bool:
        """Whether the tap relies on what is not there any more."""
        return self.used and self.change == GONE


def compare(files: Files, lists: list[UsedList], known: Mapping[str, Any]) -> list[Change]:
    """Every difference, what breaks the tap first.

    Args:
        files: Amazon's, of today.
        lists: that the tap reads.
        known: what the files said when they were last accepted, as `accepted` wrote it.
    """
    changes = [change for each in lists for change in _of_list(files, each, known.get("used", {}))]
    before, today = set(known.get("lists", ())), set(files.lists())
    own = {each.operation for each in lists}
    if before:
        changes += [Change(NEW, used=False, where=name, kind="list", name=name) for name in today - before - own]
        changes += [Change(GONE, used=False, where=name, kind="list", name=name) for name in before - today - own]
    order = [GONE, DEPRECATED, NEW]
    return sorted(set(changes), key=lambda each: (not each.breaks, order.index(each.change), not each.used, each))


def accepted(files: Files, lists: list[UsedList], known: Mapping[str, Any]) -> dict[str, Any]:
    """What the files say today, as a document to compare with later."""
    found = {each.name: _document(today) for each in lists if (today := operation(files, each)) is not None}
    # What was not looked at stays as it was.
    kept = {name: each for name, each in known.get("used", {}).items() if name.startswith(ITEMS)}
    return {"lists": files.lists(), "used": dict(sorted({**kept, **found}.items()))}


def operation(files: Files, used: UsedList) -> Operation | None:
    """What the files say of a list. Of several files that have its path, the one that offers most of what is sent."""
    if used.items is not None:
        return used.items
    endpoint = used.endpoint
    offered = files.operations(used.operation, endpoint.content_type, endpoint.accept)
    return min(offered, key=lambda each: len(used.sent(each) - each.facts(used.operation).keys()), default=None)


def undescribed(used: UsedList, known: Mapping[str, Any]) -> bool:
    """Whether the files did not have a list when they were accepted: that they lack it is no news."""
    return bool(known) and used.name not in known


def _of_list(files: Files, used: UsedList, known: Mapping[str, Any]) -> Iterator[Change]:
    today = operation(files, used)
    if today is None and undescribed(used, known):
        return
    if today is None:
        yield Change(GONE, used=True, where=used.name, kind="list", name=used.operation)
        return
    if used.name not in known:
        # The tap reads it since: that nothing of it has changed nobody can say.
        yield Change(NEW, used=True, where=used.name, kind="list", name=used.operation)
    before = _operation(known[used.name]) if used.name in known else today
    offered, offered_before = today.facts(used.operation), before.facts(used.operation)
    sent, read = used.sent(today), used.read(today)
    if before.response != today.response:
        read |= used.read(before)
    for fact in (offered_before.keys() | sent) - offered.keys() - (_not_missed(before) if used.items else set()):
        # A value that does not come any more breaks nothing; one that is sent is refused.
        yield Change(GONE, fact in sent | read, used.name, *fact)
    yield from _beyond(used, {**today.parameters, **today.request})
    for fact, deprecated in offered.items():
        mine = fact in sent | read
        if fact not in offered_before:
            yield Change(NEW, mine or _field_of(fact) in sent | read, used.name, *fact)
        if deprecated and (mine or not offered_before.get(fact)):
            yield Change(DEPRECATED, mine, used.name, *fact)


def _beyond(used: UsedList, fields: Mapping[str, Field]) -> Iterator[Change]:
    """What requests say more of than is taken now."""
    for path, number in used.numbers_sent().items():
        most = fields.get(path, Field()).most
        if most is not None and most < number:
            yield Change(GONE, used=True, where=used.name, kind=LIMIT, name=f"{path}: {number} sent, {most} taken")


def _not_missed(before: Operation) -> set[Fact]:
    """What a file need not show again although an earlier one did."""
    return {
        Fact("response field", name)
        for path, each in before.response.items()
        for name in ([path] if each.optional else []) + [value_of(path, value) for value in each.values]
    }


def _field_of(fact: Fact) -> Fact:
    """The field that a value belongs to: a new value of a field that is read is news for the tap."""
    return Fact(fact.kind, fact.name.partition(" = ")[0])


def _document(each: Operation) -> dict[str, Any]:
    return {
        "takes": list(each.takes),
        "gives": list(each.gives),
        "deprecated": each.deprecated,
        **{name: _texts(getattr(each, name)) for name in ("parameters", "request", "response")},
    }


def _texts(fields: Mapping[str, Field]) -> dict[str, str]:
    """One line a field: its type, its values, its limit, and what is true of it."""
    return {
        path: "|".join((each.kind, *each.values))
        + (f" <= {each.most}" if each.most is not None else "")
        + (" (optional)" if each.optional else "")
        + (" (deprecated)" if each.deprecated else "")
        for path, each in sorted(fields.items())
    }


def _operation(document: Mapping[str, Any]) -> Operation:
    return Operation(
        takes=tuple(document["takes"]),
        gives=tuple(document["gives"]),
        deprecated=document["deprecated"],
        **{name: _fields(document[name]) for name in ("parameters", "request", "response")},
    )


def _fields(texts: Mapping[str, str]) -> dict[str, Field]:
    fields = {}
    for path, text in texts.items():
        said, deprecated = _ending(text, " (deprecated)")
        said, optional = _ending(said, " (optional)")
        said, _, most = said.partition(" <= ")
        kind, *values = said.split("|")
        fields[path] = Field(kind, tuple(values), deprecated, int(most) if most else None, optional)
    return fields


def _ending(text: str, ending: str) -> tuple[str, bool]:
    return text.removesuffix(ending), text.endswith(ending)
