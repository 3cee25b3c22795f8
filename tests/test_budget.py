from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from orderlink.budget import (
    LONGEST_BLOCK,
    Bucket,
    Budget,
    block,
    from_state,
    full,
    known,
    learn,
    reset_at,
    take,
    to_state,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BUDGET = Budget(capacity=3, per_second=0.5)


def headers(**named: str) -> CaseInsensitiveDict[str]:
    return CaseInsensitiveDict({name.replace("_", "-"): value for name, value in named.items()})


def taken(bucket: Bucket, times: int, now: datetime = NOW) -> Bucket:
    for _ in range(times):
        left = take(bucket, now)
        assert isinstance(left, Bucket)
        bucket = left
    return bucket


def test_a_full_bucket_gives_its_capacity_and_then_names_the_next_instant() -> None:
    empty = taken(full(BUDGET, NOW), 3)
    instant = take(empty, NOW)
    assert isinstance(instant, datetime)
    assert timedelta(seconds=2) <= instant - NOW <= timedelta(seconds=2.01)
    assert isinstance(take(empty, instant), Bucket)


def test_what_costs_more_takes_more_and_at_most_all() -> None:
    bucket = take(full(BUDGET, NOW), NOW, 2.5)
    assert isinstance(bucket, Bucket)
    assert bucket.tokens == 0.5
    assert take(bucket, NOW, 2.5) == NOW + timedelta(seconds=4.001)
    whole = take(full(BUDGET, NOW), NOW, 100)
    assert isinstance(whole, Bucket)
    assert whole.tokens == 0


def test_what_the_remote_says_about_its_bucket_holds() -> None:
    told = known(full(BUDGET, NOW), 7, Budget(10, 5), NOW)
    assert (told.tokens, told.budget) == (7, Budget(10, 5))
    assert known(told, 99, Budget(10, 5), NOW).tokens == 10


def test_what_the_remote_told_of_its_rate_is_kept_across_runs() -> None:
    told = learn(full(BUDGET, NOW), headers(x_amzn_RateLimit_Limit="0.2"), NOW)
    kept = from_state(BUDGET, to_state(taken(told, 3), BUDGET), NOW)
    assert take(kept, NOW) == NOW + timedelta(seconds=5.001)
    assert "per_second" not in to_state(full(BUDGET, NOW), BUDGET)


def test_it_refills_with_time_but_never_above_its_capacity() -> None:
    empty = taken(full(BUDGET, NOW), 3)
    assert isinstance(take(taken(empty, 1, NOW + timedelta(seconds=2.1)), NOW), datetime)
    later = NOW + timedelta(days=400)
    assert isinstance(take(taken(empty, 3, later), later), datetime)


def test_what_a_clock_kept_that_was_ahead_waits_no_longer_than_it_would_have_then() -> None:
    ahead = NOW + timedelta(hours=23)
    blocked = block(full(BUDGET, ahead), ahead + timedelta(seconds=60), ahead)
    kept = from_state(BUDGET, to_state(blocked, BUDGET), NOW)
    assert take(kept, NOW) == NOW + timedelta(seconds=60)
    assert isinstance(take(kept, NOW + timedelta(seconds=61)), Bucket)


@given(
    st.lists(st.floats(min_value=0, max_value=5), max_size=60),
    st.floats(min_value=1, max_value=9),
    st.floats(min_value=0.01, max_value=9),
)
def test_it_never_gives_more_than_capacity_and_refill(
    pauses: list[float], capacity: float, rate: float
) -> None:
    bucket, now, given_out = full(Budget(capacity, rate), NOW), NOW, 0
    for pause in pauses:
        now += timedelta(seconds=pause)
        left = take(bucket, now)
        if isinstance(left, Bucket):
            bucket, given_out = left, given_out + 1
            assert bucket.tokens >= 0
    assert given_out <= capacity + rate * (now - NOW).total_seconds() + 0.001


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1), timedelta(days=366)])
def test_a_clock_that_jumps_back_gives_nothing_and_waits_no_longer(back: timedelta) -> None:
    empty = taken(full(BUDGET, NOW), 3)
    instant = take(empty, NOW - back)
    assert isinstance(instant, datetime)
    assert instant - (NOW - back) < timedelta(seconds=3)


def test_a_block_ends_a_day_after_now_at_the_latest_when_the_clock_jumps_back() -> None:
    blocked = block(full(BUDGET, NOW), NOW + timedelta(minutes=10), NOW)
    year_ago = NOW - timedelta(days=366)
    assert isinstance(take(blocked, year_ago), Bucket)
    hour_ago = NOW - timedelta(hours=1)
    assert take(blocked, hour_ago) == NOW + timedelta(minutes=10)


