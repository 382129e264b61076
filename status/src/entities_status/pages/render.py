"""Templates, which escape whatever they are given."""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from entities_status.judgement import Level
from entities_status.pages.text import FILTERS

STATIC = Path(__file__).resolve().parents[1] / "static"
STYLE, SCRIPTS = "page.css", ("vendor/chart.umd.min.js", "page.js")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("entities_status"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    made.globals["Level"] = Level
    made.globals["version"] = version()
    return made


def page(template: str, **values: Any) -> str:
    """A template, filled in."""
    return _environment().get_template(template).render(**values)


@cache
def static(name: str) -> bytes:
    """A file that the page loads."""
    return (STATIC / name).read_bytes()


@lru_cache(maxsize=1)
def version() -> str:
    """Changes with the files that browsers keep."""
    return hashlib.sha256(b"".join(static(name) for name in (STYLE, *SCRIPTS))).hexdigest()[:12]
