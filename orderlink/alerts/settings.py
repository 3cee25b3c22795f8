"""What `[alerts]` may set: the ways on which a person is told, and the ping that says: it lives."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from orderlink.secrets import Reading, Secret
from orderlink.settings import Duration, StrictModel, is_loopback

_ADDRESS = re.compile(r"[^\s@<>,;:\x00-\x1f\x7f]+@[^\s@<>,;:\x00-\x1f\x7f]+")
MAIL_KEYS = ("mail_host", "mail_from", "mail_to")
"""What mail needs."""


class AlertSettings(StrictModel):
    """The table [alerts]: any of a command, mail, Apprise, and a ping."""

    command: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        default=(),
        description="A program with its arguments that gets each message on its standard input, and"
        " its subject as ORDERLINK_SUBJECT; no shell, 30 seconds.",
    )
    mail_host: str = Field(default="", description="The mail server (SMTP).")
    mail_port: Annotated[int, Field(strict=True)] = Field(
        default=587, ge=1, le=65535, description="Its port: 587 for `starttls`, 465 for `tls`."
    )
    mail_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How the way to it is protected: `starttls`, `tls` from the first byte, or"
        " `none`, for a mail server on this machine only.",
    )
    mail_user: str = Field(default="", description="The user name there; left out: no sign-in.")
    mail_password: Secret | None = Field(
        default=None, description="The password that belongs to `mail_user`."
    )
    mail_from: str = Field(default="", description="The address that messages come from.")
    mail_to: tuple[str, ...] = Field(default=(), description="The addresses that they go to.")
    apprise: tuple[Secret, ...] = Field(
        default=(),
        description="Addresses of Apprise, for whatever it can tell (Telegram, ntfy, Slack ...);"
        " needs `pip install orderlink[alerts]`. They hold tokens and are secrets.",
    )
    ping: Secret | None = Field(
        default=None,
        description="An address that hears of every run: `/start` is added when it begins, `/fail`"
        " when it failed or a connection fails for long, nothing when it went well (as at"
        " healthchecks.io). Where it hears nothing, it can tell you that cron is dead. It is a"
        " secret.",
    )
    late_ahead: Duration = Field(
        default=timedelta(hours=12),
        description="So long before the end of its last day (in Amsterdam) you are told of an order"
        " that has not left the shop.",
    )

    @field_validator("mail_from", "mail_to")
    @classmethod
    def _check_addresses(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for address in (value,) if isinstance(value, str) else value:
            if address and not _ADDRESS.fullmatch(address):
                raise ValueError("must be a mail address, as me@example.com, without a name")
        return value

    @model_validator(mode="after")
    def _check_ways(self, info: ValidationInfo) -> Self:
        if self.mails and not all(getattr(self, key) for key in MAIL_KEYS):
            raise ValueError("mail needs mail_host, mail_from and mail_to")
        if bool(self.mail_user) != (self.mail_password is not None):
            raise ValueError("mail_user and mail_password belong together")
        if self.mails and self.mail_security == "none" and not is_loopback(self.mail_host):
            raise ValueError(
                'mail_security must be "starttls" or "tls"; "none" is for a mail server on this'
                " machine only (localhost)"
            )
        if not self.tells and self.ping is None:
            raise ValueError("names no way to tell you: command, mail_to, apprise or ping")
        table = Reading.of(info).table
        for name, secret in self.own_secrets().items():
            secret.key = f"{table}.{name}" if table else name
        return self

    @property
    def mails(self) -> bool:
        """Messages go out by mail."""
        return any(getattr(self, key) for key in MAIL_KEYS)

    @property
    def tells(self) -> bool:
        """There is a way for messages, not just a ping."""
        return bool(self.command or self.mails or self.apprise)

    def own_secrets(self) -> dict[str, Secret]:
        """Give the secrets by key."""
        found = {"mail_password": self.mail_password, "ping": self.ping}
        found |= {f"apprise.{number}": one for number, one in enumerate(self.apprise)}
        return {name: secret for name, secret in found.items() if secret is not None}
