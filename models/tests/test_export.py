"""Exported files compute what the PyTorch model computes, and are made as the published ones."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from conftest import SMALL, SmallModel

from sensevoice_models.encoder import EncoderConfig, parameter_shapes
from sensevoice_models.errors import ModelError
from sensevoice_models.export import export_onnx
from sensevoice_models.flavours import FLAVOURS, FUNASR, SHERPA
from sensevoice_models.frontend import features
from sensevoice_models.full_size import RANDOM_ORIGIN
from sensevoice_models.golden.results import sherpa_recognizer, sherpa_result
from sensevoice_models.graph_facts import differences_from_published, published_checkpoint_shapes, published_graphs
from sensevoice_models.metadata import CmvnText, checked_metadata, sherpa_metadata
from sensevoice_models.published_graph import published_form
from sensevoice_models.quantize import load_exported, metadata_of, quantize
from sensevoice_models.recognizer import OnnxRecognizer


def run(path: Path, inputs: tuple[torch.Tensor, ...]) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    return session.run(None, {name: value.numpy() for name, value in zip(names, inputs, strict=True)})


def batch(lengths: tuple[int, int]) -> tuple[torch.Tensor, ...]:
    """Random features [2, T, 560], zero after each length, with two different prompts."""
    rows = torch.randn(2, max(lengths), 560, generator=torch.Generator().manual_seed(7))
    for place, length in enumerate(lengths):
        rows[place, length:] = 0
    return (
        rows,
        torch.tensor(lengths, dtype=torch.int32),
        torch.tensor([0, 11], dtype=torch.int32),
        torch.tensor([14, 15], dtype=torch.int32),
    )


@pytest.mark.parametrize("flavour", FLAVOURS.values(), ids=lambda flavour: flavour.name)
@pytest.mark.parametrize("lengths", [(9, 23), (60, 1)])
def test_onnx_gives_the_logits_of_pytorch(small: SmallModel, flavour, lengths: tuple[int, int]) -> None:
    inputs = batch(lengths)
    outputs = run(small.sherpa if flavour is SHERPA else small.funasr, inputs)
    with torch.no_grad():
        expected = small.model(*inputs).numpy()
    for place, length in enumerate(lengths):
        np.testing.assert_allclose(outputs[0][place, : length + 4], expected[place, : length + 4], atol=2e-5)
    if flavour is FUNASR:
        assert outputs[1].tolist() == [length + 4 for length in lengths]


def test_padding_in_a_batch_does_not_change_an_utterance(small: SmallModel) -> None:
    inputs = batch((9, 23))
    together = run(small.sherpa, inputs)[0][0, :13]
    alone = run(small.sherpa, (inputs[0][:1, :9], *(value[:1] for value in inputs[1:])))[0][0]
    np.testing.assert_allclose(together, alone, atol=2e-5)


def test_prompts_reach_the_model(small: SmallModel) -> None:
    rows, lengths, language, text_norm = batch((23, 23))
    rows[1] = rows[0]
    logits = run(small.sherpa, (rows, lengths, language, text_norm))[0]
    assert np.abs(logits[0] - logits[1]).max() > 0.01


def test_the_published_form_is_undone_after_export(small: SmallModel) -> None:
    inputs = batch((9, 23))
    with torch.no_grad():
        before = small.model(*inputs)
        with published_form(small.model, "sherpa"):
            assert "forward" in vars(small.model.encoder)
        assert not any("forward" in vars(module) for module in small.model.modules())
        assert torch.equal(before, small.model(*inputs))


@pytest.mark.parametrize("flavour", FLAVOURS.values(), ids=lambda flavour: flavour.name)
def test_small_graphs_are_built_from_the_published_operations(small: SmallModel, flavour) -> None:
    """A block more or less changes each count by the same amount, so the small graph foretells the published one."""
    path = small.sherpa if flavour is SHERPA else small.funasr
    graph = onnx.load(path).graph
    counts = Counter(node.op_type for node in graph.node)
    a_block = Counter(node.op_type for node in graph.node if node.name.startswith("/encoder/encoders.1/"))
    scaled = {kind: counts[kind] + a_block[kind] * (70 - SMALL.blocks - SMALL.tp_blocks) for kind in counts}
    published = published_graphs()[f"{flavour.name}-int8"]["operations"]
    # Undo what quantization adds: two Mul and a Cast for each MatMulInteger.
    quantized = published["MatMulInteger"]
    expected = published | {
        "MatMul": published["MatMul"] + quantized,
        "Mul": published["Mul"] - 2 * quantized,
        "Cast": published["Cast"] - quantized,
    }
    # Constants are left out: the exporter names some of them outside their block (the full-size test counts them).
    del expected["MatMulInteger"], expected["DynamicQuantizeLinear"], expected["Constant"], scaled["Constant"]
    assert scaled == expected


def test_full_size_parameters_are_those_of_the_published_checkpoint() -> None:
    shapes = published_checkpoint_shapes()
    assert len(shapes) == 917
    assert parameter_shapes(EncoderConfig()) == shapes


def test_metadata_hold_what_sherpa_reads(small: SmallModel) -> None:
    metadata = metadata_of(onnx.load(small.sherpa))
    assert list(metadata) == published_graphs()["sherpa-fp32"]["metadata"]
    stats = checked_metadata(metadata, "the file")
    np.testing.assert_array_equal(stats.neg_mean, small.cmvn.neg_mean)
    np.testing.assert_array_equal(stats.inv_stddev, small.cmvn.inv_stddev)
    assert metadata["version"] == "2" and metadata["lang_ko"] == "12" and metadata["without_itn"] == "15"


@pytest.mark.parametrize("with_itn", [True, False])
@pytest.mark.parametrize("language", ["auto", "ja"])
@pytest.mark.parametrize("scheme", [None, "published"])
def test_sherpa_onnx_reads_the_same_tokens(
    small: SmallModel, speech, scheme, language, with_itn, tmp_path: Path
) -> None:
    path = small.sherpa
    if scheme:
        path = tmp_path / "model.int8.onnx"
        quantize(small.sherpa, path, scheme)
    ours = OnnxRecognizer(path, small.tokens).recognize(speech, language, with_itn)
    theirs = sherpa_result(sherpa_recognizer(path, small.tokens, language, with_itn), speech)
    assert len(ours.ids) > 3
    assert [ours_name.replace("▁", " ") for ours_name in (small_name(small, place) for place in ours.ids)] == list(
        theirs.tokens
    )


def small_name(small: SmallModel, place: int) -> str:
    return small.tokens.read_text(encoding="utf-8").splitlines()[place].rpartition(" ")[0]


@pytest.mark.parametrize(
    ("scheme", "tolerance", "share"),
    [("published", 0.3, 0.6), ("int8", 0.3, 0.6), ("8bit", 0.05, 0.6), ("4bit", 0.8, 0.5), ("fp16", 0.02, 0.7)],
)
def test_quantized_forms_stay_close_and_get_smaller(
    small: SmallModel, speech, scheme: str, tolerance: float, share: float, tmp_path: Path
) -> None:
    path = tmp_path / "model.onnx"
    quantize(small.sherpa, path, scheme)
    rows = features(speech, small.cmvn)
    exact = OnnxRecognizer(small.sherpa, small.tokens).logits_of(rows)
    close = OnnxRecognizer(path, small.tokens).logits_of(rows)
    assert 0 < np.abs(close - exact).mean() < tolerance * exact.std()
    assert metadata_of(onnx.load(path)) == metadata_of(onnx.load(small.sherpa))
    weights = sum(tensor.ByteSize() for tensor in onnx.load(small.sherpa).graph.initializer)
    assert sum(tensor.ByteSize() for tensor in onnx.load(path).graph.initializer) < share * weights


def test_published_scheme_follows_the_flavour(small: SmallModel, tmp_path: Path) -> None:
    for source, per_channel in ((small.sherpa, False), (small.funasr, True)):
        path = tmp_path / "q.onnx"
        quantize(source, path, "published")
        graph = onnx.load(path).graph
        tensors = {tensor.name: tensor for tensor in graph.initializer}
        nodes = [node for node in graph.node if node.op_type == "MatMulInteger"]
        assert len(nodes) == 4 * (SMALL.blocks + SMALL.tp_blocks) + 1
        for node in nodes:
            weight, zero_point = tensors[node.input[1]], tensors[node.input[3]]
            assert weight.data_type == zero_point.data_type == onnx.TensorProto.UINT8
            assert list(zero_point.dims) == ([weight.dims[1]] if per_channel else [])


def test_positions_stay_exact_in_half_precision_over_30_s(small: SmallModel, tmp_path: Path) -> None:
    quantize(small.sherpa, tmp_path / "half.onnx", "fp16")
    rows = torch.randn(1, 500, 560, generator=torch.Generator().manual_seed(1)).numpy()[0]
    exact = OnnxRecognizer(small.sherpa, small.tokens).logits_of(rows)
    half = OnnxRecognizer(tmp_path / "half.onnx", small.tokens).logits_of(rows)
    early, late = np.abs(half - exact)[:100].mean(), np.abs(half - exact)[-100:].mean()
    assert late < 2 * early


def test_half_precision_still_hides_padding(small: SmallModel, tmp_path: Path) -> None:
    quantize(small.sherpa, tmp_path / "half.onnx", "fp16")
    inputs = batch((9, 23))
    together = run(tmp_path / "half.onnx", inputs)[0][0, :13]
    alone = run(tmp_path / "half.onnx", (inputs[0][:1, :9], *(value[:1] for value in inputs[1:])))[0][0]
    np.testing.assert_allclose(together, alone, atol=0.01)


def test_export_refuses_metadata_of_another_model(small: SmallModel, tmp_path: Path) -> None:
    wrong = sherpa_metadata(CmvnText.of(small.cmvn), 25055, RANDOM_ORIGIN)
    with pytest.raises(ModelError, match="vocab_size 25055 but the model has 80 outputs"):
        export_onnx(small.model, tmp_path / "x.onnx", SHERPA, wrong)
    with pytest.raises(ModelError, match="the sherpa flavour needs metadata"):
        export_onnx(small.model, tmp_path / "x.onnx", SHERPA)
    assert list(tmp_path.iterdir()) == []


def test_quantize_refuses_what_is_quantized_already(small: SmallModel, tmp_path: Path) -> None:
    quantize(small.sherpa, tmp_path / "q.onnx", "published")
    with pytest.raises(ModelError, match=r"q\.onnx is quantized already"):
        load_exported(tmp_path / "q.onnx")


def test_a_graph_that_is_not_the_published_one_is_told_apart(small: SmallModel) -> None:
    found = differences_from_published(small.sherpa, published_graphs()["sherpa-fp32"])
    assert {line.split(":")[0] for line in found} >= {"initializers", "operations", "size"}
