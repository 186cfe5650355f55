"""The training loop: resumable with optimizer state, ended by a step count or by a clock time."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from ..encoder import SenseVoice
from .batches import Batcher, by_length
from .loss import LossTaker
from .pool import Shard, statistics
from .prepare import load_dev
from .recipe import Recipe, Workspace
from .score import summary
from .vocabulary import Vocabulary, token_table

CHECK_SECONDS = 240.0
"""How often a checkpoint is written and the dev sets are scored."""


def learning_rate(recipe: Recipe, step: int, progress: float, second: bool = False) -> float:
    """Linear warm-up by the steps of a course, then a cosine over all of it (progress 0..1)."""
    peak = recipe.second_peak_rate if second else recipe.peak_rate
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
    return min(1.0, (step + 1) / recipe.warmup_steps) * (recipe.last_rate + (peak - recipe.last_rate) * cosine)


class Course:
    """How far a run is: by steps (repeatable) or by the clock (ends in time on a shared machine)."""

    def __init__(self, steps: int | None, until: float | None) -> None:
        if (steps is None) == (until is None):
            raise ValueError("give either a number of steps or an end time")
        self.steps, self.until = steps, until

    def progress(self, step: int, begun: float) -> float:
        if self.steps is not None:
            return step / self.steps
        assert self.until is not None
        return (time.time() - begun) / (self.until - begun)


def chunk_order(recipe: Recipe, turn: int, second: bool = False) -> int:
    """Chunk used at a turn: first all in order, then again and again those with every speaker.

    The second course has chunks of its own.
    """
    chunks, late = recipe.shards // recipe.chunk, recipe.late_from // recipe.chunk
    if second:
        return chunks + turn % (recipe.second_shards // recipe.chunk)
    return turn if turn < chunks else late + (turn - chunks) % (chunks - late)


def load_chunk(
    work: Workspace, recipe: Recipe, chunk: int, wait: bool, being_made: Callable[[], bool] = lambda: True
) -> list[Shard] | None:
    """The shards of a chunk; None when one is not made yet and ``wait`` is false.

    Raises RuntimeError when a shard is missing and ``being_made`` says that nobody makes shards any more.
    """
    paths = [work.shard(chunk * recipe.chunk + i) for i in range(recipe.chunk)]
    while not all(path.exists() for path in paths):
        if not wait:
            return None
        if not being_made() and not all(path.exists() for path in paths):
            raise RuntimeError(
                f"a shard of {paths[0]} .. {paths[-1].name} is missing and the pool is no longer being made"
            )
        time.sleep(2)
    return [Shard.load(path) for path in paths]


class Run:
    """Model, optimizer, running mean and place in the data of one training run."""

    def __init__(
        self,
        work: Workspace,
        recipe: Recipe,
        course: Course,
        bf16: bool,
        being_made: Callable[[], bool] = lambda: True,
        second: bool = False,
    ) -> None:
        self.being_made, self.second = being_made, second
        self.work, self.recipe, self.course, self.bf16 = work, recipe, course, bf16
        torch.manual_seed(recipe.seed)
        self.vocabulary = Vocabulary(token_table())
        first = load_chunk(work, recipe, 0, True, being_made)
        assert first is not None
        self.mean, self.scale = statistics(first[0])
        self.batcher = Batcher(self.vocabulary, self.mean, self.scale)
        self.model = SenseVoice(recipe.encoder())
        self.average = SenseVoice(recipe.encoder()).eval().requires_grad_(False)
        self.average.load_state_dict(self.model.state_dict())
        decayed = [p for p in self.model.parameters() if p.ndim > 1]
        plain = [p for p in self.model.parameters() if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": plain, "weight_decay": 0.0}],
            lr=recipe.peak_rate,
            betas=(0.9, 0.98),
        )
        self.take_loss = LossTaker(self.model)
        self.step, self.turn, self.inside, self.begun, self.best = 0, 0, 0, time.time(), math.inf
        self.first_step = 0
        """Step at which the course began: 0, or where the first course ended."""
        self.dev = load_dev(work)

    def state(self) -> dict[str, object]:
        return {
            "recipe": asdict(self.recipe),
            "step": self.step,
            "turn": self.turn,
            "inside": self.inside,
            "begun": self.begun,
            "best": self.best,
            "second": self.second,
            "first_step": self.first_step,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "random": torch.get_rng_state(),
            "neg_mean": torch.from_numpy(self.mean),
            "inv_stddev": torch.from_numpy(self.scale),
            "tokens": self.vocabulary.tokens,
        }

    def save(self, path: Path) -> None:
        partial = path.with_suffix(".partial")
        torch.save(self.state(), partial)
        partial.replace(path)

    def resume(self) -> bool:
        """Takes up the checkpoint of the workspace; the second course begins from that of the first.

        ValueError when another recipe made it, or when there is no first course to go on from.
        """
        if not self.work.checkpoint.exists():
            if self.second:
                raise ValueError(f"{self.work.checkpoint} is missing: the second course goes on from the first")
            return False
        state = torch.load(self.work.checkpoint, weights_only=True)
        recipe = asdict(self.recipe)
        # A checkpoint from before the second course knows nothing of its fields.
        known = {name: recipe.get(name) for name in state["recipe"]}
        if state["recipe"] != known or state["tokens"] != self.vocabulary.tokens:
            raise ValueError(f"{self.work.checkpoint} belongs to another recipe or vocabulary; use another workspace")
        was_second = state.get("second", False)
        if was_second and not self.second:
            raise ValueError(f"{self.work.checkpoint} is of the second course already; add --second")
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])
        self.step, self.best = state["step"], state["best"]
        if self.second and not was_second:
            self.first_step = self.step
            return True
        self.first_step = state.get("first_step", 0)
        for name in ("turn", "inside", "begun"):
            setattr(self, name, state[name])
        return True

    def say(self, row: dict[str, object]) -> None:
        with self.work.log.open("a", encoding="utf-8") as log:
            log.write(json.dumps(row) + "\n")

    def check(self) -> None:
        """Scores the running mean on the dev sets, keeps the best, writes the checkpoint."""
        figures = summary(self.average, self.batcher, self.dev)
        self.say(
            {
                "step": self.step,
                "turn": self.turn,
                "minutes": round((time.time() - self.begun) / 60, 1),
                "dev": {name: round(value, 2) for name, value in figures.items()},
            }
        )
        if figures["selection"] < self.best:
            self.best = figures["selection"]
            self.save(self.work.best)
        self.save(self.work.checkpoint)

    def follow(self) -> None:
        """Moves the running mean; young runs are averaged over fewer steps."""
        decay = min(self.recipe.average_decay, (1 + self.step) / (20 + self.step))
        with torch.no_grad():
            pairs = list(zip(self.average.parameters(), self.model.parameters(), strict=True))
            torch._foreach_lerp_([mean for mean, _ in pairs], [now for _, now in pairs], 1 - decay)

    def batches(self) -> Iterator[list[tuple[Shard, int]]]:
        """Batches from where the run stands; one turn is one chunk of shards."""
        while True:
            chunk = chunk_order(self.recipe, self.turn, self.second)
            shards = load_chunk(self.work, self.recipe, chunk, self.course.until is None, self.being_made)
            if shards is None:  # the clock decides, so repeat what is there; the log names the chunk
                last = self.recipe.shards + (self.recipe.second_shards if self.second else 0)
                ready = [
                    c
                    for c in range(last // self.recipe.chunk)
                    if all(self.work.shard(c * self.recipe.chunk + i).exists() for i in range(self.recipe.chunk))
                ]
                chunk = ready[self.turn % len(ready)]
                shards = load_chunk(self.work, self.recipe, chunk, wait=True)
                assert shards is not None
            self.say({"turn": self.turn, "chunk": chunk})
            order = by_length(np.random.default_rng([self.recipe.seed, 1, self.turn]), shards, self.recipe.frame_budget)
            while self.inside < len(order):
                yield order[self.inside]  # `train` counts it once its step is taken
            self.turn, self.inside = self.turn + 1, 0

    def train(self) -> None:
        """Runs to the end of the course."""
        checked = time.time()
        recent: list[dict[str, float]] = []
        started = time.time()
        self.model.train()
        for examples in self.batches():
            taken = self.step - self.first_step
            progress = self.course.progress(taken, self.begun)
            if progress >= 1:
                break
            rate = learning_rate(self.recipe, taken, progress, self.second)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            batch = self.batcher.training(np.random.default_rng([self.recipe.seed, 2, self.step]), examples)
            loss, figures = self.take_loss(batch, self.bf16)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip_norm)
            if torch.isfinite(norm):
                self.optimizer.step()
            self.optimizer.zero_grad(set_to_none=True)
            self.step, self.inside = self.step + 1, self.inside + 1
            self.follow()
            recent.append(figures)
            if len(recent) == 50:
                means = {name: round(float(np.mean([row[name] for row in recent])), 3) for name in figures}
                pace = (time.time() - started) / len(recent)
                self.say({"step": self.step, **means, "rate": round(rate, 6), "seconds a step": round(pace, 3)})
                recent, started = [], time.time()
            if time.time() - checked > CHECK_SECONDS:
                self.check()
                checked = started = time.time()
        self.check()
