"""Serving statuses per product and level, and the coarse status each stands for, written out one by one."""

from __future__ import annotations

SERVING: dict[tuple[str, str], dict[str, str]] = {
    ("sp", "campaign"): {"paused": "CAMPAIGN_PAUSED", "archived": "CAMPAIGN_ARCHIVED"},
    ("sp", "ad_group"): {"paused": "AD_GROUP_PAUSED", "archived": "AD_GROUP_ARCHIVED"},
    ("sp", "ad"): {"paused": "AD_PAUSED", "archived": "AD_ARCHIVED"},
    ("sp", "target"): {"paused": "TARGETING_CLAUSE_PAUSED", "archived": "TARGETING_CLAUSE_ARCHIVED"},
    ("sp", "ad_extension"): {"paused": "AD_EXTENSION_PAUSED", "archived": "AD_EXTENSION_ARCHIVED"},
    ("sb", "campaign"): {"paused": "CAMPAIGN_PAUSED", "archived": "CAMPAIGN_ARCHIVED"},
    ("sb", "ad_group"): {"paused": "AD_GROUP_PAUSED", "archived": "AD_GROUP_ARCHIVED"},
    ("sb", "ad"): {"paused": "AD_PAUSED", "archived": "AD_ARCHIVED"},
    ("sd", "campaign"): {"paused": "CAMPAIGN_PAUSED", "archived": "CAMPAIGN_ARCHIVED"},
    ("sd", "ad_group"): {"paused": "AD_GROUP_PAUSED", "archived": "AD_GROUP_ARCHIVED"},
    ("sd", "ad"): {"paused": "AD_STATUS_PAUSED", "archived": "AD_STATUS_ARCHIVED"},
    ("sd", "target"): {"paused": "TARGET_STATUS_PAUSED", "archived": "TARGET_STATUS_ARCHIVED"},
    ("st", "campaign"): {},
    ("st", "ad_group"): {},
    ("st", "ad"): {},
    ("st", "target"): {},
    ("", "portfolio"): {},
}

LIVE: dict[tuple[str, str], tuple[str, ...]] = {
    ("sp", "campaign"): (
        "CAMPAIGN_STATUS_ENABLED",
        "CAMPAIGN_OUT_OF_BUDGET",
        "ADVERTISER_PAYMENT_FAILURE",
        "PENDING_START_DATE",
        "ENDED",
        "CAMPAIGN_INCOMPLETE",
        "PORTFOLIO_OUT_OF_BUDGET",
        "REJECTED",
    ),
    ("sp", "ad_group"): ("AD_GROUP_STATUS_ENABLED", "CAMPAIGN_PAUSED", "AD_GROUP_INCOMPLETE", "AD_GROUP_LOW_BID"),
    ("sp", "ad"): ("AD_STATUS_LIVE", "AD_POLICING_PENDING_REVIEW", "AD_POLICING_SUSPENDED", "CAMPAIGN_OUT_OF_BUDGET"),
    ("sp", "target"): ("TARGETING_CLAUSE_STATUS_LIVE", "TARGETING_CLAUSE_BLOCKED", "AD_GROUP_PAUSED"),
    ("sp", "ad_extension"): (
        "DELIVERING",
        "AD_PAUSED",
        "AD_EXTENSION_POLICING_PENDING_REVIEW",
        "AD_EXTENSION_POLICING_SUSPENDED",
    ),
    ("sb", "campaign"): ("CAMPAIGN_STATUS_ENABLED", "UNKNOWN", "ADVERTISER_OUT_OF_PREPAY_BALANCE", "PENDING_REVIEW"),
    ("sb", "ad_group"): ("AD_GROUP_STATUS_ENABLED", "CAMPAIGN_INCOMPLETE"),
    ("sb", "ad"): ("AD_STATUS_LIVE", "UNKNOWN", "AD_POLICING_PENDING_REVIEW"),
    ("sd", "campaign"): ("ADVERTISER_STATUS_ENABLED", "ADVERTISER_EXCEED_SPENDS_LIMIT", "ENDED"),
    ("sd", "ad_group"): ("AD_GROUP_STATUS_ENABLED", "CAMPAIGN_ARCHIVED"),
    ("sd", "ad"): ("AD_STATUS_LIVE", "AD_POLICING_PENDING_REVIEW"),
    ("sd", "target"): ("TARGET_STATUS_LIVE",),
    **{("st", level): ("DELIVERING",) for level in ("campaign", "ad_group", "ad", "target")},
    ("", "portfolio"): ("PORTFOLIO_STATUS_ENABLED", "PORTFOLIO_OUT_OF_BUDGET", "PORTFOLIO_ENDED"),
}

COARSE: dict[str, str] = {
    "CAMPAIGN_STATUS_ENABLED": "delivering",
    "AD_GROUP_STATUS_ENABLED": "delivering",
    "AD_STATUS_LIVE": "delivering",
    "TARGETING_CLAUSE_STATUS_LIVE": "delivering",
    "TARGET_STATUS_LIVE": "delivering",
    "ADVERTISER_STATUS_ENABLED": "delivering",
    "PORTFOLIO_STATUS_ENABLED": "delivering",
    "DELIVERING": "delivering",
    "CAMPAIGN_OUT_OF_BUDGET": "out_of_budget",
    "PORTFOLIO_OUT_OF_BUDGET": "out_of_budget",
    "ADVERTISER_OUT_OF_PREPAY_BALANCE": "out_of_budget",
    "ADVERTISER_EXCEED_SPENDS_LIMIT": "out_of_budget",
    "ADVERTISER_PAYMENT_FAILURE": "payment_issue",
    "PENDING_START_DATE": "pending",
    "PENDING_REVIEW": "pending",
    "AD_POLICING_PENDING_REVIEW": "pending",
    "ENDED": "ended",
    "PORTFOLIO_ENDED": "ended",
    "CAMPAIGN_INCOMPLETE": "incomplete",
    "AD_GROUP_INCOMPLETE": "incomplete",
    "REJECTED": "rejected",
    "AD_POLICING_SUSPENDED": "rejected",
    "TARGETING_CLAUSE_BLOCKED": "rejected",
    "AD_EXTENSION_POLICING_PENDING_REVIEW": "pending",
    "AD_EXTENSION_POLICING_SUSPENDED": "rejected",
    "CAMPAIGN_PAUSED": "paused",
    "AD_PAUSED": "paused",
    "AD_GROUP_PAUSED": "paused",
    "CAMPAIGN_ARCHIVED": "archived",
    "AD_GROUP_LOW_BID": "ineligible",
    "UNKNOWN": "unknown",
}
"""What an enabled entity with this serving status is doing."""


def level(kind: str) -> str:
    """The level whose vocabulary a kind uses."""
    return kind if kind in ("campaign", "ad_group", "ad", "portfolio", "ad_extension") else "target"


def coarse(state: str, serving: str | None) -> str:
    """The coarse status of an entity."""
    if state in ("paused", "archived"):
        return state
    return COARSE[serving] if serving else "unknown"
