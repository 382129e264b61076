"""The profiles of the account: sellers and vendors in three regions, and the odd ones."""

from __future__ import annotations

from dataclasses import dataclass

from amazon_ads_sandbox.model.sizes import Sizes


@dataclass(frozen=True)
class Profile:
    """One profile.

    Args:
        visibility: edit (listed by default), view (listed only with accessLevel=view).
        daily_budget_micros: account-wide cap; sellers only.
    """

    profile_id: int
    region: str
    country: str
    currency: str
    timezone: str
    marketplace: str
    account_type: str
    account_id: str
    name: str | None
    sub_type: str | None = None
    visibility: str = "edit"
    daily_budget_micros: int | None = None
    valid_payment_method: bool | None = True

    @property
    def readable(self) -> bool:
        """Agency profiles are listed, but have no sponsored ads."""
        return self.account_type != "agency"


_MARKETS = (
    ("NA", "US", "USD", "America/Los_Angeles", "ATVPDKIKX0DER"),
    ("EU", "DE", "EUR", "Europe/Paris", "A1PA6795UKMFR9"),
    ("FE", "JP", "JPY", "Asia/Tokyo", "A1VC38T7YXB528"),
    ("NA", "CA", "CAD", "America/Los_Angeles", "A2EUQ1WTGCTBG2"),
    ("EU", "UK", "GBP", "Europe/London", "A1F83G8C2ARO7P"),
    ("FE", "AU", "AUD", "Australia/Sydney", "A39IBJ37TRP1C6"),
    ("NA", "BR", "BRL", "America/Sao_Paulo", "A2Q3Y263D00KWC"),
    ("EU", "IN", "INR", "Asia/Kolkata", "A21TJRUUN4KGV"),
)
_NAMES = ("Northwind Traders", "Müller & Söhne GmbH", "株式会社サンプル", 'Café "Étoile"', None, "O'Brien\\Co 🚀")
_BASE_ID = 2_984_328_618_300_000


def profiles(sizes: Sizes) -> list[Profile]:
    """Every profile; the last readable ones are view-only and a KDP author when there are enough."""
    found = [_regular(sizes, index) for index in range(sizes.profiles)]
    market = _MARKETS[0]
    found.append(
        Profile(
            profile_id=_BASE_ID + sizes.seed * 1000 + 999,
            region=market[0],
            country=market[1],
            currency=market[2],
            timezone=market[3],
            marketplace=market[4],
            account_type="agency",
            account_id="ENTITYAGENCY",
            name="Some DSP entity",
            valid_payment_method=None,
        ),
    )
    return found


_VIEW_ONLY_INDEX = 2
_AUTHOR_INDEX = 3
_UNPAID_EVERY = 5


def _regular(sizes: Sizes, index: int) -> Profile:
    markets = [market for market in _MARKETS if sizes.region in ("", market[0])]
    region, country, currency, timezone, marketplace = markets[index % len(markets)]
    author = index == _AUTHOR_INDEX
    vendor = author or index % 3 == 1
    return Profile(
        profile_id=_BASE_ID + sizes.seed * 1000 + index,
        region=region,
        country=country,
        currency=currency,
        timezone=timezone,
        marketplace=marketplace,
        account_type="vendor" if vendor else "seller",
        account_id=f"ENTITY{sizes.seed:04d}{index:06d}",
        name=_NAMES[index % len(_NAMES)],
        sub_type="KDP_AUTHOR" if author else None,
        visibility="view" if index == _VIEW_ONLY_INDEX else "edit",
        daily_budget_micros=None if vendor else 340_500_000 + index,
        valid_payment_method=index % _UNPAID_EVERY != _UNPAID_EVERY - 1,
    )
