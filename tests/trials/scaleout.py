#!/usr/bin/env python3
"""Two gateways and three consumers of each kind on a cluster of brokers, under many devices, while members die and come.

    eval "$(tests/services)"
    cargo run -p tests --bin brokers -- 3 log.roll.ms=3600000 > brokers      # in another terminal, until it is done
    "$MILEPOST_PYTHON/python" tests/trials/scaleout.py MILEPOST $(cat brokers)

MILEPOST is the program; the brokers have no topics of Milepost. While devices report, one process of each role is killed
with SIGKILL and started again, one consumer of each kind is killed for good, one is added, and a broker is killed where
files with process ids are given. Then every acknowledged message must be there, and what was derived must be what one
process of each kind derives from the same records. Prints what it sees, and one line of JSON at the end. Exit code 1
when something is lost or differs.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition
from grpc_tools import protoc

from cluster import GROUPS, Role, check, folder, have_read_all, promised, run, say, started, wait_until

ROOT = Path(__file__).resolve().parents[2]
HERE, ALONE = "scaleout.", "single."
# What consumers read that none of them wrote.
INPUTS = ["fences", "bindings", "rosters", "calendars", "punches", "positions"]
# Topics of records with an id, and what tells only how and when a record became known: that may be another after a kill.
REVISED = {
    "fence-events": ("eventId", ["revision", "late", "observedAt", "retracts"]),
    "trips": ("tripId", ["revision", "observedUntil"]),
    "stops": ("stopId", ["revision", "observedUntil"]),
}
# The key of a record of attendance is its id.
OF_ATTENDANCE = ["rev", "observedAt"]
SEED = 7
# What is said of the town's day, which passes 200 times as fast as the trial, is final once the devices speak of yesterday.
DAYS_AGO = 7
# How often the results are looked at before a difference counts: something may have been due by the clock in between.
LOOKS = 3


def options():
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("program", type=Path)
    read.add_argument("--brokers", required=True)
    read.add_argument("--broker-pid", type=Path, action="append", default=[])
    read.add_argument("--devices", type=int, default=10_000, help="devices that report without a pause")
    read.add_argument("--people", type=int, default=100, help="devices of a simulated town, from which most is derived")
    read.add_argument("--rate", type=int, default=1_000, help="messages a second of the former")
    read.add_argument("--seconds", type=int, default=240)
    read.add_argument("--members", type=int, default=3, help="consumers of each kind")
    read.add_argument("--folder", default="target/scaleout")
    return read.parse_args()


def generated():
    """The class of positions, from the schema."""
    folder, proto = tempfile.mkdtemp(), ROOT / "proto"
    files = [str(file.relative_to(proto)) for file in proto.glob("milepost/**/*.proto")]
    own = Path(protoc.__file__).parent / "_proto"
    if protoc.main(["protoc", f"-I{proto}", f"-I{own}", f"--python_out={folder}", *files]):
        sys.exit("the schema of positions cannot be compiled")
    sys.path.insert(0, folder)
    from milepost.position.v1 import position_pb2
    return position_pb2.Position


Position = generated()


class Trial:
    def __init__(self, given):
        self.given, self.program, self.brokers = given, given.program.resolve(), given.brokers
        self.home = folder(given.folder)
        self.access = ["--brokers", self.brokers]
        self.partitions = {}
        self.files = []

    def environment(self, prefix):
        return {**os.environ, **{f"MILEPOST__{name}": value for name, value in self.settings(prefix).items()}}

    @staticmethod
    def settings(prefix):
        return {"BUS__KAFKA__PREFIX": prefix, "BUS__KAFKA__STATE_REPLICATION": "3"}

    def role(self, kind, number, prefix=HERE):
        name = f"{kind}-{number}" if prefix == HERE else f"{prefix}{kind}"
        return Role(self.program, self.home, name, [kind, *self.access], self.settings(prefix).items())

    def make_topics(self, prefix):
        file = ROOT / "deploy" / "topics.toml"
        run(self.program, "topics", "apply", "--file", file, *self.access, env=self.environment(prefix))

    def begin(self):
        self.make_topics(HERE)
        self.start = midnight(days_ago=DAYS_AGO)
        world = self.home / "world"
        run(self.program, "sim", "world", *self.town(self.start), "--out", world)
        # What is said of attendance is final at once, so that whatever changes of it is said again.
        rosters = world / "rosters.toml"
        rosters.write_text(re.sub(r"(?m)^final_after_h = .*", "final_after_h = 0", rosters.read_text()))
        for noun, file in (("fences", "fences.geojson"), ("rosters", "rosters.toml")):
            run(self.program, noun, "import", world / file, *self.access, env=self.environment(HERE))
        self.gateways = [self.role("gateway", number) for number in (1, 2)]
        numbers = range(1, self.given.members + 1)
        self.consumers = {kind: [self.role(kind, number) for number in numbers] for kind in GROUPS}
        # In the end the members hold every partition of what their stages read.
        counts = topic_partitions(self.brokers, HERE)
        self.partitions = {stage: counts["positions"] for stage in
                           ("geofence", "trips", "attendance-evidence")} | {"attendance": counts["evidence"]}
        took = self.settle("the first members", time.monotonic())
        return {"brokers": len(self.brokers.split(",")), "gateways": 2, "consumers_of_each_kind": self.given.members,
                "partitions": self.partitions["geofence"], "gathered_s": took}

    def town(self, start):
        return ["--seed", SEED, "--devices", self.given.people, "--start", start]

    def load(self):
        """Starts the devices."""
        each, running = self.given.devices // 2, []
        for number, gateway in enumerate(self.gateways):
            file = self.home / f"promised-{number}.jsonl"
            arguments = ["sim", "load", "--gateway", f"127.0.0.1:{gateway.jt808}", "--first-device", each * number,
                         "--connections", each, "--rate", self.given.rate / 2, "--duration", f"{self.given.seconds}s",
                         "--answer-timeout", "30s", "--obligations", file, "--format", "json"]
            self.files.append(file)
            running.append(self.child(f"load-{number}", arguments))
        running.append(self.fleet())
        return running

    def fleet(self):
        one, other = self.gateways
        arguments = ["sim", "fleet", "--gateway-gt06", f"127.0.0.1:{one.gt06}", "--gateway-jt808",
                     f"127.0.0.1:{other.jt808}", *self.town(self.start), "--from-hour", 7.5, "--speed", 200, "--duration",
                     f"{self.given.seconds}s", "--answer-timeout", "30s", "--truth", self.home / "fleet", "--format", "json"]
        self.files.append(self.home / "fleet" / "obligations.jsonl")
        return self.child("fleet", arguments)

    def hear_of_all_today(self):
        """The last valid position of every device once more, as one of now; how many there are."""
        last = {}
        for record in every_record(self.brokers, "positions"):
            position = Position.FromString(record.value())
            if position.valid:
                last[record.key()] = (record.partition(), position)
        writer = Producer({"bootstrap.servers": self.brokers, "enable.idempotence": True})
        for key, (partition, position) in last.items():
            position.event_id = str(uuid.uuid4())
            position.fix_time.GetCurrentTime()
            position.received_at.CopyFrom(position.fix_time)
            headers = {"event-id": position.event_id, "schema": "milepost.position.v1.Position"}
            writer.produce(topic(HERE, "positions"), value=position.SerializeToString(), key=key, partition=partition,
                           headers=headers)
            writer.poll(0)
        check(writer.flush(120) == 0, "they are written")
        return len(last)

    def child(self, name, arguments):
        with (self.home / f"{name}.json").open("w") as out, (self.home / f"{name}.log").open("w") as log:
            return started(subprocess.Popen([self.program, *map(str, arguments)], stdout=out, stderr=log))

    def online(self):
        return sum(sum(one.metric("milepost_gateway_devices_online")) for one in self.gateways)

    def settle(self, what, since):
        """Seconds until the members of each kind hold all partitions."""
        took = {}

        def whole(kind):
            if kind not in took and all(holdings(self.consumers[kind]).get(stage) == self.partitions[stage]
                                        for stage in GROUPS[kind]):
                took[kind] = round(time.monotonic() - since, 1)
            return kind in took

        wait_until(f"{what}: every partition has its member", lambda: all([whole(kind) for kind in GROUPS]))
        say(f"{what}: every partition has its member after {took} s")
        return took

    def disturb(self):
        """What the members take until they share the partitions again, by what happened to them."""
        took = {}
        firsts = [members[0] for members in self.consumers.values()]
        since = time.monotonic()
        for role in (*firsts, self.gateways[0]):
            role.kill()
        for role in (*firsts, self.gateways[0]):
            role.launch(self.program)
        took["killed_and_started_again_s"] = self.settle("one of each kind killed and started again", since)
        wait_until("the gateway is back", self.gateways[0].ready)
        took["killed_and_started_again_s"]["gateway"] = round(time.monotonic() - since, 1)
        wait_until("its devices are back", lambda: self.online() >= self.given.devices)
        took["devices_back_s"] = round(time.monotonic() - since, 1)
        since = time.monotonic()
        for members in self.consumers.values():
            members.pop(1).kill()
        took["killed_for_good_s"] = self.settle("another of each kind killed for good", since)
        since = time.monotonic()
        adding = [threading.Thread(target=self.add, args=(kind,)) for kind in GROUPS]
        for thread in adding:
            thread.start()
        for thread in adding:
            thread.join()
        took["added_s"] = self.settle("one of each kind added", since)
        for file in self.given.broker_pid[:1]:
            pid, since = file.read_text(), time.monotonic()
            os.kill(int(pid), 9)
            wait_until("the broker is back", lambda: file.read_text() != pid)
            took["broker_killed_and_back_s"] = round(time.monotonic() - since, 1)
            self.settle("after the death of a broker", since)
        return took

    def add(self, kind):
        self.consumers[kind].append(self.role(kind, self.given.members + 1))

    def all_consumers(self):
        return [role for members in self.consumers.values() for role in members]

    def verify(self):
        """What was acknowledged against what is there."""
        wanted, keys, ids, count = promised(*self.files), set(), set(), 0
        for one in self.read("positions", HERE):
            count += 1
            ids.add(one["headers"]["event-id"])
            keys.add((one["key"], int(datetime.fromisoformat(one["value"]["fixTime"]).timestamp())))
        lost = len(wanted - keys)
        check(wanted and not lost, f"{len(wanted)} messages were acknowledged, {lost} are lost")
        return {"acked": len(wanted), "lost": lost, "positions": count, "event_ids": len(ids)}

    def read(self, topic, prefix):
        command = [self.program, "topics", "read", topic, *self.access]
        with subprocess.Popen(command, env=self.environment(prefix), stdout=subprocess.PIPE, text=True) as reading:
            yield from map(json.loads, reading.stdout)
        if reading.returncode:
            sys.exit(f"{topic} cannot be read")

    def compare(self):
        """What the members derived against one process of each kind with the same input."""
        self.make_topics(ALONE)
        copied = {topic: copy(self.brokers, topic) for topic in INPUTS}
        say(f"copied for one process of each kind: {copied}")
        single = [self.role(kind, 1, ALONE) for kind in GROUPS]
        everybody = single + self.all_consumers()
        for _ in range(LOOKS):
            have_read_all(everybody)
            # Who starts again tells what it had not told yet.
            for role in everybody:
                role.stop()
                role.start(self.program)
            have_read_all(everybody)
            apart, alone = self.derived(HERE), self.derived(ALONE)
            everything = apart["final"] | alone["final"]
            differing = [one for one in everything if apart["final"].get(one) != alone["final"].get(one)]
            if not differing:
                break
        counts = {topic: sum(of == topic for of, _ in alone["final"]) for topic in (*REVISED, "attendance")}
        for one in differing[:5]:
            say(f"differs: {one}: {difference(apart['final'].get(one), alone['final'].get(one))}")
        check(all(counts.values()) and not differing, f"derived records: {counts}, differing: {len(differing)}")
        check(not apart["repeated"], f"{apart['repeated']} records stand there twice")
        for role in single:
            role.stop()
        return {"derived": counts, "different": len(differing), "repeated": apart["repeated"]}

    def derived(self, prefix):
        """The final records: revisions resolved, what was withdrawn left out."""
        final, repeated = {}, 0
        for topic, (name, told) in REVISED.items():
            seen = set()
            for value in (one["value"] for one in self.read(topic, prefix)):
                place, version = (topic, value[name]), (value[name], value.get("revision"), value.get("finality"))
                if version in seen:
                    repeated += 1
                    continue
                seen.add(version)
                if value.get("withdrawn"):
                    final.pop(place, None)
                elif value.get("finality") == "FINALITY_PROVISIONAL":
                    # Told again only when it has changed by more than some seconds or metres.
                    final[place] = "provisional"
                else:
                    final[place] = {field: of for field, of in value.items() if field not in told}
        for one in self.read("attendance", prefix):
            if one["value"] is None:
                final.pop(("attendance", one["key"]), None)
            else:
                value = {field: of for field, of in one["value"].items() if field not in OF_ATTENDANCE}
                final["attendance", one["key"]] = value
        return {"final": final, "repeated": repeated}


def difference(here, there):
    """What the one has instead of the other, by field where both have fields."""
    if not (isinstance(here, dict) and isinstance(there, dict)):
        return f"{str(here)[:200]} instead of {str(there)[:200]}"
    return {field: f"{str(here.get(field))[:200]} instead of {str(there.get(field))[:200]}"
            for field in here.keys() | there.keys() if here.get(field) != there.get(field)}


def midnight(days_ago):
    """A midnight in Wuhan."""
    zone = timezone(timedelta(hours=8))
    now = datetime.now(zone) - timedelta(days=days_ago)
    return now.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(timezone.utc).isoformat()


def holdings(members):
    """Partitions by stage that the members hold together; none while one of them is not ready."""
    held = {}
    for role in members:
        said = role.readiness()
        if said is None:
            return {}
        # "geofence: ready: holds 16 partitions", of several stages "NAME holds 16 partitions; NAME holds …".
        for text in said.split("ready: ", 1)[-1].split(";"):
            words = text.split()
            if "holds" in words and words[-1] == "partitions":
                at = words.index("holds")
                stage = words[at - 1] if at else role.arguments[0]
                held[stage] = held.get(stage, 0) + int(words[at + 1])
    return held


def topic_partitions(brokers, prefix):
    client = Consumer({"bootstrap.servers": brokers, "group.id": "trial"})
    topics = client.list_topics(timeout=30).topics
    client.close()
    begin, end = f"{prefix}milepost.", ".v1"
    return {name.removeprefix(begin).removesuffix(end): len(topic.partitions)
            for name, topic in topics.items() if name.startswith(begin)}


def topic(prefix, name):
    return f"{prefix}milepost.{name}.v1"


def every_record(brokers, name):
    """The records that the members read or wrote, partition by partition or mixed."""
    reader = Consumer({"bootstrap.servers": brokers, "group.id": "trial", "enable.auto.commit": False,
                       "enable.partition.eof": True, "isolation.level": "read_committed"})
    open_ends = set(range(topic_partitions(brokers, HERE)[name]))
    reader.assign([TopicPartition(topic(HERE, name), partition, 0) for partition in open_ends])
    while open_ends:
        record = reader.poll(1)
        if record is None:
            continue
        if record.error():
            open_ends.discard(record.partition())
            continue
        yield record
    reader.close()


def copy(brokers, name):
    """Every record of a topic, as it is and where it is, under the other prefix; says how many there are."""
    writer = Producer({"bootstrap.servers": brokers, "enable.idempotence": True, "linger.ms": 20})
    count, failed = 0, []

    def delivered(error, _):
        if error:
            failed.append(error)

    for record in every_record(brokers, name):
        count += 1
        while True:
            try:
                writer.produce(topic(ALONE, name), value=record.value(), key=record.key(), partition=record.partition(),
                               timestamp=record.timestamp()[1], headers=record.headers(), on_delivery=delivered)
                break
            except BufferError:
                writer.poll(0.1)
        writer.poll(0)
    check(writer.flush(120) == 0 and not failed, f"{name} is copied: {count} records")
    return count


def main():
    given = options()
    trial = Trial(given)
    line = {"devices": given.devices + given.people, "rate": given.rate, "seconds": given.seconds, **trial.begin()}
    devices = trial.load()
    wait_until("all devices are online", lambda: trial.online() >= given.devices)
    say(f"{trial.online():.0f} devices are online")
    line |= trial.disturb()
    check(not any(one.poll() for one in devices), "the devices reported all the while")
    check(not any(one.wait() for one in devices), "the devices came to their end")
    have_read_all(trial.all_consumers())
    # What they say days later makes final what was before. One fix of each: a stop that goes on moves with every further one,
    # and what lies beside it is told as it was when it became final.
    check(trial.hear_of_all_today() > 0, "every device was heard of days later")
    since = time.monotonic()
    have_read_all(trial.all_consumers())
    line["caught_up_s"] = round(time.monotonic() - since, 1)
    line |= trial.verify()
    line |= trial.compare()
    for role in trial.all_consumers() + trial.gateways:
        role.stop()
    print(json.dumps(line))


if __name__ == "__main__":
    main()
