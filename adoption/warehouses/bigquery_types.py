"""What z3-target-bigquery would create for the SCHEMA messages of its standard input, by its own code, as JSON.

Runs in the target's environment; with the setting `denormalized`, which makes a column of every property.
"""

from __future__ import annotations

import json
import sys

from target_bigquery.core import SchemaTranslator

found: dict[str, dict[str, str]] = {}
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "SCHEMA":
        fields = SchemaTranslator(message["schema"], {}).translated_schema_transformed
        found[message["stream"]] = {each.name: each.field_type for each in fields}
json.dump({"types": found, "keys": {}}, sys.stdout)
