"""Sounds without speech, made by rule: coloured noise, tones, clicks, music, applause."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt

Signal = NDArray[np.float32]
RATE = 16000


def normalized(signal: NDArray[np.floating]) -> Signal:
    """Peak 0.7, or zeros."""
    top = float(np.abs(signal).max(initial=0.0))
    return (signal * (0.7 / top if top > 0 else 0.0)).astype(np.float32)


def coloured_noise(rng: np.random.Generator, count: int) -> Signal:
    """Noise whose power falls with a random slope (0 white, 1 pink, 2 brown)."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    shape = np.maximum(np.arange(len(spectrum)), 1.0) ** (-rng.uniform(-0.2, 1.2))
    return normalized(np.fft.irfft(spectrum * shape, count))


def tones(rng: np.random.Generator, count: int) -> Signal:
    """Hum, beeps or a sweep."""
    time = np.arange(count) / RATE
    kind = rng.integers(3)
    if kind == 0:
        base = float(rng.choice([50.0, 60.0, 100.0, 120.0]))
        wave = sum(np.sin(2 * np.pi * base * k * time) * rng.random() / k for k in range(1, 12))
    elif kind == 1:
        gate = (np.sin(2 * np.pi * rng.uniform(0.5, 4) * time) > 0).astype(float)
        wave = np.sin(2 * np.pi * rng.uniform(200, 4000) * time) * gate
    else:
        rate = rng.uniform(100, 1000) + rng.uniform(-300, 3000) * time
        wave = np.sin(2 * np.pi * np.cumsum(rate) / RATE)
    return normalized(np.asarray(wave))


def clicks(rng: np.random.Generator, count: int) -> Signal:
    """Keys, knocks and taps: short resonances at random times."""
    wave = np.zeros(count)
    for _ in range(int(rng.integers(1, 4 + count // 2000))):
        length = int(rng.integers(40, 1600))
        start = int(rng.integers(0, max(1, count - length)))
        piece = (
            np.sin(2 * np.pi * rng.uniform(100, 5000) * np.arange(length) / RATE)
            + rng.standard_normal(length) * rng.random()
        )
        piece *= np.exp(-np.arange(length) / (length * rng.uniform(0.05, 0.4))) * rng.random()
        wave[start : start + length] += piece[: count - start]
    return normalized(wave)


def music(rng: np.random.Generator, count: int) -> Signal:
    """Chords, a melody and sometimes drums in a random scale, tempo and timbre."""
    wave = np.zeros(count)
    beat = int(RATE * 60 / rng.uniform(60, 180))
    scale = np.array([[0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10]][rng.integers(2)])
    root = 110 * 2 ** (rng.integers(0, 12) / 12)
    partials = rng.random(8) / np.arange(1, 9) ** rng.uniform(0.5, 2)
    decay, drums, vibrato = rng.uniform(0.5, 6), rng.random() < 0.5, rng.uniform(0, 0.01)

    def note(start: int, length: int, hertz: float, gain: float) -> None:
        length = min(length, count - start)
        if length <= 0:
            return
        time = np.arange(length) / RATE
        phase = 2 * np.pi * hertz * (time + vibrato * np.sin(2 * np.pi * 5 * time) / 30)
        tone = sum(a * np.sin(phase * k) for k, a in enumerate(partials, 1) if hertz * k < 7600)
        attack = np.minimum(1.0, time / rng.uniform(0.002, 0.05))
        wave[start : start + length] += gain * tone * attack * np.exp(-decay * time)

    for step, start in enumerate(range(0, count, beat)):
        degree = int(rng.choice([0, 3, 4, 5])) if step % 4 == 0 else 0
        if step % 4 == 0:
            for third in (0, 2, 4):
                place = degree + third
                note(start, beat * 4, root * 2 ** ((scale[place % 7] + 12 * (place // 7)) / 12), 0.5)
        for half in range(int(rng.integers(0, 3))):
            place = int(rng.integers(0, 14))
            note(start + half * beat // 2, beat, 2 * root * 2 ** ((scale[place % 7] + 12 * (place // 7)) / 12), 0.6)
        if drums:
            length = min(beat // 2, count - start)
            hit = rng.standard_normal(length) * np.exp(-np.arange(length) / rng.uniform(200, 1500))
            wave[start : start + length] += hit * rng.uniform(0.2, 0.8)
    return normalized(wave)


def applause(rng: np.random.Generator, count: int) -> Signal:
    """Many hands: band-passed bursts at random times, the number of people changing slowly."""
    wave = np.zeros(count)
    people = int(rng.integers(3, 60))
    for _ in range(people):
        period = RATE / rng.uniform(2.5, 5.5)
        time = rng.uniform(0, period)
        colour = butter(2, [rng.uniform(400, 1200), rng.uniform(1800, 6000)], "bandpass", fs=RATE, output="sos")
        clap = sosfilt(colour, rng.standard_normal(480) * np.exp(-np.arange(480) / rng.uniform(30, 120)))
        gain = rng.uniform(0.2, 1)
        while time < count:
            start = int(time)
            wave[start : start + 480] += gain * rng.uniform(0.6, 1) * clap[: count - start]
            time += period * rng.uniform(0.85, 1.15)
    if rng.random() < 0.5:  # the blur of a large hall
        wave = lfilter([1.0], [1.0, -rng.uniform(0.0, 0.6)], wave)
    return normalized(wave)
