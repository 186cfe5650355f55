"""Clips, shards and dev sets: everything that exists before the first training step."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from .augment import mixed
from .clips import ClipStore
from .compose import Composer, Example, edges
from .corpus import load_split
from .fbank import FRAME, fbank
from .pool import Shard, make_shard, pack
from .recipe import Recipe, Workspace
from .synthesis import synthesize
from .vocabulary import Vocabulary, token_table


def make_clips(work: Workspace, data: Path, recipe: Recipe, jtalk_python: str | None) -> None:
    """Reads the corpora and synthesizes speech; what is there already stays.

    ``jtalk_python`` is an interpreter that has pyopenjtalk when this one has not.
    """
    work.clips.mkdir(parents=True, exist_ok=True)
    for split in ("train", "dev"):
        if not (work.clips / f"real-{split}.npz").exists():
            load_split(data, split).save(work.clips / f"real-{split}.npz")
        target = work.clips / f"tts-{split}.npz"
        if target.exists():
            continue
        if jtalk_python:
            here = str(Path(__file__).resolve().parents[2])
            command = [jtalk_python, "-m", "sensevoice_models.train.prepare", str(recipe.seed), split, str(target)]
            subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": here})
        else:
            synthesize(recipe.seed, split == "dev", threads=os.cpu_count() or 1).save(target)


def composer(work: Workspace, split: str, without: tuple[str, ...] = ()) -> Composer:
    """A composer over the clips of a split."""
    return Composer(
        ClipStore.load(work.clips / f"real-{split}.npz"), ClipStore.load(work.clips / f"tts-{split}.npz"), without
    )


def make_pool(work: Workspace, recipe: Recipe, second: bool = False) -> None:
    """Writes every missing shard of a course, in order."""
    work.pool.mkdir(parents=True, exist_ok=True)
    vocabulary = Vocabulary(token_table())
    early, late = composer(work, "train", (recipe.late_speaker,)), composer(work, "train")
    shards = range(recipe.shards, recipe.shards + recipe.second_shards) if second else range(recipe.shards)
    for index in shards:
        if not work.shard(index).exists():
            source = late if index >= recipe.late_from else early
            make_shard(source, vocabulary, recipe.seed, index, recipe.shard_size).save(work.shard(index))


DEV_SETS = {
    "digits-seen": ("digits", 150),
    "digits-unseen": ("digits", 150),
    "digits-noisy": ("digits", 150),
    "words": ("words", 150),
    "zh-words": ("zh-words", 80),
    "en-words": ("en-words", 60),
    "tts-en": ("tts-en", 80),
    "tts-zh": ("tts-zh", 80),
    "tts-yue": ("tts-yue", 80),
    "tts-ja": ("tts-ja", 80),
    "tts-ko": ("tts-ko", 80),
    "emotion": ("emotion", 0),
    "nospeech": ("nospeech", 150),
}
"""Name, drawing kind and count. ``digits-unseen`` is the late speaker, unseen only before the late shards."""


def make_dev(work: Workspace, recipe: Recipe) -> None:
    """Writes the dev sets: dev clips, joined with random pauses, 0.15 s of quiet at both ends."""
    vocabulary = Vocabulary(token_table())
    dev = composer(work, "dev")
    digits = dev.groups["fsdd"]
    train = composer(work, "train")
    late_clips = train.groups["fsdd"][recipe.late_speaker]
    for number, (name, (kind, count)) in enumerate(DEV_SETS.items()):
        rng = np.random.default_rng([recipe.seed, 10_000 + number])
        examples = []
        if name == "emotion":
            real = dev.stores[0]
            for place, label in enumerate(real.labels):
                if label.source == "emodb":
                    signal = edges(rng, real[place], clean=True)
                    examples.append(Example(signal, kind, "", None, label.emotion, "Speech"))
        for _ in range(count):
            source = dev
            if name == "digits-unseen":
                source = train
                source.groups["fsdd"] = {recipe.late_speaker: late_clips}
            elif name.startswith("digits"):
                dev.groups["fsdd"] = {who: keys for who, keys in digits.items() if who != recipe.late_speaker}
            example = source.draw(rng, kind, clean=True)
            if name == "digits-noisy":
                noise, _ = dev.background(rng, len(example.signal))
                example = Example(mixed(example.signal, noise, 10.0), *list(vars(example).values())[1:])
            examples.append(example)
        packed = [
            (example, fbank(np.pad(example.signal, (0, max(0, FRAME - len(example.signal)))))) for example in examples
        ]
        pack(vocabulary, packed).save(work.dev(name))


def load_dev(work: Workspace) -> dict[str, Shard]:
    """Every dev set."""
    return {name: Shard.load(work.dev(name)) for name in DEV_SETS}


if __name__ == "__main__":  # one synthetic set, run by an interpreter that has pyopenjtalk
    seed, split, target = sys.argv[1:]
    synthesize(int(seed), split == "dev", threads=os.cpu_count() or 1).save(Path(target))
