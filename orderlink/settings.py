"""What connections may set: the types of the values, and the models of the tables.

A connector's model is a subclass of `MarketplaceSettings` or `ShopSettings`; its fields are its
keys in the TOML file, and their descriptions are the configuration reference. A value that does not
fit raises ValueError with what it must be; values that may hold a secret are never repeated.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from orderlink.creation import CreationSettings
from orderlink.kindness import MOST
from orderlink.secrets import Reading, Secret

NAME: Final = "^[A-Za-z0-9][A-Za-z0-9_-]*$"
"""What the name of a connection is made of."""

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION: Final = (
    r"^ *([0-9]{1,9}) *(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?) *$"  # also in the schema
)
_LONGEST: Final = timedelta(days=3650)
_UNPRINTABLE: Final = re.compile(r"[\s\x00-\x1f\x7f]")


def duration_from(value: object) -> timedelta:
    """Read "90s", "15 min", "3h" or "2d": more than nothing, at most ten years.

    Raises ValueError.
    """
    if isinstance(value, timedelta):
        return value
    match = re.match(_DURATION, value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(
            'must be a duration with its unit in quotes, as "90s", "15 min", "3h", "2d"'
        )
    number, unit = match.groups()
    days = {"s": 86400, "m": 1440, "h": 24, "d": 1}[unit[0]]
    if not 0 < int(number) <= _LONGEST.days * days:
        raise ValueError("must be longer than nothing and at most 3650 days")
    return timedelta(**{_UNITS[unit[0]]: int(number)})


def duration_text(value: timedelta) -> str:
    """Write a duration as the configuration has it, in the largest unit that fits: "3h"."""
    seconds = int(value.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


Duration = Annotated[
    timedelta,
    BeforeValidator(duration_from),
    PlainSerializer(duration_text),
    WithJsonSchema({"type": "string", "pattern": _DURATION}),
]
"""A span of time, in the file as "90s", "15 min", "3h" or "2d"."""

NEVER: Final = timedelta.max
"""As a span of time after which something is done: it is not done at all."""


def duration_or_never_from(value: object) -> timedelta:
    """Read a duration as `duration_from`, or "never": `NEVER`. Raises ValueError."""
    if value in {"never", NEVER}:
        return NEVER
    try:
        return duration_from(value)
    except ValueError as error:
        raise ValueError(str(error).replace("must be", 'must be "never", or', 1)) from None


DurationOrNever = Annotated[
    timedelta,
    BeforeValidator(duration_or_never_from),
    PlainSerializer(lambda value: "never" if value == NEVER else duration_text(value)),
    WithJsonSchema({"type": "string", "pattern": f"^never$|{_DURATION}"}),
]
"""A span of time as `Duration`, or "never": `NEVER`."""


def start_from(value: object) -> str:
    """Read `import_from`: a TOML date or "YYYY-MM-DD", "open", or "". Raises ValueError."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        if value in {"", "open"}:
            return value
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            try:
                return date.fromisoformat(value).isoformat()
            except ValueError:
                raise ValueError("is a day that does not exist") from None
    raise ValueError('must be a date without a time, as 2026-01-31, or "open"')


FilePath = Annotated[
    Path | None,
    BeforeValidator(lambda value, info: Reading.of(info).path(value)),
    WithJsonSchema({"type": "string", "minLength": 1}),
]
"""The path of a file that need not exist, absolute; in the file, relative to the file."""


StartFrom = Annotated[
    str,
    BeforeValidator(start_from),
    WithJsonSchema({"type": "string", "pattern": "^(|open|[0-9]{4}-[0-9]{2}-[0-9]{2})$"}),
]
"""A day, "open", or empty."""


def base_url_from(value: str) -> str:
    """Check the address of a remote system, and give it without a slash at the end.

    https, or http on loopback; no credentials, query or fragment. Raises ValueError.
    """
    parts = _url_parts(value)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError(
            "must begin with https://; plain http is for this machine only (localhost)"
        )
    if "?" in value or "#" in value:
        raise ValueError("must be an address without a query (`?`) or a fragment (`#`)")
    return value.rstrip("/")


