from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.world import Merchant

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def merchant(tmp_path: Path) -> Merchant:
    return Merchant(tmp_path)
