"""What Amazon's OpenAPI files say of one list, flat: parameters, and the fields of requests and responses by path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

Document = dict[str, Any]

# Almost nothing is flagged in Amazon's files; what is on its way out says so in its description.
_DEPRECATED = re.compile(r"\bdeprecated\b", re.IGNORECASE)
_LIST = re.compile(r"POST .*/(list|export)$|POST .*/query/\w+$|GET [^{]*$")
_DEEPEST = 12


class FolderError(Exception):
    """A folder of Amazon's files is none: why, in a sentence."""

    def __init__(self, path: Path, why: str, name: str = "OPENAPI_DIR") -> None:
        """Name it."""
        super().__init__(f"{str(path)!r} of {name} {why}.")


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of a request or response.

    Args:
        kind: its JSON type; empty where the file does not say.
        values: of its enumeration.
        deprecated: whether the file says so.
        most: the greatest number it may be, or the most elements it may have; None where the file does not say.
        optional: whether items were seen without it.
    """

    kind: str = ""
    values: tuple[str, ...] = ()
    deprecated: bool = False
    most: int | None = None
    optional: bool = False

    def joined(self, other: Field) -> Field:
        """What two alternatives say of the same field."""
        values = tuple(dict.fromkeys((*self.values, *other.values)))
        # Of several alternatives the widest counts, and one without a limit has none.
        most = max(self.most, other.most) if self.most is not None and other.most is not None else None
        return Field(self.kind or other.kind, values, self.deprecated and other.deprecated, most)


class Fact(NamedTuple):
    """One thing that Amazon offers: of which kind, and its name."""

    kind: str
    name: str


@dataclass(frozen=True)
class Operation:
    """One list. A field of an object in an array has the path `campaigns[].name`.

    Args:
        takes, gives: media types of requests and responses.
        parameters: of the query.
        request, response: fields by path, of one media type each.
        deprecated: the list as a whole.
    """

    takes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    parameters: Mapping[str, Field] = field(default_factory=dict)
    request: Mapping[str, Field] = field(default_factory=dict)
    response: Mapping[str, Field] = field(default_factory=dict)
    deprecated: bool = False

    def facts(self, name: str) -> dict[Fact, bool]:
        """Everything that it offers, and whether it is deprecated."""
        found = {Fact("list", name): self.deprecated}
        found |= {Fact("request media type", media): False for media in self.takes}
        found |= {Fact("response media type", media): False for media in self.gives}
        groups = (("query parameter", self.parameters), ("request field", self.request))
        for kind, fields in (*groups, ("response field", self.response)):
            for path, each in fields.items():
                found[Fact(kind, path)] = each.deprecated
                found |= {Fact(kind, value_of(path, value)): False for value in each.values}
        for _, fields in groups:
            found |= {Fact(LIMIT, f"{path} <= {each.most}"): False for path, each in fields.items() if each.most}
        return found


LIMIT = "limit"
"""The kind of fact that is the greatest number, or the most elements, in a request."""


def value_of(path: str, value: str) -> str:
    """The name of one value that a field may have."""
    return f"{path} = {value}"


class Files:
    """All operations of a folder of OpenAPI files; one that several files have is kept for each."""

    def __init__(self, folder: Path) -> None:
        """Read them.

        Raises:
            FolderError: there is no such folder, no file of this kind in it, or one that is not JSON.
        """
        if not folder.is_dir():
            raise FolderError(folder, "is not a folder")
        self._operations: dict[str, list[tuple[Document, Document]]] = {}
        for path in sorted(folder.glob("*.json")):
            document = _read(path)
            for route, methods in document.get("paths", {}).items():
                for method, operation in methods.items():
                    if isinstance(operation, dict):
                        name = f"{method.upper()} {route.removeprefix('/')}"
                        self._operations.setdefault(name, []).append((document, operation))
        if not self._operations:
            raise FolderError(folder, "holds no OpenAPI file of Amazon's (*.json)")

    def lists(self) -> list[str]:
        """Every operation that looks like a list, as `POST sp/campaigns/list`."""
        return sorted(name for name in self._operations if _LIST.fullmatch(name))

    def operations(self, name: str, takes: str | None, gives: str) -> Iterator[Operation]:
        """What each file that has it says of an operation, for these media types."""
        for document, operation in self._operations.get(name, ()):
            schemas = _Schemas(document)
            request = schemas.resolved(operation.get("requestBody", {})).get("content", {})
            response = schemas.resolved(_success(operation)).get("content", {})
            parameters = [schemas.resolved(each) for each in operation.get("parameters", ())]
            yield Operation(
                takes=tuple(sorted(request)),
                gives=tuple(sorted(response)),
                parameters={
                    each["name"]: schemas.field({**each.get("schema", {}), **_marks(each)})
                    for each in parameters
                    if each.get("in") == "query"
                },
                request=schemas.fields(_content(request, takes)),
                response=schemas.fields(_content(response, gives)),
                deprecated=_is_deprecated(operation),
            )


def _read(path: Path) -> Document:
    try:
        document = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise FolderError(path, f"cannot be read as JSON: {error}") from None
    return document if isinstance(document, dict) else {}


def _success(operation: Document) -> Document:
    responses: Document = operation.get("responses", {})
    return next((answer for status, answer in sorted(responses.items()) if status.startswith("2")), {})


def _content(content: Document, media: str | None) -> Document:
    """The schema of a media type; that of another one where it is not offered any more."""
    if not content or media is None:
        return {}
    found: Document = content.get(media) or next(iter(content.values()))
    return found.get("schema") or {}


def _marks(node: Document) -> Document:
    return {name: node[name] for name in ("deprecated", "description") if name in node}


def _is_deprecated(node: Document) -> bool:
    return node.get("deprecated") is True or bool(_DEPRECATED.search(str(node.get("description", ""))))


class _Schemas:
    """The schemas of one file."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def resolved(self, node: Document) -> Document:
        """What a reference stands for."""
        while isinstance(reference := node.get("$ref"), str):
            node = self._document
            for name in reference.removeprefix("#/").split("/"):
                node = node.get(name.replace("~1", "/").replace("~0", "~"), {})
        return node

    def field(self, node: Document) -> Field:
        """A field, whatever is below it."""
        schema = self.resolved(node)
        values = tuple(str(value) for value in schema.get("enum", ()) if value is not None)
        most = schema.get("maximum", schema.get("maxItems"))
        found = Field(str(schema.get("type", "")), values, _is_deprecated(node) or _is_deprecated(schema), most)
        for alternative in _alternatives(schema):
            inner = self.field(alternative)
            found = replace(found, kind=found.kind or inner.kind, values=(*found.values, *inner.values))
        return found

    def fields(self, schema: Document) -> dict[str, Field]:
        """Every field of a document by its path, over all alternatives."""
        found: dict[str, Field] = {}
        self._collect(schema, "", found, 0)
        return found

    def _collect(self, node: Document, path: str, found: dict[str, Field], depth: int) -> None:
        # Predicates of targets may hold predicates; no list is as deep as this.
        if depth > _DEEPEST or path.count("[]") > 3:  # noqa: PLR2004
            return
        schema = self.resolved(node)
        for alternative in _alternatives(schema):
            self._collect(alternative, path, found, depth + 1)
        if isinstance(items := schema.get("items"), dict):
            below = f"{path}[]"
            found[below] = self.field(items).joined(found.get(below, Field()))
            self._collect(items, below, found, depth + 1)
        for name, child in schema.get("properties", {}).items():
            below = f"{path}.{name}" if path else name
            each = self.field(child)
            found[below] = each.joined(found[below]) if below in found else each
            self._collect(child, below, found, depth + 1)


def _alternatives(schema: Document) -> Iterator[Document]:
    for name in ("allOf", "oneOf", "anyOf"):
        yield from schema.get(name, ())
