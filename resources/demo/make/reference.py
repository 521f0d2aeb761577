"""Stores PyTorch's logits of one prompt, for the test that llama.cpp computes the same: `… reference IDS.npz`.

The weights are those of the committed file, so what differs is the arithmetic alone. Needs `torch`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from resources.demo.make.export import OUT, stored
from resources.demo.make.model import DEMO
from resources.demo.make.network import from_gguf_names, logits


def main(file: Path) -> None:
    """Read the prompt's `ids` and the `places` to keep from the file, and put their logits beside them."""
    with np.load(file) as given:
        ids, places = given["ids"], given["places"]
    found = logits(from_gguf_names(stored(OUT)), ids.tolist(), DEMO)[places]
    np.savez_compressed(file, ids=ids, places=places, logits=found.astype(np.float32))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
