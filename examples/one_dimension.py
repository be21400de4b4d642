"""A scalar network, 1-10-10-1: where is it monotone, and who shares an output?"""

from pathlib import Path

import matplotlib.pyplot as plt

import foldproof

ROOT = Path(__file__).resolve().parents[1]

net = foldproof.load(ROOT / "tests/data/nets/toy1d_s1.onnx")
for point in ("-1.8", "-1", "0.6"):
    answer = foldproof.radius(net, at=[point])
    print(f"around {point:>4}: proved to {answer.lower:.7f}, refuted at {answer.upper:.7f} ({answer.limit})")

found = foldproof.preimages(net, at=["-1.8"], box=[(-3, 3)])
print("inputs with the output of -1.8:", ", ".join(f"{x:.6f}" for x in sorted(found.sets[0].points[:, 0])))
print("all of them in [-3, 3]:", found.complete)

answer.plot()
plt.savefig("one_dimension.svg", bbox_inches="tight")
