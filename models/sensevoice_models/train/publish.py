"""``python -m sensevoice_models.train.publish``: a trained checkpoint as the folder users get.

Writes ``model.int8.onnx``, ``tokens.txt``, ``vocabulary.json``, ``manifest.json`` and the model card with figures that
are measured here, on the file that ships.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import torch

from ..encoder import SenseVoice
from ..errors import ModelError, run_command
from ..export import export_onnx
from ..files import existing, write_bytes, write_json
from ..flavours import SHERPA
from ..frontend import Cmvn
from ..manifest import file_facts, front_end_facts, prompt_facts
from ..metadata import CmvnText, Origin, sherpa_metadata
from ..quantize import quantize
from .batches import Batcher
from .calibrate import fit_unknown, fitted_temperature, fold_temperature, lift_blank, lift_emotions
from .card import Measured, card
from .lexicon import LANGUAGES, PHRASES, number_word, units
from .pool import Shard
from .prepare import load_dev
from .recipe import Recipe, Workspace
from .report import OnnxForward, averaged, evaluate, ravdess
from .score import score
from .vocabulary import Vocabulary, token_table

IDENTITY = {
    "schema": 1,
    "id": "tiny",
    "name": "SenseVoice tiny (sensevoice-web)",
    "description": "A small model of the SenseVoice contract, trained from scratch: digits, numbers to 99 and a few "
    "dozen phrases in five languages, with language, emotion and event tags.",
    "notice": "This small built-in model knows only digits, numbers to 99 and a few dozen phrases; Cantonese, Japanese "
    "and Korean it learned from synthetic voices alone, and its emotions from six German actors: use the full model "
    "for real speech.",
    "embedded": True,
    "license": {
        "name": "Creative Commons Attribution-ShareAlike 4.0 International",
        "spdx": "CC-BY-SA-4.0",
        "url": "https://creativecommons.org/licenses/by-sa/4.0/",
        "attribution": "sensevoice-web contributors; trained on the Free Spoken Digit Dataset (Zohar Jackson et al., "
        "CC BY-SA 4.0), Speech Commands (Pete Warden, Google, CC BY 4.0), DSPSpeech-20 (Zhongyu Chen and contributors, "
        "MIT), the Berlin Database of Emotional Speech (Burkhardt et al., CC0 edition by audEERING), ESC-10 (Karol J. "
        "Piczak, CC BY 3.0 / CC0), and speech made with espeak-ng, flite, festival and Open JTalk (voice Mei, MMDAgent "
        "Project Team, Nagoya Institute of Technology, CC BY 3.0)",
    },
    "languages": list(LANGUAGES),
    "flavour": "sherpa",
}


def vocabulary_lists() -> dict[str, list[str]]:
    """What can be said, by language: digits, some numbers, phrases."""
    return {
        language: [*units(language), *(number_word(language, value) for value in (10, 23, 47, 99)), *PHRASES[language]]
        for language in LANGUAGES
    }


def manifest(folder: Path, version: str, cmvn: Cmvn, vocabulary_size: int) -> dict[str, object]:
    """The manifest that the product reads beside the model."""
    path = folder / "manifest.json"
    head = {key: IDENTITY[key] for key in ("schema", "id", "name")}
    rest = {key: value for key, value in IDENTITY.items() if key not in head}
    return {
        **head,
        "version": version,
        **rest,
        "vocabularySize": vocabulary_size,
        "files": {
            "model": file_facts(folder / "model.int8.onnx", path),
            "tokens": file_facts(folder / "tokens.txt", path),
        },
        "frontend": front_end_facts(cmvn),
        "ids": prompt_facts(),
    }


def read_checkpoint(path: Path) -> dict[str, object]:
    """A checkpoint of the loop; refuses another file or another vocabulary."""
    state = torch.load(existing(path, "checkpoint"), weights_only=True)
    missing = [key for key in ("average", "recipe", "tokens", "neg_mean", "inv_stddev", "step") if key not in state]
    if missing:
        raise ModelError(f"{path} is no checkpoint of sensevoice_models.train: {', '.join(missing)} missing")
    if state["tokens"] != token_table():
        raise ModelError(f"{path} was trained with another vocabulary than this version of the lexicon")
    return state


def publish(work: Workspace, checkpoint: Path, folder: Path, version: str, data: Path) -> None:
    """Exports, quantizes, measures and describes the checkpoint; ``folder`` is written file by file, each whole."""
    state = read_checkpoint(checkpoint)
    recipe = replace(Recipe(), **state["recipe"])  # type: ignore[arg-type]
    vocabulary = Vocabulary(token_table())
    cmvn = Cmvn(state["neg_mean"].numpy(), state["inv_stddev"].numpy())  # type: ignore[attr-defined]
    batcher = Batcher(vocabulary, cmvn.neg_mean, cmvn.inv_stddev)
    model = averaged(state, SenseVoice(recipe.encoder()))
    sets = load_dev(work)
    raw_emotion = score(model, batcher, sets["emotion"])
    temperature = fitted_temperature(raw_emotion)
    fold_temperature(model, vocabulary, temperature)
    fit_unknown(model, batcher, [Shard.load(work.shard(recipe.shards - place)) for place in (1, 2)])
    blank = lift_blank(model, batcher, sets["nospeech"])
    lift = lift_emotions(model, batcher, sets.values())

    origin = Origin(
        "sensevoice-web tiny: digits, numbers and phrases in five languages, CC BY-SA 4.0",
        "sensevoice-web",
        "sensevoice-web",
        "https://creativecommons.org/licenses/by-sa/4.0/",
    )
    full = work.root / "export" / "model.onnx"
    export_onnx(model, full, SHERPA, sherpa_metadata(CmvnText.of(cmvn), len(vocabulary), origin))
    quantize(full, folder / "model.int8.onnx", "published")
    vocabulary.write(folder / "tokens.txt")
    write_json(folder / "vocabulary.json", vocabulary_lists())
    write_json(folder / "manifest.json", manifest(folder, version, cmvn, len(vocabulary)))

    small = OnnxForward(folder / "model.int8.onnx")
    measured = Measured(
        small=evaluate(small, batcher, sets),
        full=evaluate(OnnxForward(full), batcher, sets),
        written=evaluate(small, batcher, sets, with_itn=True),
        acted=score(small, batcher, ravdess(vocabulary, data)),
        raw_emotion=raw_emotion,
        temperature=temperature,
        lift=lift,
        blank=blank,
        parameters=sum(p.numel() for p in model.parameters()),
        model_bytes=(folder / "model.int8.onnx").stat().st_size,
        steps=int(state["step"]),  # type: ignore[call-overload]
        first_steps=int(state.get("first_step") or state["step"]),  # type: ignore[call-overload]
        unseen_digits=last_unseen(work, recipe),
    )
    write_bytes(folder / "README.md", card(recipe, vocabulary, measured).encode())


def last_unseen(work: Workspace, recipe: Recipe) -> tuple[int, float] | None:
    """Step and digit error rate (0..1) of the last check before the late speaker entered training, from the log."""
    found = None
    for line in existing(work.log, "training log").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row.get("chunk", -1) >= recipe.late_from // recipe.chunk:
            break
        if "dev" in row:
            found = (row["step"], row["dev"]["digits-unseen"] / 100)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sensevoice_models.train.publish", description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True, help="of sensevoice_models.train")
    parser.add_argument("--data", type=Path, required=True, help="the corpora, for the RAVDESS test")
    parser.add_argument("--checkpoint", type=Path, help="default: the workspace's best.pt")
    parser.add_argument("--version", default="1.0.0")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    work = Workspace(options.workspace)
    publish(work, options.checkpoint or work.best, options.out, options.version, options.data)
    print(f"{options.out / 'model.int8.onnx'}: {(options.out / 'model.int8.onnx').stat().st_size} bytes")


if __name__ == "__main__":
    run_command(main)
