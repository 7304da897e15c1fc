"""Which keyring is used: what was chosen, or an error, and never one that keeps nothing closed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import keyring
import pytest

from mp_core.errors import ConfigError
from mp_core.plugin import OAuthTokens
from mp_store_keyring.entry import Entry
from mp_store_keyring.texts import text_of

Chosen = Callable[[str], None]

MEMORY = """
from keyring.backend import KeyringBackend

class {name}(KeyringBackend):
    priority = 1
    kept = {{}}
    def get_password(self, service, username):
        return self.kept.get((service, username))
    def set_password(self, service, username, password):
        {keep}
    def delete_password(self, service, username):
        del self.kept[service, username]
"""
KEEP = "self.kept[service, username] = password"


def backend(name: str = "Keyring", keep: str = KEEP) -> str:
    return MEMORY.format(name=name, keep=keep)


def refusal() -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        Entry("a1b2").write("fake-secret")
    assert "mp plugins disable keyring" in str(caught.value.hint)
    assert "fake-secret" not in f"{caught.value!r} {caught.value.hint} {caught.value.details}"
    assert caught.value.__context__ is None
    return caught.value


def test_the_backend_of_the_variable_is_the_one_that_is_used(chosen: Chosen) -> None:
    chosen(backend())
    Entry("a1b2").write("fake-secret")
    assert Entry("a1b2").read() == "fake-secret"
    assert Entry("a1b2").remove() is True


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("keyring.backends.fail.Keyring", "none is running"),
        ("keyring.backends.null.Keyring", "keeps nothing"),
        ("nowhere.at.all.Keyring", "PYTHON_KEYRING_BACKEND=nowhere.at.all.Keyring cannot be used"),
        ("keyring.backends.null.Nothing", "cannot be used"),
        ("", "cannot be used"),
    ],
)
def test_a_choice_that_keeps_nothing_or_is_not_there_is_an_error(
    name: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", name)
    assert reason in refusal().message


def test_a_backend_that_cannot_be_used_here_is_an_error_with_its_reason(chosen: Chosen) -> None:
    unfit = "    priority = property(lambda self: 1)\n    kept"
    source = backend().replace("    priority = 1\n    kept", unfit)
    source += "\nraise RuntimeError('the vault is not mounted')\n"
    chosen(source)
    assert "the vault is not mounted" in refusal().message


def test_secrets_in_clear_are_refused_even_where_they_were_chosen(chosen: Chosen) -> None:
    chosen(backend("PlaintextKeyring") + "\nclass Keyring(PlaintextKeyring):\n    pass\n")
    assert "keeps secrets in clear" in refusal().message


def test_another_backend_than_the_chosen_one_is_not_used(
    chosen: Chosen, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen(backend())
    keyring.get_keyring()
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    assert "is not the one in force" in refusal().message


def test_a_broken_choice_of_the_configuration_of_keyring_is_an_error(home: Path) -> None:
    for directory in (home / "config/python_keyring", home / ".local/share/python_keyring"):
        directory.mkdir(parents=True)
        (directory / "keyringrc.cfg").write_text("[backend]\ndefault-keyring=nowhere.Keyring\n")
    assert "keyringrc.cfg names" in refusal().message


def test_a_backend_that_forgets_is_found_out(chosen: Chosen) -> None:
    chosen(backend(keep="pass"))
    assert "does not give back" in refusal().message


def test_what_a_backend_raises_is_told_without_what_it_was_given(chosen: Chosen) -> None:
    chosen(backend(keep="raise OSError(f'no room for {password}')"))
    error = refusal()
    assert "OSError" in error.message


def test_a_login_that_windows_has_no_room_for_is_an_error(chosen: Chosen) -> None:
    base = "from keyring.backends.Windows import WinVaultKeyring\n"
    chosen(base + backend().replace("(KeyringBackend)", "(WinVaultKeyring)"))
    Entry("a1b2").write("x" * 1280)
    with pytest.raises(ConfigError, match="2562 bytes, and it holds 2560") as caught:
        Entry("a1b2").write("x" * 1281)
    assert "mp plugins disable keyring" in str(caught.value.hint)


def test_a_chain_without_a_link_is_an_error(chosen: Chosen) -> None:
    chosen(
        "from keyring.backends.chainer import ChainerBackend\n"
        "class Keyring(ChainerBackend):\n    backends = []\n"
    )
    assert "none is running" in refusal().message


def test_of_several_backends_the_best_one_is_used_alone(
    chosen: Chosen, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen(
        "from keyring.backends.chainer import ChainerBackend\n"
        + backend("Good", keep="raise NotImplementedError").replace("priority = 1", "priority = 9")
        + backend("PlaintextKeyring")
        + "\nclass Keyring(ChainerBackend):\n    backends = [Good(), PlaintextKeyring()]\n"
    )
    assert "NotImplementedError" in refusal().message


def test_a_text_is_ascii_whatever_it_holds(tokens: OAuthTokens) -> None:
    assert text_of(tokens).isascii()


def test_importing_the_extension_loads_no_keyring_and_says_nothing() -> None:
    code = "import mp_store_keyring, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert not {"keyring", "secretstorage", "jeepney", "pydantic"} & set(done.stdout.split())
    assert done.stderr == ""
