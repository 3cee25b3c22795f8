"""The line in a crontab: cron and the shell read it back, and nothing else moves."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink.errors import ConfigurationError
from orderlink.schedule.crontab import LONGEST, is_own, line_of, others, with_line, without_line
from orderlink.schedule.job import EVERY, Job, checked

JOB = Job(("/opt/orderlink/bin/orderlink",), "/etc/orderlink/orderlink.toml", 5, {})
OTHER = Job(JOB.program, "/etc/orderlink/orderlink.toml2", 5, {})
LINE = (
    b"*/5 * * * * /opt/orderlink/bin/orderlink --config /etc/orderlink/orderlink.toml sync"
    b" # orderlink cron\n"
)
NOT_OURS = st.lists(
    st.sampled_from(
        [
            b"",
            b"# a comment",
            b"MAILTO=you@example.com\r",
            b"*/5 * * * * orderlink sync",
            b"#" + LINE.rstrip(),
            b"0 3 * * * /usr/bin/backup --to \xff\xfe",
            b"@daily echo 100\\% # orderlink cron",
            line_of(OTHER),
        ]
    )
).map(b"\n".join)
PATHS = st.text(
    st.characters(min_codepoint=32, exclude_characters="\\\x7f", exclude_categories=("Cs", "Cc")),
    min_size=1,
    max_size=40,
).map("/{}".format)


def as_cron_runs_it(line: bytes) -> list[str]:
    """Read a line as cron does (five fields, `\\%` is `%`), and let a shell take it apart."""
    command = line.split(b" ", 5)[5].replace(b"\\%", b"%").decode()
    words = shlex.split(command, comments=True)
    assert "%" not in line.replace(b"\\%", b"").decode(), "cron would end the command there"
    return words


@pytest.mark.parametrize("minutes", EVERY)
def test_runs_part_an_hour_evenly_and_are_no_longer_apart_than_what_is_stale(minutes: int) -> None:
    assert 60 % minutes == 0
    when = line_of(Job(JOB.program, JOB.config, minutes, {})).split(b" ")[0]
    assert when == (b"*" if minutes == 1 else b"*/%d" % minutes)


@given(config=PATHS, program=PATHS, value=PATHS)
def test_the_shell_gets_the_paths_as_they_are(config: str, program: str, value: str) -> None:
    job = checked(Job((program,), config, 5, {"HOME": value}))
    assert as_cron_runs_it(line_of(job)) == [
        f"HOME={value}",
        program,
        "--config",
        config,
        "sync",
    ]


def test_a_real_shell_reads_the_line_like_that() -> None:
    job = Job(("/usr/bin/printf", "%s|"), "/a b/it's $HOME 100%.toml", 5, {"X": "y z"})
    command = line_of(job).split(b" ", 5)[5].replace(b"\\%", b"%")
    ended = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=True)  # noqa: S603
    assert ended.stdout.decode() == "--config|/a b/it's $HOME 100%.toml|sync|"


@given(before=NOT_OURS, minutes=st.sampled_from(EVERY))
def test_installing_twice_is_installing_once_and_removing_gives_back_what_was_there(
    before: bytes, minutes: int
) -> None:
    job = Job(JOB.program, JOB.config, minutes, {})
    once = with_line(before, job)
    assert with_line(once, job) == once
    assert once.count(line_of(job)) == before.count(line_of(job)) + 1
    end = b"" if not before or before.endswith(b"\n") else b"\n"
    assert without_line(once, job) == before + end
    assert without_line(before, job) == before


@given(before=NOT_OURS, after=NOT_OURS)
def test_an_own_line_is_replaced_where_it_stands(before: bytes, after: bytes) -> None:
    end = b"\n" if before else b""
    old = before + end + LINE.replace(b"*/5", b"7 1")
    doubled = old + after + (b"\n" if after else b"") + LINE
    rest = after + (b"\n" if after else b"")
    assert with_line(old + rest, JOB) == before + end + LINE + rest
    assert with_line(doubled, JOB) == before + end + LINE + rest


def test_each_configuration_has_a_line_of_its_own() -> None:
    both = with_line(with_line(b"", JOB), OTHER)
    assert both.count(b"\n") == 2
    assert without_line(both, JOB) == line_of(OTHER) + b"\n"
    assert not is_own(line_of(OTHER), JOB)


def test_a_line_that_a_person_wrote_for_orderlink_is_named_and_left_alone() -> None:
    crontab = (
        b"*/5 * * * * /home/you/bin/orderlink sync\n# */5 * * * * orderlink sync\n"
        b"0 3 * * * orderlink backup x\n" + LINE + line_of(OTHER) + b"\n"
    )
    assert others(crontab, JOB) == ["*/5 * * * * /home/you/bin/orderlink sync"]


@pytest.mark.parametrize("path", ["/a\nb.toml", "/a\\b.toml", "/a\x00.toml", "/a\r.toml"])
def test_a_path_that_cron_could_not_hold_is_refused(path: str) -> None:
    with pytest.raises(ConfigurationError, match="move it to another path"):
        checked(Job(JOB.program, path, 5, {}))


def test_a_line_that_is_too_long_for_cron_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="998 bytes"):
        line_of(Job(JOB.program, "/" + LONGEST * "x", 5, {}))
