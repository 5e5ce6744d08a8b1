"""Judges every line of a file by our JSON Schemas, as a Python service would that knows nothing else of us.

Usage: judge.py SCHEMAS MESSAGES annotations|formats
Prints a JSON value for each line: null where the schema accepts the message, else the reason why not.
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator


def refuse_constant(name):
    """NaN and Infinity are no JSON; Python reads them unless it is told not to."""
    raise ValueError(f"{name} is not JSON")


def load(folder, formats):
    """The validator of each type and version."""
    checker = Draft202012Validator.FORMAT_CHECKER if formats else None
    validators = {}
    for path in Path(folder).glob("*.schema.json"):
        event_type, version = path.name.removesuffix(".schema.json").rsplit(".v", 1)
        schema = json.loads(path.read_bytes())
        validators[event_type, int(version)] = Draft202012Validator(schema, format_checker=checker)
    return validators


def judge(validators, line):
    """The reason why the message is refused, or None."""
    try:
        # `json.loads` itself would also take UTF-16 and UTF-32.
        message = json.loads(line.decode("utf-8"), parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        return f"{type(error).__name__}: {error}"
    if not isinstance(message, dict):
        return "not an object"
    key = message.get("type"), message.get("dataversion")
    validator = validators.get(key) if isinstance(key[0], str) and isinstance(key[1], (int, float)) else None
    if validator is None:
        return "unknown type or version"
    error = next(validator.iter_errors(message), None)
    return None if error is None else f"{error.json_path}: {error.message}"[:300]


def main():
    folder, messages, formats = sys.argv[1:]
    validators = load(folder, {"annotations": False, "formats": True}[formats])
    for line in Path(messages).read_bytes().removesuffix(b"\n").split(b"\n"):
        reason = judge(validators, line)
        # A reason may quote half of a surrogate pair, which has no place in the output.
        print(json.dumps(reason and ascii(reason)))


main()
