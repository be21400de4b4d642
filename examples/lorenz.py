"""A learned step of Lorenz-63, 3-32-32-3: the surface on which it folds, and the largest proved cube."""

from itertools import product
from pathlib import Path

import matplotlib.pyplot as plt

import foldproof

ROOT = Path(__file__).resolve().parents[1]

net = foldproof.load(ROOT / "tests/data/nets/lorenz3_32x2.onnx")
answer = foldproof.radius(net, at=[0, 0, 0])
print(f"proved to {answer.lower:.7f}, refuted at {answer.upper:.7f} ({answer.limit})")
fold = foldproof.j0(net, box=[(-2, 2)] * 3)
print(f"the fold in [-2, 2]^3: {len(fold.triangles)} triangles, {'all of it' if fold.complete else 'a part of it'}")

figure = plt.figure(figsize=(6, 5))
ax = figure.add_subplot(projection="3d")
fold.plot(ax)
corners = [tuple(answer.lower * sign for sign in signs) for signs in product((-1, 1), repeat=3)]
for a, b in product(corners, corners):
    if a < b and sum(s != t for s, t in zip(a, b)) == 1:
        ax.plot(*zip(a, b), color="tab:green", linewidth=2)
ax.set(xlabel="x / 10", ylabel="y / 10", zlabel="(z - 25) / 10")
figure.savefig("lorenz.svg", bbox_inches="tight")
