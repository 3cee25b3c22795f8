from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from orderlink.errors import ConfigurationError
from orderlink.registry import MARKETPLACE, SHOP, Kind, connector_class, settings_model
from orderlink.settings import MarketplaceSettings, ShopSettings

if TYPE_CHECKING:
    from pathlib import Path

THEIR_SHOP = """
from __future__ import annotations
from orderlink.config import Secret, ShopSettings


class TheirSettings(ShopSettings):
    base_url: str
    key: Secret

    def identity(self) -> tuple[str, ...]:
        return (self.base_url, self.key.reveal())


class TheirShop:
    settings_model = TheirSettings

    def draft(self): ...
    def create(self): ...
    def find(self): ...
    def newest(self): ...
    def read(self): ...
    def read_one(self): ...


class Half:
    settings_model = TheirSettings

    def draft(self): ...
    def create(self): ...
    read = None


class Bare: ...


class Odd:
    settings_model = dict


text = "no class"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.py").write_text(THEIR_SHOP)
    return tmp_path


def complaint(word: str, folder: Path, kind: Kind = SHOP) -> str:
    with pytest.raises(ConfigurationError) as caught:
        connector_class(word, kind, folder)
    (sentence,) = caught.value.problems
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize("kind", [MARKETPLACE, SHOP])
def test_every_connector_that_comes_along_is_found_and_whole(kind: Kind, tmp_path: Path) -> None:
    assert kind.builtin
    for word, reference in kind.builtin.items():
        found = connector_class(word, kind, tmp_path)
        assert f"{found.__module__}:{found.__name__}" == reference
        assert issubclass(settings_model(found), kind.base)


def test_the_required_methods_are_those_of_the_protocol() -> None:
    assert MARKETPLACE.required_methods() == ("orders", "order", "ship")
    assert set(SHOP.required_methods()) == {
        "draft",
        "create",
        "find",
        "newest",
        "read",
        "read_one",
    }
    assert (MARKETPLACE.base, SHOP.base) == (MarketplaceSettings, ShopSettings)


def test_a_class_in_a_file_beside_the_configuration_is_found_once(folder: Path) -> None:
    found = connector_class("./shop.py:TheirShop", SHOP, folder)
    assert found.__name__ == "TheirShop"
    assert connector_class("./shop.py:TheirShop", SHOP, folder) is found
    assert set(settings_model(found).model_fields) > {"type", "base_url", "key"}


def test_a_class_in_an_installed_module_is_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "shop.py").rename(folder / "their_shop_module.py")
    monkeypatch.syspath_prepend(folder)
    found = connector_class("their_shop_module:TheirShop", SHOP, folder / "elsewhere")
    assert found.__module__ == "their_shop_module"


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("woocomerce", "orderlink knows (shopify, woocommerce); did you mean `woocommerce`?"),
        ("", "`` is no shop that orderlink knows (shopify, woocommerce)"),
        ("bol", "`bol` is a marketplace; its table is [marketplaces.NAME]"),
        (":TheirShop", "must be `module:Class` or `./file.py:Class`"),
        ("./shop.py:", "must be `module:Class` or `./file.py:Class`"),
        ("./shop.py:a b", "must be `module:Class` or `./file.py:Class`"),
        ("./shop.py:TheirShp", "`./shop.py` has no class `TheirShp`; did you mean `TheirShop`?"),
        ("./shop.py:text", "`./shop.py:text` is not a class"),
        ("./shop.py:Bare", "`./shop.py:Bare` lacks `settings_model`"),
        ("./shop.py:Odd", "must be a subclass of orderlink.config.ShopSettings"),
        ("./shop.py:Half", "it lacks find, newest, read, read_one"),
        ("./absent.py:TheirShop", "there is no file "),
        ("./shop:TheirShop", "there is no file "),
        ("no_such_module_here:Shop", "there is no module `no_such_module_here`"),
        ("orderlink.no_such:Shop", "there is no module `orderlink.no_such`"),
        ("..relative:Shop", "cannot be imported: TypeError"),
    ],
)
def test_a_word_that_leads_nowhere_is_explained(word: str, sentence: str, folder: Path) -> None:
    assert sentence in complaint(word, folder)


def test_a_shop_is_no_marketplace(folder: Path) -> None:
    assert "is no marketplace: its `settings_model` must be a subclass of" in complaint(
        "./shop.py:TheirShop", folder, MARKETPLACE
    )


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("class Shop(:", "SyntaxError: "),
        ("raise ValueError('two\\nlines')", "ValueError: two lines"),
        ("raise SystemExit(5)", "SystemExit: 5"),
    ],
)
def test_code_that_cannot_be_imported_is_told_in_one_line(
    source: str, sentence: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "broken_" + re.sub(r"\W", "", sentence)
    (folder / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(folder)
    assert f"{name}.py cannot be imported: {sentence}" in complaint(f"./{name}.py:Shop", folder)
    assert f"{name} cannot be imported: {sentence}" in complaint(f"{name}:Shop", folder)


def test_a_file_that_was_mended_is_imported_anew(folder: Path) -> None:
    (folder / "late.py").write_text("import no_such_library")
    complaint("./late.py:TheirShop", folder)
    (folder / "late.py").write_text(THEIR_SHOP)
    assert connector_class("./late.py:TheirShop", SHOP, folder).__name__ == "TheirShop"


def test_a_file_that_is_no_python_is_refused(folder: Path) -> None:
    (folder / "shop.txt").write_text(THEIR_SHOP)
    assert "shop.txt is no Python file" in complaint("./shop.txt:TheirShop", folder)
