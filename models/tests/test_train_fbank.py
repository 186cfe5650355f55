"""The training front end against kaldi-native-fbank."""

import numpy as np
import pytest

from sensevoice_models import frontend
from sensevoice_models.train.fbank import fbank, low_frame_rate, mel_matrix


def voice_like(seconds: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    time = np.arange(int(16000 * seconds)) / 16000
    tones = sum(np.sin(2 * np.pi * 120 * k * time) / k for k in range(1, 30))
    return (0.1 * tones + 0.01 * rng.standard_normal(len(time)) + 0.05).astype(np.float32)


@pytest.mark.parametrize("seconds", [0.025, 0.5, 2.0])
def test_frames_agree_with_kaldi(seconds: float) -> None:
    signal = voice_like(seconds, seed=1)
    np.testing.assert_allclose(fbank(signal), frontend.fbank(signal), atol=1e-3)


def test_silence_is_floored_as_in_kaldi() -> None:
    signal = np.zeros(1600, np.float32)
    np.testing.assert_allclose(fbank(signal), frontend.fbank(signal), atol=1e-3)


def test_less_than_a_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="399"):
        fbank(np.zeros(399, np.float32))


def test_a_warp_moves_a_tone_to_another_filter() -> None:
    tone = 64  # FFT bin of 2 kHz
    peaks = [int(mel_matrix(warp)[tone].argmax()) for warp in (0.85, 1.0, 1.15)]
    assert peaks[0] != peaks[1] != peaks[2]
    assert (peaks[0] < peaks[1]) == (peaks[1] < peaks[2])


@pytest.mark.parametrize(("frames", "windows"), [(1, 1), (5, 1), (6, 1), (7, 2), (12, 2), (13, 3), (20, 4)])
def test_low_frame_rate_repeats_the_edges(frames: int, windows: int) -> None:
    stacked = low_frame_rate(np.arange(frames, dtype=np.float32)[:, None])
    assert stacked.shape == (windows, 7)
    if frames == 13:
        assert stacked.tolist() == [[0, 0, 0, 0, 1, 2, 3], [3, 4, 5, 6, 7, 8, 9], [9, 10, 11, 12, 12, 12, 12]]
