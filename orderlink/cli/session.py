"""What the commands of one process share: the configuration, the streams, the time."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from orderlink.clock import SystemClock
from orderlink.report.screen import Screen, errors, output

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from orderlink.config import Config
    from orderlink.logs import LogFile
    from orderlink.redact import Redactor


class Session:
    """One process of orderlink. `option` is what `--config` was given, `verbose` is `--verbose`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.option: str | None = None
        self.verbose = False
        self.clock = SystemClock()
        self._config: Config | None = None
        self._log: LogFile | None = None

    @cached_property
    def redactor(self) -> Redactor:
        """What takes the secrets out of texts, once the connections have told it of theirs."""
        from orderlink.redact import Redactor  # noqa: PLC0415

        return Redactor()

    @property
    def output(self) -> Screen:
        """Where answers go."""
        return output()

    @property
    def errors(self) -> Screen:
        """Where goes what a person has to see, and the progress."""
        return errors()

    def config(self) -> Config:
        """Load the configuration, once. Raises `ConfigurationError`."""
        if self._config is None:
            from orderlink.config import find_config, load_config  # noqa: PLC0415

            path = find_config(self.option, self.environment)
            if not path.exists():
                raise _no_configuration(path)
            self._config = load_config(path)
        return self._config

    def log_path(self) -> Path:
        """Tell where the log is, also where the configuration could not be read."""
        from orderlink.logs import log_path  # noqa: PLC0415

        if self._config is not None:
            return log_path(self._config)
        import platformdirs  # noqa: PLC0415

        return platformdirs.user_state_path("orderlink") / "orderlink.log"

    def open_log(self) -> LogFile:
        """Send everything that is logged to the log file, once, and to stderr with `--verbose`."""
        if self._log is None:
            from orderlink.logs import show_log_on, write_log_to  # noqa: PLC0415

            style = self._config.log_style if self._config else None
            self._log = write_log_to(self.log_path(), self.redactor, style)
            if self.verbose:
                show_log_on(self.errors, self.redactor)
        return self._log


def _no_configuration(path: Path) -> Exception:
    from orderlink.errors import ConfigurationError  # noqa: PLC0415

    sentence = (
        f"{path}: there is no configuration; `orderlink init` writes one (and"
        " examples/orderlink.toml shows every key), or name yours with --config or"
        " ORDERLINK_CONFIG; `orderlink demo` shows the whole cycle without one"
    )
    return ConfigurationError([sentence])
