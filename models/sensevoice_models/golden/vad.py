"""Golden speech probabilities of Silero VAD, by onnxruntime, window by window."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import numpy as np
import onnxruntime

from ..errors import ModelError
from ..files import existing, sha256
from ..frontend import SAMPLE_RATE, Floats
from .features import as_float
from .signals import Pcm
from .store import Golden

WINDOW_SAMPLES = 512
CONTEXT_SAMPLES = 64
"""The last samples of the window before, which v5 and v6 need in front; zeros before the first window."""
MODELS = ("silero_vad_v5", "silero_vad_v6")
CLIPS = ("en-three-one-four", "en-go-left", "zh-yu-yin-shi-bie", "white-noise")


def probabilities(model: Path, audio: Floats) -> Floats:
    """Speech probability of each whole window, the recurrent state carried on.

    audio: [S] float32 in [-1, 1] at 16 kHz; a last part shorter than 512 samples is left out. Returns [S // 512].
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    names = {node.name for node in session.get_inputs()}
    if names != {"input", "state", "sr"}:
        raise ModelError(f"{model} is not Silero VAD v5 or v6: its inputs are {', '.join(sorted(names))}")
    state = np.zeros((2, 1, 128), dtype=np.float32)
    context = np.zeros(CONTEXT_SAMPLES, dtype=np.float32)
    rate = np.array(SAMPLE_RATE, dtype=np.int64)
    result = []
    for start in range(0, len(audio) - WINDOW_SAMPLES + 1, WINDOW_SAMPLES):
        window = audio[start : start + WINDOW_SAMPLES]
        given = np.concatenate((context, window))[None, :]
        probability, state = session.run(["output", "stateN"], {"input": given, "state": state, "sr": rate})
        context = window[-CONTEXT_SAMPLES:]
        result.append(float(probability[0, 0]))
    return np.array(result, dtype=np.float32)


def vad_index(golden: Golden, clips: dict[str, Pcm], folder: Path) -> dict[str, object]:
    """Adds every clip's probabilities. folder: where the Silero files are. Returns ``models/golden/vad.json``."""
    models = []
    for name in MODELS:
        model = existing(folder / f"{name}.onnx", "Silero VAD model")
        entries = []
        for clip in CLIPS:
            values = probabilities(model, as_float(clips[clip]))
            entries.append({"name": clip, "probabilities": golden.add_array(f"vad/{name}/{clip}.f32", values)})
        models.append({"name": name, "sha256": sha256(model), "clips": entries})
    return {
        "format": 1,
        "reference": {"onnxruntime": importlib.metadata.version("onnxruntime")},
        "windowSamples": WINDOW_SAMPLES,
        "contextSamples": CONTEXT_SAMPLES,
        "models": models,
    }
