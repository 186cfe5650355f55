"""The layout of golden files: little-endian arrays without a header, described by an index."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

from ..errors import ModelError
from ..files import existing, write_bytes

ARRAY_TYPES = {".f32": np.dtype("<f4"), ".i32": np.dtype("<i4")}


class Golden:
    """Files to be written, by path below the golden folder."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def add_array(self, path: str, values: np.ndarray) -> dict[str, object]:
        """Adds an array; the suffix says its type. Returns its entry for an index: file and shape."""
        kind = ARRAY_TYPES[Path(path).suffix]
        self.files[path] = np.ascontiguousarray(values, dtype=kind).tobytes()
        return {"file": path, "shape": list(values.shape)}

    def add_index(self, path: str, index: dict[str, object]) -> None:
        """Adds a JSON file, lists of numbers on one line each."""
        text = json.dumps(index, ensure_ascii=False, indent=1)
        text = re.sub(
            r"\[[-+.e\d,\s]+\]", lambda match: re.sub(r"\s+", " ", match[0]).replace("[ ", "[").replace(" ]", "]"), text
        )
        self.files[path] = (text + "\n").encode()

    def write(self, folder: Path) -> None:
        """Writes every file, each whole or not at all, then removes other files from the folders it wrote to."""
        for path, data in self.files.items():
            write_bytes(folder / path, data)
        for parent in {(folder / path).parent for path in self.files} - {folder}:
            for old in parent.iterdir():
                if old.is_file() and old.relative_to(folder).as_posix() not in self.files:
                    old.unlink()


def read_array(folder: Path, entry: dict) -> np.ndarray:
    """Reads an array that an index describes; refuses a file whose size is not its shape's."""
    path = existing(folder / entry["file"], "golden array")
    values = np.frombuffer(path.read_bytes(), dtype=ARRAY_TYPES[path.suffix])
    if values.size != int(np.prod(entry["shape"])):
        raise ModelError(f"{path} holds {values.size} values, its index says {entry['shape']}")
    return values.reshape(entry["shape"])
