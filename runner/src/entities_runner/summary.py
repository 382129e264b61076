"""The table at the end of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from entities_runner.database import Slice
from entities_runner.tally import counted
from entities_runner.terminal import printable

_NAMED = 50
"""Failed slices that are named one by one; the others are counted by their reason."""
_REASONS = 10
STOPPED = "the run was stopped by "
"""Begins why a run ended that somebody has ended."""
_UNREAD = f"aborted: {STOPPED}"


def summary(rows: Mapping[str, int], slices: Sequence[Slice], seconds: float, modes: str) -> str:
    """Rows per table, slices, duration, and how to look at the data."""
    ended = [each for each in slices if not (each.error or "").startswith(_UNREAD)]
    failed = [each for each in ended if each.status != "success"]
    unread = sum(each.profile_id != "*" for each in slices) - sum(each.profile_id != "*" for each in ended)
    lines = ["", f"{'table':<20} {'rows':>12}", "-" * 33]
    lines += [f"{table:<20} {count:>12,}" for table, count in rows.items()]
    lines += ["-" * 33]
    lines += [
        f"{counted(len(ended) - len(failed), 'slice')} succeeded, {len(failed)} failed ({modes}), {seconds:.0f} s"
    ]
    lines += [f"{counted(unread, 'slice')} had not been read to the end"] if unread else []
    for each in failed[:_NAMED]:
        named = each.profile_id and each.profile_id != "*"
        who = f"profile {each.profile_id}, {each.entity_type}" if named else f"all profiles, {each.entity_type}"
        request = f" (request id {each.request_id})" if each.request_id else ""
        lines.append(printable(f"  FAILED  {who}: {each.error or each.status}{request}"))
    others = Counter(printable(each.error or each.status) for each in failed[_NAMED:]).most_common()
    lines += [f"  FAILED  {number:,} more: {error}" for error, number in others[:_REASONS]]
    if rest := sum(number for _, number in others[_REASONS:]):
        lines.append(f"  FAILED  {rest:,} more, for other reasons")
    if failed:
        lines += ["  What they have not read stays to be read: run again once the cause is gone."]
    lines += ["", "Look at it:  make status   or   make psql SQL='select * from sync_state'"]
    return "\n".join(lines)
