"""Two small fp32 files of the contract with arbitrary weights, one of each flavour, and PyTorch's logits for them.

No activation is rounded in them, so a runtime must agree to float32 accuracy; and the FunASR flavour has its vectors in
``am.mvn``, as its published files have. Beside them a quantized file of the FunASR flavour, for what rewrites such
files (the tiny model is one of the other flavour).
"""

from __future__ import annotations

import importlib.metadata
import math
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ..decode import decode
from ..encoder import LANGUAGE_ROWS, WITH_ITN_ROW, WITHOUT_ITN_ROW, EncoderConfig, SenseVoice
from ..export import export_onnx
from ..flavours import FLAVOURS, FUNASR
from ..frontend import Cmvn, Floats, features
from ..metadata import CmvnText, Origin, sherpa_metadata
from ..quantize import quantize
from ..tokens import BLANK, EMOTIONS, EVENTS, LANGUAGES, TEXT_NORMS, Tokens, tokens_text
from .features import as_float, synthetic_cmvn
from .signals import Pcm
from .store import Golden

PIECES = ("▁one", "▁two", "▁th", "ree", "四", "五", "ろく", "칠")
ORIGIN = Origin("arbitrary weights, for tests of the contract", "sensevoice-web", "sensevoice-web", "")
SEED = 20240717
CASES = (
    ("en-hello", "auto", True),
    ("en-hello", "auto", False),
    ("ko-an-nyeong", "ja", True),
    ("noise-400-samples", "auto", True),
)
"""Clip, language prompt, inverse text normalization."""


def contract_tokens() -> Tokens:
    """Every tag of the contract, with the pieces in front of them as in the published vocabulary."""
    tags = (f"<|{tag}|>" for tag in (*LANGUAGES, *EVENTS, *EMOTIONS, *TEXT_NORMS))
    return Tokens((BLANK, "<s>", "</s>", *PIECES, *tags))


def contract_model(config: EncoderConfig) -> SenseVoice:
    """Weights from NumPy's generator, whose stream is the same on every machine and in every version."""
    model = SenseVoice(config)
    generator = np.random.default_rng(SEED)
    with torch.no_grad():
        for name, value in model.state_dict().items():
            spread = 1.7 / math.sqrt(math.prod(value.shape[1:])) if value.dim() > 1 else 0.2
            drawn = generator.uniform(-spread, spread, tuple(value.shape)).astype(np.float32)
            value.copy_(torch.from_numpy(drawn + np.float32("norm" in name and name.endswith("weight"))))
    return model.eval()


def model_to_quantize(tokens: Tokens) -> SenseVoice:
    """Outputs of unlike spread, so that every column of a matrix has a scale of its own; and no size is a multiple of
    the 32 rows that rewrites put into one block."""
    sizes = {"width": 36, "heads": 4, "feed_forward": 70, "blocks": 2, "tp_blocks": 1}
    model = contract_model(EncoderConfig(vocabulary_size=len(tokens.names), **sizes))
    generator = np.random.default_rng(SEED)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.Linear):
                spreads = generator.uniform(0.5, 2, (module.out_features, 1)).astype(np.float32)
                module.weight.mul_(torch.from_numpy(spreads))
    return model


def am_mvn_text(stats: Cmvn) -> str:
    """Kaldi's text form, as FunASR publishes it."""
    text = CmvnText.of(stats)
    size = len(stats.neg_mean)
    shift, scale = (row.replace(",", " ") for row in (text.neg_mean, text.inv_stddev))
    return (
        f"<Nnet>\n<Splice> {size} {size}\n[ 0 ]\n<AddShift> {size} {size}\n<LearnRateCoef> 0 [ {shift} ]\n"
        f"<Rescale> {size} {size}\n<LearnRateCoef> 0 [ {scale} ]\n</Nnet>\n"
    )


def _logits(model: SenseVoice, rows: Floats, language: str, with_itn: bool) -> Floats:
    """rows: [T, 560]. Returns PyTorch's logits [T + 4, V]."""
    prompts = (LANGUAGE_ROWS[language], WITH_ITN_ROW if with_itn else WITHOUT_ITN_ROW)
    with torch.no_grad():
        given = (torch.tensor([value], dtype=torch.int32) for value in (len(rows), *prompts))
        return model(torch.from_numpy(rows)[None], *given)[0].numpy()


def contract_index(golden: Golden, clips: dict[str, Pcm]) -> dict[str, object]:
    """Adds the files and every case. Returns the index of ``models/golden/contract.json``."""
    tokens, stats = contract_tokens(), synthetic_cmvn()
    model = contract_model(
        EncoderConfig(vocabulary_size=len(tokens.names), width=8, heads=4, feed_forward=12, blocks=2, tp_blocks=1)
    )
    golden.files["contract/tokens.txt"] = tokens_text(tokens.names).encode()
    golden.files["contract/am.mvn"] = am_mvn_text(stats).encode()
    with tempfile.TemporaryDirectory() as folder:
        for flavour in FLAVOURS.values():
            path = Path(folder) / f"{flavour.name}.onnx"
            metadata = sherpa_metadata(CmvnText.of(stats), len(tokens.names), ORIGIN) if flavour.has_metadata else None
            export_onnx(model, path, flavour, metadata)
            golden.files[f"contract/{flavour.name}.onnx"] = path.read_bytes()
        path, quantized = Path(folder) / "to-quantize.onnx", Path(folder) / "quantized.onnx"
        export_onnx(model_to_quantize(tokens), path, FUNASR)
        quantize(path, quantized, "published")
        golden.files["contract/funasr.int8.onnx"] = quantized.read_bytes()
    cases = []
    for clip, language, with_itn in CASES:
        logits = _logits(model, features(as_float(clips[clip]), stats), language, with_itn)
        decoded = decode(logits, tokens)
        name = f"contract/{clip}-{language}-{'itn' if with_itn else 'plain'}"
        cases.append(
            {
                "clip": clip,
                "language": language,
                "withItn": with_itn,
                "logits": golden.add_array(f"{name}-logits.f32", logits),
                "ids": decoded.ids,
                "tags": {
                    frame: {f"<|{tag}|>": round(value, 6) for tag, value in scores.items()}
                    for frame, scores in decoded.tags.items()
                },
            }
        )
    return {
        "format": 1,
        "reference": {"torch": importlib.metadata.version("torch").split("+")[0]},
        "models": {name: f"contract/{name}.onnx" for name in FLAVOURS},
        "quantized": {FUNASR.name: "contract/funasr.int8.onnx"},
        "tokens": "contract/tokens.txt",
        "cmvn": "contract/am.mvn",
        "cases": cases,
    }
