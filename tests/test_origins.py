from __future__ import annotations

import pytest

from orderlink.errors import ConfigurationError
from orderlink.origins import checked_base, origin_of, target_of


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://Shop.Example/wp/", "https://shop.example/wp"),
        ("https://shop.example:443", "https://shop.example"),
        ("https://shop.example:8443/", "https://shop.example:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[0:0::1]:81/x", "http://[::1]:81/x"),
    ],
)
def test_a_base_url_is_brought_into_one_spelling(url: str, base: str) -> None:
    assert checked_base("shop", url) == base


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://shop.example", "https://"),
        ("http://10.0.0.1", "https://"),
        ("http://localhost.evil.example", "https://"),
        ("http://127.0.0.1.evil.example", "https://"),
        ("https://user:password@shop.example", "look like"),
        ("https://shop.example?key=1", "behind"),
        ("https://shop.example?", "behind"),
        ("https://shop.example/#x", "behind"),
        ("ftp://shop.example", "look like"),
        ("shop.example", "look like"),
        ("", "look like"),
        ("https://", "look like"),
        ("https://shop example", "look like"),
        ("https://shop.example:port", "look like"),
        ("https://[::1", "look like"),
        ("https://[::zz]", "look like"),
        ("https://a\\@evil.example", "look like"),
        ("https://a\\evil.example", "look like"),
        ("https://" + "ü" * 80 + ".example", "look like"),
    ],
)
def test_a_base_url_that_cannot_be_used_is_refused_in_one_sentence(url: str, word: str) -> None:
    with pytest.raises(ConfigurationError, match=word) as caught:
        checked_base("my shop", url)
    assert str(caught.value).startswith("my shop: ")
    assert "password" not in str(caught.value)


def test_the_target_is_path_and_query_only() -> None:
    assert target_of("https://shop.example/a/b?c=d#e") == "/a/b?c=d"
    assert target_of("https://shop.example?c=d") == "/?c=d"
    assert origin_of("HTTPS://SHOP.example:443/a") == "https://shop.example"
