"""PURE: which URLs a connection may use. Credentials go to no other origin than configured ones."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from orderlink.errors import ConfigurationError

_PORTS = {"http": 80, "https": 443}
_HOST_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?\.?")


def checked_base(label: str, url: str) -> str:
    """Give a base URL in one spelling, without its last slash.

    Raises `ConfigurationError` where it cannot be used, or would show credentials to others.
    """
    try:
        origin = origin_of(url)
    except ValueError:
        raise _unusable(label, "must look like https://shop.example") from None
    parts = urlsplit(url)
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        raise _unusable(label, "must hold nothing behind a ? or #")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise _unusable(
            label, "must begin with https://, since http:// shows credentials to everybody between"
        )
    return origin + parts.path.rstrip("/")


def origin_of(url: str) -> str:
    """Give scheme, host and port (unless it is the scheme's own) of a URL in one spelling.

    Raises ValueError where the URL is not absolute, not HTTP, malformed, or holds a user name.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or "@" in parts.netloc:
        raise ValueError("no absolute HTTP URL without a user name")
    port = parts.port or _PORTS[parts.scheme]
    return f"{parts.scheme}://{_host(parts)}" + ("" if port == _PORTS[parts.scheme] else f":{port}")


def target_of(url: str) -> str:
    """Give what stands behind the origin of a URL: path and query, without the fragment."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, by its address or the name localhost."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host(parts: SplitResult) -> str:
    """Give the host as it is asked for. Raises ValueError where it is none."""
    host = parts.hostname or ""
    if ":" in host:
        return f"[{ip_address(host).compressed}]"
    name = host if host.isascii() else host.encode("idna").decode()
    if not _HOST_NAME.fullmatch(name):
        raise ValueError("no host name")
    return name


def _unusable(label: str, problem: str) -> ConfigurationError:
    return ConfigurationError([f"{label}: its URL {problem}."])
