"""Files of exports: cut into arrays without losing an element, or refused; their addresses; the queue of jobs."""

from __future__ import annotations

import gzip
import json
import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from harness.account import Account, as_json, campaign
from harness.rogue import Answer, Asked

from tap_amazon_ads_entities.exports.address import AddressError, checked
from tap_amazon_ads_entities.exports.arrays import arrays
from tap_amazon_ads_entities.exports.gunzip import FileError, Gunzip
from tap_amazon_ads_entities.exports.slots import Slots
from tap_amazon_ads_entities.process.redaction import redact

NASTY = ['},{"id":', '"},{', "\\", '\\"},', "]", "[{", "},\n{", "é🚀", "", "}, {"]


def nasty(seed: int) -> Any:
    """An element full of what looks like an end."""
    chosen = random.Random(seed)  # noqa: S311 - no secret

    def value(depth: int) -> Any:
        kind = chosen.randrange(5 if depth else 3)
        if kind == 0:
            return chosen.choice(NASTY)
        if kind == 1:
            return chosen.randrange(10**18)
        if kind == 2:
            return None
        if kind == 3:
            return [value(depth - 1) for _ in range(chosen.randrange(4))]
        return {chosen.choice(NASTY): value(depth - 1) for _ in range(chosen.randrange(4))}

    return {"id": str(seed), "a": value(4), "list": [{"x": 1}, {"y": chosen.choice(NASTY)}]}


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(("size", "enough"), [(1, 1), (7, 40), (64, 200), (10_000, 1 << 18)])
def test_every_element_comes_once_in_its_order(indent: int | None, size: int, enough: int) -> None:
    elements = [nasty(seed) for seed in range(150)]
    content = json.dumps(elements, indent=indent, ensure_ascii=bool(size % 2)).encode()
    found = list(arrays(pieces(content, size), enough))
    assert [element for array in found for element in json.loads(array)] == elements
    assert enough == 1 << 18 or len(found) > 5


@pytest.mark.parametrize("content", [b"[]", b"  [ \n ] \n"])
def test_an_empty_array_has_no_elements(content: bytes) -> None:
    assert list(arrays(pieces(content, 2))) == []


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"  ", b"{}", b"null", b'{"a":[{}]}'),
        *(b"[", b"[}]", b'[{"a":1}', b'[{"a":1},', b'[{"a":1},]', b'[{"a":"1}]', b'[{"a":1}{"a":2}]'),
        *(b'[{"a":1}]]', b'[{"a":1}] [{"a":1}]', b'[{"a":1}],{"b":2}]', b"[" * 3000 + b"]" * 3000),
    ],
)
@pytest.mark.parametrize("size", [1, 5000])
def test_what_is_no_whole_array_is_refused(content: bytes, size: int) -> None:
    with pytest.raises(FileError):
        list(arrays(pieces(content, size), 1))


def unpacked(packed: bytes, size: int) -> bytes:
    gunzip = Gunzip()
    found = b"".join(piece for chunk in pieces(packed, size) for piece in gunzip.pieces(chunk))
    gunzip.end()
    return found


