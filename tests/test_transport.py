"""Requests against real sockets on loopback: what a hostile or broken server can and cannot do."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
import requests
from requests import Response
from requests.adapters import BaseAdapter
from urllib3.exceptions import NewConnectionError

from orderlink.clock import SystemClock
from orderlink.errors import ConfigurationError
from orderlink.sandbox.server import Answer, InProcess, Request
from orderlink.transport import CutShortError, NotSentError, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from orderlink.answers import Raw

SHORT = 0.4
OK = b"HTTP/1.1 200 OK\r\n"


class Server:
    """A server of raw sockets: `play` is called with each connection that comes in."""

    def __init__(self, play: Callable[[socket.socket], None]) -> None:
        self._play = play
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.connections = 0
        self.received: list[bytes] = []
        self.over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self.connections += 1
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self._play(connection)

    def request(self, connection: socket.socket) -> bytes:
        head = b""
        while b"\r\n\r\n" not in head and (more := connection.recv(65536)):
            head += more
        self.received.append(head)
        return head

    def close(self) -> None:
        self.over.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(5)


@contextmanager
def server(play: Callable[[Server, socket.socket], None]) -> Iterator[Server]:
    one = Server(lambda connection: play(one, connection))
    try:
        yield one
    finally:
        one.close()


def answering(*pieces: bytes, pause: float = 0.0) -> Callable[[Server, socket.socket], None]:
    def play(one: Server, connection: socket.socket) -> None:
        one.request(connection)
        for piece in pieces:
            connection.sendall(piece)
            one.over.wait(pause)

    return play


def fetch(
    url: str,
    *,
    seconds: float = 5.0,
    method: str = "GET",
    body: bytes | None = None,
    proxy: str | None = None,
    ca_bundle: str | None = None,
    adapter: BaseAdapter | None = None,
) -> Raw:
    transport = Transport(
        "my shop",
        SystemClock(),
        connect_seconds=1.0,
        secure=url.startswith("https:"),
        proxy=proxy,
        ca_bundle=ca_bundle,
        adapter=adapter,
    )
    try:
        return transport.carry(method, url, body, {"Accept-Encoding": "gzip"}, seconds)
    finally:
        transport.close()


def test_an_answer_is_read_whole() -> None:
    with server(answering(OK + b"Content-Length: 4\r\nX-A: b\r\n\r\n", b"true")) as one:
        raw = fetch(one.url + "/path?query=1")
    assert (raw.status, raw.body, raw.headers["x-a"]) == (200, b"true", "b")
    assert one.received[0].startswith(b"GET /path?query=1 HTTP/1.1\r\n")


DRIPS = {
    "status line": [OK[:1]] * 400,
    "headers": [OK, *[b"X-More: 1\r\n"] * 400],
    "continue": [b"HTTP/1.1 100 Continue\r\n\r\n"] * 400,
    "body": [OK, b"Content-Length: 9999\r\n\r\n", *[b" "] * 400],
    "chunks": [OK, b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\n \r\n"] * 400],
    "close-delimited body": [OK, b"Connection: close\r\n\r\n", *[b" "] * 400],
    "nothing": [b""] * 400,
}


@pytest.mark.parametrize("pieces", DRIPS.values(), ids=DRIPS)
def test_a_dripping_server_cannot_stretch_the_deadline(pieces: list[bytes]) -> None:
    with server(answering(*pieces, pause=0.03)) as one:
        began = time.monotonic()
        with pytest.raises(CutShortError, match=r"within 0\.4 seconds"):
            fetch(one.url, seconds=SHORT)
        assert time.monotonic() - began < SHORT + 0.5


def test_a_server_that_takes_a_request_slowly_cannot_stretch_the_deadline() -> None:
    def play(one: Server, connection: socket.socket) -> None:
        while not one.over.wait(0.03) and connection.recv(1000):
            pass

    with server(play) as one:
        began = time.monotonic()
        with pytest.raises(CutShortError):
            fetch(one.url, seconds=SHORT, method="POST", body=b"x" * 30_000_000)
        assert time.monotonic() - began < SHORT + 0.5


def test_a_dripping_tls_handshake_cannot_stretch_the_deadline() -> None:
    def play(one: Server, connection: socket.socket) -> None:
        connection.sendall(b"\x16\x03\x03\x40\x00")
        while not one.over.wait(0.03):
            connection.sendall(b"\x00")

    with server(play) as one:
        began = time.monotonic()
        with pytest.raises(NotSentError):
            fetch(one.url.replace("http:", "https:"), seconds=SHORT)
        assert time.monotonic() - began < SHORT + 0.5


def test_a_refused_connection_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(NotSentError, match="refused"):
        fetch(f"http://127.0.0.1:{port}")


def test_a_name_that_does_not_resolve_sent_nothing() -> None:
    with pytest.raises(NotSentError, match="resolved"):
        fetch("https://nobody.invalid")
    with pytest.raises(NotSentError, match="resolved"):
        fetch("https://" + "a" * 70 + ".invalid")


def test_a_server_that_never_accepts_sent_nothing() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.settimeout(0)
            one.connect_ex(address)
        try:
            with pytest.raises(NotSentError, match="in time"):
                fetch(f"http://127.0.0.1:{address[1]}", seconds=SHORT)
        finally:
            for one in waiting:
                one.close()


def test_a_plain_server_spoken_to_over_tls_got_no_request() -> None:
    def play(_: Server, connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with server(play) as one, pytest.raises(NotSentError, match="TLS"):
        fetch(one.url.replace("http:", "https:"), method="POST", body=b"{}")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, beside its key in `key.pem`."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl command is needed to make a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x"
    subprocess.run(  # noqa: S603 - a fixed command
        [
            openssl,
            *made.split(),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")),
        ],
        check=True,
        capture_output=True,
    )
    return folder / "certificate.pem"


def over_tls(
    certificate: Path, play: Callable[[Server, socket.socket], None]
) -> Callable[[Server, socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))

    def play_over_tls(one: Server, connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            play(one, secured)

    return play_over_tls


def test_a_configured_ca_bundle_is_trusted_and_the_usual_ones_do_not_know_it(
    certificate: Path,
) -> None:
    play = answering(OK + b"Content-Length: 4\r\n\r\ntrue")
    with server(over_tls(certificate, play)) as one:
        url = one.url.replace("http:", "https:")
        assert fetch(url, ca_bundle=str(certificate)).body == b"true"
        with pytest.raises(NotSentError, match="certificate"):
            fetch(url)
        with pytest.raises(NotSentError, match="certificate"):
            fetch(url.replace("127.0.0.1", "localhost"), ca_bundle=str(certificate))


def test_a_drip_over_tls_cannot_stretch_the_deadline(certificate: Path) -> None:
    play = answering(OK, b"Content-Length: 9999\r\n\r\n", *[b" "] * 400, pause=0.03)
    with server(over_tls(certificate, play)) as one:
        began = time.monotonic()
        with pytest.raises(CutShortError, match="within"):
            fetch(one.url.replace("http:", "https:"), seconds=SHORT, ca_bundle=str(certificate))
        assert time.monotonic() - began < SHORT + 0.5


CUTS = {
    "closed without a word": [],
    "in the status line": [b"HTTP/1."],
    "in a body of known length": [OK, b"Content-Length: 10\r\n\r\n[1, 2"],
    "in a chunk": [OK, b"Transfer-Encoding: chunked\r\n\r\n10\r\n[1, 2"],
    "between chunks": [OK, b"Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n"],
    "no HTTP at all": [b"SSH-2.0-OpenSSH\r\n\r\n"],
}


@pytest.mark.parametrize("pieces", CUTS.values(), ids=CUTS)
def test_an_answer_that_breaks_off_is_no_answer(pieces: list[bytes]) -> None:
    with server(answering(*pieces)) as one, pytest.raises(CutShortError, match="cut"):
        fetch(one.url)


def test_an_answer_that_breaks_off_in_its_headers_has_no_body() -> None:
    with server(answering(OK, b"Content-Le")) as one:
        assert fetch(one.url).body == b""


def test_a_reset_after_the_request_may_have_been_a_success() -> None:
    def play(one: Server, connection: socket.socket) -> None:
        one.request(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with server(play) as one, pytest.raises(CutShortError, match="cut"):
        fetch(one.url, method="POST", body=b"{}")


def test_a_refusal_that_breaks_off_is_still_a_refusal() -> None:
    with server(answering(b"HTTP/1.1 422 No\r\nContent-Length: 99\r\n\r\n{")) as one:
        raw = fetch(one.url, method="POST", body=b"{}")
    assert (raw.status, raw.body) == (422, None)


def compressed(body: bytes) -> Callable[[Server, socket.socket], None]:
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    return answering(head, body)


def test_a_compressed_body_is_inflated() -> None:
    with server(compressed(gzip.compress(b"[]" * 1000))) as one:
        assert fetch(one.url).body == b"[]" * 1000


def test_a_compressed_bomb_is_not_inflated() -> None:
    bomb = gzip.compress(b"\0" * 40_000_000, 9)
    with server(compressed(bomb)) as one, pytest.raises(CutShortError, match="32 MiB"):
        fetch(one.url)


def test_a_plain_flood_is_not_read_to_its_end() -> None:
    def play(one: Server, connection: socket.socket) -> None:
        one.request(connection)
        connection.sendall(OK + b"\r\n")
        while True:
            connection.sendall(b" " * 1_000_000)

    with server(play) as one, pytest.raises(CutShortError, match="32 MiB"):
        fetch(one.url, seconds=20)


def test_gzip_garbage_is_no_answer() -> None:
    with (
        server(compressed(b"no gzip at all")) as one,
        pytest.raises(CutShortError, match="decompressed"),
    ):
        fetch(one.url)


def test_a_redirect_is_given_back_and_its_flood_of_a_body_is_not_kept() -> None:
    def play(one: Server, connection: socket.socket) -> None:
        one.request(connection)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n")
        while True:
            connection.sendall(b" " * 1_000_000)

    with server(play) as one:
        raw = fetch(one.url, seconds=20)
        assert (raw.status, raw.body, one.connections) == (302, None, 1)


def keep_alive(one: Server, connection: socket.socket) -> None:
    while one.request(connection):
        connection.sendall(OK + b"Set-Cookie: session=canary\r\nContent-Length: 2\r\n\r\n[]")


def test_connections_are_kept_alive_and_cookies_are_not() -> None:
    with server(keep_alive) as one:
        transport = Transport("my shop", SystemClock(), connect_seconds=1, secure=False)
        for _ in range(3):
            transport.carry("GET", one.url, None, {}, 5)
        transport.close()
    assert one.connections == 1
    assert b"canary" not in b"".join(one.received)


def test_a_connection_that_was_idle_for_long_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("orderlink.transport._LONGEST_IDLE", 0.0)
    with server(keep_alive) as one:
        transport = Transport("my shop", SystemClock(), connect_seconds=1, secure=False)
        transport.carry("GET", one.url, None, {}, 5)
        transport.carry("POST", one.url, None, {}, 5)
        transport.close()
        assert one.connections == 2


def test_a_later_request_has_a_deadline_of_its_own() -> None:
    with server(keep_alive) as one:
        transport = Transport("my shop", SystemClock(), connect_seconds=1, secure=False)
        transport.carry("GET", one.url, None, {}, 0.2)
        one.over.wait(0.3)
        transport.carry("GET", one.url, None, {}, 0.2)
        transport.close()
        assert one.connections == 1


def test_netrc_and_proxies_of_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login canary password canary\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    with server(keep_alive) as one:
        assert fetch(one.url).status == 200
    assert b"Authorization" not in one.received[0]


def test_the_configured_proxy_is_used_with_its_password() -> None:
    with server(keep_alive) as one:
        raw = fetch("http://127.0.0.1:1/x", proxy=f"http://me:p%40ss@127.0.0.1:{one.port}")
    assert raw.status == 200
    assert one.received[0].startswith(b"GET http://127.0.0.1:1/x HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic bWU6cEBzcw==" in one.received[0].replace(
        b"proxy-authorization", b"Proxy-Authorization"
    )


def test_a_proxy_that_refuses_the_tunnel_passed_nothing_on() -> None:
    with (
        server(answering(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")) as one,
        pytest.raises(NotSentError),
    ):
        fetch("https://shop.invalid", proxy=one.url, method="POST", body=b"{}")
    assert one.received[0].startswith(b"CONNECT shop.invalid:443 ")


def test_a_proxy_that_is_down_passed_nothing_on() -> None:
    with pytest.raises(NotSentError, match="proxy"):
        fetch("https://shop.invalid", proxy="http://127.0.0.1:1")


@pytest.mark.parametrize("proxy", ["proxy:3128", "socks5://proxy", "http://", "http://[", ""])
def test_a_proxy_that_cannot_be_used_is_a_problem_of_the_configuration(proxy: str) -> None:
    with pytest.raises(ConfigurationError, match="proxy"):
        fetch("https://shop.invalid", proxy=proxy)


def test_a_ca_bundle_that_cannot_be_read_is_a_problem_of_the_configuration(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    for path in (str(empty), str(tmp_path / "missing.pem")):
        with pytest.raises(ConfigurationError, match="ca_bundle"):
            fetch("https://shop.invalid", ca_bundle=path)


class Failing(BaseAdapter):
    """Fails as `requests` would, or in a way that nothing may survive."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def send(self, *_: object, **__: object) -> requests.Response:
        raise self.error

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (requests.exceptions.SSLError(), NotSentError),
        (requests.exceptions.ConnectTimeout(), NotSentError),
        (requests.exceptions.ProxyError(), NotSentError),
        (NewConnectionError(None, "no route to the host"), NotSentError),  # type: ignore[arg-type]
        (requests.exceptions.ReadTimeout(), CutShortError),
        (requests.exceptions.ConnectionError(), CutShortError),
        (requests.exceptions.ChunkedEncodingError(), CutShortError),
        (requests.exceptions.ContentDecodingError(), CutShortError),
        (ConnectionRefusedError(), CutShortError),
    ],
)
def test_a_bare_connection_error_does_not_prove_that_nothing_was_sent(
    error: Exception, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        fetch("https://shop.invalid", adapter=Failing(error))


class Crashing(InProcess):
    """Crashes while the body is read."""

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> Response:
        response = super().send(request)
        response.raw = CrashingBody()
        return response


class CrashingBody:
    closed = False

    def read(self, *_: object, **__: object) -> bytes:
        raise KeyboardInterrupt

    def close(self) -> None:
        CrashingBody.closed = True


class Silent:
    def handle(self, _: Request) -> Answer:
        return Answer(200)


def test_a_crash_while_the_body_is_read_closes_the_connection() -> None:
    with pytest.raises(KeyboardInterrupt):
        fetch("https://shop.invalid", adapter=Crashing(Silent()))
    assert CrashingBody.closed


def test_a_crash_is_no_failure_of_the_network() -> None:
    with pytest.raises(KeyboardInterrupt):
        fetch("https://shop.invalid", adapter=Failing(KeyboardInterrupt()))
