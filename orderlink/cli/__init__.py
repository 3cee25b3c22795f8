"""The command line: options -> one call -> output -> exit code.

Each module named in `COMMANDS` has `register(app: typer.Typer) -> None`, which adds its commands
with `@app.command(...)`. A module is imported when one of its commands stands on the command line,
or when all are needed (`--help`); at its top it imports typer and what is as light, and the rest
inside of its commands.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderlink.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

# pydantic would look through everything that is installed for plugins, which nobody asked for.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

COMMANDS = {
    "init": "setup",
    "check": "checking",
    "import": "stages",
    "poll": "stages",
    "push": "stages",
    "sync": "stages",
    "cron": "schedule",
    "status": "looking",
    "orders": "looking",
    "show": "looking",
    "report": "reporting",
    "log": "history",
    "alert": "alerting",
    "retry": "deciding",
    "manual": "deciding",
    "follow": "deciding",
    "edit": "mending",
    "release": "mending",
    "map": "mending",
    "carrier": "carriers",
    "carriers": "carriers",
    "adopt": "adopting",
    "rebuild": "upkeep",
    "purge": "upkeep",
    "test-order": "upkeep",
    "backup": "keeping",
    "restore": "keeping",
    "export": "keeping",
    "schema": "schema",
    "demo": "demo",
    "sandbox": "sandbox",
}
"""Command -> the module under `orderlink.cli` that has it."""

COMPLETION = "_ORDERLINK_COMPLETE"
"""The variable by which a shell asks for completions, as Typer's scripts set it."""

EPILOG = (
    "Exit codes: 0 fine; 1 something needs a person; 2 usage or configuration, nothing was sent;"
    " 3 a fault of orderlink, see the log file; 75 another run is active; 130 interrupted."
)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; give the exit code. Every error becomes a code here and nowhere else."""
    session = Session(os.environ)
    if os.environ.get(COMPLETION, "").startswith("complete_"):
        return _complete(os.environ)
    try:
        typer.main.get_command(application(arguments))(
            arguments, prog_name="orderlink", obj=session
        )
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the last place that can say something
        from orderlink.cli.failures import report_failure  # noqa: PLC0415

        return report_failure(error, session)
    return 0


def _complete(environment: Mapping[str, str]) -> int:
    """Answer a shell that completes a command line; silent where that fails."""
    from orderlink.cli.completing import answer, typed_in  # noqa: PLC0415

    try:
        typed = typed_in(environment)
        command = typer.main.get_command(application([*typed.words]))
        text, code = answer(command, typed, environment)
        typer.echo(text)
    except Exception:  # noqa: BLE001 - nothing may be written between a person's words
        return 1
    return code


def application(arguments: list[str]) -> typer.Typer:
    """Make the application with the commands that these arguments may mean."""
    app = typer.Typer(
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        epilog=EPILOG,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_options)
    for module in _modules(arguments):
        importlib.import_module(f"orderlink.cli.{module}").register(app)
    return app


def _modules(arguments: list[str]) -> list[str]:
    """Choose the modules: those of every word that may be a command, else all."""
    words = [word for word in arguments if word in COMMANDS]
    before = arguments[: arguments.index(words[0])] if words else []
    if not words or {"-h", "--help"} & set(before):
        words = list(COMMANDS)
    return list(dict.fromkeys(COMMANDS[word] for word in words))


def _version(value: bool) -> None:  # noqa: FBT001 - typer calls it like this
    if value:
        from orderlink.about import about  # noqa: PLC0415 - asked for now and then

        typer.echo(about())
        raise typer.Exit


def _options(
    context: typer.Context,
    *,
    config: Annotated[
        str | None,
        typer.Option(
            "--config",
            metavar="FILE",
            help="The configuration file. Left out: ORDERLINK_CONFIG, else orderlink.toml in the"
            " platform's configuration directory.",
        ),
    ] = None,
    verbose: Annotated[
        bool,
        typer.Option(
            "-v",
            "--verbose",
            help="Show on stderr what a run does, each request included, as lines of a log.",
        ),
    ] = False,
    _show_version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the versions of orderlink, Python and SQLite, and the platform.",
            callback=_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Take marketplace orders into your own webshop, and give the shipments back.

    One line in the crontab does it all: orderlink sync
    """
    session: Any = context.obj
    session.option = config
    session.verbose = verbose
