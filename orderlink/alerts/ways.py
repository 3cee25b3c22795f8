"""The ways on which messages go out; each takes a message whole, or says why it did not."""

from __future__ import annotations

import os
import subprocess
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from orderlink.alerts.mail import send_mail
from orderlink.errors import AlertFailed, ConfigurationError, SecretError
from orderlink.settings import base_url_from
from orderlink.transport import CutShortError, NotSentError, Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlink.alerts.settings import AlertSettings
    from orderlink.clock import Clock
    from orderlink.decide.alerting import Message
    from orderlink.redact import Redactor
    from orderlink.secrets import Secret

SECONDS = 30.0
"""How long one message may take on one way; a run never waits longer for it."""
PING_SECONDS = 10.0
LONGEST_BODY = 10_000


def ways_of(
    settings: AlertSettings, clock: Clock, redactor: Redactor
) -> dict[str, Callable[[Message], None]]:
    """Give what sends a message on each way, by the way's name.

    Each raises `AlertFailed` or `SecretError`.
    """
    found: dict[str, Callable[[Message], None]] = {}
    if settings.command:
        found["command"] = partial(_run_command, settings.command)
    if settings.mails:
        for address in settings.mail_to:  # one by one, so that it is known who has which
            found[f"mail to {address}"] = partial(send_mail, settings, address, clock)
    for number, secret in enumerate(settings.apprise, 1):
        found[f"apprise {number}"] = partial(_apprise, secret)
    return {name: partial(_carefully, send, settings, redactor) for name, send in found.items()}


def ping(
    settings: AlertSettings, clock: Clock, redactor: Redactor, event: str, text: str = ""
) -> None:
    """Say at the ping's address that a run begins (`start`), failed (`fail`) or went well (empty).

    Healthchecks.io, Pinging API: a POST, its body is shown beside the event. Raises `AlertFailed`
    or `SecretError`.
    """
    _carefully(lambda message: _ping(settings, clock, event, message), settings, redactor, text)


def _carefully(
    send: Callable[..., None], settings: AlertSettings, redactor: Redactor, message: Message | str
) -> None:
    """Send within the time, on a thread that is left behind where it hangs."""
    for secret in settings.own_secrets().values():
        with suppress(SecretError):  # the way that needs it says so
            redactor.add(secret.reveal())
    failures: list[Exception] = []

    def act() -> None:
        try:
            send(message)
        except Exception as error:  # noqa: BLE001 - told by the thread that waits
            failures.append(error)

    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    thread.join(SECONDS)
    if thread.is_alive():
        raise AlertFailed(f"it took longer than {SECONDS:g} seconds")
    for failure in failures:
        raise failure


def _run_command(words: tuple[str, ...], message: Message) -> None:
    try:
        ended = subprocess.run(  # noqa: S603 - the merchant's own program, no shell
            words,
            input=message.text.encode(),
            env={**os.environ, "ORDERLINK_SUBJECT": message.subject},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS - 1,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise AlertFailed("the command took too long and was ended") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no program"
        raise AlertFailed(f"the command cannot be started: {why}") from None
    if ended.returncode:
        raise AlertFailed(f"the command failed with code {ended.returncode}")


def _apprise(address: Secret, message: Message) -> None:
    try:
        import apprise  # noqa: PLC0415 - the extra `alerts`
    except ImportError:
        raise AlertFailed("it is not installed: pip install 'orderlink[alerts]'") from None
    sender = apprise.Apprise()
    if not sender.add(address.reveal()):
        raise AlertFailed("Apprise does not know such an address")
    if not sender.notify(title=message.subject, body=message.text, body_format="text"):
        raise AlertFailed("Apprise could not send it")


def _ping(settings: AlertSettings, clock: Clock, event: str, text: str) -> None:
    if settings.ping is None:
        return
    address = settings.ping.reveal()
    try:
        base_url_from(address.partition("?")[0])
    except ValueError as error:
        raise AlertFailed(f"the address {error}") from None
    parts = urlsplit(address)
    path = "/".join(filter(None, (parts.path.rstrip("/"), event))) or "/"
    url = urlunsplit((*parts[:2], path, parts.query, ""))
    try:
        transport = Transport(
            "ping", clock, connect_seconds=PING_SECONDS, secure=parts.scheme == "https"
        )
        try:
            body = text.encode()[:LONGEST_BODY]
            answer = transport.carry("POST", url, body, {}, PING_SECONDS)
        finally:
            transport.close()
    except (NotSentError, CutShortError, ConfigurationError):
        raise AlertFailed("the address does not answer") from None
    if not 200 <= answer.status < 300:
        raise AlertFailed(f"the address answers with {answer.status}")
