"""Asking the NVIDIA driver, against a driver library compiled here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from installers.firstrun.gpus import Gpus, find_gpus

SOURCE = r"""
#include <string.h>
int nvmlInit_v2(void) { return INIT; }
int nvmlShutdown(void) { return 0; }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = COUNT; return 0; }
int nvmlSystemGetCudaDriverVersion_v2(int *version) { *version = 13010; return 0; }
int nvmlSystemGetDriverVersion(char *text, unsigned size) { strncpy(text, "580.159.04", size); return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **handle) { *handle = (void *)(long)(index + 1); return 0; }
int nvmlDeviceGetName(void *handle, char *text, unsigned size) {
    strncpy(text, (long)handle == 1 ? "NVIDIA GeForce RTX 4090" : "NVIDIA A100", size);
    return 0;
}
int nvmlDeviceGetCudaComputeCapability(void *handle, int *major, int *minor) {
    *major = 8;
    *minor = (long)handle == 1 ? 9 : 0;
    return CAPABILITY;
}
"""


def build_driver(folder: Path, *, init: int = 0, count: int = 2, capability: int = 0) -> str:
    """A library that answers as the driver's own does."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler, "the tests need a C compiler, as set-up does"
    (folder / "nvml.c").write_text(SOURCE)
    values = [f"-DINIT={init}", f"-DCOUNT={count}", f"-DCAPABILITY={capability}"]
    library = folder / f"libnvml-{init}-{count}-{capability}.so"
    command = [compiler, "-shared", "-fPIC", *values, "-o", str(library), str(folder / "nvml.c")]
    subprocess.run(command, check=True, capture_output=True)
    return str(library)


def test_the_cards_are_named_with_what_to_compile_for(tmp_path: Path) -> None:
    expected = Gpus("580.159.04", (13, 1), ("NVIDIA GeForce RTX 4090", "NVIDIA A100"), ("89", "80"))
    assert find_gpus(build_driver(tmp_path)) == expected


@pytest.mark.parametrize("answer", [{"init": 9}, {"count": 0}, {"capability": 4}])
def test_a_driver_that_refuses_counts_as_no_driver(tmp_path: Path, answer: dict[str, int]) -> None:
    assert find_gpus(build_driver(tmp_path, **answer)) is None


def test_no_driver_is_no_error() -> None:
    assert find_gpus("libno-such-driver.so.1") is None


def test_a_library_that_is_something_else_counts_as_no_driver() -> None:
    assert find_gpus("libc.so.6") is None
