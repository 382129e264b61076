"""The table at the end of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from entities_runner.database import Slice
from entities_runner.terminal import printable

_NAMED = 50
"""Failed slices that are named one by one; the others are counted by their reason."""
_REASONS = 10


def summary(rows: Mapping[str, int], slices: Sequence[Slice], seconds: float, modes: str) -> str:
    """Rows per table, slices, duration, and how to look at the data."""
    failed = [each for each in slices if each.status != "success"]
    lines = ["", f"{'table':<20} {'rows':>12}", "-" * 33]
    lines += [f"{table:<20} {count:>12,}" for table, count in rows.items()]
    lines += ["-" * 33]
    lines += [f"{len(slices) - len(failed)} slices succeeded, {len(failed)} failed ({modes}), {seconds:.0f} s"]
    for each in failed[:_NAMED]:
        who = f"profile {each.profile_id}, {each.entity_type}" if each.profile_id else each.entity_type
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
