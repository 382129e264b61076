"""The words entities are made of: names, states, serving statuses, amounts."""

from __future__ import annotations

from amazon_ads_sandbox.model import statuses

_NAMES = (
    "SP | Batteries | Manual",
    "Kopfhörer – Übergröße",
    "電池 キャンペーン",
    'Zapatillas niño "oferta"',
    "Cable C:\\usb\tblack",
    "Lançamento 2026 🚀",
    "حملة الصيف",
    "Fränk's 50% off; DROP TABLE",
)
_KEYWORDS = ("running shoes", "kopfhörer bluetooth", "電池 単三", "cable usb-c 2m", 'niño "talla 8"', "100% cotton")
_STATES = ("enabled", "enabled", "enabled", "paused", "archived", "enabled", "paused", "enabled")
_AMOUNTS = (300_000, 10_000_000, 25_500_000, 100_000, 1_230_000, 750_000, 20_000_000_000, 330_000)
_NO_BID = frozenset({"neg_keyword", "neg_target", "camp_neg_keyword", "camp_neg_target", "ad", "ad_extension"})
_INHERITS_EVERY = 4


def name(kind: str, noise: int, number: int) -> str:
    """A name with what breaks careless code: other scripts, quotes, backslashes, tabs, emoji."""
    words = _KEYWORDS if "keyword" in kind else _NAMES
    return f"{words[(noise >> 4) % len(words)]} {number}"


def state(product: str, kind: str, noise: int) -> str:
    """Lower-case; negatives of Sponsored Brands know no pause."""
    chosen = _STATES[(noise >> 12) % len(_STATES)]
    if product == "sb" and kind in ("neg_keyword", "neg_target") and chosen == "paused":
        return "enabled"
    return "enabled" if kind == "portfolio" else chosen


def serving(product: str, kind: str, own_state: str, noise: int) -> str | None:
    """Amazon's serving status; Sponsored Brands targeting has none."""
    if product == "sb" and kind not in ("campaign", "ad_group", "ad"):
        return None
    choices = statuses.SERVING[(product, statuses.level(kind))]
    fixed = choices.get(own_state)
    if fixed is not None:
        return fixed
    live = statuses.LIVE[(product, statuses.level(kind))]
    return live[(noise >> 24) % len(live)]


def amount(kind: str, noise: int) -> int | None:
    """Bid or budget in micros; every fourth target inherits its ad group's bid."""
    if kind in _NO_BID:
        return None
    if kind in ("keyword", "target") and noise % _INHERITS_EVERY == 0:
        return None
    return _AMOUNTS[(noise >> 16) % len(_AMOUNTS)] + (noise >> 40) % 100 * 10_000
