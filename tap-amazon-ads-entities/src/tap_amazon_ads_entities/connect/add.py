"""The walk-through that connects an account: consent, code, profiles, store."""

from __future__ import annotations

import sys
import webbrowser

import click

from tap_amazon_ads_entities.connect.consent import Consent, ConsentError, consent_page
from tap_amazon_ads_entities.connect.context import NOT_YET, Context, SettingError
from tap_amazon_ads_entities.connect.examine import Findings, Found, examine, in_words
from tap_amazon_ads_entities.connect.loopback import Receiver, receivable
from tap_amazon_ads_entities.connections.model import is_label
from tap_amazon_ads_entities.endpoints.regions import API_HOSTS
from tap_amazon_ads_entities.errors import CredentialsError, TapError
from tap_amazon_ads_entities.process.redaction import printable, register
from tap_amazon_ads_entities.settings.model import as_list
from tap_amazon_ads_entities.settings.validation import unsafe_url

DEFAULT_RETURN_URL = "http://127.0.0.1:8765/connected"
_WAIT_SECONDS = 600.0
_PASTES = 3


class NotConnectedError(TapError):
    """The account was not connected; the message says why."""


@click.command()
@click.option(
    "--label", help="A name for the connection, such as that of the user or the client. Asked for by default."
)
@click.option("--region", "regions", multiple=True, help="NA, EU or FE; repeat it for several. Asked for by default.")
@click.option(
    "--redirect-uri",
    default=DEFAULT_RETURN_URL,
    help="One of the Allowed Return URLs of your security profile. A http://127.0.0.1 address is listened on; after "
    "any other, such as https://amazon.com, you paste the address the browser ends on.",
)
@click.option("--profile", "profile_ids", multiple=True, help="Read this profile only; repeat it for several.")
@click.option("--yes", is_flag=True, help="Take all profiles and replace a connection of this label without asking.")
@click.option("--open", "opens", is_flag=True, help="Open the consent page in this machine's browser.")
@click.option("--consent-url", default=None, help="Another consent page. Default: that of the first region.")
def add(  # noqa: PLR0913 - the options
    *,
    label: str | None,
    regions: tuple[str, ...],
    redirect_uri: str,
    profile_ids: tuple[str, ...],
    yes: bool,
    opens: bool,
    consent_url: str | None,
) -> None:
    """Connect an account: a user consents, and the connection is checked and stored."""
    context = Context.read()
    # What would fail in the end fails before anybody is sent to Amazon.
    cipher, store = context.cipher(), context.store()
    store.create()
    _check_addresses(redirect_uri, consent_url)
    _ask_for_client(context)
    label = _label(label)
    if not yes and any(each.label == label for each in store.all()):
        click.confirm(f"There is a connection called {label!r}. Replace it?", abort=True)
    chosen_regions = _regions(regions)
    settings = context.settings(refresh_token=NOT_YET)
    page = consent_url or consent_page(chosen_regions[0], settings.token_url)
    consent = Consent(page, settings.client_id, redirect_uri)
    code = _code(consent, opens=opens)
    session = context.session(NOT_YET)
    grant = session.exchange.ask(consent.grant(code, settings.client_secret))
    if grant.refresh_token is None:
        message = "Login with Amazon gave no refresh token; check the security profile of client_id."
        raise NotConnectedError(message)
    # Amazon may replace the token while it is tried: the last one is kept.
    tokens = [grant.refresh_token]
    try:
        findings = examine(context.session(grant.refresh_token, tokens.append), chosen_regions)
    except CredentialsError as error:
        raise NotConnectedError(in_words(error)) from error
    chosen = _profiles(findings, profile_ids, yes=yes)
    store.save(
        label=label,
        regions=chosen_regions,
        profile_ids=chosen,
        sealed=cipher.seal(label, tokens[-1]),
        key_id=cipher.key_id,
    )
    what = "every profile its user can see, also new ones" if chosen is None else f"{len(chosen)} profiles"
    click.echo(f"\n{label} is connected ({', '.join(chosen_regions)}; {what}).")