def proxy_from(value: str | None) -> str | None:
    """Check the address of a proxy: http or https, a host and perhaps a port. Raises ValueError."""
    if value is not None:
        parts = _url_parts(value)
        if parts.path not in {"", "/"} or parts.query or parts.fragment:
            raise ValueError("must be http://HOST:PORT and nothing more")
    return value


def _url_parts(value: str) -> Any:
    try:
        parts = urlsplit(value)
        usable = parts.hostname and parts.port != 0 and not _UNPRINTABLE.search(value)
    except ValueError:
        usable = False
    if not usable or parts.scheme not in {"http", "https"}:
        raise ValueError("must be an address as https://example.com")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user name or a password")
    return parts


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class StrictModel(BaseModel):
    """A table of the file: unknown keys are refused, nothing can be changed afterwards."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
        defer_build=True,  # most models are only built upon
    )


class ConnectionSettings(StrictModel):
    """What every connection may set."""

    type: str = Field(
        description="What is connected: a word that orderlink knows (`bol`, `woocommerce`),"
        " `their_module:TheirClass`, or `./file.py:TheirClass` beside the configuration."
    )
    enabled: Annotated[bool, Field(strict=True)] = Field(
        default=True,
        description="`false` pauses the connection: nothing is asked of it or sent to it, and its"
        " orders stay as they are. Where a shop is paused, its marketplaces' new orders are noted"
        " and wait, and nothing is reported for it.",
    )
    proxy: str | None = Field(
        default=None,
        description="Proxy for this connection's requests, `http://HOST:PORT`; none is used"
        " otherwise, whatever the environment says.",
    )
    ca_bundle: str | None = Field(
        default=None,
        description="PEM file with the certificate authorities to trust for this connection,"
        " instead of those that come along.",
    )
    parallel: int = Field(
        default=4,
        ge=1,
        le=MOST,
        description="How many requests at once are made at most. A host that answers 429 or 503, or"
        " ever more slowly, is asked for less at once, whatever stands here.",
    )
    quarantine: Duration = Field(
        default=timedelta(minutes=15),
        description="How long a write whose answer was lost is only looked up, never repeated.",
    )

    label: ClassVar[str] = ""
    """The platform's name for people."""

    api_version: ClassVar[str] = ""
    """The version of the API that the connector speaks, in the platform's words."""

    api_ends: ClassVar[date | None] = None
    """The last day of that version, where the platform has named one."""

    longest_personal_data: ClassVar[timedelta | None] = None
    """How long the platform's rules let a buyer's data be kept after shipping; None: not limited
    by it."""

    @field_validator("*", mode="after")
    @classmethod
    def _check_addresses(cls, value: Any, info: ValidationInfo) -> Any:
        """Hold every key that ends in `_url` to the same rules, a third party's too."""
        if isinstance(value, str) and (info.field_name or "").endswith("_url"):
            return base_url_from(value)
        return value

    @field_validator("proxy")
    @classmethod
    def _check_proxy(cls, value: str | None) -> str | None:
        return proxy_from(value)

    @field_validator("ca_bundle")
    @classmethod
    def _check_ca_bundle(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        path = Reading.of(info).path(value)
        if not path.is_file():
            raise ValueError(f"names a file that does not exist: {path}")
        return str(path)

    @model_validator(mode="after")
    def _name_secrets(self, info: ValidationInfo) -> Self:
        table = Reading.of(info).table
        for name, secret in self.own_secrets().items():
            secret.key = f"{table}.{name}" if table else name
        return self

    def own_secrets(self) -> dict[str, Secret]:
        """Give the secrets of this connection by key."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: value for name, value in values.items() if isinstance(value, Secret)}

    def identity(self) -> tuple[str, ...]:
        """Tell what binds this connection to its rows: its base URL and client id or key.

        Raises `orderlink.errors.SecretError` where that is a secret that cannot be had.
        """
        raise NotImplementedError

    def binding(self) -> str:
        """Give the identity as a digest, since a key is half a credential. Raises `SecretError`."""
        import hashlib  # noqa: PLC0415 - a look at the status needs none

        return hashlib.sha256("\n".join(self.identity()).encode()).hexdigest()[:32]


class CarrierRule(StrictModel):
    """A merchant's own rule for the carrier of a code."""

    pattern: str = Field(description="A regular expression that is found in the code.")
    carrier: str = Field(description="The carrier's id.")
    strip: str = Field(default="", description="A text that is taken out of the code.")

    @field_validator("pattern")
    @classmethod
    def _check_pattern(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from None
        return value


class HoldRule(StrictModel):
    """Which orders wait for a person before they go to the shop."""

    total_over: Annotated[
        Decimal, Field(ge=0), WithJsonSchema({"type": "number", "minimum": 0})
    ] = Field(default=Decimal(0), description="Orders whose total is more than this; 0: none.")
    countries: tuple[str, ...] = Field(
        default=(), description="Orders that go to one of these countries, as `CH`."
    )
    skus: tuple[str, ...] = Field(default=(), description="Orders with one of these SKUs.")


class MarketplaceSettings(ConnectionSettings, CreationSettings):
    """What every marketplace may set."""

    shop: str = Field(
        default="",
        description="Name of the shop that the orders go to; may be left out with a single shop.",
    )
    import_from: StartFrom = Field(
        default="",
        description="Which orders are taken: those placed on this day (UTC) or later, or `open` for"
        " all that are open. Left out: those placed after the connection's first run.",
    )
    max_new_orders: Annotated[int, Field(strict=True)] = Field(
        default=200,
        ge=0,
        description="More new orders than this in one run wait for `orderlink import --force`;"
        " 0 means no limit.",
    )
    tracking_wait: Duration = Field(
        default=timedelta(hours=3),
        description="How long a completed order waits for its tracking code before it is reported"
        " without one.",
    )
    late_code_days: Annotated[int, Field(strict=True)] = Field(
        default=14,
        ge=0,
        le=365,
        description="For how many days orders that were reported without a code are looked at for"
        " one that comes late; 0 means not at all.",
    )
    carriers: tuple[str, ...] = Field(
        default=(),
        description="The carriers that you ship with, by their ids (`orderlink carriers`): codes"
        " that several carriers could have are decided among these.",
    )
    ship_from: Annotated[str, Field(pattern="^([A-Z]{2})?$")] = Field(
        default="", description="The country that parcels leave from, as `NL`."
    )
    carrier_rules: tuple[CarrierRule, ...] = Field(
        default=(),
        description="Your own rules, asked before anything else: `pattern` (a regular expression"
        " on the code), `carrier`, and `strip` (a text to take out of the code).",
    )
    carrier_names: dict[str, str] = Field(
        default={},
        description='What the shop calls a carrier, and the carrier\'s id: `{ Pakje = "postnl" }`.',
    )
    default_carrier: str = Field(
        default="",
        description="The carrier to report where none is found: its id, or the marketplace's own"
        " code.",
    )
    hold_when: HoldRule = Field(
        default=HoldRule(),
        description="Orders that wait for `orderlink release` before they go to the shop:"
        ' `{ total_over = 500, countries = ["CH"], skus = ["A1"] }`.',
    )
    letter_post: bool = Field(
        default=False,
        description="Orders without a code are reported as letter post where the marketplace has a"
        " code for that.",
    )
    letter_carrier: str = Field(
        default="",
        description="Who carries these letters, by the carrier's id, as `deutsche_post`; left out:"
        " the marketplace's own code for letter post, or `Other`.",
    )


class ShopSettings(ConnectionSettings, CreationSettings):
    """What every shop may set."""

    completed_statuses: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        default=("completed",),
        min_length=1,
        description="The shop's own words for an order that has left.",
    )
