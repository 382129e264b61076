"""How many rows to ask for at once."""

from __future__ import annotations

from tap_amazon_ads_entities.endpoints.model import ListEndpoint
from tap_amazon_ads_entities.process.logs import LOGGER

_SMALLEST_PAGE = 50


class PageSizes:
    """The page size of each endpoint: as large as allowed, smaller for the rest of the run once large pages failed."""

    def __init__(self, cap: int | None) -> None:
        """Start from the endpoints' maxima, capped by the setting."""
        self._cap = cap
        self._learned: dict[str, int] = {}

    def of(self, endpoint: ListEndpoint, shrink: int = 0) -> int:
        """The size to ask for after `shrink` failures of larger pages."""
        size = self._learned.get(endpoint.name, min(endpoint.max_page_size, self._cap or endpoint.max_page_size))
        return max(min(size, _SMALLEST_PAGE), size >> shrink, endpoint.min_page_size)

    def learn(self, endpoint: ListEndpoint, size: int) -> None:
        """A smaller page went through where larger ones failed."""
        LOGGER.info("%s: reading pages of %d from here on", endpoint.name, size)
        self._learned[endpoint.name] = size
