"""What of a list is not stored as Amazon sent it, in words: items left out, values that could not be read."""

from __future__ import annotations

from typing import Any

from tap_amazon_ads_entities.errors import TapError
from tap_amazon_ads_entities.process.redaction import printable, redact
from tap_amazon_ads_entities.rows.unreadable import Notes
from tap_amazon_ads_entities.rows.values import identifier

_NAMED = 3
_SHOWN = 160
# From what an item may be to what it belongs to: the first one that is there names it best.
_IDS = ("keywordId", "targetId", "themeId", "adId", "adGroupId", "campaignId", "portfolioId", "profileId")


def shown(text: str) -> str:
    """A value from outside as the run log shows it: without secrets, on one line, cut short."""
    safe = printable(redact(text))
    return safe if len(safe) <= _SHOWN else f"{safe[:_SHOWN]}…"


class Refused:
    """The items of a list that cannot be rows: how many, and the first few by name."""

    def __init__(self) -> None:
        """None yet."""
        self.count = 0
        self.names: list[str] = []

    def add(self, item: dict[str, Any], error: Exception) -> None:
        """Refuse an item; it is named by its first field that holds an id."""
        name = next((name for name in _IDS if isinstance(identifier(item.get(name)), str)), None)
        what = str(error) if isinstance(error, TapError) else f"unexpected {type(error).__name__}: {error}"
        self.add_named(f"{what} ({name} {item[name]})" if name else what)

    def add_named(self, what: str) -> None:
        """Refuse something that is no item at all."""
        self.count += 1
        if len(self.names) < _NAMED:
            self.names.append(shown(what))

    def details(self) -> dict[str, Any] | None:
        """Their part of the run log."""
        return {"count": self.count, "first": self.names} if self.count else None

    def sentence(self) -> str:
        """What happened, for people."""
        more = f" and {self.count - len(self.names)} more" if self.count > len(self.names) else ""
        items = "1 item is" if self.count == 1 else f"{self.count} items are"
        return f"{items} no row and left out: {'; '.join(self.names)}{more}"


def unreadable(notes: Notes) -> dict[str, Any]:
    """The run log's part about values that could not be read: per field how many, and one of them."""
    return {source: {"count": seen.count, "sample": shown(seen.sample)} for source, seen in notes.cells.items()}
