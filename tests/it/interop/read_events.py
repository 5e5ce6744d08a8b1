"""Reads AMQP messages with the RabbitMQ binding of the `cloudevents` package, and prints what it understood.

Usage: read_events.py MESSAGES
Each line of the file is a JSON object with the content type, the headers and the body of a message.
"""

import json
import sys
from pathlib import Path

from cloudevents.core.bindings.rabbitmq import RabbitMQMessage, from_rabbitmq_event

for line in Path(sys.argv[1]).read_bytes().splitlines():
    message = json.loads(line)
    event = from_rabbitmq_event(
        RabbitMQMessage(message["headers"], message["content_type"], message["body"].encode("utf-8"))
    )
    attributes = {**event.get_attributes(), "time": event.get_time().isoformat()}
    print(json.dumps({"attributes": attributes, "data": event.get_data()}))
