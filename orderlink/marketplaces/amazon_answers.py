"""PURE: what Amazon says when it refuses: Login with Amazon, and the Selling Partner API.

Shapes: `ErrorList` of the API, and the errors of
https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from orderlink.errors import SignInFailed, TryLater

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlink.errors import RemoteError
    from orderlink.model import Json

ORDERS_ROLE: Final = "Inventory and Order Tracking"
DEVELOP: Final = "Seller Central, Apps and Services, Develop Apps"
_LONGEST: Final = 500
_ADVICE: Final = {
    "invalid_grant": (
        f"the authorisation is over or was withdrawn: authorise your application anew ({DEVELOP})"
        " and set refresh_token to what it is given then"
    ),
    "unauthorized_client": (
        "refresh_token was given to another application than client_id: set both to the same one's"
    ),
    "invalid_client": (
        f"client_id or client_secret is wrong, or the secret is older than 180 days ({DEVELOP},"
        " LWA credentials, shows and renews it)"
    ),
}
"""What helps, by the word that Login with Amazon has for its refusal."""


def is_problem(document: Json) -> bool:
    """Tell whether this is Amazon's own account of an error, not some proxy's."""
    return isinstance(document, dict) and isinstance(document.get("errors"), list)


def problem_text(document: Json) -> str:
    """Say in Amazon's own words why it refused."""
    said = dict.fromkeys(_said(document))
    return "; ".join(said)[:_LONGEST] or "Amazon gave no reason"


def _said(document: Json) -> Iterator[str]:
    errors = document.get("errors") if isinstance(document, dict) else None
    for error in errors if isinstance(errors, list) else ():
        if isinstance(error, dict):
            told = (error.get("message"), error.get("details"))
            yield from (part.strip() for part in told if isinstance(part, str) and part.strip())


def is_about_token(document: Json) -> bool:
    """Tell whether a refusal is about the access token: it has expired, or is not valid any more.

    Amazon answers 403 then, as it does where a right is missing.
    """
    return is_problem(document) and "access token" in problem_text(document).lower()


def access_denied(document: Json) -> RemoteError:
    """Say what a 403 means that is not about the access token."""
    if not is_problem(document):
        return TryLater("something else than Amazon answered 403: check base_url")
    return SignInFailed(
        f"Amazon denies access ({problem_text(document)}): give your application the role"
        f" {ORDERS_ROLE} ({DEVELOP}), authorise it anew, set refresh_token to what it is given"
        " then, and see that region is that of your account"
    )


def sign_in_refused(document: Json) -> RemoteError:
    """Say why Login with Amazon gave no token, and what to do."""
    word = document.get("error") if isinstance(document, dict) else None
    if not isinstance(word, str):
        return TryLater("something else than Amazon answered the sign-in: check login_url")
    advice = _ADVICE.get(word, "check client_id, client_secret and refresh_token")
    return SignInFailed(f"Amazon refused the sign-in ({word[:50]}): {advice}")