def _ask_for_client(context: Context) -> None:
    """The security profile's credentials, where no setting holds them; what is typed as a secret is not shown."""
    asked = [name for name in ("client_id", "client_secret") if not context.config.get(name)]
    if "client_id" in asked:
        context.config["client_id"] = click.prompt("Client id of your Login with Amazon security profile").strip()
    if "client_secret" in asked:
        context.config["client_secret"] = click.prompt("Its client secret (not shown)", hide_input=True).strip()
        register(context.config["client_secret"])
    if asked:
        names = " and ".join(f"TAP_AMAZON_ADS_ENTITIES_{name.upper()}" for name in asked)
        click.echo(f"They are not stored: runs need {names} in .env.")


def _check_addresses(redirect_uri: str, consent_url: str | None) -> None:
    found = [*unsafe_url("--redirect-uri", redirect_uri), *unsafe_url("--consent-url", consent_url or redirect_uri)]
    if found:
        raise SettingError(found[0])


def _label(given: str | None) -> str:
    label = (given if given is not None else click.prompt("Name of the connection")).strip()
    if not is_label(label):
        message = f"{printable(label)!r} cannot be a label: up to 63 letters, digits, spaces and . _ @ & + - please."
        raise SettingError(message)
    return label


def _regions(given: tuple[str, ...]) -> tuple[str, ...]:
    text = given or click.prompt("Regions to look in: NA, EU, FE", default=",".join(API_HOSTS))
    chosen = tuple(dict.fromkeys(name.upper() for name in as_list(text)))
    unknown = [name for name in chosen if name not in API_HOSTS]
    if unknown or not chosen:
        message = f"{printable(', '.join(unknown) or 'nothing')} is no region: NA, EU or FE."
        raise SettingError(message)
    return chosen


def _code(consent: Consent, *, opens: bool) -> str:
    """Send the user to the consent page and wait for the code."""
    receiver = Receiver(consent) if receivable(consent.redirect_uri) else None
    click.echo("\nOpen this address as the user who can see the accounts, and allow the access:\n")
    click.echo(f"{printable(consent.url)}\n")
    if opens:
        webbrowser.open(consent.url)
    if receiver is not None:
        click.echo(f"Waiting for the answer at {printable(consent.redirect_uri)} ...")
        return receiver.wait(_WAIT_SECONDS)
    for left in reversed(range(_PASTES)):
        try:
            return consent.code(click.prompt("Paste the address of the page the browser ended on"))
        except ConsentError as error:
            if not left or not sys.stdin.isatty():
                raise
            click.echo(f"{printable(error)}.")
    raise AssertionError


def _profiles(findings: Findings, wanted: tuple[str, ...], *, yes: bool) -> tuple[str, ...] | None:
    """Show what was found and let the person choose.

    Returns:
        The profile ids; None for all, so that a profile that appears later is read as well.

    Raises:
        NotConnectedError: nothing of it can be read.
    """
    _show(findings)
    usable = [each for each in findings.profiles if not each.problem]
    if not usable:
        message = f"Nothing was stored: {'; '.join(findings.problems)}."
        raise NotConnectedError(message)
    ids = [each.profile_id for each in findings.profiles]
    if wanted:
        missing = [each for each in wanted if each not in ids]
        if missing:
            message = f"Nothing was stored: {', '.join(missing)} is not among the profiles found."
            raise NotConnectedError(message)
        return tuple(dict.fromkeys(wanted))
    if yes:
        return None
    while True:
        answer = click.prompt("Profiles to read: all, or their numbers with commas", default="all").strip()
        if answer.lower() == "all":
            return None
        numbers = as_list(answer)
        if numbers and all(text.isdecimal() and 1 <= int(text) <= len(ids) for text in numbers):
            return tuple(dict.fromkeys(ids[int(text) - 1] for text in numbers))
        click.echo(f"Please answer all, or numbers from 1 to {len(ids)}.")


def _show(findings: Findings) -> None:
    for number, each in enumerate(findings.profiles, 1):
        click.echo(f"{number:>3}  {_line(each)}")
    shown = {each.profile_id for each in findings.profiles}
    for line in (*findings.problems, *findings.notes):
        if not any(line.startswith(f"profile {profile_id} ") for profile_id in shown):
            click.echo(f"     {printable(line)}")


def _line(found: Found) -> str:
    row = found.row
    access = f"CANNOT BE READ: {found.problem}" if found.problem else "view-only" if found.view_only else "ok"
    parts = (
        f"{row['region']} {row['country_code'] or '??'}",
        f"{found.profile_id:<17}",
        f"{row['account_type'] or '':<7}",
        row["account_name"] or "(no name)",
        f"[{access}]",
    )
    return printable("  ".join(str(part) for part in parts))
