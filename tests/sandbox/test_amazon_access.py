"""Login with Amazon, roles and usage plans of the Amazon sandbox."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from orderlink.sandbox.amazon_access import PUBLISHED, Rate
from tests.sandbox.amazon_calls import NOW, SEARCH, Caller, confirmation_path, error

PLACES = "/sellers/v1/marketplaceParticipations"


@pytest.fixture
def amazon() -> Caller:
    return Caller()


# Login with Amazon


def test_a_refresh_token_gives_an_access_token_for_an_hour(amazon: Caller) -> None:
    document = json.loads(amazon.sign_in().body)
    assert document["expires_in"] == 3600
    assert document["token_type"] == "bearer"
    assert document["refresh_token"] == "Atzr|refresh"
    headers = {"x-amz-access-token": document["access_token"]}
    amazon.clock.advance(3599)
    assert amazon.ask("GET", PLACES, headers=headers).status == 200
    amazon.clock.advance(1)
    status, code, message, details = error(amazon.ask("GET", PLACES, headers=headers))
    assert (status, code) == (403, "Unauthorized")
    assert message == "Access to requested resource is denied."
    assert details == "The access token you provided has expired."
    assert amazon.sandbox.ledger.tokens == [NOW]


@pytest.mark.parametrize(
    ("form", "status", "word"),
    [
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"refresh_token": "Atzr|other"}, 400, "invalid_grant"),
        ({"refresh_token": ""}, 400, "invalid_request"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "unsupported_grant_type"),
    ],
)
def test_a_wrong_sign_in_gets_no_token(
    amazon: Caller, form: dict[str, str], status: int, word: str
) -> None:
    answer = amazon.sign_in(**form)
    document = json.loads(answer.body)
    assert (answer.status, document["error"]) == (status, word)
    assert document["error_description"]
    assert "access_token" not in document
    assert amazon.sandbox.ledger.tokens == []


def test_a_sign_in_in_json_is_not_understood(amazon: Caller) -> None:
    body = json.dumps({"grant_type": "refresh_token", "refresh_token": "Atzr|refresh"}).encode()
    answer = amazon.ask("POST", "/auth/o2/token", body)
    assert json.loads(answer.body)["error"] == "unsupported_grant_type"


def test_missing_garbled_and_forgotten_tokens_are_refused(amazon: Caller) -> None:
    assert "missing" in error(amazon.ask("GET", PLACES))[3]
    headers = {"x-amz-access-token": "Atza|garbled"}
    assert "malformed" in error(amazon.ask("GET", PLACES, headers=headers))[3]
    headers = {"x-amz-access-token": amazon.token()}
    amazon.sandbox.forget_tokens()
    assert amazon.ask("GET", PLACES, headers=headers).status == 403


def test_a_revoked_authorization_ends_everything(amazon: Caller) -> None:
    headers = {"x-amz-access-token": amazon.token()}
    amazon.sandbox.revoke_authorization()
    assert amazon.ask("GET", PLACES, headers=headers).status == 403
    assert json.loads(amazon.sign_in().body)["error"] == "invalid_grant"


def test_without_a_role_for_orders_they_are_denied(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    amazon.sandbox.set_roles("Product Listing")
    document = amazon.confirmation(order_id)
    for answer in (
        amazon.search(),
        amazon.call("GET", f"{SEARCH}/{order_id}"),
        amazon.call("POST", confirmation_path(order_id), document),
    ):
        assert error(answer)[:2] == (403, "Unauthorized")
        assert answer.headers["x-amzn-ErrorType"] == "AccessDeniedException"
    assert amazon.call("GET", PLACES).status == 200


def test_the_merchants_marketplaces_are_told() -> None:
    amazon = Caller(countries=("DE", "JP"))
    rows = json.loads(amazon.call("GET", PLACES).body)["payload"]
    told = [(row["marketplace"]["id"], row["marketplace"]["defaultCurrencyCode"]) for row in rows]
    assert told == [("A1PA6795UKMFR9", "EUR"), ("A1VC38T7YXB528", "JPY")]
    assert all(row["participation"]["isParticipating"] for row in rows)


def test_what_there_is_not_is_denied_as_at_amazons_gateway(amazon: Caller) -> None:
    for method, path in (("GET", "/orders/v1/orders"), ("DELETE", SEARCH), ("GET", "/")):
        assert error(amazon.call(method, path))[:2] == (403, "Unauthorized")


def test_a_get_with_a_body_is_invalid(amazon: Caller) -> None:
    assert error(amazon.call("GET", PLACES, {}))[:2] == (400, "InvalidInput")


def test_every_answer_has_a_number_and_a_date(amazon: Caller) -> None:
    answers = [amazon.search(), amazon.call("GET", PLACES), amazon.call("GET", f"{SEARCH}/X")]
    assert len({answer.headers["x-amzn-RequestId"] for answer in answers}) == 3
    assert {answer.headers["Date"] for answer in answers} == {"Mon, 05 Jan 2026 10:00:00 GMT"}


# Usage plans


def test_the_published_rates_are_told_also_where_limits_are_off(amazon: Caller) -> None:
    order_id = amazon.sandbox.place()
    told = {
        "searchOrders": amazon.search(),
        "getOrder": amazon.call("GET", f"{SEARCH}/{order_id}"),
        "confirmShipment": amazon.confirm(order_id),
        "getMarketplaceParticipations": amazon.call("GET", PLACES),
    }
    for operation, answer in told.items():
        rate = Fraction(answer.headers["x-amzn-RateLimit-Limit"])
        assert rate == Fraction(str(PUBLISHED[operation].per_second))


def test_a_burst_is_used_up_and_comes_back_one_by_one() -> None:
    amazon = Caller(rate_limits=True)
    assert [amazon.search().status for _ in range(21)] == [200] * 20 + [429]
    amazon.clock.advance(178)
    answer = amazon.search()
    assert error(answer)[:3] == (
        429,
        "QuotaExceeded",
        "You exceeded your quota for the requested resource.",
    )
    assert answer.headers["x-amzn-ErrorType"] == "TooManyRequestsException"
    assert "x-amzn-RateLimit-Limit" not in answer.headers
    assert "Retry-After" not in answer.headers
    amazon.clock.advance(1)
    assert [amazon.search().status for _ in range(2)] == [200, 429]
    assert amazon.sandbox.ledger.answers["searchOrders", 429] == 3


def test_each_operation_has_a_bucket_of_its_own() -> None:
    amazon = Caller(rate_limits=True)
    for _ in range(21):
        amazon.search()
    order_id = amazon.sandbox.place()
    statuses = [amazon.confirm(order_id).status for _ in range(11)]
    assert statuses == [204] * 10 + [429]
    amazon.clock.advance(0.5)
    assert [amazon.confirm(order_id).status for _ in range(2)] == [204, 429]
    assert amazon.call("GET", f"{SEARCH}/{order_id}").status == 200


def test_a_day_of_greed_gets_what_the_bucket_gives_and_no_more() -> None:
    amazon = Caller(rate_limits=True)
    headers = {"x-amz-access-token": amazon.token()}
    url = f"{SEARCH}?lastUpdatedAfter=2026-01-01T00:00:00Z"
    given = 0
    for second in range(0, 86_400, 20):
        if second % 3600 == 0:
            headers = {"x-amz-access-token": amazon.token()}
        given += amazon.ask("GET", url, headers=headers).status == 200
        amazon.clock.advance(20)
    assert given == 20 + int(Fraction("0.0056") * (86_400 - 20))


def test_a_refused_caller_uses_up_nothing_and_a_wrong_request_does() -> None:
    amazon = Caller(rate_limits=True)
    for _ in range(30):
        amazon.ask("GET", SEARCH)
    assert [amazon.search(lastUpdatedAfter="").status for _ in range(20)] == [400] * 20
    assert amazon.search().status == 429


def test_an_account_may_have_other_rates_than_the_published() -> None:
    amazon = Caller(rate_limits=True, rates={"searchOrders": Rate(0.1, 2)})
    answers = [amazon.search() for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[0].headers["x-amzn-RateLimit-Limit"] == "0.1"
    amazon.clock.advance(10)
    assert amazon.search().status == 200
