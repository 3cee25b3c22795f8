"""Writing a configuration: whole or not at all, and over nothing."""

from __future__ import annotations

import os
import stat
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlink import files
from orderlink.config import load_config
from orderlink.errors import ConfigurationError
from orderlink.marketplaces.bol_settings import BolSettings
from orderlink.report.screen import OutputFailed
from orderlink.secrets import Secret
from orderlink.setup.text import Table, table_text
from orderlink.setup.writing import write
from orderlink.shops.woocommerce_settings import WooCommerceSettings

if TYPE_CHECKING:
    from pathlib import Path

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES = st.one_of(
    TEXT,
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.dates(),
    st.lists(TEXT, max_size=4),
    st.dictionaries(st.sampled_from(["env", "file", "credential"]), TEXT, min_size=1, max_size=1),
    st.builds(lambda words: {"command": words}, st.lists(TEXT, min_size=1, max_size=3)),
)


def shop(**values: object) -> Table:
    known = {
        "type": "woocommerce",
        "base_url": "https://shop.example.com",
        "consumer_key": Secret("ck_canary"),
        "consumer_secret": {"env": "WOO_SECRET"},
        **values,
    }
    return Table("shops", "webshop", "A shop: WooCommerce.", WooCommerceSettings, known)


def market(name: str = "bol", **values: object) -> Table:
    known = {
        "type": "bol",
        "shop": "webshop",
        "client_id": {"env": f"{name}_ID"},
        "client_secret": Secret(f"canary-{name}"),
        **values,
    }
    return Table("marketplaces", name, "A marketplace: bol.", BolSettings, known)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "folder" / "orderlink.toml"


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@given(st.dictionaries(st.sampled_from(sorted(BolSettings.model_fields)), VALUES))
def test_what_is_written_is_read_back_as_it_was(values: dict[str, Any]) -> None:
    table = Table("marketplaces", "a-name", "A marketplace: bol.", BolSettings, values)
    text = table_text(table)
    assert tomllib.loads(text) == {"marketplaces": {"a-name": values}}
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert all(len(line) <= 100 for line in comments)


def test_a_first_configuration_is_for_its_owner_only(path: Path) -> None:
    written = write(path, [shop(), market()], plain=False)
    assert (written.path, written.new) == (path, True)
    assert [mode(one) for one in (path, *written.secrets)] == [0o600] * 3
    assert [mode(one) for one in (path.parent, path.parent / "secrets")] == [0o700] * 2
    config = load_config(path)
    assert config.marketplaces["bol"].client_secret.reveal() == "canary-bol"  # type: ignore[attr-defined]
    assert b"canary" not in path.read_bytes()


def test_secrets_may_stand_in_the_configuration_itself(path: Path) -> None:
    assert write(path, [shop(), market()], plain=True).secrets == ()
    assert tomllib.loads(path.read_text())["shops"]["webshop"]["consumer_key"] == "ck_canary"
    assert mode(path) == 0o600
    load_config(path)


def test_every_key_stands_under_what_it_means_and_where_it_is_found(path: Path) -> None:
    write(path, [shop(), market(import_from=date(2026, 1, 31), carriers=["postnl"])], plain=False)
    text = path.read_text()
    assert "\n# Client id of the API key in bol's seller account.\n# Where: In bol's" in text
    assert '\nclient_id = { env = "bol_ID" }\n' in text
    assert "\nimport_from = 2026-01-31\n" in text
    assert '\ncarriers = ["postnl"]\n' in text


def test_a_further_connection_is_added_at_the_end_and_nothing_else_changes(path: Path) -> None:
    write(path, [shop(), market()], plain=False)
    mine = path.read_bytes().replace(b'type = "bol"', b"type   =  'bol' # mine") + b"# the end"
    path.write_bytes(mine)
    written = write(path, [market("second")], plain=False)
    assert written.new is False
    assert path.read_bytes().startswith(mine + b"\n\n# A marketplace: bol.\n[marketplaces.second]")
    assert set(load_config(path).marketplaces) == {"bol", "second"}


