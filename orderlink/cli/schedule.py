"""cron: what starts the runs, printed, installed or removed."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(cron)


def cron(
    context: typer.Context,
    *,
    systemd: Annotated[
        bool,
        typer.Option(
            "--systemd", help="Take a service and a timer of systemd in the place of a crontab."
        ),
    ] = False,
    install: Annotated[
        bool,
        typer.Option(
            "--install", help="Put it in its place, after showing what changes and asking."
        ),
    ] = False,
    remove: Annotated[
        bool,
        typer.Option("--remove", help="Take it out again, after showing what changes and asking."),
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask: for scripts, and where nobody answers.")
    ] = False,
    every: Annotated[
        int,
        typer.Option(
            metavar="MINUTES",
            min=1,
            max=15,
            help="How often a run starts; it must part an hour evenly.",
        ),
    ] = 5,
    name: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What the units of systemd are called, where there are several installations.",
        ),
    ] = "orderlink",
    folder: Annotated[
        str,
        typer.Option(
            metavar="FOLDER",
            help="Where the units of systemd are. Left out: /etc/systemd/system for root, else"
            " systemd/user in your configuration directory.",
        ),
    ] = "",
) -> None:
    """Print, install or remove what starts a run every five minutes.

    It is one line of the crontab, or units of systemd, with whole paths, for the user who asks.
    An own line that is there already is replaced, and everything else stays as it is. What a run
    would lack under cron (secrets in variables of your shell) is said on stderr.

    Example: orderlink cron --install
    """
    from orderlink.cli.scheduling import Asked, schedule  # noqa: PLC0415

    if install and remove:
        raise typer.BadParameter("--install and --remove are opposites: give one of them")
    if yes and not (install or remove):
        raise typer.BadParameter("--yes answers for --install or --remove: give one of them")
    action = "install" if install else "remove" if remove else "print"
    schedule(context.obj, Asked(action, every, name, folder, systemd=systemd, yes=yes))
