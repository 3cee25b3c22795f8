"""The log file: its form, its level, its rotation, and nothing in it of a secret or a buyer."""

from __future__ import annotations

import io
import json
import logging
import stat
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from orderlink.config import load_config
from orderlink.faults import LEFT_OUT, masked, told
from orderlink.file_settings import LogStyle
from orderlink.logs import log_path, show_log_on, write_log_to
from orderlink.redact import Redactor
from orderlink.report.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUYER = "Canaryfirst Canarylast, Canarystraat 12a, canarymail@verkopen.bol.com, +316canaryphone"
CANARIES = ("canaryfirst", "canarylast", "canarystraat", "canarymail", "canaryphone", "12a")


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    root, ours = logging.getLogger(), logging.getLogger("orderlink")
    before, level = list(root.handlers), ours.level
    ours.setLevel(logging.NOTSET)
    yield ours
    for handler in [one for one in root.handlers if one not in before]:
        root.removeHandler(handler)
        handler.close()
    ours.setLevel(level)
    logging.captureWarnings(capture=False)


def style(level: str = "info", form: str = "text") -> LogStyle:
    return LogStyle(level, form, 1024 * 1024, 3)


def test_the_log_is_made_when_needed_for_its_owner_only(
    tmp_path: Path, logger: logging.Logger
) -> None:
    path = tmp_path / "new" / "orderlink.log"
    write_log_to(path, Redactor(["canary-secret"]))
    assert not path.parent.exists()
    logger.warning("the token canary-secret was refused\nforged line \x1b[31m")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    first, second = path.read_text().splitlines()
    assert first.endswith("] WARNING orderlink: the token [secret] was refused")
    assert second == "    forged line [31m"


@pytest.mark.parametrize("files", [1, 3])
def test_the_log_is_rotated(tmp_path: Path, logger: logging.Logger, files: int) -> None:
    path = tmp_path / "orderlink.log"
    write_log_to(path, Redactor(), LogStyle("info", "text", 1000, files))
    for number in range(100):
        logger.warning("line %s", number)
    names = sorted(one.name for one in tmp_path.iterdir())
    older = [f"orderlink.log.{number}" for number in range(1, files + 1)]
    assert names == ["orderlink.log", *older]
    assert all(stat.S_IMODE(one.stat().st_mode) == 0o600 for one in tmp_path.iterdir())
    assert all(one.stat().st_size <= 1000 for one in tmp_path.iterdir())
    assert "line 99" in path.read_text()


