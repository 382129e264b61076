"""The commands: add, check, list, rotate, remove, new-key."""

from __future__ import annotations

import logging
import sys
from datetime import datetime

import click

from tap_amazon_ads_entities.amazon.proxies import hide_passwords
from tap_amazon_ads_entities.connect.add import add
from tap_amazon_ads_entities.connect.context import NOT_YET, Context
from tap_amazon_ads_entities.connect.examine import Findings, examine, in_words
from tap_amazon_ads_entities.connections.model import StoredConnection, about
from tap_amazon_ads_entities.connections.store import Store
from tap_amazon_ads_entities.errors import CredentialsError, RunEndingError, TapError
from tap_amazon_ads_entities.process.redaction import install, printable
from tap_amazon_ads_entities.settings import keys


@click.group(context_settings={"show_default": True, "help_option_names": ["-h", "--help"]})
def main() -> None:
    """Connections to Amazon Ads accounts, kept encrypted in Postgres.

    Settings are those of the tap: TAP_AMAZON_ADS_ENTITIES_CLIENT_ID, _CLIENT_SECRET, _CONNECTIONS_URL and
    _ENCRYPTION_KEYS, from the environment or from .env in the current folder.
    """


def run() -> None:
    """Run a command; a mistake is a sentence and an exit code."""
    install()
    hide_passwords()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        main()
    except TapError as error:
        click.echo(printable(error), err=True)
        sys.exit(1)


main.add_command(add)


@main.command()
@click.argument("labels", nargs=-1)
def check(labels: tuple[str, ...]) -> None:
    """Try stored connections, all of them or those named, and say in words what is missing."""
    context = Context.read()
    store, unusable = context.store(), 0
    for stored in _chosen(store, labels):
        findings = _examined(context, store, stored)
        profiles = len(findings.profiles)
        count = "1 profile" if profiles == 1 else f"{profiles} profiles"
        click.echo(f"{stored.label}: {f'NOT USABLE, {count}' if findings.problems else f'ok, {count}'}")
        for line in (*findings.problems, *findings.notes):
            click.echo(f"  {printable(line)}")
        if findings.problems:
            unusable += 1
        else:
            store.validated(stored.label)
    if unusable:
        sys.exit(1)


def _examined(context: Context, store: Store, stored: StoredConnection) -> Findings:
    """What is the matter with a connection; whatever it is, the next one is looked at as well."""
    cipher = context.cipher()

    def renewed(token: str) -> None:
        store.renew(stored.label, cipher.seal(stored.label, token), cipher.key_id)

    context.settings(refresh_token=NOT_YET)  # a wrong setting is not this connection's fault
    try:
        session = context.session(cipher.open(stored.label, stored.sealed, stored.key_id), renewed)
        return examine(session, stored.regions, stored.profile_ids)
    except CredentialsError as error:
        return Findings(problems=[in_words(error).removeprefix(about(stored.label, ""))])
    except RunEndingError as error:
        return Findings(problems=[str(error)])


def _chosen(store: Store, labels: tuple[str, ...]) -> list[StoredConnection]:
    stored = {each.label: each for each in store.all()}
    if not stored:
        message = "No connection is stored; make one with amazon-ads-connect add (in the project: make connect)."
        raise click.ClickException(message)
    for label in labels:
        if label not in stored:
            message = f"No connection is called {label!r}; there are: {', '.join(map(repr, stored))}."
            raise click.ClickException(message)
    return [stored[label] for label in labels or stored]


@main.command("list")
def show() -> None:
    """Show the stored connections; nothing is asked of Amazon, and no key is needed."""
    columns = ("label", "regions", "profiles", "key", "connected", "last used", "last validated")
    rows = [columns]
    for each in Context.read().store().all():
        profiles = "all" if each.profile_ids is None else str(len(each.profile_ids))
        times = (each.created_at, each.last_used_at, each.last_validated_at)
        regions = ", ".join(each.regions)
        rows.append((each.label, regions, profiles, each.key_id, *map(_moment, times)))  # type: ignore[arg-type]
    widths = [max(len(printable(row[place])) for row in rows) for place in range(len(columns))]
    for row in rows:
        click.echo("  ".join(printable(text).ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"


@main.command()
def rotate() -> None:
    """Encrypt every stored token with the newest key; all of them, or none when one cannot be read."""
    context = Context.read()
    cipher = context.cipher()

    def seal(stored: StoredConnection) -> tuple[bytes, str]:
        token = cipher.open(stored.label, stored.sealed, stored.key_id)
        return cipher.seal(stored.label, token), cipher.key_id

    count = context.store().reseal(seal)
    click.echo(f"{count} connections are encrypted with the key {cipher.key_id}; older keys are no longer needed.")


@main.command()
@click.argument("label")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(label: str, *, yes: bool) -> None:
    """Forget a stored connection. The user can also revoke it at Amazon: that ends it everywhere."""
    store = Context.read().store()
    _chosen(store, (label,))
    if not yes:
        click.confirm(f"Forget {label!r}?", abort=True)
    store.remove(label)
    click.echo(f"{label} is forgotten.")


@main.command("new-key")
def new_key() -> None:
    """Print a new key for TAP_AMAZON_ADS_ENTITIES_ENCRYPTION_KEYS; to rotate, put it before the old one."""
    click.echo(keys.new())
