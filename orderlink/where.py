"""Where the configuration and the state file are, for those too who only need to know that.

A completion in a shell must not load what checks a whole configuration.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from orderlink.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE: Final = "ORDERLINK_CONFIG"


def absolute(text: object, folder: Path) -> Path:
    """Make a path absolute, `~` being the home directory. Raises ValueError."""
    if not isinstance(text, str) or not text.strip() or "\0" in text:
        raise ValueError("must be the path of a file, as text")
    try:
        return Path(os.path.abspath(folder / Path(text).expanduser()))  # noqa: PTH100 - a path that need not exist, links kept
    except RuntimeError:
        raise ValueError("begins with `~`, but that home directory is not known") from None


def find_config(option: str | None, environment: Mapping[str, str]) -> Path:
    """Tell where the configuration is: `--config`, ORDERLINK_CONFIG, or the usual place.

    The file need not exist. Raises `ConfigurationError` for an empty `--config`.
    """
    if option is not None and not option.strip():
        raise ConfigurationError(["--config is empty; it takes the path of the configuration file"])
    named = option or environment.get(VARIABLE, "").strip()
    if not named:
        return _usual_place()
    try:
        return absolute(named, Path.cwd())
    except ValueError as error:
        source = "--config" if option else VARIABLE
        raise ConfigurationError([f"{source} {error}"]) from None


def usual_state(path: Path) -> Path:
    """Give a configuration a state file that no other one has by accident."""
    import hashlib  # noqa: PLC0415 - not needed where the state file is named

    import platformdirs  # noqa: PLC0415

    folder = platformdirs.user_state_path("orderlink")
    if path.resolve() == _usual_place().resolve():
        return folder / "orderlink.sqlite3"
    mark = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
    return folder / f"{path.stem}-{mark}.sqlite3"


def _usual_place() -> Path:
    import platformdirs  # noqa: PLC0415 - not needed where the files are named

    return platformdirs.user_config_path("orderlink") / "orderlink.toml"
