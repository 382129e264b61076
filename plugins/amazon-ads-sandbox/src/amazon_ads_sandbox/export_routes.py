"""The requests about exports, and the place their files are at, which is not the API."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from amazon_ads_sandbox import disturb
from amazon_ads_sandbox.errors import RefusedError
from amazon_ads_sandbox.exports.catalogue import EXPORTS, Export
from amazon_ads_sandbox.exports.jobs import Job, Jobs
from amazon_ads_sandbox.media import same
from amazon_ads_sandbox.model.profiles import Profile
from amazon_ads_sandbox.state import State
from amazon_ads_sandbox.wire.common import iso, present

STATUS = "exports/"
FILES = "snapshots"

_OF_JOBS = frozenset({"export_stuck", "export_failed", "export_file"})


def known(path: str, method: str) -> bool:
    """Whether a request is one about exports."""
    return (path in EXPORTS and method == "POST") or (path.startswith(STATUS) and method == "GET")


async def answer(  # noqa: PLR0913 - a request and what is known of it
    state: State, request: Request, path: str, profile: Profile, body: bytes, action: dict[str, Any] | None
) -> Response:
    """Create an export, or say how one is going.

    Raises:
        RefusedError: Amazon would refuse it.
    """
    accept = request.headers.get("accept", "")
    if (export := EXPORTS.get(path)) is not None:
        _check(export, request, accept)
        job = state.exports.create(export, state.account, profile, body)
        if action is not None and action["kind"] in _OF_JOBS:
            job.fault = action
        return Response(_document(job, None), 202, media_type=export.media)
    job = state.exports.find(path.removeprefix(STATUS), str(profile.profile_id))
    if not same(accept, job.export.media):
        raise RefusedError(406, "The Accept header differs from the one that the export was created with")
    if job.status == "COMPLETED":
        await asyncio.to_thread(job.build)
    return Response(_document(job, _address(state.exports, job, request, action)), media_type=job.export.media)


def _check(export: Export, request: Request, accept: str) -> None:
    sent = request.headers.get("content-type", "")
    if not same(sent, export.media):
        raise RefusedError(415, f"Cannot consume content type {sent or 'none'}")
    if not same(accept, export.media):
        raise RefusedError(406, f"Cannot produce {accept or 'anything'}")


def _address(jobs: Jobs, job: Job, request: Request, action: dict[str, Any] | None) -> tuple[str, float] | None:
    """Where the file is, when it is there; a fault may say something else."""
    if job.status != "COMPLETED":
        return None
    place, expires = jobs.address(job)
    if action is not None and action["kind"] == "export_address":
        return str(action["url"]).replace("{place}", place), expires
    return f"http://{request.headers['host']}{place}", expires


def _document(job: Job, address: tuple[str, float] | None) -> bytes:
    status = job.status if address or job.status != "COMPLETED" else "PROCESSING"
    failed = job.fault.get("code", "TIMED_OUT") if status == "FAILED" else None
    return msgspec.json.encode(
        present(
            exportId=job.export_id,
            status=status,
            createdAt=iso(int(job.created * 1000)),
            generatedAt=iso(int(job.ready * 1000)) if address else None,
            url=address and address[0],
            urlExpiresAt=iso(int(address[1] * 1000)) if address else None,
            fileSize=len(job.build()) + int(job.fault.get("larger", 0)) if address else None,
            error=failed and {"errorCode": failed, "message": "The export could not be made"},
        )
    )


async def file(state: State, request: Request) -> Response:
    """A file at its address: whoever has the address has the file, and nobody may send credentials along."""
    facts: dict[str, Any] = {"endpoint": FILES, "region": None, "profile_id": None}
    action = state.faults.strike(facts)
    hidden = [name for name in request.headers if name == "authorization" or name.startswith("amazon-")]
    response: Response | None = None
    if hidden:
        response = _refused(400, "InvalidArgument", "Only one auth mechanism allowed")
    elif action is not None:
        response = await disturb.before(state, action, facts)
    if response is None:
        found = state.exports.file(request.path_params["name"], request.query_params.get("X-Amz-Signature", ""))
        if isinstance(found, str):
            response = _refused(403, found, "Request has expired" if found == "AccessDenied" else "No such signature")
        else:
            response = Response(await asyncio.to_thread(found.build), media_type="binary/octet-stream")
    if state.log_requests:
        state.requests.append(
            {**facts, "method": "GET", "query": "", "headers": dict(request.headers), "status": response.status_code}
        )
    return response


def _refused(status: int, code: str, text: str) -> Response:
    """An error as S3 says it."""
    content = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{text}</Message></Error>'
    return Response(content, status, media_type="application/xml")
