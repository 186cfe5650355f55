"""Writes a model repository for NVIDIA Triton: the graph with its narrow head, the code that runs it, config.pbtxt.

``python -m sensevoice_models.triton.repository --model FOLDER --out FOLDER``, and then
``tritonserver --model-repository FOLDER``; the client is ``sensevoice serve --backend triton``.

The Python backend runs onnxruntime on every device. Triton's onnxruntime backend would batch only requests of one
length, or want them as one flat tensor, which this graph does not take; nor does it check a request before it runs it
with others. One repository thus serves in a test without a GPU and on GPUs, where the server needs onnxruntime-gpu.

Graphs with quantized activations (the published int8 files) share one scale in a batch, so that the loudest utterance
would change what the others are answered: they are served one utterance at a time (``--instances`` for more at once),
and on a GPU not at all, where onnxruntime runs these operations on the CPU.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
from pathlib import Path

import onnx

from ..errors import ModelError, run_command
from ..frontend import LFR_SHIFT, SAMPLE_RATE, fbank_frames
from .config import Batching, config_text
from .contract import MODEL_NAME, MODEL_VERSION, TagIds
from .devices import DEVICES, providers_of
from .folder import replacing_repository
from .narrow_head import add_narrow_head, has_half_precision, shares_activation_scales
from .source import Source, read_source

SERVED_CODE = Path(__file__).parent / "served" / "model.py"
QUEUE_DELAY_MS = 5.0


def frames_of(seconds: float) -> int:
    """The model's frames (60 ms) of so much sound."""
    return math.ceil(fbank_frames(int(seconds * SAMPLE_RATE)) / LFR_SHIFT)


def batching_of(options: argparse.Namespace, one_by_one: bool) -> Batching:
    """one_by_one: whether utterances of a batch would change each other's answers; refuses options against it."""
    if one_by_one and (options.max_batch or 1) > 1:
        raise ModelError(
            "the graph has quantized activations, with one scale for a whole batch: --max-batch must be 1, "
            "or give a graph with float activations (--graph; schemes fp16 and 8bit of sensevoice_models.quantize)"
        )
    max_batch = options.max_batch or (1 if one_by_one else DEVICES[options.device].max_batch)
    if max_batch == 1 and options.queue_delay_ms:
        raise ModelError("--queue-delay-ms waits for others of a batch, and one utterance is a whole batch here")
    delay = QUEUE_DELAY_MS if options.queue_delay_ms is None else options.queue_delay_ms
    return Batching(max_batch, 0 if max_batch == 1 else delay, options.max_queue, options.queue_timeout_ms)


def parameters_of(source: Source, options: argparse.Namespace, max_batch: int) -> dict[str, str]:
    """``parameters`` of config.pbtxt: who the model is, for clients, and what `served/model.py` reads."""
    max_frames = frames_of(options.max_seconds or DEVICES[options.device].max_seconds)
    half = has_half_precision(source.graph)
    inputs = source.flavour.inputs
    providers = providers_of(options.device, inputs, max_batch, max_frames, half, options.engine_cache)
    prompt = source.prompt
    return {
        "model_name": source.name,
        "model_version": source.version,
        "tokens_sha256": source.tokens_sha256,
        "cmvn_sha256": source.cmvn_sha256,
        "graph_inputs": ",".join(inputs),
        "language_rows": ",".join(str(row) for row in sorted(prompt["languages"].values())),
        "text_norm_rows": f"{prompt['withItn']},{prompt['withoutItn']}",
        "max_frames": str(max_frames),
        "run_frames": str(frames_of(options.run_seconds)),
        "threads": str(options.threads),
        "providers": json.dumps(providers),
    }


def write_repository(source: Source, options: argparse.Namespace, out: Path) -> Batching:
    """Writes the repository, whole or not at all, and returns how it batches. Changes ``source.graph``."""
    if options.engine_cache is not None and options.device != "tensorrt":
        raise ModelError(f"--engine-cache is TensorRT's, and the device is {options.device}")
    one_by_one = shares_activation_scales(source.graph)
    if one_by_one and options.device != "cpu":
        raise ModelError(
            "the graph has quantized activations, which onnxruntime computes on the CPU even beside a GPU: "
            "give the fp32 or fp16 form of the model (--graph)"
        )
    batching = batching_of(options, one_by_one)
    parameters = parameters_of(source, options, batching.max_batch)
    wrong = [value for value in parameters.values() if not value.isprintable()]
    if wrong:
        raise ModelError(f"{wrong[0]!r} has characters that config.pbtxt cannot have")
    tag_ids = TagIds.of(source.tokens)
    add_narrow_head(source.graph, tag_ids, source.prompt["blank"])
    with replacing_repository(out) as draft:
        version = draft / MODEL_NAME / MODEL_VERSION
        version.mkdir(parents=True)
        onnx.save(source.graph, version / "model.onnx")
        shutil.copyfile(SERVED_CODE, version / "model.py")
        text = config_text(batching, DEVICES[options.device].kind, options.instances, tag_ids, parameters)
        (draft / MODEL_NAME / "config.pbtxt").write_text(text, encoding="utf-8")
    return batching


def _whole(least: int, most: int = 1_000_000):
    def whole(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return whole


def _delay(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not between 0 and 1000")
    return value


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line, checked; None is this process's own."""
    parser = argparse.ArgumentParser(
        prog="python -m sensevoice_models.triton.repository",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--model", type=Path, required=True, help="folder of the model, with its manifest.json or as published")
    add("--graph", type=Path, help="another ONNX file of the same model, such as its fp16 form")
    add("--out", type=Path, required=True, help="folder of the repository: absent, empty, or written here before")
    add("--device", choices=[*DEVICES], default="cpu")
    add("--instances", type=_whole(1, 256), default=1, help="runs at the same time, each with its own copy (1)")
    add("--threads", type=_whole(1, 256), default=1, help="processors of one instance (1)")
    add("--max-batch", type=_whole(1, 256), help="most utterances of a batch (GPU 16, CPU 4, quantized activations 1)")
    add("--queue-delay-ms", type=_delay, help=f"how long the first of a batch waits for others ({QUEUE_DELAY_MS:g})")
    add("--max-queue", type=_whole(1), default=256, help="most requests that wait; one more is refused (256)")
    add("--queue-timeout-ms", type=_whole(1), default=2000, help="refuses what has waited so long (2000)")
    add("--max-seconds", type=_whole(1, 300), help="longest utterance (300, TensorRT 32)")
    add("--run-seconds", type=_whole(1, 3600), default=240, help="most sound of one run, padding included (240)")
    add(
        "--engine-cache",
        help="folder on the server where TensorRT keeps its engines; else they are built at each start",
    )
    return parser.parse_args(arguments)


def main() -> None:
    options = options_of()
    source = read_source(options.model, options.graph)
    batching = write_repository(source, options, options.out)
    print(
        f"{options.out}: {source.name} {source.version} for {options.device}, "
        f"{'one utterance at a time' if batching.max_batch == 1 else f'batches of up to {batching.max_batch}'}, "
        f"{options.instances} instance{'s' if options.instances > 1 else ''}"
    )


if __name__ == "__main__":
    run_command(main)
