"""The command `amazon-ads-connect`."""

from __future__ import annotations

import sys

from tap_amazon_ads_entities.connections.source import NOT_INSTALLED


def main() -> None:
    """Run a command, or say how to install what it needs."""
    try:
        from tap_amazon_ads_entities.connect.cli import run  # noqa: PLC0415 - packages of the extra
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("cryptography", "psycopg", "dotenv"):
            raise
        sys.stderr.write(f"{NOT_INSTALLED}\n")
        sys.exit(1)
    run()


if __name__ == "__main__":
    main()
