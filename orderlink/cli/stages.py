"""import, poll, push, sync: the commands that cron runs."""

from __future__ import annotations

from typing import Annotated

import typer

Orders = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ORDER",
        help="Do it for these orders only, by the marketplace's number, the shop's id or number, or"
        " a tracking code. Left out: for all.",
        show_default=False,
    ),
]
Connections = Annotated[
    list[str] | None,
    typer.Option(
        "--connection",
        metavar="NAME",
        help="Do it for this marketplace only; may be given several times.",
        show_default=False,
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be sent, and send and change nothing.")
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print what --dry-run shows as JSON for a program.")
]
MaxSeconds = Annotated[
    float,
    typer.Option(
        "--max-seconds",
        min=1,
        metavar="SECONDS",
        help="Stop cleanly after this time; the next run goes on from there.",
    ),
]
Wait = Annotated[
    bool, typer.Option("--wait", help="Wait for another run to end, instead of giving up.")
]
Force = Annotated[
    bool,
    typer.Option(
        "--force", help="Create the new orders although there are more than max_new_orders."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name, command in COMMANDS.items():
        app.command(name)(command)


def import_(
    context: typer.Context,
    orders: Orders = None,
    *,
    connection: Connections = None,
    dry_run: DryRun = False,
    json: AsJson = False,
    max_seconds: MaxSeconds = 240,
    wait: Wait = False,
    force: Force = False,
) -> None:
    """Create the marketplaces' new orders in the shop.

    It is the first stage of sync; what else is open at the marketplaces is looked at, too.

    Example: orderlink import --connection bol
    """
    _run(
        context,
        "import",
        orders,
        connection,
        dry_run=dry_run,
        as_json=json,
        max_seconds=max_seconds,
        wait=wait,
        force=force,
    )


def poll(
    context: typer.Context,
    orders: Orders = None,
    *,
    connection: Connections = None,
    dry_run: DryRun = False,
    json: AsJson = False,
    max_seconds: MaxSeconds = 240,
    wait: Wait = False,
) -> None:
    """Ask the shop which orders have left, and with which codes.

    It is the second stage of sync. Nothing is sent to the shop and to no marketplace.

    Example: orderlink poll
    """
    _run(
        context,
        "poll",
        orders,
        connection,
        dry_run=dry_run,
        as_json=json,
        max_seconds=max_seconds,
        wait=wait,
    )


def push(
    context: typer.Context,
    orders: Orders = None,
    *,
    connection: Connections = None,
    dry_run: DryRun = False,
    json: AsJson = False,
    max_seconds: MaxSeconds = 240,
    wait: Wait = False,
) -> None:
    """Report to the marketplaces what has left.

    It is the third stage of sync. How earlier reports went is asked, too.

    Example: orderlink push 1234567890 --dry-run
    """
    _run(
        context,
        "push",
        orders,
        connection,
        dry_run=dry_run,
        as_json=json,
        max_seconds=max_seconds,
        wait=wait,
    )


def sync(
    context: typer.Context,
    orders: Orders = None,
    *,
    connection: Connections = None,
    dry_run: DryRun = False,
    json: AsJson = False,
    max_seconds: MaxSeconds = 240,
    wait: Wait = False,
) -> None:
    """Run import, poll and push in order: the one line for cron.

    It says nothing while all is well. What needs you is told once when it starts, once a day, and
    once when it is over.

    Example, every five minutes: */5 * * * * /path/to/orderlink sync
    """
    _run(
        context,
        "sync",
        orders,
        connection,
        dry_run=dry_run,
        as_json=json,
        max_seconds=max_seconds,
        wait=wait,
    )


COMMANDS = {"import": import_, "poll": poll, "push": push, "sync": sync}


def _run(
    context: typer.Context,
    stage: str,
    orders: list[str] | None,
    connections: list[str] | None,
    *,
    dry_run: bool,
    as_json: bool,
    max_seconds: float,
    wait: bool,
    force: bool = False,
) -> None:
    if as_json and not dry_run:
        raise typer.BadParameter("--json is about --dry-run")
    context.obj.config()  # what is wrong with it is said before anything heavy is loaded
    from orderlink.runner import Order  # noqa: PLC0415

    asked = Order(
        stage=stage,
        connections=frozenset(connections or ()),
        orders=tuple(orders or ()),
        force=force,
        dry_run=dry_run,
        max_seconds=max_seconds,
    )
    if dry_run:
        from orderlink.cli.planning import show_plan  # noqa: PLC0415

        raise typer.Exit(show_plan(context.obj, asked, as_json=as_json))
    from orderlink.cli.running import run_stage  # noqa: PLC0415

    raise typer.Exit(run_stage(context.obj, asked, wait=wait))
