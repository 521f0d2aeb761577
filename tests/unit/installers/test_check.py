"""`./carrel check`: what failed stands in the last lines, whatever was said in between."""

from __future__ import annotations

import pytest

from installers import check

GOOD, BAD = ("-c", "print('all is well')"), ("-c", "import sys; print('line 7 is wrong'); sys.exit(3)")


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Every check is a small program that passes."""
    monkeypatch.setattr(check, "CHECKS", {"ruff": GOOD})
    monkeypatch.setattr(check, "BESIDE", {"mypy": GOOD})
    monkeypatch.setattr(check, "TESTS", ("-c", "import sys; print(*sys.argv[1:], '9 passed')"))
    return monkeypatch


def test_when_all_is_well_the_tests_speak_last(checks: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    assert check.main(["-k", "word"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[-1] == "-k word 9 passed"
    assert any(line.startswith("   ruff: passed") for line in lines)


@pytest.mark.parametrize(("where", "name"), [("CHECKS", "ruff"), ("BESIDE", "mypy")])
def test_what_failed_is_said_after_the_tests(
    checks: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], where: str, name: str
) -> None:
    checks.setattr(check, where, {name: BAD})
    assert check.main([]) == 1
    said = capfd.readouterr().out
    assert said.splitlines()[-1] == f"FAILED: {name}"
    assert "line 7 is wrong" in said.partition("9 passed")[2]


def test_every_failure_is_named_and_the_tests_code_is_kept(
    checks: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    checks.setattr(check, "BESIDE", {"mypy": BAD})
    checks.setattr(check, "TESTS", ("-c", "import sys; sys.exit(5)"))
    assert check.main([]) == 5  # no test at all is a failure too
    assert capfd.readouterr().out.splitlines()[-1] == "FAILED: mypy, tests"
