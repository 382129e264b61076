"""The table at the end of a run, and what failed, by its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from entities_runner.alike import Group, groups
from entities_runner.database import Slice
from entities_runner.tally import counted
from entities_runner.terminal import printable

_NAMED = 5
"""Failed slices that are named; of more, the others are counted by their reason."""
_REASONS = 5
_LENGTH = 600
"""Characters of a reason; `sync_runs` has all of it."""
_ASKED = "select profile_id, entity_type, error, request_id from sync_runs where run_id = '{}' and status <> 'success'"
STOPPED = "the run was stopped by "
"""Begins why a run ended that somebody has ended."""
_UNREAD = f"aborted: {STOPPED}"


def summary(rows: Mapping[str, int], slices: Sequence[Slice], seconds: float, modes: str, run_id: str) -> str:
    """Rows per table, slices, duration, what failed, and how to look at the data.

    Args:
        rows: by table.
        slices: of the run.
        seconds: that it took.
        modes: how many slices were read in which mode.
        run_id: the run.
    """
    ended = [each for each in slices if not (each.error or "").startswith(_UNREAD)]
    failed = [each for each in ended if each.status != "success"]
    unread = sum(map(_is_one, slices)) - sum(map(_is_one, ended))
    lines = ["", f"{'table':<20} {'rows':>12}", "-" * 33]
    lines += [f"{table:<20} {count:>12,}" for table, count in rows.items()]
    lines += [
        f"{counted(len(ended) - len(failed), 'slice')} succeeded, {len(failed):,} failed ({modes}), {seconds:.0f} s"
    ]
    lines += [f"{counted(unread, 'slice')} had not been read to the end"] if unread else []
    lines += _each(failed) if len(failed) <= _NAMED else _by_reason(failed)
    if failed:
        lines += ["  What they have not read stays to be read: run again once the cause is gone."]
    if len(failed) > _NAMED:
        lines += ["All of them:  make status   or", f'  make psql SQL="{_ASKED.format(run_id)}"']
    else:
        lines += ["", "Look at it:  make status   or   make psql SQL='select * from sync_state'"]
    return "\n".join(lines)


def _is_one(row: Slice) -> bool:
    """Whether a row of the log is a slice: the list of profiles is none, nor is the run as a whole."""
    return row.profile_id not in {None, "*"}


def _each(failed: Sequence[Slice]) -> Iterator[str]:
    for each in failed:
        yield printable(f"  FAILED  {_who(each)}: {_cut(_why(each))}{_request(each)}")


def _by_reason(failed: Sequence[Slice]) -> Iterator[str]:
    """Some reasons, and of each some slices; the numbers add up to all of them."""
    found = groups(failed, _why)
    shown = found[:_REASONS]
    named = max(_NAMED // len(shown), 1)
    for group in shown:
        yield printable(f"  FAILED  {len(group.slices):,} × {_cut(group.reason)}")
        yield printable(f"          {_some(group, named)}")
    if others := found[_REASONS:]:
        more = sum(len(group.slices) for group in others)
        yield f"  FAILED  {more:,} more, for {counted(len(others), 'other reason')}"


def _some(group: Group, named: int) -> str:
    """Some slices of a group, and how many more there are."""
    entities = {each.entity_type for each in group.slices}
    names = [_who(each) if len(entities) > 1 else _profile(each) for each in group.slices[:named]]
    names[0] += _request(group.slices[0])
    of = f"{next(iter(entities))} of " if len(entities) == 1 else ""
    more = len(group.slices) - len(names)
    return f"{of}{'; '.join(names)}{f' and {more:,} more' if more else ''}"


def _who(failed: Slice) -> str:
    return f"{_profile(failed)}, {failed.entity_type}"


def _profile(failed: Slice) -> str:
    return f"profile {failed.profile_id}" if failed.profile_id and failed.profile_id != "*" else "all profiles"


def _request(failed: Slice) -> str:
    return f" (request id {failed.request_id})" if failed.request_id else ""


def _cut(text: str) -> str:
    return text if len(text) <= _LENGTH else f"{text[:_LENGTH]}…"


def _why(failed: Slice) -> str:
    return failed.error or failed.status
