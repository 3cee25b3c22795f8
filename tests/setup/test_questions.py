"""What is asked about a connector, and what a person may answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import Field

from orderlink.config import Secret, ShopSettings
from orderlink.marketplaces.bol_settings import BolSettings
from orderlink.registry import MARKETPLACE, SHOP, Kind, settings_of
from orderlink.setup.given import TYPED, start_given, value_from
from orderlink.setup.questions import complaint, questions
from orderlink.shops.woocommerce_settings import WooCommerceSettings

HERE = Path("/where/I/am")
BUILTIN = [(kind, word) for kind in (MARKETPLACE, SHOP) for word in kind.builtin]


class TheirSettings(ShopSettings):
    """Keys of all kinds."""

    label: ClassVar[str] = "Theirs"

    base_url: str = Field(description="The address.")
    key: Secret = Field(
        description="The key.", json_schema_extra={"where": "On the\n   back of the card."}
    )
    token: Secret | None = Field(default=None, description="A second key.")
    region: str = Field(
        default="eu", description="Where it is.", json_schema_extra={"where": "In the footer."}
    )
    limit: int = Field(default=5, description="So many.")
    words: tuple[str, ...] = Field(default=(), description="Words.")


@pytest.mark.parametrize(("kind", "word"), BUILTIN, ids=lambda one: getattr(one, "name", one))
def test_every_needed_key_of_our_connectors_says_where_it_is_found(kind: Kind, word: str) -> None:
    asked = questions(settings_of(word, kind, Path()))
    assert asked
    for one in asked:
        assert one.meaning.endswith("."), one.key
        assert one.where.endswith("."), one.key
        assert one.where[0].isupper(), one.key


def test_what_is_needed_or_says_where_it_is_found_is_asked_for() -> None:
    asked = {one.key: one for one in questions(TheirSettings)}
    assert list(asked) == ["base_url", "key", "region"]
    assert (asked["base_url"].where, asked["base_url"].secret) == ("", False)
    assert (asked["key"].where, asked["key"].secret) == ("On the back of the card.", True)
    assert (asked["region"].needed, asked["base_url"].needed) == (False, True)


def test_a_value_is_held_against_its_key_alone() -> None:
    def wrong(key: str, value: object) -> str:
        return complaint(WooCommerceSettings, key, value, "woocommerce", HERE)

    assert wrong("base_url", "https://shop.example.com") == ""
    assert wrong("base_url", "http://shop.example.com").startswith("must begin with https://")
    assert wrong("base_urll", "x") == "unknown key; did you mean `base_url`?"
    assert wrong("consumer_key", {"env": "NAME"}) == ""
    assert (
        wrong("consumer_key", {"evn": "NAME"}) == "has the unknown key `evn`; did you mean `env`?"
    )
    assert wrong("status_after_import", "completed") == "", "it depends on other keys"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("env:BOL_ID", {"env": "BOL_ID"}),
        ("file:secrets/bol", {"file": "/where/I/am/secrets/bol"}),
        ("file:/run/secrets/bol", {"file": "/run/secrets/bol"}),
        ("command:pass show 'bol id'", {"command": ["pass", "show", "bol id"]}),
        ("credential:bol", {"credential": "bol"}),
        ("-", TYPED),
    ],
)
def test_a_secret_is_said_by_its_place(text: str, value: object) -> None:
    assert value_from(BolSettings.model_fields["client_id"], text, HERE) == value
    assert value_from(TheirSettings.model_fields["token"], text, HERE) == value


@pytest.mark.parametrize("text", ["canary", "env:", "env", "enf:NAME", "command:'", ""])
def test_a_secret_itself_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"must not stand here itself|not closed") as refused:
        value_from(BolSettings.model_fields["client_id"], text, HERE)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("base_url", "https://x.example", "https://x.example"),
        ("region", "7", "7"),
        ("limit", "7", 7),
        ("limit", "seven", "seven"),
        ("words", '["a", "b"]', ["a", "b"]),
        ("words", "a = 1\nb", "a = 1\nb"),
    ],
)
def test_other_values_are_text_or_toml(key: str, text: str, value: object) -> None:
    assert value_from(TheirSettings.model_fields[key], text, HERE) == value


def test_the_start_is_now_or_open_or_a_day() -> None:
    assert start_given("now") is None
    assert start_given("open") == "open"
    assert start_given("2026-01-31") == date(2026, 1, 31)
    for text in ("", "Now", "31-01-2026", "2026-02-31", "2026-01-31T09:00"):
        with pytest.raises(ValueError, match="must be now, open, or a day as 2026-01-31"):
            start_given(text)
