"""Composes one training utterance: which clips, how joined, what room and noise, which labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import augment, sounds
from .clips import ClipStore, Label
from .fbank import FRAME, fbank
from .lexicon import Utterance as Said
from .lexicon import word_utterance

Signal = NDArray[np.float32]
RATE = 16000
MAX_SAMPLES = 7 * RATE
"""Longer compositions are not made: attention and memory stay small."""

KIND_SHARES = {
    "digits": 21,
    "words": 14,
    "mixed": 6,
    "zh-words": 8,
    "en-words": 7,
    "tts-en": 9,
    "tts-zh": 8,
    "tts-yue": 7,
    "tts-ja": 7,
    "tts-ko": 7,
    "emotion": 7,
    "nospeech": 6,
}


@dataclass(frozen=True)
class Example:
    """One composed utterance before features."""

    signal: Signal
    kind: str
    language: str
    """One of the five, ``nospeech``, or empty where the language is not to be learned."""
    sentences: tuple[tuple[Said, ...], ...] | None
    """What is said; empty without speech, None where the text is not to be learned."""
    emotion: str
    """Empty where it is not known."""
    event: str


class Composer:
    """Holds the clips and draws examples from them."""

    def __init__(self, real: ClipStore, synthetic: ClipStore, without_speakers: Sequence[str] = ()) -> None:
        self.stores = (real, synthetic)
        self.groups: dict[str, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        for which, store in enumerate(self.stores):
            for place, label in enumerate(store.labels):
                if label.speaker not in without_speakers:
                    self.groups[group_of(label)][label.speaker].append((which, place))

    def clip(self, key: tuple[int, int]) -> Signal:
        return self.stores[key[0]][key[1]]

    def draw_clips(self, rng: np.random.Generator, group: str, count: int) -> list[tuple[int, int]]:
        """Clips of one speaker, or of several (one time in three, or when one has too few)."""
        speakers = self.groups[group]
        names = list(speakers)
        chosen = speakers[names[rng.integers(len(names))]]
        if rng.random() < 0.33 or len(chosen) < 2:
            return [pick(rng, speakers[names[rng.integers(len(names))]]) for _ in range(count)]
        return [pick(rng, chosen) for _ in range(count)]

    def draw(self, rng: np.random.Generator, kind: str, clean: bool = False) -> Example:
        """One example of a kind; ``clean`` leaves the room, noise and channel out (dev sets)."""
        if kind == "nospeech":
            return self.without_speech(rng)
        if kind == "emotion":
            keys = [pick(rng, [k for keys in self.groups["emodb"].values() for k in keys])]
        elif kind in ("digits", "words", "zh-words", "en-words"):
            group = {"digits": "fsdd", "words": "gsc", "zh-words": "dsp-zh", "en-words": "dsp-en"}[kind]
            keys = self.draw_clips(rng, group, int(rng.choice([1, 2, 3, 4, 5, 6, 7], p=LENGTHS[kind])))
        elif kind == "mixed":
            keys = self.draw_clips(rng, "fsdd", int(rng.integers(1, 4))) + self.draw_clips(
                rng, "gsc", int(rng.integers(1, 4))
            )
            keys = [keys[i] for i in rng.permutation(len(keys))]
        else:
            keys = self.synthetic_clips(rng, kind.removeprefix("tts-"))
        return self.finish(rng, kind, keys, clean)

    def synthetic_clips(self, rng: np.random.Generator, language: str) -> list[tuple[int, int]]:
        """A phrase or number as it is, or a string joined from single digits and words."""
        group = f"tts-{language}"
        if rng.random() < 0.6:
            speakers = self.groups[group]
            names = list(speakers)
            return [pick(rng, speakers[names[rng.integers(len(names))]])]
        singles = self.groups[group + "-single"]
        names = list(singles)
        return [pick(rng, singles[names[rng.integers(len(names))]]) for _ in range(int(rng.integers(1, 6)))]

    def finish(self, rng: np.random.Generator, kind: str, keys: list[tuple[int, int]], clean: bool) -> Example:
        labels = [self.stores[which].labels[place] for which, place in keys]
        speed = 1.0
        if not clean and rng.random() < 0.75:
            speed = float(np.exp(rng.uniform(-0.06, 0.06) if kind == "emotion" else rng.uniform(-0.17, 0.17)))
        sentences: list[list[Said]] = [[]]
        signal = np.zeros(0, np.float32)
        tight = rng.random() < 0.5
        for place, (key, label) in enumerate(zip(keys, labels, strict=True)):
            piece = augment.change_speed(self.clip(key), speed)
            if not clean:
                piece = piece * np.float32(10 ** (rng.uniform(-4, 4) / 20))
            said = [word_utterance(label.language, unit) for unit in label.units] if label.language else []
            if place > 0:
                if len(signal) + len(piece) > MAX_SAMPLES:
                    break
                pause = rng.uniform(-0.12, 0.05) if tight else rng.uniform(-0.05, 0.3)
                ends = bool(sentences[-1]) and sentences[-1][-1].question
                if ends or (len(said) == 1 and len(said[0].spoken) > 1 and rng.random() < 0.5):
                    pause, sentences = rng.uniform(0.3, 0.5), [*sentences, []]
                signal = joined(signal, piece, int(pause * RATE))
            else:
                signal = piece
            sentences[-1].extend(said)
        event = "Speech"
        signal = edges(rng, signal, clean)
        if not clean:
            signal, event = self.degraded(rng, signal, kind == "emotion")
        emotion = labels[0].emotion
        texts = tuple(tuple(part) for part in sentences) if kind != "emotion" else None
        return Example(signal[: MAX_SAMPLES + RATE], kind, labels[0].language, texts, emotion, event)

    def degraded(self, rng: np.random.Generator, signal: Signal, mild: bool) -> tuple[Signal, str]:
        """Tilt, room, noise, band and level; loud music makes the event BGM."""
        event = "Speech"
        if rng.random() < 0.4:
            signal = augment.tilt(rng, signal)
        if rng.random() < 0.35:
            signal = augment.room(rng, signal)
        if rng.random() < (0.4 if mild else 0.6):
            noise, is_music = self.background(rng, len(signal))
            snr = float(rng.uniform(5, 25) if mild else rng.uniform(0, 25))
            signal = augment.mixed(signal, noise, snr)
            event = "BGM" if is_music and snr < 10 else event
        if rng.random() < 0.3:
            signal = augment.band(rng, signal)
        return augment.loudness(rng, signal), event

    def background(self, rng: np.random.Generator, count: int) -> tuple[Signal, bool]:
        """A noise of a length and whether it is music."""
        drawn = rng.random()
        if drawn < 0.5:
            key = pick(rng, [k for keys in self.groups["noise"].values() for k in keys])
            return augment.fitted(rng, self.clip(key), count), False
        if drawn < 0.75:
            return sounds.coloured_noise(rng, count), False
        if drawn < 0.92:
            return sounds.music(rng, count), True
        return (sounds.tones if rng.random() < 0.4 else sounds.clicks)(rng, count), False

    def without_speech(self, rng: np.random.Generator) -> Example:
        """Silence, noise, music, applause or a corpus sound; the text is empty."""
        count = int(rng.uniform(0.15, 5) * RATE)
        drawn, event = rng.random(), "Event_UNK"
        if drawn < 0.35:
            key = pick(rng, [k for keys in self.groups["noise"].values() for k in keys])
            signal = augment.fitted(rng, self.clip(key), count)
            event = self.stores[key[0]].labels[key[1]].event
        elif drawn < 0.55:
            signal, event = sounds.music(rng, count), "BGM"
        elif drawn < 0.68:
            signal, event = sounds.applause(rng, count), "Applause"
        elif drawn < 0.82:
            signal = sounds.coloured_noise(rng, count)
        elif drawn < 0.88:
            signal = sounds.tones(rng, count)
        elif drawn < 0.94:
            signal = sounds.clicks(rng, count)
        else:
            signal = np.zeros(count, np.float32)
            if rng.random() < 0.5:
                signal = (rng.standard_normal(count) * 10 ** rng.uniform(-5, -2.5)).astype(np.float32)
            return Example(signal, "nospeech", "nospeech", (), "", event)
        if rng.random() < 0.3:
            signal = augment.room(rng, signal)
        if rng.random() < 0.3:
            signal = augment.band(rng, signal)
        return Example(augment.loudness(rng, signal), "nospeech", "nospeech", (), "", event)


LENGTHS = {
    "digits": [0.18, 0.14, 0.18, 0.18, 0.16, 0.1, 0.06],
    "words": [0.25, 0.25, 0.2, 0.15, 0.1, 0.05, 0.0],
    "zh-words": [0.3, 0.3, 0.25, 0.15, 0.0, 0.0, 0.0],
    "en-words": [0.3, 0.3, 0.25, 0.15, 0.0, 0.0, 0.0],
}
"""How many clips (1 to 7) are joined."""


def group_of(label: Label) -> str:
    """The drawing group of a clip."""
    source, language, units = label.source, label.language, label.units
    if source == "esc10":
        return "noise"
    if source == "dsp":
        return f"dsp-{language}"
    if source in ("fsdd", "gsc", "emodb"):
        return source
    joinable = len(units) == 1 and (language != "en" or " " not in units[0])
    return (
        f"tts-{language}-single" if joinable and len(units[0]) <= (10 if language == "en" else 3) else f"tts-{language}"
    )


def pick(rng: np.random.Generator, items: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return items[int(rng.integers(len(items)))]


def joined(left: Signal, right: Signal, pause_samples: int) -> Signal:
    """Puts a pause between two clips, or lets them overlap when it is negative."""
    if pause_samples >= 0:
        return np.concatenate([left, np.zeros(pause_samples, np.float32), right])
    overlap = min(-pause_samples, len(left) // 4, len(right) // 4)
    out = np.concatenate([left, right[overlap:]])
    out[len(left) - overlap : len(left)] += right[:overlap]
    return out


def edges(rng: np.random.Generator, signal: Signal, clean: bool) -> Signal:
    """Bare, cut or padded ends: a segment starts anywhere between the first sound and 0.4 s before."""
    if clean:
        before = after = int(0.15 * RATE)
    elif rng.random() < 0.35:
        cut = int(rng.uniform(0, 0.06) * RATE)
        signal = signal[cut : len(signal) - cut] if len(signal) > 4 * cut + FRAME else signal
        before = after = 0
    else:
        before, after = (int(rng.uniform(0, 0.4) * RATE) for _ in range(2))
    floor = float(10 ** rng.uniform(-5, -3)) if rng.random() < 0.6 else 0.0
    ends = [rng.standard_normal(n).astype(np.float32) * floor for n in (before, after)]
    out = np.concatenate([ends[0], signal, ends[1]])
    return np.pad(out, (0, max(0, FRAME - len(out))))


def features_of(rng: np.random.Generator, example: Example) -> NDArray[np.float32]:
    """Augmented log-mel frames [n, 80] of an example."""
    warp = 1.0
    if rng.random() < 0.75:
        warp = 1.0 + 0.01 * float(rng.integers(-16, 17))
    frames = fbank(example.signal, warp)
    if example.kind not in ("nospeech", "emotion") and rng.random() < 0.4:
        frames = augment.stretched(frames, float(np.exp(rng.uniform(-0.2, 0.18))))
    return frames
