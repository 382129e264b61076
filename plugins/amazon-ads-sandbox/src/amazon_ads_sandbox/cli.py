"""The command line."""

from __future__ import annotations

import json

import click

from amazon_ads_sandbox import places
from amazon_ads_sandbox.background import BackgroundSandbox
from amazon_ads_sandbox.commands.services import COMMANDS
from amazon_ads_sandbox.control import SandboxControl
from amazon_ads_sandbox.model.sizes import Sizes
from amazon_ads_sandbox.server import run

_URL = click.option("--url", default=None, help="Address of the sandbox; default: the one `up` starts.")


@click.group(context_settings={"auto_envvar_prefix": "AMAZON_ADS_SANDBOX", "show_default": True})
def main() -> None:
    """A local Amazon Ads account and an embedded Postgres."""


@main.command()
@click.option("--port", type=int, default=places.DEFAULT_API_PORT, help="Port on 127.0.0.1.")
@click.option("--seed", default=1, help="The same seed gives the same account.")
@click.option("--now", "now_ms", default=0, help="The account's present, epoch milliseconds; 0: today, midnight UTC.")
@click.option("--profiles", default=4, help="Seller and vendor profiles, over all regions.")
@click.option("--campaigns", default=50, help="Campaigns per profile, over all ad products.")
@click.option("--portfolios", default=5, help="Portfolios per profile.")
@click.option("--ad-groups", default=2, help="Ad groups per campaign.")
@click.option("--ads", default=2, help="Ads per ad group.")
@click.option("--keywords", default=4, help="Keywords per ad group.")
@click.option("--targets", default=2, help="Targets per ad group.")
@click.option("--negatives", default=1, help="Negatives of each kind per ad group and campaign.")
@click.option("--extensions", default=0, help="Ad extensions per ad of Sponsored Products, of the unified API.")
@click.option("--sb-share", default=0.2, help="Part of the campaigns that is Sponsored Brands.")
@click.option("--sd-share", default=0.2, help="Part of the campaigns that is Sponsored Display.")
@click.option("--st-share", default=0.0, help="Part of the campaigns that is Sponsored Television, of the unified API.")
@click.option("--region", type=click.Choice(["", "NA", "EU", "FE"]), default="", help="All profiles in one region.")
@click.option("--latency-ms", default=0.0, help="Time every request takes at least.")
@click.option("--rate-limit", type=float, default=None, help="Requests per second and region; more get 429.")
def serve(*, port: int, latency_ms: float, rate_limit: float | None, **sizes: int | float | str) -> None:  # noqa: PYI041
    """Serve the account in the foreground."""
    run(Sizes(**sizes), port=port, latency_ms=latency_ms, rate_limit=rate_limit)  # type: ignore[arg-type]


@main.command()
@_URL
def truth(url: str | None) -> None:
    """How many of what the account holds, as JSON."""
    click.echo(json.dumps(_control(url).counts(), indent=2))


@main.command()
@_URL
@click.option("--fraction", default=0.01, help="Part of the entities to update.")
@click.option("--create", default=0, help="Entities to create in every list.")
@click.option("--vanish", default=0, help="Entities to remove from every list.")
@click.option("--change-seed", default=1, help="Which entities are chosen.")
def change(url: str | None, fraction: float, create: int, vanish: int, change_seed: int) -> None:
    """Change entities, as advertisers do between two runs."""
    done = _control(url).change(fraction=fraction, create=create, vanish=vanish, seed=change_seed)
    click.echo(json.dumps(done))


@main.command()
@_URL
@click.option("--add", "rule", default=None, help='A rule, such as {"match": {...}, "times": 1, "action": {...}}.')
@click.option("--clear", is_flag=True, help="Remove all rules.")
def faults(url: str | None, rule: str | None, *, clear: bool) -> None:
    """Show, add or clear faults."""
    control = _control(url)
    if clear:
        control.clear_faults()
    if rule:
        document = json.loads(rule)
        action = dict(document.get("action", {}))
        control.fault(
            action.pop("kind", ""),
            match=document.get("match"),
            times=document.get("times"),
            after=document.get("after", 0),
            **action,
        )
    click.echo(json.dumps(control.faults(), indent=2))


def _control(url: str | None) -> SandboxControl:
    return SandboxControl(url or BackgroundSandbox(places.home()).url)


for command in COMMANDS:
    main.add_command(command)
