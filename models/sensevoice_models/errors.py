"""The one error of every command here: what was wrong, with which file, and what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable


class ModelError(Exception):
    """A file or an argument that a command refuses; the text is meant for the person at the terminal."""


def run_command(command: Callable[[], None]) -> None:
    """Runs a command's body; a `ModelError` becomes one line on stderr and exit status 1, without a traceback."""
    try:
        command()
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(1) from None
