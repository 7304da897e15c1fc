"""What went wrong in a plugin is told in one line, without secrets and with its place."""

from __future__ import annotations

import pytest

from mp_core.plugin._host.blame import one_line


class DumbError(Exception):
    """Says nothing, and fails at that."""

    def __str__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    ("error", "secrets", "line"),
    [
        (ValueError("a\n  b"), [], "ValueError: a b"),
        (ValueError(), [], "ValueError"),
        (KeyError("x"), [], "KeyError: 'x'"),
        (DumbError(), [], "DumbError"),
        (ValueError("got abc, abcdef"), ["abc", "abcdef", ""], "ValueError: got ***, ***"),
        (ValueError("got two  spaces"), ["two  spaces"], "ValueError: got ***"),
        (KeyError("it's \\ this"), ["it's \\ this"], 'KeyError: "***"'),
    ],
)
def test_h39_an_exception_becomes_one_line_without_secrets(
    error: Exception, secrets: list[str], line: str
) -> None:
    assert one_line(error, "acme", secrets) == line


def failure(package: str) -> Exception:
    """What comes up where a package calls into another one."""

    def run(source: str, module: str, call: object = None) -> None:
        code = compile(source, f"/site/{module}/__init__.py", "exec")
        exec(code, {"__name__": f"{module}.part", "call": call})

    try:
        run("call()", package, lambda: run("\n\nraise ValueError('no')", "library"))
    except ValueError as error:
        return error
    raise AssertionError


def test_the_last_line_of_the_plugin_itself_is_named() -> None:
    assert one_line(failure("acme"), "acme") == "ValueError: no (acme/__init__.py, line 1)"


def test_a_package_without_a_part_in_it_is_not_named() -> None:
    assert one_line(failure("acme"), "ac") == "ValueError: no"
