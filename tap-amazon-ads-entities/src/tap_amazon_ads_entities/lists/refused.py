"""What of a list is not stored as Amazon sent it, in words: items left out, values that could not be read."""

from __future__ import annotations

from typing import Any

from tap_amazon_ads_entities.errors import TapError
from tap_amazon_ads_entities.lists.ids import Distinct
from tap_amazon_ads_entities.process.redaction import printable, redact
from tap_amazon_ads_entities.rows.context import Item
from tap_amazon_ads_entities.rows.unreadable import Notes, raw_text
from tap_amazon_ads_entities.rows.values import identifier

_NAMED = 3
_SHOWN = 160
_BITS = (1 << 64) - 1
# From what an item may be to what it belongs to: the first one that is there names it best.
_IDS = ("keywordId", "targetId", "themeId", "adId", "adGroupId", "campaignId", "portfolioId", "profileId")


def shown(text: str) -> str:
    """A value from outside as the run log shows it: without secrets, on one line, cut short."""
    safe = printable(redact(text))
    return safe if len(safe) <= _SHOWN else f"{safe[:_SHOWN]}…"


class Refused:
    """The items of a list that cannot be rows: how many different ones, and the first few by name.

    Args:
        id_field: of the items.
    """

    def __init__(self, id_field: str) -> None:
        """None yet."""
        self.names: list[str] = []
        self._id_field = id_field
        self._seen = Distinct()
        self._named: set[int] = set()

    @property
    def count(self) -> int:
        """How many; one that was read again counts once."""
        return self._seen.count()

    def add(self, item: Item, error: Exception) -> None:
        """Refuse an item; it is named by its first field that holds an id."""
        name = next((name for name in _IDS if isinstance(identifier(item.get(name)), str)), None)
        what = str(error) if isinstance(error, TapError) else f"unexpected {type(error).__name__}: {error}"
        # Without an id of its own, what it says tells it from others.
        own = identifier(item.get(self._id_field))
        self.add_named(
            f"{what} ({name} {item[name]})" if name else what, own if isinstance(own, str) else raw_text(item)
        )

    def add_named(self, what: str, known_by: str | bytes) -> None:
        """Refuse something; what it is known by is the same when it is read again."""
        number = hash(known_by) & _BITS
        self._seen.add((number,))
        if len(self.names) < _NAMED and number not in self._named:
            self._named.add(number)
            self.names.append(shown(what))

    def details(self) -> dict[str, Any] | None:
        """Their part of the run log."""
        return {"count": self.count, "first": self.names} if self.names else None

    def sentence(self) -> str:
        """What happened, for people."""
        count = self.count
        more = f" and {count - len(self.names)} more" if count > len(self.names) else ""
        items = "1 item is" if count == 1 else f"{count} items are"
        return f"{items} no row and left out: {'; '.join(self.names)}{more}"


def not_as_sent(notes: Notes) -> dict[str, Any]:
    """The run log's part about values that could not be stored as they were sent: per field how many, and one."""
    fields = {"unreadable": notes.cells, "altered": notes.altered}
    return {
        name: {shown(source): {"count": seen.count, "sample": shown(seen.sample)} for source, seen in found.items()}
        for name, found in fields.items()
    }
