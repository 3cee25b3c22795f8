"""Below `http.py`: how one request is carried over the network, whole or not at all.

A request has one total deadline, which is enforced by the sockets themselves: every wait on one may
take what is left of the request's time, so neither a server that drips its answer nor one that
takes a request byte by byte can stretch it. `requests` is used below its conveniences: nothing is
taken from the environment, followed, retried or remembered.
"""

from __future__ import annotations

import functools
import math
import socket
import ssl
import threading
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import certifi
import requests
from requests.adapters import BaseAdapter
from requests.hooks import default_hooks
from requests.structures import CaseInsensitiveDict
from urllib3 import PoolManager, ProxyManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
)
from urllib3.util import make_headers

from orderlink.answers import Raw
from orderlink.clock import SystemClock
from orderlink.errors import ConfigurationError
from orderlink.kindness import MOST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from orderlink.clock import Clock

LARGEST_BODY = 32 * 1024 * 1024
"""Bytes of an inflated body that are read."""

_LONGEST_IDLE = 4.0
"""Seconds after which a connection is not used again. Many servers close theirs after five, and a
write that meets the closing would be ambiguous."""

_CHUNK = 64 * 1024
_NETWORK_ERRORS = (OSError, HTTPError, HTTPException)
_NOTHING_SENT = (
    NewConnectionError,
    ConnectTimeoutError,
    ProxyError,
    requests.exceptions.ConnectTimeout,
    requests.exceptions.ProxyError,
    requests.exceptions.SSLError,
)
_SYSTEM_CLOCK = SystemClock()


class NotSentError(Exception):
    """No connection came about, so nothing was sent. The message says why, as half a sentence."""


class CutShortError(Exception):
    """The request may have been sent, but no whole answer came. The message says why."""


class _TooLargeError(OSError):
    """A body exceeds what is read."""


class Transport:
    """Carries requests of one connection. May be used by several threads; close it when done.

    `adapter` takes the place of the network. Where it is not `secure`, no certificates are loaded
    and https cannot be used. Raises `ConfigurationError` where `proxy` or
    `ca_bundle` cannot be used.
    """

    def __init__(
        self,
        label: str,
        clock: Clock,
        *,
        connect_seconds: float,
        secure: bool = True,
        proxy: str | None = None,
        ca_bundle: str | None = None,
        adapter: BaseAdapter | None = None,
    ) -> None:
        self._clock = clock
        self._connect_seconds = connect_seconds
        self._session = _Session(adapter or _network(label, proxy, ca_bundle, secure=secure))

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._session.close()

    def carry(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], seconds: float
    ) -> Raw:
        """Send a request once and read the answer whole, in `seconds` altogether.

        Raises `NotSentError` or `CutShortError`. The body of an answer that is no success may be
        missing: what happened is told by its status.
        """
        until = self._clock.monotonic() + seconds
        try:
            response = self._session.send(
                _prepared(method, url, body, headers),
                stream=True,
                allow_redirects=False,
                timeout=(self._connect_seconds, seconds),
                proxies={},
            )
            whole = self._body(response, until)
        except _NETWORK_ERRORS as error:
            causes = list(_causes(error))
            if any(isinstance(cause, _NOTHING_SENT) for cause in causes):
                raise NotSentError(_why_no_connection(causes)) from error
            raise CutShortError(_why_no_answer(causes, seconds)) from error
        return Raw(response.status_code, response.headers, whole)

    def _body(self, response: requests.Response, until: float) -> bytes | None:
        try:
            return b"".join(self._chunks(response, until))
        except _NETWORK_ERRORS:
            response.close()
            if 200 <= response.status_code < 300:
                raise
            return None
        except BaseException:
            response.close()
            raise

    def _chunks(self, response: requests.Response, until: float) -> Iterator[bytes]:
        size = 0
        while chunk := response.raw.read(_CHUNK, decode_content=True):
            size += len(chunk)
            if size > LARGEST_BODY:
                raise _TooLargeError
            if self._clock.monotonic() > until:
                raise TimeoutError
            yield chunk


