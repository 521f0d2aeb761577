"""Documents in the real program's terminal: citations checked, passes resumed, sets compared with their files."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.child import APP_FOLDER
from tests.e2e.test_terminal import carrel, lines_of
from tests.helpers.models import script_model

ANSWER = "The lease says “The rent is 4,800 euros a month” [D1 p.1] and “Pets are welcome in every room” [D1 p.9]."
LEASE = "The rent is 4,800 euros a month.\n"


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return script_model(tmp_path_factory.mktemp("models") / "citing.gguf", ANSWER)


def test_the_last_line_tells_what_was_found(tmp_path: Path, scripted: Path) -> None:
    lease = tmp_path / "lease.txt"
    lease.write_text(LEASE, "utf-8")
    asked = ("chat", "--model", scripted, "--file", lease, "--no-thinking", "What is the rent?")
    done = carrel(tmp_path / "home", *asked, "--json")
    assert done.returncode == 0, done.stderr
    last = lines_of(done)[-1]
    told = [(one["kind"], one["verdict"]) for one in last["citations"]]
    assert told == [("quote", "exact"), ("page", "exact"), ("quote", "missing"), ("page", "no_page")]
    found = last["citations"][0]
    place = found["places"][0]
    assert LEASE[place["start"] : place["end"]] == found["text"] == "The rent is 4,800 euros a month"
    assert last["receipt"]["files"][0]["total_pages"] == 1
    spoken = carrel(tmp_path / "home", *asked)
    assert "1 of 2 quotations found" in spoken.stderr
    assert "not in the documents: “Pets are welcome in every room”" in spoken.stderr
    assert "no such page: [D1 p.9]" in spoken.stderr


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_reading_in_passes_survives_its_death(tmp_path: Path, scripted: Path) -> None:
    book, home = tmp_path / "book.txt", tmp_path / "home"
    book.write_text(LEASE * 300, "utf-8")
    cover = ("cover", "--model", scripted, "--n-ctx", "4096", "--file", book, "--no-thinking", "What is the rent?")
    command = [sys.executable, str(APP_FOLDER / "app" / "__main__.py"), "--home", str(home), *map(str, cover)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Pass 2"):
            break
    process.kill()
    process.stderr.close()
    process.wait()
    done = carrel(home, "cover", "--resume", "--n-ctx", "4096", "--json")
    assert done.returncode == 0, done.stderr
    lines = lines_of(done)
    numbers = [line["number"] for line in lines if line["kind"] == "pass"]
    assert min(numbers) >= 3, "what was read is not read again"
    progress = [line for line in lines if line["kind"] == "coverage"]
    assert (progress[-1]["pages_done"], progress[-1]["is_answering"]) == (progress[-1]["pages_total"], True)
    assert lines[-1]["receipt"]["passes"] == max(numbers)
    assert lines[-1]["citations"][0]["verdict"] == "exact"
    assert carrel(home, "cover", "--resume").returncode == 1


def test_sets_and_their_files(tmp_path: Path) -> None:
    home, lease = tmp_path / "home", tmp_path / "lease.txt"
    lease.write_text(LEASE, "utf-8")
    assert carrel(home, "sets", "add", "Leases", lease).returncode == 0
    [kept] = json.loads(carrel(home, "sets", "--json").stdout)["sets"]
    assert (kept["name"], [one["path"] for one in kept["documents"]]) == ("Leases", [str(lease)])
    assert carrel(home, "sets", "check", "Leases").returncode == 0
    lease.write_text(LEASE + "And more.", "utf-8")
    checked = carrel(home, "sets", "check", "Leases", "--json")
    assert (checked.returncode, json.loads(checked.stdout)["files"][0]["state"]) == (1, "changed")
    assert carrel(home, "sets", "check", "Leases", "--reread").returncode == 0
    assert carrel(home, "sets", "check", "Leases").returncode == 0
    assert carrel(home, "sets", "remove", "Leases").returncode == 0
    assert carrel(home, "sets", "check", "Leases").returncode == 1
    assert carrel(home, "sets", "add", "Leases").returncode == 2


def test_a_table_is_written_for_a_spreadsheet(tmp_path: Path) -> None:
    entry = '{"Rent":{"value":"4,800","quote":"The rent is 4,800 euros a month","page":1}}'
    model, lease, out = script_model(tmp_path / "m.gguf", entry), tmp_path / "lease.txt", tmp_path / "out.csv"
    lease.write_text(LEASE, "utf-8")
    done = carrel(tmp_path / "home", "table", "--model", model, "--file", lease, "--file", lease, "Rent", "--csv", out)
    assert done.returncode == 0, done.stderr
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[:2] == [["Document", "Rent"], ["lease.txt", "4,800 [D1 p.1]"]]
