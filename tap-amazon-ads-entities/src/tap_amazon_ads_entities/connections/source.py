"""Where the connections of a run come from: plain settings, or the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from tap_amazon_ads_entities.connections.model import Connection, about
from tap_amazon_ads_entities.errors import ConnectionStoreError, CredentialsError
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.settings import keys
from tap_amazon_ads_entities.settings.model import Settings

if TYPE_CHECKING:
    from tap_amazon_ads_entities.connections.cipher import Cipher
    from tap_amazon_ads_entities.connections.store import Store

NOT_INSTALLED = (
    "Stored connections need the packages of the extra `connect`: "
    "pip install 'tap-amazon-ads-entities[connect]', or let the project do it with make install."
)


@dataclass(frozen=True)
class Source:
    """The connections of a run.

    Args:
        connections: by label.
        unusable: label to why it cannot be used; an error of the run, but not of the other connections.
        note_use: remembers which connections gave a token.
        renewed: keeps the refresh token that took the place of a connection's old one, by label.
    """

    connections: tuple[Connection, ...]
    unusable: dict[str, str] = field(default_factory=dict)
    note_use: Callable[[Iterable[str]], None] = lambda _: None
    renewed: Callable[[str, str], None] = lambda _label, _token: None


def open_source(settings: Settings) -> Source:
    """The connections that the settings ask for.

    Raises:
        ConnectionStoreError: the store cannot be used.
        CredentialsError: none of them can be used.
    """
    if settings.connections_url is None:
        return Source((Connection("", settings.regions, None, settings.refresh_token),), renewed=_advise())
    return _stored(settings, settings.connections_url)


def _advise() -> Callable[[str, str], None]:
    """Says once that the setting is going to stop working."""
    advised = False

    def renewed(label: str, token: str) -> None:
        nonlocal advised
        del label, token
        if not advised:
            advised = True
            LOGGER.warning(
                "Login with Amazon replaced the refresh token. This run uses the new one, which is not kept: "
                "put a new refresh_token into the settings before the old one stops working, "
                "or use stored connections, which keep it."
            )

    return renewed


def _stored(settings: Settings, url: str) -> Source:
    try:
        from tap_amazon_ads_entities.connections.cipher import Cipher  # noqa: PLC0415 - packages of the extra
        from tap_amazon_ads_entities.connections.store import Store  # noqa: PLC0415
    except ImportError:
        raise ConnectionStoreError(NOT_INSTALLED) from None
    store = Store(url)
    stored = {each.label: each for each in store.all()}
    cipher = Cipher(keys.parse(settings.encryption_keys))
    wanted = settings.connections or tuple(stored)
    if not wanted:
        message = (
            "No connection is stored in the database that connections_url names; make one with amazon-ads-connect add "
            "(in the project: make connect)."
        )
        raise CredentialsError(message)
    connections: list[Connection] = []
    unusable: dict[str, str] = {}
    for label in sorted(wanted):
        if label not in stored:
            unusable[label] = about(
                label, "it is not stored; make it with amazon-ads-connect add, or correct connections"
            )
            continue
        row = stored[label]
        try:
            token = cipher.open(label, row.sealed, row.key_id)
        except CredentialsError as error:
            unusable[label] = str(error)
        else:
            connections.append(Connection(label, row.regions, row.profile_ids, token))
    if not connections:
        raise CredentialsError("; ".join(unusable.values()))
    return Source(tuple(connections), unusable, partial(_note_use, store), partial(_keep, store, cipher))


def _note_use(store: Store, labels: Iterable[str]) -> None:
    try:
        store.used(labels)
    except ConnectionStoreError as error:
        LOGGER.warning("last_used_at of the connections was not updated: %s", error)


def _keep(store: Store, cipher: Cipher, label: str, token: str) -> None:
    """Store a refresh token in the place of the old one."""
    try:
        store.renew(label, cipher.seal(label, token), cipher.key_id)
    except ConnectionStoreError as error:
        why = f"Login with Amazon replaced its refresh token, and the new one could not be stored: {error} "
        LOGGER.error("%s", about(label, f"{why}Connect it again before the old one stops working."))
    else:
        LOGGER.info("%s", about(label, "Login with Amazon replaced its refresh token; the new one is stored"))
