from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import platformdirs
import pytest
from pydantic import BaseModel

from orderlink.alerts.settings import AlertSettings
from orderlink.config import (
    Config,
    MarketplaceSettings,
    ShopSettings,
    config_schema,
    find_config,
    load_config,
    refuse_same_bindings,
)
from orderlink.errors import ConfigurationError
from orderlink.file_settings import FileSettings, LogStyle
from orderlink.registry import MARKETPLACE, SHOP, connector_class, settings_model
from orderlink.settings import StrictModel, base_url_from, duration_from, duration_text, proxy_from

EXAMPLES = Path(__file__).parent.parent / "examples"
EXAMPLE = EXAMPLES / "orderlink.toml"
HTTPS = "must begin with https://; plain http is for this machine only (localhost)"
CANARY = "canary-7c1f"

SHOP_TABLE = """
[shops.web]
type = "woocommerce"
base_url = "https://shop.example.com/"
consumer_key = { env = "KEY" }
consumer_secret = { env = "SECRET" }
"""
BOL_TABLE = """
[marketplaces.bol]
type = "bol"
client_id = { env = "BOL_ID" }
client_secret = { env = "BOL_SECRET" }
"""
GOOD = SHOP_TABLE + BOL_TABLE


@pytest.fixture(autouse=True)
def _platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("KEY", "SECRET", "BOL_ID", "BOL_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orderlink.toml"


def load(path: Path, text: str | bytes, mode: int = 0o600) -> Config:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return load_config(path)


def problems(path: Path, text: str | bytes, mode: int = 0o600) -> list[str]:
    """Give the problems without the file's name, which each of them must begin with."""
    with pytest.raises(ConfigurationError) as caught:
        load(path, text, mode)
    assert all(problem.startswith(f"{path}: ") for problem in caught.value.problems)
    assert CANARY not in str(caught.value)
    return [problem.removeprefix(f"{path}: ") for problem in caught.value.problems]


# A configuration that is right


def test_a_small_configuration_gets_its_defaults(path: Path) -> None:
    config = load(path, GOOD)
    shop, bol = config.shops["web"], config.marketplaces["bol"]
    assert (config.path, config.log) == (path, None)
    assert (config.alert_after, config.keep_personal_data) == (
        timedelta(minutes=30),
        timedelta(days=30),
    )
    assert (bol.import_from, bol.max_new_orders, bol.late_code_days) == ("", 200, 14)
    assert (bol.tracking_wait, bol.quarantine) == (timedelta(hours=3), timedelta(minutes=15))
    assert config.log_style == LogStyle("info", "text", 1024 * 1024, 3)
    assert shop.completed_statuses == ("completed",)
    assert config.shop_classes["web"].__name__ == "WooCommerce"
    assert config.marketplace_classes["bol"].__name__ == "Bol"


def test_a_marketplace_belongs_to_the_only_shop(path: Path) -> None:
    assert load(path, GOOD).marketplaces["bol"].shop == "web"


def test_every_common_key_is_taken(path: Path, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    config = load(
        path,
        'state = "s.sqlite3"\nlog = "~/log/orderlink.log"\nalert_after = "1h"\n'
        'keep_personal_data = "90 days"\nlog_level = "debug"\nlog_format = "json"\n'
        "log_megabytes = 20\nlog_files = 5\n"
        + SHOP_TABLE
        + 'completed_statuses = ["completed", "gone"]\nca_bundle = "ca.pem"\n'
        + 'proxy = "http://127.0.0.1:3128"\n'
        + BOL_TABLE
        + 'shop = "web"\nimport_from = 2026-01-31\nmax_new_orders = 0\ntracking_wait = "90s"\n'
        + 'late_code_days = 0\ndefault_carrier = "TNT"\nquarantine = "20 min"\n',
    )
    shop, bol = config.shops["web"], config.marketplaces["bol"]
    assert config.state == tmp_path / "s.sqlite3"
    assert config.log == tmp_path / "home" / "log" / "orderlink.log"
    assert (config.alert_after, config.keep_personal_data) == (
        timedelta(hours=1),
        timedelta(days=90),
    )
    assert config.log_style == LogStyle("debug", "json", 20 * 1024 * 1024, 5)
    assert shop.completed_statuses == ("completed", "gone")
    assert (shop.ca_bundle, shop.proxy) == (str(tmp_path / "ca.pem"), "http://127.0.0.1:3128")
    assert (bol.import_from, bol.max_new_orders, bol.late_code_days) == ("2026-01-31", 0, 0)
    assert (bol.tracking_wait, bol.quarantine) == (timedelta(seconds=90), timedelta(minutes=20))
    assert bol.default_carrier == "TNT"


@pytest.mark.parametrize("value", ['"open"', '""', '"2026-01-31"'])
def test_import_from_may_be_text(path: Path, value: str) -> None:
    config = load(path, GOOD + f"import_from = {value}")
    assert config.marketplaces["bol"].import_from == value.strip('"')


def test_a_configuration_with_a_byte_order_mark_is_read(path: Path) -> None:
    assert load(path, b"\xef\xbb\xbf" + GOOD.encode()).shops


def test_loading_looks_no_secret_up(path: Path, tmp_path: Path) -> None:
    command = '{ command = ["touch", "made"] }'
    load(path, GOOD.replace('{ env = "BOL_ID" }', command))
    assert not (tmp_path / "made").exists()


def test_a_secret_knows_its_key(path: Path) -> None:
    secrets = load(path, GOOD).marketplaces["bol"].own_secrets()
    assert {name: secret.key for name, secret in secrets.items()} == {
        "client_id": "marketplaces.bol.client_id",
        "client_secret": "marketplaces.bol.client_secret",
    }


def test_a_configuration_shows_no_secret(path: Path) -> None:
    config = load(path, GOOD.replace('{ env = "BOL_SECRET" }', f'"{CANARY}"'))
    assert config.marketplaces["bol"].own_secrets()["client_secret"].reveal() == CANARY
    assert CANARY not in repr(config)


def test_a_third_partys_file_is_relative_to_the_configuration(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "theirs.py").write_text(
        "from orderlink.config import MarketplaceSettings\n"
        "class Settings(MarketplaceSettings):\n    api_url: str\n    lists: list[str] = []\n"
        "class Theirs:\n    settings_model = Settings\n"
        "    def orders(self): ...\n    def order(self): ...\n    def ship(self): ...\n"
    )
    monkeypatch.chdir("/")
    theirs = '\n[marketplaces.theirs]\ntype = "./theirs.py:Theirs"\n'
    config = load(path, GOOD + theirs + 'api_url = "https://api.example.com/v1/"\n')
    assert config.marketplace_classes["theirs"].__name__ == "Theirs"
    assert config.marketplaces["theirs"].model_dump()["api_url"] == "https://api.example.com/v1"
    assert problems(path, GOOD + theirs + 'api_url = "http://api.example.com"\nlists = 1\n') == [
        f"marketplaces.theirs.api_url: {HTTPS}",
        'marketplaces.theirs.lists: must be a list, as ["..."]',
    ]


def test_loading_imports_neither_requests_nor_rich(path: Path) -> None:
    path.write_text(GOOD)
    script = (
        "import sys, pathlib, orderlink.config as c; c.load_config(pathlib.Path(sys.argv[1]));"
        "c.config_schema(); print([m for m in ('requests', 'urllib3', 'rich') if m in sys.modules])"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script, str(path)], capture_output=True, check=True, text=True
    )
    assert done.stdout == "[]\n"


# Everything that is wrong


def test_all_problems_are_told_at_once(path: Path) -> None:
    found = problems(
        path,
        'alert_aftr = "1h"\nkeep_personal_data = "3"\n'
        + SHOP_TABLE.replace("consumer_key", "consumer_kye")
        + BOL_TABLE
        + 'client_secrt = "canary-7c1f"\nmax_new_orders = "5"\nshop = "wbe"\n'
        + '[marketplaces.other]\ntype = "bool"\n',
    )
    duration = 'must be a duration with its unit in quotes, as "90s", "15 min", "3h", "2d"'
    unknown = "`bool` is no marketplace that orderlink knows (amazon, bol)"
    assert sorted(found) == sorted(
        [
            "alert_aftr: unknown key; did you mean `alert_after`?",
            f"keep_personal_data: {duration}",
            "shops.web.consumer_key: is missing",
            "shops.web.consumer_kye: unknown key; did you mean `consumer_key`?",
            "marketplaces.bol.client_secrt: unknown key; did you mean `client_secret`?",
            "marketplaces.bol.max_new_orders: must be a whole number, without quotes",
            "marketplaces.bol.shop: there is no shop `wbe`; did you mean `web`?",
            f"marketplaces.other.type: {unknown}; did you mean `bol`?",
        ]
    )


@pytest.mark.parametrize(
    ("lines", "after"),
    [
        ("", timedelta(days=400)),
        ('archive_after = "30d"', timedelta(days=30)),
        ('archive_after = "never"', None),
        ('keep_personal_data = "500d"', timedelta(days=500)),
        ('keep_personal_data = "500d"\narchive_after = "never"', None),
    ],
)
def test_orders_are_archived_when_their_data_are_gone_at_the_earliest(
    path: Path, lines: str, after: timedelta | None
) -> None:
    assert load(path, f"{lines}\n{GOOD}").archive_after == after


@pytest.mark.parametrize(
    ("lines", "least"),
    [
        ('archive_after = "29d"', "30d"),
        ('archive_after = "400d"\nkeep_personal_data = "500d"', "500d"),
        ('archive_after = "1h"\nkeep_personal_data = "1h"', "1d"),
    ],
)
def test_an_archive_before_personal_data_are_gone_is_refused(
    path: Path, lines: str, least: str
) -> None:
    told = f"archive_after: must be at least {least}: a day, and as long as keep_personal_data"
    assert problems(path, f"{lines}\n{GOOD}") == [told]


def test_a_span_that_is_none_is_no_time_to_archive_after(path: Path) -> None:
    told = 'must be "never", or a duration with its unit in quotes, as "90s", "15 min", "3h", "2d"'
    assert problems(path, f'archive_after = "always"\n{GOOD}') == [f"archive_after: {told}"]


def replaced(key: str, value: str) -> str:
    """Give the good configuration with one key of the shop or of bol set to a value."""
    text, number = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", GOOD)
    return text if number else f"{GOOD}{key} = {value}\n"


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("tracking_wait", "3", "must be a duration with its unit in quotes"),
        ("tracking_wait", '"3 hors"', "must be a duration with its unit in quotes"),
        ("tracking_wait", '"-3h"', "must be a duration with its unit in quotes"),
        ("tracking_wait", '"0h"', "must be longer than nothing"),
        ("tracking_wait", '"99999999d"', "at most 3650 days"),
        ("import_from", "2026-01-31T10:00:00Z", "must be a date without a time, as 2026-01-31"),
        ("import_from", '"2026-02-30"', "is a day that does not exist"),
        ("import_from", '"20260131"', "must be a date without a time"),
        ("import_from", "true", "must be a date without a time"),
        ("max_new_orders", "-1", "must be at least 0"),
        ("max_new_orders", "true", "must be a whole number, without quotes"),
        ("max_new_orders", "1.5", "must be a whole number, without quotes"),
        ("late_code_days", "366", "must be at most 365"),
        ("default_carrier", "5", "must be text, in quotes"),
        ("quarantine", '"0s"', "must be longer than nothing"),
        ("proxy", '"http://me:canary-7c1f@proxy:8080"', "must not hold a user name"),
        ("proxy", '"proxy:8080"', "must be an address as https://example.com"),
        ("proxy", '"http://proxy:8080/path"', "must be http://HOST:PORT and nothing more"),
        ("ca_bundle", '"absent.pem"', "names a file that does not exist: "),
        ("ca_bundle", '""', "must be the path of a file, as text"),
        ("client_secret", '{ enf = "canary-7c1f" }', "unknown key `enf`; did you mean `env`?"),
        ("client_secret", "[7, 'canary-7c1f']", "must be text or one of"),
        ("client_secret", '""', "is empty"),
        ("type", "7", "must be text"),
    ],
)
def test_a_value_that_does_not_fit_is_explained(
    path: Path, key: str, value: str, problem: str
) -> None:
    found = problems(path, replaced(key, value))
    assert any(f".{key}: " in one and problem in one for one in found), found


