"""Readers of public sets, each from the folder as it is unpacked."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from ..errors import ModelError
from .utterance import EMOTIONS, Utterance


def _file(path: Path, what: str) -> Path:
    if not path.is_file():
        raise ModelError(f"{path} does not exist: this is not {what}")
    return path


def _folder(path: Path, what: str) -> Path:
    if not path.is_dir():
        raise ModelError(f"the folder {path} does not exist: this is not {what}")
    return path


def aishell1(root: Path, split: str = "test") -> Iterator[Utterance]:
    """AISHELL-1 (Bu et al., 2017): ``data_aishell/transcript`` and ``data_aishell/wav/SPLIT/SPEAKER``."""
    base = root / "data_aishell" if (root / "data_aishell").is_dir() else root
    transcript = _file(base / "transcript" / "aishell_transcript_v0.8.txt", "AISHELL-1")
    texts = dict(line.split(maxsplit=1) for line in transcript.read_text(encoding="utf-8").splitlines() if " " in line)
    for audio in sorted(_folder(base / "wav" / split, "AISHELL-1").glob("*/*.wav")):
        # A few recordings have no transcript in the published set.
        if audio.stem in texts:
            yield Utterance(audio, texts[audio.stem].replace(" ", ""), "zh", speaker=audio.parent.name)


def librispeech(root: Path, split: str = "test-clean") -> Iterator[Utterance]:
    """LibriSpeech (Panayotov et al., 2015): ``LibriSpeech/SPLIT/SPEAKER/CHAPTER/*.trans.txt`` beside FLAC files."""
    base = root / "LibriSpeech" if (root / "LibriSpeech").is_dir() else root
    for transcript in sorted(_folder(base / split, "LibriSpeech").glob("*/*/*.trans.txt")):
        for line in transcript.read_text(encoding="utf-8").splitlines():
            name, _, text = line.partition(" ")
            yield Utterance(transcript.parent / f"{name}.flac", text, "en", speaker=name.split("-")[0])


COMMON_VOICE_LANGUAGES = {"zh-CN": "zh", "zh-HK": "yue", "yue": "yue", "en": "en", "ja": "ja", "ko": "ko"}


def common_voice(root: Path, split: str = "test") -> Iterator[Utterance]:
    """Common Voice (Ardila et al., 2020): one locale's folder, named after it, with ``SPLIT.tsv`` and ``clips``."""
    language = COMMON_VOICE_LANGUAGES.get(root.name)
    if language is None:
        raise ModelError(f"{root}: the folder's name must be a locale of {', '.join(COMMON_VOICE_LANGUAGES)}")
    with _file(root / f"{split}.tsv", "a Common Voice language folder").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield Utterance(root / "clips" / row["path"], row["sentence"], language, speaker=row["client_id"])


CREMA_EMOTIONS = {
    "ANG": "angry", "DIS": "disgusted", "FEA": "fearful", "HAP": "happy", "NEU": "neutral", "SAD": "sad",
}  # fmt: skip
CREMA_SENTENCES = {
    "IEO": "It's eleven o'clock",
    "TIE": "That is exactly what happened",
    "IOM": "I'm on my way to the meeting",
    "IWW": "I wonder what this is about",
    "TAI": "The airplane is almost full",
    "MTI": "Maybe tomorrow it will be cold",
    "IWL": "I would like a new alarm clock",
    "ITH": "I think I have a doctor's appointment",
    "DFA": "Don't forget a jacket",
    "ITS": "I think I've seen this before",
    "TSI": "The surface is slick",
    "WSI": "We'll stop in a couple of minutes",
}


def crema_d(root: Path, split: str = "") -> Iterator[Utterance]:
    """CREMA-D (Cao et al., 2014): ``AudioWAV/ACTOR_SENTENCE_EMOTION_LEVEL.wav``; one split."""
    for audio in sorted(_folder(root / "AudioWAV", "CREMA-D").glob("*.wav")):
        actor, sentence, emotion, *_ = audio.stem.split("_")
        yield Utterance(audio, CREMA_SENTENCES.get(sentence), "en", CREMA_EMOTIONS[emotion], "speech", actor)


ESC_EVENTS = {
    "laughing": "laughter", "clapping": "applause", "crying_baby": "cry", "sneezing": "sneeze", "breathing": "breath",
    "coughing": "cough",
}  # fmt: skip
"""Classes of ESC-50 with a tag of their own; the other classes have no words and no tag."""


def esc50(root: Path, split: str = "5") -> Iterator[Utterance]:
    """ESC-50 (Piczak, 2015): ``meta/esc50.csv`` and ``audio``; the split is a fold from 1 to 5."""
    with _file(root / "meta" / "esc50.csv", "ESC-50").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["fold"] == split:
                yield Utterance(root / "audio" / row["filename"], "", event=ESC_EVENTS.get(row["category"]))


JSONL_EMOTIONS = {name.upper(): name for name in EMOTIONS} | {"": None}
JSONL_LANGUAGES = ("zh", "en", "yue", "ja", "ko")


def jsonl(root: Path, split: str = "dev") -> Iterator[Utterance]:
    """``SPLIT.jsonl`` with file, lang, text, emotion and speaker a line, as in this project's data folder. In the
    source ``esc10`` the text is a class of noise: no words. Lines without text and language only have an emotion."""
    for number, line in enumerate(_file(root / f"{split}.jsonl", "a jsonl set").read_text("utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            emotion, noise = JSONL_EMOTIONS[row["emotion"]], row.get("source") == "esc10"
            language = row["lang"] if row["lang"] in JSONL_LANGUAGES else None
            audio, text = root / row["file"], "" if noise else row["text"] if language else None
        except (KeyError, json.JSONDecodeError) as error:
            raise ModelError(f"{root / split}.jsonl:{number}: not a line of this set ({error!r})") from error
        yield Utterance(audio, text, language, emotion, None if noise else "speech", row.get("speaker", ""))


Reader = Callable[[Path, str], Iterator[Utterance]]
READERS: dict[str, tuple[Reader, str]] = {
    "aishell-1": (aishell1, "test"),
    "librispeech": (librispeech, "test-clean"),
    "common-voice": (common_voice, "test"),
    "crema-d": (crema_d, ""),
    "esc-50": (esc50, "5"),
    "jsonl": (jsonl, "dev"),
}
"""Name -> reader and its default split."""


def read_dataset(name: str, root: Path, split: str | None = None) -> list[Utterance]:
    """Every utterance of a set; refuses a folder of another set and recordings that are missing, by name."""
    reader, default = READERS[name]
    utterances = list(reader(root, split if split is not None else default))
    if not utterances:
        raise ModelError(f"{root}: no utterances of {name} found for split {split or default!r}")
    missing = [utterance.audio for utterance in utterances if not utterance.audio.is_file()]
    if missing:
        raise ModelError(f"{len(missing)} recordings are missing, the first is {missing[0]}")
    return utterances
