"""How large an account is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Counts per profile, campaign or ad group, and what everything is derived from.

    Args:
        seed: the same seed gives the same account.
        now_ms: the account's present, epoch milliseconds; times of change are spread before it.
        profiles: readable seller and vendor profiles, over all regions.
        campaigns: per profile, over all ad products.
        portfolios: per profile.
        ad_groups: per campaign.
        ads: per ad group; likewise keywords, targets, negatives (of each kind).
        extensions: ad extensions per ad of Sponsored Products.
        sb_share, sd_share, st_share: parts of the campaigns that are Sponsored Brands, Display and Television.
        region: the one region all profiles are in; empty: they are spread over all.
    """

    seed: int = 1
    now_ms: int = 0
    profiles: int = 4
    campaigns: int = 50
    portfolios: int = 5
    ad_groups: int = 2
    ads: int = 2
    keywords: int = 4
    targets: int = 2
    negatives: int = 1
    extensions: int = 0
    sb_share: float = 0.2
    sd_share: float = 0.2
    st_share: float = 0.0
    region: str = ""

    def campaigns_of(self, product: str) -> int:
        """Campaigns of one ad product in a profile."""
        sb, sd, st = (int(self.campaigns * share) for share in (self.sb_share, self.sd_share, self.st_share))
        return {"sp": self.campaigns - sb - sd - st, "sb": sb, "sd": sd, "st": st}[product]
