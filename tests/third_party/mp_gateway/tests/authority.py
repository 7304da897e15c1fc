"""An authority that nobody knows, and the certificates that it hands out."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

EXTENSIONS = (
    "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n"
    "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
)
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Authority:
    """Certifies whoever asks.

    Args:
        directory: Where its files go.
    """

    def __init__(self, directory: Path) -> None:
        self.file = directory / "authority.pem"
        self._directory = directory
        (directory / "extensions").write_text(EXTENSIONS)
        usage = ("-addext", "keyUsage=critical,keyCertSign", "-days", "2")
        where = ("-keyout", str(directory / "authority.key"), "-out", str(self.file))
        _openssl("req", "-x509", *KEY, *usage, "-subj", "/CN=Authority of the tests", *where)

    def certified(self, name: str, file: str | None = None) -> Path:
        """Return a file with a certificate for a name, and its key."""
        whole, request = self._directory / f"{file or name}.pem", self._directory / "request"
        key, certificate = self._directory / "key", self._directory / "certificate"
        _openssl(
            "req", "-new", *KEY, "-subj", f"/CN={name}", "-keyout", str(key), "-out", str(request)
        )
        signed_by = ("-CA", str(self.file), "-CAkey", str(self._directory / "authority.key"))
        how = ("-days", "2", "-CAcreateserial", "-extfile", str(self._directory / "extensions"))
        _openssl("x509", "-req", "-in", str(request), *signed_by, *how, "-out", str(certificate))
        whole.write_text(certificate.read_text() + key.read_text())
        return whole

    def server_context(self) -> ssl.SSLContext:
        """Return what a server needs that serves certified clients alone."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certified("server"))
        context.load_verify_locations(self.file)
        context.verify_mode = ssl.CERT_REQUIRED
        return context


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=60)