class _Session(requests.Session):
    """A session that takes nothing from the environment and follows nothing."""

    def __init__(self, adapter: BaseAdapter) -> None:
        super().__init__()
        self.trust_env = False
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Find none: even one that is not followed would have its body read without a cap."""


class _Deadline(threading.local):
    """Until when the request of this thread may take, in seconds of the system's clock."""

    end = math.inf

    def left(self) -> float:
        """Tell the seconds that are left. Raises TimeoutError where none are."""
        left = self.end - _SYSTEM_CLOCK.monotonic()
        if left <= 0:
            raise TimeoutError("the time of the request is over")
        return min(left, 3600.0)


_deadline = _Deadline()


class _Timed:
    """Makes every wait on a socket end with the request's time."""

    def recv_into(self: Any, *arguments: Any) -> int:
        self.settimeout(_deadline.left())
        return super().recv_into(*arguments)  # type: ignore[misc, no-any-return]

    def send(self: Any, *arguments: Any) -> int:
        self.settimeout(_deadline.left())
        return super().send(*arguments)  # type: ignore[misc, no-any-return]

    def sendall(self: Any, *arguments: Any) -> None:
        self.settimeout(_deadline.left())
        super().sendall(*arguments)  # type: ignore[misc]


class _Socket(_Timed, socket.socket):
    """A plain connection."""


class _TlsSocket(_Timed, ssl.SSLSocket):
    """A TLS connection."""


class _Connecting(HTTPConnection):
    """Opens timed sockets, and tells what fails before a request is sent from what fails later."""

    _used = -math.inf

    @property
    def is_connected(self) -> bool:
        """Tell whether the connection may be used again."""
        return super().is_connected and _SYSTEM_CLOCK.monotonic() - self._used < _LONGEST_IDLE

    def connect(self) -> None:
        """Connect, TLS and the proxy's tunnel included."""
        try:
            super().connect()
        except NewConnectionError:
            raise
        except _NETWORK_ERRORS as error:
            self.close()
            raise NewConnectionError(self, type(error).__name__) from error

    def send(self, data: Any) -> None:
        """Send a part of the request."""
        self._used = _SYSTEM_CLOCK.monotonic()
        super().send(data)

    def _new_conn(self) -> socket.socket:
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(self.host, self, error) from error  # type: ignore[arg-type]
        failure = OSError("the name has no address")
        for number, (family, kind, protocol, _, address) in enumerate(found):
            sock = _Socket(family, kind, protocol)
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                share = _deadline.left() / (len(found) - number)
                sock.settimeout(min(float(self.timeout or share), share))
                sock.connect(address)
            except OSError as error:
                sock.close()
                failure = error
            else:
                return sock
        raise NewConnectionError(self, type(failure).__name__) from failure


class _TlsConnecting(_Connecting, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connecting


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnecting


class _Network(BaseAdapter):
    """The real network, below `requests`: urllib3 with timed sockets and one TLS context."""

    def __init__(self, proxy: str | None, context: ssl.SSLContext | None) -> None:
        super().__init__()
        self._manager = _manager(proxy, context)
        self._manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002, FBT001, FBT002 - the signature of `requests`
        timeout: Any = None,
        *_: Any,
        **__: Any,
    ) -> requests.Response:
        """Send one request, once; the answer's body is read from `raw` by the same thread."""
        connect, total = timeout
        _deadline.end = _SYSTEM_CLOCK.monotonic() + total
        raw = self._manager.urlopen(
            str(request.method),
            str(request.url),
            body=request.body,
            headers=request.headers,
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
            timeout=Timeout(connect=min(connect, total), read=total),
        )
        response = requests.Response()
        response.status_code = raw.status
        response.headers = CaseInsensitiveDict(raw.headers)
        response.raw = raw
        response.url = str(request.url)
        response.request = request
        return response

    def close(self) -> None:
        """Close what is open."""
        self._manager.clear()


