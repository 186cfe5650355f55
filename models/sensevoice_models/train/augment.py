"""What rooms, microphones and other sounds do to a voice; all pure functions of a generator."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt

Signal = NDArray[np.float32]
RATE = 16000


def change_speed(signal: Signal, factor: float) -> Signal:
    """Plays faster (factor > 1) and higher by resampling, in steps of one percent."""
    percent = round(100 * factor)
    return signal if percent == 100 else resample_poly(signal, 100, percent).astype(np.float32)


def room(rng: np.random.Generator, signal: Signal) -> Signal:
    """A direct path and an exponentially decaying noise tail (T60 0.08 to 0.6 s)."""
    t60 = float(rng.uniform(0.08, 0.6))
    count = int(t60 * RATE)
    tail = rng.standard_normal(count).astype(np.float32)
    tail *= np.exp(-6.9 * np.arange(count, dtype=np.float32) / count)
    tail[: int(rng.uniform(0.001, 0.02) * RATE)] = 0.0
    energy = float(np.sqrt(np.square(tail).sum())) + 1e-9
    response = tail * (10 ** (rng.uniform(-20, 0) / 20) / energy)
    response[0] = 1.0
    return fftconvolve(signal, response)[: len(signal)].astype(np.float32)


def band(rng: np.random.Generator, signal: Signal) -> Signal:
    """A telephone, a small loudspeaker or a dull microphone: one random band limit."""
    kind = rng.integers(3)
    if kind == 0:
        edges, shape = float(rng.uniform(3000, 7000)), "lowpass"
    elif kind == 1:
        edges, shape = float(rng.uniform(80, 400)), "highpass"
    else:
        edges, shape = (float(rng.uniform(100, 350)), float(rng.uniform(3200, 3900))), "bandpass"
    sections = butter(int(rng.integers(1, 5)), edges, shape, fs=RATE, output="sos")
    return sosfilt(sections, signal).astype(np.float32)


def tilt(rng: np.random.Generator, signal: Signal) -> Signal:
    """A first-order spectral tilt of random sign."""
    slope = float(rng.uniform(-0.6, 0.6))
    out = signal.copy()
    out[1:] += slope * signal[:-1]
    return out


def level(signal: Signal) -> float:
    """Root mean square of the louder part (silence at the ends would make noise too soft)."""
    hop = 400
    if len(signal) < hop:
        return float(np.sqrt(np.mean(np.square(signal)) + 1e-12))
    energy = np.square(signal[: len(signal) // hop * hop]).reshape(-1, hop).mean(axis=1)
    return float(np.sqrt(np.mean(energy[energy >= energy.max() * 0.01]) + 1e-12))


def mixed(signal: Signal, noise: Signal, snr_db: float) -> Signal:
    """Adds noise at a signal-to-noise ratio in dB; noise must be as long as the signal."""
    gain = level(signal) / (level(noise) + 1e-9) * 10 ** (-snr_db / 20)
    return signal + noise * np.float32(gain)


def fitted(rng: np.random.Generator, noise: Signal, count: int) -> Signal:
    """A random cut of a noise, repeated when it is too short."""
    if len(noise) < count:
        noise = np.tile(noise, -(-count // max(1, len(noise))))
    start = int(rng.integers(0, len(noise) - count + 1))
    return noise[start : start + count]


def loudness(rng: np.random.Generator, signal: Signal) -> Signal:
    """A peak between 0.02 and 1.0; now and then it clips."""
    peak = float(np.exp(rng.uniform(np.log(0.02), np.log(1.0))))
    if rng.random() < 0.05:
        peak = float(rng.uniform(1.1, 2.5))
    top = float(np.abs(signal).max(initial=1e-9))
    return np.clip(signal * (peak / top), -1.0, 1.0).astype(np.float32)


def stretched(features: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    """Changes the tempo of [n, 80] log-mel frames by linear interpolation (factor > 1: longer)."""
    count = max(1, round(len(features) * factor))
    places = np.linspace(0, len(features) - 1, count)
    low = np.floor(places).astype(int)
    high = np.minimum(low + 1, len(features) - 1)
    share = (places - low).astype(np.float32)[:, None]
    return features[low] * (1 - share) + features[high] * share
