"""Whatever may become of a record: every part of it missing, empty, or of another kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Path = tuple[str | int, ...]

ABSENT: Final[object] = object()
INSTEAD: Final[tuple[Any, ...]] = (ABSENT, None, "?", -1, [None], {})


def ways(record: Any) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Yield every way to spoil a record, each with a name: one part of it becomes another one.

    The whole record is one of its parts, but for a list that would lack it.
    """
    for path in paths(record):
        for value in INSTEAD:
            if path or value is not ABSENT:
                shown = "left out" if value is ABSENT else repr(value)
                yield f"{path}: {shown}", _setting(path, value)


def paths(value: Any) -> Iterator[Path]:
    """Yield where the parts of a value are; of a list the first entry stands for all."""
    yield ()
    entries: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict | list):
        entries = value.items() if isinstance(value, dict) else enumerate(value[:1])
    for key, part in entries:
        yield from ((key, *path) for path in paths(part))


def _setting(path: Path, instead: Any) -> Callable[[Any], Any]:
    def change(record: Any) -> Any:
        if not path:
            return instead
        key, rest = path[0], path[1:]
        if not _has(record, key):
            return record
        inner = instead if not rest else _setting(rest, instead)(record[key])
        if isinstance(record, list):
            return [inner, *record[1:]] if inner is not ABSENT else record[1:]
        others = {name: value for name, value in record.items() if name != key}
        return others if inner is ABSENT else others | {str(key): inner}

    return change


def _has(record: Any, key: str | int) -> bool:
    if isinstance(record, dict):
        return key in record
    return isinstance(record, list) and key == 0 and bool(record)