def test_a_list_of_the_wrong_kind_names_its_place(path: Path) -> None:
    assert problems(path, SHOP_TABLE + 'completed_statuses = ["a", 1]\n' + BOL_TABLE) == [
        "shops.web.completed_statuses.1: must be text, in quotes"
    ]
    assert problems(path, SHOP_TABLE + "completed_statuses = []\n" + BOL_TABLE) == [
        "shops.web.completed_statuses: must not be empty"
    ]
    assert problems(path, SHOP_TABLE + 'completed_statuses = "a"\n' + BOL_TABLE) == [
        'shops.web.completed_statuses: must be a list, as ["..."]'
    ]


def test_a_word_that_is_none_of_the_choices_is_told_them(path: Path) -> None:
    assert problems(path, SHOP_TABLE + f'buyer_email = "{CANARY}"\n' + BOL_TABLE) == [
        "shops.web.buyer_email: must be 'meta' or 'billing'"
    ]


def test_settings_may_be_made_in_code() -> None:
    made = ShopSettings(type="x", quarantine=timedelta(minutes=1), ca_bundle=None, proxy=None)
    assert made.quarantine == timedelta(minutes=1)
    with pytest.raises(NotImplementedError):
        made.identity()


def test_a_connector_without_a_type_is_told_which_there_are(path: Path) -> None:
    assert problems(path, GOOD.replace('type = "bol"', "")) == [
        'marketplaces.bol.type: is missing: one of "amazon", "bol", or module:Class'
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "shops: is missing"),
        (SHOP_TABLE, "marketplaces: is missing"),
        (BOL_TABLE, "shops: is missing"),
        ("shops = 1\n" + BOL_TABLE, "shops: must be tables, each with a name of its own"),
        ("[shops]\n" + BOL_TABLE, "shops: is empty; add a table [shops.NAME]"),
        ("[shops]\nweb = 1\n" + BOL_TABLE, "shops.web: must be a table"),
        (GOOD + "[marketplace.x]\n", "marketplace: unknown key; did you mean `marketplaces`?"),
        ('state = "~no-such-user-here/x"\n' + GOOD, "state: begins with `~`, but that home"),
        ('log = "a"\nstate = "./a"\n' + GOOD, "state: must be another file than"),
        ('log = "orderlink.toml"\n' + GOOD, "state: must be another file than"),
        ('log_level = "chatty"\n' + GOOD, "log_level: must be 'warning', 'info' or 'debug'"),
        ("log_files = 0\n" + GOOD, "log_files: must be at least 1"),
        ("log_megabytes = 1.5\n" + GOOD, "log_megabytes: must be a whole number"),
    ],
)
def test_a_file_that_lacks_its_shape_is_explained(path: Path, text: str, problem: str) -> None:
    assert any(one.startswith(problem) for one in problems(path, text))


