"""A model repository on disk: written beside its place and moved there whole, or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import ModelError
from .config import MARK
from .contract import MODEL_NAME


def _check(target: Path) -> None:
    """Refuses a place with anything in it that was not written here."""
    if not target.exists():
        return
    if not target.is_dir():
        raise ModelError(f"{target} is not a folder")
    content = sorted(path.name for path in target.iterdir())
    config = target / MODEL_NAME / "config.pbtxt"
    ours = content == [MODEL_NAME] and config.is_file() and config.read_text(encoding="utf-8").startswith(MARK)
    if content and not ours:
        raise ModelError(
            f"{target} is not empty, and not a repository that was written here: it has {', '.join(content[:3])}"
        )


@contextmanager
def replacing_repository(place: Path) -> Iterator[Path]:
    """Gives an empty folder; what is written there is ``place`` when the block ends well, and is gone when it does not.

    ``place`` may be absent, empty, or a repository that was written here before, which then stays until the end.
    """
    target = place.resolve()
    _check(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".partial-") as beside:
            draft, old = Path(beside) / "new", Path(beside) / "old"
            draft.mkdir()
            yield draft
            for path in draft.rglob("*"):
                if path.is_file():
                    with path.open("rb") as file:
                        os.fsync(file.fileno())
            if target.exists():
                draft.chmod(stat.S_IMODE(target.stat().st_mode))
                target.rename(old)
            try:
                draft.rename(target)
            except OSError:
                if old.exists():
                    old.rename(target)
                raise
    except OSError as error:
        raise ModelError(f"{place} cannot be written: {error}") from error
