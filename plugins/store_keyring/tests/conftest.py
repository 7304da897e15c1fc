"""A real Secret Service, gnome-keyring on a bus of its own, and keyrings that are none."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import keyring.core
import pytest

from mp_core.plugin import OAuthTokens

BACKEND = "keyring.backends.SecretService.Keyring"
PROGRAMS = ("dbus-run-session", "gnome-keyring-daemon")
START = 'echo "$DBUS_SESSION_BUS_ADDRESS"; echo $$; exec "$@" 2>/dev/null'
DAEMON = ("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")


def wait_for_calls() -> None:
    """Wait for the calls that were left behind."""
    for thread in threading.enumerate():
        if thread.name == "mp-store-keyring":
            thread.join(60)
            assert not thread.is_alive()


class SecretService:
    """A Secret Service that is unlocked, in a home of its own.

    Attributes:
        bus: The address of its bus.
    """

    def __init__(self, home: Path) -> None:
        run = home / "run"
        run.mkdir(mode=0o700)
        places = {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(run),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_CONFIG_HOME": str(home / "config"),
        }
        hidden = ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")
        inherited = {name: value for name, value in os.environ.items() if name not in hidden}
        self._process = subprocess.Popen(
            ["dbus-run-session", "--", "sh", "-c", START, "sh", *DAEMON],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=inherited | places,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("the password")
        self._process.stdin.close()
        self.bus = self._process.stdout.readline().strip()
        self._daemon = int(self._process.stdout.readline())
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + 60
        with self._on_the_bus() as bus:
            while bus.NameHasOwner("org.freedesktop.secrets") != (1,):
                assert time.monotonic() < until
                time.sleep(0.02)

    @contextmanager
    def _on_the_bus(self) -> Iterator[Any]:
        from jeepney import message_bus
        from jeepney.io.blocking import Proxy, open_dbus_connection

        with closing(open_dbus_connection(self.bus)) as connection:
            yield Proxy(message_bus, connection)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Let it hang in the block, and have answered all calls at its end."""
        os.kill(self._daemon, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._daemon, signal.SIGCONT)
            wait_for_calls()

    def lock(self) -> None:
        """Lock it, so that a person would have to unlock it."""
        import secretstorage

        with closing(secretstorage.dbus_init()) as connection:
            secretstorage.get_default_collection(connection).lock()

    @contextmanager
    def with_silent_prompter(self) -> Iterator[None]:
        """Let its prompts be answered by nobody in the block, as those behind a locked screen."""
        with self._on_the_bus() as bus:
            assert bus.RequestName("org.gnome.keyring.SystemPrompter") == (1,)
            yield

    def end(self) -> None:
        """End it with all that it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process.wait(60)


@pytest.fixture(autouse=True)
def _keyring_of_its_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the library choose its backend anew, and wait for the calls that hang."""
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    yield
    wait_for_calls()
    with warnings.catch_warnings():
        # The library leaves the connection of a call open that finds the service locked.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def secret_service(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SecretService]:
    """A Secret Service that is the keyring of this process, and of its children."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing and os.environ.get("SECRET_SERVICE") != "required":
        pytest.skip(f"{' and '.join(missing)} not installed: apt install gnome-keyring dbus")
    service = SecretService(tmp_path_factory.mktemp("service"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", service.bus)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", BACKEND)
    try:
        yield service
    finally:
        service.end()


Chosen = Callable[[str], None]


@pytest.fixture
def chosen(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Chosen:
    """Choose the class `Keyring` of a source as the backend."""
    directory = tmp_path_factory.mktemp("backends")
    monkeypatch.syspath_prepend(str(directory))

    def choose(source: str) -> None:
        name = f"keyring_{len(list(directory.iterdir()))}_{directory.name.rpartition('-')[2]}"
        (directory / f"{name}.py").write_text(source)
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"{name}.Keyring")

    return choose


@pytest.fixture
def tokens() -> OAuthTokens:
    return OAuthTokens.model_validate(
        {
            "access_token": "fake-access",
            "refresh_token": "fake-refresh",
            "expires_at": "2036-05-06T07:08:09+00:00",
            "scope": "events größer",
            "client_id": "client",
            "login_id": "login",
            "slot": "key acme eu /somewhere/config.toml",
        }
    )
