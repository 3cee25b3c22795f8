"""A message by mail: SMTP (RFC 5321), with STARTTLS or TLS; certificates are always checked."""

from __future__ import annotations

import smtplib
import ssl
import uuid
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

import certifi

from orderlink.errors import AlertFailed

if TYPE_CHECKING:
    from datetime import datetime

    from orderlink.alerts.settings import AlertSettings
    from orderlink.clock import Clock
    from orderlink.decide.alerting import Message

SECONDS = 10.0
"""How long each step may take."""


def send_mail(settings: AlertSettings, address: str, clock: Clock, message: Message) -> None:
    """Hand a message for one address to the mail server. Raises `AlertFailed`."""
    password = settings.mail_password.reveal() if settings.mail_password else ""
    try:
        with _connected(settings) as server:
            if settings.mail_security == "starttls":
                server.starttls(context=_context())
            if password:
                server.login(settings.mail_user, password)
            server.send_message(_mail(settings, address, message, clock.now()))
    except smtplib.SMTPAuthenticationError:
        raise AlertFailed("the mail server refuses mail_user and mail_password") from None
    except smtplib.SMTPNotSupportedError:
        raise AlertFailed("the mail server does not offer mail_security or the sign-in") from None
    except smtplib.SMTPResponseException as error:
        raise AlertFailed(f"the mail server answers with {error.smtp_code}") from None
    except smtplib.SMTPRecipientsRefused:
        raise AlertFailed("the mail server refuses the address") from None
    except ssl.SSLError:
        raise AlertFailed("the mail server's certificate or TLS cannot be trusted") from None
    except (smtplib.SMTPException, OSError):
        raise AlertFailed("the mail server does not answer as one") from None


def _connected(settings: AlertSettings) -> smtplib.SMTP:
    host, port = settings.mail_host, settings.mail_port
    if settings.mail_security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=_context())
    return smtplib.SMTP(host, port, timeout=SECONDS)


def _context() -> ssl.SSLContext:
    """Trust this machine's authorities, and those that come along."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _mail(settings: AlertSettings, address: str, message: Message, now: datetime) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = settings.mail_from
    mail["To"] = address
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{uuid.uuid4().hex}@{settings.mail_from.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence note comes back
    mail.set_content(message.text)
    return mail
