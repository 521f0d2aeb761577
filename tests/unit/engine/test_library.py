"""What the engine says of itself: its version, its source and its files."""

from __future__ import annotations

import re
from pathlib import Path

from app.engine.worker import library


def test_the_engine_knows_its_own_files_and_source() -> None:
    files = [Path(name) for name in library.library_files()]
    assert {"libllama", "libggml-base"} <= {re.split(r"[.]", file.name)[0] for file in files} or any(
        file.suffix == ".dll" for file in files
    )
    assert all(file.is_file() for file in files)
    assert re.search(r"ggml \d+\.\d+", library.commit_name())
    assert library._told("ggml_there_is_no_such_function") == ""
