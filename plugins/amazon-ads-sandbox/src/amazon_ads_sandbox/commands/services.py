"""Commands for the services, filled in below."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()
