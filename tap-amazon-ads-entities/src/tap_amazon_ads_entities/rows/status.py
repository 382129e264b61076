"""The coarse `computed_status`, derived from an entity's own state and Amazon's serving status.

Amazon's serving status is an open, inherited vocabulary that differs per product
(docs: concepts/computed-status); ours is closed: see COMPUTED_STATUSES.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

COMPUTED_STATUSES = (
    "delivering",
    "paused",
    "archived",
    "ended",
    "out_of_budget",
    "pending",
    "incomplete",
    "rejected",
    "payment_issue",
    "unknown",
)

_BY_STATE = {
    "archived": "archived",
    "user_deleted": "archived",
    "paused": "paused",
    "draft": "pending",
    "pending": "pending",
    "enabling": "pending",
    "proposed": "pending",
}

# First match wins. SUSPENDED and INELIGIBLE come before ENDED and ELIGIBLE, which they contain.
_BY_SERVING_STATUS = (
    ("ARCHIVED", "archived"),
    ("PAYMENT_FAILURE", "payment_issue"),
    ("OUT_OF_BUDGET", "out_of_budget"),
    ("OUT_OF_PREPAY_BALANCE", "out_of_budget"),
    ("EXCEED_SPENDS_LIMIT", "out_of_budget"),
    ("PENDING", "pending"),
    ("OFFLINE_IN_PROGRESS", "pending"),
    ("REJECTED", "rejected"),
    ("SUSPENDED", "rejected"),
    ("BLOCKED", "rejected"),
    ("INELIGIBLE", "rejected"),
    ("_FAILED", "rejected"),
    ("ENDED", "ended"),
    ("INCOMPLETE", "incomplete"),
    ("PAUSED", "paused"),
    ("STATUS_ENABLED", "delivering"),
    ("_LIVE", "delivering"),
    ("RUNNING", "delivering"),
    ("ELIGIBLE", "delivering"),
)


def computed_status(state: Any, serving_status: Any) -> str:
    """The coarse status of an entity; `unknown` when Amazon says nothing that decides it."""
    return _computed_status(str(state or ""), str(serving_status or ""))


@lru_cache(maxsize=4096)
def _computed_status(state: str, serving_status: str) -> str:
    if own := _BY_STATE.get(state.lower()):
        return own
    upper = serving_status.upper()
    return next((status for part, status in _BY_SERVING_STATUS if part in upper), "unknown")
