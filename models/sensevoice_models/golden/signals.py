"""Computed clips, each for one way in which a front end goes wrong. All are [S] int16 at 16 kHz."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..frontend import SAMPLE_RATE

Pcm = NDArray[np.int16]

LONG_SAMPLES = 30 * SAMPLE_RATE
"""The longest segment the model is fed; such a clip is described by what it repeats, not stored."""


def _sine(hertz: float, samples: int, amplitude: float) -> Pcm:
    wave = amplitude * np.sin(2 * np.pi * hertz * np.arange(samples) / SAMPLE_RATE)
    return np.clip(np.round(wave), -32768, 32767).astype(np.int16)


def _noise(seed: int, samples: int, amplitude: int) -> Pcm:
    # Integers straight from the generator: the same on every machine.
    return np.random.default_rng(seed).integers(-amplitude, amplitude, samples, endpoint=True).astype(np.int16)


def _sweep(samples: int) -> Pcm:
    """20 Hz to 8 kHz, exponential."""
    seconds = np.arange(samples) / SAMPLE_RATE
    rate = np.log(8000 / 20) / seconds[-1]
    phase = 2 * np.pi * 20 * (np.exp(rate * seconds) - 1) / rate
    return np.round(16000 * np.sin(phase)).astype(np.int16)


def _impulse(samples: int) -> Pcm:
    wave = np.zeros(samples, dtype=np.int16)
    wave[samples // 2] = 32767
    return wave


def _onset(samples: int) -> Pcm:
    wave = _noise(11, samples, 12000)
    wave[: samples // 2] = 0
    return wave


def _brown(samples: int) -> Pcm:
    steps = np.cumsum(np.random.default_rng(12).integers(-300, 301, samples))
    return np.clip(steps, -32768, 32767).astype(np.int16)


def signals() -> dict[str, Pcm]:
    """Name -> samples."""
    square = np.where(np.arange(2400) // 50 % 2 == 0, 32767, -32768).astype(np.int16)
    nyquist = np.where(np.arange(2400) % 2 == 0, 10000, -10000).astype(np.int16)
    return {
        "empty": np.zeros(0, dtype=np.int16),
        "one-sample": np.array([1234], dtype=np.int16),
        "noise-399-samples": _noise(1, 399, 8000),
        "noise-400-samples": _noise(2, 400, 8000),
        "noise-559-samples": _noise(3, 559, 8000),
        "noise-560-samples": _noise(4, 560, 8000),
        "noise-13-frames": _noise(5, 400 + 12 * 160, 8000),
        "silence": np.zeros(3200, dtype=np.int16),
        "dc": np.full(2400, 8000, dtype=np.int16),
        "dc-lowest": np.full(2400, -32768, dtype=np.int16),
        "dc-and-sine": (_sine(300, 2400, 3000) + 20000).astype(np.int16),
        "sine-440": _sine(440, 2400, 16000),
        "clipped-sine": _sine(250, 3200, 120000),
        "full-scale-square": square,
        "nyquist": nyquist,
        "sweep": _sweep(4800),
        "impulse": _impulse(2400),
        "onset": _onset(3200),
        "white-noise": _noise(6, 8000, 20000),
        "last-bit-noise": _noise(7, 3200, 1),
        "brown-noise": _brown(8000),
    }
