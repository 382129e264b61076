"""A page of a list as a question to Amazon: its request, and how its answer is read."""

from __future__ import annotations

from dataclasses import dataclass

from tap_amazon_ads_entities.amazon.request import Attempt, Request
from tap_amazon_ads_entities.amazon.transport import Response
from tap_amazon_ads_entities.endpoints.regions import api_base
from tap_amazon_ads_entities.lists.page_sizes import PageSizes
from tap_amazon_ads_entities.lists.pages import Page, parse_array, parse_envelope
from tap_amazon_ads_entities.lists.pagination import Paginator
from tap_amazon_ads_entities.lists.reading import Reading


@dataclass
class PageQuestion:
    """The page that a paginator stands at.

    Args:
        reading: whose list it is.
        paginator: where in it; not moved.
        sizes: how many rows a page may have.
        api_url: instead of Amazon's hosts.
        asked: rows that the newest try asked for.
    """

    reading: Reading
    paginator: Paginator
    sizes: PageSizes
    api_url: str | None
    asked: int = 0
    _first: int = 0

    def request(self, attempt: Attempt) -> Request:
        """The request; it asks for fewer rows where pages of that size make the server fail."""
        endpoint, profile = self.paginator.endpoint, self.reading.profile
        self.asked = self.sizes.of(endpoint, attempt.shrink)
        self._first = self._first or self.asked
        headers = {"Accept": endpoint.accept}
        if endpoint.content_type:
            headers["Content-Type"] = endpoint.content_type
        return Request(
            endpoint=endpoint.name,
            region=profile.region,
            method=endpoint.method,
            url=f"{api_base(profile.region, self.api_url)}/{endpoint.path}{self.paginator.query(self.asked)}",
            headers=headers,
            body=self.paginator.body(self.asked),
            profile_id=profile.profile_id,
            has_page_token=self.paginator.cursor.token is not None,
            order=self.reading.order,
            client_headers=endpoint.client_headers,
            pace=endpoint.pace,
        )

    def answer(self, response: Response) -> Page:
        """The page.

        Raises:
            BadBodyError: it is none.
        """
        endpoint = self.paginator.endpoint
        if endpoint.envelope is None:
            return parse_array(response, paged=True, asked=self.asked)
        return parse_envelope(response, endpoint.envelope, endpoint.total_field, self.asked)

    def learn(self) -> None:
        """Ask for smaller pages from now on, where only a smaller one was answered."""
        if self.asked < self._first:
            self.sizes.learn(self.paginator.endpoint, self.asked)
