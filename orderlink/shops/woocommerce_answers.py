"""What WooCommerce answered, when it is not what was asked for: said in words, raised in kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from orderlink.errors import SignInFailed, TryLater
from orderlink.shops import woocommerce_documents as documents

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlink.http import Answer

T = TypeVar("T")


class UnreadableError(TryLater):
    """An answer was not what WooCommerce sends."""


def understood(translate: Callable[..., T], *arguments: Any) -> T:
    """Translate a document. Raises `UnreadableError` where it is not what WooCommerce sends."""
    try:
        return translate(*arguments)
    except documents.DocumentError as error:
        raise UnreadableError(f"the shop's answer cannot be read: {error}") from error


def settled(answer: Answer) -> Answer:
    """Give a good answer back, and say in words what is wrong with another."""
    if answer.status < 400:
        return answer
    code, message = documents.error_from(answer.document)
    if answer.status in {401, 403}:
        raise SignInFailed(_sign_in_sentence(code, message))
    if answer.status == 404 and not code:
        raise TryLater(
            "there is no /wp-json/ at this address: check base_url, and that WordPress's"
            " permalinks are set to anything but 'Plain'"
        )
    if code == "rest_no_route":
        raise TryLater("there is no WooCommerce REST API v3 at this address: is it switched on?")
    raise TryLater(f"the shop answered {answer.status}: {message}")


def _sign_in_sentence(code: str, message: str) -> str:
    if "write permission" in message:
        return "the shop's key may only read: give it read and write permission"
    if code == "woocommerce_rest_authentication_error":
        return f"the shop refuses the key: {message}"
    if code.startswith("woocommerce_rest_cannot"):
        return (
            "the shop does not know the consumer key, the key's user lacks the right, or the key"
            " does not arrive: over plain http, or behind a proxy that drops the Authorization"
            " header or does not pass X-Forwarded-Proto on, WooCommerce does not look at it"
        )
    return f"the shop refuses the request: {message or 'without a word (a firewall?)'}"