OPEN_MAIL = """
mail_host = "mail.example"
mail_security = "none"
mail_from = "me@example.com"
mail_to = ["me@example.com"]
"""


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("", "names no way to tell you: command, mail_to, apprise or ping"),
        ('mail_to = ["me@example.com"]', "mail needs mail_host, mail_from and mail_to"),
        ('comand = ["tell"]', "unknown key; did you mean `command`?"),
        ('command = "tell"', 'must be a list, as ["..."]'),
        ('mail_to = ["Me <me@example.com>"]', "must be a mail address, as me@example.com"),
        ('ping = "https://x.example"\nmail_user = "me"', "mail_user and mail_password belong"),
        (
            OPEN_MAIL,
            "is for a mail server on this machine only",
        ),
        ("mail_port = 0", "must be at least 1"),
    ],
)
def test_alerts_that_reach_nobody_are_explained(path: Path, table: str, problem: str) -> None:
    (found,) = problems(path, f"{GOOD}[alerts]\n{table}\n")
    assert found.startswith("alerts")
    assert problem in found


def test_alerts_that_are_no_table_are_refused(path: Path) -> None:
    assert problems(path, f"alerts = 1\n{GOOD}") == ["alerts: must be a table"]


def test_with_several_shops_a_marketplace_must_say_which(path: Path) -> None:
    second = SHOP_TABLE.replace("shops.web", "shops.second")
    assert problems(path, GOOD + second) == [
        "marketplaces.bol.shop: is missing; name one of the shops: web, second"
    ]
    assert problems(path, GOOD + 'shop = "elsewhere"\n' + second) == [
        "marketplaces.bol.shop: there is no shop `elsewhere`; there is web, second"
    ]


