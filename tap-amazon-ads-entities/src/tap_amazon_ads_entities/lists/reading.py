"""One list of one profile on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tap_amazon_ads_entities.amazon.request import Counters
from tap_amazon_ads_entities.amazon.throttle import Order
from tap_amazon_ads_entities.endpoints.model import ListEndpoint
from tap_amazon_ads_entities.lists.completeness import Expectation, Verdict
from tap_amazon_ads_entities.process.deadline import Deadline, Stop

_NO_SUCH_PRODUCT = 403
"""How Amazon refuses a product that an account cannot have; other refusals are mistakes, ours or the user's."""


@dataclass(frozen=True)
class Profile:
    """What reading and mapping need to know of a profile."""

    profile_id: str
    region: str
    currency_code: str | None = None
    account_sub_type: str | None = None
    timezone: str | None = None


@dataclass
class Reading:
    """One list of one profile being read.

    Args:
        endpoint: the list.
        profile: whose.
        counters: what it costs.
        stop: gives up this list.
        deadline: started with the first request of the slice.
        expectation: what is known of it before, and how sure one wants to be.
        order: its place among the lists of the run; longer for a part of one.
    """

    endpoint: ListEndpoint
    profile: Profile
    stop: Stop
    deadline: Callable[[], Deadline]
    counters: Counters = field(default_factory=Counters)
    expectation: Expectation = field(default_factory=Expectation)
    order: Order = ()
    verdict: Verdict | None = None
    """Whether it was read to its end; there when its last page has been taken."""

    def lacks_product(self, status: int | None) -> bool:
        """Whether a refusal means that this kind of account cannot have the product at all.

        Where the list had rows when it was last read, it means something else.
        """
        unavailable = self.profile.account_sub_type in self.endpoint.unavailable_to
        return status == _NO_SUCH_PRODUCT and unavailable and not self.expectation.rows

    def part(self, number: int) -> Reading:
        """The same, for one of the parts of what is read."""
        return replace(self, order=(*self.order, number))