def _manager(proxy: str | None, context: ssl.SSLContext | None) -> PoolManager:
    if proxy is None:
        return PoolManager(num_pools=4, maxsize=MOST, ssl_context=context)
    auth, _, _ = urlsplit(proxy).netloc.rpartition("@")
    return ProxyManager(
        proxy.replace(f"{auth}@", "", 1) if auth else proxy,
        num_pools=4,
        maxsize=MOST,
        ssl_context=context,
        proxy_ssl_context=context,
        proxy_headers=make_headers(proxy_basic_auth=unquote(auth)) if auth else None,
    )


@functools.cache
def _tls_context(ca_bundle: str) -> ssl.SSLContext:
    """Load a bundle of certificates, once in a process: it costs more than twenty requests."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(ca_bundle)
    context.sslsocket_class = _TlsSocket
    return context


def _network(label: str, proxy: str | None, ca_bundle: str | None, *, secure: bool) -> _Network:
    """Make the real adapter. Raises `ConfigurationError`."""
    if proxy is not None and not _is_proxy(proxy):
        raise ConfigurationError(
            [f"{label}: proxy must look like http://host:port or http://user:password@host:port."]
        )
    if not secure and not (proxy or "").startswith("https:"):
        return _Network(proxy, None)
    try:
        return _Network(proxy, _tls_context(ca_bundle or certifi.where()))
    except OSError as error:
        raise ConfigurationError(
            [f"{label}: ca_bundle {ca_bundle} holds no certificates that can be read."]
        ) from error


def _is_proxy(proxy: str) -> bool:
    try:
        parts = urlsplit(proxy)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _prepared(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str]
) -> requests.PreparedRequest:
    """Prepare a request without all that `requests` would look up first."""
    prepared = requests.PreparedRequest()
    prepared.method = method
    prepared.url = url
    prepared.headers = CaseInsensitiveDict(headers)
    prepared.body = body
    prepared.hooks = default_hooks()
    return prepared


def _causes(error: BaseException) -> Iterator[BaseException]:
    """List an error and what it says that it came from."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        named = (cause.__cause__, getattr(cause, "reason", None), *cause.args)
        waiting += [one for one in named if isinstance(one, BaseException)]


def _why_no_connection(causes: list[BaseException]) -> str:
    """Say in words what went wrong before anything was sent."""
    for kinds, words in _CONNECTING:
        if any(isinstance(cause, kinds) for cause in causes):
            return words
    return "the connection could not be made"


_CONNECTING: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((NameResolutionError, socket.gaierror), "the name of the host could not be resolved"),
    ((ssl.SSLCertVerificationError,), "the certificate of the host could not be verified"),
    ((ssl.SSLError, requests.exceptions.SSLError), "TLS failed"),
    ((ProxyError, requests.exceptions.ProxyError), "the proxy did not connect"),
    ((ConnectionRefusedError,), "the host refused it"),
    (
        (TimeoutError, ConnectTimeoutError, requests.exceptions.ConnectTimeout),
        "the host did not answer in time",
    ),
)


def _why_no_answer(causes: list[BaseException], seconds: float) -> str:
    """Say in words what went wrong once something may have been sent."""
    late = (TimeoutError, ReadTimeoutError, requests.exceptions.ReadTimeout)
    if any(isinstance(cause, late) for cause in causes):
        return f"no whole answer came within {seconds:g} seconds"
    if any(isinstance(cause, _TooLargeError) for cause in causes):
        return f"the answer was larger than {LARGEST_BODY // 1024 // 1024} MiB"
    undecodable = (DecodeError, requests.exceptions.ContentDecodingError)
    if any(isinstance(cause, undecodable) for cause in causes):
        return "the answer could not be decompressed"
    return "the connection was cut before the answer was complete"
