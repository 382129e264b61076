"""Reads one entity of one profile from an export: a file that Amazon makes at one moment.

Nothing moves between its pages, because it has none: what is in it was all there at once. So no second read is needed
to believe the first (`confirm_reads`), and what shows that it is whole is the file itself: its checksum, the end of its
array, the size that Amazon names; and ids that come twice show that it is not. One that stays strange when it is made
anew, much smaller than it was or with the same ids twice, is held against the lists. Runs in worker threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tap_amazon_ads_entities.endpoints import LISTS, endpoints_of
from tap_amazon_ads_entities.errors import BadBodyError, SliceError
from tap_amazon_ads_entities.exports.arrays import arrays
from tap_amazon_ads_entities.exports.download import Downloads
from tap_amazon_ads_entities.exports.gunzip import FileError
from tap_amazon_ads_entities.exports.jobs import Job, Jobs
from tap_amazon_ads_entities.exports.questions import Errand
from tap_amazon_ads_entities.lists.chains import in_one
from tap_amazon_ads_entities.lists.completeness import Expectation, Judge, Pass
from tap_amazon_ads_entities.lists.ids import Distinct, ids_of
from tap_amazon_ads_entities.lists.lookups import Lookups
from tap_amazon_ads_entities.lists.pages import Page, page_of
from tap_amazon_ads_entities.lists.reader import Reader
from tap_amazon_ads_entities.lists.reading import Reading
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.process.room import Room
from tap_amazon_ads_entities.rows.values import now

MOST_EXPORTS = 2
"""Times an entity whose file is not whole is exported: each may take a quarter of an hour."""


class ExportReader:
    """Reads exports.

    Args:
        jobs: has them made.
        downloads: fetches their files.
        lists: what a strange file is held against.
        room: what pages claim until they have been handed over.
        urgent: whether the page that this thread reads is waited for.
    """

    def __init__(
        self, jobs: Jobs, downloads: Downloads, lists: Reader, *, room: Room, urgent: Callable[[], bool]
    ) -> None:
        """Share the jobs and the lookups between all entities of the run."""
        self._jobs = jobs
        self._lists = lists
        self._downloads = downloads
        self._room = room
        self._urgent = urgent
        self.lookups = Lookups(self._lookup, confirmed=False)

    def pages(self, reading: Reading) -> Iterator[Page]:
        """Every part of the file. The verdict is in the reading when the last has been taken.

        Raises:
            SliceError: there is no file, or it cannot be had.
            RunEndingError: nothing can be read any more.
        """
        expectation = replace(reading.expectation, confirm=False)
        judge = Judge(reading.endpoint.id_field, expectation, most=MOST_EXPORTS)
        yield from self._judged(reading, judge)
        reading.verdict = judge.verdict()

    def forget(self, profile_id: str) -> None:
        """A profile has been read."""
        self.lookups.forget(profile_id)
        self._jobs.forget(profile_id)

    def _lookup(self, reading: Reading, judge: Judge) -> Iterator[Page]:
        """The file of an export that another one needs."""
        return self._judged(reading, judge)

    def _judged(self, reading: Reading, judge: Judge) -> Iterator[Page]:
        endpoint, errand = reading.endpoint, _errand(reading)
        before: str | None = None
        while (why := judge.why_again()) is not None:
            if why:
                LOGGER.warning(
                    "%s: %s, exporting it once more (profile %s)", endpoint.name, why, reading.profile.profile_id
                )
            short, attempt = judge.doubts, judge.begin()
            with self._jobs.job(endpoint, errand, other_than=before) as job:
                job.begin(errand)
                if short and job.export_id == before:
                    # The same file says the same, and proves nothing.
                    attempt.doubt(f"{why}, and was not exported anew (export {before})")
                if endpoint.campaign_of is not None and before is None:
                    # While ours is being made: both take minutes.
                    found = self.lookups.get(endpoint.campaign_of, reading)
                    if found.problem is not None:
                        judge.needs(endpoint.campaign_of.source.name, found.problem)
                yield from self._file(job, errand, attempt)
                before = job.export_id
        if (most := judge.believable) is not None:
            self._hold_against_lists(reading, judge, most)

    def _hold_against_lists(self, reading: Reading, judge: Judge, most: int) -> None:
        """What stays strange is believed where the lists of the same entity hold no more than that."""
        profile_id, ids = reading.profile.profile_id, Distinct()
        LOGGER.warning(
            "%s: its file stays strange, holding it against the lists (profile %s)", reading.endpoint.name, profile_id
        )
        for endpoint in endpoints_of(reading.endpoint.entity, reading.endpoint.ad_products, LISTS):
            other = replace(reading, endpoint=endpoint, expectation=Expectation(), verdict=None)
            try:
                for page in in_one(self._lists.pages(other)):
                    ids.add(ids_of(page.rows, endpoint.id_field))
                    if len(ids) > most and ids.count() > most:
                        gave = judge.verdict().distinct
                        judge.contradicted(f"gave {gave:,} rows, made anew as well, and the lists hold more")
                        return
            except SliceError as error:
                if not other.lacks_product(error.status):
                    judge.contradicted(f"stays strange, made anew as well, and the lists cannot confirm it ({error})")
                    return
            else:
                if other.verdict is None or other.verdict.problem is not None:
                    judge.contradicted(f"stays strange, made anew as well, and {endpoint.name} is not complete")
                    return

    def _file(self, job: Job, errand: Errand, attempt: Pass) -> Iterator[Page]:
        with self._downloads.file(job, errand) as download:
            arrived = now()
            if job.complaint is not None:
                attempt.doubt(f"{job.complaint} (export {job.export_id})")
            try:
                for array in arrays(download.pieces()):
                    # Released when the page has been handed over, which is when this generator goes on.
                    with self._room.claim(self._urgent) as claim:
                        claim.grow(len(array), lambda: errand.stop.requested)
                        page = replace(page_of(array), fetched_at=arrived)
                        attempt.see(page)
                        yield page
            except (FileError, BadBodyError) as error:
                attempt.doubt(f"{error} (export {job.export_id})")


def _errand(reading: Reading) -> Errand:
    profile = reading.profile
    return Errand(profile.region, profile.profile_id, reading.order, reading.counters, reading.stop, reading.deadline)