def test_a_429_empties_it_until_the_instant_named_and_then_one_goes() -> None:
    until = NOW + timedelta(seconds=0.3)
    blocked = block(full(BUDGET, NOW), until, NOW)
    assert take(blocked, NOW) == until
    assert isinstance(take(blocked, until), Bucket)


def test_a_429_that_names_no_instant_empties_it() -> None:
    instant = take(block(full(BUDGET, NOW), None, NOW), NOW)
    assert isinstance(instant, datetime)
    assert instant - NOW >= timedelta(seconds=2)


def test_no_429_blocks_for_longer_than_a_day() -> None:
    blocked = block(full(BUDGET, NOW), NOW + timedelta(days=365), NOW)
    assert take(blocked, NOW) == NOW + LONGEST_BLOCK


@pytest.mark.parametrize("spelling", ["X_RateLimit_Remaining", "x_ratelimit_remaining"])
def test_bol_tells_what_is_left_in_any_case(spelling: str) -> None:
    learned = learn(full(BUDGET, NOW), headers(**{spelling: "2", "X_RATELIMIT_LIMIT": "10"}), NOW)
    assert learned.tokens == 2
    assert learned.budget.capacity == 10


@pytest.mark.parametrize("reset", ["4", str(int(NOW.timestamp()) + 4)])
def test_nothing_left_blocks_until_the_reset_in_seconds_or_unix_time(reset: str) -> None:
    told = headers(X_RateLimit_Remaining="0", X_RateLimit_Reset=reset)
    assert take(learn(full(BUDGET, NOW), told, NOW), NOW) == NOW + timedelta(seconds=4)


@pytest.mark.parametrize("reset", ["", "soon", "-1", "nan", "1e300", "1539261914"])
def test_a_reset_that_cannot_be_used_is_ignored(reset: str) -> None:
    assert reset_at(headers(X_RateLimit_Reset=reset), NOW) is None


def test_amazon_tells_the_refill() -> None:
    told = headers(x_amzn_ratelimit_limit="0.0167")
    assert learn(full(BUDGET, NOW), told, NOW).budget == Budget(3, 0.0167)


@pytest.mark.parametrize("value", ["", "much", "-3", "inf", "nan"])
def test_headers_that_cannot_be_understood_change_nothing(value: str) -> None:
    told = headers(x_amzn_ratelimit_limit=value, X_RateLimit_Remaining=value)
    assert learn(full(BUDGET, NOW), told, NOW) == full(BUDGET, NOW)


def test_a_rate_next_to_nothing_still_ends_within_a_day() -> None:
    slow = learn(taken(full(BUDGET, NOW), 3), headers(x_amzn_ratelimit_limit="1e-300"), NOW)
    instant = take(slow, NOW)
    assert isinstance(instant, datetime)
    assert instant - NOW <= LONGEST_BLOCK + timedelta(seconds=1)


def test_a_bucket_survives_as_json() -> None:
    bucket = block(taken(full(BUDGET, NOW), 1), NOW + timedelta(seconds=9), NOW)
    assert from_state(BUDGET, json.loads(json.dumps(to_state(bucket, BUDGET))), NOW) == bucket
    bucket = taken(full(BUDGET, NOW), 2)
    assert from_state(BUDGET, json.loads(json.dumps(to_state(bucket, BUDGET))), NOW) == bucket


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"tokens": "x", "at": NOW.isoformat()},
        {"tokens": 1, "at": "never"},
        {"tokens": "nan", "at": NOW.isoformat()},
    ],
)
def test_a_state_that_cannot_be_read_counts_as_never_asked(state: dict[str, object]) -> None:
    assert from_state(BUDGET, state, NOW) == full(BUDGET, NOW)


@pytest.mark.parametrize(("kept", "read"), [(-5, 0), (99, 3)])
def test_kept_tokens_are_brought_into_bounds(kept: float, read: float) -> None:
    assert from_state(BUDGET, {"tokens": kept, "at": NOW.isoformat()}, NOW).tokens == read


@pytest.mark.parametrize(("capacity", "per_second"), [(0, 1), (1, 0), (1, -1)])
def test_a_budget_that_never_allows_anything_is_refused(capacity: float, per_second: float) -> None:
    with pytest.raises(ValueError, match="allows at least one"):
        Budget(capacity, per_second)
