"""What onnxruntime computes on, and the options that each of its execution providers needs for this model."""

from __future__ import annotations

from dataclasses import dataclass

from ..frontend import FEATURE_SIZE

Provider = tuple[str, dict[str, str]]
"""Name of an execution provider and its options."""


@dataclass(frozen=True)
class Device:
    """One choice of ``--device``."""

    kind: str
    """Triton's kind of instance."""
    max_batch: int
    """Default for the most utterances of a batch. A CPU is no faster in batches, and all wait for the last one."""
    max_seconds: int
    """Default for the longest utterance. TensorRT reserves memory for the longest batch; the others take what comes."""


DEVICES = {
    "cpu": Device("KIND_CPU", max_batch=4, max_seconds=300),
    "cuda": Device("KIND_GPU", max_batch=16, max_seconds=300),
    "tensorrt": Device("KIND_GPU", max_batch=16, max_seconds=32),
}

# The default tries every algorithm for every new length, and nearly every utterance has one.
CUDA: Provider = ("CUDAExecutionProvider", {"cudnn_conv_algo_search": "HEURISTIC"})


def providers_of(
    device: str, inputs: tuple[str, ...], max_batch: int, max_frames: int, half: bool, engine_cache: str | None
) -> list[Provider]:
    """Providers in the order in which onnxruntime is to try them.

    inputs: the graph's names of features, lengths, language row and text-norm row. half: whether the graph has float16
    weights, which TensorRT refuses unless it is told. engine_cache: folder on the server where TensorRT keeps what it
    built; None builds it at every start.
    """
    if device == "cpu":
        return [("CPUExecutionProvider", {})]
    if device == "cuda":
        return [CUDA]

    def shapes(batch: int, frames: int) -> str:
        rows = [f"{name}:{batch}" for name in inputs[1:]]
        return ",".join([f"{inputs[0]}:{batch}x{frames}x{FEATURE_SIZE}", *rows])

    options = {
        "trt_fp16_enable": "1" if half else "0",
        # Without them an engine is built anew, for minutes, whenever a longer batch comes than any before.
        "trt_profile_min_shapes": shapes(1, 1),
        "trt_profile_opt_shapes": shapes(max_batch, max(1, max_frames // 4)),
        "trt_profile_max_shapes": shapes(max_batch, max_frames),
    }
    if engine_cache is not None:
        options |= {"trt_engine_cache_enable": "1", "trt_engine_cache_path": engine_cache}
    return [("TensorrtExecutionProvider", options), CUDA]
