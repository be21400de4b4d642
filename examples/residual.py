"""Residual steps x + N(x) of the Van der Pol flow, beside a plain network for the same flow."""

from pathlib import Path

import matplotlib.pyplot as plt

import foldproof

ROOT = Path(__file__).resolve().parents[1]

nets = {"plain, 2-32-32-2": "vdp_A", "one residual block": "vdp_res1", "three residual blocks": "vdp_res3"}
square = [(-3, 3), (-3, 3)]  # the training data
figure, axes = plt.subplots(1, 3, figsize=(16, 5))
for ax, (title, name) in zip(axes, nets.items()):
    net = foldproof.load(ROOT / f"paper/nets/{name}.onnx")
    answer = foldproof.radius(net, at=[0, 0], domain=square)
    bracket = "on all of the training data"
    if answer.upper is not None:
        bracket = f"up to {answer.lower:.6f}, not to {answer.upper:.6f}"
    print(f"{title:21}: {net.neurons} neurons, invertible {bracket}")
    answer.plot(ax=ax)
    ax.set_title(title)
figure.savefig("residual.svg", bbox_inches="tight")