@pytest.mark.parametrize("size", [1, 100, 1 << 20])
def test_gzip_is_unpacked_to_its_checksum(size: int) -> None:
    content = json.dumps([nasty(seed) for seed in range(50)]).encode()
    packed = gzip.compress(content)
    assert unpacked(packed, size) == content
    assert unpacked(packed + gzip.compress(b"more"), size) == content + b"more"
    for spoilt in (b"", packed[:-1], packed[: len(packed) // 2], packed[:-8] + b"\0\0\0\0" + packed[-4:], content):
        with pytest.raises(FileError):
            unpacked(spoilt, size)


HERE = "http://127.0.0.1:8790/{region}"
SIGNED = "X-Amz-Credential=ASIAEXAMPLE%2F20261128&X-Amz-Signature=0123456789abcdef0123456789abcdef"


def test_addresses_are_https_or_of_this_machine_and_their_signatures_are_secrets() -> None:
    assert checked(f"https://bucket.s3.amazonaws.com/file?{SIGNED}", None) == "bucket.s3.amazonaws.com"
    assert checked("http://127.0.0.1:8790/file", HERE) == "127.0.0.1"
    assert redact(f"GET /file?{SIGNED}") == "GET /file?***"
    assert "0123456789abcdef" not in redact("the signature 0123456789abcdef0123456789abcdef is wrong")


@pytest.mark.parametrize(
    ("url", "api_url"),
    [
        ("http://bucket.s3.amazonaws.com/file", None),
        ("http://bucket.s3.amazonaws.com/file", HERE),
        ("http://127.0.0.1/file", None),
        ("http://127.0.0.1/file", "https://proxy.example/{region}"),
        ("ftp://bucket/file", None),
        ("file:///etc/passwd", HERE),
        ("https://user:word@bucket/file", None),
        ("https://bucket:port/file", None),
        ("https://bucket/fi le", None),
        ("https:///file", None),
        ("//bucket/file", None),
        ("", None),
    ],
)
def test_other_addresses_are_refused(url: str, api_url: str | None) -> None:
    with pytest.raises(AddressError):
        checked(url, api_url)


def test_slots_are_given_in_the_order_of_what_is_written() -> None:
    slots = Slots(1)
    assert slots.take("ads/export", (0,), lambda: False)
    assert slots.take("campaigns/export", (0,), lambda: False)
    got: list[int] = []
    waiting = threading.Barrier(4)

    def wait(place: int) -> None:
        waiting.wait()
        if slots.take("ads/export", (place,), lambda: False):
            got.append(place)
            slots.give_back("ads/export")

    threads = [threading.Thread(target=wait, args=(place,)) for place in (3, 1, 2)]
    for thread in threads:
        thread.start()
    waiting.wait()
    assert not slots.take("ads/export", (9,), lambda: True)
    while len(slots._queues["ads/export"]) < 3:  # noqa: SLF001 - until all of them wait
        time.sleep(0.001)
    slots.give_back("ads/export")
    for thread in threads:
        thread.join()
    assert got == [1, 2, 3]


def test_an_answer_that_speaks_against_its_file_is_heard(run: Any, account: Account) -> None:
    names = ("error", "old", "again", "other", "odd/id?", "failed")
    account.profiles = [{"profileId": number, "accountInfo": {"type": "seller"}} for number in range(1, len(names) + 1)]
    more = {"error": {"error": {"message": "partial"}}, "old": {"generatedAt": "2025-01-01T00:00:00Z"}}
    failed = {"status": "FAILED", "error": {"errorCode": "INTERNAL_ERROR", "message": "first\nsecond " + "x" * 3000}}
    rows = [{"campaignId": "1", "adProduct": "SPONSORED_PRODUCTS", "state": "ENABLED"}]

    def answer(name: str, export_id: str) -> dict[str, Any]:
        completed = {"status": "COMPLETED", "url": f"{account.url}/file/{name[:3]}", **more.get(name, {})}
        return {"exportId": export_id, **(failed if name == "failed" else completed)}

    def create(asked: Asked, number: int) -> Answer:
        name = names[int(asked.headers["Amazon-Advertising-API-Scope"]) - 1]
        if name in ("other", "odd/id?"):
            return Answer(json.dumps({"exportId": name, "status": "PROCESSING"}).encode(), 202)
        return Answer(json.dumps(answer(name, name if name == "again" else f"{name} {number}")).encode(), 202)

    account.answers["campaigns/export"] = create
    account.answers["exports/other"] = lambda *_: as_json(answer("other", "somebody's"))
    account.answers["exports/odd%2Fid%3F"] = lambda *_: as_json(answer("odd/id?", "odd/id?"))
    for name in names:
        packed = gzip.compress(json.dumps(rows * (2 if name == "again" else 1)).encode())
        account.answers[name[:3]] = lambda *_, packed=packed: Answer(packed)
    done = run(config={"source": "exports", "entities": ["campaigns"]})
    assert done.code == 1
    said = {row["profile_id"]: row["error"] for row in done.records("sync_log") if row["entity_type"] == "campaigns"}
    assert [str(said[str(number)]).split(": ", 1)[-1].split(" (export")[0] for number in range(1, 6)] == [
        "its file is there, and an error with it (partial)",
        "its file was made long before it was asked for (2025-01-01T00:00:00.000Z)",
        "gave 1 rows twice, and was not exported anew",
        "gave up: the response speaks of another export after 1 tries",
        "None",
    ]
    assert "failed: INTERNAL_ERROR: first\\nsecond xxx" in said["6"]
    assert len(said["6"]) < 400


@pytest.mark.parametrize(
    ("exported", "listed", "said"),
    [
        ([], [1, 2, 3], "gave 0 rows, made anew as well, and the lists hold more"),
        ([], [], None),
        ([1], [1, 2], "gave 1 rows, made anew as well, and the lists hold more"),
        ([], None, "made anew as well, and the lists cannot confirm it (sp/campaigns/list"),
        ([1, 2, 1], [1, 2, 3], "gave 2 rows, made anew as well, and the lists hold more"),
        ([1, 2, 1], [1, 2], None),
        # Less than half is strange, half is not.
        ([1, 2], [1, 2, 3], None),
    ],
)
def test_a_file_that_stays_strange_is_held_against_the_lists(
    run: Any, account: Account, exported: list[int], listed: list[int] | None, said: str | None
) -> None:
    def file(*numbers: int) -> Answer:
        rows = [{"campaignId": str(each), "adProduct": "SPONSORED_PRODUCTS", "state": "ENABLED"} for each in numbers]
        return Answer(gzip.compress(json.dumps(rows).encode()))

    def create(_: Asked, number: int) -> Answer:
        made = {"exportId": str(number), "status": "COMPLETED", "url": f"{account.url}/file/made"}
        return Answer(json.dumps(made).encode(), 202)

    account.answers["campaigns/export"] = create
    account.answers["made"] = lambda *_: file(1, 2, 3)
    config = {"source": "exports", "entities": ["campaigns"]}
    first = run(config=config)
    assert first.code == 0, first.log
    account.answers["made"] = lambda *_: file(*exported)
    if listed is None:
        account.broken = {"sp/campaigns/list"}
    account.rows["sp/campaigns/list"] = [campaign(number) for number in listed or ()]
    done = run(first.state, config=config)
    error = done.slices["campaigns"]["error"]
    assert (done.code, error if said is None else said in error) == ((0, None) if said is None else (1, True)), error
