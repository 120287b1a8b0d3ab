#!/usr/bin/env python3
"""Faults that take minutes to tell, caused on real processes, and the alerts that a real Prometheus makes of them.

    eval "$(tests/services)"
    cargo run -p tests --bin brokers -- 1 > brokers      # in another terminal, until it is done
    "$MILEPOST_PYTHON/python" tests/trials/alerts.py MILEPOST $(cat brokers)

MILEPOST is the program, the rules are those of deploy/prometheus on their own clock. It needs root, for a small file
system that gets full, and some twenty minutes. Other alerts are tried by `cargo test -p milepost --test watched`.
Prints when each alert fired; exit code 1 when one did not.
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from cluster import Role, check, folder, free_port, load, run, say, started, wait_until

# The longest time of a rule is ten minutes.
LIMIT = 1500
CANARY = "19900000001"


def options():
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("program", type=Path)
    read.add_argument("--brokers", required=True)
    read.add_argument("--broker-pid", type=Path, action="append", required=True)
    read.add_argument("--only", action="append", default=[], metavar="ALERT", help="one of the alerts; may be repeated")
    read.add_argument("--folder", default="target/alerts")
    return read.parse_args()


class Prometheus:
    """With the rules as they are shipped."""

    def __init__(self, home, roles):
        rules = Path(__file__).resolve().parents[2] / "deploy" / "prometheus" / "rules.yml"
        targets = [f"127.0.0.1:{role.admin}" for role in roles]
        (home / "prometheus.yml").write_text(json.dumps({
            "global": {"scrape_interval": "5s", "evaluation_interval": "5s"},
            "rule_files": [str(rules)],
            "scrape_configs": [{"job_name": "milepost", "static_configs": [{"targets": targets}]}]}))
        self.port = free_port()
        with (home / "prometheus.log").open("w") as log:
            started(subprocess.Popen(
                ["prometheus", f"--config.file={home}/prometheus.yml", f"--storage.tsdb.path={home}/series",
                 f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"], stderr=log))
        wait_until("Prometheus", lambda: self.ask("query", query="vector(1)"))

    def ask(self, what, **parameters):
        try:
            url = f"http://127.0.0.1:{self.port}/api/v1/{what}?{urllib.parse.urlencode(parameters)}"
            return json.load(urllib.request.urlopen(url, timeout=10))["data"]
        except OSError:
            return None

    def firing(self):
        alerts = (self.ask("alerts") or {}).get("alerts", [])
        return {one["labels"]["alertname"]: one for one in alerts if one["state"] == "firing"}


class Faults:
    """Each begins at its moment; their alerts are waited for together."""

    def __init__(self, only, prometheus):
        self.only, self.prometheus, self.since, self.fired = only, prometheus, {}, {}

    def begin(self, alert, cause):
        """True when the fault is to be caused."""
        if self.only and alert not in self.only:
            return False
        self.since[alert] = time.monotonic()
        say(f"{alert}: {cause}")
        return True

    def look(self):
        for name, alert in self.prometheus.firing().items():
            if name in self.since and name not in self.fired:
                self.fired[name] = round(time.monotonic() - self.since[name])
                say(f"{name} fires after {self.fired[name]} s: {alert['annotations']['summary']}")

    def wait(self):
        deadline = time.monotonic() + LIMIT
        while set(self.since) - set(self.fired) and time.monotonic() < deadline:
            self.look()
            time.sleep(2)


def pulse(pid, stop):
    """Lets a process work for two hundredths of each second."""
    while not stop.is_set():
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.98)
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.02)


def forget(brokers, key_partitions, stop):
    """Deletes what comes to the partitions as soon as it is there."""
    admin = AdminClient({"bootstrap.servers": brokers})
    while not stop.is_set():
        places = [TopicPartition("milepost.positions.v1", partition, -1) for partition in key_partitions]
        for done in admin.delete_records(places).values():
            done.result()


def main():
    given = options()
    program, home, brokers = given.program.resolve(), folder(given.folder), given.brokers
    access = ["--brokers", brokers]
    run(program, "topics", "apply", *access)

    disk = home / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", disk], check=True)
    try:
        watch(given, program, home, access, disk)
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def watch(given, program, home, access, disk):
    gateway = Role(program, home, "gateway", ["gateway", *access],
                   {"GATEWAY__CANARY__DEVICE": CANARY, "GATEWAY__CANARY__INTERVAL_SECONDS": "5"}.items())
    # All devices of the trial come from one address, which would be banned.
    strict = Role(program, home, "strict", ["gateway", *access],
                  {"GATEWAY__DEVICES__ADMISSION": "known", "GATEWAY__DEVICES__LIST": '["1"]',
                   "GATEWAY__BANS__OFFENCES": "{ per_second = 0, burst = 1 }"}.items())
    full = Role(program, home, "full", ["up", "--data", disk / "data"])
    slow = Role(program, home, "slow", ["geofence", *access])
    moved = Role(program, home, "moved", ["trips", *access])
    faults = Faults(given.only, Prometheus(home, [gateway, strict, full, slow, moved]))
    stop = threading.Event()

    if faults.begin("MilepostConsumerBehind", "a consumer gets 2 % of a processor under 500 positions a second"):
        load(program, gateway, 1000, home / "busy.jsonl", seconds=3600, rate=500)
        threading.Thread(target=pulse, args=(slow.process.pid, stop), daemon=True).start()
    if faults.begin("MilepostLoginsRefused", "50 devices that nobody has let in connect again and again"):
        load(program, strict, 2000, home / "refused.jsonl", seconds=3600, rate=100)
    if faults.begin("MilepostFilesNearLimit", "450 connections to a gateway with nine tenths of its descriptors in use"):
        crowd(program, gateway, int(strict.metric("process_open_fds")[0]))
    if faults.begin("MilepostLogFailed", "the local log on a file system of 160 MB"):
        faults.begin("MilepostCommitsFail", "the same")
        load(program, full, 4000, home / "full.jsonl", seconds=3600, rate=3000)
    if faults.begin("MilepostRebalances", "a second consumer comes and goes"):
        for number in range(6):
            other = Role(program, home, f"other-{number}", ["trips", *access])
            other.stop()
            faults.look()
    if faults.begin("MilepostInvariantViolation", "what the canary was answered for is deleted from the topic"):
        lose(given.brokers, gateway)
    faults.wait()

    stop.set()
    if faults.begin("MilepostCanaryMissing", "the broker stands still"):
        broker = int(given.broker_pid[0].read_text())
        os.kill(broker, signal.SIGSTOP)
        faults.wait()
        os.kill(broker, signal.SIGCONT)
    missing = set(faults.since) - set(faults.fired)
    print(json.dumps({"fired_after_s": faults.fired, "not_fired": sorted(missing)}))
    check(not missing, "every fault has its alert")


def crowd(program, gateway, used):
    """Connections that take most of what a gateway may have open."""
    resource.prlimit(gateway.process.pid, resource.RLIMIT_NOFILE, (int((used + 450) / 0.9),) * 2)
    idle = ["sim", "load", "--gateway", f"127.0.0.1:{gateway.jt808}", "--connections", 400, "--in-flight", 0,
            "--first-device", 3000, "--duration", "1h"]
    started(subprocess.Popen([program, *map(str, idle)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))


def lose(brokers, gateway):
    """Deletes positions until the canary misses one."""
    client = Consumer({"bootstrap.servers": brokers, "group.id": "trial"})
    partitions = client.list_topics("milepost.positions.v1", 30).topics["milepost.positions.v1"].partitions
    client.close()
    enough = threading.Event()
    deleting = threading.Thread(target=forget, args=(brokers, list(partitions), enough), daemon=True)
    deleting.start()
    failures = "milepost_canary_failures_total"
    wait_until("the canary misses a position", lambda: sum(gateway.metric(failures, step="log")) > 0)
    enough.set()
    deleting.join()


if __name__ == "__main__":
    main()
