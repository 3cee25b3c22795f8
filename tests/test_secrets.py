from __future__ import annotations

import copy
import pickle
import sys
import traceback
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from orderlink.errors import SecretError
from orderlink.secret_places import Command, PlainText, SecretFile
from orderlink.secrets import Reading, Secret

CANARY = "canary-7c1f"


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    key: Secret


def secret_from(value: object, folder: Path | None = None) -> Secret:
    context = Reading(folder) if folder else None
    return Table.model_validate({"key": value}, context=context).key


def complaint_about(value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        secret_from(value)
    return str(caught.value)


def printed_by(program: str, seconds: float = 30) -> Secret:
    return Secret(Command((sys.executable, "-c", program), Path.cwd(), seconds))


def private_file(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(0o600)
    return path


def test_plain_text_is_the_secret_without_white_space_around_it() -> None:
    assert secret_from(f"  {CANARY}\n").reveal() == CANARY


def test_a_variable_is_read_only_when_the_secret_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = secret_from({"env": "ORDERLINK_TEST_SECRET"})
    monkeypatch.setenv("ORDERLINK_TEST_SECRET", CANARY)
    assert secret.reveal() == CANARY


def test_a_variable_that_is_not_set_names_the_key_and_the_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ORDERLINK_TEST_SECRET", raising=False)
    secret = secret_from({"env": "ORDERLINK_TEST_SECRET"})
    secret.key = "marketplaces.bol.client_secret"
    with pytest.raises(SecretError) as caught:
        secret.reveal()
    assert str(caught.value) == (
        "marketplaces.bol.client_secret: the environment variable ORDERLINK_TEST_SECRET is not set;"
        " set it where orderlink runs (cron and systemd do not read your shell's profile)"
    )


def test_an_empty_variable_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERLINK_TEST_SECRET", " \n")
    with pytest.raises(SecretError, match="environment variable ORDERLINK_TEST_SECRET is empty"):
        secret_from({"env": "ORDERLINK_TEST_SECRET"}).reveal()


def test_a_file_is_found_relative_to_the_configuration(tmp_path: Path) -> None:
    private_file(tmp_path / "secret", "\ufeff" + CANARY + "\r\n")
    assert secret_from({"file": "secret"}, tmp_path).reveal() == CANARY


def test_a_file_below_the_home_directory_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    private_file(tmp_path / "secret", CANARY)
    assert secret_from({"file": "~/secret"}, Path("/nowhere")).reveal() == CANARY


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_file_that_others_can_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    path = private_file(tmp_path / "secret", CANARY)
    path.chmod(mode)
    with pytest.raises(SecretError, match=f"other users; run `chmod 600 {path}`"):
        Secret(SecretFile(path)).reveal()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty"),
        (b"\xff\xfe", "is not UTF-8 text"),
        ("x" * 70_000, "longer than 64 KiB"),
    ],
)
def test_a_file_without_a_usable_secret_is_refused(
    tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(SecretError, match=sentence):
        Secret(SecretFile(private_file(tmp_path / "secret", content))).reveal()


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match=f"file {tmp_path}/secret cannot be read: No such file"):
        secret_from({"file": "secret"}, tmp_path).reveal()


def test_a_directory_is_no_secret(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match="cannot be read: Is a directory"):
        Secret(SecretFile(tmp_path)).reveal()


def test_a_systemd_credential_is_read_whatever_its_group_right_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private_file(tmp_path / "bol", CANARY).chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert secret_from({"credential": "bol"}).reveal() == CANARY


def test_a_credential_that_is_missing_tells_the_line_for_the_unit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(SecretError, match=r"did not start.*`LoadCredential=bol:PATH`"):
        secret_from({"credential": "bol"}).reveal()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(SecretError, match=r"No such file.*`LoadCredential=bol:PATH`"):
        secret_from({"credential": "bol"}).reveal()


def test_a_command_gives_its_first_line() -> None:
    assert printed_by(f"print('{CANARY}'); print('user: me')").reveal() == CANARY


def test_a_command_sees_no_shell(tmp_path: Path) -> None:
    secret = secret_from({"command": ["echo", "$HOME; touch made"]}, tmp_path)
    assert secret.reveal() == "$HOME; touch made"
    assert not (tmp_path / "made").exists()


def test_a_command_is_found_beside_the_configuration(tmp_path: Path) -> None:
    program = tmp_path / "give"
    program.write_text(f"#!/bin/sh\necho {CANARY}\n")
    program.chmod(0o700)
    assert secret_from({"command": ["./give"]}, tmp_path).reveal() == CANARY


