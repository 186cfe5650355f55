"""Writes that are whole or not there: beside the target first, then moved over it in one step."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import ModelError


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Gives a path in a fresh folder beside ``target``; what is written there replaces ``target`` when the block ends
    well, and is removed when it does not. The name is kept, since ONNX external data are named after the file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".partial-") as folder:
        draft = Path(folder) / target.name
        yield draft
        if not draft.exists():
            raise ModelError(f"nothing was written for {target}")
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(target)


def write_bytes(target: Path, data: bytes) -> None:
    """Writes a whole file or nothing."""
    with replacing(target) as draft:
        draft.write_bytes(data)


def write_json(target: Path, value: object) -> None:
    """Writes UTF-8 JSON with a newline at the end, whole or nothing."""
    write_bytes(target, (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode())


def sha256(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def existing(path: Path, what: str) -> Path:
    """``path`` itself; refuses one that is not a file, by name."""
    if not path.is_file():
        raise ModelError(f"{what} {path} does not exist or is not a file")
    return path
