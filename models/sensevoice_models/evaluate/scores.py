"""Figures of merit, each as its field defines it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import jiwer
import numpy as np
from sklearn.metrics import accuracy_score, f1_score, recall_score

from .normalize import CHARACTER_LANGUAGES, normalize
from .utterance import Heard, Utterance, best

CALIBRATION_BINS = 15
"""Equal bins of confidence, as in Guo et al., "On Calibration of Modern Neural Networks", 2017."""

Pair = tuple[Utterance, Heard]


def word_scores(pairs: Sequence[Pair]) -> dict[str, object]:
    """Error rate by language: words, or characters where the field counts those; and how often no words were heard
    where there are none."""
    report: dict[str, object] = {}
    for language in sorted({known.language for known, _ in pairs if known.text and known.language}):
        texts = [
            (normalize(known.text, language), normalize(said.text, language))
            for known, said in pairs
            if known.language == language and known.text
        ]
        spoken = [(reference, guess) for reference, guess in texts if reference]
        if not spoken:
            continue
        references, guesses = map(list, zip(*spoken, strict=True))
        by_character = language in CHARACTER_LANGUAGES
        counts = (jiwer.process_characters if by_character else jiwer.process_words)(references, guesses)
        errors = counts.substitutions + counts.deletions + counts.insertions
        length = counts.hits + counts.substitutions + counts.deletions
        report[language] = {
            "unit": "characters" if by_character else "words",
            "utterances": len(spoken),
            "length": length,
            "substitutions": counts.substitutions,
            "deletions": counts.deletions,
            "insertions": counts.insertions,
            "errorRate": errors / length,
        }
    silent = [not normalize(said.text, "en") for known, said in pairs if known.text == ""]
    if silent:
        report["withoutWords"] = {"utterances": len(silent), "silentShare": sum(silent) / len(silent)}
    return report


def confusion(truth: Sequence[str], guesses: Sequence[str]) -> dict[str, dict[str, int]]:
    """Truth -> guess -> count; "" is a guess that was not made."""
    counts = Counter(zip(truth, guesses, strict=True))
    return {
        name: {guess: count for (real, guess), count in sorted(counts.items()) if real == name}
        for name in sorted(set(truth))
    }


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Expected calibration error in [0, 1]: mean distance of accuracy from confidence, weighted by bin."""
    confidence, correct = np.asarray(confidences), np.asarray(right, dtype=float)
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    return float(
        sum(
            abs(correct[bins == place].mean() - confidence[bins == place].mean()) * (bins == place).mean()
            for place in np.unique(bins)
        )
    )


def tag_scores(truth: Sequence[str], scores: Sequence[dict[str, float]]) -> dict[str, object]:
    """Scores of one tag. truth: names. scores: name -> probability, one dict each.

    weightedAccuracy is the share that is right, unweightedAccuracy the mean recall of the classes that occur, f1 the
    mean over them, calibrationError over the most probable class.
    """
    guesses = [best(row) for row in scores]
    right = [name == guess for name, guess in zip(truth, guesses, strict=True)]
    classes = sorted(set(truth))
    f1 = f1_score(truth, guesses, labels=classes, average=None, zero_division=0)
    return {
        "utterances": len(truth),
        "weightedAccuracy": float(accuracy_score(truth, guesses)),
        "unweightedAccuracy": float(recall_score(truth, guesses, labels=classes, average="macro", zero_division=0)),
        "macroF1": float(np.mean(f1)),
        "f1": {name: float(value) for name, value in zip(classes, f1, strict=True)},
        "calibrationError": calibration_error([max(row.values(), default=0.0) for row in scores], right),
        "confusion": confusion(truth, guesses),
    }


def restricted(scores: dict[str, float], names: Sequence[str]) -> dict[str, float]:
    """Probabilities given that it is one of ``names``."""
    total = sum(scores.get(name, 0.0) for name in names)
    return {name: scores.get(name, 0.0) / total for name in names} if total > 0 else {}


def evaluate(pairs: Sequence[Pair], emotions: Sequence[str] | None = None) -> dict[str, object]:
    """Every score that the recordings' labels allow. emotions: score these classes alone, among themselves."""
    report: dict[str, object] = {"utterances": len(pairs)}
    if any(known.text is not None for known, _ in pairs):
        report["words"] = word_scores(pairs)
    spoken = [(known.language, said.language_scores) for known, said in pairs if known.language]
    if spoken:
        report["language"] = tag_scores(*map(list, zip(*spoken, strict=True)))
    felt = [(known.emotion, said.emotion_scores) for known, said in pairs if known.emotion]
    if emotions is not None:
        felt = [(name, restricted(scores, emotions)) for name, scores in felt if name in emotions]
    if felt:
        report["emotion"] = tag_scores(*map(list, zip(*felt, strict=True)))
    events = [(known.event, said.event_scores) for known, said in pairs if known.event]
    if events:
        report["event"] = tag_scores(*map(list, zip(*events, strict=True)))
    return report
