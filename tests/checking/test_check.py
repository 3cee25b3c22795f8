"""`orderlink check` from the inside: everything is looked at, and nothing is changed anywhere."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from datetime import date, timedelta
from typing import ClassVar

import pytest

from orderlink.checking import check
from orderlink.clock import ManualClock
from orderlink.config import load_config
from orderlink.decide.telling import end_of_api
from orderlink.errors import ConfigurationError
from orderlink.lock import RunLock
from orderlink.marketplaces.bol_settings import BolSettings
from orderlink.report.status import gather
from orderlink.report.views import status_blocks
from orderlink.sandbox.bol_records import Article
from orderlink.store.reading import open_for_reading
from tests.support.faults import MAINTENANCE, answer, refused
from tests.support.world import START, Merchant

from .looks import FAILED, OK, WARNING, about, found, not_well

UNKNOWN = Article(reference="POSTER-A2", ean="")
HARMLESS = re.compile(r"GET |POST /token|PUT /wp-json/wc/v3/orders/0$")


def test_a_good_installation_has_nothing_that_is_not_well(merchant: Merchant) -> None:
    merchant.place()
    assert not_well(merchant) == []
    looked_at = {(place, one.subject) for place, one in found(merchant)}
    assert {("", "configuration"), ("", "state file"), ("", "disk"), ("", "clock")} <= looked_at
    assert {("woo", "right to write"), ("woo", "tax"), ("woo", "statuses")} <= looked_at
    assert {("bol", "sign-in"), ("bol", "carriers"), ("bol", "open orders")} <= looked_at


def test_nothing_is_sent_and_nothing_is_written(merchant: Merchant) -> None:
    merchant.place()
    merchant.sync()
    merchant.later(minutes=5)
    merchant.place()
    created, changed = list(merchant.woo.ledger.created), list(merchant.woo.ledger.changes)
    mails = list(merchant.woo.ledger.mails)
    state = merchant.config.state.read_bytes()
    names = set(merchant.folder.iterdir())
    merchant.calls.clear()
    assert found(merchant)
    assert merchant.calls
    assert [call for call in merchant.calls if not HARMLESS.match(call)] == []
    assert merchant.woo.ledger.created == created
    assert merchant.woo.ledger.changes == changed
    assert merchant.woo.ledger.mails == mails
    assert merchant.bol.ledger.accepted == []
    assert merchant.bol.ledger.transports == []
    assert merchant.config.state.read_bytes() == state
    beside = {merchant.config.state.with_name(f"state.sqlite3-{end}") for end in ("wal", "shm")}
    assert set(merchant.folder.iterdir()) - beside == names


def test_before_the_first_run_no_file_is_made(merchant: Merchant) -> None:
    finding = about(merchant, "", "state file")
    assert finding.state is OK
    assert "there is none yet" in finding.sentence
    assert [path.name for path in merchant.folder.iterdir()] == ["orderlink.toml"]


def test_it_works_while_a_run_is_active_and_says_so(merchant: Merchant) -> None:
    merchant.sync()
    with RunLock(merchant.config.state, merchant.clock):
        assert not_well(merchant) == []
        assert (
            "a run is active, since 2026-11-23 09:00" in about(merchant, "", "state file").sentence
        )


def test_what_was_kept_is_not_believed(merchant: Merchant) -> None:
    merchant.settled()
    merchant.woo.product(501).status = "trash"
    merchant.place(Article())
    merchant.configure(marketplace='import_from = "open"')
    assert about(merchant, "bol", "open orders").state is FAILED
    merchant.fault("bol", "POST", "/token", answer(401, b"{}"))
    assert about(merchant, "bol", "sign-in").state is FAILED, "the kept token still holds"


# Connections


def test_credentials_that_are_refused_are_told_with_what_helps(merchant: Merchant) -> None:
    text = merchant.config.path.read_text().replace('"canary-secret"', '"another"')
    merchant.config.path.write_text(text)
    merchant.config = load_config(merchant.config.path)
    finding = about(merchant, "bol", "sign-in")
    assert finding.state is FAILED
    assert "bol refused the client id and secret" in finding.sentence
    assert finding.advice == "renew the credentials of [bol] in the configuration"
    assert not_well(merchant) == ["bol sign-in: failed"], "the shop is checked all the same"


def test_a_secret_that_cannot_be_had_is_told_and_nothing_is_asked(merchant: Merchant) -> None:
    text = merchant.config.path.read_text()
    text = text.replace('"canary-secret"', '{ env = "NOT_SET_ANYWHERE" }')
    merchant.config.path.write_text(text)
    merchant.config = load_config(merchant.config.path)
    finding = about(merchant, "bol", "secrets")
    assert finding.state is FAILED
    assert "environment variable NOT_SET_ANYWHERE is not set" in finding.sentence
    assert not merchant.bol.ledger.answers


def test_a_system_that_is_down_does_not_keep_the_other_from_being_checked(
    merchant: Merchant,
) -> None:
    merchant.fault("woo", "GET", "", refused, times=-1)
    assert not_well(merchant) == ["woo connection: failed"]
    finding = about(merchant, "woo", "connection")
    assert "no connection" in finding.sentence
    assert not finding.sentence.startswith("woo:")
    assert "the address is right" in finding.advice
    assert about(merchant, "bol", "right to read orders").state is OK


def test_a_shop_in_maintenance_is_told(merchant: Merchant) -> None:
    merchant.fault("woo", "GET", "", MAINTENANCE, times=-1)
    assert "web page" in about(merchant, "woo", "connection").sentence


def test_a_rate_limit_is_a_warning(merchant: Merchant) -> None:
    busy = answer(429, b"{}", Retry_After="60")
    merchant.fault("bol", "GET", "/retailer/shipments", busy, times=-1)
    finding = about(merchant, "bol", "requests")
    assert finding.state is WARNING
    assert "a few minutes" in finding.advice


@pytest.mark.parametrize("list_", ["orders", "shipments", "process-status"])
def test_a_right_that_lacks_at_bol_is_named(merchant: Merchant, list_: str) -> None:
    merchant.fault("bol", "GET", f"/{list_}([?]|$)", answer(403, b"{}"), times=-1)
    words = {"process-status": "processes"}.get(list_, list_)
    assert f"bol right to read {words}: failed" in not_well(merchant)


def test_only_what_was_named_is_asked(merchant: Merchant) -> None:
    places = {place for place, _ in found(merchant, "woo")}
    assert places == {"", "woo"}
    assert not merchant.bol.ledger.answers
    assert {place for place, _ in found(merchant, "bol")} == {"", "woo", "bol"}
    with pytest.raises(ConfigurationError, match="no connection is called boll; did you mean"):
        list(check(merchant.config, merchant.world, frozenset({"boll"})))


THEIRS = """
from datetime import date
from typing import ClassVar
from orderlink.config import ShopSettings
from orderlink.shops.woocommerce import WooCommerce

