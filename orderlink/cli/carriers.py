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
        typer.Argument(
            metavar="CODE", help="A tracking code as it is written; - reads many of them."
        ),
    ],
    *,
    origin: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="NL",
            help="The country that the parcel comes from, by its two letters.",
        ),
    ] = "",
    destination: Annotated[
        str, typer.Option("--to", metavar="DE", help="The country that it goes to.")
    ] = "",
    connection: Annotated[
        str,
        typer.Option(metavar="NAME", help="Ask as for this marketplace of the configuration."),
    ] = "",
    json: AsJson = False,
) -> None:
    """Find the carrier of a tracking code, and say why.

    What each marketplace would be sent is shown, too. Nothing is asked over the network, and no
    configuration is needed. With - the codes are read from standard input, one a line, and answered
    one a line, as JSON.

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
        str, typer.Option(metavar="PREFIX", help="Forget this learnt prefix, and list nothing.")
    ] = "",
    json: AsJson = False,
) -> None:
    """List the carriers, and what each marketplace is sent.

    Prefixes of codes that were learnt from your own confirmed shipments are listed, too.

    Example: orderlink carriers --forget 3SABCD
    """
    from orderlink.cli.tracing import forget_prefix, list_carriers  # noqa: PLC0415

    if forget:
        raise typer.Exit(0 if forget_prefix(context.obj, forget) else 1)
    list_carriers(context.obj, as_json=json)
