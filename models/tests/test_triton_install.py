"""The server of the wheel is installed only where it can run, and never over something else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sensevoice_models.errors import ModelError
from sensevoice_models.triton.install import LOCKED, MODELS, glibc, install, unfit


def test_why_a_system_does_not_fit_is_said(tmp_path: Path) -> None:
    python = Path(sys.executable)
    assert "for Linux alone, this is darwin" in (unfit("darwin", None, python) or "")
    assert "needs glibc 2.35 or newer (Debian 12), this system has glibc 2.31" in (
        unfit("linux", (2, 31), python) or ""
    )
    assert "another C library" in (unfit("linux", None, python) or "")
    assert "apt-get install python3.11" in (unfit("linux", (2, 36), tmp_path / "python3.11") or "")
    other = tmp_path / "python"
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    assert "is not Python 3.11 with the module venv" in (unfit("linux", (2, 36), other) or "")


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="this Python is not 3.11")
def test_python_3_11_fits() -> None:
    assert unfit("linux", (2, 35), Path(sys.executable)) is None


def test_a_folder_that_was_not_made_here_is_left_alone(tmp_path: Path) -> None:
    if unfit(sys.platform, glibc(), Path(sys.executable)) is not None:
        pytest.skip("the server does not run here")
    (tmp_path / "pyvenv.cfg").write_text("of another environment")
    with pytest.raises(ModelError, match="was not made here"):
        install(tmp_path, Path(sys.executable))
    assert [path.name for path in tmp_path.iterdir()] == ["pyvenv.cfg"]


def test_versions_come_from_the_lock() -> None:
    pinned = {line.split("==")[0] for line in (MODELS / "requirements.lock").read_text().splitlines() if "==" in line}
    assert {*LOCKED} <= pinned
