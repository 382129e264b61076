"""The command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import urllib3

from amazon_ads_sandbox import places
from amazon_ads_sandbox.background import BackgroundSandbox
from amazon_ads_sandbox.commands.services import COMMANDS
from amazon_ads_sandbox.control import SandboxControl
from amazon_ads_sandbox.model.sizes import Sizes
from amazon_ads_sandbox.server import run

_COUNT, _SHARE = click.IntRange(min=0), click.FloatRange(0, 1)
_URL = click.option("--url", default=None, help="Address of the sandbox; default: the one `up` starts.")


@click.group(context_settings={"auto_envvar_prefix": "AMAZON_ADS_SANDBOX", "show_default": True})
def main() -> None:
    """A local Amazon Ads account and an embedded Postgres."""


@main.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=places.DEFAULT_API_PORT, help="Port on 127.0.0.1.")
@click.option("--seed", default=1, help="The same seed gives the same account.")
@click.option("--now", "now_ms", default=0, help="The account's present, epoch milliseconds; 0: today, midnight UTC.")
@click.option("--profiles", type=_COUNT, default=4, help="Seller and vendor profiles, over all regions.")
@click.option("--campaigns", type=_COUNT, default=50, help="Campaigns per profile, over all ad products.")
@click.option("--portfolios", type=_COUNT, default=5, help="Portfolios per profile.")
@click.option("--ad-groups", type=_COUNT, default=2, help="Ad groups per campaign.")
@click.option("--ads", type=_COUNT, default=2, help="Ads per ad group.")
@click.option("--keywords", type=_COUNT, default=4, help="Keywords per ad group.")
@click.option("--targets", type=_COUNT, default=2, help="Targets per ad group.")
@click.option("--negatives", type=_COUNT, default=1, help="Negatives of each kind per ad group and campaign.")
@click.option(
    "--extensions", type=_COUNT, default=0, help="Ad extensions per ad of Sponsored Products, of the unified API."
)
@click.option("--sb-share", type=_SHARE, default=0.2, help="Part of the campaigns that is Sponsored Brands.")
@click.option("--sd-share", type=_SHARE, default=0.2, help="Part of the campaigns that is Sponsored Display.")
@click.option(
    "--st-share",
    type=_SHARE,
    default=0.0,
    help="Part of the campaigns that is Sponsored Television, of the unified API.",
)
@click.option("--region", type=click.Choice(["", "NA", "EU", "FE"]), default="", help="All profiles in one region.")
@click.option("--latency-ms", type=click.FloatRange(min=0), default=0.0, help="Time every request takes at least.")
@click.option(
    "--rate-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=None,
    help="Requests per second and region; more get 429.",
)
def serve(*, port: int, latency_ms: float, rate_limit: float | None, **sizes: int | float | str) -> None:  # noqa: PYI041
    """Serve the account in the foreground."""
    if not places.is_free(port):
        message = f"Port {port} on 127.0.0.1 is taken by another program: choose another with --port."
        raise click.ClickException(message)
    run(Sizes(**sizes), port=port, latency_ms=latency_ms, rate_limit=rate_limit)  # type: ignore[arg-type]


@main.command()
@_URL
def truth(url: str | None) -> None:
    """How many of what the account holds, as JSON."""
    with _asking(url) as control:
        click.echo(json.dumps(control.counts(), indent=2))


@main.command()
@_URL
@click.option("--fraction", type=_SHARE, default=0.01, help="Part of the entities to update.")
@click.option("--create", type=_COUNT, default=0, help="Entities to create in every list.")
@click.option("--vanish", type=_COUNT, default=0, help="Entities to remove from every list.")
@click.option("--change-seed", default=1, help="Which entities are chosen.")
def change(url: str | None, fraction: float, create: int, vanish: int, change_seed: int) -> None:
    """Change entities, as advertisers do between two runs."""
    with _asking(url) as control:
        click.echo(json.dumps(control.change(fraction=fraction, create=create, vanish=vanish, seed=change_seed)))


@main.command()
@_URL
@click.option("--add", "rule", default=None, help='A rule, such as {"match": {...}, "times": 1, "action": {...}}.')
@click.option("--clear", is_flag=True, help="Remove all rules.")
def faults(url: str | None, rule: str | None, *, clear: bool) -> None:
    """Show, add or clear faults."""
    with _asking(url) as control:
        if clear:
            control.clear_faults()
        if rule:
            document = _object(rule)
            action = dict(document.get("action") or {})
            control.fault(
                action.pop("kind", ""),
                match=document.get("match"),
                times=document.get("times"),
                after=document.get("after", 0),
                **action,
            )
        click.echo(json.dumps(control.faults(), indent=2))


def _object(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("action") or {}, dict):
        message = "A rule is a JSON object whose action is an object with a kind."
        raise click.ClickException(message)
    return document


@contextmanager
def _asking(url: str | None) -> Iterator[SandboxControl]:
    """The sandbox; what it refuses, and whether it is there at all, is a sentence."""
    control = SandboxControl(url or BackgroundSandbox(places.home()).url)
    try:
        yield control
    except urllib3.exceptions.HTTPError as error:
        message = f"No sandbox answers at {control.url} ({type(error).__name__}): start it with `up`, or correct --url."
        raise click.ClickException(message) from error
    except RuntimeError as error:
        raise click.ClickException(str(error)) from error


for command in COMMANDS:
    main.add_command(command)
