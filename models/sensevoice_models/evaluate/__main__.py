"""Scores a model file, or the product, on labelled speech.

``python -m sensevoice_models.evaluate jsonl ../../shared/data --model tiny/model.int8.onnx --tokens tiny/tokens.txt``
``python -m sensevoice_models.evaluate librispeech /data/LibriSpeech --product "npx sensevoice"``

Both on the same recordings show what the product's own front end, decoder and VAD add or take away.
"""

from __future__ import annotations

import argparse
import json
import random
import shlex
from pathlib import Path

from ..errors import ModelError, run_command
from ..files import sha256, write_json
from ..recognizer import OnnxRecognizer
from .datasets import READERS, read_dataset
from .engines import Engine, OnnxEngine, ProductEngine
from .scores import evaluate
from .utterance import EMOTIONS

LANGUAGE_CHOICES = ("auto", "given", "zh", "en", "yue", "ja", "ko")


def summary(report: dict) -> str:
    """The headline figures, a line each."""
    lines = [f"{report['utterances']} recordings"]
    for language, row in report.get("words", {}).items():
        if language == "withoutWords":
            lines.append(f"no words heard where there are none: {row['silentShare']:.1%} of {row['utterances']}")
        else:
            lines.append(f"{language}: {row['errorRate']:.2%} errors of {row['length']} {row['unit']}")
    for tag in ("language", "emotion", "event"):
        if row := report.get(tag):
            lines.append(
                f"{tag}: weighted {row['weightedAccuracy']:.1%}, unweighted {row['unweightedAccuracy']:.1%}, "
                f"macro F1 {row['macroF1']:.3f}, calibration error {row['calibrationError']:.3f} ({row['utterances']})"
            )
    return "\n".join(lines)


def arguments() -> argparse.Namespace:
    """The command line, checked."""
    parser = argparse.ArgumentParser(
        prog="python -m sensevoice_models.evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("dataset", choices=sorted(READERS))
    parser.add_argument("root", type=Path, help="its folder")
    parser.add_argument("--split", help="default: the set's own test part")
    parser.add_argument("--source", help="jsonl only: lines of this source alone", default=None)
    parser.add_argument("--limit", type=int, help="a random part of so many recordings")
    parser.add_argument("--seed", type=int, default=0, help="of --limit")
    parser.add_argument("--model", type=Path, help="an exported file, run by onnxruntime")
    parser.add_argument("--tokens", type=Path, help="its tokens.txt")
    parser.add_argument("--cmvn", type=Path, help="its am.mvn, for files without metadata")
    parser.add_argument("--threads", type=int, default=2, help="of onnxruntime")
    parser.add_argument("--product", help='the product instead: its command, as "npx sensevoice"')
    parser.add_argument("--vad", action="store_true", help="let the product cut recordings by its own VAD")
    parser.add_argument("--language", choices=LANGUAGE_CHOICES, default="auto", help="prompt; given: the set's own")
    parser.add_argument("--with-itn", action="store_true", help="numbers as digits, punctuation")
    parser.add_argument("--emotions", help=f"score these alone, comma separated, of {','.join(EMOTIONS)}")
    parser.add_argument("--out", type=Path, help="the whole report as JSON, confusion matrices included")
    parsed = parser.parse_args()
    if (parsed.model is None) == (parsed.product is None):
        parser.error("give either --model or --product")
    if parsed.model is not None and parsed.tokens is None:
        parser.error("--model needs --tokens")
    if parsed.vad and parsed.product is None:
        parser.error("--vad belongs to --product")
    return parsed


def engine_of(options: argparse.Namespace) -> tuple[Engine, dict[str, object]]:
    """What to score, and how the report names it."""
    if options.product is not None:
        command = shlex.split(options.product)
        return ProductEngine(command, options.language, options.with_itn, options.vad), {"product": options.product}
    recognizer = OnnxRecognizer(options.model, options.tokens, options.cmvn, options.threads)
    facts = {"model": options.model.name, "sha256": sha256(options.model)}
    return OnnxEngine(recognizer, options.language, options.with_itn), facts


def main() -> None:
    options = arguments()
    emotions = options.emotions.split(",") if options.emotions else None
    if emotions and not set(emotions) <= set(EMOTIONS):
        raise ModelError(f"--emotions {options.emotions}: expected names of {', '.join(EMOTIONS)}")
    utterances = read_dataset(options.dataset, options.root, options.split)
    if options.source:
        utterances = [item for item in utterances if item.audio.parent.name == options.source]
        if not utterances:
            raise ModelError(f"{options.root}: no recordings of source {options.source}")
    if options.limit and options.limit < len(utterances):
        utterances = random.Random(options.seed).sample(utterances, options.limit)
    engine, facts = engine_of(options)
    report = evaluate(list(zip(utterances, engine.hear(utterances), strict=True)), emotions)
    run = {
        **facts,
        "dataset": options.dataset,
        "split": options.split or READERS[options.dataset][1],
        "language": options.language,
        "withItn": options.with_itn,
    }
    if options.out:
        write_json(options.out, run | report)
    print(json.dumps(run, ensure_ascii=False))
    print(summary(report))


if __name__ == "__main__":
    run_command(main)
