"""What encryption costs: saved sessions written and read, the chats' file opened, filled and read, a guess.

`python tests/bench/vault.py --model FILE.gguf --tokens 1200`. Every figure is the best of `--runs`, and what counts is
the ratio to the same work without a vault, one after the other on the same disk.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import llama_cpp  # noqa: F401 - before numpy, as in the engine
import numpy as np
from llama_cpp import llama_cpp as C

from app.config.vaultfile import new_header, with_passphrase
from app.core.chat import Document, Page
from app.core.passphrase import Cost, calibrated, wrap_key
from app.engine import saved
from app.engine.messages import Load
from app.engine.worker import library, sealed, snapshot
from app.store.changeover import Change
from app.store.store import Store

KEY = bytes(range(32))
WORDS = "The heron stands in the reeds and waits for the water to fall. "


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=1200)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--messages", type=int, default=2000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".vault-bench-") as folder:
        sessions(args.model, args.tokens, Path(folder), args.runs)
        chats(args.messages, Path(folder), args.runs)
    cost = calibrated()
    print(f"a guess: {best(lambda: wrap_key(KEY, 'x', cost, 'bench'), 3):.2f} s at {cost}")


def sessions(model_file: Path, count: int, folder: Path, runs: int) -> None:
    """A state of a real context, by both ways."""
    library.open_library()
    model = C.llama_model_load_from_file(str(model_file).encode(), C.llama_model_default_params())
    params = C.llama_context_default_params()
    params.n_ctx, params.n_batch = 2 * count + 64, count
    params.n_seq_max, params.kv_unified = 2, True
    ctx = C.llama_init_from_model(model, params)
    tokens = np.arange(count, dtype=np.int32) % 200 + 100
    read(ctx, tokens)
    identity = saved.identify(Load(0, str(model_file)), "bench", 1)
    plain, locked = folder / "plain.kv", folder / "locked.kv"

    def back(restore: Callable[..., Any], *args: Any) -> float:
        C.llama_memory_seq_rm(C.llama_get_memory(ctx), 1, -1, -1)
        return timed(lambda: restore(ctx, 1, *args))

    def save_plain() -> None:
        snapshot.save(ctx, 0, tokens, plain, identity)

    def save_locked() -> None:
        sealed.write(ctx, 0, tokens, locked, KEY).seal(identity)

    saves = [(timed(save_plain), timed(save_locked)) for _ in range(runs)]
    opens = [
        (back(snapshot.restore, plain, identity), back(sealed.restore, locked, identity, KEY)) for _ in range(runs)
    ]
    hold = min(timed(lambda: sealed.write(ctx, 0, tokens, locked, KEY)) for _ in range(runs))
    size = plain.stat().st_size
    print(f"a session of {count} tokens, {size / 1e6:.0f} MB; {locked.stat().st_size / size:.4f} of it under a key")
    report("save", saves, size)
    print(f"  of that the engine is held up {hold:.3f} s; the rest runs beside answers")
    report("restore", opens, size)


def read(ctx: Any, tokens: Any) -> None:
    batch = C.llama_batch_init(len(tokens), 0, 1)
    for row, token in enumerate(tokens):
        batch.token[row], batch.pos[row], batch.logits[row] = int(token), row, row == len(tokens) - 1
        batch.n_seq_id[row], batch.seq_id[row][0] = 1, 0
    batch.n_tokens = len(tokens)
    assert C.llama_decode(ctx, batch) == 0


def chats(messages: int, folder: Path, runs: int) -> None:
    """The same chat in a plain file and in one under a key."""
    files: dict[bytes | None, Path] = {None: folder / "plain.db", KEY: folder / "locked.db"}
    for key, file in files.items():
        print(
            f"{'plain' if key is None else 'locked'}: {messages} messages written in {fill(file, messages, key):.2f} s"
        )
    opened: list[tuple[float, ...]] = []
    shown: list[tuple[float, ...]] = []
    for _ in range(runs):
        opened.append(tuple(opening(file, key) for key, file in files.items()))
        shown.append(tuple(reading(file, key) for key, file in files.items()))
    report("open", opened)
    report(f"read {messages} messages", shown)
    size = files[None].stat().st_size
    header = with_passphrase(new_header(), KEY, "pass phrase", Cost(memory_kib=64, passes=1, lanes=1))
    change = Change(files[None], folder / "vault.json")
    print(f"turned on for {size / 1e6:.0f} MB: {timed(lambda: change.turn_on(header, KEY)):.2f} s", end=", ")
    print(f"off: {timed(lambda: change.turn_off(KEY)):.2f} s")


def fill(file: Path, messages: int, key: bytes | None) -> float:
    store = Store(file, key=key)
    chat = store.create_chat("bench")
    began_s = time.perf_counter()
    with store.transaction():
        pages = tuple(Page(number, WORDS * 40, 600) for number in range(1, 2001))
        store.save_document(Document("/b.txt", "b.txt", "text", "ab" * 32, pages))
        parent: int | None = None
        for number in range(messages):
            asks = number % 2 == 0
            role, text = ("user", WORDS * 2) if asks else ("assistant", WORDS * 20)
            parent = store.add_message(chat.id, parent, role, text).id  # type: ignore[arg-type]
    took_s = time.perf_counter() - began_s
    store.close()
    return took_s


def opening(file: Path, key: bytes | None) -> float:
    return timed(lambda: Store(file, key=key).close())


def reading(file: Path, key: bytes | None) -> float:
    store = Store(file, key=key)
    try:
        return timed(lambda: [store.thread(chat.id) for chat in store.list_chats()])
    finally:
        store.close()


def report(name: str, pairs: list[Any], size_bytes: int = 0) -> None:
    plain, locked = (min(column) for column in zip(*pairs, strict=True))
    speed = f", {size_bytes / plain / 1e9:.2f} and {size_bytes / locked / 1e9:.2f} GB/s" if size_bytes else ""
    print(f"  {name}: {plain * 1000:.1f} ms plain, {locked * 1000:.1f} ms locked: {locked / plain:.2f}×{speed}")


def best(work: Callable[[], object], runs: int) -> float:
    return min(timed(work) for _ in range(runs))


def timed(work: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


if __name__ == "__main__":
    main()
