"""A server for tests: NVIDIA's tritonserver of the nvidia-pytriton wheel, with what ``served/model.py`` imports.

``python -m sensevoice_models.triton.install [--into .venv-triton]`` makes a virtual environment, or does nothing when
it is there already. It has Triton's Python backend alone and no GPU libraries; production takes NVIDIA's container.

The environment is of Debian's own python3.11: the backend's process links the system's libpython3.11, and with the
standard library of another build of 3.11 it ends while it starts.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from ..errors import ModelError, run_command
from ..files import existing, write_bytes

MODELS = Path(__file__).parents[2]
PYTHON = Path("/usr/bin/python3.11")
LEAST_GLIBC = (2, 35)

TRITON = "nvidia-pytriton==0.7.0"
"""Triton 2.51. Installed without its dependencies: its Python package is not used, only the server that lies in it."""
NUMPY = "numpy==1.26.4"
"""Not the one of requirements.lock: this Triton reads arrays of numpy 2 as empty ones."""

LOCKED = ("onnxruntime", "flatbuffers", "packaging", "protobuf")
"""At the versions of requirements.lock: onnxruntime and what it needs."""

STAMP = ".installed"
SECONDS = 900
"""Most that one step may take."""


def glibc() -> tuple[int, int] | None:
    """Version of this system's C library; None where it is another one."""
    try:
        name, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").split()
        major, minor = version.split(".")[:2]
        return (int(major), int(minor)) if name == "glibc" else None
    except (ValueError, OSError, AttributeError):
        return None


def unfit(platform: str, libc: tuple[int, int] | None, python: Path) -> str | None:
    """Why the server cannot be installed on such a system; None when it can."""
    if platform != "linux":
        return f"the wheel has a server for Linux alone, this is {platform}"
    if libc is None or libc < LEAST_GLIBC:
        found = "another C library" if libc is None else f"glibc {libc[0]}.{libc[1]}"
        return f"the server needs glibc {LEAST_GLIBC[0]}.{LEAST_GLIBC[1]} or newer (Debian 12), this system has {found}"
    if not os.access(python, os.X_OK):
        return f"there is no {python}: apt-get install python3.11 python3.11-venv (Debian 12 has them)"
    probe = "import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, 11))"
    if subprocess.run([python, "-c", probe], capture_output=True, timeout=SECONDS).returncode != 0:
        return f"{python} is not Python 3.11 with the module venv: apt-get install python3.11-venv"
    return None


def _step(what: str, *command: object, **environment: str) -> None:
    print(f"{what} ...", flush=True)
    try:
        subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
            env={**os.environ, **environment},
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"{what} was not done within {SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        raise ModelError(f"{what} failed: {(error.stderr or error.stdout).strip()[-2000:]}") from None


def _check(into: Path) -> None:
    """Starts the server as far as its usage text, and imports what the model needs."""
    packages = into / "lib/python3.11/site-packages"
    server = packages / "pytriton/tritonserver"
    existing(server / "python_backend_stubs/3.11/triton_python_backend_stub", "process of the Python backend")
    libraries = str(packages / "nvidia_pytriton.libs")
    # It ends with status 1 after its usage text, which goes to stderr.
    usage = ("sh", "-c", '"$0" --help 2>&1 | grep -q "Usage: tritonserver"', server / "bin/tritonserver")
    _step("looking whether the server starts", *usage, LD_LIBRARY_PATH=libraries)
    _step("looking for numpy and onnxruntime", into / "bin/python", "-c", "import numpy, onnxruntime")


def install(into: Path, python: Path = PYTHON) -> bool:
    """Makes the environment; False when it was there already. One that was not finished is made anew."""
    lock = existing(MODELS / "requirements.lock", "list of versions")
    wanted = hashlib.sha256("\n".join([TRITON, NUMPY, str(python), lock.read_text()]).encode()).hexdigest()
    stamp = into / STAMP
    if stamp.is_file() and stamp.read_text() == wanted:
        return False
    reason = unfit(sys.platform, glibc(), python)
    if reason is not None:
        raise ModelError(reason)
    if stamp.is_file():
        shutil.rmtree(into)
    elif into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise ModelError(f"{into} is there already, and was not made here: remove it, or give another folder (--into)")
    pins = [line for line in lock.read_text().splitlines() if line.split("==")[0] in LOCKED]
    pip = (into / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    # Until the end the stamp says no more than whose folder it is.
    write_bytes(stamp, b"unfinished")
    _step(f"making {into}", python, "-m", "venv", into)
    _step("installing onnxruntime and numpy", *pip, *pins, NUMPY)
    _step("installing the server (55 MB)", *pip, "--no-deps", TRITON)
    _check(into)
    write_bytes(stamp, wanted.encode())
    return True


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sensevoice_models.triton.install",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--into", type=Path, default=MODELS / ".venv-triton", help="folder of the environment")
    into = parser.parse_args().into.absolute()
    print(f"{into}: {'installed' if install(into) else 'up to date'}")


if __name__ == "__main__":
    run_command(main)
