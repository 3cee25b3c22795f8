"""`orderlink init` as a process: by options, on a terminal, again, and broken off."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from orderlink.config import load_config
from orderlink.report.plain import cells

from .conversation import CTRL_C, CTRL_D, converse
from .installation import CLOSED, SECRETS, Answer, Installation

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process

BOTH = ("--marketplace", "bol", "--shop", "woocommerce", "--shop-name", "webshop")
PLACES = {
    "bol.client_id": "env:BOL_ID",
    "bol.client_secret": "env:BOL_SECRET",
    "webshop.consumer_key": "env:WOO_KEY",
    "webshop.consumer_secret": "env:WOO_SECRET",
}


@pytest.fixture
def machine(installation: Installation) -> Installation:
    """Sandboxes, and no configuration yet."""
    installation.config.unlink()
    return installation


def sets(machine: Installation, **others: str) -> list[str]:
    """Give the options that set what both connections need; `a_b` stands for `a.b`."""
    values = {
        "bol.base_url": machine.bol_url,
        "bol.login_url": machine.bol_url,
        "webshop.base_url": machine.shop_url,
        **PLACES,
        **{key.replace("__", "."): value for key, value in others.items()},
    }
    return [word for key, value in values.items() if value for word in ("--set", f"{key}={value}")]


def of_bol(machine: Installation) -> list[str]:
    """Give those of bol alone."""
    values = [one for one in sets(machine) if one.startswith("bol.")]
    return [word for one in values for word in ("--set", one)]


def run(machine: Installation, *arguments: str, typed: str = "", **extra: str) -> Answer:
    ended = subprocess.run(  # noqa: S603
        machine.command("init", *arguments),
        env=machine.environ(**extra),
        cwd=machine.folder,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Answer(ended.returncode, ended.stdout, ended.stderr)


def document(machine: Installation) -> Any:
    return tomllib.loads(machine.config.read_text())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# By options


def test_with_options_it_writes_a_configuration_and_checks_it(machine: Installation) -> None:
    choices = ("--carrier", "postnl", "--carrier", "dpd", "--ship-from", "nl", "--start", "open")
    ended = run(machine, *BOTH, *sets(machine), *choices)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"written: {machine.config}\n\nThis machine\n")
    assert "checks, 0 failed. Nothing was sent." in ended.out
    assert ended.out.endswith(f"orderlink --config {machine.config} sync --dry-run\n")
    assert mode(machine.config) == 0o600
    bol = document(machine)["marketplaces"]["bol"]
    assert bol == {
        "type": "bol",
        "shop": "webshop",
        "base_url": machine.bol_url,
        "login_url": machine.bol_url,
        "client_id": {"env": "BOL_ID"},
        "client_secret": {"env": "BOL_SECRET"},
        "ship_from": "NL",
        "carriers": ["postnl", "dpd"],
        "import_from": "open",
    }
    machine.place()
    assert machine.run("sync").code == 0
    assert len(machine.shop.ledger.created) == 1


def test_what_is_missing_is_told_all_at_once_and_nothing_is_asked(machine: Installation) -> None:
    ended = run(machine)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "orderlink: --marketplace: is missing: amazon, bol, ./file.py:Class\n"
        "orderlink: --shop: is missing: woocommerce, shopify, ./file.py:Class\n"
    )
    ended = run(machine, *BOTH)
    assert (ended.code, ended.out) == (2, "")
    told = r"^orderlink: --set ([a-z._]+)=[A-Z]+: is missing: [A-Z]"
    missing = re.findall(told, ended.err, re.MULTILINE)
    assert missing == [
        "bol.client_id",
        "bol.client_secret",
        "webshop.base_url",
        "webshop.consumer_key",
        "webshop.consumer_secret",
    ]
    assert ended.err.splitlines()[-1].startswith("orderlink: PLACE: is where a secret is: env:NAME")
    assert not machine.config.exists()


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_written(machine: Installation) -> None:
    wrong = sets(machine, bol__base_url="http://bol.example", bol__clientid="env:X", shop__x="1")
    others = ("--ship-from", "Holland", "--carrier", "postnll", "--start", "soon", "--keep", "here")
    ended = run(machine, *BOTH, *wrong, *others, "--set", "nonsense")
    assert (ended.code, ended.out) == (2, "")
    for said in (
        "--set nonsense: must be NAME.KEY=VALUE",
        "--set bol.base_url: must begin with https://",
        "--set bol.clientid: unknown key; did you mean `client_id`?",
        "--set shop.x: no connection of this name is added, but webshop, bol",
        "--ship-from: must be the two letters of a country, as NL",
        "--carrier: no carrier is called postnll; did you mean `postnl`?",
        "--start: must be now, open, or a day as 2026-01-31",
        "--keep: must be files or plain",
    ):
        assert f"orderlink: {said}" in ended.err
    assert len(ended.err.splitlines()) == 8
    assert [path.name for path in machine.folder.iterdir()] == []
    ended = run(machine, "--marketplace", "boll", "--shop", "bol")
    unknown = "`boll` is no marketplace that orderlink knows (amazon, bol); did you mean `bol`?"
    assert unknown in ended.err
    assert "--shop: `bol` is a marketplace" in ended.err


def test_a_secret_among_the_arguments_is_refused_and_never_repeated(machine: Installation) -> None:
    ended = run(machine, *BOTH, *sets(machine, bol__client_secret=SECRETS["BOL_SECRET"]))
    assert ended.code == 2
    assert "--set bol.client_secret: must not stand here itself; say where it is" in ended.err
    assert SECRETS["BOL_SECRET"] not in ended.out + ended.err
    ended = run(machine, *BOTH, "--set", SECRETS["BOL_SECRET"])
    assert ended.code == 2
    assert not machine.config.exists()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("keep", ["files", "plain"])
def test_secrets_are_read_from_standard_input_line_by_line(
    machine: Installation, keep: str
) -> None:
    piped = sets(machine, bol__client_secret="-", webshop__consumer_secret="-")
    typed = f"{SECRETS['BOL_SECRET']}\n{SECRETS['WOO_SECRET']}\n"
    ended = run(machine, *BOTH, *piped, "--keep", keep, typed=typed)
    assert (ended.code, ended.err) == (0, "")
    assert not [one for one in SECRETS.values() if one in ended.out]
    config = load_config(machine.config)
    assert config.marketplaces["bol"].client_secret.reveal() == SECRETS["BOL_SECRET"]  # type: ignore[attr-defined]
    kept = sorted(path for path in machine.folder.rglob("secrets/*"))
    assert [path.name for path in kept] == (
        ["bol.client_secret", "webshop.consumer_secret"] if keep == "files" else []
    )
    assert {mode(path) for path in (*kept, machine.config)} == {0o600}
    assert (SECRETS["BOL_SECRET"] in machine.config.read_text()) is (keep == "plain")


def test_a_secret_that_standard_input_does_not_have_is_told(machine: Installation) -> None:
    piped = sets(machine, bol__client_secret="-", webshop__consumer_secret="-")
    ended = run(machine, *BOTH, *piped, typed="only-one\n")
    assert ended.code == 2
    assert "standard input, which has no more lines" in ended.err
    assert not machine.config.exists()


def test_files_commands_and_credentials_are_taken_as_they_are(machine: Installation) -> None:
    secret = machine.folder / "my-secret"
    secret.write_text(SECRETS["BOL_SECRET"])
    secret.chmod(0o600)
    program = f"print('{SECRETS['WOO_SECRET']}')"
    command = f'command:{sys.executable} -c "{program}"'
    places = sets(machine, bol__client_secret="file:my-secret", webshop__consumer_secret=command)
    assert run(machine, *BOTH, *places).code == 0
    written = document(machine)
    assert written["marketplaces"]["bol"]["client_secret"] == {"file": str(secret)}
    assert written["shops"]["webshop"]["consumer_secret"]["command"][:2] == [sys.executable, "-c"]


def test_1_when_it_is_written_and_the_check_fails(machine: Installation) -> None:
    ended = run(machine, *BOTH, *sets(machine, webshop__base_url=CLOSED), BOL_ID="wrong")
    assert ended.code == 1
    assert machine.config.exists()
    assert "bol refused the client id and secret" in ended.out
    assert "check that it is up, that the address is right" in ended.out


def test_the_state_may_have_a_place_of_its_own(machine: Installation) -> None:
    ended = run(machine, *BOTH, *sets(machine), "--state", "there/state.sqlite3")
    assert ended.code == 0
    assert document(machine)["state"] == str(machine.folder / "there" / "state.sqlite3")
    again = run(machine, "--marketplace", "bol", "--state", "elsewhere")
    assert again.code == 2
    assert "--state: is for a new configuration" in again.err


# Again


def test_a_second_marketplace_goes_to_the_shop_that_is_there(machine: Installation) -> None:
    run(machine, *BOTH, *sets(machine))
    before = machine.config.read_text()
    again = run(machine, *BOTH, *sets(machine))
    assert again.code == 2
    assert "there is a connection bol already: give this one another name" in again.err
    assert "there is a connection webshop already" in again.err
    assert machine.config.read_text() == before
    second = ("--marketplace", "bol", "--marketplace-name", "second")
    values = ("--set", "second.client_id=env:OTHER_ID", "--set", "second.client_secret=env:OTHER")
    ended = run(machine, *second, *values)
    assert ended.code == 1, "its secrets are not there"
    assert ended.out.startswith(f"added to: {machine.config}\n")
    assert "bol (marketplace)" not in ended.out, "what is new is checked, with its shop"
    assert machine.config.read_text().startswith(before)
    assert document(machine)["marketplaces"]["second"]["shop"] == "webshop"


def test_the_same_account_under_another_name_is_refused(machine: Installation) -> None:
    run(machine, *BOTH, *sets(machine))
    before = machine.config.read_text()
    twin = ("--marketplace", "bol", "--marketplace-name", "twin")
    values = [one.replace("bol.", "twin.") for one in of_bol(machine)]
    ended = run(machine, *twin, *values)
    assert ended.code == 2
    assert "is the same account as marketplaces.bol" in ended.err
    assert machine.config.read_text() == before


def test_nothing_is_added_to_a_configuration_that_is_wrong(machine: Installation) -> None:
    run(machine, *BOTH, *sets(machine))
    machine.config.write_text(machine.config.read_text().replace("client_id", "clientid"))
    before = machine.config.read_text()
    ended = run(machine, "--marketplace", "bol", "--marketplace-name", "second")
    assert ended.code == 2
    assert "unknown key; did you mean `client_id`?" in ended.err
    assert machine.config.read_text() == before


def test_without_anything_to_add_it_says_so(machine: Installation) -> None:
    run(machine, *BOTH, *sets(machine))
    ended = run(machine)
    assert ended.code == 2
    assert ended.err == "orderlink: --marketplace: is missing, or --shop: there is nothing to add\n"


# Third parties

THEIRS = """
from pydantic import Field
from orderlink.config import Secret, ShopSettings
from orderlink.shops.woocommerce import WooCommerce

