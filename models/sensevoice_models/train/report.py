"""Held-out figures and confusion tables of a finished model, as data and as Markdown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime
import soundfile
import torch
from rapidfuzz.distance import Levenshtein
from torch import Tensor

from ..encoder import SenseVoice
from .batches import Batcher
from .calibrate import expected_calibration_error, four_way
from .compose import Example
from .fbank import fbank
from .pool import Shard, pack
from .score import FOUR_EMOTIONS, SELECTION, Figures, Forward, score
from .vocabulary import EMOTIONS, Vocabulary

SETS = {
    "digits-seen": "English digit strings, 4 fsdd voices heard in training (other takes)",
    "digits-unseen": "English digit strings, fsdd voice added half-way through training",
    "digits-noisy": "the first row with noise at 10 dB",
    "words": "English words and 0 1 5 8, 12 unseen gsc speakers",
    "zh-words": "Mandarin words, 1 unseen dsp speaker (characters)",
    "en-words": "English words, the same Chinese student",
    "tts-en": "English, unseen espeak-ng voices",
    "tts-zh": "Mandarin, unseen espeak-ng voices (characters)",
    "tts-yue": "Cantonese, unseen espeak-ng voices (characters)",
    "tts-ja": "Japanese, unseen espeak-ng voices (characters)",
    "tts-ko": "Korean, unseen espeak-ng voices (syllables)",
}
"""What each row of the table is."""


class OnnxForward:
    """An exported file with the call signature of `SenseVoice`."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def __call__(self, x: Tensor, x_length: Tensor, language: Tensor, text_norm: Tensor) -> Tensor:
        # One utterance at a time: int8 activations are scaled over a whole batch, so only this is what a user gets.
        parts = []
        for row, count in enumerate(x_length.tolist()):
            fed = {
                "x": x[row : row + 1, :count].numpy(),
                "x_length": np.array([count], np.int32),
                "language": language[row : row + 1].numpy().astype(np.int32),
                "text_norm": text_norm[row : row + 1].numpy().astype(np.int32),
            }
            (logits,) = self.session.run(["logits"], fed)
            parts.append(torch.from_numpy(logits[0]))
        return torch.nn.utils.rnn.pad_sequence(parts, batch_first=True)


def ravdess(vocabulary: Vocabulary, data: Path) -> Shard:
    """All RAVDESS clips as an emotion test: evaluation only, the corpus is non-commercial."""
    examples = []
    for name in ("train.jsonl", "dev.jsonl"):
        for line in (data / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["source"] == "ravdess":
                wave, _ = soundfile.read(data / row["file"], dtype="float32")
                wave = np.pad(wave, 2400)
                examples.append((Example(wave, "emotion", "en", None, row["emotion"], "Speech"), fbank(wave)))
    return pack(vocabulary, examples)


def emotion_figures(figures: Figures) -> dict[str, float]:
    """Four-class accuracy, unweighted accuracy and calibration error, each 0..1."""
    posteriors, truth = four_way(figures)
    found = posteriors.argmax(axis=1)
    recalls = [float((found[truth == c] == c).mean()) for c in range(len(FOUR_EMOTIONS)) if (truth == c).any()]
    return {
        "count": float(len(truth)),
        "weighted": float((found == truth).mean()),
        "unweighted": float(np.mean(recalls)),
        "unknown": float(np.mean(np.array(figures.unknown) > 0.5)),
        "calibration error": expected_calibration_error(posteriors, truth),
    }


def confusions(pairs: Counter[tuple[str, str]], least: int = 1) -> str:
    """A Markdown table: true rows, found columns; rows without enough cases are left out."""
    rows = [
        name
        for name in dict.fromkeys(truth for truth, _ in pairs)
        if sum(n for (t, _), n in pairs.items() if t == name) >= least
    ]
    columns = sorted(
        {found for truth, found in pairs if truth in rows},
        key=lambda name: (name not in rows, rows.index(name) if name in rows else 0, name),
    )
    lines = ["| true \\ found | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [f"| {row} | " + " | ".join(str(pairs[row, column] or "") for column in columns) + " |" for row in rows]
    return "\n".join(lines)


def word_confusions(vocabulary: Vocabulary, figures: list[Figures]) -> Counter[tuple[str, str]]:
    """Aligned token pairs; a missing or inserted token is shown as `-`."""
    counts: Counter[tuple[str, str]] = Counter()
    name = [token.replace("▁", "") for token in vocabulary.tokens]
    for item in figures:
        for truth, found in item.pairs:
            for step in Levenshtein.opcodes(truth, found):
                left = [name[i] for i in truth[step.src_start : step.src_end]]
                right = [name[i] for i in found[step.dest_start : step.dest_end]]
                for place in range(max(len(left), len(right))):
                    counts[left[place] if place < len(left) else "-", right[place] if place < len(right) else "-"] += 1
    return counts


def evaluate(
    forward: Forward, batcher: Batcher, sets: Mapping[str, Shard], with_itn: bool = False
) -> dict[str, Figures]:
    """Figures of every set."""
    return {name: score(forward, batcher, shard, with_itn) for name, shard in sets.items()}


def percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def recognition_table(small: Mapping[str, Figures], full: Mapping[str, Figures], written: Mapping[str, Figures]) -> str:
    """Markdown: error rates of the int8 and the fp32 file and with ITN, and language accuracy."""
    lines = ["| held-out set | int8 | errors | fp32 | int8, with ITN | language right |", "|---|---|---|---|---|---|"]
    for name, title in SETS.items():
        item = small[name]
        lines.append(
            f"| {title} | {percent(item.error_rate)} | {item.errors}/{item.tokens} "
            f"| {percent(full[name].error_rate)} | "
            f"{percent(written[name].error_rate)} | {percent(item.language_accuracy)} |"
        )
    return "\n".join(lines)


def mean_error(figures: Mapping[str, Figures]) -> float:
    """Mean token error rate over the sets that choose a checkpoint, 0..1."""
    return float(np.mean([figures[name].error_rate for name in SELECTION]))


def tag_confusion(vocabulary: Vocabulary, pairs: list[tuple[int, int]]) -> str:
    """Markdown confusion table of tag ids."""
    plain = [token.strip("<|>") for token in vocabulary.tokens]
    return confusions(Counter((plain[truth], plain[found]) for truth, found in sorted(pairs)))


def emotion_confusion(figures: Figures) -> str:
    """Markdown confusion table over all emotions."""
    counts = Counter((EMOTIONS[truth], EMOTIONS[int(scores.argmax())]) for truth, scores in figures.emotion)
    return confusions(counts)


def averaged(state: Mapping[str, object], model: SenseVoice) -> SenseVoice:
    """The running mean of a checkpoint, ready to run."""
    model.load_state_dict(state["average"])  # type: ignore[arg-type]
    return model.eval()
