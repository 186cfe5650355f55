"""PCM16 WAV in and out, and any audio file as 16 kHz mono."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

from .errors import ModelError
from .frontend import INT16_SCALE, SAMPLE_RATE, Floats


def pcm16(audio: Floats) -> NDArray[np.int16]:
    """audio: [S] float32 in [-1, 1]; values beyond are clipped. Returns [S] int16."""
    return np.clip(np.round(audio * INT16_SCALE), -32768, 32767).astype(np.int16)


def wav_bytes(samples: NDArray[np.int16]) -> bytes:
    """A mono 16 kHz PCM16 WAV file with the 44-byte header. samples: [S]."""
    file = io.BytesIO()
    soundfile.write(file, samples, SAMPLE_RATE, format="WAV", subtype="PCM_16")
    return file.getvalue()


def read_audio(path: Path) -> Floats:
    """Any file libsndfile reads, mixed to mono and resampled to 16 kHz. Returns [S] float32 in [-1, 1]."""
    try:
        channels, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise ModelError(f"can't read audio {path}: {error}") from error
    mono = channels.mean(axis=1, dtype=np.float32)
    if rate == SAMPLE_RATE:
        return mono
    divisor = math.gcd(rate, SAMPLE_RATE)
    return resample_poly(mono, SAMPLE_RATE // divisor, rate // divisor).astype(np.float32)
