"""The people who can consent, and the profiles each of them sees."""

from __future__ import annotations

from dataclasses import dataclass

from amazon_ads_sandbox.model.profiles import Profile

_EVERYWHERE = frozenset({"NA", "EU", "FE"})


@dataclass(frozen=True)
class User:
    """A person with an Amazon account.

    Args:
        name: as the consent page lists it.
        regions: where the person has access to all profiles.
    """

    name: str
    regions: frozenset[str]

    def sees(self, profile: Profile) -> bool:
        """Whether the person has access to a profile."""
        return profile.region in self.regions


OWNER = User("owner", _EVERYWHERE)
USERS = {
    user.name: user
    for user in (
        OWNER,
        User("partner", frozenset({"NA", "EU"})),
        User("europe", frozenset({"EU"})),
        User("newcomer", frozenset()),
    )
}
"""By name; the owner sees everything, the newcomer nothing, and the others overlap."""
