"""The rows of a page: one for every item that can be one, whatever the others are."""

from __future__ import annotations

from collections.abc import Callable

from tap_amazon_ads_entities.lists.pages import Page
from tap_amazon_ads_entities.lists.refused import Refused
from tap_amazon_ads_entities.rows.context import Item, Row
from tap_amazon_ads_entities.rows.unreadable import Notes


def rows_of(page: Page, to_row: Callable[[Item], Row], notes: Notes, refused: Refused) -> list[Row]:
    """The rows of a page.

    Args:
        page: as it came.
        to_row: makes a row of an item, and notes what it has to say.
        notes: gets what of the items cannot be stored.
        refused: gets the items that cannot be rows.

    Raises:
        BadBodyError: the page cannot be read at all.
    """
    found = page.decoded()
    for reason, element in found.strange:
        refused.add_named(reason, element)
    rows: list[Row] = []
    for item, marks in zip(found.items, found.marks, strict=False):
        notes.marks = marks
        try:
            rows.append(to_row(item))
        except Exception as error:  # noqa: BLE001 - whatever an item is, the others are rows
            refused.add(item, error)
            notes.forget()
    return rows
