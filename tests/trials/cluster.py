"""Processes of Milepost on real brokers, for trials that are run by hand."""

import atexit
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path

# Longest time for anything to come about on a busy machine.
LIMIT = 900
GROUPS = {
    "geofence": ["geofence"],
    "trips": ["trips"],
    "attendance": ["attendance-evidence", "attendance"],
}


def say(text):
    print(time.strftime("%H:%M:%S"), text, flush=True)


def check(holds, text):
    """Says what was seen; ends the trial where it is not what was promised."""
    say(("as promised: " if holds else "BROKEN: ") + text)
    if not holds:
        sys.exit(1)


def wait_until(what, condition):
    deadline = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"{what}: not within {LIMIT} s")
        time.sleep(0.3)


# Told to end, a trial leaves nothing behind.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def started(process):
    """A process that ends with the trial, whichever way that ends."""
    atexit.register(process.kill)
    return process


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


class Role:
    """One process. It keeps its ports when it is started again, with the same program or another."""

    def __init__(self, program, folder, name, arguments, settings=()):
        self.name, self.folder, self.arguments = name, Path(folder), [str(one) for one in arguments]
        self.admin, self.gt06, self.jt808 = free_port(), free_port(), free_port()
        self.settings = {
            "ADMIN__LISTEN": f"127.0.0.1:{self.admin}",
            "GATEWAY__NODE": name,
            "GATEWAY__LISTEN__GT06_TCP": f'["127.0.0.1:{self.gt06}"]',
            "GATEWAY__LISTEN__GT06_UDP": "[]",
            "GATEWAY__LISTEN__JT808_TCP": f'["127.0.0.1:{self.jt808}"]',
            "GATEWAY__LISTEN__JT808_UDP": f'["127.0.0.1:{self.jt808}"]',
            "GATEWAY__DEVICES__ADMISSION": "learn",
            "GATEWAY__DEVICES__LEARN_PER_MINUTE": "1000000",
            "GATEWAY__DEVICES__AUTH_KEY": "only-for-trials-" * 3,
            # All devices of a trial come from one address.
            "GATEWAY__RATES__ACCEPTS_PER_NETWORK": "{ per_second = 0, burst = 1 }",
            "BUS__KAFKA__INSTANCE": name,
            **dict(settings),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        self.start(program)

    def start(self, program):
        self.launch(program)
        wait_until(f"{self.name} becomes ready", self.ready)

    def launch(self, program):
        """Starts it and does not wait."""
        self.program = program
        environment = {**os.environ, **{f"MILEPOST__{key}": value for key, value in self.settings.items()}}
        with (self.folder / f"{self.name}.log").open("a") as log:
            command = [program, *self.arguments]
            self.process = started(subprocess.Popen(command, env=environment, cwd=self.folder, stdout=log, stderr=log))

    def ready(self):
        return self.readiness() is not None

    def readiness(self):
        """What it says of its parts; none while it is not ready."""
        if self.process.poll() is not None:
            log = (self.folder / f"{self.name}.log").read_text()
            sys.exit(f"{self.name} ended with {self.process.returncode}: {log[-2000:]}")
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/readyz", timeout=5).read().decode()
        except (urllib.error.URLError, OSError):
            return None

    def metric(self, name, **labels):
        """The samples of a metric with these labels."""
        text = urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/metrics", timeout=10).read().decode()
        lines = (line for line in text.splitlines() if re.match(rf"{name}[{{ ]", line))
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        return [float(line.rsplit(" ", 1)[1]) for line in lines if all(one in line for one in wanted)]

    def stop(self):
        self.process.terminate()
        check(self.process.wait(LIMIT) == 0, f"{self.name} ended in order")

    def kill(self):
        self.process.kill()
        self.process.wait()


def have_read_all(roles):
    """Waits until the consumers have nothing left to read, and until what is due by the clock has come."""
    since = None

    def still():
        nonlocal since
        for role in roles:
            for group in GROUPS[role.arguments[0]]:
                if any(role.metric("milepost_kafka_consumer_lag", group=group)):
                    since = None
                    return False
        since = since or time.monotonic()
        return time.monotonic() - since > 6

    wait_until("consumers have read all", still)


def run(program, *arguments, **options):
    """What a command prints; ends the trial where it fails."""
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, arguments))}: {done.stderr[-2000:]}")
    return done.stdout


def records(program, topic, *access, **options):
    return [json.loads(line) for line in run(program, "topics", "read", topic, *access, **options).splitlines()]


def load(program, role, first, file, seconds=8, rate=100, connections=50):
    """Devices that report to a gateway, with what they were promised in the file."""
    arguments = ["sim", "load", "--gateway", f"127.0.0.1:{role.jt808}", "--first-device", first, "--rate", rate]
    arguments += ["--connections", connections, "--duration", f"{seconds}s", "--answer-timeout", "5s"]
    arguments += ["--obligations", file]
    command = [program, *map(str, arguments)]
    return started(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))


def promised(*files):
    """The acknowledged messages, as device and time of the fix in seconds."""
    lines = (json.loads(line) for file in files for line in Path(file).read_text().splitlines())
    return {
        (line["device"], line["base"] + number)
        for line in lines
        for first, last in line["acked"]
        for number in range(first, last + 1)
    }


def kept(positions):
    return {(one["key"], int(datetime.fromisoformat(one["value"]["fixTime"]).timestamp())) for one in positions}


def final(values, name):
    """Records by the field that is their id, revisions resolved."""
    remaining = {}
    for value in values:
        if value.get("withdrawn"):
            remaining.pop(value[name], None)
        else:
            remaining[value[name]] = value
    return remaining


def folder(path):
    shutil.rmtree(path, ignore_errors=True)
    Path(path).mkdir(parents=True)
    return Path(path).resolve()
