"""A toy hub with one model, a clean environment, and patience that does not wait."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from app.fetch.patience import Limits
from app.fetch.wanted import Wanted
from tests.helpers.toyhub import COMMIT, StoredFile, ToyHub

REPO, FILE = "Org/Tiny-GGUF", "Tiny-Q4_K_M.gguf"
QUICK = Limits(
    connect_s=3.0,
    stall_s=3.0,
    lookup_s=3.0,
    tries_at_first=4,
    tries_under_way=6,
    backoff_first_s=0.01,
    backoff_most_s=0.02,
    retry_after_most_s=0.4,
    sync_every_s=0.2,
    progress_min_bytes=1,
    free_margin_bytes=1000,
)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("HF_ENDPOINT", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")


@pytest.fixture
def toy() -> Iterator[ToyHub]:
    with ToyHub() as toy:
        yield toy


@pytest.fixture
def stored(toy: ToyHub) -> StoredFile:
    """A file that looks like a GGUF and is odd in length."""
    return toy.add(REPO, FILE, b"GGUF" + random.Random(7).randbytes(400_003))


@pytest.fixture
def wanted(stored: StoredFile) -> Wanted:
    """The file as a catalog that knows everything pins it."""
    return Wanted(REPO, COMMIT, FILE, len(stored.content), stored.stated_sha256)


@pytest.fixture
def limits() -> Limits:
    return QUICK
