#!/usr/bin/env python3
"""Trains the two bundled networks: nets/brusselator.onnx and nets/vanderpol.onnx.

What.  Learned time-steppers of two planar systems, 2-32-32-2 with ReLU, as people train them:
  brusselator  one forward-Euler step, tau = 0.15, of x' = a + x^2 y - (b+1) x, y' = b x - x^2 y with
               a = 1, b = 2.1 (Cui, Bertalan, Pappas, Morari, Kevrekidis, Fazlyab 2023, eq. 11), on
               [-1.5, 4] x [-1.5, 5].  The Euler map itself folds.
  vanderpol    the flow of x' = y, y' = (1 - x^2) y - x over 0.2 (RK4, 40 steps), on [-3, 3]^2.  The true
               flow is invertible; the learned map need not be.

How.  Numpy only: mean squared error on standardised inputs and outputs, backpropagation by hand, Adam with
a cosine schedule, fixed seeds, one BLAS thread (so that one machine gives the same file each time; other
machines may differ in last digits, which is why the files are committed).  The standardisation is folded
into the first and last layer in double precision, then everything is rounded to float32.

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

HIDDEN = (32, 32)
OPSET, IR_VERSION = 17, 8


def brusselator(p):
    x, y = p.T
    a, b, tau = 1.0, 2.1, 0.15
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


def initial_layers(rng, sizes):
    """He initialisation; layers are (W, b) with y = x W^T + b."""
    return [[rng.normal(0, np.sqrt(2 / a), (b, a)), np.zeros(b)] for a, b in zip(sizes, sizes[1:])]


def forward(layers, x):
    """The values entering each layer, and the output."""
    inputs = [x]
    for W, b in layers[:-1]:
        inputs.append(np.maximum(inputs[-1] @ W.T + b, 0))
    W, b = layers[-1]
    return inputs, inputs[-1] @ W.T + b


def gradients(layers, x, target):
    """Of the mean squared error, by backpropagation."""
    inputs, output = forward(layers, x)
    delta = 2 * (output - target) / output.size
    result = []
    for (W, _), value in zip(reversed(layers), reversed(inputs)):
        result += [delta.sum(axis=0), delta.T @ value]
        delta = (delta @ W) * (value > 0)
    return result[::-1]


def train(system):
    """Layers for raw coordinates, and the root mean square and largest error on fresh points."""
    rng = np.random.default_rng(system["seed"])
    low, high = np.array(system["low"]), np.array(system["high"])
    x = rng.uniform(low, high, (system["samples"], 2))
    y = system["step"](x)
    x_mean, x_scale, y_mean, y_scale = x.mean(0), x.std(0), y.mean(0), y.std(0)
    u, v = (x - x_mean) / x_scale, (y - y_mean) / y_scale

    layers = initial_layers(rng, (2, *HIDDEN, 2))
    parameters = [p for layer in layers for p in layer]
    first = [np.zeros_like(p) for p in parameters]
    second = [np.zeros_like(p) for p in parameters]
    per_epoch = len(u) // system["batch"]
    steps, step = system["epochs"] * per_epoch, 0
    for _ in range(system["epochs"]):
        order = rng.permutation(len(u))
        for k in range(per_epoch):
            rows = order[k * system["batch"]:(k + 1) * system["batch"]]
            step += 1
            rate = system["rate"] * 0.5 * (1 + np.cos(np.pi * step / steps))
            rate *= np.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step)
            for p, g, m, s in zip(parameters, gradients(layers, u[rows], v[rows]), first, second):
                m += 0.1 * (g - m)
                s += 0.001 * (g * g - s)
                p -= rate * m / (np.sqrt(s) + 1e-8)

    W, b = layers[0]
    layers[0] = [W / x_scale, b - (W / x_scale) @ x_mean]
    W, b = layers[-1]
    layers[-1] = [W * y_scale[:, None], b * y_scale + y_mean]
    layers = [[W.astype(np.float32), b.astype(np.float32)] for W, b in layers]

    fresh = rng.uniform(low, high, (5000, 2))
    error = forward([[W.astype(float), b.astype(float)] for W, b in layers], fresh)[1] - system["step"](fresh)
    return layers, np.sqrt((error ** 2).mean()), abs(error).max()


def to_onnx(name, layers):
    """Gemm and Relu nodes, batch dimension free."""
    nodes, tensors, value = [], [], "input"
    for k, (W, b) in enumerate(layers):
        last = k == len(layers) - 1
        result = "output" if last else f"z{k}"
        tensors += [numpy_helper.from_array(W, f"W{k}"), numpy_helper.from_array(b, f"b{k}")]
        nodes.append(helper.make_node("Gemm", [value, f"W{k}", f"b{k}"], [result], f"affine{k}", transB=1))
        if not last:
            nodes.append(helper.make_node("Relu", [result], [f"a{k}"], f"relu{k}"))
            value = f"a{k}"
    shape = lambda label: helper.make_tensor_value_info(label, TensorProto.FLOAT, ["batch", 2])
    graph = helper.make_graph(nodes, name, [shape("input")], [shape("output")], tensors)
    model = helper.make_model(graph, producer_name="foldproof tools/train.py",
                              opset_imports=[helper.make_opsetid("", OPSET)])
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
        layers, rms, worst = train(system)
        data = to_onnx(name, layers)
        (out / f"{name}.onnx").write_bytes(data)
        print(f"{name:12} error rms {rms:.4f}, largest {worst:.4f}; {time.time() - began:.1f} s; "
              f"sha256 {hashlib.sha256(data).hexdigest()[:16]}")


if __name__ == "__main__":
    main()
