"""What a merchant writes down about his Amazon account, and what is told when it is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from orderlink.config import Config, load_config, refuse_same_bindings
from orderlink.errors import ConfigurationError
from orderlink.marketplaces.amazon_settings import AmazonSettings

if TYPE_CHECKING:
    from pathlib import Path

SHOP = """
[shops.web]
type = "woocommerce"
base_url = "https://shop.example.com/"
consumer_key = { env = "KEY" }
consumer_secret = { env = "SECRET" }
"""
AMAZON = """
[marketplaces.amazon]
type = "amazon"
region = "eu"
countries = ["DE", "NL"]
client_id = "amzn1.application"
client_secret = "canary-secret"
refresh_token = "Atzr|canary"
"""


def load(folder: Path, text: str) -> Config:
    path = folder / "orderlink.toml"
    path.write_text(text)
    path.chmod(0o600)
    return load_config(path)


def settings(folder: Path, *keys: str, shop: str = "", top: str = "") -> AmazonSettings:
    text = top + SHOP + shop + AMAZON + "".join(f"{key}\n" for key in keys)
    found = load(folder, text).marketplaces["amazon"]
    assert isinstance(found, AmazonSettings)
    return found


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, text)
    assert "canary" not in str(caught.value)
    return [one.removeprefix(f"{folder / 'orderlink.toml'}: ") for one in caught.value.problems]


@pytest.mark.parametrize("region", ["eu", "na", "fe"])
def test_the_region_says_where_amazon_is(tmp_path: Path, region: str) -> None:
    country = {"eu": "DE", "na": "US", "fe": "JP"}[region]
    text = AMAZON.replace('"eu"', f'"{region}"').replace('"DE", "NL"', f'"{country}"')
    found = load(tmp_path, SHOP + text).marketplaces["amazon"]
    assert isinstance(found, AmazonSettings)
    assert found.base_url == f"https://sellingpartnerapi-{region}.amazon.com"
    assert found.login_url == "https://api.amazon.com"
    assert found.label == "Amazon"


def test_another_address_may_be_given_to_try_things_out(tmp_path: Path) -> None:
    found = settings(tmp_path, 'base_url = "http://127.0.0.1:8402/"')
    assert found.base_url == "http://127.0.0.1:8402"


def test_marketplaces_are_named_by_country_or_by_id_each_once(tmp_path: Path) -> None:
    words = '"DE", "UK", "A1F83G8C2ARO7P", "A1805IZSGTT6HS"'
    found = load(tmp_path, SHOP + AMAZON.replace('"DE", "NL"', words)).marketplaces["amazon"]
    assert isinstance(found, AmazonSettings)
    assert [site.country for site in found.sites()] == ["DE", "GB", "NL"]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("", "must not be empty"),
        ('"XX"', "Amazon has no marketplace XX, as DE, NL, GB or its id"),
        (
            '"A1PA6795UKMFR"',
            (
                "Amazon has no marketplace A1PA6795UKMFR, as DE, NL, GB or its id;"
                " did you mean `A1PA6795UKMFR9`?"
            ),
        ),
        (
            '"DE", "US"',
            (
                "US belongs to the region na, which is a connection of its own; eu has IE, ES, GB,"
                " FR, BE, NL, DE, IT, SE, ZA, PL, EG, TR, SA, AE, IN"
            ),
        ),
    ],
)
def test_a_marketplace_that_does_not_fit_is_told(tmp_path: Path, words: str, problem: str) -> None:
    text = SHOP + AMAZON.replace('"DE", "NL"', words)
    assert problems(tmp_path, text) == [f"marketplaces.amazon.countries: {problem}"]


def test_what_is_missing_is_told_key_by_key(tmp_path: Path) -> None:
    assert problems(tmp_path, SHOP + '[marketplaces.amazon]\ntype = "amazon"\n') == [
        f"marketplaces.amazon.{name}: is missing"
        for name in ("region", "countries", "client_id", "client_secret", "refresh_token")
    ]


def test_letters_without_a_code_are_for_the_merchant_to_allow(tmp_path: Path) -> None:
    assert not settings(tmp_path).letter_post
    found = settings(tmp_path, "letter_post = true", 'letter_carrier = "deutsche_post"')
    assert (found.letter_post, found.letter_carrier) == (True, "deutsche_post")


def test_buyers_data_are_kept_no_longer_than_amazon_allows(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, 'keep_personal_data = "31d"\n' + SHOP + AMAZON)
    assert problem == (
        'keep_personal_data: must be "30d" at most: the data protection rules of amazon'
        " (marketplaces.amazon) allow no more after an order was shipped"
    )
    config = load(tmp_path, 'keep_personal_data = "30d"\n' + SHOP + AMAZON)
    assert config.keep_personal_data == timedelta(days=30)


@pytest.mark.parametrize(
    ("shop", "own", "wanted"),
    [
        ("", "", False),
        ('fulfilled_by_marketplace = "as_shipped"\n', "", True),
        ("", 'fulfilled_by_marketplace = "open"', True),
        ('fulfilled_by_marketplace = "open"\n', 'fulfilled_by_marketplace = "skip"', False),
    ],
)
def test_what_amazon_sends_itself_is_wanted_where_the_shop_or_the_marketplace_says_so(
    tmp_path: Path, shop: str, own: str, wanted: bool
) -> None:
    found = settings(tmp_path, own, shop=shop)
    assert found.takes_fulfilled_by_amazon is wanted


def test_a_new_refresh_token_or_secret_leaves_the_connection_what_it_is(tmp_path: Path) -> None:
    before = settings(tmp_path).identity()
    renewed = AMAZON.replace("Atzr|canary", "Atzr|new").replace("canary-secret", "new-secret")
    assert load(tmp_path, SHOP + renewed).marketplaces["amazon"].identity() == before
    assert before == ("https://sellingpartnerapi-eu.amazon.com", "amzn1.application")


def test_a_seller_id_tells_accounts_of_one_application_apart(tmp_path: Path) -> None:
    second = AMAZON.replace("marketplaces.amazon", "marketplaces.other")
    with pytest.raises(ConfigurationError, match="same account"):
        refuse_same_bindings(load(tmp_path, SHOP + AMAZON + second))
    refuse_same_bindings(load(tmp_path, SHOP + AMAZON + second + 'seller_id = "A2"\n'))
    other_region = second.replace('"eu"', '"na"').replace('"DE", "NL"', '"US", "CA"')
    refuse_same_bindings(load(tmp_path, SHOP + AMAZON + other_region))
