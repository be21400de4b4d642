"""Two and three coupled Brusselators, learned: 4-32-32-4 and 6-64-64-6."""

from pathlib import Path

import matplotlib.pyplot as plt

import foldproof

ROOT = Path(__file__).resolve().parents[1]

steady = [1, "2.1"]
four = foldproof.radius(ROOT / "tests/data/nets/cb4_32x2.onnx", at=steady * 2)
print(f"four dimensions: proved to {four.lower:.6f}, refuted at {four.upper:.6f} ({four.limit})")
print(f"  {four.effort.regions_tested} regions; proof accepted by the checker: {four.proof.checked}")
six = foldproof.radius(ROOT / "tests/data/nets/cb6_64x2.onnx", at=steady * 3, max_radius="0.75")
print(f"six dimensions: proved to {six.lower}, as far as was asked ({six.limit})")

figure, axes = plt.subplots(1, 2, figsize=(12, 5.5))
for ax, answer, title in zip(axes, (four, six), ("two coupled, 4 to 4", "three coupled, 6 to 6")):
    answer.plot(ax=ax)
    ax.set_title(title)
figure.savefig("coupled.svg", bbox_inches="tight")
