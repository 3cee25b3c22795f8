"""A headless Chromium, driven through chromedriver's WebDriver protocol (W3C) on loopback.

Debian's packages chromium and chromium-driver. `available` says why it cannot be used here.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)
READY = re.compile(r"was started successfully on port (\d+)")


def missing() -> str:
    """Say what is missing here; empty: nothing is."""
    needed = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return f"no {' and no '.join(needed)} here (apt-get install chromium chromium-driver)" * bool(
        needed
    )


class Browser:
    """One browser with a new profile. A context manager."""

    def __enter__(self) -> Self:
        driver = shutil.which("chromedriver")
        assert driver is not None
        self._folder = tempfile.mkdtemp()
        self._process = subprocess.Popen(  # noqa: S603
            [driver, "--port=0"],
            env={"PATH": os.environ["PATH"], "HOME": self._folder, "TMPDIR": self._folder},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        found = next(filter(None, map(READY.search, self._process.stdout)))
        self._port = int(found[1])
        wanted = {
            "browserName": "chrome",
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"},
            "goog:chromeOptions": {
                "binary": shutil.which("chromium"),
                "args": [*FLAGS, f"--user-data-dir={self._folder}/profile"],
            },
        }
        session = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._session = f"/session/{session['sessionId']}"
        self._ask("POST", f"{self._session}/url", {"url": "about:blank"})
        self.requests()
        return self

    def __exit__(self, *_: object) -> None:
        self._ask("DELETE", self._session)
        self._process.terminate()
        self._process.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)

    def show(
        self,
        page: Path,
        *,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        media: str = "",
    ) -> None:
        """Open a file in a window of that size, light or dark, as on a screen or as printed."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._develop("Emulation.setEmulatedMedia", features=[scheme], media=media)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._develop("Emulation.setDeviceMetricsOverride", **size)
        self._ask("POST", f"{self._session}/url", {"url": page.resolve().as_uri()})

    def run(self, script: str) -> Any:
        """Run JavaScript in the page; give what it returns."""
        return self._ask("POST", f"{self._session}/execute/sync", {"script": script, "args": []})

    def requests(self) -> list[str]:
        """Give the URLs that the page asked for since the last time."""
        entries = self._ask("POST", f"{self._session}/se/log", {"type": "performance"})
        messages = [json.loads(entry["message"])["message"] for entry in entries]
        return [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """Give what the browser complained about since the last time."""
        entries = self._ask("POST", f"{self._session}/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries]

    def picture(self, file: Path) -> None:
        """Keep what the whole page looks like."""
        shot = self._develop("Page.captureScreenshot", captureBeyondViewport=True, format="png")
        file.write_bytes(base64.b64decode(shot["data"]))

    def print(self, file: Path) -> None:
        """Print the page into a PDF file, on A4."""
        size = {"page": {"width": 21.0, "height": 29.7}}
        file.write_bytes(base64.b64decode(self._ask("POST", f"{self._session}/print", size)))

    def _develop(self, command: str, **parameters: Any) -> Any:
        body = {"cmd": command, "params": parameters}
        return self._ask("POST", f"{self._session}/goog/cdp/execute", body)

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            text = json.dumps(body) if body is not None or method == "POST" else None
            connection.request(method, path, text, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(answer, dict) and "error" in answer:
            raise AssertionError(f"{path}: {answer['message']}")
        return answer
