"""Being told: what goes out over several runs, on each way, and what does not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from orderlink.errors import StateError
from orderlink.people import orders_with_problems, retry, retry_connection
from orderlink.sandbox.bol_records import Article
from orderlink.sandbox.server import Loopback
from tests.support.faults import answer
from tests.support.mailbox import Mailbox, Pings
from tests.support.world import Merchant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNKNOWN = Article(reference="NOT-THERE", ean="")
BUYER = {"firstName": "Canaryfirst", "surname": "Canarylast", "streetName": "Canarystraat"}
MAIL = """
[alerts]
mail_host = "localhost"
mail_port = {port}
mail_security = "none"
mail_user = "me"
mail_password = "canary-mail-secret"
mail_from = "orderlink@example.com"
mail_to = [{to}]
{more}
"""


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as found:
        yield found


@pytest.fixture
def pings() -> Iterator[tuple[Pings, str]]:
    found = Pings()
    with Loopback(found) as loopback:
        yield found, loopback.url


def told_by_mail(
    folder: Path, mailbox: Mailbox, to: str = '"me@example.com"', more: str = ""
) -> Merchant:
    merchant = Merchant(folder)
    merchant.configure(marketplace=MAIL.format(port=mailbox.port, to=to, more=more))
    merchant.world.unattended = True
    return merchant


def test_a_problem_is_told_when_it_starts_once_a_day_and_when_it_is_over(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    merchant = told_by_mail(tmp_path, mailbox)
    order = merchant.settled(UNKNOWN, ship_to=BUYER)
    sentence = f"- bol {order}: the shop has no such product (product_unknown)."
    assert len(mailbox.mails) == 1
    assert mailbox.texts()[0].startswith(f"orderlink: 1 new thing needs you\nNew:\n{sentence}")
    assert mailbox.mails[0]["To"] == "me@example.com"
    assert mailbox.signed_in == ["\0me\0canary-mail-secret"]
    merchant.sync_every_five_minutes(23)
    assert len(mailbox.mails) == 1
    merchant.sync_every_five_minutes(1.5)
    assert [mail["Subject"] for mail in mailbox.mails[1:]] == ["orderlink: 1 thing still needs you"]
    merchant.bol.cancel(order)
    merchant.sync_every_five_minutes(0.5)
    assert [mail["Subject"] for mail in mailbox.mails[2:]] == ["orderlink: 1 thing is over"]
    assert sentence in mailbox.texts()[2]
    merchant.sync_every_five_minutes(0.5)
    assert len(mailbox.mails) == 3
    assert merchant.told == [], "what went out is not told to cron, too"
    assert "Canary" not in "".join(mailbox.texts())


def retry_all(merchant: Merchant) -> None:
    store = merchant.store()
    for row in orders_with_problems(store):
        retry(store, row, merchant.clock.now(), deciding=False)
    for problem in store.problems():
        retry_connection(store, problem, merchant.clock.now())
    store.close()


def test_a_problem_that_was_retried_in_vain_is_neither_over_nor_new(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    for merchant in (told_by_mail(tmp_path / "mail", mailbox), Merchant(tmp_path / "cron")):
        order = merchant.settled(UNKNOWN)
        told = (len(mailbox.mails), len(merchant.told))
        store = merchant.store()
        before = store.problems()
        store.close()
        merchant.later(hours=2)
        retry_all(merchant)
        assert merchant.problems() == []
        merchant.sync_every_five_minutes(1)
        store = merchant.store()
        assert store.problems() == before, "it began when it began, and was told when it was"
        store.close()
        assert (len(mailbox.mails), len(merchant.told)) == told
        retry_all(merchant)
        merchant.bol.cancel(order)
        merchant.sync_every_five_minutes(0.5)
        assert (len(mailbox.mails) - told[0], len(merchant.told) - told[1]) in {(1, 0), (0, 1)}
        merchant.sync_every_five_minutes(1)
        assert merchant.problems() == []


def test_another_reason_after_a_retry_is_told_at_once(tmp_path: Path) -> None:
    merchant = Merchant(tmp_path)
    order = merchant.settled()
    merchant.complete(order, "3SABCD1234567")
    for why in ("Transporter is on strike", "Order item is blocked"):
        merchant.bol.fail_next_shipment(why)
        retry_all(merchant)
        merchant.sync_every_five_minutes(0.3)
        assert merchant.problems() == ["marketplace_refused"]
        assert why in merchant.told[-1]


def test_a_failure_that_was_retried_in_vain_is_told_once_a_day(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    merchant = told_by_mail(tmp_path, mailbox)
    merchant.settled()
    merchant.fault("bol", "GET", "/orders", answer(503), times=-1)
    merchant.sync_every_five_minutes(1)
    assert [mail["Subject"] for mail in mailbox.mails] == ["orderlink: 1 new thing needs you"]
    retry_all(merchant)
    merchant.sync_every_five_minutes(2)
    assert len(mailbox.mails) == 1


def test_what_starts_in_one_run_is_one_message(tmp_path: Path, mailbox: Mailbox) -> None:
    merchant = told_by_mail(tmp_path, mailbox)
    merchant.sync()
    merchant.later(minutes=5)
    orders = [merchant.place(UNKNOWN) for _ in range(3)]
    merchant.sync()
    (text,) = mailbox.texts()
    assert [order for order in orders if f"bol {order}: " in text] == orders


def test_what_passes_soon_is_not_told(tmp_path: Path, mailbox: Mailbox) -> None:
    merchant = told_by_mail(tmp_path, mailbox)
    merchant.sync()
    merchant.fault("bol", "GET", "/orders", answer(503), times=3)
    merchant.sync_every_five_minutes(1)
    assert mailbox.mails == []


def test_an_order_is_told_before_its_last_day_ends(tmp_path: Path, mailbox: Mailbox) -> None:
    merchant = told_by_mail(tmp_path, mailbox)
    order = merchant.settled()
    assert mailbox.mails == []
    merchant.later(hours=24)  # Tuesday 10:10 in Amsterdam: it must leave today
    merchant.sync()
    assert mailbox.mails == []
    merchant.later(hours=2)
    merchant.sync()
    (text,) = mailbox.texts()
    assert f"bol {order}: has not left the shop and must leave by 2026-11-24 (today)" in text
    merchant.complete(order, "3SABCD1234567")
    merchant.later(minutes=5)
    merchant.sync()
    assert "orderlink: 1 thing is over" in mailbox.texts()[1]


def test_a_way_that_fails_is_tried_again_and_the_others_are_told_once(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    script = tmp_path / "told.txt"
    program = f"import os, sys; open({str(script)!r}, 'a').write(os.environ['ORDERLINK_SUBJECT'])"
    command = f'command = ["{sys.executable}", "-c", "{program}"]'
    merchant = told_by_mail(tmp_path, mailbox, more=command)
    mailbox.refuses["DATA"] = b"451 later\r\n"
    report = merchant.sync()
    merchant.later(minutes=5)
    merchant.place(UNKNOWN)
    report = merchant.sync()
    assert report.finished
    assert mailbox.mails == []
    assert sorted(merchant.problems()) == ["alert_fails", "product_unknown"]
    mailbox.refuses.clear()
    merchant.later(minutes=5)
    merchant.sync()
    assert len(mailbox.mails) == 1
    assert script.read_text() == "orderlink: 1 new thing needs you"
    assert merchant.problems() == ["product_unknown"]
    assert merchant.told == []


def test_where_no_way_works_cron_hears_one_sentence(tmp_path: Path, mailbox: Mailbox) -> None:
    merchant = told_by_mail(tmp_path, mailbox)
    mailbox.refuses["AUTH"] = b"535 no\r\n"
    merchant.settled(UNKNOWN)
    merchant.settled(UNKNOWN)
    merchant.sync_every_five_minutes(2)
    assert merchant.told == [
        "alerts: mail to me@example.com: the mail server refuses mail_user and mail_password"
    ]


def test_each_address_is_told_by_itself(tmp_path: Path, mailbox: Mailbox) -> None:
    merchant = told_by_mail(tmp_path, mailbox, to='"me@example.com", "you@example.com"')
    merchant.settled(UNKNOWN)
    assert [mail["To"] for mail in mailbox.mails] == ["me@example.com", "you@example.com"]


def test_what_ended_before_it_could_be_told_is_not_told(tmp_path: Path, mailbox: Mailbox) -> None:
    merchant = told_by_mail(tmp_path, mailbox)
    mailbox.refuses["MAIL"] = b"451 later\r\n"
    order = merchant.settled(UNKNOWN)
    merchant.bol.cancel(order)
    merchant.sync_every_five_minutes(0.2)
    mailbox.refuses.clear()
    merchant.sync_every_five_minutes(0.5)
    assert "product_unknown" not in "".join(mailbox.texts())


def test_a_ping_hears_of_every_run(tmp_path: Path, pings: tuple[Pings, str]) -> None:
    heard, url = pings
    merchant = Merchant(tmp_path)
    merchant.configure(marketplace=f'[alerts]\nping = "{url}/canary-uuid"\n')
    order = merchant.settled()
    assert heard.heard == [
        "/canary-uuid/start",
        "/canary-uuid sync: nothing to do",
        "/canary-uuid/start",
        "/canary-uuid sync: 1 imported, 1 created",
    ]
    merchant.run("sync", orders=(order,))
    merchant.run("sync", dry_run=True)
    assert len(heard.heard) == 4, "what a person does by hand says nothing about cron"


def test_a_ping_hears_of_what_fails_for_long(tmp_path: Path, pings: tuple[Pings, str]) -> None:
    heard, url = pings
    merchant = Merchant(tmp_path)
    merchant.configure(marketplace=f'[alerts]\nping = "{url}/canary-uuid"\n')
    merchant.settled()
    for method in ("GET", "POST"):
        merchant.fault("bol", method, "", answer(503), times=-1)
    merchant.later(minutes=5)
    merchant.sync()
    assert heard.heard[-1] == "/canary-uuid sync: nothing to do", "it may pass"
    merchant.sync_every_five_minutes(1)
    assert heard.heard[-1].startswith("/canary-uuid/fail sync: nothing to do, ")
    merchant.no_more_faults()
    merchant.later(minutes=30)
    merchant.sync()
    assert heard.heard[-1].startswith("/canary-uuid sync: ")


def test_a_ping_hears_of_a_state_file_that_cannot_be_used(
    tmp_path: Path, pings: tuple[Pings, str]
) -> None:
    heard, url = pings
    merchant = Merchant(tmp_path)
    merchant.configure(marketplace=f'[alerts]\nping = "{url}/canary-uuid"\n')
    merchant.config.state.write_text("no database " * 100)
    with pytest.raises(StateError):
        merchant.sync()
    assert heard.heard[1].startswith("/canary-uuid/fail sync: the state file cannot be used")


def test_a_ping_that_is_not_heard_breaks_nothing(tmp_path: Path, pings: tuple[Pings, str]) -> None:
    heard, url = pings
    heard.status = 500
    merchant = Merchant(tmp_path)
    merchant.configure(marketplace=f'[alerts]\nping = "{url}/canary-uuid"\n')
    order = merchant.settled()
    assert len(merchant.shop_orders(order)) == 1
    assert sorted(merchant.problems()) == ["alert_fails"]
    merchant.sync_every_five_minutes(1)
    assert merchant.told == ["alerts: ping: the address answers with 500"]
    heard.status = 200
    merchant.sync()
    assert merchant.problems() == []
