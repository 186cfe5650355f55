"""Speech clips: real voices joined from the data folder, and espeak-ng for languages without a free one.

The WAV files in ``models/golden/audio`` are the source of everything else there and are committed; this file says how
they came about and makes them again where the data folder and espeak-ng 1.51 are at hand.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import ModelError
from ..frontend import SAMPLE_RATE
from ..wav import pcm16, read_audio
from .signals import Pcm

OWN = "MIT (synthesized with espeak-ng 1.51 for this project)"
FSDD = "CC BY-SA 4.0 (Free Spoken Digit Dataset, Zohar Jackson et al.)"
GSC = "CC BY 4.0 (Speech Commands, Pete Warden, 2018)"
DSP = "MIT (DSPSpeech-20, Zhongyu Chen and contributors)"


@dataclass(frozen=True)
class Speech:
    """A clip: ``takes`` are files below the data folder, or ``voice`` and ``say`` what espeak-ng is given."""

    name: str
    language: str
    text: str
    licence: str
    takes: tuple[str, ...] = ()
    voice: str = ""
    say: str = ""


SPEECH = (
    Speech(
        "en-three-one-four",
        "en",
        "three one four",
        FSDD,
        ("dev/fsdd/jackson_00580.flac", "dev/fsdd/jackson_00233.flac", "dev/fsdd/jackson_00755.flac"),
    ),
    Speech("en-go-left", "en", "go left", GSC, ("dev/gsc/0ff728b5_02742.flac", "dev/gsc/34263ab3_03223.flac")),
    Speech("zh-yu-yin-shi-bie", "zh", "语音识别", DSP, ("dev/dsp/d10_04984.flac", "dev/dsp/d10_04988.flac")),
    Speech("zh-ni-hao", "zh", "你好", OWN, voice="cmn-latn-pinyin", say="ni3 hao3"),
    Speech("en-hello", "en", "hello", OWN, voice="en-us", say="hello"),
    Speech("yue-one-two-three", "yue", "一二三", OWN, voice="yue", say="一 二 三"),
    Speech("ja-kon-nichi-wa", "ja", "こんにちは", OWN, voice="ja", say="こんにちは"),
    Speech("ko-an-nyeong", "ko", "안녕하세요", OWN, voice="ko", say="안녕하세요"),
)

GAP_SAMPLES = SAMPLE_RATE // 5


def make_speech(clip: Speech, data: Path) -> Pcm:
    """Joins the takes (or synthesizes) with 200 ms of silence before, between and after. Returns [S] int16."""
    gap = np.zeros(GAP_SAMPLES, dtype=np.int16)
    parts = [gap]
    for take in clip.takes:
        parts += [pcm16(read_audio(data / take)), gap]
    if clip.voice:
        parts += [_espeak(clip.voice, clip.say), gap]
    return np.concatenate(parts)


def _espeak(voice: str, text: str) -> Pcm:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        try:
            subprocess.run(["espeak-ng", "-v", voice, "-w", str(file), text], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise ModelError(f"espeak-ng could not say a clip with voice {voice}: {error}") from error
        audio = read_audio(file)
    loud = np.flatnonzero(np.abs(audio) > 0.005)
    return pcm16(audio[loud[0] : loud[-1] + 1] * (0.6 / np.abs(audio).max()))
