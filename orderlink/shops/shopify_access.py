"""How an app signs in at a Shopify shop: with a fixed token, or with one that is good for a day."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from orderlink.budget import SIGN_IN
from orderlink.errors import SignInFailed, TryLater

if TYPE_CHECKING:
    from orderlink.http import Link
    from orderlink.shops.shopify_settings import ShopifySettings

LOGIN: Final = "/admin/oauth/access_token"
TOKEN_MARGIN: Final = 300


class Access:
    """The app's access to one shop."""

    def __init__(self, settings: ShopifySettings, link: Link) -> None:
        self._settings = settings
        self._link = link
        self._signing_in = threading.Lock()

    def headers(self, anew: bool) -> dict[str, str]:  # noqa: FBT001 - the seam of orderlink.http
        """Give what signs a request in; `anew` after the shop refused that."""
        fixed = self._settings.access_token
        if fixed is not None and anew:
            raise SignInFailed("the shop refuses the access token: is its app still installed?")
        if fixed is not None:
            return {"X-Shopify-Access-Token": fixed.reveal()}
        with self._signing_in:
            token = None if anew else self._link.tokens.get("access_token")
            return {"X-Shopify-Access-Token": token or self.sign_in()}

    def sign_in(self) -> str:
        """Get a token for a day by the app's client credentials."""
        client_id, secret = self._settings.client_id, self._settings.client_secret
        answer = self._link.http.write(
            "POST",
            LOGIN,
            form={
                "grant_type": "client_credentials",
                "client_id": client_id.reveal() if client_id else "",
                "client_secret": secret.reveal() if secret else "",
            },
            budget=SIGN_IN,
            accept=(400, 401, 403, 404),
            safe=True,
        )
        if answer.status == 404:
            raise TryLater(
                "there is no shop at this address: base_url must be https://NAME.myshopify.com"
            )
        if answer.status >= 400:
            raise SignInFailed(
                "Shopify refuses the client id and secret: check both, and that the app is"
                " installed in this shop"
            )
        try:
            token = str(answer.document["access_token"])
            seconds = int(answer.document["expires_in"])
        except (KeyError, TypeError, ValueError) as error:
            raise TryLater("Shopify's answer to the sign-in cannot be read") from error
        kept = seconds - min(TOKEN_MARGIN, seconds // 2)
        until = self._link.clock.now() + timedelta(seconds=kept)
        self._link.tokens.put("access_token", token, until)
        return token
