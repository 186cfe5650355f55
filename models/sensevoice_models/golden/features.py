"""Golden features of every clip, by kaldi-native-fbank."""

from __future__ import annotations

import importlib.metadata

import numpy as np

from ..frontend import (
    FEATURE_SIZE,
    INT16_SCALE,
    LFR_SHIFT,
    LFR_WINDOW,
    SAMPLE_RATE,
    Cmvn,
    Floats,
    cmvn,
    fbank,
    lfr,
    lfr_rows,
)
from .signals import LONG_SAMPLES, Pcm
from .speech import SPEECH
from .store import Golden

STAGES_CLIPS = ("noise-400-samples", "noise-13-frames", "sweep", "onset")
"""Short clips whose LFR and CMVN stages are stored whole."""
WHOLE_FRAMES = 60
"""Clips with more fbank frames than this store a strided part."""
LONG_CLIP_SOURCE = "en-three-one-four"


def synthetic_cmvn() -> Cmvn:
    """Made-up vectors of plausible size: a test of the formula must not depend on a model."""
    bins = np.arange(FEATURE_SIZE, dtype=np.float32)
    return Cmvn(
        neg_mean=(-8 - 4 * np.cos(bins / 37)).astype(np.float32),
        inv_stddev=(0.2 + 0.1 * np.sin(bins / 23)).astype(np.float32),
    )


def long_clip(pcm: Pcm) -> Pcm:
    """``pcm`` again and again up to 30 s. pcm: [S] -> [480000]."""
    return np.resize(pcm, LONG_SAMPLES)


def as_float(pcm: Pcm) -> Floats:
    """[S] int16 -> [S] float32 in [-1, 1)."""
    return pcm.astype(np.float32) / np.float32(INT16_SCALE)


def feature_entries(golden: Golden, name: str, pcm: Pcm) -> dict[str, object]:
    """Adds one clip's stages. Returns the part of its index entry that describes them.

    ``every`` k means that rows 0, k, 2k ... of the stage are stored.
    """
    bank = fbank(as_float(pcm))
    stacked = lfr(bank)
    every = 1 if len(bank) <= WHOLE_FRAMES else 4 if len(bank) < 1000 else 50
    entry: dict[str, object] = {
        "frames": len(bank),
        "lfrFrames": len(stacked),
        "fbank": {**golden.add_array(f"fbank/{name}.f32", bank[::every]), "every": every},
    }
    if name in STAGES_CLIPS:
        entry["lfr"] = {**golden.add_array(f"lfr/{name}.f32", stacked), "every": 1}
        entry["cmvn"] = {**golden.add_array(f"cmvn/{name}.f32", cmvn(stacked, synthetic_cmvn())), "every": 1}
    return entry


def feature_index(golden: Golden, clips: dict[str, Pcm]) -> dict[str, object]:
    """Adds every clip's features. clips: name -> [S] int16. Returns the index of ``models/golden/index.json``."""
    spoken = {clip.name: clip for clip in SPEECH}
    entries = []
    for name, pcm in clips.items():
        entry: dict[str, object] = {"name": name, "wav": f"audio/{name}.wav", "samples": len(pcm)}
        if name in spoken:
            clip = spoken[name]
            entry |= {"language": clip.language, "text": clip.text, "licence": clip.licence}
        entries.append(entry | feature_entries(golden, name, pcm))
    long_pcm = long_clip(clips[LONG_CLIP_SOURCE])
    entries.append(
        {"name": "long-30s", "repeat": LONG_CLIP_SOURCE, "samples": len(long_pcm)}
        | feature_entries(golden, "long-30s", long_pcm)
    )
    stats = synthetic_cmvn()
    return {
        "format": 1,
        "sampleRate": SAMPLE_RATE,
        "reference": {"kaldi-native-fbank": importlib.metadata.version("kaldi-native-fbank")},
        "cmvn": {
            "negMean": golden.add_array("cmvn/neg-mean.f32", stats.neg_mean),
            "invStddev": golden.add_array("cmvn/inv-stddev.f32", stats.inv_stddev),
        },
        "lfr": {
            "window": LFR_WINDOW,
            "shift": LFR_SHIFT,
            # Frames -> which fbank frames each low-frame-rate frame stacks.
            "rows": {str(frames): lfr_rows(frames).tolist() for frames in (0, 1, 2, 5, 6, 7, 12, 13, 20, 98)},
        },
        "clips": entries,
    }
