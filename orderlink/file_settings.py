"""The top of the configuration file: what holds for all connections."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from orderlink.settings import NEVER, Duration, DurationOrNever, FilePath, StrictModel
from orderlink.values import Value


def _table(value: object) -> object:
    if not isinstance(value, dict):
        raise ValueError("must be tables, each with a name of its own")  # noqa: TRY004 - pydantic collects these
    return value


Tables = Annotated[dict[str, Any], BeforeValidator(_table), WithJsonSchema({"type": "object"})]


class FileSettings(StrictModel):
    """The top of the configuration file."""

    state: FilePath = Field(
        default=None,
        description="Path of the state file. Left out: `orderlink.sqlite3` in the platform's state"
        " directory; for a configuration in another place than the usual one, a name there that"
        " belongs to this path alone. Set it before such a configuration is moved or renamed.",
    )
    alert_after: Duration = Field(
        default=timedelta(minutes=30),
        description="How long a passing failure may last before a person is told.",
    )
    log: FilePath = Field(
        default=None,
        description="Path of the log file. Left out: beside the state file, ending in `.log`.",
    )
    log_level: Literal["warning", "info", "debug"] = Field(
        default="info",
        description="What is logged: `warning` (what went wrong), `info` (what was done, too), or"
        " `debug` (each request, too, without its content).",
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="How: `text` for people, or `json`, a document a line."
    )
    log_megabytes: Annotated[int, Field(strict=True)] = Field(
        default=1, ge=1, le=1000, description="At this size the log file is put aside."
    )
    log_files: Annotated[int, Field(strict=True)] = Field(
        default=3, ge=1, le=100, description="So many log files that were put aside are kept."
    )
    keep_personal_data: Duration = Field(
        default=timedelta(days=30),
        description="How long names, addresses, mail addresses and phone numbers are kept after an"
        " order was closed.",
    )
    archive_after: DurationOrNever = Field(
        default=timedelta(days=400),
        description="How long after it was closed an order is archived; not before its personal"
        ' data are gone. `"never"`: not at all.',
    )
    alerts: dict[str, Any] | None = Field(
        default=None, description="How you are told of what needs you: a table [alerts]."
    )
    shops: Tables = Field(description="The shops: a table [shops.NAME] each.")
    marketplaces: Tables = Field(description="The marketplaces: a table [marketplaces.NAME] each.")


class LogStyle(Value, frozen=True):
    """How the log file is written: words of `log_level` and `log_format`, bytes, older files."""

    level: str
    format: str
    largest: int
    files: int


def soonest_archive(top: FileSettings) -> timedelta:
    """Say how soon after it was closed an order may be archived."""
    return max(top.keep_personal_data, timedelta(days=1))


def archive_after(top: FileSettings) -> timedelta | None:
    """Say when orders are archived; where the file does not, not before their data are gone."""
    after = max(top.archive_after, soonest_archive(top))
    return None if after == NEVER else after
