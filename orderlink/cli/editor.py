"""A person's own editor, on a text that only he can read."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from orderlink.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping


def edited(text: str, environment: Mapping[str, str]) -> str:
    """Open a text in $VISUAL or $EDITOR (else vi); give what is left of it.

    The file lies in a folder of its own that nobody else may look into, and is gone afterwards.
    Raises `ConfigurationError` where the editor cannot be started or fails, and where there is
    no terminal for vi.
    """
    editor = environment.get("VISUAL") or environment.get("EDITOR")
    if not editor and not (sys.stdin and sys.stdin.isatty()):
        raise ConfigurationError(["there is no terminal for an editor: use --set FIELD=VALUE"])
    editor = editor or "vi"
    with tempfile.TemporaryDirectory(prefix="orderlink-") as folder:
        path = Path(folder) / "order.toml"
        path.write_text(text, "utf-8")
        try:
            subprocess.run(  # noqa: S603 - the person's own command
                [*shlex.split(editor), os.fspath(path)], check=True
            )
        except subprocess.CalledProcessError as error:
            raise _failed(editor, f"it ended with {error.returncode}") from None
        except (OSError, ValueError) as error:
            raise _failed(editor, str(error)) from None
        return path.read_text("utf-8")


def _failed(editor: str, why: str) -> ConfigurationError:
    return ConfigurationError([f"the editor {editor} failed ({why}): set EDITOR, or use --set"])
