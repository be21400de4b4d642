#!/usr/bin/env python3
"""Trains the two bundled networks, nets/brusselator.onnx and nets/vanderpol.onnx; paper/train_nets.py uses it too.

What.  Learned time-steppers of two planar systems, 2-32-32-2 with ReLU, as people train them:
  brusselator  one forward-Euler step, tau = 0.15, of x' = a + x^2 y - (b+1) x, y' = b x - x^2 y with
               a = 1, b = 2.1 (Cui, Bertalan, Pappas, Morari, Kevrekidis, Fazlyab 2023, eq. 11), on
               [-1.5, 4] x [-1.5, 5].  The Euler map itself folds.
  vanderpol    the flow of x' = y, y' = (1 - x^2) y - x over 0.2 (RK4, 40 steps), on [-3, 3]^2.  The true
               flow is invertible; the learned map need not be.

How.  Numpy only: mean squared error, backpropagation by hand, Adam with a cosine schedule, fixed seeds, one
BLAS thread (so that one machine gives the same file each time; other machines may differ in last digits,
which is why the files are committed).  Inputs and outputs are standardised where the system says so; that is
folded into the first and last layer in double precision, then everything is rounded to float32.

A network is a list of blocks, a block a list of layers [W, b] with y = W x + b and ReLU between them.  Blocks
are applied one after the other; residual blocks add their input, x + MLP(x).

Run:  python tools/train.py [--out nets]     (numpy, onnx; about a minute)
"""

import argparse
import hashlib
import os
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402  (after the thread limits)
import onnx  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

OPSET, IR_VERSION = 17, 8
FRESH = 5000


def brusselator(p, a=1.0, b=2.1, tau=0.15):
    x, y = p.T[:2]
    return np.stack([x + tau * (a + x * x * y - (b + 1) * x), y + tau * (b * x - x * x * y)], axis=1)


def van_der_pol(p):
    rate = lambda q: np.stack([q[:, 1], (1 - q[:, 0] ** 2) * q[:, 1] - q[:, 0]], axis=1)
    h = 0.2 / 40
    for _ in range(40):
        k1 = rate(p)
        k2 = rate(p + h / 2 * k1)
        k3 = rate(p + h / 2 * k2)
        k4 = rate(p + h * k3)
        p = p + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return p


SYSTEMS = {
    "brusselator": dict(step=brusselator, low=(-1.5, -1.5), high=(4.0, 5.0), seed=1, samples=20000,
                        batch=512, epochs=600, rate=0.005),
    "vanderpol": dict(step=van_der_pol, low=(-3.0, -3.0), high=(3.0, 3.0), seed=2, samples=4000,
                      batch=200, epochs=1500, rate=0.003),
}


INITIAL = {"he": lambda rng, a, b: rng.normal(0, np.sqrt(2 / a), (b, a)),
           "glorot": lambda rng, a, b: rng.uniform(-1, 1, (b, a)) * np.sqrt(6 / (a + b))}


def initial_layers(rng, sizes, start):
    return [[INITIAL[start](rng, a, b), np.zeros(b)] for a, b in zip(sizes, sizes[1:])]


def evaluate(blocks, x, residual=False):
    """The values entering each layer of each block, and the output."""
    inputs = []
    for block in blocks:
        inputs.append([x])
        for W, b in block[:-1]:
            inputs[-1].append(np.maximum(inputs[-1][-1] @ W.T + b, 0))
        W, b = block[-1]
        y = inputs[-1][-1] @ W.T + b
        x = x + y if residual else y
    return inputs, x


def gradients(blocks, x, target, residual=False):
    """Of the mean squared error, by backpropagation; one pair (of W, of b) per layer, first layer first."""
    inputs, output = evaluate(blocks, x, residual)
    delta = 2 * (output - target) / output.size
    result = []
    for block, values in zip(reversed(blocks), reversed(inputs)):
        passed = delta
        for k in reversed(range(len(block))):
            result.append([delta.T @ values[k], delta.sum(axis=0)])
            delta = delta @ block[k][0]
            if k > 0:
                delta = delta * (values[k] > 0)
        if residual:
            delta = delta + passed
    return result[::-1]


