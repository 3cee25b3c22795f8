"""PURE: days and spans of time as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

HOUR = timedelta(hours=1)


def day_in_amsterdam(moment: datetime) -> date:
    """Tell which day it is in Europe/Amsterdam, where bol's dates are meant.

    By the European rule (summer time from the last Sunday of March to that of October, 01:00 UTC),
    since not every machine has a time zone database.
    """
    start, end = _change(moment.year, 3), _change(moment.year, 10)
    hours = 2 if start <= moment < end else 1
    return (moment.astimezone(UTC) + timedelta(hours=hours)).date()


def _change(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def start_of_day(day: date) -> datetime:
    """Give the instant at which a day begins in Europe/Amsterdam."""
    midnight = datetime.combine(day, time(), UTC)
    return midnight - (2 * HOUR if day_in_amsterdam(midnight - 2 * HOUR) == day else HOUR)


def span(length: timedelta) -> str:
    """Write a span of time short: `12 min`, `3 h 5 min`, `2 d 4 h`; below a minute `now`."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"
    days, hours = divmod(minutes // 60, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def instant(moment: datetime) -> str:
    """Write an instant for people: `2026-11-23 14:05 UTC`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def length(seconds: float) -> str:
    """Write how long something took: `< 1 s`, `4 s`, `12 min 5 s`, `1 h 2 min`."""
    minutes, rest = divmod(int(seconds), 60)
    if not minutes:
        return f"{rest} s" if rest else "< 1 s"
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return span(timedelta(minutes=minutes))


def ago(at: datetime | None, now: datetime) -> str:
    """Say how long ago something was."""
    if at is None:
        return "never"
    if at > now:
        return f"{instant(at)} (ahead of this clock)"
    return f"{span(now - at)} ago" if span(now - at) != "now" else "just now"


def iso(moment: datetime) -> str:
    """Write an instant for programs: `2026-11-23T14:05:00Z`."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def timestamp(moment: datetime | None) -> str | None:
    """Write an instant as documents have it; None stays None."""
    return iso(moment) if moment else None


def on_day(day: date, today: date) -> str:
    """Say how a day lies to today: `2026-11-23 (today)`."""
    distance = (day - today).days
    words = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    near = words.get(distance) or (f"{-distance} days ago" if distance < 0 else f"in {distance} d")
    return f"{day.isoformat()} ({near})"
