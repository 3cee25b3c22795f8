"""carrier, carriers: whose code is this, and which carriers are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from orderlink.cli.session import Session

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(carrier)
    app.command()(carriers)


def carrier(
    context: typer.Context,
    code: Annotated[
        str,
        typer.Argument(metavar="CODE", help="A tracking code as it is written; - reads many."),
    ],
    *,
    origin: Annotated[
        str, typer.Option("--from", metavar="NL", help="The country the parcel comes from.")
    ] = "",
    destination: Annotated[
        str, typer.Option("--to", metavar="DE", help="The country it goes to.")
    ] = "",
    connection: Annotated[
        str,
        typer.Option(metavar="NAME", help="Ask as for this marketplace of the configuration."),
    ] = "",
    json: AsJson = False,
) -> None:
    """Find the carrier of a tracking code, say why, and what each marketplace is sent.

    Nothing is asked over the network, and no configuration is needed. With - the codes are read
    from standard input, one a line, and answered one a line, as JSON.

    Example: orderlink carrier 3SABCD1234567 --from NL
    """
    from orderlink.cli.tracing import answer_many, answer_one, what_is_asked  # noqa: PLC0415

    session: Session = context.obj
    asked = what_is_asked(session, origin, destination, connection)
    if code == "-":
        answer_many(session, asked)
    else:
        answer_one(session, code, asked, as_json=json)


def carriers(
    context: typer.Context,
    *,
    forget: Annotated[
        str, typer.Option(metavar="PREFIX", help="Forget a learnt prefix instead.")
    ] = "",
    json: AsJson = False,
) -> None:
    """List the carriers that are known, what each marketplace is sent, and what was learnt.

    Example: orderlink carriers
    """
    from orderlink.cli.tracing import forget_prefix, list_carriers  # noqa: PLC0415

    if forget:
        raise typer.Exit(0 if forget_prefix(context.obj, forget) else 1)
    list_carriers(context.obj, as_json=json)
