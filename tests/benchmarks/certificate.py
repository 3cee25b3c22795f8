"""A certificate for loopback that is made for one run, and the bundle that all sides load."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import certifi

SYSTEM = Path("/etc/ssl/certs/ca-certificates.crt")


@dataclass(frozen=True)
class Certificate:
    """The files: what the server shows, and whom the clients trust."""

    chain: Path
    key: Path
    bundle: Path

    def environment(self) -> dict[str, str]:
        """Give the variables by which the usual clients find the bundle."""
        names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
        return dict.fromkeys(names, str(self.bundle))


def make_certificate(folder: Path) -> Certificate:
    """Make one for 127.0.0.1 with `openssl`; the bundle is the system's with it at the end.

    So every side loads and searches as many authorities as it does against the real platform.
    """
    made = Certificate(folder / "server.pem", folder / "server.key", folder / "bundle.pem")
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"]
    command += ["ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", *subject]
    command += ["-keyout", str(made.key), "-out", str(made.chain)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    system = SYSTEM if SYSTEM.is_file() else Path(certifi.where())
    made.bundle.write_bytes(system.read_bytes() + b"\n" + made.chain.read_bytes())
    return made
