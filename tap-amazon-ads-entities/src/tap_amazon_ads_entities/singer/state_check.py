"""Takes over the STATE that the tap is handed: what is ours of it, or one sentence about what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tap_amazon_ads_entities.errors import StateError
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.singer import bookmarks

_LONGEST_SHOWN = 60
_ADVICE = "pass the STATE this tap wrote, or none"
_PARTITION = frozenset(
    {
        "replication_key",
        bookmarks.WATERMARK,
        "run_id",
        bookmarks.FULL_READ,
        bookmarks.FULL_READ_DUE,
        bookmarks.ROWS,
        bookmarks.OLD_ROWS,
        bookmarks.MADE_BEFORE,
        bookmarks.UNLISTED,
    },
)
_FULL_READ = frozenset({"ad_products", "lists"})
_ONCE_IN_IT = "at"
_ID = re.compile("[0-9]{1,20}")
"""An id of Amazon's: it goes into requests as it is."""


def take_over(state: Mapping[str, Any], streams: Iterable[str]) -> dict[str, Any]:
    """The bookmarks of these streams, without anything else that the STATE may hold.

    Raises:
        StateError: it cannot be understood: it is broken, newer, or of somebody else.
    """
    _check_document(state)
    found = state.get("bookmarks", {})
    if not isinstance(found, Mapping):
        message = f"The STATE's bookmarks are {_shown(found)}, which is no object; {_ADVICE}."
        raise StateError(message)
    ours = set(streams)
    unknown = [name for name in found if name not in ours]
    if found and len(unknown) == len(found):
        message = (
            f"This STATE belongs to another tap: it holds bookmarks of {_listed(unknown)}, and none of this one; "
            f"{_ADVICE}."
        )
        raise StateError(message)
    if unknown:
        LOGGER.warning("the STATE holds bookmarks of %s, which this tap does not have; ignored", _listed(unknown))
    taken = {name: _stream(name, bookmark) for name, bookmark in found.items() if name in ours}
    return {"bookmarks": taken} if taken else {}


def _check_document(state: Mapping[str, Any]) -> None:
    """Refuse what is wrapped around a STATE, and what is none."""
    if state.get("type") == "STATE":
        message = "This is a whole STATE message, not a STATE: pass the object in its 'value'."
    elif "singer_state" in state:
        message = "This is Meltano's document around a STATE: pass the object in its 'singer_state'."
    elif state.keys() & {"completed", "partial"}:
        message = "This is Meltano's document around a STATE: pass the object in 'singer_state' below its 'completed'."
    elif unknown := [name for name in state if name != "bookmarks"]:
        message = f"The STATE holds {_listed(unknown)}, which this tap does not write; {_ADVICE}."
    else:
        return
    raise StateError(message)


def _stream(name: str, bookmark: Any) -> dict[str, Any]:
    if not isinstance(bookmark, Mapping):
        raise _refusal(name, None, f"is {_shown(bookmark)}, which is no object")
    version = bookmark.get("version", bookmarks.VERSIONS[0])
    if version not in bookmarks.VERSIONS or isinstance(version, bool):
        message = (
            f"The bookmark of {name} has version {_shown(version)}, this tap writes version {bookmarks.VERSION}: "
            "use the tap that wrote it or a newer one."
        )
        raise StateError(message)
    partitions = bookmark.get("partitions", [])
    if not isinstance(partitions, list):
        raise _refusal(name, None, f"has partitions that are {_shown(partitions)}, which is no list")
    shared = _shared(name, bookmark)
    taken: dict[str, Any] = {}
    kept = bookmarks.Bookmarks(taken)
    for number, partition in enumerate(partitions, 1):
        profile_id = _profile_of(name, number, partition)
        if profile_id in kept.profile_ids:
            raise _refusal(name, profile_id, "is there twice")
        kept.keep(profile_id, _expanded(name, profile_id, partition, shared))
    return taken


