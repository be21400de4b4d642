"""Reads a chain-shaped ReLU network from ONNX for the baselines, in double precision.

What.  `load` returns [(W, b), ...] with ReLU between the layers, after freezing inputs (`fixed`) and
choosing outputs, plus interval bounds for a ball.  Why.  The mixed-integer models and the Marabou query
need the weights; Marabou's own reader and a general graph are not needed for chains, and one reader makes
all baselines solve the same network.
"""

import numpy as np
import onnx
from onnx import numpy_helper


def load(path, fixed=None, outputs=None):
    """Layers of a network made of Gemm, MatMul, Add, Sub with constants, Relu and shape-keeping nodes."""
    graph = onnx.load(str(path)).graph
    constants = {t.name: numpy_helper.to_array(t).astype(float) for t in graph.initializer}
    sources = [i.name for i in graph.input if i.name not in constants]
    if len(sources) != 1:
        raise ValueError("a network with one input is needed")
    shape = [d.dim_value for d in next(i for i in graph.input if i.name == sources[0]).type.tensor_type.shape.dim]
    size = next(d for d in reversed(shape) if d > 0)
    layers, affine, value = [], (np.eye(size), np.zeros(size)), sources[0]
    for node in graph.node:
        if node.op_type == "Constant":
            constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t).astype(float)
            continue
        if value not in node.input:
            raise ValueError(f"{node.op_type} {node.name}: not a chain")
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        W, b = affine
        other = [constants[name] for name in node.input if name in constants]
        if node.op_type == "Gemm":
            M = other[0] if attributes.get("transB", 0) else other[0].T
            M = M * attributes.get("alpha", 1.0)
            shift = other[1] * attributes.get("beta", 1.0) if len(other) > 1 else 0
            affine = (M @ W, M @ b + shift)
        elif node.op_type == "MatMul":
            M = other[0] if node.input[1] == value else other[0].T
            affine = (M @ W, M @ b)
        elif node.op_type == "Add":
            affine = (W, b + other[0].ravel())
        elif node.op_type == "Sub" and node.input[0] == value:
            affine = (W, b - other[0].ravel())
        elif node.op_type == "Relu":
            layers.append(affine)
            affine = (np.eye(len(b)), np.zeros(len(b)))
        elif node.op_type not in ("Identity", "Flatten"):
            raise ValueError(f"operator {node.op_type} is not supported by the baselines")
        value = node.output[0]
    layers.append(affine)
    if fixed:
        W, b = layers[0]
        free = [i for i in range(W.shape[1]) if i not in fixed]
        layers[0] = (W[:, free], b + sum(W[:, i] * v for i, v in fixed.items()))
    if outputs:
        W, b = layers[-1]
        layers[-1] = (W[outputs], b[outputs])
    return layers


def evaluate(layers, x):
    for W, b in layers[:-1]:
        x = np.maximum(W @ x + b, 0)
    W, b = layers[-1]
    return W @ x + b


def interval_bounds(layers, center, radius):
    """Interval bounds of the pre-activations of every hidden layer on the ball."""
    low, high = center - radius, center + radius
    bounds = []
    for W, b in layers[:-1]:
        plus, minus = np.maximum(W, 0), np.minimum(W, 0)
        l, u = plus @ low + minus @ high + b, plus @ high + minus @ low + b
        bounds.append((l, u))
        low, high = np.maximum(l, 0), np.maximum(u, 0)
    return bounds


def vector(text):
    """Comma-separated decimals."""
    return np.array([float(v) for v in text.split(",")])


def add_network_arguments(parser):
    """The command-line options every baseline shares."""
    parser.add_argument("network")
    parser.add_argument("--at", required=True, type=vector)
    parser.add_argument("--fix", action="append", default=[], metavar="I=V")
    parser.add_argument("--outputs", default=None)
    parser.add_argument("--limit", type=float, default=300.0, help="wall clock, seconds, for the whole run")


def load_from_arguments(arguments, network=None):
    """The network of the command line, or another one under the same options."""
    fixed = {int(k): float(v) for k, v in (item.split("=") for item in arguments.fix)}
    outputs = [int(k) for k in arguments.outputs.split(",")] if arguments.outputs else None
    return load(network or arguments.network, fixed, outputs)
