"""Write the dump of the newest schema."""

from __future__ import annotations

import tempfile
from pathlib import Path

from . import dump, dump_file, newest, played

with tempfile.TemporaryDirectory() as folder:
    merchant, _ = played(Path(folder))
    dump_file(newest()).write_text(dump(merchant.config.state))