def test_a_link_to_the_configuration_stays_one(path: Path, tmp_path: Path) -> None:
    write(path, [shop(), market()], plain=False)
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    (tmp_path / "secrets").symlink_to(path.parent / "secrets")
    write(link, [market("second", client_secret={"env": "X"})], plain=False)
    assert link.is_symlink()
    assert b"second" in path.read_bytes()


def test_a_secret_that_an_interrupted_run_left_is_not_written_over(path: Path) -> None:
    (path.parent / "secrets").mkdir(parents=True)
    left = path.parent / "secrets" / "bol.client_secret"
    left.write_text("another")
    written = write(path, [shop(), market()], plain=False)
    assert left.read_text() == "another"
    assert written.secrets[1].name == "bol.client_secret-2"
    load_config(path)


@pytest.mark.parametrize("existing", [True, False])
@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_where_it_is_broken_off_everything_is_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch, existing: bool, at: int, error: BaseException
) -> None:
    tables = [shop(), market()]
    if existing:
        write(path, tables, plain=False)
        more = {"base_url": "https://b.example", "consumer_secret": Secret("cs_canary")}
        second = Table("shops", "b", "A shop.", WooCommerceSettings, {**shop().values, **more})
        third = market("c", shop="b")
        tables = [second, third]
    before = everything(path.parent)
    calls = 0
    synced = files._sync

    def fails(target: Path) -> None:
        nonlocal calls
        calls += not target.is_dir()
        if calls == at:
            raise error
        synced(target)

    monkeypatch.setattr(files, "_sync", fails)
    with pytest.raises((OutputFailed, KeyboardInterrupt)):
        write(path, tables, plain=False)
    assert everything(path.parent) == before


INLINE = """
marketplaces = { bol = { type = "bol", client_id = { env = "I" }, client_secret = { env = "T" } } }
[shops.webshop]
type = "woocommerce"
base_url = "https://a.example"
consumer_key = { env = "K" }
consumer_secret = { env = "S" }
"""


def test_a_file_at_whose_end_nothing_can_be_added_is_left_alone(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(INLINE)
    load_config(path)
    with pytest.raises(ConfigurationError) as refused:
        write(path, [market("second")], plain=False)
    assert "is no valid TOML" in str(refused.value)
    assert "add the table by hand" in str(refused.value)
    assert everything(path.parent) == {"orderlink.toml": INLINE.encode()}


def test_a_second_shop_is_refused_as_long_as_a_marketplace_names_none(path: Path) -> None:
    values = {key: value for key, value in market().values.items() if key != "shop"}
    first = Table("marketplaces", "bol", "A marketplace.", BolSettings, values)
    write(path, [shop(), first], plain=False)
    another = {**shop().values, "base_url": "https://b.example"}
    before = everything(path.parent)
    with pytest.raises(ConfigurationError) as refused:
        write(path, [Table("shops", "b", "A.", WooCommerceSettings, another)], plain=False)
    assert "marketplaces.bol.shop: is missing; name one of the shops" in str(refused.value)
    assert everything(path.parent) == before


def test_the_same_account_twice_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("bol_ID", "one")
    monkeypatch.setenv("second_ID", "one")
    write(path, [shop(), market()], plain=False)
    before = everything(path.parent)
    with pytest.raises(ConfigurationError, match="is the same account as marketplaces"):
        write(path, [market("second")], plain=False)
    assert everything(path.parent) == before


def test_a_configuration_that_was_changed_meanwhile_is_left_alone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(path, [shop(), market()], plain=False)
    before = path.read_bytes() + b"# changed\n"
    replace = os.link

    def links_and_changes(*arguments: Any, **options: Any) -> None:
        replace(*arguments, **options)
        path.write_bytes(before)

    monkeypatch.setattr(os, "link", links_and_changes)
    with pytest.raises(ConfigurationError, match="was changed meanwhile"):
        write(path, [market("second")], plain=False)
    assert path.read_bytes() == before
