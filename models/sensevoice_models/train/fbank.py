"""Kaldi log-mel filter bank in NumPy, with vocal-tract-length warping.

Unwarped it agrees with kaldi-native-fbank (povey-free "hamming" window, snip_edges, no dither);
the warp follows Kaldi's VTLN: a piecewise linear map of the mel filters' frequencies.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16000
FRAME = 400
SHIFT = 160
FFT = 512
MEL_BINS = 80
LOW_HZ = 20.0
HIGH_HZ = SAMPLE_RATE / 2
WARP_LOW_HZ = 100.0
WARP_HIGH_HZ = 7500.0
FLOOR = np.float32(np.finfo(np.float32).eps)


def mel(hertz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Kaldi's mel scale."""
    return 1127.0 * np.log1p(np.asarray(hertz, np.float64) / 700.0)


def warp_hertz(hertz: NDArray[np.float64], warp: float) -> NDArray[np.float64]:
    """Kaldi's VTLN map: scaled by 1/warp in the middle, linear to both ends of the range."""
    low, high = WARP_LOW_HZ * max(1.0, warp), WARP_HIGH_HZ * min(1.0, warp)
    points = np.array([LOW_HZ, low, high, HIGH_HZ])
    values = np.array([LOW_HZ, low / warp, high / warp, HIGH_HZ])
    return np.interp(hertz, points, values)


@lru_cache(maxsize=64)
def mel_matrix(warp: float = 1.0) -> NDArray[np.float32]:
    """[FFT/2 + 1, 80] triangular filters; a warp over 1 makes a voice sound longer-tracted."""
    edges = np.linspace(mel(LOW_HZ), mel(HIGH_HZ), MEL_BINS + 2)
    if warp != 1.0:
        hertz = 700.0 * np.expm1(edges / 1127.0)
        edges = mel(warp_hertz(hertz, warp))
    bins = mel(np.arange(FFT // 2 + 1) * SAMPLE_RATE / FFT)[:, None]
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    up = (bins - left) / (centre - left)
    down = (right - bins) / (right - centre)
    matrix = np.maximum(0.0, np.minimum(up, down))
    matrix[-1] = 0.0  # Kaldi leaves the Nyquist bin out
    return matrix.astype(np.float32)


def fbank(signal: NDArray[np.float32], warp: float = 1.0) -> NDArray[np.float32]:
    """Log-mel features.

    signal: mono float in [-1, 1] at 16 kHz, at least 400 samples; it is scaled by 32768 here.
    Returns [1 + (n - 400) // 160, 80]. Raises ValueError for a signal under one frame.
    """
    if len(signal) < FRAME:
        raise ValueError(f"{len(signal)} samples are less than one frame of {FRAME}")
    scaled = signal.astype(np.float32) * np.float32(32768.0)
    frames = np.lib.stride_tricks.sliding_window_view(scaled, FRAME)[::SHIFT].copy()
    frames -= frames.mean(axis=1, keepdims=True)
    frames[:, 1:] -= np.float32(0.97) * frames[:, :-1].copy()
    frames[:, 0] *= np.float32(0.03)
    frames *= hamming()
    spectrum = np.fft.rfft(frames, FFT, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    return np.log(np.maximum(power @ mel_matrix(warp), FLOOR))


@lru_cache(maxsize=1)
def hamming() -> NDArray[np.float32]:
    """The symmetric 400-point Hamming window."""
    return np.hamming(FRAME).astype(np.float32)


def low_frame_rate(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Stacks 7 frames every 6: [n, 80] -> [ceil(n / 6), 560].

    The first frame stands three times more on the left, the last as often as needed on the right.
    """
    count = -(-len(features) // 6)
    places = np.arange(count)[:, None] * 6 + np.arange(-3, 4)[None, :]
    return features[np.clip(places, 0, len(features) - 1)].reshape(count, 7 * features.shape[1])
