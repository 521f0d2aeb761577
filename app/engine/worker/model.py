"""Opens a model file: where its layers go, which adapters act on it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

from llama_cpp import llama_cpp as C

from app.engine.messages import Adapter, Load
from app.engine.worker import library
from app.engine.worker.faults import EngineFault


class _BufferOverride(ctypes.Structure):
    """Tensors whose name matches `pattern` go into buffers of this type (`llama_model_tensor_buft_override`)."""

    _fields_ = (("pattern", ctypes.c_char_p), ("buffer_type", ctypes.c_void_p))


def open_model(spec: Load, progress: Callable[[float], bool]) -> Any:
    """Read the file into memory. `progress(fraction)` returning False stops it. Raises EngineFault."""

    @C.llama_progress_callback  # type: ignore[untyped-decorator]
    def on_progress(fraction: float, _user_data: ctypes.c_void_p) -> bool:
        return progress(fraction)

    params = C.llama_model_default_params()
    params.n_gpu_layers, params.vocab_only = spec.n_gpu_layers, spec.vocab_only
    if spec.main_gpu >= 0:
        params.split_mode, params.main_gpu = C.LLAMA_SPLIT_MODE_NONE, spec.main_gpu
    split = _split(spec.tensor_split)
    if split is not None:
        params.tensor_split = ctypes.cast(split, ctypes.POINTER(ctypes.c_float))
    overrides = _experts_in_ram(spec.n_cpu_moe)
    if overrides is not None:
        params.tensor_buft_overrides = ctypes.cast(overrides, ctypes.c_void_p)
    params.progress_callback = on_progress
    model = C.llama_model_load_from_file(spec.path.encode("utf-8"), params)
    if not model:
        raise EngineFault("load_refused")
    return model


def open_adapters(model: Any, adapters: Sequence[Adapter]) -> list[Any]:
    """Read LoRA adapters; they live and die with the model. Raises EngineFault("adapter_refused")."""
    opened = []
    for adapter in adapters:
        handle = C.llama_adapter_lora_init(model, adapter.path.encode("utf-8"))
        if not handle:
            raise EngineFault("adapter_refused", adapter.path + "\n" + "\n".join(library.recent_errors))
        opened.append(handle)
    return opened


def _split(ratios: Sequence[float]) -> Any:
    """The proportions for each card, padded to what llama.cpp reads; None leaves the choice to it."""
    if not ratios:
        return None
    array = (ctypes.c_float * max(int(C.llama_max_devices()), len(ratios)))()
    array[: len(ratios)] = list(ratios)
    return array


def _experts_in_ram(n_layers: int) -> Any:
    """Keeps the experts of the first `n_layers` layers out of the cards; None for none. Ends with a null entry."""
    if n_layers <= 0:
        return None
    cpu = library.cpu_buffer_type()
    array = (_BufferOverride * (n_layers + 1))()
    for layer in range(n_layers):
        array[layer] = _BufferOverride(rf"blk\.{layer}\.ffn_(up|down|gate)_exps".encode(), cpu)
    return array
