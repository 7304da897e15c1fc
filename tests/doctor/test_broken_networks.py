"""`mp doctor` says why Mixpanel cannot be reached, and typing what it says heals that."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Final

import pytest

from tests.support.broken_homes import Mixpanel, somebody
from tests.support.forward_proxy import forward_proxy, needs_tinyproxy
from tests.support.loopback_server import SilentHandler, answering
from tests.support.person import HOME, TIMEOUT_S, TOOLS, Person
from tests.support.raw_server import dead_port
from tests.support.tls_server import Authority, needs_openssl, tls_server

__all__ = ["somebody"]

pytestmark = [pytest.mark.providers, needs_openssl]
SYSTEM: Final = "/etc/ssl/certs/ca-certificates.crt"
OWN: Final = f"{HOME}/authority.pem"
DAY_S: Final = 24 * 60 * 60
CLOCK: Final = f"{TOOLS}/clock"
SET_CLOCK: Final = f"""\
#!/bin/sh
before=$(cat {CLOCK})
case $1 in
-s) change=$(($(/usr/bin/date -d "$2" +%s) - $(/usr/bin/date +%s))) ;;
*) change=$((0 - before)) ;;
esac
printf '%+d' $((before + change)) > {CLOCK}
"""
"""Sets the clock that `faketime` shows as `date -s` and `timedatectl` set that of a machine."""

needs_faketime = pytest.mark.skipif(
    shutil.which("faketime") is None, reason="faketime is not installed"
)


class Proxied(Mixpanel):
    """Answers whoever comes through a tunnel, too, and remembers who asked."""

    agents: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.agents.append(self.headers["User-Agent"])
        super().do_GET()

    def do_HEAD(self) -> None:
        self.do_GET()


@pytest.fixture
def secured(somebody: Person, tmp_path: Path) -> Iterator[Person]:
    """Somebody who reaches Mixpanel over TLS, whose authority is known from a file of theirs."""
    authority = Authority(tmp_path)
    somebody.at(OWN).write_bytes(authority.certificate.read_bytes())
    somebody.at(OWN).chmod(0o644)
    Proxied.agents.clear()
    with tls_server(Proxied, authority.context()) as server:
        url = f"https://localhost:{server.server_port}"
        somebody.env |= {"MP_API_BASE_URL": url, "SSL_CERT_FILE": OWN}
        yield somebody


def test_h92_all_is_well_over_tls_and_requests_say_who_sends_them(secured: Person) -> None:
    assert secured.diagnosis() == (0, [])
    assert [agent.split("/")[0] for agent in Proxied.agents] == ["mp-core"]


@pytest.mark.skipif(not Path(SYSTEM).is_file(), reason="authorities are kept elsewhere here")
def test_h92_an_authority_that_only_the_system_knows_is_found(secured: Person) -> None:
    secured.break_(f"mount --bind {OWN} {SYSTEM}")
    del secured.env["SSL_CERT_FILE"]
    found = secured.diagnosis().only
    assert "its authority is not known here" in found["message"]
    assert found["fix"] == f"export SSL_CERT_FILE={SYSTEM}"
    assert secured.diagnosis(found["fix"]) == (0, [])


def test_h92_an_authority_that_nobody_knows_is_asked_for(secured: Person) -> None:
    del secured.env["SSL_CERT_FILE"]
    found = secured.diagnosis().only
    assert "its authority is not known here" in found["message"]
    assert "export SSL_CERT_FILE=" in found["fix"]


@pytest.fixture
def dead_address() -> Iterator[str]:
    with dead_port() as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_h92_a_proxy_that_is_not_there_is_gone_past(
    secured: Person, dead_address: str, variable: str
) -> None:
    secured.env[variable] = dead_address
    found = secured.diagnosis().only
    assert f"the proxy of {variable}" in found["message"]
    assert found["fix"] == f"unset {variable}"
    assert secured.diagnosis(found["fix"]) == (0, [])


def test_h92_an_account_of_the_environment_alone_is_reached_for_too(
    secured: Person, dead_address: str
) -> None:
    secured.at(f"{HOME}/.mp/config.toml").unlink()
    given = {"USERNAME": "u", "SECRET": "fake-secret", "PROJECT_ID": "1", "REGION": "eu"}
    secured.env |= {f"MP_{name}": value for name, value in given.items()}
    secured.env["HTTPS_PROXY"] = dead_address
    found = secured.diagnosis().only
    assert (found["subject"], found["fix"]) == ("eu", "unset HTTPS_PROXY")
    assert secured.diagnosis(found["fix"]) == (0, [])


class Dripping(SilentHandler):
    """Answers without end, a byte now and then."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(10 * TIMEOUT_S):
                self.wfile.write(b" ")
                time.sleep(0.1)