def test_a_log_that_cannot_be_written_stops_nothing(
    tmp_path: Path, logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    handler = write_log_to(tmp_path / "file" / "orderlink.log", Redactor())
    logger.warning("unheard")
    assert handler.failed
    assert capsys.readouterr() == ("", "")


def test_the_log_lies_beside_the_state_where_nothing_else_is_said(tmp_path: Path) -> None:
    path = tmp_path / "orderlink.toml"
    secret = {name: f'{name} = "x-{name}"\n' for name in ("key", "secret", "id")}
    path.write_text(
        'state = "state.sqlite3"\n[shops.web]\ntype = "woocommerce"\n'
        f'base_url = "https://shop.example"\nconsumer_{secret["key"]}consumer_{secret["secret"]}'
        f'[marketplaces.bol]\ntype = "bol"\nclient_{secret["id"]}client_{secret["secret"]}'
    )
    path.chmod(0o600)
    assert log_path(load_config(path)) == tmp_path / "state.log"


@pytest.mark.parametrize(
    ("level", "heard"),
    [("warning", ["bad"]), ("info", ["done", "bad"]), ("debug", ["asked", "done", "bad"])],
)
def test_the_level_says_what_is_logged_of_ours_and_only_warnings_of_libraries(
    tmp_path: Path, logger: logging.Logger, level: str, heard: list[str]
) -> None:
    path = tmp_path / "log"
    write_log_to(path, Redactor(), style(level))
    logger.getChild("http").debug("asked")
    logger.info("done")
    logger.warning("bad")
    logging.getLogger("urllib3.connectionpool").debug("GET /customers?search=%s", BUYER)
    assert [line.rsplit(": ", 1)[1] for line in path.read_text().splitlines()] == heard


def test_json_lines_have_the_documented_keys(tmp_path: Path, logger: logging.Logger) -> None:
    path = tmp_path / "log"
    write_log_to(path, Redactor(["canary-secret"]), style(form="json"))
    logger.info("run %s ended \u202e canary-secret", 7)
    try:
        fails("canary-secret", BUYER)
    except RuntimeError:
        logger.exception("it failed")
    raw = path.read_text()
    assert raw.isascii()
    first, second = map(json.loads, raw.splitlines())
    assert set(first) == {"time", "level", "logger", "process", "message"}
    assert (first["level"], first["logger"]) == ("info", "orderlink")
    assert first["message"] == "run 7 ended [secret]"
    assert first["time"][10] == "T"
    assert first["time"].endswith("Z")
    assert second["level"] == "error"
    assert second["traceback"][0].startswith("Traceback")
    assert second["traceback"][-1] == "RuntimeError: a bug beside [secret] of [...] again"


def test_what_is_logged_can_be_seen_at_once_in_every_detail(
    tmp_path: Path, logger: logging.Logger
) -> None:
    stream = io.StringIO()
    write_log_to(tmp_path / "log", Redactor())
    show_log_on(Screen(stream, {}), Redactor(["canary-secret"]))
    logger.debug("bol: GET /orders: 200, canary-secret")
    logger.info("done")
    first, second = stream.getvalue().splitlines()
    assert first.endswith("Z DEBUG: bol: GET /orders: 200, [secret]")
    assert second.endswith("Z INFO: done")
    assert "GET" not in (tmp_path / "log").read_text(), "the file keeps its level"


def fails(secret: str, buyer: str) -> NoReturn:
    raise RuntimeError(f"a bug beside {secret} of {buyer} again")


def of_a_key() -> object:
    return {"orderItems": 1}[BUYER]


def of_a_known_key() -> object:
    document: dict[str, int] = {}
    return document["orderItems"]


def of_a_number() -> int:
    return int(BUYER)


def of_nothing() -> object:
    document: dict[str, str] = {}
    return document.get("quantity").strip()  # type: ignore[union-attr]


def of_a_cause() -> None:
    try:
        of_a_number()
    except ValueError as error:
        raise LookupError(BUYER) from error


def of_many() -> None:
    raise ExceptionGroup("several lines", [ValueError(BUYER), KeyError(BUYER)])


def of_a_note() -> None:
    error = ValueError("it cannot be read")
    error.add_note(f"it was {BUYER}")
    raise error


def of_json() -> object:
    return json.loads(f'{{"name": "{BUYER}", broken}}')


def caught(act: Callable[[], object]) -> Exception:
    try:
        act()
    except Exception as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError("it did not fail")


@pytest.mark.parametrize(
    ("act", "kept"),
    [
        (of_a_key, f"KeyError: '{LEFT_OUT}'"),
        (of_a_known_key, "KeyError: 'orderItems'"),
        (of_a_number, f"ValueError: invalid literal for int() with base {LEFT_OUT}"),
        (of_nothing, "AttributeError: 'NoneType' object has no attribute 'strip'"),
        (of_a_cause, f"LookupError: {LEFT_OUT}"),
        (of_many, "ExceptionGroup: several lines"),
        (of_a_note, f"ValueError: it cannot be read: it was {LEFT_OUT}"),
        (of_json, "JSONDecodeError: Expecting property name enclosed in double quotes"),
    ],
)
def test_of_what_an_exception_says_the_programs_own_words_are_kept(
    act: Callable[[], object], kept: str
) -> None:
    text = told(caught(act))
    assert kept in text
    assert f"in {act.__name__}" in text
    assert Path(__file__).name in text
    assert not [one for one in CANARIES if one in text.lower()]


def test_a_chain_of_causes_is_told_from_the_first_to_the_last() -> None:
    text = told(caught(of_a_cause))
    assert text.index("ValueError") < text.index("which led to:") < text.index("LookupError")


def test_causes_that_go_in_a_circle_are_told_once() -> None:
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    assert told(first).count("Traceback") == 2


def test_what_stands_for_a_secret_is_kept_and_gaps_are_one() -> None:
    assert masked("the [secret] of Jan, Piet and Klaas", {"the", "of"}) == (
        f"the [secret] of {LEFT_OUT}"
    )


def test_of_anothers_message_only_what_its_source_says_is_kept(
    tmp_path: Path, logger: logging.Logger
) -> None:
    assert logger
    path = tmp_path / "log"
    write_log_to(path, Redactor())
    theirs = logging.getLogger("their_connector")
    theirs.warning("the order of %s is broken", BUYER)
    theirs.warning(f"this order of {BUYER} is broken, too")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(f"deprecated: {BUYER}", UserWarning, stacklevel=1)
    text = path.read_text()
    assert f"the order of {LEFT_OUT} is broken" in text
    assert f"this order of {LEFT_OUT} is broken, too" in text
    assert "UserWarning" in text
    assert not [one for one in CANARIES if one in text.lower()]
