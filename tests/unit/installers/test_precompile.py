"""What set-up compiles before the first start."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from installers import precompile


@pytest.mark.parametrize("name", precompile.FIRST)
def test_what_the_first_question_imports_is_there(name: str) -> None:
    assert importlib.util.find_spec(name) is not None


def test_what_another_version_of_pyside_unpacked_goes(tmp_path: Path) -> None:
    stale = tmp_path / "shiboken6" / "files.dir" / "shibokensupport"
    stale.mkdir(parents=True)
    (tmp_path / "shiboken6" / "__init__.py").touch()
    code = "import os\nfrom installers.precompile import unpack_pyside\nunpack_pyside()\nprint(os.environ['SBK_EMBED'])"
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(precompile.ROOT)])}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"
    assert not stale.parent.exists()
