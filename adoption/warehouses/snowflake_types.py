"""What target-snowflake would create for the SCHEMA messages of its standard input, by its own code, as JSON.

Runs in the target's environment; there is no account, so that statements are kept instead of sent.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import sqlalchemy
from target_snowflake.connector import SnowflakeConnector

found: dict[str, dict[str, str]] = {}
keys: dict[str, list[str]] = {}


class Connector(SnowflakeConnector):
    """The target's, on an engine that keeps what it is told."""

    def create_engine(self) -> Any:
        """An engine without a server."""
        return sqlalchemy.create_mock_engine("snowflake://", self._keep)

    @staticmethod
    def _keep(statement: Any, *_: Any, **__: Any) -> None:
        table = statement.element
        dialect = sqlalchemy.engine.url.make_url("snowflake://").get_dialect()()
        found[table.name] = {column.name: column.type.compile(dialect) for column in table.columns}
        keys[table.name] = [column.name for column in table.primary_key]


connector = Connector(config={"account": "none", "user": "none", "database": "d"})
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "SCHEMA":
        connector.create_empty_table(f"D.AMAZON_ADS.{message['stream']}", message["schema"], message["key_properties"])
json.dump({"types": found, "keys": keys}, sys.stdout)