def test_a_shop_that_has_its_own_problem_is_still_known_by_name(path: Path) -> None:
    text = SHOP_TABLE.replace("consumer_secret", "secret") + BOL_TABLE + 'shop = "web"\n'
    assert all(one.startswith("shops.web.") for one in problems(path, text))


@pytest.mark.parametrize("name", ['"we b"', '"\\u001b[31m"', '"é"', '""', '"a.b"', '"-"'])
def test_a_name_that_cannot_be_typed_or_shown_is_refused(path: Path, name: str) -> None:
    found = problems(path, GOOD.replace("marketplaces.bol", f"marketplaces.{name}"))
    assert len(found) == 1
    assert found[0].isprintable()
    assert found[0].endswith(": a name is letters, digits, `-`, `_`")


def test_a_shop_and_a_marketplace_must_not_share_a_name(path: Path) -> None:
    assert problems(path, GOOD.replace("shops.web", "shops.bol")) == [
        "marketplaces.bol: a shop has this name already"
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[shops.web\n", r"is no valid TOML: .*\(at line 1, column 11\)"),
        (f"a = 1\nsecret = {CANARY}\n", r"is no valid TOML: .*\(at line 2, column 10\)"),
        ("a = 1\na = 2\n", r"is no valid TOML: .*\(at line 2, column 6\)"),
        (b"a = 1\nb = '\xff'\n", r"is not UTF-8 text \(line 2\)"),
        ("a = " + "[" * 100_000, "is nested too deeply"),
        ("a = " + "9" * 5_000, "holds a number with too many digits"),
        ("#" * 1_048_577, "is longer than 1 MiB and can be no configuration"),
    ],
)
def test_a_file_that_is_no_toml_is_explained(path: Path, text: str | bytes, problem: str) -> None:
    (found,) = problems(path, text)
    assert re.fullmatch(problem, found)


