"""The narrow head: what a caller needs of the logits, computed inside the graph.

All logits of 10 s are 17 MB; the best token of each frame, its probability and four rows of tag scores are 2 kB.

Letters in shapes: N utterances of a batch, T frames of the longest one, V vocabulary size.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ..encoder import PROMPT_FRAMES
from ..errors import ModelError
from ..flavours import flavour_of
from .contract import SCORES, TOKEN_IDS, TOKEN_PROBABILITIES, TagIds

PREFIX = "/narrow_head/"
LEAST_OPSET = 13
"""Since then Softmax works along one axis, and Unsqueeze takes its axes as an input."""


class _Head:
    """Nodes and constants that are added to a graph."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, kind: str, inputs: list[str], name: str, **attributes: object) -> str:
        """Adds a node with one output of that name."""
        node = helper.make_node(kind, inputs, [name], name=f"{PREFIX}{kind}_{len(self.nodes)}", **attributes)
        self.nodes.append(node)
        return name

    def hidden(self, kind: str, inputs: list[str], **attributes: object) -> str:
        """Adds a node whose output stays in the graph."""
        return self.add(kind, inputs, f"{PREFIX}{kind}_{len(self.nodes)}_output", **attributes)

    def constant(self, values: object, dtype: type) -> str:
        name = f"{PREFIX}constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(values, dtype=dtype), name))
        return name


def _tokens(head: _Head, logits: str, lengths: str, blank: int) -> None:
    """[N, T + 4, V] -> best ids and their probabilities, [N, T] each; blank, surely, behind an utterance's own end."""
    last = np.iinfo(np.int64).max
    bounds = [head.constant([value], np.int64) for value in (PROMPT_FRAMES, last, 1)]
    speech = head.hidden("Slice", [logits, *bounds])
    ids = head.hidden("ArgMax", [speech], axis=2, keepdims=0)
    ids = head.hidden("Cast", [ids], to=TensorProto.INT32)
    # The most probable token's probability is the greatest one: no gather by id is needed.
    probabilities = head.hidden("ReduceMax", [head.hidden("Softmax", [speech], axis=2)], axes=[2], keepdims=0)

    frames = head.hidden("Gather", [head.hidden("Shape", [ids]), head.constant(1, np.int64)])
    places = head.hidden("Range", [head.constant(0, np.int64), frames, head.constant(1, np.int64)])
    ends = head.hidden("Cast", [lengths], to=TensorProto.INT64)
    ends = head.hidden("Unsqueeze", [ends, head.constant([1], np.int64)])
    inside = head.hidden("Less", [places, ends])
    head.add("Where", [inside, ids, head.constant(blank, np.int32)], TOKEN_IDS)
    head.add("Where", [inside, probabilities, head.constant(1, np.float32)], TOKEN_PROBABILITIES)


def _scores(head: _Head, logits: str, tag_ids: TagIds) -> None:
    """[N, T + 4, V] -> softmax over a group's own ids in the group's own frame, [N, tags] each."""
    for place, (frame, output) in enumerate(SCORES.items()):
        row = head.hidden("Gather", [logits, head.constant(place, np.int64)], axis=1)
        group = head.hidden("Gather", [row, head.constant(tag_ids.groups[frame], np.int64)], axis=1)
        head.add("Softmax", [group], output, axis=1)


def _outputs(tag_ids: TagIds) -> list[onnx.ValueInfoProto]:
    values = [
        helper.make_tensor_value_info(TOKEN_IDS, TensorProto.INT32, ["N", "T"]),
        helper.make_tensor_value_info(TOKEN_PROBABILITIES, TensorProto.FLOAT, ["N", "T"]),
    ]
    return values + [
        helper.make_tensor_value_info(output, TensorProto.FLOAT, ["N", len(tag_ids.groups[frame])])
        for frame, output in SCORES.items()
    ]


def add_narrow_head(model: onnx.ModelProto, tag_ids: TagIds, blank: int) -> onnx.ModelProto:
    """Changes ``model`` (a published or exported graph with float32 logits, either flavour) and returns it.

    The inputs stay. The outputs become `contract.TOKEN_IDS` int32 [N, T], `contract.TOKEN_PROBABILITIES` float32
    [N, T] and `contract.SCORES` float32 [N, tags of the group]; the four tag frames are not among the T. Frames behind
    an utterance's own length are ``blank`` with probability 1: padding is never a word and never lowers a confidence.
    Refuses, by name, graphs that are not of the contract and ids that are not in the vocabulary.
    """
    graph = model.graph
    flavour = flavour_of([value.name for value in graph.input], "the graph")
    opset = max((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), default=0)
    if opset < LEAST_OPSET:
        raise ModelError(f"the graph has opset {opset}, the narrow head needs {LEAST_OPSET} or more")
    logits = next((value for value in graph.output if value.name == flavour.outputs[0]), None)
    if logits is None:
        raise ModelError(f"the graph has no output {flavour.outputs[0]}: does it have a narrow head already?")
    tensor = logits.type.tensor_type
    if tensor.elem_type != TensorProto.FLOAT or len(tensor.shape.dim) != 3:
        raise ModelError(f"{logits.name} of the graph are not float32 [N, T + 4, V]")
    size = tensor.shape.dim[2].dim_value
    outside = [place for group in tag_ids.groups.values() for place in (*group, blank) if not 0 <= place < size]
    if outside:
        raise ModelError(f"the graph has {size} outputs, the vocabulary has the id {outside[0]}")

    head = _Head()
    _tokens(head, logits.name, flavour.inputs[1], blank)
    _scores(head, logits.name, tag_ids)
    graph.node.extend(head.nodes)
    graph.initializer.extend(head.constants)
    del graph.output[:]
    graph.output.extend(_outputs(tag_ids))
    if model.ByteSize() < onnx.checker.MAXIMUM_PROTOBUF:
        onnx.checker.check_model(model)
    return model


def shares_activation_scales(model: onnx.ModelProto) -> bool:
    """Whether the utterances of a batch change each other's answers.

    DynamicQuantizeLinear has one scale for a whole tensor, which is every utterance of the batch and its padding: the
    loudest decides how coarsely all are rounded. Float graphs, and those with quantized weights alone, have none.
    """
    return any(node.op_type == "DynamicQuantizeLinear" for node in model.graph.node)


def has_half_precision(model: onnx.ModelProto) -> bool:
    """Whether weights are float16."""
    return any(tensor.data_type == TensorProto.FLOAT16 for tensor in model.graph.initializer)
