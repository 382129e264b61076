"""Fault rules: which requests to disturb, how, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

KINDS = frozenset(
    {
        "status",
        "reset",
        "truncate",
        "gzip_cut",
        "html",
        "empty_body",
        "json_null",
        "delay",
        "repeat_page",
        "repeat_token",
        "empty_page_with_token",
        "empty_list",
        "numeric_token",
        "invalid_token",
        "expire_token",
        "shift",
        "forbidden",
        "clock_skew",
        "profile_gone",
        "hole",
        "early_end",
        "total",
        "bad_cell",
        "drip",
        "export_stuck",
        "export_failed",
        "export_file",
        "export_address",
    },
)


@dataclass
class Rule:
    """One fault.

    Args:
        match: endpoint (glob), ad_product, region, profile_id, page (1-based), min_page_size, states
            (as asked for, sorted, with commas), ids (how many are asked for); absent keys match everything.
        action: kind, and what the kind needs.
        times: how often it strikes; None for ever.
        after: how many matching requests pass before it strikes.
    """

    match: dict[str, Any]
    action: dict[str, Any]
    times: int | None = None
    after: int = 0
    seen: int = 0
    hits: int = field(default=0)

    def strikes(self, request: dict[str, Any]) -> bool:
        """Whether this request is hit; counts it."""
        if not self._matches(request):
            return False
        self.seen += 1
        if self.seen <= self.after or (self.times is not None and self.hits >= self.times):
            return False
        self.hits += 1
        return True

    def _matches(self, request: dict[str, Any]) -> bool:
        for name, wanted in self.match.items():
            if name == "endpoint":
                if not fnmatch(str(request["endpoint"]), str(wanted)):
                    return False
            elif name == "min_page_size":
                if (request.get("page_size") or 0) < int(wanted):
                    return False
            elif str(request.get(name)) != str(wanted):
                return False
        return True


class Faults:
    """All rules; the first that strikes decides."""

    def __init__(self) -> None:
        """Disturb nothing."""
        self.rules: list[Rule] = []

    def add(self, document: dict[str, Any]) -> Rule:
        """Add a rule.

        Raises:
            ValueError: the kind is unknown.
        """
        action = document.get("action") or {}
        if action.get("kind") not in KINDS:
            message = f"unknown fault kind {action.get('kind')!r}; known: {', '.join(sorted(KINDS))}"
            raise ValueError(message)
        rule = Rule(
            match=document.get("match") or {},
            action=action,
            times=document.get("times"),
            after=int(document.get("after", 0)),
        )
        self.rules.append(rule)
        return rule

    def strike(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """The action for a request, if any."""
        return next((rule.action for rule in self.rules if rule.strikes(request)), None)
