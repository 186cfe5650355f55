"""A checkpoint as ONNX, in one of the two published conventions.

``python -m sensevoice_models.export --checkpoint model.pt --tokens tokens.txt --cmvn am.mvn --out model.onnx``
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import onnx
import torch

from .checkpoint import PUBLISHED_HEADS, load_checkpoint
from .encoder import SenseVoice
from .errors import ModelError, run_command
from .files import replacing
from .flavours import FLAVOURS, SHERPA, Flavour
from .frontend import FEATURE_SIZE
from .metadata import CmvnText, Origin, checked_metadata, read_am_mvn, set_metadata, sherpa_metadata
from .published_graph import published_form
from .tokens import read_tokens


def export_onnx(model: SenseVoice, target: Path, flavour: Flavour, metadata: dict[str, str] | None = None) -> None:
    """Writes ``target`` whole or not at all.

    model: any size, moved to the CPU. flavour: names, opset and operations of one published file. metadata: what
    `sherpa_metadata` returns; required for the sherpa flavour, and refused for FunASR's, which has none.
    """
    if flavour.has_metadata != (metadata is not None):
        raise ModelError(f"the {flavour.name} flavour {'needs' if flavour.has_metadata else 'has no'} metadata")
    if model.config.feature_size != FEATURE_SIZE:
        raise ModelError(f"the model takes {model.config.feature_size} features, the front end makes {FEATURE_SIZE}")
    if metadata is not None:
        checked_metadata(metadata, str(target))
        if metadata["vocab_size"] != str(model.config.vocabulary_size):
            raise ModelError(
                f"metadata vocab_size {metadata['vocab_size']} but the model has {model.config.vocabulary_size} outputs"
            )
    model = model.cpu().eval()
    with replacing(target) as draft, published_form(model, flavour.name), torch.no_grad(), warnings.catch_warnings():
        # The tracer warns that it keeps Python numbers as constants; that is how the published files were made.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            flavour.example(),
            str(draft),
            opset_version=flavour.opset,
            input_names=list(flavour.inputs),
            output_names=list(flavour.outputs),
            dynamic_axes=flavour.dynamic_axes,
            dynamo=False,
        )
        graph = onnx.load(draft)
        set_metadata(graph, metadata or {})
        onnx.checker.check_model(graph)
        onnx.save(graph, draft)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sensevoice_models.export", description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True, help="model.pt")
    parser.add_argument("--tokens", type=Path, required=True, help="tokens.txt of the checkpoint")
    parser.add_argument("--cmvn", type=Path, required=True, help="am.mvn (Kaldi text)")
    parser.add_argument("--flavour", choices=sorted(FLAVOURS), default=SHERPA.name)
    parser.add_argument("--heads", type=int, default=PUBLISHED_HEADS, help="attention heads of the checkpoint")
    parser.add_argument("--comment", default="iic/SenseVoiceSmall", help="metadata: what the model is")
    parser.add_argument("--author", default="iic", help="metadata: who trained it")
    parser.add_argument("--maintainer", default="k2-fsa", help="metadata: who exported it")
    parser.add_argument("--url", default="https://huggingface.co/FunAudioLLM/SenseVoiceSmall", help="metadata")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()

    flavour = FLAVOURS[arguments.flavour]
    tokens = read_tokens(arguments.tokens)
    cmvn: CmvnText = read_am_mvn(arguments.cmvn)
    model = load_checkpoint(arguments.checkpoint, arguments.heads)
    if len(tokens.names) != model.config.vocabulary_size:
        raise ModelError(
            f"{arguments.tokens} has {len(tokens.names)} tokens but {arguments.checkpoint} has "
            f"{model.config.vocabulary_size} outputs: they do not belong together"
        )
    origin = Origin(arguments.comment, arguments.author, arguments.maintainer, arguments.url)
    metadata = sherpa_metadata(cmvn, len(tokens.names), origin) if flavour.has_metadata else None
    export_onnx(model, arguments.out, flavour, metadata)
    print(f"{arguments.out}: {arguments.out.stat().st_size} bytes, {flavour.name} flavour, opset {flavour.opset}")


if __name__ == "__main__":
    run_command(main)
