"""What only one kind of entity has: expressions, creatives, budgets, bidding."""

from __future__ import annotations

from typing import Any

from amazon_ads_sandbox.model.sizes import Sizes

_AUTO = (
    ("QUERY_HIGH_REL_MATCHES", "close_match"),
    ("QUERY_BROAD_REL_MATCHES", "loose_match"),
    ("ASIN_SUBSTITUTE_RELATED", "substitutes"),
    ("ASIN_ACCESSORY_RELATED", "complements"),
)
_AUTO_EVERY = 4


def details(sizes: Sizes, product: str, kind: str, noise: int, number: int, campaign: int) -> dict[str, Any]:  # noqa: PLR0911, PLR0913 - one return per kind
    """Extra facts, in words that fit every dialect."""
    asin = f"B0{noise % 10**8:08d}"
    if kind == "campaign":
        return {
            "portfolio": number % sizes.portfolios if sizes.portfolios and number % 3 else None,
            "auto": product == "sp" and number % _AUTO_EVERY == 0,
            "lifetime": product == "sb" and number % 3 == 1,
            "effective_factor": noise % 7 == 0,
            "strategy": ("LEGACY_FOR_SALES", "AUTO_FOR_SALES", "MANUAL", "RULE_BASED")[noise % 4],
            "percentage": noise % 901,
            "ends": noise % 3 == 0,
            "tagged": noise % 5 == 0,
            "news": noise % 13 == 0,
            "cost_type": ("CPC", "VCPM")[noise % 2],
            "tactic": ("T00020", "T00030")[noise % 2],
        }
    if kind == "ad":
        return {"asin": asin, "sku": f"SKU-{number}-ä", "style": noise % 3}
    if kind in ("keyword", "neg_keyword", "camp_neg_keyword"):
        return {"match": ("exact", "phrase", "broad")[noise % 3], "native": noise % 6 == 0}
    if kind in ("target", "neg_target", "camp_neg_target"):
        auto = product == "sp" and kind == "target" and campaign % _AUTO_EVERY == 0
        return {
            "asin": asin,
            "auto": _AUTO[noise % 4] if auto else None,
            "style": noise % 6,
            "node": 1000 + noise % 999,
        }
    if kind == "theme":
        return {"theme": ("KEYWORDS_RELATED_TO_YOUR_BRAND", "KEYWORDS_RELATED_TO_YOUR_LANDING_PAGES")[noise % 2]}
    if kind == "portfolio":
        return {"policy": ("DATE_RANGE", "MONTHLY_RECURRING", "NO_CAP")[noise % 3], "in_budget": noise % 2 == 0}
    if kind == "ad_extension":
        return {"ad": number // sizes.extensions, "video": noise % 3 == 0, "out": noise % 5 == 0}
    return {}
