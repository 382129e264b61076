"""Where `batch_config` asks for files, they hold what the pipe would have carried, and nothing else changes."""

from __future__ import annotations

import gzip
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from harness.account import Account, campaign

from tap_amazon_ads_entities.settings.batching import Batching
from tap_amazon_ads_entities.singer.batches import BatchFiles

MOVES = ("synced_at", "run_id")


def config(folder: Path, compression: str = "none", **more: Any) -> dict[str, Any]:
    storage = {"root": str(folder), "prefix": more.pop("prefix", None)}
    return {"batch_config": {"encoding": {"format": "jsonl", "compression": compression}, "storage": storage, **more}}


def content(message: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for address in message["manifest"]:
        path = Path(unquote(urlsplit(address).path))
        data = path.read_bytes()
        rows += [json.loads(line) for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines()]
    return rows


def told(messages: list[dict[str, Any]]) -> list[Any]:
    """What a loader learns, in order; of the records of a file, each in its place."""
    found: list[Any] = []
    for each in messages:
        if each["type"] == "BATCH":
            found += [("RECORD", each["stream"], row) for row in content(each)]
        elif each["type"] == "RECORD" and each["stream"] != "sync_log":
            found.append(("RECORD", each["stream"], each["record"]))
        elif each["type"] == "RECORD":
            found.append(("LOG", each["record"]["entity_type"], each["record"]["status"]))
        elif each["type"] == "SCHEMA":
            found.append(("SCHEMA", each["stream"]))
    return [
        (*first, {name: value for name, value in row.items() if name not in MOVES}) if isinstance(row, dict) else each
        for each in found
        for *first, row in [each]
    ]


@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_files_hold_what_the_pipe_would_have_carried(
    run: Any, account: Account, tmp_path: Path, compression: str
) -> None:
    account.rows["sp/campaigns/list"] = [campaign(number) for number in range(7)]
    folder = tmp_path / "a folder"
    folder.mkdir()
    piped = run()
    filed = run(config=config(folder, compression, batch_size=3, prefix="rows-"))
    assert (piped.code, filed.code) == (0, 0)
    assert told(filed.messages) == told(piped.messages)
    batches = [each for each in filed.messages if each["type"] == "BATCH"]
    assert [len(content(each)) for each in batches] == [3, 3, 1]
    assert {each["stream"] for each in batches} == {"entity_campaigns"}
    assert all({"disposable", "records"}.isdisjoint(each) for each in batches), "whose loader may leave them"
    assert all(path.name.startswith("rows-entity_campaigns-") for path in folder.iterdir())
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert filed.bookmark("campaigns")["rows"] == piped.bookmark("campaigns")["rows"]


@pytest.mark.parametrize(("name", "warns"), [("nowhere", False), ("config.json", True)])
def test_without_a_folder_rows_go_through_the_pipe(
    run: Any, account: Account, tmp_path: Path, *, name: str, warns: bool
) -> None:
    account.rows["sp/campaigns/list"] = [campaign(1)]
    done = run(config=config(tmp_path / name))
    assert done.code == 0
    assert len(done.records("entity_campaigns")) == 1
    assert not any(each["type"] == "BATCH" for each in done.messages)
    assert ("no BATCH file can be written (Not a directory)" in done.log) == warns


def test_the_tap_waits_while_the_loader_has_too_much_to_read(tmp_path: Path) -> None:
    files = BatchFiles(Batching(tmp_path), limit=10)
    for _ in range(2):
        files.wait()
        message = files.put("ads", b'{"id":1}\n', "")
        assert message is not None
        assert (message["disposable"], message["records"]) == (True, 1)
    removed = threading.Event()

    def read() -> None:
        for path in sorted(tmp_path.iterdir()):
            removed.set()
            path.unlink()

    threading.Timer(0.1, read).start()
    files.wait()
    assert removed.is_set()


def test_a_tap_that_waits_notices_that_nobody_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        files = BatchFiles(Batching(tmp_path), limit=1)
        files.put("ads", b'{"id":1}\n', "")
        os.close(read)
        with pytest.raises(BrokenPipeError):
            files.wait()
