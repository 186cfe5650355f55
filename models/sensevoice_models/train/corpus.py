"""Reads a folder of speech corpora (``train.jsonl``, ``dev.jsonl`` and their clips) into clip stores.

Only sources whose licence lets a model trained on them ship are read here: fsdd, gsc, dsp, emodb
and esc10. RAVDESS is non-commercial, so `load_split` refuses it and only evaluation reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soundfile

from .clips import SAMPLE_RATE, ClipStore, Label, as_int16
from .lexicon import LANGUAGES

TRAINABLE = ("fsdd", "gsc", "dsp", "emodb", "esc10")
DEV_EMOTION_SPEAKERS = ("e08", "e12")
"""EmoDB speakers (a woman and a man) kept out of training: emotion is chosen and calibrated on them."""

NOISE_EVENTS = {"baby_cry": "Cry", "person_sneeze": "Sneeze"}
"""ESC-10 classes that are events of the model; all others are unknown events."""


def load_split(data: Path, split: str, sources: Iterable[str] = TRAINABLE) -> ClipStore:
    """Reads ``split`` (train or dev) of some sources.

    EmoDB has no dev part: `DEV_EMOTION_SPEAKERS` move from train to dev here. Raises
    FileNotFoundError when the data folder is absent and ValueError for a source that must not
    be trained on or a clip that is not 16 kHz mono.
    """
    refused = sorted(set(sources) - set(TRAINABLE))
    if refused:
        raise ValueError(f"not licensed for training: {', '.join(refused)}")
    names = ["train.jsonl", "dev.jsonl"] if split == "dev" else ["train.jsonl"]
    labels, clips = [], []
    for name in names:
        for line in (data / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["source"] not in sources or belongs(row) != split:
                continue
            wave, rate = soundfile.read(data / row["file"], dtype="float32")
            if rate != SAMPLE_RATE or wave.ndim != 1:
                raise ValueError(f"{row['file']} is {rate} Hz with shape {wave.shape}, expected 16000 Hz mono")
            labels.append(label_of(row))
            clips.append(as_int16(wave) if np.abs(wave).max() > 0 else np.zeros(len(wave), np.int16))
    return ClipStore(labels, clips)


def belongs(row: dict[str, str]) -> str:
    """Which split a clip is used in."""
    if row["source"] == "emodb" and row["speaker"] in DEV_EMOTION_SPEAKERS:
        return "dev"
    return row["split"]


def label_of(row: dict[str, str]) -> Label:
    """The label of one manifest row; languages outside the five are masked as unknown."""
    if row["source"] == "esc10":
        return Label("esc10", row["speaker"], "", (), event=NOISE_EVENTS.get(row["text"], "Event_UNK"))
    language = row["lang"] if row["lang"] in LANGUAGES else ""
    words = (row["text"],) if row["text"] else ()
    return Label(row["source"], row["speaker"], language, words, emotion=row["emotion"], event="Speech")
