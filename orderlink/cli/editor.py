"""A person's own editor, on a text that only he can read."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from orderlink.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping


def edited(text: str, environment: Mapping[str, str]) -> str:
    """Open a text in $VISUAL or $EDITOR (else vi); give what is left of it.

    The file lies in a folder of its own that nobody else may look into, and is gone afterwards.
    Raises `ConfigurationError` where the editor cannot be started or fails.
    """
    editor = environment.get("VISUAL") or environment.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="orderlink-") as folder:
        path = Path(folder) / "order.toml"
        path.write_text(text, "utf-8")
        try:
            subprocess.run(  # noqa: S603 - the person's own command
                [*shlex.split(editor), os.fspath(path)], check=True
            )
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            sentence = f"the editor {editor} failed ({error}): set EDITOR, or use --set"
            raise ConfigurationError([sentence]) from None
        return path.read_text("utf-8")
