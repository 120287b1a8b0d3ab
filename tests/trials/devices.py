#!/usr/bin/env python3
"""What a message costs when the same load comes from more devices.

    tests/trials/devices.py MILEPOST [NUMBER OF DEVICES …]

MILEPOST is the program. `milepost up` with every role gets 500 messages a second from so many devices [default: 1000,
5000 and 19000] and tells its processor time for each message, and its memory. The process and the load need a file
descriptor for each device (`ulimit -n`). Prints one line of JSON for each number of devices, with how busy everything
else kept the machine meanwhile: figures of a machine that was busy with something else are worth nothing.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from cluster import Role, folder, say, started, wait_until

RATE = 500
SECONDS = 75
# Time for the logins of all, and for what follows them.
BEFORE = 10


def processor(pid):
    """Seconds of processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine():
    """Seconds of processor time that anything used since the system's start."""
    user, nice, system, _, _, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def resident(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def messages(role):
    return sum(role.metric("milepost_gateway_ack_latency_seconds_count"))


def measure(program, devices, home):
    role = Role(program, home, f"up-{devices}", ["up", "--data", home / f"data-{devices}"], {"GATEWAY__THREADS": "1"}.items())
    command = [program, "sim", "load", "--gateway", f"127.0.0.1:{role.jt808}", "--connections", devices, "--rate", RATE,
               "--duration", "1h"]
    load = started(subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    wait_until("all devices are online", lambda: sum(role.metric("milepost_gateway_devices_online")) >= devices)
    time.sleep(BEFORE)
    pids = [role.process.pid, load.pid]
    began, count, used, all_used = time.monotonic(), messages(role), [processor(pid) for pid in pids], machine()
    time.sleep(SECONDS)
    count, used = messages(role) - count, [processor(pid) - before for pid, before in zip(pids, used)]
    seconds = time.monotonic() - began
    others = (machine() - all_used - sum(used)) / (seconds * os.cpu_count())
    line = {"devices": devices, "seconds": round(seconds, 1), "messages": round(count),
            "processor_us_a_message": round(used[0] / count * 1e6, 1), "memory_mb": round(resident(pids[0]), 1),
            "others_busy": round(others, 3)}
    load.terminate()
    load.wait()
    role.stop()
    return line


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program = Path(sys.argv[1]).resolve()
    home = folder("target/devices")
    for devices in [int(one) for one in sys.argv[2:]] or [1000, 5000, 19000]:
        say(f"{devices} devices")
        print(json.dumps(measure(program, devices, home)), flush=True)


if __name__ == "__main__":
    main()
