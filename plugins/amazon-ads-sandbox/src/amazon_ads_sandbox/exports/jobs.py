"""Jobs: what is asked for is taken as it stands when it is asked for, and is there as a file a while later."""

from __future__ import annotations

import base64
import gzip
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from amazon_ads_sandbox.account import Account
from amazon_ads_sandbox.errors import RefusedError
from amazon_ads_sandbox.exports.catalogue import MOST_IN_PROGRESS, STATES, Export
from amazon_ads_sandbox.model.profiles import Profile
from amazon_ads_sandbox.wire.common_model import AD_PRODUCTS

_LEVEL = 1
"""Of compression: fast."""


@dataclass
class Job:
    """One export.

    Args:
        export_id: as Amazon makes them: base64 of a random part and the kind's letter.
        profile_id: whose.
        rows: the elements of its file, as JSON, as they were when it was asked for.
        created, ready: epoch seconds.
        fault: what goes wrong with it.
    """

    export: Export
    export_id: str
    profile_id: str
    rows: list[bytes]
    created: float
    ready: float
    fault: dict[str, Any] = field(default_factory=dict)
    file: bytes | None = None

    @property
    def status(self) -> str:
        """PROCESSING, COMPLETED or FAILED."""
        if self.fault.get("kind") == "export_stuck" or time.time() < self.ready:
            return "PROCESSING"
        return "FAILED" if self.fault.get("kind") == "export_failed" else "COMPLETED"

    def build(self) -> bytes:
        """The file; takes a while for a large one."""
        if self.file is None:
            self.file = _damaged(b"[" + b",".join(self.rows) + b"]", self.fault)
            self.rows = []
        return self.file


def _damaged(content: bytes, fault: Mapping[str, Any]) -> bytes:
    """The file, with what a fault does to it."""
    how = fault.get("how") if fault.get("kind") == "export_file" else None
    if how == "array_cut":
        content = content[: content.rfind(b"{")].rstrip(b",")
    elif how == "object":
        content = b'{"message":"nothing to see"}'
    elif how == "trailing":
        content += content
    elif how == "item":
        # Its first item has no id.
        content = content.replace(b'"targetId"', b'"lostId"', 1)
    elif how == "empty":
        content = b""
    packed = gzip.compress(content, _LEVEL)
    middle = len(packed) // 2
    if how == "cut":
        return packed[:middle]
    if how == "corrupt":
        return packed[:middle] + bytes(byte ^ 0xFF for byte in packed[middle : middle + 20]) + packed[middle + 20 :]
    if how == "checksum":
        return packed[:-8] + bytes(byte ^ 0xFF for byte in packed[-8:-4]) + packed[-4:]
    return content if how == "plain" else packed


class Jobs:
    """All exports, and the addresses of their files."""

    def __init__(self) -> None:
        """Ready at once, addresses good for an hour."""
        self.seconds = 0.0
        self.url_seconds = 3600.0
        self._jobs: dict[str, Job] = {}
        self._files: dict[str, tuple[Job, str, float]] = {}
        self.most = 0
        """The most that were in progress at once, of one endpoint."""

    def create(self, export: Export, account: Account, profile: Profile, body: bytes) -> Job:
        """Begin one.

        Raises:
            RefusedError: a filter is wrong, or too many are in progress.
        """
        wanted = _filters(export, body)
        running = sum(job.export is export and job.status == "PROCESSING" for job in self._jobs.values())
        if running >= MOST_IN_PROGRESS:
            raise RefusedError(429, f"{running} exports are in progress, which is the most")
        self.most = max(self.most, running + 1)
        text = f"{secrets.token_hex(16)},{export.letter}"
        export_id = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        now = time.time()
        rows = list(_rows(export, account, profile, wanted))
        job = self._jobs[export_id] = Job(export, export_id, str(profile.profile_id), rows, now, now + self.seconds)
        return job

    def find(self, export_id: str, profile_id: str) -> Job:
        """One of a profile.

        Raises:
            RefusedError: there is none.
        """
        job = self._jobs.get(export_id)
        if job is None or job.profile_id != profile_id:
            raise RefusedError(404, "Export not found")
        return job

    def address(self, job: Job) -> tuple[str, float]:
        """A new address of its file, and when it expires: path and query."""
        name, signature = secrets.token_hex(8), secrets.token_hex(32)
        expires = time.time() + self.url_seconds
        self._files[name] = (job, signature, expires)
        query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires={self.url_seconds:.0f}&X-Amz-Signature={signature}"
        return f"/snapshots/{name}?{query}", expires

    def file(self, name: str, signature: str) -> Job | str:
        """What is at an address, or the code of S3's error."""
        job, wanted, expires = self._files.get(name, (None, "", 0.0))
        if job is None or signature != wanted:
            return "SignatureDoesNotMatch"
        return "AccessDenied" if time.time() > expires else job


def _filters(export: Export, body: bytes) -> dict[str, frozenset[object]]:
    try:
        document = msgspec.json.decode(body or b"null")
    except msgspec.DecodeError as error:
        raise RefusedError(400, "The request body is not JSON") from error
    if not isinstance(document, dict):
        raise RefusedError(400, "The request body is not an object")
    wanted = {**export.filters, "stateFilter": STATES - {"ARCHIVED"}}
    for name, values in document.items():
        known = export.filters.get(name)
        if known is None:
            raise RefusedError(400, f"{name} is not known here")
        if not isinstance(values, list) or not 1 <= len(values) <= len(known):
            raise RefusedError(400, f"{name} takes 1 to {len(known)} values")
        if any(value not in known for value in values):
            raise RefusedError(400, f"{name} has an unknown value")
        wanted[name] = frozenset(values)
    return wanted


def _rows(export: Export, account: Account, profile: Profile, wanted: dict[str, frozenset[object]]) -> Iterator[bytes]:
    types = wanted.get("targetTypeFilter")
    narrowed = types is not None and types != export.filters["targetTypeFilter"]
    for endpoint in account.lists(export.table):
        if AD_PRODUCTS.get(endpoint.product) not in wanted["adProductFilter"] or not account.has(profile, endpoint):
            continue
        if export.table == "entity_targets" and not (
            ("neg" in endpoint.kind) in wanted["negativeFilter"]
            and ("CAMPAIGN" if endpoint.kind.startswith("camp") else "AD_GROUP") in wanted["targetLevelFilter"]
        ):
            continue
        collection = account.seen_by("exports", profile, endpoint)
        for row, state in zip(collection.common(export.render), collection.states(), strict=True):
            if state.upper() not in wanted["stateFilter"]:
                continue
            if not narrowed or msgspec.json.decode(row)["targetType"] in (types or ()):
                yield row
