"""The narrow head returns what the whole logits say, for either flavour, alone and in a padded batch."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from conftest import SMALL, SmallModel

from sensevoice_models.encoder import PROMPT_FRAMES
from sensevoice_models.errors import ModelError
from sensevoice_models.flavours import FLAVOURS, SHERPA, Flavour
from sensevoice_models.quantize import quantize
from sensevoice_models.tokens import read_tokens
from sensevoice_models.triton.contract import SCORES, TAG_ORDER, TagIds
from sensevoice_models.triton.narrow_head import add_narrow_head, has_half_precision, shares_activation_scales

BLANK = 0
LENGTHS = (23, 1, 60, 9)
REPOSITORY = Path(__file__).parents[2]

PYTORCH_TOLERANCE = 1e-5
"""Of probabilities, against softmax of PyTorch's logits, which the exported graph has within 2e-5."""
PADDING_TOLERANCE = 1e-6
"""Of probabilities, in a padded batch against alone: matrices of another height are summed in another order."""


def by_flavour(small: SmallModel, flavour: Flavour) -> Path:
    return small.sherpa if flavour is SHERPA else small.funasr


def tag_ids(small: SmallModel) -> TagIds:
    return TagIds.of(read_tokens(small.tokens))


def narrow(path: Path, ids: TagIds) -> onnxruntime.InferenceSession:
    model = add_narrow_head(onnx.load(path), ids, BLANK)
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def batch(lengths: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """Random features [N, T, 560], zero after each length, with different prompts."""
    random = np.random.default_rng(5)
    features = np.zeros((len(lengths), max(lengths), 560), np.float32)
    for place, length in enumerate(lengths):
        features[place, :length] = random.normal(size=(length, 560))
    return (
        features,
        np.array(lengths, np.int32),
        np.array([0, 3, 4, 11][: len(lengths)], np.int32),
        np.array([14, 15, 14, 15][: len(lengths)], np.int32),
    )


def one_of(inputs: tuple[np.ndarray, ...], place: int) -> tuple[np.ndarray, ...]:
    """One utterance of a batch, without padding."""
    features, *others = (value[place : place + 1] for value in inputs)
    return features[:, : inputs[1][place]], *others


def run(session: onnxruntime.InferenceSession, inputs: tuple[np.ndarray, ...], flavour: Flavour) -> dict:
    names = [value.name for value in session.get_outputs()]
    return dict(zip(names, session.run(names, dict(zip(flavour.inputs, inputs, strict=True))), strict=True))


def softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("flavour", FLAVOURS.values(), ids=lambda flavour: flavour.name)
def test_head_says_what_the_logits_of_pytorch_say(small: SmallModel, flavour: Flavour) -> None:
    ids, inputs = tag_ids(small), batch(LENGTHS)
    outputs = run(narrow(by_flavour(small, flavour), ids), inputs, flavour)
    with torch.no_grad():
        logits = small.model(*(torch.from_numpy(value) for value in inputs)).numpy()
    assert outputs["token_ids"].dtype == np.int32
    assert outputs["token_ids"].shape == outputs["token_probabilities"].shape == (len(LENGTHS), max(LENGTHS))
    for place, length in enumerate(LENGTHS):
        speech = logits[place, PROMPT_FRAMES : PROMPT_FRAMES + length]
        np.testing.assert_array_equal(outputs["token_ids"][place, :length], speech.argmax(axis=-1))
        found = outputs["token_probabilities"][place, :length]
        np.testing.assert_allclose(found, softmax(speech).max(axis=-1), atol=PYTORCH_TOLERANCE)
        for row, (frame, output) in enumerate(SCORES.items()):
            expected = softmax(logits[place, row, list(ids.groups[frame])])
            np.testing.assert_allclose(outputs[output][place], expected, atol=PYTORCH_TOLERANCE)


@pytest.mark.parametrize("flavour", FLAVOURS.values(), ids=lambda flavour: flavour.name)
def test_padding_changes_no_answer_and_is_blank(small: SmallModel, flavour: Flavour) -> None:
    session, inputs = narrow(by_flavour(small, flavour), tag_ids(small)), batch(LENGTHS)
    together = run(session, inputs, flavour)
    for place, length in enumerate(LENGTHS):
        alone = run(session, one_of(inputs, place), flavour)
        np.testing.assert_array_equal(together["token_ids"][place, :length], alone["token_ids"][0])
        assert (together["token_ids"][place, length:] == BLANK).all()
        assert (together["token_probabilities"][place, length:] == 1).all()
        found = together["token_probabilities"][place, :length]
        np.testing.assert_allclose(found, alone["token_probabilities"][0], atol=PADDING_TOLERANCE)
        for output in SCORES.values():
            np.testing.assert_allclose(together[output][place], alone[output][0], atol=PADDING_TOLERANCE)


def test_head_keeps_the_inputs_and_replaces_the_outputs(small: SmallModel) -> None:
    session = narrow(small.funasr, tag_ids(small))
    assert [value.name for value in session.get_inputs()] == ["speech", "speech_lengths", "language", "textnorm"]
    assert [value.name for value in session.get_outputs()] == ["token_ids", "token_probabilities", *SCORES.values()]


def test_a_graph_that_does_not_fit_is_refused_by_name(small: SmallModel) -> None:
    ids = tag_ids(small)
    model = onnx.load(small.sherpa)
    with pytest.raises(ModelError, match=f"{SMALL.vocabulary_size} outputs, the vocabulary has the id 9000"):
        add_narrow_head(model, TagIds({**ids.groups, "event": (9000,)}), BLANK)
    with pytest.raises(ModelError, match="does it have a narrow head already"):
        add_narrow_head(add_narrow_head(model, ids, BLANK), ids, BLANK)
    old = onnx.load(small.sherpa)
    old.opset_import[0].version = 11
    with pytest.raises(ModelError, match="opset 11, the narrow head needs 13"):
        add_narrow_head(old, ids, BLANK)
    half = onnx.load(small.sherpa)
    half.graph.output[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT16
    with pytest.raises(ModelError, match="logits of the graph are not float32"):
        add_narrow_head(half, ids, BLANK)


@pytest.mark.parametrize(("scheme", "shares", "half"), [("published", True, False), ("fp16", False, True)])
def test_kinds_of_graphs_are_told_apart(
    small: SmallModel, tmp_path: Path, scheme: str, shares: bool, half: bool
) -> None:
    exported = onnx.load(small.sherpa)
    assert (shares_activation_scales(exported), has_half_precision(exported)) == (False, False)
    quantize(small.sherpa, tmp_path / "model.onnx", scheme)
    model = onnx.load(tmp_path / "model.onnx")
    assert (shares_activation_scales(model), has_half_precision(model)) == (shares, half)


def test_tags_are_in_the_order_of_the_clients_own_list() -> None:
    text = (REPOSITORY / "packages/engine/src/model/tags.ts").read_text(encoding="utf-8")
    listed = text[text.index("TAG_TOKENS = {") : text.index("} as const", text.index("TAG_TOKENS = {"))]
    groups = re.findall(r"^ {2}(\w+): \{(.*?)\}", listed, re.MULTILINE | re.DOTALL)
    assert {name: tuple(re.findall(r"<\|(\w+)\|>", body)) for name, body in groups} == TAG_ORDER
