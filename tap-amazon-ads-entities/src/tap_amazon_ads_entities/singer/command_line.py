"""How the tap is started from the command line, and the exit code of every way it can end."""

from __future__ import annotations

import json
import sys
from typing import IO, Any

import click
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.singerlib import Catalog

from tap_amazon_ads_entities.errors import RunEndingError, StateError, UnmappableError
from tap_amazon_ads_entities.process.logs import LOGGER
from tap_amazon_ads_entities.singer.quiet_tap import QuietTap

EXIT_FAILED = 1


class CommandLine(QuietTap):
    """A tap that exits with what its run deserves."""

    def run(self) -> int:
        """Sync everything; the exit code."""
        raise NotImplementedError

    def test(self, what: str) -> int:
        """Read a record of every stream, or with `schema` write the schemas; the exit code.

        Raises:
            RunEndingError: nothing can be read.
            UnmappableError: a stream map fails.
        """
        raise NotImplementedError

    @classmethod
    def invoke(  # type: ignore[override]
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: Any = None,
        state: IO[str] | None = None,
        catalog: IO[str] | None = None,
    ) -> None:
        """Run from the command line, and exit with what the run deserves."""
        if about:
            cls.print_about(about_format)
            return
        cls.print_version(print_fn=cls.logger.info)
        try:
            tap = cls(
                config=config.config if config else {},
                state=_document(state),
                catalog=_catalog(catalog),
                parse_env_config=bool(config and config.parse_env),
                validate_config=True,
            )
        except StateError as error:
            LOGGER.error("%s", error)
            sys.exit(EXIT_FAILED)
        except ConfigValidationError as error:
            # Here and not by the SDK, whose last line is all that `meltano config test` shows, and names no setting.
            _name(error)
            sys.exit(EXIT_FAILED)
        if not any(stream.selected for stream in tap.streams.values()):
            # It would end well, having read nothing.
            LOGGER.error("The catalog selects none of the streams: %s", ", ".join(tap.streams))
            sys.exit(EXIT_FAILED)
        sys.exit(tap.run())

    @classmethod
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        """`--test`: a failure is a line and an exit code, not a traceback."""
        del param
        if value == "disabled":
            return
        config = ctx.params["config"]
        try:
            tap = cls(config=config.config, parse_env_config=config.parse_env, validate_config=True)
        except ConfigValidationError as error:
            _name(error)
            ctx.exit(EXIT_FAILED)
        try:
            code = tap.test(value)
        except (RunEndingError, UnmappableError) as error:
            LOGGER.error("%s", error)
            ctx.exit(EXIT_FAILED)
        ctx.exit(code)


def _name(error: ConfigValidationError) -> None:
    """Every problem of the settings, a line each."""
    for problem in error.errors:
        LOGGER.error("%s", problem)


def _document(file: IO[str] | None) -> dict[str, Any] | None:
    """The JSON object of a file.

    Raises:
        click.FileError: it holds none.
    """
    if file is None:
        return None
    try:
        document = json.loads(file.read())
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise click.FileError(file.name, "it does not hold a JSON object")
    return document


def _catalog(file: IO[str] | None) -> dict[str, Any] | None:
    """The catalog in a file.

    Raises:
        click.FileError: it holds none.
    """
    document = _document(file)
    if file is not None and document is not None:
        try:
            found = Catalog.from_dict(document)
        except (AttributeError, KeyError, TypeError, ValueError):
            found = None
        if not found:
            raise click.FileError(file.name, "it holds no catalog of streams, such as --discover writes")
    return document