def test_h92_an_answer_that_never_ends_is_not_waited_for(secured: Person) -> None:
    with answering(Dripping) as url:
        secured.env["MP_API_BASE_URL"] = url
        found = secured.diagnosis().only
    assert "127.0.0.1 did not answer" in found["message"]


@needs_tinyproxy
def test_h92_a_proxy_that_lets_nothing_through_is_gone_past(
    secured: Person, tmp_path: Path
) -> None:
    with forward_proxy(tmp_path, "ConnectPort 1") as proxy:
        secured.env["HTTPS_PROXY"] = f"http://{proxy}"
        found = secured.diagnosis().only
        assert "does not let a connection to localhost through" in found["message"]
        assert secured.diagnosis(found["fix"]) == (0, [])


def test_h92_an_entry_of_no_proxy_that_means_nothing_is_taken_out(secured: Person) -> None:
    secured.env["NO_PROXY"] = "localhost,::1]/x,example.com"
    found = secured.diagnosis().only
    assert (found["subject"], found["fix"]) == ("NO_PROXY", "export NO_PROXY=localhost,example.com")
    assert secured.diagnosis(found["fix"]) == (0, [])


@pytest.fixture
def timed(secured: Person) -> str:
    """What lets the person's clock be the one in a file, which whoever is root can set."""
    # Each process leaves something there under its number, which fails another that gets it again.
    secured.break_("mount -t tmpfs -o mode=1777 tmpfs /dev/shm")
    preloaded = secured.types("faketime -f +0 printenv LD_PRELOAD").stdout.strip()
    assert preloaded
    for tool in ("date", "timedatectl"):
        secured.at(f"{TOOLS}/{tool}").write_text(SET_CLOCK)
        secured.at(f"{TOOLS}/{tool}").chmod(0o755)
    secured.env |= {"FAKETIME_TIMESTAMP_FILE": CLOCK, "FAKETIME_NO_CACHE": "1"}
    return f"export LD_PRELOAD='{preloaded}'"


@needs_faketime
@pytest.mark.parametrize("days", [1, -1, 4, -4], ids=lambda days: f"{days:+d}d")
def test_h92_a_clock_that_is_off_is_set(secured: Person, timed: str, days: int) -> None:
    secured.at(CLOCK).write_text(f"{days * DAY_S:+d}")
    found = secured.diagnosis(timed).only
    assert "The clock differs by" in found["message"]
    assert secured.diagnosis(f"{timed}\n{found['fix']}") == (0, [])
    [agent] = set(Proxied.agents)
    assert agent.startswith("mp-core/")
    assert "cli" in agent


@needs_faketime
def test_h92_a_clock_that_has_lost_its_battery_is_told(secured: Person, timed: str) -> None:
    secured.at(CLOCK).write_text(f"{-40 * 365 * DAY_S:+d}")
    found = {each["subject"]: each for each in secured.diagnosis(timed).findings}
    assert "It shows the year 19" in found["clock"]["message"]
    assert secured.diagnosis(f"{timed}\n{found['us']['fix']}") == (0, [])