class TheirSettings(ShopSettings):
    base_url: str = Field(description="The address of their shop.")
    token: Secret = Field(
        description="The token.", json_schema_extra={"where": "In their footer."}
    )
    def identity(self):
        return (self.base_url, self.token.reveal())

class TheirShop(WooCommerce):
    settings_model = TheirSettings
    def __init__(self, settings, link):
        settings = type("Both", (), {
            "consumer_key": settings.token, "consumer_secret": settings.token,
            "completed_statuses": ("completed",), "status_after_import": None,
            "product_match": None,
        })
        super().__init__(settings, link)
"""


def test_a_connector_in_a_file_is_asked_for_its_own_keys(machine: Installation) -> None:
    (machine.folder / "theirs.py").write_text(THEIRS)
    theirs = ("--marketplace", "bol", "--shop", "./theirs.py:TheirShop")
    ended = run(machine, *theirs)
    assert "--set theirshop.base_url=VALUE: is missing: The address of their shop." in ended.err
    assert "--set theirshop.token=PLACE: is missing: The token." in ended.err
    own = (
        "--set",
        f"theirshop.base_url={machine.shop_url}",
        "--set",
        "theirshop.token=env:WOO_KEY",
    )
    ended = run(machine, *theirs, *of_bol(machine), *own)
    assert ended.code == 1
    assert "Consumer secret is invalid" in ended.out
    assert document(machine)["shops"]["theirshop"]["type"] == "./theirs.py:TheirShop"
    assert "# Where: In their footer.\n" in machine.config.read_text()


# On a terminal


def talk(machine: Installation, answers: list[tuple[str, str]], *arguments: str) -> Answer:
    command = machine.command("init", *arguments)
    return converse(command, answers, machine.environ(NO_COLOR="1"))


def test_on_a_terminal_it_asks_and_tells_where_things_are_found(machine: Installation) -> None:
    answers = [
        ("Which marketplace [amazon]", "boll"),
        ("Which marketplace [amazon]", "bol"),
        ("Its name in the configuration [bol]", "bol.com"),
        ("Its name in the configuration [bol]", ""),
        ("Where are the secrets [files]", "7"),
        ("Where are the secrets [files]", "1"),
        ("client_id (not shown)", ""),
        ("client_id (not shown)", SECRETS["BOL_ID"]),
        ("client_secret (not shown)", SECRETS["BOL_SECRET"]),
        ("Which shop [woocommerce]", ""),
        ("Its name in the configuration [woocommerce]", "webshop"),
        ("base_url", "http://shop.example"),
        ("base_url", machine.shop_url),
        ("consumer_key (not shown)", SECRETS["WOO_KEY"]),
        ("consumer_secret (not shown)", SECRETS["WOO_SECRET"]),
        ("The country that parcels leave from, as NL", "Holland"),
        ("The country that parcels leave from, as NL", "nl"),
        ("The carriers that you ship with, with commas between", "dhl"),
        ("The carriers that you ship with, with commas between", "postnl, dpd"),
        ("Which orders are taken [now]", "soon"),
        ("Which orders are taken [now]", ""),
    ]
    ended = talk(machine, answers, *of_bol(machine)[:4])
    assert ended.code == 0, ended.out
    assert not [one for one in SECRETS.values() if one in ended.out]
    asked = ended.out.partition("\nThe marketplace\n")[2].partition("\nwritten: ")[0]
    assert max(map(cells, asked.splitlines())) <= 80
    for said in (
        "That cannot be used: `boll` is no marketplace that orderlink knows (amazon,\n",
        "That cannot be used: a name is letters, digits, `-`, `_`.",
        "Where: In bol's seller account: Settings, Services, API settings.",
        "That cannot be used: it is needed.",
        "That cannot be used: must begin with https://",
        "That cannot be used: must be the two letters of a country, as NL.",
        "That cannot be used: no carrier is called dhl",
        "of NL: budbee,",
    ):
        assert said in ended.out, said
    written = document(machine)
    assert written["marketplaces"]["bol"]["carriers"] == ["postnl", "dpd"]
    assert written["marketplaces"]["bol"]["ship_from"] == "NL"
    assert "import_from" not in written["marketplaces"]["bol"]
    assert load_config(machine.config).shops["webshop"].consumer_key.reveal() == SECRETS["WOO_KEY"]  # type: ignore[attr-defined]


def test_on_a_terminal_a_connection_is_added_to_what_is_there(machine: Installation) -> None:
    run(machine, *BOTH, *sets(machine))
    before = machine.config.read_text()
    answers = [
        ("Which marketplace [amazon]", "bol"),
        ("Its name in the configuration [bol-2]", ""),
        ("Where are the secrets [files]", "env"),
        ("Name of the variable [BOL_2_CLIENT_ID]", ""),
        ("Name of the variable [BOL_2_CLIENT_SECRET]", "MY=SECRET"),
        ("Name of the variable [BOL_2_CLIENT_SECRET]", "MY_SECRET"),
        ("Which shop [webshop]", ""),
        ("The country that parcels leave from, as NL", ""),
        ("The carriers that you ship with, with commas between", ""),
        ("Which orders are taken [now]", "2026-01-31"),
    ]
    ended = talk(machine, answers)
    assert ended.code == 1, "the secrets are not there yet"
    assert "is not set" in ended.out
    assert machine.config.read_text().startswith(before)
    second = document(machine)["marketplaces"]["bol-2"]
    assert second["client_secret"] == {"env": "MY_SECRET"}
    assert str(second["import_from"]) == "2026-01-31"


@pytest.mark.only_ci
def test_only_a_shop_may_be_added(machine: Installation) -> None:
    run(machine, *BOTH, *sets(machine))
    answers = [
        ("Which marketplace [amazon]", "none"),
        ("Which shop [woocommerce]", ""),
        ("Its name in the configuration [woocommerce]", ""),
        ("base_url", "https://shop.invalid"),
        ("Where are the secrets [files]", "command"),
        ("The command", "echo 'ck"),
        ("The command", "echo ck"),
        ("The command", "echo cs"),
    ]
    ended = talk(machine, answers)
    assert ended.code == 1
    assert set(document(machine)["shops"]) == {"webshop", "woocommerce"}
    assert document(machine)["shops"]["woocommerce"]["consumer_key"] == {"command": ["echo", "ck"]}


@pytest.mark.only_ci
def test_a_marketplace_may_be_added_with_a_new_shop(machine: Installation) -> None:
    run(machine, *BOTH, *sets(machine))
    answers = [
        ("Which marketplace [amazon]", "bol"),
        ("Its name in the configuration [bol-2]", ""),
        ("Where are the secrets [files]", "credential"),
        ("Name of the credential", "id"),
        ("Name of the credential", "../secret"),
        ("Name of the credential", "secret"),
        ("Which shop [webshop]", "2"),
        ("Which shop [woocommerce]", ""),
        ("Its name in the configuration [woocommerce]", "outlet"),
        ("base_url", "https://outlet.invalid"),
        ("Name of the credential", "key"),
        ("Name of the credential", "shop-secret"),
        ("The country that parcels leave from, as NL", ""),
        ("The carriers that you ship with, with commas between", ""),
        ("Which orders are taken [now]", "now"),
    ]
    assert talk(machine, answers).code == 1
    written = document(machine)
    assert written["marketplaces"]["bol-2"]["shop"] == "outlet"
    assert written["shops"]["outlet"]["consumer_key"] == {"credential": "key"}


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("key", "code"), [(CTRL_C, 130), (CTRL_D, 2)])
def test_broken_off_at_any_question_nothing_is_left(
    machine: Installation, key: str, code: int
) -> None:
    answers = [
        ("Which marketplace [amazon]", "bol"),
        ("Its name in the configuration [bol]", ""),
        ("Where are the secrets [files]", "files"),
        ("client_id (not shown)", "canary"),
        ("client_secret (not shown)", key),
    ]
    ended = talk(machine, answers)
    assert ended.code == code
    assert "canary" not in ended.out
    assert list(machine.folder.iterdir()) == []


def test_after_a_broken_question_the_terminal_shows_what_is_typed_again(
    machine: Installation,
) -> None:
    orderlink = " ".join(machine.command("init", "--marketplace", "bol"))
    command = ["sh", "-c", f"trap : INT; {orderlink}; printf 'Your word: '; read word"]
    answers = [
        ("Its name in the configuration [bol]", ""),
        ("Where are the secrets [files]", ""),
        ("client_id (not shown)", CTRL_C),
        ("Your word", "seen-again"),
    ]
    ended = converse(command, answers, machine.environ())
    assert "seen-again" in ended.out
