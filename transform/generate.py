"""Writes what must not drift from the tap's schemas: landing tables, dbt sources, docs/tables.md, docs/data-model.md.

Run `make docs` after changing a schema; a test compares the committed files with what this would write.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from tap_amazon_ads_entities.rows.expressions import TARGET_TYPES
from tap_amazon_ads_entities.rows.status import COMPUTED_STATUSES
from tap_amazon_ads_entities.singer.differences import KINDS
from tap_amazon_ads_entities.singer.source_fields import SOURCE_FIELDS
from tap_amazon_ads_entities.singer.streams import STREAMS

ROOT = Path(__file__).resolve().parent.parent

INDEXES: dict[str, list[list[str]]] = {
    "entity_campaigns": [["profile_id", "state"], ["profile_id", "portfolio_id"]],
    "entity_ad_groups": [["profile_id", "campaign_id"]],
    "entity_ads": [["profile_id", "campaign_id"], ["profile_id", "ad_group_id"], ["asin"]],
    "entity_targets": [["profile_id", "campaign_id"], ["profile_id", "ad_group_id"]],
    "entity_ad_extensions": [["profile_id", "campaign_id"], ["profile_id", "ad_id"]],
    "change_events": [["profile_id", "entity_type", "entity_id", "path", "occurred_at"], ["occurred_at"]],
    "sync_differences": [["run_id"]],
    "sync_log": [["profile_id", "entity_type", "started_at"], ["started_at"], ["created_at"]],
}

PARENTS = {
    "entity_ad_groups": {"campaign_id": "entity_campaigns"},
    "entity_ads": {"campaign_id": "entity_campaigns", "ad_group_id": "entity_ad_groups"},
    "entity_targets": {"campaign_id": "entity_campaigns", "ad_group_id": "entity_ad_groups"},
    "entity_ad_extensions": {
        "campaign_id": "entity_campaigns",
        "ad_group_id": "entity_ad_groups",
        "ad_id": "entity_ads",
    },
}
READING: dict[str, Any] = yaml.safe_load((ROOT / "transform/models/history/reading.yml").read_text())
HISTORY: dict[str, Any] = yaml.safe_load((ROOT / "transform/history.yml").read_text())
LINKS = {"entity_campaigns": {"portfolio_id": "entity_portfolios"}, **PARENTS}
"""As `PARENTS`, with what may be missing: a campaign needs no portfolio."""

CLOSED = {
    "computed_status": list(COMPUTED_STATUSES),
    "campaign_type": ["sp", "sb", "sd", "st"],
    "ad_product": ["sp", "sb", "sd", "st"],
    "target_type": list(TARGET_TYPES),
    "target_level": ["campaign", "ad_group"],
    "status": ["running", "success", "error"],
    "kind": list(KINDS),
}

_BY_FORMAT = {"date-time": "timestamp with time zone", "date": "date"}
_BY_TYPE = {
    "string": "text",
    "integer": "bigint",
    "number": "numeric",
    "boolean": "boolean",
    "object": "jsonb",
}


def sql_type(schema: dict[str, Any]) -> str:
    """The Postgres type of a property."""
    return _BY_FORMAT.get(schema.get("format", "")) or _BY_TYPE[schema["type"][0]]


def tables() -> dict[str, dict[str, Any]]:
    """Every landing table: key, columns, indexes, description."""
    return {
        stream.name: {
            "description": (stream.__doc__ or "").split("\n", 1)[0],
            "key": list(stream.primary_keys),
            "columns": [
                {"name": name, "type": sql_type(schema), "description": schema["description"]}
                for name, schema in stream.schema["properties"].items()
            ],
            "indexes": INDEXES.get(stream.name, []),
        }
        for stream in STREAMS
    }


def landing_macro() -> str:
    """macros/landing/landing_tables.sql."""
    return _macro("landing_tables", tables(), "the tap's schemas")


def history_macro() -> str:
    """macros/history/history_columns.sql."""
    return _macro("history_columns", HISTORY, "history.yml")


def _macro(name: str, data: dict[str, Any], source: str) -> str:
    """A macro that returns data: as JSON, which dbt does not compile anew in every thread of every process."""
    body = json.dumps(data, indent=4, ensure_ascii=False)
    return (
        f"{{#- Generated from {source} by generate.py; do not edit. -#}}\n"
        f"{{% macro {name}() %}}\n"
        f"{{% set data %}}{{% raw %}}{body}{{% endraw %}}{{% endset %}}\n"
        "{{ return(fromjson(data)) }}\n"
        "{% endmacro %}\n"
    )


def entity_tables() -> dict[str, dict[str, Any]]:
    """The tables whose rows have versions."""
    return {name: table for name, table in tables().items() if name.startswith("entity_")}


def sources() -> str:
    """models/sources.yml."""
    lines = [
        "# Generated from the tap's schemas by generate.py; do not edit.",
        "sources:",
        "- name: amazon_ads",
        "  description: Landing tables that the loader fills.",
        '  schema: "{{ target.schema }}"',
        "  tables:",
    ]
    for name, table in tables().items():
        lines += [f"  - name: {name}", f"    description: {json.dumps(table['description'], ensure_ascii=False)}"]
        lines += [f"    data_tests: [{{primary_key_is: {{arguments: {{columns: [{', '.join(table['key'])}]}}}}}}]"]
        lines += ["    columns:"]
        columns = [*table["columns"], {"name": "created_at", "description": "When the row was first stored (UTC)."}]
        for column in columns:
            lines += [
                f"    - name: {column['name']}",
                f"      description: {json.dumps(column['description'], ensure_ascii=False)}",
                *_tests(name, column["name"]),
            ]
    lines += [
        "  - name: sync_slices",
        "    description: What the settled runs of every profile and entity amount to; kept by the post-step.",
    ]
    keys = {f"{name}_versions": [*table["key"], "valid_from"] for name, table in entity_tables().items()}
    for name, key in {"entity_changes": HISTORY["changes"]["key"], **keys}.items():
        lines += [f"  - name: {name}", "    description: Kept by triggers of the tables that the loader fills."]
        lines += [f"    data_tests: [{{primary_key_is: {{arguments: {{columns: [{', '.join(key)}]}}}}}}]"]
    return "\n".join(lines) + "\n"


def _tests(table: str, column: str) -> list[str]:
    """Dbt tests of a column: our own vocabularies are closed, orphans are worth a warning."""
    tests = []
    if column in CLOSED:
        # The log grows with every run: a test reads the newest one.
        this_run = ", config: {where: run_id = __this_run__}" if table == "sync_log" else ""
        tests.append(f"{{accepted_values: {{arguments: {{values: [{', '.join(CLOSED[column])}]}}{this_run}}}}}")
    if parent := PARENTS.get(table, {}).get(column):
        source = f"source('amazon_ads', '{parent}')"
        tests.append(f'{{has_parent: {{arguments: {{parent: "{source}"}}, config: {{severity: warn}}}}}}')
    return [f"      data_tests: [{', '.join(tests)}]"] if tests else []


def page() -> str:
    """docs/tables.md."""
    lines = [
        "# Tables",
        "",
        "Generated from the tap's schemas (`make docs`). All of them live in one schema, `amazon_ads` or what",
        "`AMAZON_ADS_SCHEMA` names; each also has `created_at timestamptz`, when the row was first stored, and those",
        "of entities have `valid_from` and `vanished_since` (see [Versions](#versions)).",
    ]
    for name, table in tables().items():
        fields = SOURCE_FIELDS.get(name)
        lines += ["", f"## {name}", "", table["description"], "", f"Primary key: {', '.join(table['key'])}.", ""]
        lines += list(_rows(table["columns"], fields))
    return "\n".join([*lines, *_history()]) + "\n"


def _history() -> Iterable[str]:
    """The part of the page about what changed."""
    changes = HISTORY["changes"]
    yield from ("", "## entity_changes", "", f"{changes['description']} [How it is kept](history.md).", "")
    yield from (f"Primary key: {', '.join(changes['key'])}.", "", *_rows(changes["columns"], None))
    names = ", ".join(f"`{name}_history`" for name in entity_tables())
    yield from ("", "## Versions", "", f"{names} have a row for each version, `{'`, `'.join(_as_of())}` the")
    yield from ("rows that were valid at a moment: all columns of their table, and these.", "")
    yield from _rows([*HISTORY["kept"], *HISTORY["version"], *HISTORY["current"]], None)
    yield from ("", "`is_current` is in the views alone. The tables `entity_…_versions` hold the versions that ended.")
    for model in READING["models"]:
        yield from (
            "",
            f"## {model['name']}",
            "",
            f"{model['description']} A view.",
            "",
            "| column | meaning |",
            "|---|---|",
        )
        yield from (f"| {each['name']} | {each['description']} |" for each in model["columns"])


def _as_of() -> list[str]:
    return [f"{name.removeprefix('entity_')}_as_of(moment)" for name in entity_tables()]


def history_views() -> str:
    """models/history/entity_history.yml."""
    lines = ["# Generated from the tap's schemas and history.yml by generate.py; do not edit.", "models:"]
    for name, table in entity_tables().items():
        lines += [f"- name: {name}_history", f"  description: Every version of every row of {name}.", "  columns:"]
        columns = [*table["columns"], *HISTORY["kept"], *HISTORY["version"], *HISTORY["current"]]
        for column in columns:
            described = json.dumps(column["description"], ensure_ascii=False)
            lines.append(f"  - {{name: {column['name']}, description: {described}}}")
    return "\n".join(lines) + "\n"


def _rows(columns: list[dict[str, Any]], fields: dict[str, dict[str, str]] | None) -> Iterable[str]:
    products = list(fields) if fields else []
    yield "| column | type | meaning |" + "".join(f" {product} |" for product in products)
    yield "|---|---|---|" + "---|" * len(products)
    for column in columns:
        kind = column["type"].replace("timestamp with time zone", "timestamptz")
        sources_of = "".join(f" {fields[product].get(column['name'], '–') if fields else ''} |" for product in products)
        yield f"| {column['name']} | {kind} | {column['description']} |{sources_of}"


def diagram() -> str:
    """docs/data-model.md."""
    lines = [
        "# Data model",
        "",
        "Generated from the tap's schemas and keys (`make docs`). Every key begins with the profile, every row says in",
        "`synced_at` when it was last read. All columns: [tables.md](tables.md).",
        "",
        "```mermaid",
        "erDiagram",
    ]
    for name, table in tables().items():
        parents = LINKS.get(name, {})
        if "profile_id" in table["key"] and name not in {"entity_profiles", *PARENTS, "sync_log"}:
            lines.append(f"    entity_profiles ||--o{{ {name} : profile_id")
        for column, parent in parents.items():
            optional = parent == "entity_portfolios" or column in ("ad_group_id", "ad_id")
            kind = "|o" if optional else "||"
            lines.append(f"    {parent} {kind}--o{{ {name} : {column}")
    lines.append("    entity_profiles ||--o{ sync_log : profile_id")
    for name, table in tables().items():
        lines.append(f"    {name} {{")
        for column in table["columns"]:
            kind = column["type"].replace("timestamp with time zone", "timestamptz")
            marks = [
                mark
                for mark, is_it in (
                    ("PK", column["name"] in table["key"]),
                    ("FK", column["name"] in LINKS.get(name, {})),
                )
                if is_it
            ]
            lines.append(f"        {kind} {column['name']}{' ' if marks else ''}{', '.join(marks)}")
        lines.append("    }")
    return "\n".join([*lines, "```"]) + "\n"


FILES = {
    ROOT / "transform/macros/history/history_columns.sql": history_macro,
    ROOT / "transform/macros/landing/landing_tables.sql": landing_macro,
    ROOT / "transform/models/sources.yml": sources,
    ROOT / "transform/models/history/entity_history.yml": history_views,
    ROOT / "docs/tables.md": page,
    ROOT / "docs/data-model.md": diagram,
}


def main() -> None:
    """Write all of them."""
    for path, write in FILES.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write())


if __name__ == "__main__":
    main()