def fit(blocks, x, target, rng, epochs, batch, rate, residual=False, after_step=lambda step, steps: None):
    """Adam with a cosine schedule, in place; after_step may change the weights (pruning does)."""
    layers = [layer for block in blocks for layer in block]
    first = [[np.zeros_like(p) for p in layer] for layer in layers]
    second = [[np.zeros_like(p) for p in layer] for layer in layers]
    per_epoch = len(x) // batch
    steps, step = epochs * per_epoch, 0
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for k in range(per_epoch):
            rows = order[k * batch:(k + 1) * batch]
            step += 1
            now = rate * 0.5 * (1 + np.cos(np.pi * step / steps))
            now *= np.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step)
            for layer, slopes, ms, ss in zip(layers, gradients(blocks, x[rows], target[rows], residual), first, second):
                for p, g, m, s in zip(layer, slopes, ms, ss):
                    m += 0.1 * (g - m)
                    s += 0.001 * (g * g - s)
                    p -= now * m / (np.sqrt(s) + 1e-8)
            after_step(step, steps)


def rounded(blocks, kind=np.float32):
    return [[[W.astype(kind), b.astype(kind)] for W, b in block] for block in blocks]


def sample(system, rng, count):
    """Points of the system's box and their images."""
    low, high = np.array(system["low"]), np.array(system["high"])
    x = rng.uniform(low, high, (count, len(low)))
    return x, system["step"](x)


def errors(blocks, system, rng):
    """Root mean square and largest error on fresh points, of the rounded network evaluated in double precision."""
    x, y = sample(system, rng, FRESH)
    error = evaluate(rounded(blocks, float), x, system.get("residual", 0) > 0)[1] - y
    return np.sqrt((error ** 2).mean()), abs(error).max()


def train(system):
    """The blocks for raw coordinates, and their error.  The system says: `residual`, how many blocks x + MLP(x) (0: a
    plain network); `start`, the initialisation; `raw`, that nothing is standardised."""
    rng = np.random.default_rng(system["seed"])
    x, y = sample(system, rng, system["samples"])
    residual = system.get("residual", 0)
    sizes = (x.shape[1], *system.get("hidden", (32, 32)), y.shape[1])
    how = [system[key] for key in ("epochs", "batch", "rate")]
    blocks = [initial_layers(rng, sizes, system.get("start", "he")) for _ in range(max(residual, 1))]
    if residual or system.get("raw"):
        for block in blocks if residual else ():
            block[-1][0] *= 0   # training starts at the identity
        fit(blocks, x, y, rng, *how, residual=residual > 0)
    else:
        x_mean, x_scale, y_mean, y_scale = x.mean(0), x.std(0), y.mean(0), y.std(0)
        fit(blocks, (x - x_mean) / x_scale, (y - y_mean) / y_scale, rng, *how)
        (layers,) = blocks
        W, b = layers[0]
        layers[0] = [W / x_scale, b - (W / x_scale) @ x_mean]
        W, b = layers[-1]
        layers[-1] = [W * y_scale[:, None], b * y_scale + y_mean]
    blocks = rounded(blocks)
    return blocks, *errors(blocks, system, rng)


def to_onnx(name, blocks, residual=False, producer="foldproof tools/train.py"):
    """Gemm and Relu nodes, Add at the end of a residual block; batch dimension free."""
    nodes, tensors, value, k = [], [], "input", 0
    for i, block in enumerate(blocks):
        entering, end = value, "output" if i == len(blocks) - 1 else f"block{i}"
        for j, (W, b) in enumerate(block):
            last = j == len(block) - 1
            result = end if last and not residual else f"z{k}"
            tensors += [numpy_helper.from_array(W, f"W{k}"), numpy_helper.from_array(b, f"b{k}")]
            nodes.append(helper.make_node("Gemm", [value, f"W{k}", f"b{k}"], [result], f"affine{k}", transB=1))
            value = result
            if not last:
                nodes.append(helper.make_node("Relu", [result], [f"a{k}"], f"relu{k}"))
                value = f"a{k}"
            k += 1
        if residual:
            nodes.append(helper.make_node("Add", [entering, value], [end], f"sum{i}"))
            value = end
    shape = lambda label, size: helper.make_tensor_value_info(label, TensorProto.FLOAT, ["batch", size])
    inputs, outputs = blocks[0][0][0].shape[1], blocks[-1][-1][0].shape[0]
    graph = helper.make_graph(nodes, name, [shape("input", inputs)], [shape("output", outputs)], tensors)
    model = helper.make_model(graph, producer_name=producer, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def main():
    parser = argparse.ArgumentParser(description="train the two bundled networks")
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[1] / "nets")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for name, system in SYSTEMS.items():
        began = time.time()
        blocks, rms, worst = train(system)
        data = to_onnx(name, blocks)
        (out / f"{name}.onnx").write_bytes(data)
        print(f"{name:12} error rms {rms:.4f}, largest {worst:.4f}; {time.time() - began:.1f} s; "
              f"sha256 {hashlib.sha256(data).hexdigest()[:16]}")


if __name__ == "__main__":
    main()
