"""A Hypothesis state machine with the rules of a life: a failure shrinks to a short story.

Each life has a marketplace and a shop of its own.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.simulation.checker import doubles, early_closes, violations
from tests.simulation.faults import ANY, COMMIT_KINDS, HANDLERS, LISTS, Strike
from tests.simulation.plan import BASKETS, Act, Step, code
from tests.simulation.sides import CREATES, PAIRS, REPORTS, Pair
from tests.simulation.world import SimulatedWorld
from tests.support.counting import miscounted
from tests.support.examples import LONG

MOST_ORDERS = 4
ORDERS = st.integers(1, MOST_ORDERS)
WHERE = {
    **dict.fromkeys(HANDLERS, ("|".join(CREATES.values()), "|".join(REPORTS.values()))),
    **dict.fromkeys(ANY, ("", "^(bol|amazon)", "^(woo|shopify)", "POST|MUTATION", "(?i:orders)")),
    **dict.fromkeys(LISTS, (r"/orders\?|#Orders", r"/shipments\?")),
}
FAULTS = st.sampled_from(sorted(WHERE)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.sampled_from(WHERE[kind]), st.integers(1, 6))
)


class Life(RuleBasedStateMachine):
    """Buyers, the warehouse, the merchant, cron, and what befalls them."""

    def __init__(self) -> None:
        super().__init__()
        self.placed = 0

    @initialize(pair=st.sampled_from(PAIRS))
    def begin(self, pair: Pair) -> None:
        self.world = SimulatedWorld(pair=pair).__enter__()
        self.world.play(Step(0))

    @precondition(lambda self: self.placed < MOST_ORDERS)
    @rule(basket=st.sampled_from(sorted(BASKETS)))
    def place(self, basket: str) -> None:
        self.placed += 1
        self.world.do(Act("place", self.placed, basket))

    @rule(order=ORDERS, coded=st.booleans())
    def complete(self, order: int, coded: bool) -> None:
        self._act("complete", order, code(order) if coded else "")

    @rule(order=ORDERS)
    def add_code(self, order: int) -> None:
        self._act("add code", order, code(order, 1))

    @rule(
        order=ORDERS,
        word=st.sampled_from(["reopen", "trash", "cancel in shop", "ship by hand", "cancel"]),
    )
    def interfere(self, order: int, word: str) -> None:
        self._act(word, order, code(order, 9) if word == "ship by hand" else "")

    @rule(order=ORDERS, word=st.sampled_from(["retry", "take over", "follow", "ask to cancel"]))
    def decide(self, order: int, word: str) -> None:
        self._act(word, order)

    @rule(fault=FAULTS, times=st.sampled_from([1, 1, 3]))
    def befall(self, fault: tuple[str, str, int], times: int) -> None:
        kind, where, ahead = fault
        self.world.plan_strike(Strike(kind, ahead, where, times))

    @rule(kind=st.sampled_from(COMMIT_KINDS), ahead=st.integers(1, 40))
    def fail_disk(self, kind: str, ahead: int) -> None:
        self.world.plan_strike(Strike(kind, ahead))

    @rule(minutes=st.sampled_from([1.0, 5.0, 5.0, 16.0, 45.0, 61.0, 190.0]))
    def cron(self, minutes: float) -> None:
        self.world.play(Step(minutes))

    def _act(self, word: str, order: int, value: str = "") -> None:
        if order <= self.placed and self.world.created(order):
            self.world.do(Act(word, order, value))

    @invariant()
    def nothing_is_done_twice_or_too_early(self) -> None:
        assert doubles(self.world) == []
        assert early_closes(self.world) == []

    def teardown(self) -> None:
        try:
            self.world.until_quiet()
            assert violations(self.world) == []
            store = self.world.store()
            assert miscounted(store) == {}
            store.close()
        finally:
            self.world.__exit__()


Life.TestCase.settings = settings(
    max_examples=250 if LONG else 12,
    stateful_step_count=25,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
test_whatever_people_and_faults_do_all_invariants_hold = Life.TestCase
