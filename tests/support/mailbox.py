"""A mail server on loopback (SMTP, RFC 5321), without TLS; and what hears pings."""

from __future__ import annotations

import base64
import socketserver
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Self

from orderlink.sandbox.server import Answer

if TYPE_CHECKING:
    from email.message import EmailMessage

    from orderlink.sandbox.server import Request

GREETING = b"220 mailbox\r\n"


class Mailbox:
    """Takes every mail, unless `refuses` has the answer to one of its commands."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.signed_in: list[str] = []
        self.refuses: dict[str, bytes] = {}
        handler = type("Handler", (_Handler,), {"mailbox": self})
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def texts(self) -> list[str]:
        """Give each mail as `SUBJECT` and its text."""
        texts = (f"{mail['Subject']}\n{mail.get_content()}" for mail in self.mails)
        return [text.replace("\r\n", "\n") for text in texts]


class _Handler(socketserver.StreamRequestHandler):
    mailbox: Mailbox

    def handle(self) -> None:
        self.wfile.write(GREETING)
        while line := self.rfile.readline():
            word = line[:4].strip().upper().decode()
            self.wfile.write(self.mailbox.refuses.get(word) or self._answer(word, line))
            if word == "QUIT":
                return

    def _answer(self, word: str, line: bytes) -> bytes:
        if word == "EHLO":
            return b"250-mailbox\r\n250 AUTH PLAIN\r\n"
        if word == "AUTH":
            self.mailbox.signed_in.append(base64.b64decode(line.split()[-1]).decode())
            return b"235 signed in\r\n"
        if word == "DATA":
            self.wfile.write(b"354 go on\r\n")
            lines = iter(self.rfile.readline, b".\r\n")
            content = b"".join(one.removeprefix(b".") for one in lines)
            self.mailbox.mails.append(message_from_bytes(content, policy=policy.default))
        return b"221 bye\r\n" if word == "QUIT" else b"250 fine\r\n"


@dataclass
class Pings:
    """Hears pings as healthchecks.io does: a POST, its path tells the event."""

    heard: list[str] = field(default_factory=list)
    status: int = 200

    def handle(self, request: Request) -> Answer:
        self.heard.append(f"{request.path} {request.body.decode()}".strip())
        return Answer(self.status, b"OK", {})
