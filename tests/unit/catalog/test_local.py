from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.catalog.index import load_catalog
from app.catalog.local import forget, list_models, local_candidate, remember_import
from app.config.paths import Home, open_home
from app.core.errors import CarrelError
from app.fit.plan import plan
from app.fit.search import Fixed
from app.machine.snapshot import load_machine
from tests.unit.gguf.making import TINY, write_gguf

CPU = Path(__file__).parents[2] / "helpers" / "machines" / "cpu32.json"
CATALOG = load_catalog()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "home")


def put(home: Home, file: str = "tiny.gguf") -> Path:
    folder = home.models / "org" / "repo"
    folder.mkdir(parents=True, exist_ok=True)
    return write_gguf(folder / file, TINY | {"general.name": "Tiny"})


def test_lists_what_was_fetched(home: Home) -> None:
    path = put(home)
    (path.parent / "half.gguf.part").write_bytes(b"GGUF")
    (path.parent / "manifest.json").write_text("{}")
    (model,) = list_models(home, CATALOG)
    assert (model.path, model.name, model.quant, model.problem) == (path, "Tiny", "Q4_K_M", "")
    assert model.size_bytes == path.stat().st_size
    assert not model.imported
    assert not model.missing


def test_another_models_folder_may_be_chosen(home: Home, tmp_path: Path) -> None:
    write_gguf(tmp_path / "there.gguf")
    assert [model.path.name for model in list_models(home, CATALOG, tmp_path / "none")] == []
    assert [model.path.name for model in list_models(home, CATALOG, tmp_path)] == ["there.gguf"]


def test_imports_by_path_without_copying(home: Home, tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "elsewhere.gguf")
    before = path.read_bytes()
    assert remember_import(home, path) == path
    remember_import(home, path)
    (model,) = list_models(home, CATALOG)
    assert model.imported
    assert model.path == path
    assert not list(home.models.rglob("*.gguf"))
    forget(home, path)
    assert list_models(home, CATALOG) == []
    assert path.read_bytes() == before


def test_a_vanished_import_is_listed_as_missing(home: Home, tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "gone.gguf")
    remember_import(home, path)
    path.unlink()
    (model,) = list_models(home, CATALOG)
    assert model.missing
    assert "gone.gguf" in model.problem


def test_what_is_no_model_is_not_imported(home: Home, tmp_path: Path) -> None:
    (tmp_path / "letter.gguf").write_text("Dear reader, this is no model at all.")
    with pytest.raises(CarrelError, match="not a GGUF"):
        remember_import(home, tmp_path / "letter.gguf")
    with pytest.raises(CarrelError, match="cannot be read"):
        remember_import(home, tmp_path / "none.gguf")
    assert list_models(home, CATALOG) == []


def test_a_damaged_model_is_listed_with_its_problem(home: Home) -> None:
    path = put(home)
    path.write_bytes(path.read_bytes()[:-500])
    (model,) = list_models(home, CATALOG)
    assert not model.missing
    assert "cut short" in model.problem


def test_a_replaced_file_is_read_again(home: Home) -> None:
    path = put(home)
    assert list_models(home, CATALOG)[0].name == "Tiny"
    write_gguf(path, TINY | {"general.name": "Other model"})
    assert list_models(home, CATALOG)[0].name == "Other model"


def test_a_split_model_is_one_and_is_imported_by_any_part(home: Home, tmp_path: Path) -> None:
    one, two = (tmp_path / f"s-0000{n}-of-00002.gguf" for n in (1, 2))
    write_gguf(one, {**TINY, "split.no": 0, "split.count": 2})
    write_gguf(two, {"split.no": 1, "split.count": 2}, {"blk.1.attn_q.weight": (128, 64)})
    assert remember_import(home, two) == one
    (model,) = list_models(home, CATALOG)
    assert model.size_bytes == one.stat().st_size + two.stat().st_size
    two.unlink()
    assert "s-00002-of-00002.gguf" in list_models(home, CATALOG)[0].problem


def test_a_damaged_import_list_is_set_aside(home: Home) -> None:
    (home.root / "imported.json").write_text("]")
    assert list_models(home, CATALOG) == []
    assert (home.root / "imported.json.damaged").exists()


def test_a_catalog_file_is_recognised(home: Home) -> None:
    path = put(home, "Qwen3-32B-Q4_K_M.gguf")
    known = CATALOG.find("Qwen/Qwen3-32B-GGUF/Qwen3-32B-Q4_K_M.gguf")
    shrunk = type(CATALOG)((msgspec.structs.replace(known, size_bytes=path.stat().st_size),))
    (model,) = list_models(home, shrunk)
    assert model.entry is not None
    assert model.entry.reference == known.reference
    assert model.name == "Qwen3-32B Q4_K_M"
    assert list_models(home, CATALOG)[0].entry is None


def test_a_local_file_can_be_planned(home: Home) -> None:
    path = put(home)
    candidate = local_candidate(path, CATALOG)
    assert candidate.path == str(path)
    chosen = plan(load_machine(CPU), [candidate], Fixed())
    assert (chosen.fits, chosen.n_ctx, chosen.mode, chosen.model.path) == (True, 1024, "ram", str(path))
