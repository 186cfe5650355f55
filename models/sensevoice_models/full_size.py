"""A model of the published size and graph with random weights: what performance work runs on.

``python -m sensevoice_models.full_size --random --out out`` writes ``model.int8.onnx`` (240 MB) and ``tokens.txt``.
It loads wherever the published file loads, takes as long, and says nothing that means anything.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from pathlib import Path

import numpy as np
import torch

from .encoder import EncoderConfig, SenseVoice
from .errors import ModelError, run_command
from .export import export_onnx
from .files import replacing, write_bytes
from .flavours import FLAVOURS, SHERPA, Flavour
from .frontend import FEATURE_SIZE, Cmvn
from .graph_facts import differences_from_published, published_graphs
from .metadata import CmvnText, Origin, read_am_mvn, sherpa_metadata
from .quantize import quantize
from .tokens import BLANK, read_tokens, tokens_text

RANDOM_ORIGIN = Origin(
    comment="random weights in the shape of SenseVoiceSmall; for performance work only",
    author="nobody",
    maintainer="sensevoice-web",
    url="",
)
PUBLISHED_TAGS = {
    24884: "zh", 24885: "en", 24888: "yue", 24892: "ja", 24896: "ko", 24992: "nospeech",
    24993: "Speech", 24994: "/Speech", 24995: "BGM", 24996: "/BGM", 24997: "Laughter", 24998: "/Laughter",
    24999: "Applause", 25000: "/Applause", 25001: "HAPPY", 25002: "SAD", 25003: "ANGRY", 25004: "NEUTRAL",
    25005: "FEARFUL", 25006: "DISGUSTED", 25007: "SURPRISED", 25008: "OTHER", 25009: "EMO_UNKNOWN", 25010: "Cry",
    25011: "Sneeze", 25012: "Breath", 25013: "Cough", 25014: "Sing", 25015: "Speech_Noise", 25016: "withitn",
    25017: "woitn", 25018: "GBG", 25019: "Event_UNK",
}  # fmt: skip
"""Where the published vocabulary has its tags."""


def placeholder_tokens(size: int) -> tuple[str, ...]:
    """A vocabulary with the published tags at their published ids and numbered pieces elsewhere."""
    names = [BLANK, "<s>", "</s>", *(f"▁piece{place}" for place in range(3, size))]
    for place, tag in PUBLISHED_TAGS.items():
        names[place] = f"<|{tag}|>"
    return tuple(names)


def random_model(config: EncoderConfig, seed: int) -> SenseVoice:
    """Weights that keep activations of order one; no two tensors alike, since the exporter would merge them."""
    generator = torch.Generator().manual_seed(seed)
    with torch.device("meta"):
        model = SenseVoice(config)
    model = model.to_empty(device="cpu")
    with torch.no_grad():
        for name, value in model.state_dict().items():
            fan_in = math.prod(value.shape[1:]) if value.dim() > 1 else 1
            spread = 0.02 if value.dim() == 1 else 1 / math.sqrt(fan_in)
            value.normal_(0, spread, generator=generator)
            if "norm" in name and name.endswith("weight"):
                value.add_(1)
    return model.eval()


def default_cmvn() -> CmvnText:
    """Vectors of about the published size, for those who do not have am.mvn."""
    bins = np.arange(FEATURE_SIZE) % 80
    return CmvnText.of(Cmvn((-8.3 - 4 * bins / 80).astype(np.float32), (0.16 + 0.1 * bins / 80).astype(np.float32)))


def write_full_size(
    folder: Path, flavour: Flavour, seed: int, tokens: tuple[str, ...], cmvn: CmvnText, fp32: bool
) -> Path:
    """Writes tokens.txt and the int8 file (also ``model.onnx`` with ``fp32``). Returns the int8 file.

    Refuses to leave a file behind that is not made as the published one.
    """
    config = EncoderConfig()
    if len(tokens) != config.vocabulary_size:
        raise ModelError(f"the vocabulary has {len(tokens)} tokens, the published size is {config.vocabulary_size}")
    metadata = sherpa_metadata(cmvn, len(tokens), RANDOM_ORIGIN) if flavour.has_metadata else None
    published = published_graphs()[f"{flavour.name}-int8"]
    target = folder / published["file"]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".partial-") as partial:
        source = Path(partial) / "model.onnx"
        export_onnx(random_model(config, seed), source, flavour, metadata)
        with replacing(target) as draft:
            quantize(source, draft, "published")
            found = differences_from_published(draft, published)
            if found:
                raise ModelError("not the published graph, " + "; ".join(found))
        if fp32:
            source.replace(folder / "model.onnx")
    write_bytes(folder / "tokens.txt", tokens_text(tokens).encode())
    return target


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sensevoice_models.full_size", description=__doc__)
    parser.add_argument("--random", action="store_true", required=True, help="the weights are random: say so")
    parser.add_argument("--flavour", choices=sorted(FLAVOURS), default=SHERPA.name)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tokens", type=Path, help="the published tokens.txt; placeholders without it")
    parser.add_argument("--cmvn", type=Path, help="the published am.mvn; made-up vectors without it")
    parser.add_argument("--fp32", action="store_true", help="keep the 938 MB fp32 file too")
    parser.add_argument("--out", type=Path, required=True, help="a folder")
    arguments = parser.parse_args()
    size = EncoderConfig().vocabulary_size
    tokens = read_tokens(arguments.tokens).names if arguments.tokens else placeholder_tokens(size)
    cmvn = read_am_mvn(arguments.cmvn) if arguments.cmvn else default_cmvn()
    target = write_full_size(arguments.out, FLAVOURS[arguments.flavour], arguments.seed, tokens, cmvn, arguments.fp32)
    print(f"{target}: {target.stat().st_size} bytes, the published operations, random weights")


if __name__ == "__main__":
    run_command(main)
