"""``python -m sensevoice_models.train``: from corpora to a trained checkpoint, in one command.

Interrupted, the same command goes on where it stopped.
"""

from __future__ import annotations

import argparse
import datetime
import subprocess
import sys
from pathlib import Path

import torch

from .loop import Course, Run
from .prepare import make_clips, make_dev, make_pool
from .recipe import Recipe, Workspace


def end_time(text: str) -> float:
    """``HH:MM``, the next such local time, as seconds since the epoch."""
    now = datetime.datetime.now()
    hour, minute = (int(part) for part in text.split(":"))
    end = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (end if end > now else end + datetime.timedelta(days=1)).timestamp()


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sensevoice_models.train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with train.jsonl and dev.jsonl")
    parser.add_argument(
        "--workspace", type=Path, required=True, help="clips, pool, log and checkpoints go here (20 GB)"
    )
    end = parser.add_mutually_exclusive_group(required=True)
    end.add_argument("--steps", type=int, help="number of steps: repeatable")
    end.add_argument("--until", type=end_time, metavar="HH:MM", help="clock time to end at")
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--fp32", action="store_true", help="no bfloat16 (CPUs without avx512_bf16 or amx)")
    parser.add_argument("--jtalk-python", help="interpreter that has pyopenjtalk, when this one has not")
    parser.add_argument(
        "--second", action="store_true", help="the second course: a warm restart from the first, over fresh shards"
    )
    parser.add_argument("--only", choices=["clips", "pool"], help="stop after this stage")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> None:
    options = arguments(given)
    work, recipe = Workspace(options.workspace), Recipe(seed=options.seed)
    work.root.mkdir(parents=True, exist_ok=True)
    make_clips(work, options.data, recipe, options.jtalk_python)
    if options.only == "clips":
        return
    if options.only == "pool":
        make_pool(work, recipe, options.second)
        return
    work.pool.mkdir(exist_ok=True)
    make_dev(work, recipe)
    # The pool is made beside the training; a run by steps waits for each shard, so it stays repeatable.
    command = [
        sys.executable,
        "-m",
        "sensevoice_models.train",
        "--data",
        str(options.data),
        "--workspace",
        str(work.root),
        "--steps",
        "1",
        "--seed",
        str(options.seed),
        "--only",
        "pool",
        *(["--second"] if options.second else []),
    ]
    with subprocess.Popen(command) as maker:
        try:
            torch.set_num_threads(1)
            course = Course(options.steps, options.until)
            run = Run(
                work, recipe, course, not options.fp32, being_made=lambda: maker.poll() is None, second=options.second
            )
            run.resume()
            run.train()
        finally:
            maker.terminate()


if __name__ == "__main__":
    main()
