"""Carry out `backup` and `restore`, and say what was done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from orderlink.backups import restore_backup, write_backup
from orderlink.redact import safe_text
from orderlink.report.days import instant
from orderlink.settings import duration_text

if TYPE_CHECKING:
    from orderlink.backups import Contents
    from orderlink.cli.session import Session


def make_backup(session: Session, file: str, *, overwrite: bool) -> None:
    """Write a backup; a terminal is told what is in it, cron hears nothing."""
    contents = write_backup(session.config(), Path(file), overwrite=overwrite)
    if session.errors.is_terminal:
        session.errors.write(f"backup: {safe_text(file)}: {_described(contents)}\n")


def bring_back(session: Session, file: str, *, wait: bool) -> None:
    """Restore a backup, and say what is in its place now and where the other one is."""
    config = session.config()
    restored = restore_backup(config, Path(file), session.clock, wait=wait)
    lines = [f"restored: {_described(restored.contents)}"]
    if restored.kept:
        lines.append(f"what was there before is kept: {restored.kept}")
    if restored.kept and restored.as_it_was:
        lines.append("it cannot be read, and may hold buyers' data: delete it as soon as you can")
    connections = [*config.shops.values(), *config.marketplaces.values()]
    longest = duration_text(max(one.quarantine for one in connections))
    lines.append(f"the next run looks at everything again; for {longest} nothing is sent")
    session.output.write("".join(f"{safe_text(line, 1000)}\n" for line in lines))


def _described(contents: Contents) -> str:
    orders = "1 order" if contents.orders == 1 else f"{contents.orders} orders"
    where = f" of {', '.join(contents.connections)}" if contents.connections else ""
    if contents.last_started is None:
        return f"{orders}{where}, before the first run"
    return f"{orders}{where}, last run {contents.last_run} at {instant(contents.last_started)}"
