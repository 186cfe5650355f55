"""Smaller forms of an exported file.

``python -m sensevoice_models.quantize model.onnx --scheme published --out model.int8.onnx``

| scheme | weights | activations | for |
|---|---|---|---|
| published | QUInt8, MatMul only, per tensor (sherpa) or channel (FunASR) | uint8 at run time | the published files |
| int8 | QInt8 per tensor, MatMul only | uint8 at run time | CPUs with VNNI or a dot product |
| 8bit | MatMulNBits, 8 bit, blocks of 32 | float32 | WebGPU |
| 4bit | MatMulNBits, 4 bit, blocks of 32 | float32 | WebGPU, half the download |
| fp16 | float16 | float16; float32 in positions, norms, inputs and outputs | GPUs |
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

from .errors import ModelError, run_command
from .files import existing, replacing
from .flavours import Flavour, flavour_of
from .half_precision import to_half
from .metadata import checked_metadata, set_metadata

BLOCK_SIZE = 32
"""Weights that share a scale in MatMulNBits; 128 misses the fast WebGPU kernel."""


def load_exported(path: Path) -> tuple[onnx.ModelProto, Flavour]:
    """An exported fp32 file and its flavour; refuses anything else by name."""
    try:
        model = onnx.load(existing(path, "ONNX file"))
    except DecodeError as error:
        raise ModelError(f"{path} is not an ONNX file: {error}") from error
    flavour = flavour_of([value.name for value in model.graph.input], str(path))
    if flavour.has_metadata:
        checked_metadata(metadata_of(model), str(path))
    kinds = {node.op_type for node in model.graph.node}
    if kinds & {"MatMulInteger", "MatMulNBits"} or not any(
        tensor.data_type == onnx.TensorProto.FLOAT and len(tensor.dims) == 2 for tensor in model.graph.initializer
    ):
        raise ModelError(f"{path} is quantized already: start from the fp32 export")
    return model, flavour


def metadata_of(model: onnx.ModelProto) -> dict[str, str]:
    """``metadata_props`` as a dict."""
    return {entry.key: entry.value for entry in model.metadata_props}


def _dynamic(weights: QuantType, source: Path, draft: Path, per_channel: bool) -> None:
    logging.disable(logging.WARNING)  # it advises shape inference before, which the published files did without
    try:
        quantize_dynamic(source, draft, op_types_to_quantize=["MatMul"], per_channel=per_channel, weight_type=weights)
    finally:
        logging.disable(logging.NOTSET)


def _blocks(bits: int, model: onnx.ModelProto, draft: Path) -> None:
    quantizer = MatMulNBitsQuantizer(model, bits=bits, block_size=BLOCK_SIZE, is_symmetric=False)
    logging.disable(logging.INFO)  # it reports every node
    try:
        quantizer.process()
    finally:
        logging.disable(logging.NOTSET)
    onnx.save(quantizer.model.model, draft)


def quantize(source: Path, target: Path, scheme: str) -> None:
    """Writes ``target`` whole or not at all, with the metadata of ``source``. scheme: a key of `SCHEMES`."""
    model, flavour = load_exported(source)
    with replacing(target) as draft:
        SCHEMES[scheme](model, flavour, source, draft)
        result = onnx.load(draft)
        set_metadata(result, metadata_of(model))
        onnx.save(result, draft)


Scheme = Callable[[onnx.ModelProto, Flavour, Path, Path], None]
SCHEMES: dict[str, Scheme] = {
    "published": lambda _, flavour, source, draft: _dynamic(QuantType.QUInt8, source, draft, flavour.per_channel),
    "int8": lambda _, __, source, draft: _dynamic(QuantType.QInt8, source, draft, False),
    "8bit": lambda model, _, __, draft: _blocks(8, model, draft),
    "4bit": lambda model, _, __, draft: _blocks(4, model, draft),
    "fp16": lambda model, _, __, draft: onnx.save(to_half(model), draft),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sensevoice_models.quantize",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", type=Path, help="an fp32 file of sensevoice_models.export")
    parser.add_argument("--scheme", choices=sorted(SCHEMES), default="published")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    quantize(arguments.source, arguments.out, arguments.scheme)
    print(f"{arguments.out}: {arguments.out.stat().st_size} bytes, {arguments.scheme}")


if __name__ == "__main__":
    run_command(main)
