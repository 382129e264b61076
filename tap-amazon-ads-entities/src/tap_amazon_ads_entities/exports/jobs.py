"""Export jobs: created once for all who need them, waited for with growing waits, asked for a new address."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

from tap_amazon_ads_entities.amazon.client import Client
from tap_amazon_ads_entities.endpoints.model import ListEndpoint
from tap_amazon_ads_entities.errors import CancelledError, SliceError
from tap_amazon_ads_entities.exports.questions import Answer, Errand, ExportQuestion
from tap_amazon_ads_entities.exports.slots import Slots
from tap_amazon_ads_entities.process.deadline import Deadline, earliest
from tap_amazon_ads_entities.process.logs import LOGGER

FIRST_WAIT = 1.0
GROWTH = 1.5
LONGEST_WAIT = 30.0
"""Seconds between two questions how an export is going: they grow, because most take minutes and some an instant."""

_LOOK = 0.2
"""Seconds after which whoever waits for another thread's answer looks whether it may still wait."""


@dataclass(frozen=True)
class Office:
    """What all jobs share.

    Args:
        client: asks Amazon.
        api_url: instead of Amazon's hosts.
        slots: how many may be in progress.
        patience: seconds that one export may take.
        run: the deadline of the run.
    """

    client: Client
    api_url: str | None
    slots: Slots
    patience: float
    run: Deadline


class Job:
    """One export of one profile, needed by one thread or several.

    Whoever holds the lock asks; should that one give up, the next goes on where it stopped.

    Args:
        office: what it shares with others.
        endpoint: which kind of export.
    """

    def __init__(self, office: Office, endpoint: ListEndpoint) -> None:
        """Create nothing yet."""
        self._office = office
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._answer: Answer | None = None
        self._deadline: Deadline | None = None
        self._created = 0.0
        self._has_slot = False
        self.users = 0

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        export_id = self._answer.export_id if self._answer else "not created"
        return f"{self._endpoint.path}: export {export_id}"

    @property
    def export_id(self) -> str | None:
        """Amazon's name of it, once it is created."""
        return self._answer.export_id if self._answer else None

    @property
    def complaint(self) -> str | None:
        """What Amazon says against its file, when it is completed."""
        return self._answer.complaint(datetime.now(tz=timezone.utc)) if self._answer else None

    def begin(self, errand: Errand) -> None:
        """Have it made, unless it is being made.

        Raises:
            SliceError: Amazon does not, or there is no time.
        """
        # The time of a slice begins with its first request, not with waiting for a place in the queue.
        with self._asking(errand, self._office.run):
            self._begun(errand)

    def completed(self, errand: Errand) -> Answer:
        """How it is when it is there.

        Raises:
            SliceError: it failed, or takes longer than there is time.
        """
        with self._asking(errand, errand.deadline()):
            answer = self._begun(errand)
            limit = earliest(self._deadline or errand.deadline(), errand.deadline())
            wait = FIRST_WAIT
            while not (answer.completed or answer.failed):
                if errand.stop.sleep(min(wait, max(0.0, limit.remaining))) or limit.remaining <= 0:
                    raise self._gave_up(errand, limit, f"was still {answer.status}")
                answer = self._answer = self._ask(errand, answer.export_id)
                wait = min(wait * GROWTH, LONGEST_WAIT)
            self.leave_slot()
            if answer.failed:
                message = f"{self.name} failed: {answer.reason}"
                raise SliceError(message)
            return answer

    def renewed(self, errand: Errand) -> Answer:
        """The same with a new address: every answer has another one, good for an hour."""
        with self._asking(errand, errand.deadline()):
            self._answer = self._ask(errand, self._begun(errand).export_id)
            return self._answer

    def leave_slot(self) -> None:
        """It is not in progress any more, or nobody waits for it."""
        if self._has_slot:
            self._has_slot = False
            self._office.slots.give_back(self._endpoint.path)

    @contextlib.contextmanager
    def _asking(self, errand: Errand, limit: Deadline) -> Iterator[None]:
        """While this thread is the one that asks."""
        while not self._lock.acquire(timeout=_LOOK):
            if errand.stop.requested or limit.remaining <= 0:
                raise self._gave_up(errand, limit, "was still waited for by others")
        try:
            yield
        finally:
            self._lock.release()

    def _begun(self, errand: Errand) -> Answer:
        if self._answer is not None:
            return self._answer
        office = self._office
        if not office.slots.take(
            self._endpoint.path, errand.order, lambda: errand.stop.requested or office.run.remaining <= 0
        ):
            raise self._gave_up(errand, office.run, "waited for others to be made")
        self._has_slot = True
        try:
            answer = self._answer = self._ask(errand, None)
        except BaseException:
            self.leave_slot()
            raise
        self._created = time.monotonic()
        self._deadline = Deadline.after(office.patience, "one export")
        LOGGER.info("%s is being made (region %s, profile %s)", self.name, errand.region, errand.profile_id)
        return answer

    def _ask(self, errand: Errand, export_id: str | None) -> Answer:
        return self._office.client.fetch(
            ExportQuestion(self._endpoint, errand, self._office.api_url, export_id),
            counters=errand.counters,
            stop=errand.stop,
            deadline=errand.deadline(),
        )

    def _gave_up(self, errand: Errand, limit: Deadline, what: str) -> SliceError:
        if errand.stop.requested:
            message = f"{self.name}: given up because the run or its slice ended"
            return CancelledError(message)
        seconds = f" after {time.monotonic() - self._created:.0f} s" if self._answer else ""
        message = f"{self.name} {what}{seconds}; no time is left for {limit.of}"
        return SliceError(message)


class Jobs:
    """The exports that are needed at the moment, each by one or more."""

    def __init__(self, office: Office) -> None:
        """There are none."""
        self._office = office
        self._known: dict[tuple[str, str], Job] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def job(self, endpoint: ListEndpoint, errand: Errand, *, other_than: str | None = None) -> Iterator[Job]:
        """The export of a profile, shared with whoever else needs it now.

        Args:
            endpoint: which kind.
            errand: on whose behalf.
            other_than: an export that was not good enough; another one is made in its place.
        """
        key = (errand.profile_id, endpoint.path)
        with self._lock:
            job = self._known.get(key)
            if job is None or (other_than is not None and job.export_id == other_than):
                job = self._known[key] = Job(self._office, endpoint)
            job.users += 1
        try:
            yield job
        finally:
            with self._lock:
                job.users -= 1
                if not job.users:
                    job.leave_slot()

    def forget(self, profile_id: str) -> None:
        """A profile has been read."""
        with self._lock:
            for key in [key for key in self._known if key[0] == profile_id]:
                del self._known[key]
