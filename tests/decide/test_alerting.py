"""What the alerts tell, as a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orderlink.decide.alerting import Alert, Told, Topic, message_of, to_alert

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
A, B = Topic("a", "A is wrong"), Topic("b", "B is wrong")
PAUSED = Topic("a", "A is wrong", waits=True)


def told(topic: Topic, hours: float | None) -> Told:
    return Told(topic.key, topic.sentence, None if hours is None else NOW - hours * HOUR)


@pytest.mark.parametrize(
    ("topics", "known", "alert"),
    [
        ([], [], Alert()),
        ([A], [], Alert(started=(A,))),
        ([A], [told(A, None)], Alert(started=(A,))),
        ([A], [told(A, 1)], Alert()),
        ([A], [told(A, 23.9)], Alert()),
        ([A], [told(A, 24)], Alert(lasting=(A,))),
        ([A, B], [told(A, 24), told(B, 2)], Alert(lasting=(A, B))),
        ([A, B], [told(A, 2)], Alert(started=(B,))),
        ([A, B], [told(A, 25)], Alert(started=(B,), lasting=(A,))),
        ([], [told(A, 1)], Alert(over=(A,))),
        ([], [told(A, None)], Alert()),
        ([B], [told(A, 1), told(B, 1)], Alert(over=(A,))),
        ([A], [told(A, -3)], Alert(lasting=(A,))),
        ([PAUSED], [], Alert()),
        ([PAUSED], [told(A, 25)], Alert()),
    ],
)
def test_it_is_told_at_the_start_once_a_day_and_at_the_end(
    topics: list[Topic], known: list[Told], alert: Alert
) -> None:
    assert to_alert(topics, known, NOW) == alert


@pytest.mark.parametrize(
    ("alert", "subject"),
    [
        (Alert(started=(A,)), "orderlink: 1 new thing needs you"),
        (Alert(started=(A, B), over=(A,)), "orderlink: 2 new things need you"),
        (Alert(lasting=(A,)), "orderlink: 1 thing still needs you"),
        (Alert(lasting=(A, B)), "orderlink: 2 things still need you"),
        (Alert(over=(A,)), "orderlink: 1 thing is over"),
        (Alert(over=(A, B)), "orderlink: 2 things are over"),
    ],
)
def test_the_subject_says_how_much_it_is(alert: Alert, subject: str) -> None:
    assert message_of(alert, "here").subject == subject


def test_one_message_tells_everything() -> None:
    text = message_of(Alert((A,), (B,), (Topic("c", "C is wrong"),)), "On a machine.").text
    assert text == (
        "New:\n- A is wrong\n\nStill there:\n- B is wrong\n\nOver:\n- C is wrong\n\nOn a machine.\n"
    )


def test_a_long_list_is_cut_and_says_so() -> None:
    many = tuple(Topic(str(number), f"{number} is wrong") for number in range(23))
    lines = message_of(Alert(many), "here").text.splitlines()
    assert lines[20:22] == ["- 19 is wrong", "- and 3 more"]
