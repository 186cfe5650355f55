"""What a published file is made of, and whether another file is made of the same."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import onnx

PUBLISHED_FOLDER = Path(__file__).parent / "published"
SIZE_TOLERANCE = 0.02


def published_graphs() -> dict[str, dict]:
    """Facts by name: ``sherpa-fp32``, ``sherpa-int8``, ``funasr-int8``."""
    return json.loads((PUBLISHED_FOLDER / "graphs.json").read_text(encoding="utf-8"))["files"]


def published_checkpoint_shapes() -> dict[str, tuple[int, ...]]:
    """Every tensor of the published checkpoint: name -> shape."""
    facts = json.loads((PUBLISHED_FOLDER / "checkpoint.json").read_text(encoding="utf-8"))
    shapes = {
        f"encoder.{group}.{number}.{name}": tuple(shape)
        for group, block in facts["blocks"].items()
        for number in range(block["count"])
        for name, shape in block["tensors"].items()
    }
    return shapes | {name: tuple(shape) for name, shape in facts["others"].items()}


def _values(values: list[onnx.ValueInfoProto]) -> list[dict]:
    return [
        {
            "name": value.name,
            "type": onnx.TensorProto.DataType.Name(value.type.tensor_type.elem_type).lower(),
            "shape": [size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim],
        }
        for value in values
    ]


def operations(path: Path) -> dict[str, int]:
    """Operation -> how many nodes."""
    graph = onnx.load(path, load_external_data=False).graph
    return dict(sorted(Counter(node.op_type for node in graph.node).items()))


def differences_from_published(path: Path, published: dict) -> list[str]:
    """Every way in which a file is not made as the published one; empty when there is none."""
    model = onnx.load(path)
    facts = {
        "opset": {entry.domain or "ai.onnx": entry.version for entry in model.opset_import},
        "inputs": _values(list(model.graph.input)),
        "outputs": _values(list(model.graph.output)),
        "initializers": len(model.graph.initializer),
        "metadata": [entry.key for entry in model.metadata_props],
        "operations": dict(sorted(Counter(node.op_type for node in model.graph.node).items())),
    }
    found = [f"{name}: {facts[name]} instead of {published[name]}" for name in facts if facts[name] != published[name]]
    size = path.stat().st_size
    if abs(size / published["bytes"] - 1) > SIZE_TOLERANCE:
        found.append(f"size: {size} bytes instead of {published['bytes']} within {SIZE_TOLERANCE:.0%}")
    return found
