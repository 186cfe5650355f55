"""Composition, pool, batches and the loop on a corpus of tones."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sensevoice_models.encoder import SenseVoice
from sensevoice_models.train import loop as training
from sensevoice_models.train.batches import Batcher
from sensevoice_models.train.calibrate import fit_unknown
from sensevoice_models.train.clips import ClipStore, Label
from sensevoice_models.train.compose import KIND_SHARES, Composer
from sensevoice_models.train.corpus import load_split
from sensevoice_models.train.loop import Course, Run, chunk_order, learning_rate, load_chunk
from sensevoice_models.train.pool import MASKED, Shard, make_shard, statistics
from sensevoice_models.train.prepare import DEV_SETS
from sensevoice_models.train.recipe import Recipe, Workspace
from sensevoice_models.train.score import score
from sensevoice_models.train.vocabulary import Vocabulary, token_table

RECIPE = replace(
    Recipe(), shard_size=40, shards=2, late_from=1, second_shards=2, chunk=1, frame_budget=3000, width=16,
    feed_forward=16, heads=2,
    blocks=1, tp_blocks=1, warmup_steps=2,
)  # fmt: skip


def tone_store(words: list[tuple[str, str, str, str]]) -> ClipStore:
    """One clip a row of source, speaker, language and word."""
    clips, labels = [], []
    for place, (source, speaker, language, word) in enumerate(words):
        time = np.arange(4800) / 16000
        clips.append((8000 * np.sin(2 * np.pi * (200 + 40 * place) * time)).astype(np.int16))
        emotion, event = ("SAD" if source == "emodb" else ""), ("Event_UNK" if source == "esc10" else "Speech")
        labels.append(Label(source, speaker, language, (word,) if word else (), emotion, event))
    return ClipStore(labels, clips)


@pytest.fixture
def composer() -> Composer:
    real = tone_store([
        ("fsdd", "a", "en", "one"), ("fsdd", "a", "en", "two"), ("fsdd", "late", "en", "nine"),
        ("gsc", "g", "en", "left"), ("gsc", "g", "en", "up"), ("dsp", "d", "zh", "数字"), ("dsp", "d", "en", "open"),
        ("emodb", "e", "", ""), ("esc10", "n", "", ""),
    ])  # fmt: skip
    spoken = {
        "en": ("three", "turn left"), "zh": ("三", "播放音乐"), "yue": ("三", "依家几点?"), "ja": ("三", "おはよう"),
        "ko": ("삼", "안녕하세요"),
    }  # fmt: skip
    synthetic = tone_store([("espeak-ng", "v", language, word) for language, words in spoken.items() for word in words])
    return Composer(real, synthetic, without_speakers=("late",))


@pytest.fixture
def work(tmp_path: Path, composer: Composer, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    work = Workspace(tmp_path)
    work.pool.mkdir()
    vocabulary = Vocabulary(token_table())
    for index in range(RECIPE.shards):
        make_shard(composer, vocabulary, RECIPE.seed, index, RECIPE.shard_size).save(work.shard(index))
    for name in DEV_SETS:
        make_shard(composer, vocabulary, 99, 0, 12).save(work.dev(name))
    monkeypatch.setattr(training, "CHECK_SECONDS", math.inf)
    return work


def test_a_shard_depends_on_seed_and_index_alone(composer: Composer) -> None:
    vocabulary = Vocabulary(token_table())
    one, same, other = (make_shard(composer, vocabulary, 5, index, 30) for index in (0, 0, 1))
    assert np.array_equal(one.frames, same.frames) and np.array_equal(one.tokens, same.tokens)
    assert one.frames.shape != other.frames.shape


def test_shards_hold_every_kind_and_leave_the_late_speaker_out(composer: Composer) -> None:
    vocabulary = Vocabulary(token_table())
    shard = make_shard(composer, vocabulary, 5, 0, 400)
    assert set(shard.kinds) == set(KIND_SHARES)
    assert vocabulary.ids["▁nine"] not in shard.tokens
    quiet = shard.kinds == "nospeech"
    assert (shard.tags[quiet, 0] == vocabulary.ids["<|nospeech|>"]).all()
    assert all(len(shard.tokens_of(int(i), True)) == 0 for i in np.flatnonzero(quiet))
    acted = shard.kinds == "emotion"
    assert (shard.tags[acted, 0] == MASKED).all() and not shard.has_text[acted].any()
    assert (shard.tags[acted, 1] == vocabulary.ids["<|SAD|>"]).all()


def test_a_shard_is_read_back_as_it_was_written(composer: Composer, tmp_path: Path) -> None:
    shard = make_shard(composer, Vocabulary(token_table()), 5, 0, 10)
    shard.save(tmp_path / "shard.npz")
    again = Shard.load(tmp_path / "shard.npz")
    assert all(np.array_equal(value, getattr(again, name)) for name, value in vars(shard).items())


def test_batches_pad_after_normalization_and_prompt_by_mode(composer: Composer) -> None:
    vocabulary = Vocabulary(token_table())
    shard = make_shard(composer, vocabulary, 5, 0, 20)
    batch = Batcher(vocabulary, *statistics(shard)).plain([(shard, i) for i in range(20)], with_itn=True)
    for row, length in zip(batch.x, batch.lengths.tolist(), strict=True):
        assert (row[length:] == 0).all() and (row[:length] != 0).any()
    assert (batch.language == 0).all() and (batch.text_norm == 14).all()
    assert (batch.tags[:, 3] == vocabulary.ids["<|withitn|>"]).all()
    assert int(batch.token_counts.sum()) == len(batch.tokens)


def test_an_interrupted_run_ends_with_the_weights_of_an_uninterrupted_one(work: Workspace, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    whole = Run(work, RECIPE, Course(6, None), bf16=False)
    whole.train()

    other = Workspace(tmp_path / "second")
    other.root.mkdir()
    (other.root / "pool").symlink_to(work.pool)
    first = Run(other, RECIPE, Course(6, None), bf16=False)
    first.course.progress = lambda step, begun: 1.0 if step == 3 else step / 6  # type: ignore[method-assign]
    first.train()
    second = Run(other, RECIPE, Course(6, None), bf16=False)
    assert second.resume() and second.step == 3
    second.train()

    assert second.step == whole.step == 6
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, second.model.state_dict()[name]), name
    for name, value in whole.average.state_dict().items():
        assert torch.equal(value, second.average.state_dict()[name]), name


def test_another_recipe_is_not_taken_up(work: Workspace) -> None:
    Run(work, RECIPE, Course(2, None), bf16=False).save(work.checkpoint)
    with pytest.raises(ValueError, match="another recipe"):
        Run(work, replace(RECIPE, peak_rate=1e-4), Course(2, None), bf16=False).resume()


def test_a_missing_shard_ends_the_wait_when_nobody_makes_it(work: Workspace) -> None:
    work.shard(1).unlink()
    assert load_chunk(work, RECIPE, 1, wait=False) is None
    with pytest.raises(RuntimeError, match="shard-0001"):
        load_chunk(work, RECIPE, 1, wait=True, being_made=lambda: False)


def test_chunks_come_in_order_then_only_those_with_every_speaker() -> None:
    recipe = replace(Recipe(), shards=8, late_from=4, chunk=2)
    assert [chunk_order(recipe, turn) for turn in range(8)] == [0, 1, 2, 3, 2, 3, 2, 3]


def test_the_second_course_has_chunks_of_its_own_and_goes_round() -> None:
    recipe = replace(Recipe(), shards=8, late_from=4, chunk=2, second_shards=4)
    assert [chunk_order(recipe, turn, second=True) for turn in range(4)] == [4, 5, 4, 5]


def test_the_second_course_goes_on_from_the_first_and_is_resumed_itself(work: Workspace) -> None:
    torch.set_num_threads(1)
    first = Run(work, RECIPE, Course(2, None), bf16=False)
    first.train()
    for index in range(RECIPE.second_shards):
        if not work.shard(RECIPE.shards + index).exists():
            work.shard(RECIPE.shards + index).symlink_to(work.shard(0))
    second = Run(work, RECIPE, Course(3, None), bf16=False, second=True)
    assert second.resume() and (second.first_step, second.turn, second.step) == (2, 0, 2)
    for name, value in first.average.state_dict().items():
        assert torch.equal(value, second.average.state_dict()[name]), name
    second.train()
    assert second.step == 5

    again = Run(work, RECIPE, Course(3, None), bf16=False, second=True)
    assert again.resume() and (again.first_step, again.step) == (2, 5)
    with pytest.raises(ValueError, match="--second"):
        Run(work, RECIPE, Course(2, None), bf16=False).resume()


def test_the_second_course_needs_a_first(work: Workspace) -> None:
    work.checkpoint.unlink(missing_ok=True)
    with pytest.raises(ValueError, match="goes on from the first"):
        Run(work, RECIPE, Course(2, None), bf16=False, second=True).resume()


def test_the_rate_warms_up_and_falls_to_its_last_value() -> None:
    recipe = Recipe()
    assert learning_rate(recipe, 0, 0.0) == pytest.approx(recipe.peak_rate / recipe.warmup_steps)
    assert learning_rate(recipe, recipe.warmup_steps, 0.0) == pytest.approx(recipe.peak_rate)
    assert learning_rate(recipe, 10**6, 1.0) == pytest.approx(recipe.last_rate)
    assert learning_rate(recipe, recipe.warmup_steps, 0.0, second=True) == pytest.approx(recipe.second_peak_rate)


def test_fitting_the_unknown_emotion_parts_labelled_from_plain_speech(composer: Composer) -> None:
    torch.manual_seed(1)
    vocabulary = Vocabulary(token_table())
    shard = make_shard(composer, vocabulary, 5, 0, 200)
    batcher = Batcher(vocabulary, *statistics(shard))
    model = SenseVoice(replace(RECIPE, width=32).encoder()).eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    fit_unknown(model, batcher, [shard])
    row = vocabulary.ids["<|EMO_UNKNOWN|>"]
    for name, value in model.state_dict().items():
        changed = (value != before[name]).reshape(len(value), -1).any(dim=1)
        assert changed.nonzero().flatten().tolist() == ([row] if name.startswith("ctc.") else []), name
    share = np.array(score(model, batcher, shard, size=1).unknown)
    order = np.argsort(np.diff(shard.frame_edges))
    acted = shard.kinds[order] == "emotion"
    assert share[~acted].mean() > share[acted].mean() + 0.2


def test_a_course_needs_one_end() -> None:
    for steps, until in ((None, None), (5, 1.0)):
        with pytest.raises(ValueError, match="either"):
            Course(steps, until)


def test_a_non_commercial_corpus_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ravdess"):
        load_split(tmp_path, "train", sources=("fsdd", "ravdess"))
