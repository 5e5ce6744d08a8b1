"""Checks every schema of a folder against the metaschema of JSON Schema 2020-12, and prints the names of the files.

Usage: check_schemas.py SCHEMAS
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

for path in sorted(Path(sys.argv[1]).glob("*.schema.json"), key=lambda path: path.name):
    schema = json.loads(path.read_bytes())
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$schema"], path
    Draft202012Validator.check_schema(schema)
    print(path.name)
