"""The address of a file: whether it may be asked, and that nobody reads it in a log."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from tap_amazon_ads_entities.errors import TapError
from tap_amazon_ads_entities.process.redaction import register
from tap_amazon_ads_entities.settings.validation import is_loopback

_LONG = 16
"""Characters of a value in a query from which it may be a secret of its own: a signature, a credential, a token."""


class AddressError(TapError):
    """The address is none that a file may be downloaded from."""


def checked(url: str, api_url: str | None) -> str:
    """The host of an address that may be asked; from now on what it is signed with is a secret.

    Args:
        url: as Amazon gave it.
        api_url: instead of Amazon's hosts; where it is this machine, the file may come from it without TLS.

    Raises:
        AddressError: it is not https, or no address at all.
    """
    try:
        parts = urlsplit(url)
        host, user = parts.hostname, parts.username
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        message = "the address of its file is none"
        raise AddressError(message) from None
    register([parts.query, *(value for _, value in parse_qsl(parts.query) if len(value) >= _LONG)])
    if not host or user is not None or not url.isascii() or not url.isprintable() or " " in url:
        message = "the address of its file is none"
        raise AddressError(message)
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host) and _here(api_url)):
        return host
    message = f"the address of its file is not https, but {parts.scheme or 'nothing'} to {host}"
    raise AddressError(message)


def _here(api_url: str | None) -> bool:
    return api_url is not None and is_loopback(urlsplit(api_url).hostname or "")
