"""Before dbt's fork server serves: what a template compiles to is kept, so that no two forks compile the same.

A fifth of what a run of dbt costs is compiling its macros, which are the same every time. Run by its path in dbt's
Python, with the address of the server.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
import threading
from pathlib import Path
from typing import Any

import jinja2


def _main(address: str) -> None:
    """Keep it in files beside the server's socket, which all forks share."""
    folder = Path(address).parent / "templates"
    folder.mkdir()
    compiles = jinja2.Environment.compile

    def compile_once(self: jinja2.Environment, source: Any, *arguments: Any, **options: Any) -> Any:
        if not isinstance(source, str) or arguments or options:
            return compiles(self, source, *arguments, **options)
        kind = [type(self).__qualname__, self.code_generator_class.__qualname__, *self.extensions, *self.filters]
        file = folder / hashlib.sha256("\n".join([*kind, source]).encode()).hexdigest()
        if file.exists():
            return marshal.loads(file.read_bytes())  # noqa: S302 - our own
        made = compiles(self, source)
        new = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        new.write_bytes(marshal.dumps(made))
        new.replace(file)
        return made

    jinja2.Environment.compile = compile_once  # type: ignore[method-assign]


if __name__ == "__main__":
    _main(sys.argv[1])
