"""Amazon's regions and their hosts (docs: reference/api-overview, account-management/authorization)."""

from __future__ import annotations

from types import MappingProxyType

API_HOSTS = MappingProxyType(
    {
        "NA": "https://advertising-api.amazon.com",
        "EU": "https://advertising-api-eu.amazon.com",
        "FE": "https://advertising-api-fe.amazon.com",
    },
)
"""Region to API host. A profile is valid only on the host of its own region."""

TOKEN_URL = "https://api.amazon.com/auth/o2/token"  # noqa: S105 - an address, not a secret
"""Tokens are global: any of the Login with Amazon hosts serves every region."""

CONSENT_URLS = MappingProxyType(
    {
        "NA": "https://www.amazon.com/ap/oa",
        "EU": "https://eu.account.amazon.com/ap/oa",
        "FE": "https://apac.account.amazon.com/ap/oa",
    },
)
"""Region to the page on which a user consents (docs: account-management/authorization/authorization-grants)."""


def api_base(region: str, override: str | None) -> str:
    """Base URL of a region, without a trailing slash; `{region}` in an override becomes na, eu or fe."""
    base = override.replace("{region}", region.lower()) if override else API_HOSTS[region]
    return base.rstrip("/")
