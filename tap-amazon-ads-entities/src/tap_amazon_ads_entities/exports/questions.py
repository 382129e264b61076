"""Creating an export and asking how it is going, as questions to Amazon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

import msgspec

from tap_amazon_ads_entities.amazon.request import HTTP_OK, Attempt, Counters, Request
from tap_amazon_ads_entities.amazon.throttle import Order
from tap_amazon_ads_entities.amazon.transport import Response
from tap_amazon_ads_entities.endpoints.model import ListEndpoint
from tap_amazon_ads_entities.endpoints.regions import api_base
from tap_amazon_ads_entities.errors import BadBodyError
from tap_amazon_ads_entities.process.deadline import Deadline, Stop
from tap_amazon_ads_entities.process.redaction import printable, redact
from tap_amazon_ads_entities.rows.values import timestamp, utc_text

_CREATED = 202
COMPLETED, FAILED = STATUSES = ("COMPLETED", "FAILED")
"""What ends the making of an export; it goes on whatever else is said."""

STATUS_PATH = "exports/{exportId}"
REASONS = ("errorCode", "message")
"""Of the error of one that failed."""

_OLD = timedelta(days=1)
"""No two clocks differ as much, and no export takes as long."""

_WORDS = 300
"""Characters of its reason that are repeated."""


@dataclass(frozen=True)
class Errand:
    """On whose behalf something is asked.

    Args:
        region, profile_id: whose export it is.
        order: its place in what the run writes.
        counters: what it costs.
        stop: gives it up.
        deadline: of its slice, which begins when this is first called.
    """

    region: str
    profile_id: str
    order: Order
    counters: Counters
    stop: Stop
    deadline: Callable[[], Deadline]


class Answer(msgspec.Struct, rename="camel"):
    """How an export is going (Amazon's file of exports, UniversalApiExportResponse)."""

    export_id: str
    status: str
    url: str | None = None
    file_size: float | None = None
    error: object = None
    generated_at: str | None = None

    @property
    def completed(self) -> bool:
        """Whether its file is there."""
        return self.status == COMPLETED

    @property
    def failed(self) -> bool:
        """Whether there will be none."""
        return self.status == FAILED

    @property
    def reason(self) -> str:
        """Amazon's words for why it failed."""
        error = self.error if isinstance(self.error, dict) else {}
        said = ": ".join(str(error[name]) for name in REASONS if error.get(name))
        # Before it is cut: half a secret would not be recognised any more.
        return printable(redact(said))[:_WORDS] or "no reason given"

    def complaint(self, now: datetime) -> str | None:
        """What Amazon itself says against the file of a completed export; None for one that is whole and new."""
        if any(self.error.values()) if isinstance(self.error, dict) else self.error:
            return f"its file is there, and an error with it ({self.reason})"
        made = timestamp(self.generated_at)
        if isinstance(made, str) and made < utc_text(now - _OLD):
            return f"its file was made long before it was asked for ({made})"
        return None


_DECODER = msgspec.json.Decoder(Answer)


@dataclass(frozen=True)
class ExportQuestion:
    """Create an export, or ask for one.

    Args:
        endpoint: which kind of export.
        errand: on whose behalf.
        api_url: instead of Amazon's hosts.
        export_id: the one asked for; None to create one.
    """

    endpoint: ListEndpoint
    errand: Errand
    api_url: str | None
    export_id: str | None = None

    def request(self, attempt: Attempt) -> Request:
        """The request; every try is the same."""
        del attempt
        endpoint, errand = self.endpoint, self.errand
        media = {"Accept": endpoint.accept}
        path = endpoint.path
        if self.export_id is None:
            media["Content-Type"] = str(endpoint.content_type)
        else:
            path = STATUS_PATH.format(exportId=quote(self.export_id, safe=""))
        return Request(
            endpoint=endpoint.path,
            region=errand.region,
            method="POST" if self.export_id is None else "GET",
            url=f"{api_base(errand.region, self.api_url)}/{path}",
            headers=media,
            body=msgspec.json.encode(endpoint.body) if self.export_id is None else None,
            profile_id=errand.profile_id,
            order=errand.order,
            expected=_CREATED if self.export_id is None else HTTP_OK,
        )

    def answer(self, response: Response) -> Answer:
        """How it is going.

        Raises:
            BadBodyError: the body does not say.
        """
        try:
            answer = _DECODER.decode(response.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            message = "the response does not say how the export is going"
            raise BadBodyError(message) from error
        if not answer.export_id or (answer.completed and not answer.url):
            message = "the response names no export, or no address of a completed one"
            raise BadBodyError(message)
        if self.export_id is not None and answer.export_id != self.export_id:
            message = "the response speaks of another export"
            raise BadBodyError(message)
        return answer
