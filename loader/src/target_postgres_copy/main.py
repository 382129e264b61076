"""The command `target-postgres-copy`: what goes wrong is a sentence."""

from __future__ import annotations

import sys

import psycopg
from sqlalchemy.exc import OperationalError

from target_postgres_copy.errors import LoadError
from target_postgres_copy.target import TargetPostgresCopy


def main() -> None:
    """Load what comes, or say why not."""
    try:
        TargetPostgresCopy.cli()
    except LoadError as error:
        sys.exit(str(error))
    except OperationalError as error:
        sys.exit(str(error.orig).strip())
    except psycopg.Error as error:
        # Of a batch: a lock, the disk, a database that went away.
        sys.exit(str(error).strip())
