"""Whose certificates are believed, and what is the matter with one that is not."""

from __future__ import annotations

import os
import re
import threading
from typing import TYPE_CHECKING, Final

from mp_core.errors import ConfigError

if TYPE_CHECKING:
    import ssl

FILE: Final = "SSL_CERT_FILE"
DIRECTORY: Final = "SSL_CERT_DIR"

_HASHED: Final = re.compile(r"[0-9a-f]{8}\.[0-9]+")
"""How OpenSSL finds a certificate in a directory: by the hash of its subject."""

OUT_OF_TIME: Final = ("it has expired", "it is not valid yet")
"""What is said of certificates that are not valid now, or seem so where the clock is wrong."""

_EXPIRED, _NOT_YET, _NAME, _ADDRESS = 10, 9, 62, 64
_SELF_SIGNED: Final = 18
_UNKNOWN: Final = frozenset({_SELF_SIGNED, 2, 19, 20, 21})
"""Reasons of OpenSSL for which a certificate does not verify (`X509_V_ERR_…`)."""

_unpacking: Final = threading.Lock()
_PATIENCE_S: Final = 5.0
"""How long a thread waits for its turn: that of a process before its fork never ends."""


def tls_context() -> ssl.SSLContext:
    """Return how TLS is spoken, with the authorities of the user or those that `httpx` brings.

    Raises:
        ConfigError: The variable that names the authorities names none.
    """
    import ssl

    file, directory = os.environ.get(FILE), os.environ.get(DIRECTORY)
    if file:
        try:
            return ssl.create_default_context(cafile=file)
        except ssl.SSLError:
            raise unusable(
                FILE, f"its certificates: {file} holds no certificate in PEM form"
            ) from None
        except OSError as error:
            raise unusable(
                FILE, f"its certificates: {file}: {error.strerror or type(error).__name__}"
            ) from None
    if directory:
        _check(directory)
        return ssl.create_default_context(capath=directory)
    return _with_usual_authorities()


def _with_usual_authorities() -> ssl.SSLContext:
    """Return what `httpx` makes, for one thread at a time.

    Out of a zip, `certifi` unpacks its certificates when it is first asked for them, and takes them
    away again from all but the last of those who ask at once.
    """
    import httpx

    is_alone = _unpacking.acquire(timeout=_PATIENCE_S)
    try:
        return httpx.create_ssl_context(trust_env=False)
    finally:
        if is_alone:
            _unpacking.release()


def _check(directories: str) -> None:
    """Refuse directories without any certificate, about which OpenSSL says nothing.

    It passes over those that are not there: lists name what any of several systems has.
    """
    reason = f"{directories} holds none"
    for directory in filter(None, directories.split(os.pathsep)):
        try:
            names = os.listdir(directory)
        except OSError as error:
            reason = f"{directory}: {error.strerror or type(error).__name__}"
            continue
        if any(map(_HASHED.fullmatch, names)):
            return
        reason = (
            f"{directory} holds none under the hash of its subject, by which they are looked for"
            " (openssl rehash)"
        )
    raise unusable(DIRECTORY, f"its certificates: {reason}")


def unusable(variable: str, reason: str, hint: str | None = None) -> ConfigError:
    """Return the error for a variable that keeps every connection from being set up."""
    return ConfigError(
        f"No connection can be set up: {variable}: {reason}.",
        hint=f"{hint or f'Correct {variable}'}, or run: unset {variable}",
        code="NO_TRANSPORT",
        details={"variable": variable},
    )


def verification_failed(error: ssl.SSLCertVerificationError, host: str) -> tuple[str, str]:
    """Return what is the matter with the certificate of a host, and what to do about it."""
    code = error.verify_code
    if code == _EXPIRED:
        reason, hint = OUT_OF_TIME[0], _clock(host)
    elif code == _NOT_YET:
        reason, hint = OUT_OF_TIME[1], _clock(host)
    elif code in (_NAME, _ADDRESS):
        reason = "it belongs to another host"
        hint = (
            f"Something else answers in the place of {host}: check MP_API_BASE_URL, the proxy"
            f" settings and the network. {FILE} cannot help here."
        )
    elif code in _UNKNOWN:
        reason, hint = _unknown(code), _authority()
    else:
        reason, hint = error.verify_message, _defective(host)
    return f"the certificate of {host} does not verify: {reason}", hint


def _unknown(code: int) -> str:
    return "it is signed by itself" if code == _SELF_SIGNED else "its authority is not known here"


def _clock(host: str) -> str:
    return (
        f"Set this machine's clock if it is wrong (date); else who runs {host} has to renew the"
        f" certificate. {FILE} cannot help here."
    )


def _defective(host: str) -> str:
    return (
        f"Who runs {host}, or a proxy that looks into TLS, has to issue another certificate, which"
        " this version of Python and its OpenSSL accept."
    )


def _authority() -> str:
    if given := os.environ.get(FILE):
        return f"Add the certificate of its authority (PEM) to what {FILE} names: {given}"
    return (
        "A network that looks into TLS has an authority of its own. Name a file with its"
        f" certificate (PEM): export {FILE}=/path/to/authority.pem"
    )
