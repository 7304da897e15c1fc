"""A real browser: Debian's Chromium, driven through the WebDriver protocol (W3C)."""

from __future__ import annotations

import base64
import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Final, Self

import httpx

from tests.support.child_processes import started
from tests.support.issuer import ALL_TESTS_S

PROGRAMS: Final = ("chromium", "chromedriver")

_ARGUMENTS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
_ELEMENT: Final = "element-6066-11e4-a52e-4f735466cecf"
"""The key of an element's reference (WebDriver §12)."""
_PATIENCE_MS: Final = 15_000
"""How long the driver looks for an element that is not there yet."""


class Driver:
    """A running ChromeDriver."""

    def __enter__(self) -> Self:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with ExitStack() as stack:
            running = started("chromedriver", "--port=0", last_resort_s=ALL_TESTS_S, **streams)
            self._process = stack.enter_context(running)
            assert self._process.stdout is not None
            self.url = f"http://127.0.0.1:{_port_in(self._process.stdout)}"
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        with self._open:
            self._process.terminate()
            self._process.wait(20)


class Chromium:
    """One browser with a fresh profile."""

    def __init__(self, driver: Driver, profile: Path) -> None:
        options = {
            "binary": shutil.which("chromium"),
            "args": [*_ARGUMENTS, f"--user-data-dir={profile}"],
        }
        capabilities = {
            "goog:chromeOptions": options,
            "timeouts": {"implicit": _PATIENCE_MS},
        }
        self._http = httpx.Client(timeout=60)
        self.url = f"{driver.url}/session"
        made = self._post("", {"capabilities": {"alwaysMatch": capabilities}})
        self.url += f"/{made['sessionId']}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.delete(self.url)
        self._http.close()

    @property
    def address(self) -> str:
        """What stands in the address bar."""
        return str(self._get("/url"))

    def ends_at(self, start: str) -> str:
        """Return what stands in the address bar as soon as it begins so, also if nothing is there.

        Looking for an element would miss it where the page of an error takes another's place.
        """
        deadline = time.monotonic() + _PATIENCE_MS / 1000
        while not (address := self.address).startswith(start):
            assert time.monotonic() < deadline, f"The browser is at {address}"
            time.sleep(0.05)
        return address

    def open(self, address: str) -> None:
        """Go to an address."""
        self._post("/url", {"url": address})

    def click(self, selector: str) -> None:
        """Click on an element, as soon as it is there."""
        self._post(f"/element/{self._found(selector)}/click", {})

    def type(self, selector: str, text: str) -> None:
        """Type into an element, as soon as it is there."""
        self._post(f"/element/{self._found(selector)}/value", {"text": text})

    def read(self, selector: str) -> str:
        """Return what an element shows, as soon as it is there."""
        return str(self._get(f"/element/{self._found(selector)}/text"))

    def run(self, script: str) -> Any:
        """Return what a function body in JavaScript returns."""
        return self._post("/execute/sync", {"script": script, "args": []})

    def forget_cookie(self, name: str, address: str) -> None:
        """Lose a cookie of an address."""
        self._devtools("Network.deleteCookies", {"name": name, "url": address})

    def cookies_for(self, address: str) -> list[str]:
        """Return the names of the cookies that go to an address."""
        found = self._devtools("Network.getCookies", {"urls": [address]})["cookies"]
        return [cookie["name"] for cookie in found]

    def begin_anew(self) -> None:
        """Show nothing, in the usual size and colors, and be signed in nowhere."""
        self.open("about:blank")
        self._devtools("Network.clearBrowserCookies", {})
        self._devtools("Emulation.clearDeviceMetricsOverride", {})
        self.prefer("light")

    def prefer(self, scheme: str) -> None:
        """Prefer the `light` or `dark` color scheme."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._devtools("Emulation.setEmulatedMedia", {"features": features})

    def resize(self, width: int, height: int) -> None:
        """Show pages in a window of that many pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._devtools("Emulation.setDeviceMetricsOverride", size)

    def photograph(self, to: Path) -> None:
        """Keep what the window shows, as PNG."""
        to.write_bytes(base64.b64decode(self._get("/screenshot")))

    def _devtools(self, command: str, params: dict[str, Any]) -> Any:
        return self._post("/goog/cdp/execute", {"cmd": command, "params": params})

    def _found(self, selector: str) -> str:
        found = self._post("/element", {"using": "css selector", "value": selector})
        return str(found[_ELEMENT])

    def _get(self, path: str) -> Any:
        return _value(self._http.get(self.url + path))

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return _value(self._http.post(self.url + path, json=body))


def approve(chromium: Chromium, person: str) -> None:
    """Sign in at the authorization server, approve, and see the last page."""
    sign_in(chromium, person)
    chromium.click("form [type=submit]")
    chromium.read("main.done, main.failed")


def sign_in(chromium: Chromium, person: str) -> None:
    """Sign in at the authorization server, as far as the page that asks for consent."""
    chromium.type("[name=login]", person)
    chromium.type("[name=password]", "fake-secret-of-the-person")
    chromium.click("form [type=submit]")
    chromium.read("form [value=consent]")


def _port_in(output: IO[str]) -> int:
    for line in output:
        if "started successfully on port" in line:
            return int(line.rstrip(" .\n").rpartition(" ")[2])
    raise RuntimeError("chromedriver did not start")


def _value(answer: httpx.Response) -> Any:
    value = answer.json()["value"]
    assert answer.is_success, value
    return value
