"""How many examples Hypothesis tries: all that a property is worth with `--ci`, else a quarter."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = bool(os.environ.get("ORDERLINK_SIMULATION"))
"""Set by `--ci`: Hypothesis takes its settings when a module is imported."""


def examples(count: int) -> Callable[[Any], Any]:
    """Let a property take so many examples with `--ci`."""

    def decorate(test: Any) -> Any:
        tried = settings(max_examples=count if LONG else count // 4, deadline=None)
        return pytest.mark.sampled(1)(tried(test))

    return decorate
