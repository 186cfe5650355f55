"""A flat store of short mono clips (16 kHz, int16) with a label each; one ``.npz`` file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16000


@dataclass(frozen=True)
class Label:
    """What one clip is."""

    source: str
    """Corpus or synthesizer, for example ``fsdd`` or ``espeak-ng``."""
    speaker: str
    language: str
    """One of the five languages, or empty where no text is known (noise, German)."""
    units: tuple[str, ...]
    """Numbers or phrases said, in order, as in the lexicon; empty without text."""
    emotion: str = ""
    event: str = ""


class ClipStore:
    """Clips one after the other; ``store[i]`` is float32 in [-1, 1]."""

    def __init__(self, labels: list[Label], clips: list[NDArray[np.int16]]) -> None:
        self.labels = labels
        self.edges = np.concatenate([[0], np.cumsum([len(c) for c in clips])]).astype(np.int64)
        self.samples = np.concatenate(clips) if clips else np.zeros(0, np.int16)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, place: int) -> NDArray[np.float32]:
        part = self.samples[self.edges[place] : self.edges[place + 1]]
        return part.astype(np.float32) / 32768.0

    def save(self, path: Path) -> None:
        """Writes the store in one step (a broken write leaves the old file)."""
        partial = path.with_suffix(".partial.npz")
        text = json.dumps([asdict(label) for label in self.labels], ensure_ascii=False)
        np.savez(partial, samples=self.samples, edges=self.edges, labels=np.frombuffer(text.encode(), np.uint8))
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> ClipStore:
        """Reads what `save` wrote; FileNotFoundError names the path."""
        with np.load(path) as data:
            store = cls([], [])
            store.samples, store.edges = data["samples"], data["edges"]
            rows = json.loads(data["labels"].tobytes().decode())
        store.labels = [Label(**{**row, "units": tuple(row["units"])}) for row in rows]
        return store


def trimmed(signal: NDArray[np.float32], margin_samples: int = 640) -> NDArray[np.float32]:
    """Cuts the quiet ends (40 dB under the loudest 10 ms), leaving a margin on both sides."""
    hop = 160
    count = len(signal) // hop
    if count < 3:
        return signal
    energy = np.square(signal[: count * hop].reshape(count, hop)).mean(axis=1)
    loud = np.flatnonzero(energy > energy.max() * 1e-4)
    start = max(0, int(loud[0]) * hop - margin_samples)
    stop = min(len(signal), (int(loud[-1]) + 1) * hop + margin_samples)
    return signal[start:stop]


def as_int16(signal: NDArray[np.float32], peak: float = 0.7) -> NDArray[np.int16]:
    """Scales to a peak and rounds; silence stays silence."""
    top = float(np.abs(signal).max(initial=0.0))
    return np.round(signal * (peak * 32767.0 / top if top > 0 else 0.0)).astype(np.int16)
