"""TLS servers of the tests: on loopback, with certificates of an authority of their own."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.loopback_server import SilentHandler, serving

needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="certificates are made with openssl"
)
# All that RFC 5280 wants, which Python 3.13 looks at (`VERIFY_X509_STRICT`).
_EXTENSION = (
    "subjectAltName=DNS:{name},IP:127.0.0.1\nbasicConstraints=CA:FALSE\n"
    "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
)


class Authority:
    """An authority that nobody knows, and what it certifies.

    Args:
        directory: Where its files go.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.certificate = directory / "authority.pem"
        self._key = directory / "authority.key"
        self._self_signed(self.certificate, self._key, "Authority of the tests")

    def context(
        self,
        name: str = "localhost",
        *,
        days: int = 2,
        is_self_signed: bool = False,
        extension: str = "",
    ) -> ssl.SSLContext:
        """Return what a server needs that bears a name; fewer than no days have passed already."""
        key, certificate = self._directory / "server.key", self._directory / "server.pem"
        self._self_signed(certificate, key, name)
        if not is_self_signed:
            self._sign(certificate, key, _EXTENSION.format(name=name) + extension, days)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context

    def asking(self, name: str = "localhost") -> ssl.SSLContext:
        """Return what a server needs that serves nobody without a certificate of this authority."""
        context = self.context(name)
        context.load_verify_locations(self.certificate)
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    def client(self, name: str) -> tuple[Path, Path]:
        """Return certificate and key of a client that bears a name."""
        key, certificate = self._directory / f"{name}.key", self._directory / f"{name}.pem"
        self._self_signed(certificate, key, name)
        self._sign(certificate, key, _EXTENSION.format(name=name), 2, name)
        return certificate, key

    def client_context(self, name: str) -> ssl.SSLContext:
        """Return what a client connects with that believes this authority alone."""
        context = ssl.create_default_context(cafile=self.certificate)
        context.load_cert_chain(*self.client(name))
        return context

    def _self_signed(self, certificate: Path, key: Path, name: str) -> None:
        _openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-nodes", "-days", "2", "-subj", f"/CN={name}"),
            *("-addext", "keyUsage=critical,keyCertSign"),
            *("-keyout", str(key), "-out", str(certificate)),
        )

    def _sign(
        self, certificate: Path, key: Path, extension: str, days: int, name: str = "server"
    ) -> None:
        request, extensions = self._directory / "request.pem", self._directory / "extensions"
        extensions.write_text(extension)
        _openssl("req", "-new", "-key", str(key), "-subj", f"/CN={name}", "-out", str(request))
        _openssl(
            *("x509", "-req", "-in", str(request), "-days", str(days), "-extfile", str(extensions)),
            *("-CA", str(self.certificate), "-CAkey", str(self._key), "-CAcreateserial"),
            *("-out", str(certificate)),
        )


class TlsServer(HTTPServer):
    """Answers over TLS, and counts who connects."""

    def __init__(self, handler: type[SilentHandler], context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.connections = 0
        self._context = context

    def process_request(self, request: object, client_address: object) -> None:
        """Serve a connection, which ends where no certificate is believed."""
        self.connections += 1
        try:
            connection = self._context.wrap_socket(request, server_side=True)  # type: ignore[arg-type]
        except OSError:
            self.close_request(request)  # type: ignore[arg-type]
            return
        try:
            self.finish_request(connection, client_address)
        finally:
            connection.close()


class NamedClients(SilentHandler):
    """Answers with the names of the client's certificate, over connections that stay open."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.reply(200, client_name(self))

    do_POST = do_GET


def client_name(handler: SilentHandler) -> str:
    """Return the name that a client's certificate bears."""
    connection = handler.connection
    assert isinstance(connection, ssl.SSLSocket)
    subject: Any = (connection.getpeercert() or {}).get("subject", ())
    return "".join(str(value) for pairs in subject for _, value in pairs)


class TlsServers(TlsServer):
    """Does the same for many connections at once, which may stay open."""

    def process_request(self, request: object, client_address: object) -> None:
        """Serve a connection in a thread of its own."""
        serve = super().process_request
        threading.Thread(target=serve, args=(request, client_address), daemon=True).start()


@contextmanager
def tls_server(handler: type[SilentHandler], context: ssl.SSLContext) -> Iterator[TlsServer]:
    """Let requests be answered over TLS, each connection by itself, until the block ends."""
    with serving(TlsServer(handler, context)) as server:
        yield server


@contextmanager
def tls_servers(handler: type[SilentHandler], context: ssl.SSLContext) -> Iterator[TlsServers]:
    """Do the same for connections that stay open."""
    with serving(TlsServers(handler, context)) as server:
        yield server


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=60)
