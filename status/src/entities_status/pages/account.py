"""What the account holds."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from entities_status.pages.charts import Chart, Series
from entities_status.pages.health import ENTITIES
from entities_status.pages.text import amount
from entities_status.questions import account, tree
from entities_status.reader import Row, Session

PRODUCTS = {
    "sp": ("Sponsored Products", "c1"),
    "sb": ("Sponsored Brands", "c2"),
    "sd": ("Sponsored Display", "c3"),
    "st": ("Sponsored Television", "c4"),
    "all": ("all products", "c6"),
}
_EDGES = [round(step * 10**power) for power in range(4, 12) for step in (1, 2, 5)]
"""0.01, 0.02, 0.05, 0.1, … in micros."""

PAGE = 100
_ASINS, _PLACES, _FOUND = 50, 200, 25


def counts(session: Session, profile: str | None) -> dict[str, Any]:
    """Rows by entity, product, state and status."""
    rows = session.ask(account.COUNTS, profile=profile)
    table: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows:
        line = table.setdefault((row["entity"], row["product"]), defaultdict(int))
        line["rows"] += row["rows"]
        line[str(row["state"])] += row["rows"]
        line[f"status:{row['computed_status']}"] += row["rows"]
    order = list(PRODUCTS)
    lines = sorted(table.items(), key=lambda each: (ENTITIES.index(each[0][0]), order.index(each[0][1] or "all")))
    totals: dict[str, int] = defaultdict(int)
    for (entity, _), line in lines:
        totals[entity] += line["rows"]
    return {"lines": lines, "totals": totals, "products": PRODUCTS, "chart": _statuses(lines)}


def _statuses(lines: list[tuple[tuple[str, str], dict[str, int]]]) -> Chart:
    tones = {"delivering": "c1", "paused": "c6", "archived": "c5", "other": "c4"}
    labels = [
        entity if product == "all" else f"{entity.replace('_', ' ')}, {(product or '?').upper()}"
        for (entity, product), _ in lines
    ]
    series = []
    for name, tone in tones.items():
        values = [_share(line, name) for _, line in lines]
        series.append(Series(name, values, tone, hatched=name in {"archived", "other"}))
    return Chart("shares", "Share of each status", series, labels, "%", "")


def _share(line: dict[str, int], status: str) -> float:
    named = ("delivering", "paused", "archived")
    if status == "other":
        rows = line["rows"] - sum(line.get(f"status:{each}", 0) for each in named)
    else:
        rows = line.get(f"status:{status}", 0)
    return round(100 * rows / line["rows"], 1) if line["rows"] else 0


def amounts(session: Session, profile: str | None, currency: str | None) -> dict[str, Any]:
    """Daily budgets and bids of one currency, by size."""
    rows = session.ask(account.AMOUNTS, profile=profile, edges=_EDGES)
    sizes: dict[str, int] = defaultdict(int)
    for row in rows:
        sizes[row["currency"]] += row["rows"]
    currencies = sorted(sizes, key=lambda each: -sizes[each])
    chosen = currency if currency in sizes else next(iter(currencies), None)
    charts = [
        _histogram([row for row in rows if row["currency"] == chosen and row["kind"] == kind], title, tone)
        for kind, title, tone in (
            ("budget", f"Daily budgets of campaigns, {chosen}", "c2"),
            ("bid", f"Bids of targets that have one of their own, {chosen}", "c1"),
        )
    ]
    return {"currencies": currencies, "currency": chosen, "charts": charts}


def _histogram(rows: list[Row], title: str, tone: str) -> Chart:
    by_bucket = {row["bucket"]: row["rows"] for row in rows}
    if not by_bucket:
        return Chart("bars", title, [])
    buckets = range(min(by_bucket), max(by_bucket) + 1)
    labels = [f"from {amount(_EDGES[each - 1])}" if each else f"below {amount(_EDGES[0])}" for each in buckets]
    return Chart("bars", title, [Series("rows", [by_bucket.get(each, 0) for each in buckets], tone)], labels, "rows")


def asins(session: Session, profile: str | None, asin: str | None) -> dict[str, Any]:
    """The ASINs with most ads, or where one of them runs."""
    listed = session.ask(account.ASINS, profile=profile, asin=asin, limit=_ASINS)
    places = []
    if asin and listed:
        places = session.ask(account.WHERE_ASIN_RUNS, profile=profile, asin=listed[0]["asin"], limit=_PLACES + 1)
    return {"asins": listed, "asin": asin, "places": places[:_PLACES], "more": len(places) > _PLACES}


def children(
    session: Session, kind: str, profile: str | None, parent: str | None, after: tuple[str, str] | None
) -> dict[str, Any]:
    """A page of a node's children.

    Args:
        session: asked.
        kind: of the node; root for the profiles.
        profile: of the node.
        parent: its id.
        after: place and id of the last child of the page before.
    """
    rows = session.ask(
        tree.CHILDREN[kind],
        profile=profile,
        id=parent,
        after=after[0] if after else None,
        after_id=after[1] if after else None,
        limit=PAGE + 1,
    )
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = (last["place"], f"{last['kind']}{last['id']}") if last else None
    return {"nodes": rows[:PAGE], "kind": kind, "profile": profile, "parent": parent, "following": following}


def search(session: Session, text: str, kind: str, profile: str | None) -> dict[str, Any]:
    """Entities of a kind by a part of their name, or by id, ASIN or SKU."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = session.ask(tree.SEARCH[kind], profile=profile, id=text, like=f"%{escaped}%", limit=_FOUND + 1)
    return {"nodes": rows[:_FOUND], "kind": kind, "more": len(rows) > _FOUND, "text": text}
