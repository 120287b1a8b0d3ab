#!/usr/bin/env python3
"""Prints the records of a Milepost topic as JSON, one a line.

    pip install -r requirements.txt
    mkdir -p generated
    python -m grpc_tools.protoc -I ../../../proto --python_out=generated \
        $(cd ../../../proto && find milepost -name '*.proto')
    PYTHONPATH=generated python read_topic.py --brokers localhost:9092 --topic milepost.positions.v1 --count 10
"""

import argparse
import importlib
import json
import sys

from confluent_kafka import Consumer
from google.protobuf.json_format import MessageToDict


def message_class(full_name: str):
    """The generated class of `milepost.position.v1.Position`: which message a record holds stands in its header."""
    package, name = full_name.rsplit(".", 1)
    folder = package.replace(".", "/")
    # A file is named after its noun: milepost/position/v1/position.proto. Events of devices stand in device_event.proto.
    for stem in (package.split(".")[1], f"{package.split('.')[1]}_event", to_snake(name)):
        try:
            module = importlib.import_module(f"{folder.replace('/', '.')}.{stem}_pb2")
        except ModuleNotFoundError:
            continue
        if hasattr(module, name):
            return getattr(module, name)
    raise SystemExit(f"no generated code for {full_name}: run protoc as the head of this file says")


def to_snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--brokers", default="localhost:9092")
    arguments.add_argument("--topic", default="milepost.positions.v1")
    arguments.add_argument("--count", type=int, default=10, help="stop after so many records")
    arguments.add_argument("--timeout", type=float, default=30.0, help="give up after so many seconds of silence")
    args = arguments.parse_args()

    consumer = Consumer({
        "bootstrap.servers": args.brokers,
        "group.id": "milepost-example",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        # Records of a transaction that was given up are not delivered.
        "isolation.level": "read_committed",
    })
    consumer.subscribe([args.topic])
    read = 0
    while read < args.count:
        record = consumer.poll(args.timeout)
        if record is None:
            sys.exit(f"no record of {args.topic} within {args.timeout:g} s; {read} read")
        if record.error():
            sys.exit(f"cannot read {args.topic}: {record.error()}")
        headers = {name: value.decode() for name, value in record.headers() or []}
        line = {"key": record.key().decode(), "offset": record.offset()}
        if record.value() is None:
            line["deleted"] = True
        else:
            message = message_class(headers["schema"]).FromString(record.value())
            line["value"] = MessageToDict(message)
        print(json.dumps(line, ensure_ascii=False))
        read += 1
    consumer.close()


if __name__ == "__main__":
    main()