def test_a_file_that_is_not_there_is_explained(path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no such file; write one, or name"):
        load_config(path)
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        load_config(path.parent)


# Secrets in the file


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660])
def test_a_plain_secret_in_a_file_that_others_can_read_is_refused(path: Path, mode: int) -> None:
    text = GOOD.replace('{ env = "BOL_SECRET" }', f'"{CANARY}"')
    (found,) = problems(path, text, mode)
    assert found.startswith("holds a secret as plain text and can be read or changed by other")
    assert found.endswith(f"; run `chmod 600 {path}`")


def test_a_plain_secret_in_a_private_file_is_taken(path: Path) -> None:
    assert load(path, GOOD.replace('{ env = "BOL_SECRET" }', f'"{CANARY}"'), 0o600)


def test_a_file_without_plain_secrets_may_be_read_by_others(path: Path) -> None:
    assert load(path, GOOD, 0o644)


def test_an_open_file_is_told_beside_the_other_problems(path: Path) -> None:
    text = GOOD.replace('{ env = "BOL_SECRET" }', f'"{CANARY}"') + "wrong = 1\n"
    assert len(problems(path, text, 0o644)) == 2


# The same account twice


def two_accounts(first: str, second: str) -> str:
    both = [
        BOL_TABLE.replace('{ env = "BOL_ID" }', identity).replace(".bol]", f".{name}]")
        for name, identity in (("nl", first), ("be", second))
    ]
    return SHOP_TABLE + "".join(both)


