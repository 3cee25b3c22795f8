"""Run a program and write down what it cost: `measured.py REPORT PROGRAM ARGUMENT...`.

It stands between the benchmark and the program because Linux lets a process begin with the peak
memory of the one that started it, and this one is small. Milliseconds and MiB.
"""

import json
import os
import sys
import time

report, program = sys.argv[1], sys.argv[2:]
began = time.monotonic()
child = os.posix_spawnp(program[0], program, os.environ)
_, status, used = os.wait4(child, 0)
cost = {
    "code": os.waitstatus_to_exitcode(status),
    "wall": (time.monotonic() - began) * 1000,
    "cpu": (used.ru_utime + used.ru_stime) * 1000,
    "memory": used.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024),
}
with open(report, "w") as file:  # noqa: PTH123 - as little as can be is imported
    json.dump(cost, file)
