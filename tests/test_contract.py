"""The watch on Amazon's contract says what has changed, and knows what of it the tap uses."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from contract.__main__ import main
from contract.used import UsedList, used_lists

FOLDER = os.environ.get("AMAZON_ADS_OPENAPI_DIR")
THEMES, GROUPS = "SB sb/themes/list", "SD sd/adGroups/extended"
MEDIA = "application/vnd.sbthemeslistresponse.v3+json"
TEXT = {"type": "string"}
Document = dict[str, Any]


def openapi() -> Document:
    """Two lists, as Amazon writes such files: references, and alternatives of which one holds the field."""
    state = {"type": "string", "enum": ["enabled", "paused", "archived"]}
    theme = {
        "themeId": TEXT,
        "adGroupId": TEXT,
        "campaignId": TEXT,
        "themeType": {"type": "string", "enum": ["ONE", "OTHER"]},
        "state": {"$ref": "#/components/schemas/State"},
        "bid": {"type": "number"},
        "colour": TEXT,
    }
    ask = {
        "nextToken": TEXT,
        "maxResults": {"type": "integer", "maximum": 5000},
        "stateFilter": {"type": "object", "properties": {"include": {"type": "array", "maxItems": 3, "items": state}}},
    }
    group = {"adGroupId": {"type": "integer"}, "name": TEXT, "defaultBid": {"type": "number"}, "tactic": TEXT}
    query = [
        *(
            {"in": "query", "name": name, "schema": {"type": "integer"}}
            for name in ("startIndex", "count", "adGroupIdFilter")
        ),
        {"in": "query", "name": "stateFilter", "schema": {"type": "string", "enum": ["enabled, paused, archived"]}},
    ]
    themes = {"type": "object", "properties": {"nextToken": TEXT, "themes": {"type": "array", "items": {
        "allOf": [{"properties": {name: theme.pop(name) for name in ("bid", "colour")}}, {"properties": theme}],
    }}}}  # fmt: skip
    return {
        "paths": {
            "/sb/themes/list": {"post": {
                "requestBody": {"content": {"application/json": {"schema": {"properties": ask}}}},
                "responses": {"200": {"content": {MEDIA: {"schema": themes}}}, "400": {}},
            }},
            "/sd/adGroups/extended": {"get": {
                "parameters": query,
                "responses": {"200": {"content": {"application/json": {
                    "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Group"}},
                }}}},
            }},
        },
        "components": {"schemas": {"State": state, "Group": {"properties": group}}},
    }  # fmt: skip


def _items(document: Document) -> tuple[Document, Document]:
    """The two halves of a theme."""
    post = document["paths"]["/sb/themes/list"]["post"]
    halves = post["responses"]["200"]["content"][MEDIA]["schema"]["properties"]["themes"]["items"]["allOf"]
    return halves[0]["properties"], halves[1]["properties"]


def _gone_field(document: Document) -> None:
    del _items(document)[1]["themeType"]


def _gone_unread_field(document: Document) -> None:
    del _items(document)[0]["colour"]


def _new_field(document: Document) -> None:
    _items(document)[1]["mood"] = TEXT


def _new_value(document: Document) -> None:
    _items(document)[1]["themeType"]["enum"].append("THIRD")


def _deprecated_field(document: Document) -> None:
    _items(document)[0]["bid"]["description"] = "Deprecated: bids are elsewhere now."


def _gone_parameter(document: Document) -> None:
    document["paths"]["/sd/adGroups/extended"]["get"]["parameters"].pop(0)


def _gone_value_that_is_sent(document: Document) -> None:
    _asked(document)["stateFilter"]["properties"]["include"]["items"] = {"type": "string", "enum": ["enabled"]}


def _asked(document: Document) -> Document:
    """What a request for themes may say."""
    body = document["paths"]["/sb/themes/list"]["post"]["requestBody"]["content"]["application/json"]
    fields: Document = body["schema"]["properties"]
    return fields


def _smaller_page(document: Document) -> None:
    _asked(document)["maxResults"]["maximum"] = 100


def _larger_page(document: Document) -> None:
    _asked(document)["maxResults"]["maximum"] = 9000


def _smaller_filter(document: Document) -> None:
    _asked(document)["stateFilter"]["properties"]["include"]["maxItems"] = 2


def _gone_media_type(document: Document) -> None:
    content = document["paths"]["/sb/themes/list"]["post"]["responses"]["200"]["content"]
    content["application/vnd.sbthemeslistresponse.v4+json"] = content.pop(MEDIA)


def _gone_list(document: Document) -> None:
    del document["paths"]["/sd/adGroups/extended"]


def _deprecated_list(document: Document) -> None:
    document["paths"]["/sd/adGroups/extended"]["get"]["deprecated"] = True


def _new_list(document: Document) -> None:
    document["paths"]["/sb/moods/list"] = {"post": {"responses": {}}}


CASES = {
    _gone_field: (1, {("gone", "yes", THEMES, "response field", "themes[].themeType")}),
    _gone_unread_field: (0, {("gone", "no", THEMES, "response field", "themes[].colour")}),
    _new_field: (0, {("new", "no", THEMES, "response field", "themes[].mood")}),
    _new_value: (0, {("new", "yes", THEMES, "response field", "themes[].themeType = THIRD")}),
    _deprecated_field: (0, {("deprecated", "yes", THEMES, "response field", "themes[].bid")}),
    _gone_parameter: (1, {("gone", "yes", GROUPS, "query parameter", "startIndex")}),
    _gone_value_that_is_sent: (1, {("gone", "yes", THEMES, "request field", "stateFilter.include[] = paused")}),
    _smaller_page: (1, {("gone", "yes", THEMES, "limit", "maxResults: 5000 sent, 100 taken")}),
    _larger_page: (0, {("new", "no", THEMES, "limit", "maxResults <= 9000")}),
    _smaller_filter: (1, {("gone", "yes", THEMES, "limit", "stateFilter.include: 3 sent, 2 taken")}),
    _gone_media_type: (1, {("gone", "yes", THEMES, "response media type", MEDIA)}),
    _gone_list: (1, {("gone", "yes", GROUPS, "list", "GET sd/adGroups/extended")}),
    _deprecated_list: (0, {("deprecated", "yes", GROUPS, "list", "GET sd/adGroups/extended")}),
    _new_list: (0, {("new", "no", "POST sb/moods/list", "list", "POST sb/moods/list")}),
}


@pytest.fixture(scope="module")
def two() -> list[UsedList]:
    return [each for each in used_lists() if each.name in (THEMES, GROUPS)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "amazon"
    made.mkdir()
    (made / "Ads.json").write_text(json.dumps(openapi()))
    return made


def rows(printed: str) -> set[tuple[str, ...]]:
    """The table, without its head."""
    return {
        tuple(cell.strip() for cell in line.split("  ") if cell.strip())
        for line in printed.splitlines()
        if line.startswith(("gone", "new", "deprecated"))
    }


@pytest.mark.parametrize("change", CASES, ids=lambda change: change.__name__.lstrip("_"))
def test_a_change_is_told_and_what_is_used_and_gone_is_an_error(
    change: Callable[[Document], None],
    folder: Path,
    two: list[UsedList],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    known = tmp_path / "known.json"
    main([str(folder), "--accept"], known, two)
    capsys.readouterr()
    assert main([str(folder)], known, two) == 0
    assert "2 lists compared, 0 differences" in capsys.readouterr().out
    document = json.loads(json.dumps(openapi()))
    change(document)
    (folder / "Ads.json").write_text(json.dumps(document))
    code, expected = CASES[change]
    assert main([str(folder)], known, two) == code
    assert expected <= rows(capsys.readouterr().out)


def test_a_list_that_was_never_accepted_is_held_against_what_is_sent(
    folder: Path, two: list[UsedList], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = openapi()
    _gone_parameter(document)
    (folder / "Ads.json").write_text(json.dumps(document))
    assert main([str(folder)], tmp_path / "none.json", two) == 1
    assert ("gone", "yes", GROUPS, "query parameter", "startIndex") in rows(capsys.readouterr().out)


EXPORT = "application/vnd.targetsexport.v1+json"
ANSWER = {
    "properties": {
        "exportId": TEXT,
        "status": {"type": "string", "enum": ["PROCESSING", "COMPLETED", "FAILED"]},
        "url": TEXT,
        "fileSize": {"type": "number"},
        "error": {"properties": {"errorCode": TEXT, "message": TEXT}},
        "generatedAt": TEXT,
        "urlExpiresAt": TEXT,
    }
}
TARGET = {"targetId": "1", "adGroupId": "2", "adProduct": "SPONSORED_PRODUCTS", "negative": False, "state": "ENABLED"}


def exports() -> Document:
    """The two requests of an export, and the items of its file."""
    content = {"content": {EXPORT: {"schema": ANSWER}}}
    words = {"type": "array", "items": {"type": "string"}}
    asked = {"schema": {"properties": {"adProductFilter": words, "stateFilter": words}}}
    other = {**TARGET, "targetId": "3", "bid": {"bid": 1.5}}
    return {
        "paths": {
            "/targets/export": {"post": {"requestBody": {"content": {EXPORT: asked}}, "responses": {"202": content}}},
            "/exports/{exportId}": {"get": {"responses": {"200": content}}},
        },
        "items": [dict(TARGET), other],
    }


def _polled(document: Document) -> Document:
    content = document["paths"]["/exports/{exportId}"]["get"]["responses"]["200"]["content"]
    fields: Document = content[EXPORT]["schema"]["properties"]
    return fields


CREATED, POLLED, ITEMS = "targets/export", "exports/{exportId} targets", "items of targets/export"
OF_EXPORTS: dict[str, tuple[Callable[[Document], object], int, set[tuple[str, ...]]]] = {
    "gone address": (lambda it: _polled(it).pop("url"), 1, {("gone", "yes", POLLED, "response field", "url")}),
    "gone word for the end": (
        lambda it: _polled(it)["status"]["enum"].remove("COMPLETED"),
        1,
        {("gone", "yes", POLLED, "response field", "status = COMPLETED")},
    ),
    "gone time that nobody reads": (
        lambda it: _polled(it).pop("urlExpiresAt"),
        0,
        {("gone", "no", POLLED, "response field", "urlExpiresAt")},
    ),
    "gone time that tells an old file": (
        lambda it: _polled(it).pop("generatedAt"),
        1,
        {("gone", "yes", POLLED, "response field", "generatedAt")},
    ),
    "gone request": (
        lambda it: it["paths"].pop("/targets/export"),
        1,
        {("gone", "yes", CREATED, "list", "POST targets/export")},
    ),
    "gone field of all items": (
        lambda it: [each.pop("negative") for each in it["items"]],
        1,
        {("gone", "yes", ITEMS, "response field", "[].negative")},
    ),
    "gone field of some items": (lambda it: it["items"].pop(), 0, set()),
    "new word in an item": (
        lambda it: it["items"][0].update(state="FROZEN"),
        0,
        {("new", "yes", ITEMS, "response field", "[].state = FROZEN")},
    ),
}


@pytest.mark.parametrize("case", OF_EXPORTS)
def test_exports_are_watched_from_the_request_to_the_items_of_the_file(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, code, expected = OF_EXPORTS[case]
    lists = [each for each in used_lists() if each.name in (CREATED, POLLED)]
    known, folder, files = tmp_path / "known.json", tmp_path / "amazon", tmp_path / "exports"
    folder.mkdir()
    files.mkdir()
    document = exports()
    for accept in (["--accept"], []):
        (folder / "Exports.json").write_text(json.dumps(document))
        (files / "targets.json.gz").write_bytes(gzip.compress(json.dumps(document["items"]).encode()))
        found = main([str(folder), f"--exports={files}", *accept], known, lists)
        if accept:
            capsys.readouterr()
            document = json.loads(json.dumps(document))
            change(document)
    assert (found, expected - rows(capsys.readouterr().out)) == (code, set())


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (None, "Say where Amazon's OpenAPI files are"),
        ("missing", "is not a folder"),
        ("empty", "holds no OpenAPI file"),
        ("broken", "cannot be read as JSON"),
    ],
)
def test_a_folder_without_such_files_gets_a_sentence(
    made: str | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("empty", "broken"):
        (tmp_path / name).mkdir()
    (tmp_path / "broken" / "Ads.json").write_text("{")
    assert main([str(tmp_path / made)] if made else []) == 2
    assert said in capsys.readouterr().err


@pytest.mark.skipif(not FOLDER, reason="AMAZON_ADS_OPENAPI_DIR does not name the folder of Amazon's OpenAPI files")
def test_everything_that_the_tap_uses_is_in_amazons_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([FOLDER or ""]) == 0, capsys.readouterr().out
    said = capsys.readouterr().out
    assert " 0 differences" in said, said