def test_the_same_account_twice_is_refused(path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        refuse_same_bindings(load(path, two_accounts('"one"', '"one"')))
    assert caught.value.problems == [
        f"{path}: marketplaces.be: is the same account as marketplaces.nl; remove one of the two"
    ]


def test_the_same_shop_twice_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "one")
    text = GOOD + 'shop = "web"\n' + SHOP_TABLE.replace("shops.web", "shops.again")
    with pytest.raises(ConfigurationError, match=r"shops.again: is the same account as shops.web"):
        refuse_same_bindings(load(path, text))


def test_two_accounts_are_two(path: Path) -> None:
    refuse_same_bindings(load(path, two_accounts('"one"', '"two"')))


def test_an_account_whose_secret_cannot_be_had_is_passed_over(path: Path) -> None:
    refuse_same_bindings(load(path, two_accounts('"one"', '{ env = "BOL_ID" }')))


def test_a_single_account_is_not_looked_up(path: Path, tmp_path: Path) -> None:
    refuse_same_bindings(
        load(path, GOOD.replace('{ env = "BOL_ID" }', '{ command = ["touch", "made"] }'))
    )
    assert not (tmp_path / "made").exists()


# Where the files are


def test_the_option_comes_first_then_the_variable_then_the_usual_place(tmp_path: Path) -> None:
    environment = {"ORDERLINK_CONFIG": "/etc/orderlink.toml"}
    assert find_config("/a/b.toml", environment) == Path("/a/b.toml")
    assert find_config(None, environment) == Path("/etc/orderlink.toml")
    usual = platformdirs.user_config_path("orderlink") / "orderlink.toml"
    assert find_config(None, {}) == find_config(None, {"ORDERLINK_CONFIG": ""}) == usual
    assert usual.is_relative_to(tmp_path)


def test_a_relative_place_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_config("x.toml", {}) == tmp_path / "x.toml"
    assert find_config(None, {"ORDERLINK_CONFIG": "~/x.toml"}) == tmp_path / "home" / "x.toml"


def test_an_empty_option_is_refused_instead_of_taking_another_file() -> None:
    with pytest.raises(ConfigurationError, match="--config is empty"):
        find_config("", {"ORDERLINK_CONFIG": "/etc/orderlink.toml"})
    with pytest.raises(ConfigurationError, match="ORDERLINK_CONFIG begins with `~`"):
        find_config(None, {"ORDERLINK_CONFIG": "~no-such-user-here/x"})


def test_the_usual_configuration_has_the_usual_state(tmp_path: Path) -> None:
    usual = find_config(None, {})
    usual.parent.mkdir(parents=True)
    state = platformdirs.user_state_path("orderlink") / "orderlink.sqlite3"
    assert load(usual, GOOD).state == state
    link = tmp_path / "link.toml"
    link.symlink_to(usual)
    assert load_config(link).state == state


def test_two_configurations_never_share_a_state_by_accident(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    states = {load(folder / "orderlink.toml", GOOD).state for folder in folders}
    states |= {load(folders[0] / "other.toml", GOOD).state}
    states |= {platformdirs.user_state_path("orderlink") / "orderlink.sqlite3"}
    assert len(states) == 4
    assert {state.parent for state in states} == {platformdirs.user_state_path("orderlink")}


def test_the_state_of_a_configuration_does_not_depend_on_how_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(path, GOOD).state == load_config(Path("orderlink.toml")).state


# Values


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30m", 1800), ("15 min", 900), ("3h", 10800), ("1 hour", 3600), ("2d", 172800)],
)
def test_a_duration_has_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert duration_from(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["90s", "30m", "3h", "2d", "3650d"])
def test_a_duration_is_written_as_it_is_read(text: str) -> None:
    assert duration_text(duration_from(text)) == text


