"""A float16 form of an exported graph, in which positions and layer norms stay float32.

onnxruntime's own converter casts to float16 between any two nodes, also between two that it was told to leave alone, so
the angles of the positions lose their sense; here a value is cast only where float32 and float16 parts meet.
"""

from __future__ import annotations

import re

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WIDE_SCOPES = re.compile(r"/(embed|norm1|norm2|after_norm|tp_norm)/|^/encoder/(Range|Cast|Constant|ReduceMax)[^/]*$")
"""Angles grow to the number of frames, squares in a norm beyond float16's 65504; Range counts frames and has no float16
form. All of them need float32."""

LARGEST_HALF = 65504.0
FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16)


def _float_values(model: onnx.ModelProto) -> set[str]:
    """Names of every float value in the graph."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    typed = (*graph.value_info, *graph.input, *graph.output)
    values = {value.name for value in typed if value.type.tensor_type.elem_type == TensorProto.FLOAT}
    return values | {tensor.name for tensor in graph.initializer if tensor.data_type == TensorProto.FLOAT}


def _narrow(tensor: onnx.TensorProto) -> onnx.TensorProto:
    values = np.clip(numpy_helper.to_array(tensor), -LARGEST_HALF, LARGEST_HALF)
    # Infinity marks what attention must not see; clipping it would turn a whole row of them into numbers.
    values = np.where(np.isinf(numpy_helper.to_array(tensor)), numpy_helper.to_array(tensor), values)
    return numpy_helper.from_array(values.astype(np.float16), tensor.name)


def _narrow_attributes(node: onnx.NodeProto) -> None:
    """Constants and casts of a float16 node make float16."""
    for attribute in node.attribute:
        if attribute.name == "value" and attribute.t.data_type == TensorProto.FLOAT:
            attribute.t.CopyFrom(_narrow(attribute.t))
        if node.op_type == "Cast" and attribute.name == "to" and attribute.i == TensorProto.FLOAT:
            attribute.i = TensorProto.FLOAT16


def to_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """Returns a changed copy; inputs and outputs of the graph keep float32."""
    floats = _float_values(model)
    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    wide = {node.name: bool(WIDE_SCOPES.search(node.name)) for node in graph.node}

    # The type in which each float value is made.
    made = {value.name: TensorProto.FLOAT for value in graph.input if value.name in floats}
    for node in graph.node:
        for output in node.output:
            if output in floats:
                made[output] = TensorProto.FLOAT if wide[node.name] else TensorProto.FLOAT16
    wanted_wide = {name for node in graph.node if wide[node.name] for name in node.input}
    for tensor in graph.initializer:
        if tensor.name in floats:
            if tensor.name not in wanted_wide:
                tensor.CopyFrom(_narrow(tensor))
            made[tensor.name] = tensor.data_type

    nodes: list[onnx.NodeProto] = []
    casts: dict[tuple[str, int], str] = {}

    def cast(name: str, kind: int) -> str:
        """``name`` in the type ``kind``; adds one Cast node for each value and type."""
        if made[name] == kind:
            return name
        if (name, kind) not in casts:
            casts[name, kind] = f"{name}_as_{'float' if kind == TensorProto.FLOAT else 'half'}"
            nodes.append(helper.make_node("Cast", [name], [casts[name, kind]], f"{casts[name, kind]}_cast", to=kind))
        return casts[name, kind]

    ends = {value.name for value in graph.output if value.name in floats}
    for node in graph.node:
        kind = TensorProto.FLOAT if wide[node.name] else TensorProto.FLOAT16
        for place, name in enumerate(node.input):
            if name in floats:
                node.input[place] = cast(name, kind)
        if not wide[node.name]:
            _narrow_attributes(node)
        nodes.append(node)
        for place, name in enumerate(node.output):
            if name in ends and made[name] == TensorProto.FLOAT16:
                node.output[place] = f"{name}_as_half"
                nodes.append(
                    helper.make_node("Cast", [node.output[place]], [name], f"{name}_cast", to=TensorProto.FLOAT)
                )
    # Iterating above was over the graph's own list, so it is replaced only now.
    kept = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del graph.node[:]
    graph.node.extend(kept)
    del graph.value_info[:]
    return result
