# ruff: noqa: SIM905 (voice names as words: a list of 75 strings would be a page)
"""Makes speech with free synthesizers: espeak-ng, flite, festival (ked) and Open JTalk.

All of them allow what they say to be used freely (espeak-ng GPL-3.0+ does not cover its output;
flite and festival voices are BSD-like; the Open JTalk voice "mei_normal" is CC BY 3.0,
MMDAgent Project Team, Nagoya Institute of Technology). mbrola voices are not used: most are
non-commercial.
"""

from __future__ import annotations

import io
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

from .clips import SAMPLE_RATE, ClipStore, Label, as_int16, trimmed
from .lexicon import JA_KANA, JA_READINGS, PHRASES, number_word, units

ESPEAK_VOICES = {
    "en": ["en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029", "en-us-nyc"],
    "zh": ["cmn-latn-pinyin"],
    "yue": ["yue"],
    "ja": ["ja"],
    "ko": ["ko"],
}
TRAIN_VARIANTS = (
    "adam Alex Alicia Andrea Andy Annie antonio aunty belinda benjamin boris caleb david Denis Diogo ed edward "
    "Gene gustave Henrique Hugo iven iven2 iven3 Jacky john kaukovalta Lee linda marcelo Marco Mario max Michael "
    "michel miguel Mike pablo paul pedro quincy RicishayMax rob robert steph steph2 steph3 Storm Tweaky zac anika "
    "AnxiousAndy f2 f3 f4 f5 grandpa klatt klatt2 klatt3 klatt4 m2 m3 m4 m5 m6 m7 norbert sandro shelby travis "
    "victor whisper croak"
).split()
HELD_OUT_VARIANTS = "edward2 Gene2 iven4 Nguyen RicishayMax3 f1 m1 m8 grandma klatt5 RicishayMax2 klatt6".split()
"""Never used in training: the voices of the synthetic part of the dev set."""


@dataclass(frozen=True)
class Request:
    """One thing to synthesize."""

    engine: str
    voice: str
    language: str
    units: tuple[str, ...]
    text: str
    rate: float
    """1 is normal, larger is faster."""
    pitch: float
    """Semitones from the voice's own pitch."""
    range: float
    """0 monotone .. 1 lively; flite alone heeds it."""


def reading(language: str, unit: str, rng: np.random.Generator, kana: bool) -> str:
    """What to hand to a synthesizer for a unit of the lexicon."""
    bare = unit.removesuffix("?")
    if language != "ja" or not kana:
        return unit
    if bare in JA_READINGS or all(letter in JA_READINGS for letter in bare):
        letters = [bare] if bare in JA_READINGS else list(bare)
        choices = [JA_READINGS[letter] for letter in letters]
        # Inside a longer number only the everyday reading is said (よんじゅうなな, not しじゅうしち).
        return "".join(str(rng.choice(c)) if len(letters) == 1 else c[0] for c in choices)
    return JA_KANA.get(unit, bare)


def lists(language: str, rng: np.random.Generator, copies: float) -> list[tuple[str, ...]]:
    """What one engine says: digits, numbers, phrases and digit strings, with repetitions."""
    digits = units(language)
    wanted: list[tuple[str, ...]] = []
    for word in digits:
        wanted += [(word,)] * round(32 * copies)
    for value in range(10, 100):
        wanted += [(number_word(language, value),)] * max(1, round(4 * copies))
    for text in PHRASES[language]:
        wanted += [(text,)] * round(24 * copies)
    for _ in range(round(350 * copies)):
        wanted.append(tuple(str(rng.choice(digits)) for _ in range(int(rng.integers(2, 7)))))
    return wanted