@pytest.mark.parametrize(
    "url",
    ["https://a.example", "http://localhost:8080", "http://127.0.0.2", "http://[::1]:80/x"],
)
def test_an_address_is_https_or_on_this_machine(url: str) -> None:
    assert base_url_from(url + "/") == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.example",
        "//a.example",
        "ftp://a.example",
        "https://",
        "http://a.example",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://10.0.0.1",
        "https://me@a.example",
        f"https://me:{CANARY}@a.example",
        "https://a.example?",
        f"https://a.example/?consumer_secret={CANARY}",
        "https://a.example#x",
        "https://a.example:port",
        "https://a.example:99999",
        "https://a.example/a b",
        "https://a.example\n",
        "https://[::1",
    ],
)
def test_an_address_that_is_not_safe_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="must") as caught:
        base_url_from(url)
    assert CANARY not in str(caught.value)


def test_no_proxy_is_no_proxy() -> None:
    assert proxy_from(None) is None
    assert proxy_from("https://proxy.example:8080") == "https://proxy.example:8080"


# The schema and the example


BUILTIN: dict[str, type[StrictModel]] = {
    word: settings_model(connector_class(word, kind, Path()))
    for kind in (SHOP, MARKETPLACE)
    for word in kind.builtin
}
OWN_EXAMPLES = sorted(
    path
    for path in EXAMPLES.glob("*.toml")
    if path not in {EXAMPLE, EXAMPLES / "csv_marketplace.toml"}
)
"""Those that show what is a connector's own; what is common to all stands in EXAMPLE.

That of the third party's connector is played in `tests/process/test_own_connector.py`."""


def as_shown(path: Path) -> dict[str, Any]:
    """Read an example with every key that it shows set."""
    return tomllib.loads(with_all_keys(path))