def _shared(name: str, bookmark: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    shared = bookmark.get(bookmarks.SHARED, {})
    if not isinstance(shared, Mapping) or not all(isinstance(each, Mapping) for each in shared.values()):
        raise _refusal(name, None, f"has a {bookmarks.SHARED} that is {_shown(shared)}, which is no object of objects")
    for each in shared.values():
        lists = each.get(bookmarks.ROWS_OF, [])
        if not isinstance(lists, list) or not all(isinstance(path, str) for path in lists):
            raise _refusal(name, None, f"has a {bookmarks.ROWS_OF} that is {_shown(lists)}, which is no list of names")
    return shared


def _expanded(name: str, profile_id: str, partition: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    if bookmarks.SHARED in partition:
        reference = partition[bookmarks.SHARED]
        if not isinstance(reference, str) or reference not in shared:
            raise _refusal(name, profile_id, f"shares {_shown(reference)}, which the STATE does not hold")
    own = {key: value for key, value in partition.items() if key in {*_PARTITION, bookmarks.SHARED}}
    try:
        found = bookmarks.expanded(own, shared)
    except ValueError:
        raise _refusal(name, profile_id, f"has more {bookmarks.ROWS} than {bookmarks.ROWS_OF} has names") from None
    _check_partition(name, profile_id, found)
    if covered := bookmarks.full_read(found):
        found[bookmarks.FULL_READ] = bookmarks.full_read_of(covered)
    return {key: value for key, value in found.items() if key in _PARTITION}


def _profile_of(name: str, number: int, partition: Any) -> str:
    place = f"has a partition, number {number},"
    if not isinstance(partition, Mapping):
        raise _refusal(name, None, f"{place} that is {_shown(partition)}, which is no object")
    context = partition.get("context")
    if not isinstance(context, Mapping) or context.keys() != {"profile_id"}:
        raise _refusal(name, None, f"{place} whose context is {_shown(context)} and not a profile_id alone")
    profile_id = context["profile_id"]
    if not isinstance(profile_id, str) or not profile_id:
        raise _refusal(name, None, f"{place} whose profile_id is {_shown(profile_id)}, which is no text")
    return profile_id


def _check_partition(name: str, profile_id: str, partition: Mapping[str, Any]) -> None:
    key = partition.get("replication_key")
    if key is not None and key != bookmarks.replication_key(name):
        raise _refusal(name, profile_id, f"is kept by {_shown(key)} instead of {bookmarks.replication_key(name)}")
    watermark = partition.get(bookmarks.WATERMARK)
    if watermark is not None and bookmarks.moment(watermark) is None:
        raise _refusal(name, profile_id, f"is not a timestamp: {_shown(watermark)}")
    for field in ("run_id", bookmarks.FULL_READ_DUE):
        if field in partition and not isinstance(partition[field], str):
            raise _refusal(name, profile_id, f"has a {field} that is {_shown(partition[field])}, which is no text")
    if bookmarks.ROWS in partition and not _is_rows(partition[bookmarks.ROWS]):
        shown = _shown(partition[bookmarks.ROWS])
        raise _refusal(name, profile_id, f"has rows that are no numbers by list: {shown}")
    if bookmarks.OLD_ROWS in partition and not _is_old_rows(partition[bookmarks.OLD_ROWS]):
        shown = _shown(partition[bookmarks.OLD_ROWS])
        raise _refusal(name, profile_id, f"has {bookmarks.OLD_ROWS} that are not two numbers: {shown}")
    if bookmarks.MADE_BEFORE in partition and bookmarks.moment(partition[bookmarks.MADE_BEFORE]) is None:
        shown = _shown(partition[bookmarks.MADE_BEFORE])
        raise _refusal(name, profile_id, f"has a {bookmarks.MADE_BEFORE} that is no timestamp: {shown}")
    if bookmarks.UNLISTED in partition and not _is_unlisted(partition[bookmarks.UNLISTED]):
        shown = _shown(partition[bookmarks.UNLISTED])
        raise _refusal(name, profile_id, f"has unlisted ids that are no lists of numbers by ad product: {shown}")
    if bookmarks.FULL_READ in partition and not _is_full_read(partition[bookmarks.FULL_READ]):
        shown = _shown(partition[bookmarks.FULL_READ])
        raise _refusal(name, profile_id, f"has a full_read that is not one: {shown}")


def _is_rows(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_is_number, value.values()))


def _is_old_rows(value: Any) -> bool:
    return isinstance(value, list) and len(value) == len(("count", "digest")) and all(map(_is_number, value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_unlisted(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(ids, list) and all(isinstance(each, str) and _ID.fullmatch(each) for each in ids)
        for ids in value.values()
    )


def _is_full_read(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and value.keys() - {_ONCE_IN_IT} == _FULL_READ
        and (_ONCE_IN_IT not in value or bookmarks.moment(value[_ONCE_IN_IT]) is not None)
        and isinstance(value["lists"], str)
        and isinstance(value["ad_products"], list)
        and all(isinstance(product, str) for product in value["ad_products"])
    )


def _refusal(name: str, profile_id: str | None, what: str) -> StateError:
    whose = f" for profile {_cut(profile_id)}" if profile_id is not None else ""
    return StateError(f"The bookmark of {name}{whose} {what}; {_ADVICE}.")


def _listed(names: list[str]) -> str:
    more = ", …" if len(names) > 3 else ""  # noqa: PLR2004 - enough to recognise them
    return ", ".join(repr(_cut(name)) for name in names[:3]) + more


def _shown(value: Any) -> str:
    """A JSON value in words, short enough for a line."""
    if value is None:
        return "null"
    if isinstance(value, (Mapping, list)):
        kind = "an object" if isinstance(value, Mapping) else "a list"
        return f"{kind}" if value else f"{kind} that is empty"
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
