"""Golden results of the tiny model: onnxruntime's logits decoded here, and sherpa-onnx's text of the same file."""

from __future__ import annotations

import importlib.metadata
from dataclasses import dataclass
from pathlib import Path

import sherpa_onnx

from ..decode import Decoded, decode
from ..files import existing, sha256
from ..frontend import SAMPLE_RATE, Floats, features
from ..recognizer import OnnxRecognizer
from .features import LONG_CLIP_SOURCE, as_float, long_clip
from .signals import Pcm
from .speech import SPEECH
from .store import Golden

MODEL_FILE = "model.int8.onnx"
SURE_PROBABILITY = 0.55
"""Where every frame's best id is at least so probable, no rounding of activations to 8 bit can turn the text."""
LOGITS_CLIP = "en-hello"
"""The clip whose logits are stored whole."""


@dataclass(frozen=True)
class Case:
    """One run of one clip."""

    clip: str
    language: str = "auto"
    with_itn: bool = True

    @property
    def name(self) -> str:
        """File name of its arrays."""
        return f"{self.clip}-{self.language}-{'itn' if self.with_itn else 'plain'}"


CASES = (
    *(Case(clip.name, with_itn=with_itn) for clip in SPEECH for with_itn in (True, False)),
    Case("en-three-one-four", language="en"),
    Case("zh-ni-hao", language="zh", with_itn=False),
    Case("silence"),
    Case("white-noise"),
    Case("noise-400-samples"),
    Case("noise-13-frames"),
    Case("clipped-sine"),
    Case("dc"),
    Case("long-30s"),
)


def sherpa_recognizer(model: Path, tokens: Path, language: str, with_itn: bool) -> sherpa_onnx.OfflineRecognizer:
    """sherpa-onnx on the same file. language: as `encoder.LANGUAGE_ROWS`."""
    return sherpa_onnx.OfflineRecognizer.from_sense_voice(
        model=str(model),
        tokens=str(tokens),
        num_threads=1,
        language="" if language == "auto" else language,
        use_itn=with_itn,
    )


def sherpa_result(recognizer: sherpa_onnx.OfflineRecognizer, audio: Floats) -> sherpa_onnx.OfflineRecognizerResult:
    """audio: [S] float32 in [-1, 1] at 16 kHz."""
    stream = recognizer.create_stream()
    stream.accept_waveform(SAMPLE_RATE, audio)
    recognizer.decode_stream(stream)
    return stream.result


def _entry(golden: Golden, case: Case, decoded: Decoded) -> dict[str, object]:
    return {
        "clip": case.clip,
        "language": case.language,
        "withItn": case.with_itn,
        "tokenIds": golden.add_array(f"results/{case.name}-ids.i32", decoded.best_ids),
        "tokenProbabilities": golden.add_array(f"results/{case.name}-probabilities.f32", decoded.best_probabilities),
        "tags": {
            frame: {f"<|{tag}|>": round(value, 6) for tag, value in scores.items()}
            for frame, scores in decoded.tags.items()
        },
        "ids": decoded.ids,
        "text": decoded.text,
        "sure": bool((decoded.best_probabilities > SURE_PROBABILITY).all()),
    }


def results_index(golden: Golden, clips: dict[str, Pcm], folder: Path) -> dict[str, object]:
    """Adds every case. folder: the tiny model's. Returns the index of ``models/golden/results.json``."""
    model, tokens = existing(folder / MODEL_FILE, "tiny model"), existing(folder / "tokens.txt", "vocabulary")
    ours = OnnxRecognizer(model, tokens)
    theirs: dict[tuple[str, bool], sherpa_onnx.OfflineRecognizer] = {}
    entries = []
    for case in CASES:
        audio = as_float(long_clip(clips[LONG_CLIP_SOURCE]) if case.clip == "long-30s" else clips[case.clip])
        logits = ours.logits_of(features(audio, ours.cmvn), case.language, case.with_itn)
        entry = _entry(golden, case, decode(logits, ours.tokens))
        if case == Case(LOGITS_CLIP):
            entry["logits"] = golden.add_array(f"results/{case.name}-logits.f32", logits)
        prompt = (case.language, case.with_itn)
        if prompt not in theirs:
            theirs[prompt] = sherpa_recognizer(model, tokens, *prompt)
        said = sherpa_result(theirs[prompt], audio)
        entry["sherpa"] = {
            "text": said.text.strip(), "language": said.lang, "emotion": said.emotion, "event": said.event,
        }  # fmt: skip
        entries.append(entry)
    return {
        "format": 1,
        "reference": {
            name: importlib.metadata.version(name) for name in ("onnxruntime", "sherpa-onnx", "kaldi-native-fbank")
        },
        "model": {"file": f"tiny/{MODEL_FILE}", "sha256": sha256(model), "tokensSha256": sha256(tokens)},
        "cases": entries,
    }