class TheirSettings(ShopSettings):
    label: ClassVar = "Theirs"
    api_version: ClassVar = "v7"
    api_ends: ClassVar = date(2027, 1, 31)
    def identity(self):
        return ("theirs",)

class Quiet:
    settings_model = TheirSettings
    def __init__(self, settings, link): ...
    def draft(self, order, stamp, creation): ...
    def create(self, draft): ...
    def find(self, stamps, above): ...
    def newest(self): return "17"
    def read(self, ids): ...
    def read_one(self, shop_id): ...

class Broken(Quiet):
    def newest(self):
        raise KeyError("Canarybuyer")
"""


def with_their_shop(merchant: Merchant, name: str) -> None:
    (merchant.folder / "theirs.py").write_text(THEIRS)
    text = re.sub(r"(?s)\[shops.woo\].*?\n\n", "", merchant.config.path.read_text())
    shop = f'[shops.theirs]\ntype = "./theirs.py:{name}"\n'
    merchant.config.path.write_text(text + shop)
    merchant.config = load_config(merchant.config.path)


def test_a_connector_without_a_check_of_its_own_is_asked_all_the_same(merchant: Merchant) -> None:
    with_their_shop(merchant, "Quiet")
    assert about(merchant, "theirs", "sign-in").sentence == "the shop answers"


def test_a_fault_of_a_connector_is_told_and_its_words_are_kept_from_the_screen(
    merchant: Merchant,
) -> None:
    with_their_shop(merchant, "Broken")
    finding = about(merchant, "theirs", "connector")
    assert finding.state is FAILED
    assert "KeyError" in finding.sentence
    assert "Canarybuyer" not in finding.sentence
    assert about(merchant, "bol", "right to read orders").state is OK


def test_the_end_of_an_api_is_told_by_check_and_by_status(merchant: Merchant) -> None:
    with_their_shop(merchant, "Quiet")
    assert about(merchant, "bol", "API").sentence == "Retailer API v10, no end of it is known"
    finding = about(merchant, "theirs", "API")
    assert (finding.state, finding.sentence) == (
        WARNING,
        "Theirs ends v7 on 2027-01-31, in 69 days",
    )
    merchant.sync()
    store = open_for_reading(merchant.config.state)
    assert store is not None
    report = gather(merchant.config, store, merchant.clock.now())
    store.close()
    shown = [getattr(block, "text", "") for block in status_blocks(report, timedelta())]
    assert "Theirs ends v7 on 2027-01-31, in 69 days: update orderlink." in shown
    merchant.clock.advance(timedelta(days=100).total_seconds())
    assert about(merchant, "theirs", "API").state is FAILED


class Known(BolSettings):
    api_ends: ClassVar[date | None] = date(2027, 3, 27)


def test_an_end_that_is_far_or_not_known_is_no_matter() -> None:
    keys = {"type": "bol", "client_id": "id", "client_secret": "s"}
    for model in (BolSettings, Known):
        assert end_of_api(model.model_validate(keys), date(2026, 11, 23)) == ""


# The machine


def test_a_clock_that_differs_from_the_servers_is_told(merchant: Merchant) -> None:
    merchant.world.clock = ManualClock(START - timedelta(minutes=20))
    finding = about(merchant, "", "clock")
    assert finding.state is FAILED
    assert "20 min behind the server of" in finding.sentence
    assert "NTP" in finding.advice
    merchant.world.clock = ManualClock(START + timedelta(minutes=20))
    assert "20 min ahead of the server of" in about(merchant, "", "clock").sentence


def test_a_clock_that_went_back_is_told(merchant: Merchant) -> None:
    merchant.sync()
    merchant.clock.jump(START - timedelta(days=2))
    finding = about(merchant, "", "clock")
    assert finding.state is FAILED
    assert "a run was at 2026-11-23 09:00 UTC already" in finding.sentence


def test_a_clock_that_nobody_can_be_asked_about_is_a_warning(merchant: Merchant) -> None:
    for name in ("woo", "bol"):
        merchant.fault(name, "GET", "", refused, times=-1)
        merchant.fault(name, "POST", "", refused, times=-1)
    assert about(merchant, "", "clock").state is WARNING


def test_a_damaged_state_file_is_told_and_the_rest_is_checked(merchant: Merchant) -> None:
    merchant.config.state.write_text("this is a diary " * 100)
    merchant.config.state.chmod(0o600)
    finding = about(merchant, "", "state file")
    assert finding.state is FAILED
    assert "is damaged" in finding.sentence
    assert "orderlink restore" in finding.advice
    assert not_well(merchant) == ["state file: failed"]


def test_a_state_file_with_a_damaged_page_is_told_and_the_rest_is_checked(
    merchant: Merchant,
) -> None:
    merchant.settled()
    content = bytearray(merchant.config.state.read_bytes())
    content[4096:] = b"\x55" * (len(content) - 4096)
    for path in merchant.folder.glob("state.sqlite3-*"):
        path.unlink()
    merchant.config.state.write_bytes(content)
    assert not_well(merchant) == ["state file: failed"]


def test_a_state_file_of_a_newer_program_is_told(merchant: Merchant) -> None:
    merchant.sync()
    with sqlite3.connect(merchant.config.state) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    assert "update orderlink" in about(merchant, "", "state file").sentence


def test_a_place_where_no_state_file_can_be_made_is_told(merchant: Merchant) -> None:
    (merchant.folder / "file").touch()
    text = merchant.config.path.read_text().replace('"state.sqlite3"', '"file/state.sqlite3"')
    merchant.config.path.write_text(text)
    merchant.config = load_config(merchant.config.path)
    finding = about(merchant, "", "state file")
    assert finding.state is FAILED
    assert "cannot be made" in finding.sentence
    assert "state = PATH" in finding.advice


def test_files_that_others_can_read_or_change_are_told_with_the_command(
    merchant: Merchant,
) -> None:
    merchant.sync()
    merchant.config.state.chmod(0o644)
    merchant.config.path.chmod(0o620)
    merchant.folder.chmod(0o777)
    wrong = [one for _, one in found(merchant) if one.subject == "file modes"]
    assert {one.state for one in wrong} == {FAILED}
    first, *others = [one.advice for one in wrong]
    assert first.startswith(f"chmod 600 {merchant.config.state}")
    assert others == [f"chmod go-w {merchant.config.path}", f"chmod go-w {merchant.folder}"]
    for one in wrong:
        subprocess.run(one.advice.split(), check=True)  # noqa: S603
    assert not_well(merchant) == []


def test_a_disk_that_is_nearly_full_is_told(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 150_000_000})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    assert about(merchant, "", "disk").state is WARNING
    usage.free = 1_000_000  # type: ignore[attr-defined]
    finding = about(merchant, "", "disk")
    assert (finding.state, finding.sentence) == (FAILED, "1 MB are free for the state file")


def test_two_tables_for_the_same_account_are_told(merchant: Merchant) -> None:
    text = merchant.config.path.read_text()
    second = text[text.index("[marketplaces.bol]") :].replace(".bol]", ".twin]")
    merchant.config.path.write_text(text + second)
    merchant.config = load_config(merchant.config.path)
    finding = about(merchant, "", "configuration")
    assert finding.state is FAILED
    assert "is the same account as marketplaces.bol" in finding.sentence
