"""The floor: urllib3 and sqlite3 and nothing else, sending what orderlink sent: `bare.py PLAN`.

Between two phases it says so and waits for a line, while the warehouse completes the orders. It
commits before and after each write, durably, as orderlink has to.
"""

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3

PLAIN = ("/token", "/process-status")
PLAIN_OPERATIONS = ("query", "mutation Calculate")
"""What is written without a change to anything: it needs no commit."""

plan = json.loads(Path(sys.argv[1]).read_text())
pool = urllib3.PoolManager(ca_certs=plan["bundle"])
state = sqlite3.connect(plan["state"], isolation_level=None)
state.execute("PRAGMA journal_mode = WAL")
state.execute("PRAGMA synchronous = FULL")
state.execute("CREATE TABLE sent (number INTEGER PRIMARY KEY, request TEXT, answer TEXT)")


def send(request: dict[str, Any]) -> Any:
    """Send one request and read its answer as JSON."""
    url = plan["urls"][request["side"]] + request["path"]
    if request["query"]:
        url += "?" + urlencode(request["query"], doseq=True)
    document = request["document"]
    body = request["form"] if document is None else json.dumps(document)
    answer = pool.request(request["method"], url, body=body, headers=request["headers"])
    if not 200 <= answer.status < 300:
        raise SystemExit(f"{request['method']} {request['path']}: {answer.status}")
    return json.loads(answer.data) if answer.data else None


def write(request: dict[str, Any]) -> None:
    """Send one write between two commits."""
    number = state.execute(
        "INSERT INTO sent (request) VALUES (?)", [json.dumps(request["document"])]
    ).lastrowid
    answer = send(request)
    state.execute("UPDATE sent SET answer = ? WHERE number = ?", [json.dumps(answer), number])


def is_plain(request: dict[str, Any]) -> bool:
    """Tell whether a request changes nothing: it is a read, whatever its method."""
    path: str = request["path"]
    if path.endswith("/graphql.json"):
        query: str = request["document"]["query"]
        return query.lstrip().startswith(PLAIN_OPERATIONS)
    return request["method"] == "GET" or path.endswith(PLAIN)


for phase in plan["phases"]:
    for request in phase:
        (send if is_plain(request) else write)(request)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
