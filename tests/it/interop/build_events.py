"""Builds events as a Python service would, with the `cloudevents` package, and prints one AMQP message a line.

Usage: build_events.py
"""

import json
import uuid
from datetime import datetime, timedelta, timezone

from cloudevents.core.bindings.rabbitmq import to_structured_event
from cloudevents.core.v1.event import CloudEvent

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:workout-events")


def performed(revision):
    """The same data that the Rust test builds."""
    return {
        "workout_id": "6f4a1c1e-8c55-4b8e-9d0a-3f8f5f2f7a10",
        "user_id": "0197a9f6-5d2c-7c55-9f0a-5a1f0e7f1f10",
        "revision": revision,
        "source": {"name": "python"},
        "activity_type": "strength",
        "started_at": "2026-03-28T17:29:00+01:00",
        "ended_at": "2026-03-28T18:29:00+01:00",
        "time_zone": "Europe/Berlin",
        "title": "Früh am Morgen 🏋️",
        "exercises": [
            {
                "exercise_id": "back-squat",
                "name": "Kniebeuge",
                "sets": [{"index": 0, "kind": "normal", "reps": 5, "load_g": 100_000}],
            }
        ],
    }


def identity(data):
    """The id that every service derives from the same fact."""
    return str(uuid.uuid5(NAMESPACE, f"workout.performed:{data['workout_id']}:{data['revision']}"))


def emit(attributes, revision):
    data = performed(revision)
    required = {"id": identity(data), "source": "/python", "type": "workout.performed", "dataversion": 1}
    message = to_structured_event(CloudEvent({**required, **attributes}, data))
    print(json.dumps({"content_type": message.content_type, "body": message.body.decode("utf-8")}))


# The package fills in `time`, and nothing else.
emit({}, revision=1)

emit(
    {
        "time": datetime(2026, 3, 28, 19, 0, 0, 250_000, tzinfo=timezone(timedelta(hours=1))),
        "subject": "6f4a1c1e-8c55-4b8e-9d0a-3f8f5f2f7a10",
        "datacontenttype": "application/json",
        "dataschema": "urn:workout:schema:workout.performed:1#data",
        "correlationid": "import-7",
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    },
    revision=2,
)
