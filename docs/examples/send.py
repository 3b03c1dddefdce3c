#!/usr/bin/env python3
"""Sends one command to Daybook over Kafka, waits for its result and prints it.

    pip install confluent-kafka
    python3 send.py 127.0.0.1:9092 ORGANIZATION command.json

Exit codes: 0 accepted, 2 refused, 3 no result in time. After 3, or an error of the client, send the very same command
again: it has one effect, however often it is sent.
"""
import json
import sys
import time
import uuid

from confluent_kafka import Consumer, Producer, TopicPartition

COMMANDS = "crm.commands"
RESULTS = "crm.results"
WAIT_SECONDS = 30


def follow_results(brokers):
    """Reads every partition of the results from its end on, as a member of no group."""
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "not-used", "enable.auto.commit": False})
    ends = []
    for number in consumer.list_topics(RESULTS, timeout=WAIT_SECONDS).topics[RESULTS].partitions:
        partition = TopicPartition(RESULTS, number)
        _, partition.offset = consumer.get_watermark_offsets(partition, timeout=WAIT_SECONDS)
        ends.append(partition)
    consumer.assign(ends)
    return consumer


def send(brokers, organization, command, reply_to):
    failures = []
    producer = Producer({"bootstrap.servers": brokers, "enable.idempotence": True})
    producer.produce(
        COMMANDS,
        key=organization,
        value=command,
        headers={"content-type": "application/json", "reply-to": reply_to},
        on_delivery=lambda error, _: failures.append(error) if error else None,
    )
    if producer.flush(WAIT_SECONDS) > 0 or failures:
        sys.exit(f"the broker has not acknowledged it: {failures}")


def await_result(consumer, reply_to):
    """The result's value and headers. There may be others' results, and the same one twice."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        message = consumer.poll(1)
        if message is None or message.error():
            continue
        headers = {name: value.decode() for name, value in message.headers() or []}
        if headers.get("reply-to") == reply_to:
            return message.value(), headers
    return None, {}


def main(brokers, organization, path):
    with open(path, "rb") as file:
        command = file.read()
    reply_to = str(uuid.uuid4())
    results = follow_results(brokers)  # before sending, so that no result is missed
    send(brokers, organization, command, reply_to)
    value, headers = await_result(results, reply_to)
    results.close()
    if not headers:
        print("no result in time", file=sys.stderr)
        return 3
    print(json.dumps(json.loads(value), indent=2) if value else headers)
    return 0 if headers["outcome"] == "accepted" else 2


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
