#!/usr/bin/env python3
"""Two versions of Milepost side by side: what one has written the other reads, and processes are replaced under load.

    eval "$(tests/services)"; cargo run -p tests --bin brokers -- 1     # says where the broker listens
    tests/trials/upgrade.py OLD NEW HOST:PORT [FOLDER]

OLD and NEW are programs, HOST:PORT a Kafka without topics of Milepost, FOLDER [default: target/upgrade] gets their logs
and data. Takes some ten minutes. Exit code 1 when something is not as docs/operations.md promises it.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from cluster import (Role, check, final, folder, free_port, have_read_all, kept, load, promised, records, run,
                     say, wait_until)

TOPICS = ["positions", "device-events", "fences", "fence-events", "trips", "stops"]


def demo(program, data, home, name):
    """Everything in one process with simulated people, until there are fence events and trips."""
    role = Role(program, home, name, ["up", "--demo", "--speed", "1200", "--data", data])
    before = len(records(program, "trips", "--data", data))
    wait_until("trips", lambda: len(records(program, "trips", "--data", data)) > before + 20)
    role.stop()
    return {topic: records(program, topic, "--data", data) for topic in TOPICS}


def local_log(old, new, home):
    say("the local log")
    data = home / "data"
    by_old = demo(old, data, home, "old-up")
    subprocess.run(["cp", "-a", data, home / "backup"], check=True)
    for topic in TOPICS:
        found = records(new, topic, "--data", data)
        check(found == by_old[topic], f"{topic}: the new version reads the {len(found)} records of the old one")
    by_new = demo(new, data, home, "new-up")
    for topic in ["positions", "fence-events", "trips"]:
        # A compacted topic or one with a retention may lose records; none of these does within minutes.
        missing = [one for one in by_old[topic] if one not in by_new[topic]]
        more = len(by_new[topic]) - len(by_old[topic])
        check(not missing and more > 0, f"{topic}: all are there beside {more} of the new version")
    back = subprocess.run([old, "topics", "read", "positions", "--data", data], capture_output=True, text=True)
    if back.returncode == 0 and len(back.stdout.splitlines()) == len(by_new["positions"]):
        say("the old version reads what the new one has written")
    else:
        say(f"the old version does not read what the new one has written: {back.stderr.strip()[-300:]}")
    for topic in TOPICS:
        found = records(old, topic, "--data", home / "backup")
        check(found == by_old[topic], f"{topic}: the backup, put back, is read by the old version")


def spool(old, new, brokers, home):
    """A gateway fills its spool while no broker answers; the new version drains it from where it was moved to."""
    say("a spool that the old version has filled, drained by the new one from another folder")
    prefix = {"BUS__KAFKA__PREFIX": "spool.", "GATEWAY__DEVICES__WAIT_SECONDS": "1"}
    spooling = {**prefix, "GATEWAY__SPOOL__MODE": "overflow", "GATEWAY__SPOOL__PATH": str(home / "spool")}
    # Without the topic of devices nobody is learned: those of the configuration are served.
    spooling["GATEWAY__DEVICES__LIST"] = str([str(10100001000 + number) for number in range(50)])
    environment = {"MILEPOST__BUS__KAFKA__PREFIX": prefix["BUS__KAFKA__PREFIX"]}
    run(new, "topics", "apply", "--brokers", brokers, env=environment)
    nobody = f"127.0.0.1:{free_port()}"
    writer = Role(old, home, "writer", ["gateway", "--brokers", nobody], spooling.items())
    file = home / "promised.jsonl"
    check(load(old, writer, 1000, file, seconds=20).wait() == 0, "devices were served while no broker answered")
    writer.stop()
    shutil.move(home / "spool", home / "moved")
    spooling["GATEWAY__SPOOL__PATH"] = str(home / "moved")
    drainer = Role(new, home, "drainer", ["gateway", "--brokers", brokers], spooling.items())
    wanted = promised(file)
    check(len(wanted) > 100, f"{len(wanted)} messages were acknowledged")

    def read():
        return records(new, "positions", "--brokers", brokers, env=environment)

    wait_until("the spool is drained", lambda: wanted <= kept(read()))
    found = read()
    ids = {one["headers"]["event-id"] for one in found}
    check(len(ids) == len(found), f"all of them are on Kafka, each once: {len(found)} positions")
    drainer.stop()


def spool_back(old, new, brokers, home):
    """The way back for a gateway: the new version empties its spool before the old one opens it."""
    say("a spool that the new version has emptied, opened by the old one")
    listed = str([str(10100001000 + number) for number in range(50)])
    settings = {"BUS__KAFKA__PREFIX": "spool-back.", "GATEWAY__SPOOL__MODE": "always", "GATEWAY__DEVICES__LIST": listed,
                "GATEWAY__SPOOL__PATH": str(home / "spool")}
    environment = {"MILEPOST__BUS__KAFKA__PREFIX": settings["BUS__KAFKA__PREFIX"]}
    run(new, "topics", "apply", "--brokers", brokers, env=environment)
    files = [home / "promised-new.jsonl", home / "promised-old.jsonl"]
    for program, file in zip((new, old), files):
        gateway = Role(program, home, "gateway", ["gateway", "--brokers", brokers], settings.items())
        check(load(program, gateway, 1000, file).wait() == 0, "devices were served through the spool")
        wait_until("the spool is empty", lambda: not any(gateway.metric("milepost_gateway_spool_records")))
        gateway.stop()
    wanted = promised(*files)
    found = kept(records(old, "positions", "--brokers", brokers, env=environment))
    check(len(wanted) > 100 and wanted <= found, f"{len(wanted)} messages were acknowledged, all are on Kafka")


def rolling(old, new, brokers, home):
    say("a rolling replacement on Kafka, and back")
    settings = {"BUS__KAFKA__PREFIX": "rolling."}
    environment = {"MILEPOST__BUS__KAFKA__PREFIX": "rolling."}
    access = ["--brokers", brokers]
    run(old, "topics", "apply", *access, env=environment)
    run(old, "sim", "world", "--seed", 7, "--devices", 40, "--out", home / "world")
    fences = home / "world" / "fences.geojson"
    run(old, "fences", "import", fences, *access, env=environment)
    gateways = [Role(old, home, f"gateway-{n}", ["gateway", *access], settings.items()) for n in (1, 2)]
    consumers = [
        Role(old, home, f"{role}-{n}", [role, *access], settings.items())
        for role in ("geofence", "trips", "attendance")
        for n in (1, 2)
    ]
    files = [home / "promised-1.jsonl", home / "promised-2.jsonl"]
    loads = [load(old, gateway, 1000 * n, files[n], seconds=100) for n, gateway in enumerate(gateways)]
    fleet = subprocess.Popen(
        [old, "sim", "fleet", "--gateway-gt06", f"127.0.0.1:{gateways[0].gt06}", "--gateway-jt808",
         f"127.0.0.1:{gateways[1].jt808}", "--seed", "7", "--devices", "40", "--speed", "400", "--duration", "100s",
         "--truth", home / "fleet"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def positions():
        return records(old, "positions", *access, env=environment)

    wait_until("positions of the old version", lambda: len(positions()) > 500)
    for role in consumers + gateways:
        say(f"{role.name}: new version")
        role.stop()
        role.start(new)
    before = len(positions())
    wait_until("positions of the new version", lambda: len(positions()) > before + 500)
    for role in gateways + consumers:
        say(f"{role.name}: old version again")
        role.stop()
        role.start(old)
    check(not any(one.wait() for one in [*loads, fleet]), "the simulated devices came to their end")
    have_read_all(consumers)
    found = positions()
    wanted = promised(*files)
    check(len(wanted) > 1000 and wanted <= kept(found), f"{len(wanted)} messages were acknowledged, all are on Kafka")
    for reader, name in ((old, "old"), (new, "new")):
        lines = {topic: records(reader, topic, *access, env=environment) for topic in TOPICS}
        counts = ", ".join(f"{len(some)} {topic}" for topic, some in lines.items())
        check(all(lines.values()), f"the {name} version reads {counts}")
    compare(new, found, fences, lines["fence-events"], home)
    for role in gateways + consumers:
        role.stop()


def compare(program, positions, fences, events, home):
    """Fence events of the processes that were replaced against those of one that read all positions."""
    file = home / "positions.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in positions))
    derived = run(program, "derive", "geofence", "--positions", file, "--fences", fences)
    single = set(final(map(json.loads, derived.splitlines()), "event_id"))
    apart = set(final((one["value"] for one in events), "eventId"))
    check(single and single == apart,
          f"{len(apart)} fence events remain, {len(single)} in one process; differing: {len(single ^ apart)}")


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    old, new = (Path(one).resolve() for one in sys.argv[1:3])
    brokers = sys.argv[3]
    home = folder(sys.argv[4] if len(sys.argv) > 4 else "target/upgrade")
    local_log(old, new, home / "local")
    spool(old, new, brokers, home / "spool")
    spool_back(old, new, brokers, home / "spool-back")
    rolling(old, new, brokers, home / "rolling")


if __name__ == "__main__":
    main()
