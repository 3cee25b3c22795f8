from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .installation import Installation, mounted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    at_bol, at_shop, found = mounted(tmp_path)
    with at_bol, at_shop:
        found.configure()
        yield found
