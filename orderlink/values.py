"""Frozen values: what the domain, the rows and the decisions are made of.

They are msgspec's structs: immutable, compared and hashed by their fields, as a frozen dataclass
would be. A class costs a thirtieth of a dataclass when it is defined, which a program that cron
starts every five minutes pays for a hundred classes each time.
"""

from __future__ import annotations

from msgspec import Struct, field
from msgspec.structs import replace

__all__ = ["Value", "field", "replace"]


class Value(Struct, frozen=True, forbid_unknown_fields=True):
    """What every frozen value is; `replace` gives one with other fields."""
