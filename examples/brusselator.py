"""A learned Brusselator step with its parameter as an input, 3-32-32-2: radii around the steady state against b."""

from fractions import Fraction
from pathlib import Path

import matplotlib.pyplot as plt

import foldproof

ROOT = Path(__file__).resolve().parents[1]

net = foldproof.load(ROOT / "paper/nets/brus_b.onnx")
values = [Fraction(18 + k, 10) for k in range(13)]  # 1.8 to 3
radii, pseudos = [], []
print("  b   invertible up to   no other preimage up to")
for b in values:
    step = net.fixed({2: b})
    radii.append(foldproof.radius(step, at=[1, b]).lower)
    pseudos.append(foldproof.pseudo(step, at=[1, b]).lower)
    print(f"{float(b):.1f}  {radii[-1]:17.4f}  {pseudos[-1]:24.4f}")

figure, ax = plt.subplots(figsize=(6, 4))
ax.plot(values, pseudos, "o-", label="no other state has its image (Problem 2)")
ax.plot(values, radii, "o-", label="invertible (Problem 1)")
ax.set(xlabel="parameter b", ylabel="proved radius around (1, b)", ylim=(0, None))
ax.legend()
figure.savefig("brusselator.svg")
