"""The Shopify sandbox: what it makes of orders, and how it is asked."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from orderlink.model import Stamp
from orderlink.sandbox.server import Request
from orderlink.sandbox.shopify_records import SandboxShop, SandboxTaxes
from orderlink.shops import shopify_adoption as adoption
from orderlink.shops import shopify_order_queries as order_queries
from orderlink.shops import shopify_queries as queries
from tests.sandbox.shopify_calls import PATH, TOKEN, Caller, line, money, order, reference
from tests.shops.shopify_schema import needs_schema, schema


def amount(bag: Any) -> Decimal:
    return Decimal(bag["presentmentMoney"]["amount"])


# Creating


def test_an_order_adds_up_with_the_tax_within_its_prices() -> None:
    tax = {"title": "BTW", "rate": 0.21, "priceSet": money("4.51")}
    shipping = {"title": "bol", "priceSet": money("2.99")}
    caller = Caller()
    made = caller.create(order(line(quantity=2, taxLines=[tax]), shippingLines=[shipping]))
    assert amount(made["order"]["totalPriceSet"]) == Decimal("28.97")
    assert caller.sandbox.order(5001)["total_tax"] == "4.51"


def test_an_order_adds_up_with_the_tax_on_top() -> None:
    tax = {"title": "BTW", "rate": 0.21, "priceSet": money("4.50")}
    net = line(quantity=2, price="10.73", taxLines=[tax])
    made = Caller().create(order(net, taxesIncluded=False))
    assert amount(made["order"]["totalPriceSet"]) == Decimal("25.96")


def test_a_discount_on_the_order_comes_off_its_lines() -> None:
    discount = {"itemFixedDiscountCode": {"code": "Commission", "amountSet": money("1.30")}}
    made = Caller().create(order(discountCode=discount))
    assert amount(made["order"]["totalPriceSet"]) == Decimal("11.69")
    too_much = {"itemFixedDiscountCode": {"code": "Commission", "amountSet": money("99.00")}}
    assert amount(Caller().create(order(discountCode=too_much))["order"]["totalPriceSet"]) == 0


def test_a_price_has_no_more_decimals_than_its_currency() -> None:
    made = Caller().create(order(line(quantity=3, price="0.333")))
    assert amount(made["order"]["totalPriceSet"]) == Decimal("0.99")


def test_an_order_may_be_in_the_buyers_currency() -> None:
    both = {
        "shopMoney": {"amount": "13.80", "currencyCode": "EUR"},
        "presentmentMoney": {"amount": "12.00", "currencyCode": "GBP"},
    }
    caller = Caller()
    sent = order({**line(), "priceSet": both}, presentmentCurrency="GBP")
    total = caller.create(sent)["order"]["totalPriceSet"]
    assert total["presentmentMoney"]["amount"] == "12.0"
    assert caller.sandbox.ledger.created[0].currency == "GBP"
    refused = caller.refused(order(line(), presentmentCurrency="GBP"))
    assert refused["message"] == "Presentment money is required"
    refused = caller.refused(order(line(), presentmentCurrency="SEK"))
    assert refused["field"] == ["order", "presentmentCurrency"]


def test_the_same_order_twice_is_two_orders() -> None:
    caller = Caller()
    assert caller.made() != caller.made()
    assert [one.transaction_id for one in caller.sandbox.ledger.created] == ["A-1", "A-1"]
    assert [one["number"] for one in caller.sandbox.control("orders", {})] == ["#1001", "#1002"]


def test_a_unique_reference_is_taken_once() -> None:
    caller = Caller(unique_reference=True)
    sent = order(metafields=[reference("bol::A-1", "id")])
    caller.made(sent)
    refused = caller.refused(sent)
    assert refused["field"] == ["order", "metafields", "0", "value"]
    assert "unique" in refused["message"]
    wrong = caller.refused(order(metafields=[reference("bol::A-2")]))
    assert "must be consistent" in wrong["message"]


def test_no_stock_is_claimed_unless_that_is_asked_for() -> None:
    caller = Caller()
    mug = caller.sandbox.product(11)
    caller.made(order(line(11, 2)))
    assert mug.stock == 3
    caller.made(order(line(11, 2)), inventoryBehaviour="DECREMENT_OBEYING_POLICY")
    assert mug.stock == 1
    refused = caller.refused(order(line(11, 2)), inventoryBehaviour="DECREMENT_OBEYING_POLICY")
    assert refused["code"] == "INVENTORY_CLAIM_FAILED"
    caller.made(order(line(11, 2)), inventoryBehaviour="DECREMENT_IGNORING_POLICY")
    assert mug.stock == -1
    assert len(caller.sandbox.ledger.created) == 3, "what is refused leaves nothing behind"


def test_a_mail_goes_out_when_it_is_asked_for_only() -> None:
    caller = Caller()
    caller.made(order(email="buyer@example.test"))
    assert caller.sandbox.ledger.mails == []
    caller.made(order(email="buyer@example.test"), sendReceipt=True)
    (mail,) = caller.sandbox.ledger.mails
    assert (mail.to, mail.subject) == ("buyer@example.test", "Order #1002 confirmed")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        (order(line(999)), "variantId"),
        ({"lineItems": [], "sourceIdentifier": "A-1"}, "lineItems"),
        (order({"quantity": 1, "sku": "X"}), "title"),
        (order(line(quantity=0)), "quantity"),
        (order(line(price="-1.00")), "priceSet"),
        (order(shippingAddress={"firstName": "x" * 256}), "firstName"),
        (order(shippingAddress={"countryCode": "ES", "provinceCode": "ZZ"}), "provinceCode"),
        (order(note="x" * 5001), "note"),
        (order(currency="GBP"), "currency"),
        (order(customerId="1", customer={"toAssociate": {"id": "1"}}), "customer"),
        (order(shippingLines=[{"title": "x", "priceSet": money("-1")}]), "priceSet"),
        (
            order(
                line(taxLines=[{"title": "x", "rate": 0.1}]), taxLines=[{"title": "x", "rate": 0.1}]
            ),
            "taxLines",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(sent: dict[str, Any], field: str) -> None:
    caller = Caller()
    assert caller.refused(sent)["field"][-1] == field
    assert caller.sandbox.control("orders", {}) == []


def test_addresses_are_kept_to_the_last_character() -> None:
    given = {
        "firstName": "Zoë 🚚",
        "lastName": "<b>",
        "address1": "Plein 1944 nr. 2",
        "countryCode": "IT",
        "province": "Milano",
    }
    shown = Caller().create(order(shippingAddress=given))["order"]["shippingAddress"]
    assert (shown["firstName"], shown["provinceCode"]) == ("Zoë 🚚", "MI")
    plain = Caller(selling=SandboxShop(plain_addresses=True))
    assert plain.refused(order(shippingAddress=given))["field"][-1] == "firstName"


# The shop's own tax


def test_a_draft_tells_the_taxes_of_a_place_and_is_never_made() -> None:
    taxes = (SandboxTaxes("NL", "21", "BTW"), SandboxTaxes("NL", "9", "BTW laag", "reduced"))
    caller = Caller(taxes=taxes)
    caller.sandbox.product(12).tax_kind = "reduced"

    def draft(variant: int, country: str, **more: Any) -> dict[str, Any]:
        priced = {"variantId": queries.gid("ProductVariant", str(variant)), "quantity": 1}
        return {"lineItems": [priced], "shippingAddress": {"countryCode": country}, **more}

    drafts = [draft(10, "NL"), draft(12, "NL"), draft(10, "FR"), draft(10, "NL", taxExempt=True)]
    answer = caller.do(queries.calculate(drafts))
    told = [one["calculatedDraftOrder"]["taxLines"] for one in answer.values()]
    assert told == [
        [{"title": "BTW", "rate": 0.21}],
        [{"title": "BTW laag", "rate": 0.09}],
        [],
        [],
    ]
    assert caller.sandbox.control("orders", {}) == []


def test_a_draft_tells_what_another_currency_is_worth() -> None:
    custom = {
        "title": "all",
        "quantity": 1,
        "taxable": False,
        "originalUnitPriceWithCurrency": {"amount": "100.00", "currencyCode": "GBP"},
    }
    answer = Caller().do(
        queries.calculate([{"lineItems": [custom], "presentmentCurrencyCode": "GBP"}])
    )
    total = answer["draft0"]["calculatedDraftOrder"]["totalPriceSet"]
    assert total["shopMoney"]["amount"] == "115.0"


# Finding


def search(caller: Caller, *numbers: str) -> list[str]:
    rows = caller.do(order_queries.orders_by_number(numbers))["orders"]["nodes"]
    return [row["sourceIdentifier"] for row in rows]


def test_a_search_finds_more_than_was_meant() -> None:
    caller = Caller()
    for number in ("A-1", "A-1-B", "a-1", "A-2", "B"):
        caller.made(order(sourceIdentifier=number))
    assert search(caller, "A-1") == ["a-1", "A-1-B", "A-1"]
    assert search(caller, "A-2", "B") == ["B", "A-2", "A-1-B"]


def test_a_tag_is_found_when_the_index_has_it() -> None:
    caller = Caller(search_lag=120)
    number = caller.made()
    caller.clock.advance(120)
    stamp = adoption.stamp_order(number, Stamp("bol::Z-9", "origin-1", "Z-9"), "")
    told = caller.do(stamp)
    assert told == {"tagged": {"userErrors": []}, "marked": {"userErrors": []}}
    by_tag = order_queries.orders_by_number([], ["bol::Z-9"])
    assert caller.do(by_tag)["orders"]["nodes"] == []
    assert search(caller, "A-1") == ["A-1"], "what it was before is found all the time"
    caller.clock.advance(120)
    assert len(caller.do(by_tag)["orders"]["nodes"]) == 1


def test_metafields_are_set_all_or_none() -> None:
    caller = Caller(unique_reference=True, reference_type="id")
    sent = order(sourceIdentifier="A", metafields=[reference("bol::A", "id")])
    caller.made(sent)
    number = caller.made(order(sourceIdentifier="B", metafields=[]))
    stamp = adoption.stamp_order(number, Stamp("bol::A", "origin-1", "A"), "id")
    (fault,) = caller.do(stamp)["marked"]["userErrors"]
    assert (fault["code"], fault["field"]) == ("TAKEN", ["metafields", "0", "value"])
    assert caller.sandbox._store.orders[int(number)].metafields == {}
    wrong = adoption.stamp_order(number, Stamp("bol::C", "origin-1", "C"), "")
    assert caller.do(wrong)["marked"]["userErrors"][0]["code"] == "INVALID_TYPE"


def test_a_tag_has_forty_characters_at_most() -> None:
    caller = Caller()
    number = caller.made()
    stamp = adoption.stamp_order(number, Stamp("bol::A", "origin-1", "A"), "")
    variables = {**stamp.variables, "tags": ["x" * 41]}
    told = caller.ask(stamp.text, **variables)["data"]["tagged"]["userErrors"]
    assert "too long" in told[0]["message"]


def test_the_index_lags_and_may_ignore_its_filter() -> None:
    caller = Caller(search_lag=120)
    caller.made()
    assert search(caller, "A-1") == []
    caller.clock.advance(120)
    assert search(caller, "A-1") == ["A-1"]
    caller.sandbox.set_search(ignores_filter=True)
    assert search(caller, "B-9") == ["A-1"]


def test_a_unique_reference_is_found_at_once() -> None:
    caller = Caller(search_lag=120, unique_reference=True)
    number = caller.made(order(metafields=[reference("bol::A-1", "id")]))
    found = caller.do(order_queries.orders_by_reference(["bol::A-1", "bol::A-2"]))
    assert found == {"order0": {"id": queries.gid("Order", number)}, "order1": None}


def test_without_a_definition_nothing_is_found_by_reference() -> None:
    operation = order_queries.orders_by_reference(["bol::A-1"])
    document = Caller().ask(operation.text, **operation.variables)
    assert "required when using custom ids" in document["errors"][0]["message"]


def test_orders_of_more_than_sixty_days_are_hidden_without_the_scope() -> None:
    caller = Caller()
    number = caller.made()
    caller.clock.advance(timedelta(days=61).total_seconds())
    assert caller.read(number) is None
    assert caller.do(order_queries.oldest_order())["orders"]["nodes"] == []
    caller.sandbox.set_scopes("read_all_orders", "write_orders", "read_products")
    assert caller.read(number)["name"] == "#1001"


# What people do


def test_the_warehouse_sends_some_pieces_and_then_the_rest() -> None:
    caller = Caller()
    number = caller.made(order(line(10, 2), line(12)))
    act = {"order": "A-1", "pieces": {"MUG-RED": 1}, "code": "3SABC", "provider": "PostNL"}
    assert caller.sandbox.control("fulfil", act)["status"] == "open"
    assert caller.read(number)["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    rest = {"order": number, "codes": ["1Z1", "1Z2"], "url": "https://example.test/t"}
    assert caller.sandbox.control("complete", rest)["status"] == "completed"
    (told,) = caller.do(order_queries.fulfillments_of_orders([number], order_queries.FEW[-1]))[
        "nodes"
    ]
    codes = [[one["number"] for one in part["trackingInfo"]] for part in told["fulfillments"]]
    assert codes == [["3SABC"], ["1Z1", "1Z2"]]
    first = told["fulfillments"][0]["fulfillmentLineItems"]["nodes"]
    assert [one["quantity"] for one in first] == [1]
    whole = caller.do(order_queries.fulfillment_by_id(told["fulfillments"][1]["id"]))["node"]
    assert whole["trackingInfo"][0]["url"] == "https://example.test/t"
    assert len(caller.do(order_queries.fulfillment_ids(number))["order"]["fulfillments"]) == 2


def test_what_was_paid_and_sent_is_archived() -> None:
    caller = Caller()
    sale = {"kind": "SALE", "status": "SUCCESS", "gateway": "bol", "amountSet": money("12.99")}
    number = caller.made(order(transactions=[sale]))
    caller.sandbox.control("complete", {"order": "A-1"})
    shown = caller.read(number)
    assert (shown["displayFulfillmentStatus"], shown["closedAt"] is None) == ("FULFILLED", False)
    assert caller.sandbox.control("reopen", {"order": "A-1"})["status"] == "open"
    assert caller.read(number)["closedAt"] is None


def test_an_order_is_cancelled_by_a_job_and_its_pieces_come_back() -> None:
    caller = Caller()
    number = caller.made(order(line(11, 2)), inventoryBehaviour="DECREMENT_IGNORING_POLICY")
    answer = caller.do(queries.cancel(number, "a test"))["orderCancel"]
    assert answer["job"]["done"] is False
    assert caller.read(number)["cancelledAt"] is None
    caller.clock.advance(2)
    assert caller.read(number)["cancelledAt"] is not None
    assert caller.sandbox.product(11).stock == 3
    again = caller.do(queries.cancel(number, "a test"))["orderCancel"]
    assert again["job"] is None
    assert "already been canceled" in again["orderCancelUserErrors"][0]["message"]


def test_a_hold_keeps_an_order_from_being_sent() -> None:
    caller = Caller()
    number = caller.made()
    (work,) = caller.do(queries.fulfillment_orders(number))["order"]["fulfillmentOrders"]["nodes"]
    answer = caller.do(queries.hold(number, [work["id"]], "differs"))
    assert [part["userErrors"] for part in answer.values()] == [[], []]
    assert caller.read(number)["displayFulfillmentStatus"] == "ON_HOLD"
    with pytest.raises(ValueError, match="held"):
        caller.sandbox.control("complete", {"order": number})
    again = caller.do(queries.hold(number, [work["id"]], "differs"))["hold0"]["userErrors"]
    assert again[0]["code"] == "DUPLICATE_FULFILLMENT_HOLD_HANDLE"


def test_refunds_and_deletions_stand_in_the_ledger() -> None:
    caller = Caller()
    sale = {"amountSet": money("12.99")}
    number = caller.made(order(transactions=[sale]))
    caller.sandbox.control("refund", {"order": "A-1", "amount": "3.00"})
    assert caller.read(number)["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
    caller.sandbox.control("refund", {"order": "A-1"})
    assert amount(caller.read(number)["totalRefundedSet"]) == Decimal("12.99")
    with pytest.raises(ValueError, match="can be refunded"):
        caller.sandbox.control("refund", {"order": "A-1"})
    caller.sandbox.control("delete", {"order": "A-1"})
    assert caller.read(number) is None
    changes = [(one.before, one.after) for one in caller.sandbox.ledger.changes]
    assert changes == [("open", "refunded"), ("refunded", "deleted")]


def test_what_people_cannot_do_is_said() -> None:
    caller = Caller()
    caller.made()
    acts: list[tuple[str, dict[str, Any], str]] = [
        ("dance", {}, "there is no 'dance'"),
        ("complete", {"order": "nobody"}, "there is no order 'nobody'"),
        ("add-code", {"order": "A-1", "code": "x"}, "nothing of order #1001 has left"),
        ("fulfil", {"order": "A-1", "pieces": {"TEE-L": 1}}, "no such open pieces: TEE-L"),
    ]
    for act, arguments, said in acts:
        with pytest.raises(ValueError, match=said):
            caller.sandbox.control(act, arguments)
    caller.sandbox.control("complete", {"order": "A-1"})
    caller.sandbox.control("add-code", {"order": "A-1", "code": "3SABC"})
    with pytest.raises(ValueError, match="outstanding fulfillments"):
        caller.sandbox.control("cancel", {"order": "A-1"})


def test_a_person_may_play_from_another_process() -> None:
    caller = Caller(control=True)
    caller.made()
    answer = caller.send("/_sandbox/complete", {"order": "A-1"})
    assert json.loads(answer.body)["status"] == "completed"
    closed = Caller().send("/_sandbox/orders", {})
    assert closed.status == 404


# Asking


def test_a_wrong_token_is_refused_in_shopifys_words() -> None:
    answer = Caller().send(PATH, {"query": "{ shop { name } }"}, token="wrong")
    assert answer.status == 401
    assert "Invalid API key or access token" in json.loads(answer.body)["errors"]


def test_client_credentials_give_a_token_for_a_day() -> None:
    caller = Caller(access_token="", client_id="id", client_secret="secret")
    form = b"grant_type=client_credentials&client_id=id&client_secret=secret"
    path = "/admin/oauth/access_token"
    token = json.loads(caller.send(path, form).body)["access_token"]
    ask = {"query": "{ shop { name } }"}
    assert caller.send(PATH, ask, token=token).status == 200
    caller.clock.advance(86400)
    assert caller.send(PATH, ask, token=token).status == 401
    again = json.loads(caller.send(path, form).body)["access_token"]
    assert caller.send(PATH, ask, token=again).status == 200
    caller.sandbox.forget_tokens()
    assert caller.send(PATH, ask, token=again).status == 401
    assert caller.send(path, form.replace(b"=secret", b"=wrong")).status == 400
    assert caller.send(path, b"grant_type=password").status == 400


def test_a_version_that_has_ended_is_served_by_the_oldest_one() -> None:
    caller = Caller()
    ask = {"query": "{ shop { name } }"}
    served = [
        caller.send(f"/admin/api/{version}/graphql.json", ask).headers["X-Shopify-API-Version"]
        for version in ("2026-10", "2026-04", "2024-01")
    ]
    assert served == ["2026-10", "2026-04", "2026-01"]
    assert caller.send("/admin/api/2031-01/graphql.json", ask).status == 404
    assert caller.send("/admin/orders.json", ask).status == 404
    assert caller.send(PATH, ask, method="GET").status == 404
    assert caller.send(PATH, b"no json").status == 400


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{ shop { name }", "syntax error"),
        ("{ shop { § } }", "syntax error"),
        ("query A { shop { name } } query B { shop { name } }", "operation name"),
        ("{ shop { ...Missing } }", "not defined"),
        ("{ shop { secret } }", "Field 'secret' doesn't exist on type 'Shop'"),
        ("{ products(first: 1) { nodes { id } } }", "doesn't exist on type 'QueryRoot'"),
        ("{ orders { nodes { id } } }", "first or last"),
        ("{ orders(first: 251) { nodes { id } } }", "cannot exceed 250"),
        ('{ order(id: "5001") { id } }', "Invalid global id"),
    ],
)
def test_what_is_no_question_is_said_in_a_200(text: str, said: str) -> None:
    (error,) = Caller().ask(text)["errors"]
    assert said in error["message"]


def test_a_document_may_use_all_that_the_language_has() -> None:
    text = """
    # a comment
    query Names($id: ID!) {
      a: order(id: $id) { ...Named } b: node(id: $id) { ... on Order { id } }
      all: orders(first: 2, reverse: false, query: "name:\\"#1001\\"") { nodes { id } }
    }
    fragment Named on Order { name }
    """
    caller = Caller()
    caller.made()
    told = caller.ask(text, id="gid://shopify/Order/5001")["data"]
    assert (told["a"], told["b"], len(told["all"]["nodes"])) == (
        {"name": "#1001"},
        {"id": "gid://shopify/Order/5001"},
        1,
    )


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"lines": []}, "lines (Field is not defined on OrderCreateOrderInput)"),
        ({"lineItems": [{"sku": "x"}]}, "lineItems.0.quantity (Expected value to not be null)"),
        ({"lineItems": [{"quantity": "1"}]}, "to be a Int"),
        ({"presentmentCurrency": "XXX"}, "to be a CurrencyCode"),
        ({"shippingAddress": {"countryCode": "NLD"}}, "to be a CountryCode"),
        ({"shippingAddress": "Dorpsstraat"}, "to be a key-value object"),
        ({"financialStatus": "payed"}, "to be a OrderCreateFinancialStatus"),
        ({"processedAt": "yesterday"}, "to be a DateTime"),
        ({"taxesIncluded": "yes"}, "to be a Boolean"),
        ({"lineItems": [{"quantity": 1}] * 251}, "greater than the maximum allowed of 250"),
    ],
)
def test_variables_are_held_to_their_types(sent: dict[str, Any], said: str) -> None:
    text = queries.create_order(order(), {}).text
    document = Caller().ask(text, order=sent, options={}, lines=1)
    assert said in document["errors"][0]["message"]
    assert "data" not in document


def test_a_scope_that_is_missing_is_named() -> None:
    caller = Caller(scopes=("read_orders",))
    operation = queries.create_order(order(), {})
    document = caller.ask(operation.text, **operation.variables)
    (error,) = document["errors"]
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert error["extensions"]["requiredAccess"] == "`write_orders` access scope."
    assert document["data"] is None
    assert caller.sandbox.control("orders", {}) == []
    assert caller.read("5001") is None, "who may write may read"


@pytest.mark.shared
@needs_schema
def test_the_input_types_are_shopifys() -> None:
    from orderlink.sandbox.shopify_inputs import ENUMS, INPUTS

    for name, fields in INPUTS.items():
        its = schema().type_map[name].fields  # type: ignore[attr-defined]
        assert {field: str(one.type) for field, one in its.items()} == fields, name
    for name, words in ENUMS.items():
        assert set(schema().type_map[name].values) == words, name  # type: ignore[attr-defined]


def test_the_date_is_told_with_every_answer() -> None:
    answer = Caller().sandbox.handle(Request("POST", PATH, {}, {}, b""))
    assert answer.headers["Date"] == "Mon, 23 Nov 2026 09:00:00 GMT"
    assert TOKEN not in answer.body.decode()