def tables_in(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the tables of a configuration by the words of their types."""
    tables = [*document["shops"].values(), *document["marketplaces"].values()]
    return {table["type"]: table for table in tables}


def as_json(document: dict[str, Any]) -> Any:
    return json.loads(json.dumps(document, default=date.isoformat))


def with_all_keys(path: Path) -> str:
    """Give an example with every key that it shows set, but for another's `type`."""
    text = re.sub(r"(?m)^# (?=[a-z_]+ = |\[alerts\])", "", path.read_text())
    return re.sub(r'(?m)^type = ".*:.*\n', "", text)


def test_every_key_says_what_it_means() -> None:
    models: list[type[StrictModel]] = [FileSettings, AlertSettings, *BUILTIN.values()]
    silent = [
        f"{model.__name__}.{name}"
        for model in models
        for name, field in model.model_fields.items()
        if not field.description
    ]
    assert silent == []


def test_the_example_is_a_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WOOCOMMERCE_KEY", "WOOCOMMERCE_SECRET", "BOL_CLIENT_ID", "BOL_CLIENT_SECRET"):
        monkeypatch.setenv(name, f"value of {name}")
    config = load_config(EXAMPLE)
    assert isinstance(config.shops["webshop"], ShopSettings)
    assert isinstance(config.marketplaces["bol"], MarketplaceSettings)
    connections = [*config.shops.values(), *config.marketplaces.values()]
    secrets = [secret for one in connections for secret in one.own_secrets().values()]
    assert len(secrets) == 4
    assert all(secret.reveal().startswith("value of ") for secret in secrets)
    refuse_same_bindings(config)


def test_the_example_with_every_key_set_has_every_key_and_is_a_configuration(path: Path) -> None:
    text = with_all_keys(EXAMPLE)
    text = re.sub(r'(?m)^ca_bundle = ".*"', f'ca_bundle = "{EXAMPLE}"', text)
    load(path, text)
    document = tomllib.loads(text)
    assert set(document) == set(FileSettings.model_fields)
    assert set(document["alerts"]) == set(AlertSettings.model_fields)
    for word, table in tables_in(document).items():
        assert set(table) == set(BUILTIN[word].model_fields)


@pytest.mark.parametrize("example", OWN_EXAMPLES, ids=lambda path: path.name)
def test_an_example_of_its_own_is_a_configuration_also_with_every_key_set(
    example: Path, path: Path
) -> None:
    load(path, example.read_text())
    load(path, with_all_keys(example))


def test_every_key_of_every_connector_stands_in_some_example() -> None:
    shown: dict[str, set[str]] = {}
    common = {*MarketplaceSettings.model_fields, *ShopSettings.model_fields}
    for example in (EXAMPLE, *OWN_EXAMPLES):
        instead = set(re.findall(r"(?m)^#  +([a-z_]+) = ", example.read_text()))
        for word, table in tables_in(as_shown(example)).items():
            shown.setdefault(word, set()).update(table, instead)
    for word, model in BUILTIN.items():
        assert set(model.model_fields) <= shown.get(word, set()) | common, word


@pytest.mark.parametrize("example", [EXAMPLE, *OWN_EXAMPLES], ids=lambda path: path.name)
def test_an_example_shows_the_defaults(example: Path) -> None:
    document = as_shown(example)
    shown: list[tuple[type[StrictModel], dict[str, Any]]] = [(FileSettings, document)]
    shown += [(AlertSettings, document["alerts"])] if "alerts" in document else []
    shown += [(BUILTIN[word], table) for word, table in tables_in(document).items()]
    for model, table in shown:
        for name, field in model.model_fields.items():
            if field.default and not field.is_required() and name in table and name != "shop":
                value = table[name]
                if isinstance(field.default, timedelta):
                    value = duration_from(value)
                if isinstance(field.default, BaseModel):
                    value = type(field.default).model_validate(value)
                assert (tuple(value) if isinstance(value, list) else value) == field.default, name


def test_the_schema_takes_the_example() -> None:
    schema = config_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(as_json(tomllib.loads(EXAMPLE.read_text())))
    validator.validate(as_json(tomllib.loads(with_all_keys(EXAMPLE))))


@pytest.mark.parametrize("example", OWN_EXAMPLES, ids=lambda path: path.name)
def test_the_schema_takes_every_example(example: Path) -> None:
    jsonschema.Draft202012Validator(config_schema()).validate(as_json(as_shown(example)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        SHOP_TABLE,
        'alert_aftr = "1h"\n' + GOOD,
        'alert_after = "1 fortnight"\n' + GOOD,
        GOOD + "client_secrt = 'x'\n",
        GOOD.replace("client_id", "client_di"),
        GOOD.replace('"bol"', '"bool"'),
        GOOD.replace('{ env = "BOL_ID" }', "{ }"),
        GOOD.replace('{ env = "BOL_ID" }', '{ env = "A", file = "b" }'),
        GOOD.replace(".bol]", '."b o l"]'),
    ],
)
def test_the_schema_refuses_what_loading_refuses(path: Path, text: str) -> None:
    validator = jsonschema.Draft202012Validator(config_schema())
    assert problems(path, text)
    assert not validator.is_valid(as_json(tomllib.loads(text)))


def test_the_schema_takes_another_partys_keys() -> None:
    theirs = '[marketplaces.theirs]\ntype = "their_module:Theirs"\nanything = 1\n'
    validator = jsonschema.Draft202012Validator(config_schema())
    validator.validate(as_json(tomllib.loads(GOOD + theirs)))
    assert not validator.is_valid(as_json(tomllib.loads(GOOD + theirs + "max_new_orders = 'a'")))


def test_the_schema_says_durations_as_the_file_does() -> None:
    schema = config_schema()
    assert schema["properties"]["alert_after"]["default"] == "30m"
    assert schema["$defs"]["marketplace-bol"]["properties"]["tracking_wait"]["default"] == "3h"
    assert "null" not in json.dumps(schema)
