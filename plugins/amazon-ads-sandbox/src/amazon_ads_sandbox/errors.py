"""Error bodies in the dialect of each family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

_WORDS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHORIZED",
    403: "ACCESS_DENIED",
    404: "NOT_FOUND",
    406: "NOT_ACCEPTABLE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "THROTTLED",
    500: "INTERNAL_ERROR",
}


@dataclass
class RefusedError(Exception):
    """The request is refused.

    Args:
        status: HTTP status.
        text: why.
        reason: for Sponsored Products' nested errors.
        location: JSON path of what is wrong.
    """

    status: int
    text: str
    reason: str | None = None
    location: str | None = None


def body(family: str, error: RefusedError, request_id: str) -> tuple[bytes, str]:
    """The body and its media type."""
    code = _WORDS.get(error.status, str(error.status))
    document: dict[str, Any]
    media = "application/json"
    if family in ("sp3", "sb4"):
        document = {"code": code, "message": error.text}
        if error.reason:
            inner = {"reason": error.reason, "cause": {"location": error.location}, "message": error.text}
            document["errors"] = [{"errorType": "invalidInputError", "errorValue": {"invalidInputError": inner}}]
    elif family == "export":
        document = {"message": error.text}
    else:
        document = {"code": str(error.status), "details": error.text, "requestId": request_id}
        if family == "sb3":
            media = "application/vnd.sberror.v3.0+json"
    return msgspec.json.encode(document), media
