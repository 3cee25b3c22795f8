"""The keys of a bol connection: apart from the connector, so that reading them stays quick."""

from __future__ import annotations

from typing import ClassVar, Final

from pydantic import Field, field_validator

from orderlink.secrets import Secret
from orderlink.settings import MarketplaceSettings

LETTERS: Final = ("letter_no_tracking", "postnl_letterbox", "bpost_letter")
"""The carriers that bol has a code of its own for which goes without a tracking code."""


class BolSettings(MarketplaceSettings):
    """What a bol connection may set, beside what every marketplace may."""

    label: ClassVar[str] = "bol"
    api_version: ClassVar[str] = "Retailer API v10"

    client_id: Secret = Field(
        description="Client id of the API key in bol's seller account.",
        json_schema_extra={
            "where": "In bol's seller account: Settings, Services, API settings. Make client"
            " credentials for the Retailer API there; the id stands in their list."
        },
    )
    client_secret: Secret = Field(
        description="Client secret that belongs to `client_id`.",
        json_schema_extra={"where": "Beside the client id, behind a button that shows it."},
    )
    base_url: str = Field(
        default="https://api.bol.com", description="Where the API is; a sandbox for trying."
    )
    login_url: str = Field(
        default="https://login.bol.com", description="Where tokens are given; a sandbox for trying."
    )

    @field_validator("letter_carrier")
    @classmethod
    def _takes_no_code(cls, name: str) -> str:
        if name and name not in LETTERS:
            raise ValueError(f"at bol letters go by one of {', '.join(LETTERS)}, not by {name}")
        return name

    def identity(self) -> tuple[str, ...]:
        """Tell what binds this connection to its rows: the base URL and the client id.

        Raises `orderlink.errors.SecretError`.
        """
        return (self.base_url, self.client_id.reveal())
