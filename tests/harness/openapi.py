"""Validates requests and responses against Amazon's OpenAPI files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

Document = dict[str, Any]


def _nullable(node: Any) -> Any:
    """OpenAPI's `nullable` and `oneOf` as JSON Schema has to say them."""
    if isinstance(node, list):
        return [_nullable(each) for each in node]
    if not isinstance(node, dict):
        return node
    # Amazon's alternatives overlap: a flat predicate fits two of them, which oneOf would refuse.
    converted = {"anyOf" if name == "oneOf" else name: _nullable(value) for name, value in node.items()}
    if converted.pop("nullable", False) is True and "type" in converted:
        converted["type"] = [converted["type"], "null"]
        if "enum" in converted:
            converted["enum"] = [*converted["enum"], None]
    return converted


class OpenAPI:
    """All operations of a folder of OpenAPI files."""

    def __init__(self, folder: Path) -> None:
        self._operations: dict[tuple[str, str], tuple[str, Document]] = {}
        resources = []
        for path in sorted(folder.glob("*.json")):
            document = _nullable(json.loads(path.read_text()))
            if "paths" not in document:
                continue
            uri = f"urn:openapi:{path.stem}"
            resources.append((uri, Resource.from_contents(document, default_specification=DRAFT4)))
            for route, methods in document["paths"].items():
                for method, operation in methods.items():
                    if isinstance(operation, dict):
                        self._operations[(method.upper(), route)] = (uri, operation)
        self._registry: Any = Registry().with_resources(resources)

    def operation(self, method: str, route: str) -> tuple[str, Document] | None:
        """The file and the operation of a request; a part of the route may be a parameter."""
        found = self._operations.get((method, route))
        if found is not None:
            return found
        parts = route.split("/")
        for (known, template), operation in self._operations.items():
            names = template.split("/")
            if known == method and len(names) == len(parts):
                fits = (name == part or name.startswith("{") for name, part in zip(names, parts, strict=True))
                if "{" in template and all(fits):
                    return operation
        return None

    def _errors(self, uri: str, schema: Document, value: Any) -> list[str]:
        # References are relative to their file.
        absolute = json.loads(json.dumps(schema).replace('"$ref": "#', f'"$ref": "{uri}#'))
        validator = Draft4Validator(absolute, registry=self._registry)
        return [
            f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
            for error in validator.iter_errors(value)
        ]

    def request(self, method: str, route: str, query: str, headers: Mapping[str, str], body: str) -> Iterable[str]:
        """What is wrong with a request."""
        found = self.operation(method, route)
        if found is None:
            yield f"{method} {route} is not an operation"
            return
        uri, operation = found
        if headers.get("accept") not in _answers(operation):
            yield f"{route}: Accept {headers.get('accept')} is not offered"
        if method == "POST":
            content = operation["requestBody"]["content"]
            if headers.get("content-type") not in content:
                yield f"{route}: Content-Type {headers.get('content-type')} is not taken"
                return
            yield from self._errors(uri, content[headers["content-type"]]["schema"], json.loads(body))
        declared = {each.get("name"): each for each in operation.get("parameters", ()) if each.get("in") == "query"}
        for name, value in parse_qsl(query):
            if name not in declared:
                yield f"{route}: query parameter {name} is not declared"
                continue
            schema = declared[name]["schema"]
            if schema.get("type") == "integer":
                yield from self._errors(uri, schema, int(value))
            elif "enum" in schema:
                # Comma-separated lists of the enum's values are what the descriptions show.
                parts = [value] if value in schema["enum"] else value.split(",")
                for part in parts:
                    yield from self._errors(uri, schema, part)

    def response(self, method: str, route: str, media_type: str, body: bytes) -> list[str]:
        """What is wrong with the body of a 200, or of a 202 where that is what is promised."""
        found = self.operation(method, route)
        assert found is not None
        uri, operation = found
        content = _answers(operation)
        if media_type not in content:
            return [f"{route}: answers {media_type}"]
        return self._errors(uri, content[media_type]["schema"], json.loads(body))


def _answers(operation: Document) -> Document:
    """What is answered when all is well, by media type."""
    responses = operation["responses"]
    return dict(responses["200" if "200" in responses else "202"]["content"])
