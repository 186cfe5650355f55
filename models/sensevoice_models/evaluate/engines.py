"""What is scored: a model file through onnxruntime, or the product through its own command."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from ..decode import Decoded
from ..errors import ModelError
from ..frontend import FRAME_LENGTH_SAMPLES
from ..recognizer import OnnxRecognizer
from ..wav import read_audio
from .normalize import CHARACTER_LANGUAGES
from .utterance import EMOTIONS, Heard, Utterance, best


class Engine(Protocol):
    """Listens to recordings, in order."""

    def hear(self, utterances: Sequence[Utterance]) -> Iterator[Heard]: ...


def without_unknown(scores: dict[str, float]) -> dict[str, float]:
    """The seven emotions renormalized: published accuracies hold with "unknown" and "other" left out."""
    known = {name: scores[name] for name in EMOTIONS if name in scores}
    total = sum(known.values())
    return {name: value / total for name, value in known.items()} if total > 0 else {}


def heard(decoded: Decoded) -> Heard:
    """The reference decoder's answer in the product's names."""
    return Heard(
        decoded.text,
        decoded.tags["language"],
        without_unknown({tag.lower(): value for tag, value in decoded.tags["emotion"].items()}),
        {
            tag.lower().replace("_", "-").replace("event-unk", "unknown"): value
            for tag, value in decoded.tags["event"].items()
        },
    )


class OnnxEngine:
    """The reference front end, onnxruntime and the reference decoder on whole recordings."""

    def __init__(self, recognizer: OnnxRecognizer, language: str = "auto", with_itn: bool = False) -> None:
        """language: "auto", or "given" for the set's own where it has one."""
        self._recognizer, self._language, self._with_itn = recognizer, language, with_itn

    def hear(self, utterances: Sequence[Utterance]) -> Iterator[Heard]:
        for utterance in utterances:
            audio = read_audio(utterance.audio)
            language = utterance.language or "auto" if self._language == "given" else self._language
            if len(audio) < FRAME_LENGTH_SAMPLES:
                yield Heard()
            else:
                yield heard(self._recognizer.recognize(audio, language, self._with_itn))


class ProductEngine:
    """``COMMAND analyze FILE... --json``: what differs from `OnnxEngine` is the product's doing."""

    FILES_AT_ONCE = 200

    def __init__(
        self, command: Sequence[str], language: str = "auto", with_itn: bool = False, vad: bool = False
    ) -> None:
        """command: what starts the product, as ("npx", "sensevoice"). vad: let it cut recordings into segments."""
        options = [] if with_itn else ["--no-itn"]
        options += [] if vad else ["--no-vad"]
        self._command, self._options, self._language = list(command), options, language

    def hear(self, utterances: Sequence[Utterance]) -> Iterator[Heard]:
        for start in range(0, len(utterances), self.FILES_AT_ONCE):
            part = utterances[start : start + self.FILES_AT_ONCE]
            groups: dict[str, list[Utterance]] = {}
            for utterance in part:
                language = utterance.language or "auto" if self._language == "given" else self._language
                groups.setdefault(language, []).append(utterance)
            segments: dict[Path, list[dict]] = {}
            for language, group in groups.items():
                segments |= self._analyze([utterance.audio for utterance in group], language)
            for utterance in part:
                yield _joined(segments.get(utterance.audio.resolve(), []))

    def _analyze(self, files: list[Path], language: str) -> dict[Path, list[dict]]:
        chosen = [] if language == "auto" else ["--language", language]
        command = [*self._command, "analyze", *map(str, files), "--json", *self._options, *chosen]
        try:
            done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
        except OSError as error:
            raise ModelError(f"can't start {self._command[0]}: {error}") from error
        if done.returncode != 0:
            raise ModelError(
                f"{' '.join(self._command)} analyze failed ({done.returncode}): {done.stderr.strip()[-500:]}"
            )
        segments: dict[Path, list[dict]] = {}
        for number, line in enumerate(done.stdout.splitlines(), 1):
            try:
                segment = json.loads(line)
                segments.setdefault(Path(segment["file"]).resolve(), []).append(segment)
            except (json.JSONDecodeError, KeyError, TypeError) as error:
                raise ModelError(f"{self._command[0]} wrote no segment in line {number} of its output") from error
        return segments


def _joined(segments: list[dict]) -> Heard:
    """One answer for a recording: texts in order, scores averaged by length."""
    if not segments:
        return Heard()
    try:
        ordered = sorted(segments, key=lambda segment: segment["startMs"])
        weights = [max(segment["endMs"] - segment["startMs"], 1) for segment in ordered]
        language = best({ordered[0]["language"]: 1.0})
        joint = "" if language in CHARACTER_LANGUAGES else " "
        return Heard(
            joint.join(segment["text"] for segment in ordered),
            _average([segment.get("languageScores") or {segment["language"]: 1.0} for segment in ordered], weights),
            without_unknown(_average([segment["emotionScores"] for segment in ordered], weights)),
            _average([segment["eventScores"] for segment in ordered], weights),
        )
    except KeyError as error:
        raise ModelError(f"a segment of {segments[0].get('file')} has no field {error}") from error


def _average(scores: list[dict[str, float]], weights: list[float]) -> dict[str, float]:
    names = dict.fromkeys(name for row in scores for name in row)
    total = sum(weights)
    return {
        name: sum(row.get(name, 0.0) * weight for row, weight in zip(scores, weights, strict=True)) / total
        for name in names
    }
