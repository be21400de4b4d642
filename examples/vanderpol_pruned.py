"""A learned Van der Pol step and nine pruned ones: how far is each a function of the other?"""

from pathlib import Path

import matplotlib.pyplot as plt

import foldproof

ROOT = Path(__file__).resolve().parents[1]

original = foldproof.load(ROOT / "paper/nets/vdp_A.onnx")
own = foldproof.radius(original, at=[0, 0])
print(f"the original is invertible up to {own.lower:.4f}")

names = [f"vdp_B{k}" for k in range(1, 10)]
answers = [foldproof.factor(original, ROOT / f"paper/nets/{name}.onnx", at=[0, 0]) for name in names]
print("pruned   from the original   the original from it")
for name, answer in zip(names, answers):
    print(f"{name:6}   {answer.ab.lower:17.4f}   {answer.ba.lower:20.4f}")

figure, ax = plt.subplots(figsize=(6, 4))
places = range(len(names))
ax.bar([k - 0.2 for k in places], [answer.ab.lower for answer in answers], 0.4, label="pruned from original")
ax.bar([k + 0.2 for k in places], [answer.ba.lower for answer in answers], 0.4, label="original from pruned")
ax.axhline(own.lower, color="0.3", linestyle=":", label="original invertible")
ax.set(xticks=places, ylabel="proved radius around the origin")
ax.set_xticklabels([name.removeprefix("vdp_") for name in names])
ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=3, fontsize="small", frameon=False)
figure.tight_layout()
figure.savefig("vanderpol_pruned.svg")