def test_a_command_that_prints_without_end_is_read_to_its_end_but_not_kept() -> None:
    assert printed_by(f"print('{CANARY}'); print('x' * 3_000_000)").reveal() == CANARY
    with pytest.raises(SecretError, match="longer than 64 KiB"):
        printed_by("print('x' * 3_000_000)").reveal()


@pytest.mark.parametrize(
    "program",
    [
        "import time; time.sleep(60)",
        "import os, time; print(1, flush=True); os.close(1); time.sleep(60)",
        "while True: print('x' * 1000)",
    ],
)
def test_a_command_that_does_not_end_is_stopped(program: str) -> None:
    with pytest.raises(SecretError, match=r"took longer than 0\.3 seconds; run it by hand"):
        printed_by(program, seconds=0.3).reveal()


def test_a_command_that_fails_shows_neither_its_output_nor_its_errors(
    capfd: pytest.CaptureFixture[str],
) -> None:
    secret = printed_by(f"import sys; print('{CANARY}'); sys.exit('{CANARY}')")
    with pytest.raises(SecretError, match="failed with code 1; run it by hand") as caught:
        secret.reveal()
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert capfd.readouterr() == ("", "")


def test_a_command_that_prints_nothing_is_no_secret() -> None:
    with pytest.raises(SecretError, match="is empty"):
        printed_by("pass").reveal()


def test_a_command_that_is_not_there_is_named() -> None:
    with pytest.raises(SecretError, match="command `no-such-program` cannot be started: No such"):
        secret_from({"command": ["no-such-program", CANARY]}).reveal()


class Counting:
    """A place that is asked once at most."""

    def __init__(self, answers: list[str]) -> None:
        self.answers = answers

    def look_up(self) -> str:
        if not self.answers:
            raise SecretError("asked in vain")
        return self.answers.pop()

    def __str__(self) -> str:
        return "counting place"


def test_a_secret_is_looked_up_once() -> None:
    secret = Secret(Counting([CANARY]))
    assert [secret.reveal(), secret.reveal()] == [CANARY, CANARY]


def test_a_secret_that_could_not_be_had_is_not_tried_again() -> None:
    place = Counting([])
    secret = Secret(place)
    with pytest.raises(SecretError, match="asked in vain"):
        secret.reveal()
    place.answers.append(CANARY)
    with pytest.raises(SecretError, match="asked in vain"):
        secret.reveal()


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("  ", "is empty"),
        (12345678, "must be text or one of"),
        ([CANARY], "must be text or one of"),
        ({}, "exactly one of"),
        ({"env": "A", "file": "b"}, "exactly one of"),
        ({"enf": CANARY}, "unknown key `enf`; did you mean `env`?"),
        ({"password": CANARY}, "unknown key `password`; it takes one of"),
        ({"env": 5}, "must be {env"),
        ({"env": "A=B"}, "must be {env"),
        ({"env": "A\0B"}, "must be {env"),
        ({"file": ""}, "must be the path of a file"),
        ({"file": "~no-such-user-here/x"}, "home directory is not known"),
        ({"command": CANARY}, "must be {command"),
        ({"command": []}, "must be {command"),
        ({"command": ["echo", 1]}, "must be {command"),
        ({"command": [" "]}, "must be {command"),
        ({"credential": "../" + CANARY}, "a name, not a path"),
        ({"credential": ".."}, "a name, not a path"),
    ],
)
def test_a_key_that_is_no_secret_is_refused_without_its_value(value: object, sentence: str) -> None:
    complaint = complaint_about(value)
    assert sentence in complaint
    assert CANARY not in complaint
    assert "12345678" not in complaint


def test_a_secret_is_nowhere_shown() -> None:
    table = Table.model_validate({"key": CANARY})
    assert table.key.reveal() == CANARY
    shown = [
        repr(table),
        str(table.key),
        f"{table.key}",
        repr(table.model_dump()),
        table.model_dump_json(),
        repr(PlainText(CANARY)),
        repr(Command(("give", CANARY), Path())),
    ]
    assert CANARY not in "".join(shown)
    assert table.key.origin == "plain text"


def test_a_secret_cannot_leave_the_process() -> None:
    with pytest.raises(TypeError, match="does not leave"):
        pickle.dumps(Secret(CANARY))


def test_a_copy_of_settings_has_the_same_secret() -> None:
    table = Table.model_validate({"key": CANARY})
    assert copy.deepcopy(table).key is table.key
    assert copy.copy(table.key) is table.key


def test_a_secret_that_is_handed_in_stays_itself() -> None:
    secret = Secret(CANARY)
    assert secret_from(secret) is secret
