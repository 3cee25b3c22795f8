"""Who may import what: the boundaries that the design draws, held against the sources."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parent.parent / "orderlink"
MODULES = sorted(PACKAGE.rglob("*.py"))

PURE = (
    "model.py",
    "rows.py",
    "problems.py",
    "codec.py",
    "creation.py",
    "currency.py",
    "errors.py",
    "faults.py",
    "address.py",
    "answers.py",
    "budget.py",
    "jsontext.py",
    "origins.py",
    "redact.py",
    "checking/carriers.py",
    "schedule/crontab.py",
    "schedule/job.py",
    "schedule/units.py",
    "decide/",
    "carriers/",
)
NETWORK = ("transport.py", "http.py", "sandbox/", "alerts/mail.py")
OUTSIDE = {"requests", "urllib3", "socket", "ssl", "http", "subprocess", "sqlite3", "fcntl"}
SHOWING = {"rich", "typer"}


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    """List what a module imports when it runs; imports for typing alone do not count."""
    return frozenset(_imports(parsed(path)))


def _imports(tree: ast.Module) -> Iterator[str]:
    skipped = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for child in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def roots(path: Path) -> set[str]:
    return {found.partition(".")[0] for found in imports(path)}


def ours(path: Path) -> set[str]:
    return {found for found in imports(path) if found.startswith("orderlink.")}


def among(path: Path, places: tuple[str, ...]) -> bool:
    return name(path).startswith(places)


@pytest.mark.parametrize("path", [one for one in MODULES if among(one, PURE)], ids=name)
def test_a_pure_module_does_no_io(path: Path) -> None:
    assert not roots(path) & (OUTSIDE | SHOWING | {"os", "shutil", "tempfile", "time", "random"})
    forbidden = ("orderlink.store", "orderlink.http", "orderlink.transport", "orderlink.outbox")
    assert not [found for found in ours(path) if found.startswith((*forbidden, "orderlink.cycle"))]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_network_modules_open_connections(path: Path) -> None:
    if not among(path, NETWORK):
        assert not roots(path) & {"requests", "urllib3", "socket", "ssl", "http"}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_store_knows_sql(path: Path) -> None:
    if not among(path, ("store/", "about.py")):  # about.py: its version alone
        assert "sqlite3" not in roots(path)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_command_line_and_the_reports_show_anything(path: Path) -> None:
    if among(path, ("cli/", "report/")):
        return
    assert not roots(path) & SHOWING
    calls = list(ast.walk(parsed(path)))
    printed = [one for one in calls if isinstance(one, ast.Call) and _is_print(one)]
    assert not printed


def _is_print(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "print"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_clock_asks_the_machine_for_the_time(path: Path) -> None:
    if name(path) == "clock.py":
        return
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in {"time.sleep", "time.time", "time.monotonic", "date.today"}
            assert not called.endswith(("datetime.now", "datetime.utcnow", "datetime.today"))


@pytest.mark.parametrize(
    "path", [one for one in MODULES if among(one, ("marketplaces/", "shops/"))], ids=name
)
def test_a_connector_neither_keeps_state_nor_decides(path: Path) -> None:
    forbidden = ("orderlink.store", "orderlink.outbox", "orderlink.cycle", "orderlink.decide")
    assert not [found for found in ours(path) if found.startswith(forbidden)]
    assert not roots(path) & (OUTSIDE | SHOWING)


@pytest.mark.parametrize("path", [one for one in MODULES if among(one, ("cycle/",))], ids=name)
def test_the_stages_have_no_sql_and_no_http(path: Path) -> None:
    assert not roots(path) & OUTSIDE
    if name(path) != "cycle/connecting.py":
        assert "orderlink.http" not in ours(path)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_file_is_read_in_one_sitting(path: Path) -> None:
    lines = path.read_text("utf-8").count("\n")
    assert lines <= 420, "split it"
