"""NVIDIA's own server with a written repository: it batches, and answers each utterance as alone.

Needs what ``python -m sensevoice_models.triton.install`` makes, in ``.venv-triton`` or where SENSEVOICE_TRITON says.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from conftest import SmallModel

from sensevoice_models.triton.repository import options_of, write_repository
from sensevoice_models.triton.source import read_source

ENVIRONMENT = Path(os.environ.get("SENSEVOICE_TRITON", Path(__file__).parents[1] / ".venv-triton"))
PACKAGES = ENVIRONMENT / "lib/python3.11/site-packages"
SERVER = PACKAGES / "pytriton/tritonserver"
SECONDS = 60
"""Most that the server may take to be ready, or to answer."""

pytestmark = pytest.mark.skipif(
    not SERVER.is_dir(), reason=f"no tritonserver in {ENVIRONMENT}: python -m sensevoice_models.triton.install"
)


def ask(address: str, body: bytes | None = None, **headers: str) -> dict:
    # Of another type, this server takes the body for a form, and a long one ends it.
    headers |= {"Content-Type": "application/octet-stream"}
    request = urllib.request.Request(address, data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        text = answer.read()
    return json.loads(text) if text else {}


def infer(address: str, features: np.ndarray, language: int = 0) -> dict[str, np.ndarray]:
    """features: [T, 560] float32, sent as raw bytes behind the JSON."""
    raw = features.astype("<f4").tobytes()
    size = {"binary_data_size": len(raw)}
    inputs = [
        {"name": "features", "datatype": "FP32", "shape": [1, *features.shape], "parameters": size},
        {"name": "language", "datatype": "INT32", "shape": [1, 1], "data": [language]},
        {"name": "text_norm", "datatype": "INT32", "shape": [1, 1], "data": [14]},
    ]
    head = json.dumps({"inputs": inputs}).encode()
    path = f"{address}/v2/models/sensevoice/infer"
    answer = ask(path, head + raw, **{"Inference-Header-Content-Length": str(len(head))})
    return {output["name"]: np.array(output["data"]) for output in answer["outputs"]}


def counts(address: str) -> tuple[int, int]:
    """Utterances that were answered, and batches in which they were computed."""
    (stats,) = ask(f"{address}/v2/models/sensevoice/stats")["model_stats"]
    return stats["inference_count"], stats["execution_count"]


@pytest.fixture(scope="module")
def address(small: SmallModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("triton")
    repository = folder / "repository"
    more = ("--max-batch", "8", "--queue-delay-ms", "50", "--run-seconds", "10")
    options = options_of(["--model", str(small.folder), "--out", str(repository), *more])
    write_repository(read_source(options.model), options, repository)
    shutil.copytree(SERVER / "backends/python", folder / "backends/python")
    shutil.copy(SERVER / "python_backend_stubs/3.11/triton_python_backend_stub", folder / "backends/python")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "log.txt"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                SERVER / "bin/tritonserver",
                f"--model-repository={repository}",
                f"--backend-directory={folder / 'backends'}",
                f"--http-port={port}",
                "--http-address=127.0.0.1",
                "--allow-grpc=false",
                "--allow-metrics=false",
                "--exit-timeout-secs=1",
            ],
            stdout=output,
            stderr=output,
            env={
                **os.environ,
                "LD_LIBRARY_PATH": str(PACKAGES / "nvidia_pytriton.libs"),
                "PATH": f"{ENVIRONMENT / 'bin'}:{os.environ['PATH']}",
            },
        )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(SECONDS)


def wait_until_ready(address: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            ask(f"{address}/v2/health/ready")
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"tritonserver was not ready: {log.read_text()[-3000:]}")


def test_callers_at_once_are_answered_in_batches_as_they_are_alone(address: str) -> None:
    random = np.random.default_rng(9)
    sent = [random.normal(size=(frames, 560)).astype(np.float32) for frames in (50, 17, 166, 3, 1, 90, 33, 250)] * 4
    alone = [infer(address, features) for features in sent]
    before = counts(address)
    with ThreadPoolExecutor(len(sent)) as callers:
        together = list(callers.map(lambda features: infer(address, features), sent))
    answered, batches = (after - first for after, first in zip(counts(address), before, strict=True))
    assert answered == len(sent)
    assert batches < answered / 2
    for own, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(own["token_ids"], other["token_ids"])
        for name in own:
            np.testing.assert_allclose(own[name], other[name], atol=1e-6, err_msg=name)


def test_a_request_that_is_refused_is_told_why(address: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        infer(address, np.zeros((9, 560), np.float32), language=99)
    assert caught.value.code == 400
    assert "language must be one of [0, 3, 4" in caught.value.read().decode()