def plan(seed: int, held_out: bool) -> list[Request]:
    """Every request of one set, the same for the same seed."""
    rng = np.random.default_rng([seed, int(held_out)])
    variants = HELD_OUT_VARIANTS if held_out else TRAIN_VARIANTS
    made: list[Request] = []

    def add(engine: str, voices: list[str], language: str, copies: float, kana: bool) -> None:
        for said in lists(language, rng, copies):
            separator = ", " if rng.random() < 0.25 else " "
            text = separator.join(reading(language, unit, rng, kana) for unit in said)
            made.append(
                Request(
                    engine,
                    str(rng.choice(voices)),
                    language,
                    said,
                    text,
                    rate=float(np.exp(rng.uniform(-0.3, 0.25))),
                    pitch=float(rng.uniform(-5, 5)),
                    range=float(rng.uniform(0.2, 1)),
                )
            )

    for language, voices in ESPEAK_VOICES.items():
        pairs = [f"{voice}+{variant}" for voice in voices for variant in variants]
        add("espeak-ng", pairs, language, 0.1 if held_out else 1.0, kana=True)
    if not held_out:
        add("flite", ["kal16", "awb", "rms", "slt"], "en", 0.6, kana=False)
        add("festival", ["ked_diphone"], "en", 0.15, kana=False)
        add("open-jtalk", ["mei_normal"], "ja", 0.6, kana=False)
    return made


def speak(request: Request) -> NDArray[np.float32]:
    """Runs the engine; 16 kHz float32. RuntimeError names the engine and voice that failed."""
    if request.engine == "open-jtalk":
        import pyopenjtalk  # a wheel with a voice; only this engine needs it

        wave, rate = pyopenjtalk.tts(request.text, speed=request.rate, half_tone=request.pitch)
        return resampled(np.asarray(wave, np.float32), rate)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "speech.wav"
        command, given = engine_command(request, target)
        ran = subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)
        if ran.returncode != 0 or not target.exists():
            raise RuntimeError(f"{request.engine} {request.voice} failed: {ran.stderr[-200:]!r}")
        wave, rate = soundfile.read(io.BytesIO(target.read_bytes()), dtype="float32")
    return resampled(wave, rate)


def engine_command(request: Request, target: Path) -> tuple[list[str], bytes]:
    """The command line and standard input of a command-line engine."""
    if request.engine == "espeak-ng":
        pitch = int(np.clip(50 + request.pitch * 5, 5, 95))
        return [
            "espeak-ng",
            "-v",
            request.voice,
            "-s",
            str(int(165 * request.rate)),
            "-p",
            str(pitch),
            "-w",
            str(target),
            request.text,
        ], b""
    if request.engine == "flite":
        base = {"slt": 170.0, "kal16": 105.0, "awb": 120.0, "rms": 100.0}[request.voice]
        return [
            "flite",
            "-voice",
            request.voice,
            "--setf",
            f"duration_stretch={1 / request.rate:.3f}",
            "--setf",
            f"int_f0_target_mean={base * 2 ** (request.pitch / 12):.1f}",
            "--setf",
            f"int_f0_target_stddev={6 + 18 * request.range:.1f}",
            "-t",
            request.text,
            "-o",
            str(target),
        ], b""
    script = (
        f"(voice_{request.voice})(Parameter.set 'Duration_Stretch {1 / request.rate:.3f})"
        f'(utt.save.wave (utt.synth (Utterance Text "{request.text}")) "{target}" \'riff)'
    )
    return ["festival", "--pipe"], script.encode()


def resampled(wave: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Polyphase resampling to 16 kHz."""
    if rate == SAMPLE_RATE:
        return wave
    step = int(np.gcd(rate, SAMPLE_RATE))
    return resample_poly(wave, SAMPLE_RATE // step, rate // step).astype(np.float32)


def synthesize(seed: int, held_out: bool, threads: int) -> ClipStore:
    """Makes one whole set in the order of its plan. Too short or silent results are an error."""
    requests = plan(seed, held_out)

    def one(request: Request) -> NDArray[np.int16]:
        wave = trimmed(speak(request))
        if len(wave) < 1600 or float(np.abs(wave).max()) == 0.0:
            raise RuntimeError(f"{request.engine} {request.voice} was silent on {request.text!r}")
        return as_int16(wave)

    # Open JTalk keeps global state, so its requests run one by one, after the others.
    with ThreadPoolExecutor(threads) as workers:
        outer = [r for r in requests if r.engine != "open-jtalk"]
        made = dict(zip(map(id, outer), workers.map(one, outer), strict=True))
    for request in requests:
        if id(request) not in made:
            made[id(request)] = one(request)
    labels = [Label(r.engine, f"{r.engine}:{r.voice}", r.language, r.units) for r in requests]
    return ClipStore(labels, [made[id(r)] for r in requests])
