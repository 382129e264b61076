"""`make contract OPENAPI_DIR=…`: prints what has changed in Amazon's files; exit code 1 when something used is gone."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TextIO

from contract.compare import Change, accepted, compare, operation, undescribed
from contract.described import Files, FolderError
from contract.seen import seen
from contract.used import UsedList, items_of, used_lists

KNOWN = Path(__file__).with_name("known.json")


def main(arguments: list[str] | None = None, known: Path = KNOWN, lists: list[UsedList] | None = None) -> int:
    """Compare, or accept what the files say today. 0: nothing used is gone; 1: something is; 2: no files.

    Args:
        arguments: of the command line.
        known: what the files said when they were last accepted.
        lists: to look at; all that the tap reads.
    """
    parser = argparse.ArgumentParser(prog="contract", description=__doc__)
    parser.add_argument("folder", nargs="?", default="", help="the folder of Amazon's OpenAPI files")
    parser.add_argument("--exports", default="", help="a folder of export files as Amazon made them, such as ads.json")
    parser.add_argument("--accept", action="store_true", help="compare with what the files say today from now on")
    options = parser.parse_args(arguments)
    if not options.folder:
        _say("Say where Amazon's OpenAPI files are: make contract OPENAPI_DIR=/path/to/the/folder", sys.stderr)
        return 2
    try:
        files = Files(Path(options.folder))
        items = items_of(seen(Path(options.exports))) if options.exports else []
    except FolderError as error:
        _say(str(error), sys.stderr)
        return 2
    lists = [*(used_lists() if lists is None else lists), *items]
    before = json.loads(known.read_text()) if known.exists() else {}
    changes = compare(files, lists, before)
    silent = [each for each in lists if undescribed(each, before.get("used", {})) and not operation(files, each)]
    _print(changes, len(lists))
    for name in sorted({each.operation for each in silent}):
        _say(f"The files say nothing of {name}.")
    if options.accept:
        known.write_text(json.dumps(accepted(files, lists, before), indent=1) + "\n")
        _say(f"Accepted: {known.name} holds what the files say today.")
    return int(any(change.breaks for change in changes))


def _print(changes: list[Change], lists: int) -> None:
    rows = [(each.change, "yes" if each.used else "no", each.where, each.kind, each.name) for each in changes]
    if rows:
        table = [("change", "used", "list", "what", "name"), *rows]
        widths = [max(len(row[column]) for row in table) for column in range(4)]
        for row in table:
            _say("  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4])))
        _say("")
    broken = sum(change.breaks for change in changes)
    verdict = f"{broken} of them the tap uses, and they are gone" if broken else "nothing that the tap uses is gone"
    _say(f"{lists} lists compared, {len(changes)} differences: {verdict}.")


def _say(text: str, stream: TextIO | None = None) -> None:
    print(text, file=stream or sys.stdout)


if __name__ == "__main__":
    sys.exit(main())
