"""What one answer was made with: everything a second run must share for the same text to come out."""

from __future__ import annotations

import msgspec

from app.core.params import Sampling


class AdapterUsed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A LoRA adapter that acted; `sha256` is "" while it is not known."""

    path: str
    scale: float = 1.0
    sha256: str = ""


class DocumentUsed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A document as it was sent: `pages` says which ("1-3, 7", "" for all) of `total_pages`.

    `sha256` is of the file, `text_sha256` of the text of the pages that were sent, in their order.
    """

    name: str
    path: str
    sha256: str
    text_sha256: str
    pages: str = ""
    total_pages: int = 0


class ModelUsed(msgspec.Struct, frozen=True, omit_defaults=True):
    """The model file. `sha256` is "" until the file was hashed once; the template's is of the text in its header."""

    path: str = ""
    size_bytes: int = 0
    sha256: str = ""
    quantization: str = ""
    description: str = ""
    template_sha256: str = ""


class LibraryUsed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file the engine was in: a shared library of llama.cpp or ggml, by its name."""

    name: str
    sha256: str = ""


class EngineUsed(msgspec.Struct, frozen=True, omit_defaults=True):
    """The engine and how the model was loaded in it. Sizes in tokens; `n_gpu_layers` -1 is all. `build` is the binding
    with what the library was compiled with, `commit` the source it was made from as far as it says."""

    build: str = ""
    devices: tuple[str, ...] = ()
    driver: str = ""
    n_ctx: int = 0
    n_ubatch: int = 0
    n_gpu_layers: int = 0
    n_cpu_moe: int = 0
    n_threads: int = 0
    n_parallel: int = 0
    kv_type: str = ""
    main_gpu: int = -1
    tensor_split: tuple[float, ...] = ()
    yarn_factor: float = 0.0
    adapters: tuple[AdapterUsed, ...] = ()
    n_draft: int = 0
    draft_model: str = ""
    commit: str = ""
    libraries: tuple[LibraryUsed, ...] = ()


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one answer was made with. Times are Unix seconds.

    `spoken_chars` and `thought_chars` of the answer were there before and were gone on with. `others` answers were
    written at the same time when it began. `prompt_sha256` is of the turns as they were sent. `reloaded` is an answer
    on whose way the model was loaded in a smaller way. One that was put together from `passes` knows
    the prompt of its last one; those of the others are kept with the run `run_id`.
    """

    app_version: str = ""
    asked_at: float = 0.0
    ended_at: float = 0.0
    model: ModelUsed = ModelUsed()
    engine: EngineUsed = EngineUsed()
    sampling: Sampling = Sampling()
    thinking: bool = True
    system_prompt: str = ""
    system_sha256: str = ""
    json_schema: str = ""
    grammar: str = ""
    documents: tuple[DocumentUsed, ...] = ()
    prompt_sha256: str = ""
    spoken_chars: int = 0
    thought_chars: int = 0
    others: int = 0
    reloaded: bool = False
    passes: int = 0
    run_id: int = 0
