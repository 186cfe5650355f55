"""The reference front end: waveform -> fbank -> low frame rate -> CMVN.

This is what the product's own front end is measured against, so the filter bank is Kaldi's, through
kaldi-native-fbank, with the options of the published model (sherpa-onnx, ``offline-recognizer-sense-voice-impl.h``):
25 ms hamming windows every 10 ms, only whole windows, no dither, energy floor 0, 80 mel bins from 20 Hz to Nyquist.

Letters in shapes: S samples, K fbank frames (10 ms), T low-frame-rate frames (60 ms).
"""

from __future__ import annotations

from dataclasses import dataclass

import kaldi_native_fbank as knf
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SAMPLE_RATE = 16000
"""Hz."""
MEL_BINS = 80
FRAME_LENGTH_SAMPLES = 400
FRAME_SHIFT_SAMPLES = 160
LFR_WINDOW = 7
"""Fbank frames stacked into one low-frame-rate frame."""
LFR_SHIFT = 6
"""Fbank frames between two low-frame-rate frames."""
FEATURE_SIZE = MEL_BINS * LFR_WINDOW
INT16_SCALE = 32768.0
"""The model was trained on samples in the int16 range."""


@dataclass(frozen=True)
class Cmvn:
    """Mean and variance normalization: ``(x + neg_mean) * inv_stddev``, both [560] float32."""

    neg_mean: Floats
    inv_stddev: Floats

    def __post_init__(self) -> None:
        for name in ("neg_mean", "inv_stddev"):
            values = getattr(self, name)
            if values.shape != (FEATURE_SIZE,):
                raise ValueError(f"CMVN {name} has shape {values.shape}, expected ({FEATURE_SIZE},)")
            if not np.isfinite(values).all():
                raise ValueError(f"CMVN {name} holds a value that is not finite")


def _options() -> knf.FbankOptions:
    options = knf.FbankOptions()
    options.frame_opts.samp_freq = SAMPLE_RATE
    options.frame_opts.dither = 0.0
    options.frame_opts.snip_edges = True
    options.frame_opts.window_type = "hamming"
    options.frame_opts.preemph_coeff = 0.97
    options.frame_opts.remove_dc_offset = True
    options.mel_opts.num_bins = MEL_BINS
    options.mel_opts.low_freq = 20.0
    options.mel_opts.high_freq = 0.0  # 0 means Nyquist
    options.energy_floor = 0.0
    options.use_energy = False
    return options


def fbank_frames(samples: int) -> int:
    """Frames that `fbank` returns for a number of samples."""
    return 0 if samples < FRAME_LENGTH_SAMPLES else 1 + (samples - FRAME_LENGTH_SAMPLES) // FRAME_SHIFT_SAMPLES


def fbank(audio: Floats) -> Floats:
    """Log mel filter bank.

    audio: [S] float32 in [-1, 1] at 16 kHz. Returns [K, 80], natural log; [0, 80] below 400 samples.
    """
    if audio.ndim != 1:
        raise ValueError(f"audio must be mono [samples], got shape {audio.shape}")
    computer = knf.OnlineFbank(_options())
    # A plain list of 480 000 floats is slow to convert, an array is taken as it is.
    computer.accept_waveform(SAMPLE_RATE, np.ascontiguousarray(audio, dtype=np.float32) * np.float32(INT16_SCALE))
    computer.input_finished()
    rows = [computer.get_frame(index) for index in range(computer.num_frames_ready)]
    return np.stack(rows).astype(np.float32) if rows else np.zeros((0, MEL_BINS), dtype=np.float32)


def lfr_rows(frames: int) -> NDArray[np.int64]:
    """Which fbank frames each low-frame-rate frame stacks.

    Returns [T, 7] frame numbers with T = ceil(frames / 6); the first frame stands three times more in front, the last
    one fills up the end.
    """
    if frames == 0:
        return np.zeros((0, LFR_WINDOW), dtype=np.int64)
    starts = np.arange(0, frames, LFR_SHIFT) - (LFR_WINDOW - 1) // 2
    return np.clip(starts[:, None] + np.arange(LFR_WINDOW), 0, frames - 1)


def lfr(features: Floats) -> Floats:
    """Stacks seven frames every six. features: [K, 80]. Returns [T, 560]."""
    return features[lfr_rows(len(features))].reshape(-1, FEATURE_SIZE)


def cmvn(stacked: Floats, stats: Cmvn) -> Floats:
    """Normalizes. stacked: [T, 560]. Returns [T, 560]."""
    return ((stacked + stats.neg_mean) * stats.inv_stddev).astype(np.float32)


def features(audio: Floats, stats: Cmvn) -> Floats:
    """The model's input. audio: [S] float32 in [-1, 1] at 16 kHz. Returns [T, 560]."""
    return cmvn(lfr(fbank(audio)), stats)
