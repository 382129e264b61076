"""What differs in nothing but its numbers says the same of different profiles: it is said once, and counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from entities_runner.database import Slice

_OWN = re.compile(r" ?\(request id [^)]*\)")
_NUMBER = re.compile(r"(?<!HTTP )\b\d+(?:[.,]\d+)*\b")
_ELSEWHERE = "…"


def kind(text: str) -> str:
    """The text without what differs from profile to profile: numbers, except those of HTTP, and Amazon's request id."""
    return _NUMBER.sub(_ELSEWHERE, _OWN.sub("", text))


@dataclass(frozen=True)
class Group:
    """Failed slices whose reasons are of one kind.

    Args:
        reason: of all of them; where their numbers differ, without these.
        slices: at least one.
    """

    reason: str
    slices: Sequence[Slice]


def groups(slices: Iterable[Slice], reason: Callable[[Slice], str]) -> list[Group]:
    """Failed slices by the kind of their reason: first what is about all profiles, then the most frequent one."""
    found: dict[str, list[Slice]] = {}
    for each in slices:
        found.setdefault(kind(reason(each)), []).append(each)
    return [
        Group(reason(members[0]) if len({reason(each) for each in members}) == 1 else name, members)
        for name, members in sorted(found.items(), key=lambda item: (all(map(_of_a_profile, item[1])), -len(item[1])))
    ]


def _of_a_profile(failed: Slice) -> bool:
    return failed.profile_id not in {None, "*"}
