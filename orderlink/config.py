"""TOML -> typed configuration. SKELETON OF THE INTERFACE: the implementation follows."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field


class Secret:
    """A value that is looked up when it is needed and never shown."""

    def reveal(self) -> str:
        """Look the secret up. Raises `orderlink.errors.SecretError`."""
        raise NotImplementedError


class ConnectionSettings(BaseModel):
    """What every connection may set."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    type: str
    proxy: str | None = None
    ca_bundle: str | None = None
    quarantine: timedelta = timedelta(minutes=15)

    def identity(self) -> tuple[str, ...]:
        """Tell what binds this connection to its rows: its base URL and client id or key."""
        raise NotImplementedError


class MarketplaceSettings(ConnectionSettings):
    """What every marketplace may set."""

    shop: str = ""
    import_from: str = ""
    max_new_orders: int = Field(default=200, ge=0)
    tracking_wait: timedelta = timedelta(hours=3)
    late_code_days: int = 14
    default_carrier: str = ""

    label: ClassVar[str] = ""
    """The marketplace's name for people."""


class ShopSettings(ConnectionSettings):
    """What every shop may set."""

    completed_statuses: tuple[str, ...] = ("completed",)
