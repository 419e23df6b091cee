"""The JSON Schema of ``tradeoff.json``. ``python -m lowsr_tradeoff.reports.exports.schema`` writes it anew."""

import json
from pathlib import Path

from lowsr_tradeoff.records.run import Tradeoff

SCHEMA = Path(__file__).with_name("schema.json")


def schema_json(of: type[Tradeoff] = Tradeoff) -> str:
    """Return the schema as JSON, keys sorted: equal text for equal records."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **of.model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(schema_json(), encoding="utf-8")
