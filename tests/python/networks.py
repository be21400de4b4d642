"""Small ONNX networks made from layers and from tests/zoo.json."""

import hashlib
import json
import os
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("FOLDPROOF", str(ROOT / "build" / "foldproof"))
ZOO = json.loads((ROOT / "tests" / "zoo.json").read_text())["nets"]


def network_hash(weights):
    """docs/certificate.md, section 2: of a weights file without its second line (or of a text that is none)."""
    return hashlib.sha256(re.sub(rb"^([^\n]*\n)[^\n]*\n", rb"\1", weights)).hexdigest()


def save(path, nodes, weights, inputs, outputs, opset=17):
    """A graph with a free batch dimension; weights by name, as arrays."""
    kind = helper.np_dtype_to_tensor_dtype(next(iter(weights.values())).dtype) if weights else TensorProto.FLOAT
    graph = helper.make_graph(
        nodes, "net",
        [helper.make_tensor_value_info("x", kind, ["batch", inputs])],
        [helper.make_tensor_value_info("y", kind, ["batch", outputs])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8
    path.write_bytes(model.SerializeToString())
    return path


def save_layers(path, layers, dtype=np.float64):
    """Affine layers (W, b), ReLU between them."""
    nodes, weights, before = [], {}, "x"
    for k, (matrix, bias) in enumerate(layers):
        after = "y" if k + 1 == len(layers) else f"z{k}"
        weights[f"W{k}"], weights[f"b{k}"] = np.array(matrix, dtype), np.array(bias, dtype)
        nodes.append(helper.make_node("Gemm", [before, f"W{k}", f"b{k}"], [after], f"gemm{k}", transB=1))
        before = after
        if after != "y":
            nodes.append(helper.make_node("Relu", [after], [f"a{k}"], f"relu{k}"))
            before = f"a{k}"
    return save(path, nodes, weights, len(layers[0][0][0]), len(layers[-1][1]))


def zoo_layers(name):
    """The layers of a zoo network as fractions."""
    return [([[Fraction(w) for w in row] for row in layer["W"]], [Fraction(b) for b in layer["b"]])
            for layer in ZOO[name]["layers"]]


def evaluate(layers, x):
    """The layers at x, exactly."""
    for k, (matrix, bias) in enumerate(layers):
        x = [sum((w * v for w, v in zip(row, x) if w), b) for row, b in zip(matrix, bias)]
        if k + 1 < len(layers):
            x = [max(v, Fraction(0)) for v in x]
    return x
