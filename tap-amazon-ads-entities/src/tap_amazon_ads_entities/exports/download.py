"""Downloads the file of an export: without credentials, from the host that was named, to its checksum.

It goes into a nameless file on disk first (packed, some 40 bytes a row): a connection would not wait for a slow loader,
and rows are handed on only of a file that arrived whole.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from typing import IO

from tap_amazon_ads_entities.amazon import policy
from tap_amazon_ads_entities.amazon.transport import Transport
from tap_amazon_ads_entities.errors import CancelledError, SliceError, TapError, TransportError
from tap_amazon_ads_entities.exports.address import AddressError, checked
from tap_amazon_ads_entities.exports.gunzip import FileError, Gunzip
from tap_amazon_ads_entities.exports.jobs import Job
from tap_amazon_ads_entities.exports.questions import Answer, Errand
from tap_amazon_ads_entities.process.deadline import Deadline, earliest
from tap_amazon_ads_entities.process.logs import LOGGER

MOST_TRIES = 3
"""Times a file is asked for, each time at a new address."""

_HTTP_OK = 200
_FIRST_REDIRECT, _FIRST_ERROR = 300, 400
_CHUNK = 1 << 16


class _DiskError(TapError):
    """The disk does not take what was downloaded."""


class Downloads:
    """Downloads files.

    Args:
        transport: asks for them.
        api_url: instead of Amazon's hosts.
        patience: seconds that one file may take.
    """

    def __init__(self, transport: Transport, *, api_url: str | None, patience: float) -> None:
        """Ask for nothing yet."""
        self._transport = transport
        self._api_url = api_url
        self._patience = patience

    @contextlib.contextmanager
    def file(self, job: Job, errand: Errand) -> Iterator[Download]:
        """The file of an export when it is there, whole; gone afterwards.

        Raises:
            SliceError: there will be none, or it cannot be had.
        """
        answer = job.completed(errand)
        try:
            spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed below
        except OSError as error:
            raise _no_disk(job, str(error.strerror)) from error
        with spool:
            self._fetch(job, answer, errand, spool)
            yield Download(spool, job.name)

    def _fetch(self, job: Job, answer: Answer, errand: Errand, spool: IO[bytes]) -> None:
        limit = earliest(errand.deadline(), Deadline.after(self._patience, "one file"))
        for tried in range(1, MOST_TRIES + 1):
            try:
                self._try(answer, errand, spool, limit)
            except (TransportError, FileError) as error:
                reason: TapError = error
            except AddressError as error:
                message = f"{job.name}: {error}; nothing was sent there"
                raise SliceError(message) from error
            except _DiskError as error:
                raise _no_disk(job, str(error)) from error
            else:
                return
            if errand.stop.requested:
                message = f"{job.name}: given up because the run or its slice ended"
                raise CancelledError(message)
            wait = policy.backoff(tried)
            if tried == MOST_TRIES or wait > limit.remaining:
                message = f"{job.name}: gave up after {tried} tries: {reason}"
                raise SliceError(message) from reason
            LOGGER.warning("%s: %s; asking for a new address in %.1f s", job.name, reason, wait)
            errand.counters.add(retries=1)
            errand.stop.sleep(wait)
            answer = job.renewed(errand)

    def _try(self, answer: Answer, errand: Errand, spool: IO[bytes], limit: Deadline) -> None:
        url = str(answer.url)
        host = checked(url, self._api_url)
        spool.seek(0)
        spool.truncate()
        gunzip = Gunzip()

        def keep(chunk: bytes) -> None:
            try:
                spool.write(chunk)
            except OSError as error:
                raise _DiskError(str(error.strerror)) from error
            for _ in gunzip.pieces(chunk):
                if errand.stop.requested or limit.remaining <= 0:
                    message = "the file could not be unpacked in time"
                    raise TransportError(message)

        errand.counters.add(requests=1)
        response = self._transport.send(
            "GET", url, {}, None, time_left=max(limit.remaining, 0.1), stop=errand.stop, sink=keep
        )
        if response.status != _HTTP_OK:
            raise TransportError(_refused(response.status, host))
        gunzip.end()
        if answer.file_size is not None and gunzip.unpacked < answer.file_size:
            message = f"its file holds {gunzip.unpacked:,} bytes, although Amazon says {answer.file_size:,.0f}"
            raise FileError(message)


class Download:
    """A file that has arrived whole.

    Args:
        spool: it, packed.
        name: of its export.
    """

    def __init__(self, spool: IO[bytes], name: str) -> None:
        """At its start."""
        self._spool = spool
        self.name = name

    def pieces(self) -> Iterator[bytes]:
        """What it holds, piece by piece."""
        self._spool.seek(0)
        gunzip = Gunzip()
        while chunk := self._spool.read(_CHUNK):
            yield from gunzip.pieces(chunk)
        gunzip.end()


def _refused(status: int, host: str) -> str:
    """Why there is no file; what S3 says of it would repeat what was signed."""
    if _FIRST_REDIRECT <= status < _FIRST_ERROR:
        return f"{host} sent us elsewhere (HTTP {status}), where we do not go"
    return f"{host} refused its file with HTTP {status}"


def _no_disk(job: Job, why: str) -> SliceError:
    message = (
        f"{job.name}: its file cannot be kept on disk ({why}); make room in {tempfile.gettempdir()}, or "
        "name another folder in TMPDIR"
    )
    return SliceError(message)
