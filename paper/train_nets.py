#!/usr/bin/env python3
"""Trains the networks of the paper's experiments, paper/nets/*.onnx, with tools/train.py; prunes with paper/prune.py.

What.  The experiments of Cui, Bertalan, Pappas, Morari, Kevrekidis and Fazlyab, "Certified invertibility in
neural networks via mixed-integer programming" (L4DC 2023), need these networks; theirs are not published with
it, so ours are trained on the same systems in the same shapes:
  toy1d       random, 1-10-10-1: the scalar example of Fig. 2
  brus_b      Brusselator, forward Euler, a = 1, tau = 0.15, from (x, y, b) to the next (x, y): Figs. 3 and 4
  brus_tau    the same with b = 2, from (x, y, tau): Fig. 4, right
  vdp_A       Van der Pol flow over 0.2, 2-32-32-2: Fig. 5 and Table 1
  vdp_B1..B9  vdp_A pruned by magnitude: 40, 50, 60 % of the weights, three schedules each
  brus_res1   one residual block, x + MLP(x): the form of an Euler step
  vdp_res1, vdp_res3   one residual block; three stacked ones

How.  Seeds are fixed.  nets.json says for each network on what it was trained, with which seed, and its error
on fresh points; README.md is written from it.

Run:  python paper/train_nets.py [--out paper/nets] [--only NAME ...]     (numpy, onnx; about a minute)
"""

import argparse
import json
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))

import train as core  # noqa: E402  (tools/train.py; limits the threads before numpy is loaded)
import numpy as np  # noqa: E402

import prune  # noqa: E402

VAN_DER_POL = dict(step=core.van_der_pol, low=(-3.0, -3.0), high=(3.0, 3.0), samples=4000, batch=200, rate=0.003,
                   start="glorot", raw=True)
NETWORKS = {
    "toy1d": dict(text="random", seed=1, sizes=(1, 10, 10, 1)),
    "brus_b": dict(
        text="Brusselator, one Euler step, a = 1, tau = 0.15, inputs (x, y, b)",
        step=lambda p: core.brusselator(p, b=p[:, 2]), low=(-1.5, -1.5, 1.8), high=(5.0, 5.5, 3.0), seed=3,
        samples=40000, batch=512, epochs=400, rate=0.005, start="glorot"),
    "brus_tau": dict(
        text="Brusselator, one Euler step, a = 1, b = 2, inputs (x, y, tau)",
        step=lambda p: core.brusselator(p, b=2.0, tau=p[:, 2]), low=(-1.5, -1.5, 0.01), high=(4.0, 5.0, 0.3), seed=4,
        samples=40000, batch=512, epochs=400, rate=0.005, start="glorot"),
    "vdp_A": dict(text="Van der Pol flow over 0.2, mu = 1", seed=5, epochs=1500, **VAN_DER_POL),
    "brus_res1": dict(
        text="Brusselator, one Euler step, a = 1, b = 2.1, tau = 0.15", residual=1,
        step=core.brusselator, low=(-1.5, -1.5), high=(4.0, 5.0), seed=6, samples=20000, batch=512,
        epochs=600, rate=0.005, start="glorot"),
    "vdp_res1": dict(text="Van der Pol flow over 0.2, mu = 1", residual=1, seed=7, epochs=1000, **VAN_DER_POL),
    "vdp_res3": dict(text="Van der Pol flow over 0.2, mu = 1", residual=3, hidden=(16, 16), seed=8, epochs=1000,
                     **VAN_DER_POL),
}


def random_network(system):
    """Weights of variance 2 / fan-in, biases of variance 0.49 (output: 0.01); matrices are drawn before biases."""
    rng = np.random.default_rng(system["seed"])
    pairs = list(zip(system["sizes"], system["sizes"][1:]))
    matrices = [rng.normal(0, np.sqrt(2 / a), (b, a)) for a, b in pairs]
    biases = [rng.normal(0, 0.7, b) for _, b in pairs[:-1]] + [rng.normal(0, 0.1, pairs[-1][1])]
    return core.rounded([[[W, b] for W, b in zip(matrices, biases)]])


def architecture(blocks, residual):
    sizes = lambda block: "-".join(str(W.shape[1]) for W, _ in block) + f"-{block[-1][0].shape[0]}"
    return f"{len(blocks)} x (x + {sizes(blocks[0])})" if residual else sizes(blocks[0])


def describe(blocks, system, rms=None, worst=None, **more):
    facts = {"architecture": architecture(blocks, system.get("residual", 0)), "system": system["text"],
             "seed": system["seed"]}
    if "low" in system:
        facts |= {"box": [list(system["low"]), list(system["high"])], "samples": system["samples"],
                  "epochs": system["epochs"], "rms_error": float(f"{rms:.3g}"), "largest_error": float(f"{worst:.3g}")}
    return facts | more


def readme(facts):
    rows = []
    for name, f in facts.items():
        box = " x ".join(f"[{a:g}, {b:g}]" for a, b in zip(*f["box"])) if "box" in f else ""
        error = f"{f['rms_error']:g}, {f['largest_error']:g}" if "rms_error" in f else ""
        note = ""
        if "zeros" in f:
            note = f"; `vdp_A` pruned, {f['schedule']} schedule: {sum(f['zeros'])} of {sum(f['weights'])} weights are 0"
        rows.append(f"| `{name}.onnx` | {f['architecture']} | {f['system']}{note} | {box} | {f['seed']} | {error} |")
    return f"""# The networks of `make paper`

ONNX (opset {core.OPSET}, float32, free batch dimension; Gemm, Relu, and Add in residual networks), written by
`python paper/train_nets.py` in about a minute from fixed seeds. One machine gives the same bytes each time; another
processor may differ in last digits, which is why the files are kept here. `nets.json` holds the same facts and more.

The pruned networks start from `vdp_A` and are trained on while `paper/prune.py` sets the smallest weights of each
layer to zero, with sparsity s(t) = s_end (1 - (1 - t)^p) between two moments of the training (Zhu and Gupta 2017).

| file | architecture | map | trained on | seed | error on fresh points (rms, largest) |
|---|---|---|---|---|---|
""" + "\n".join(rows) + "\n"


def save(out, name, blocks, residual=False):
    data = core.to_onnx(name, blocks, residual, producer="foldproof paper/train_nets.py")
    (out / f"{name}.onnx").write_bytes(data)


def pruned(out, facts, wanted):
    """vdp_B1..vdp_B9."""
    system = NETWORKS["vdp_A"]
    for k, (share, schedule) in enumerate(prune.GRID):
        name = f"vdp_B{k + 1}"
        if not wanted(name):
            continue
        began = time.time()
        seed = 20 + k
        rng = np.random.default_rng(seed)
        x, y = core.sample(system, np.random.default_rng(system["seed"]), system["samples"])
        (layers,) = blocks = core.rounded([prune.load(out / "vdp_A.onnx")], float)
        fit = lambda after: core.fit(blocks, x, y, rng, prune.EPOCHS, system["batch"], prune.RATE, after_step=after)
        prune.prune(layers, share, schedule, fit)
        blocks = core.rounded(blocks)
        rms, worst = core.errors(blocks, system, rng)
        facts[name] = describe(blocks, system | {"seed": seed, "epochs": prune.EPOCHS}, rms, worst, parent="vdp_A",
                               share=share, schedule=schedule, zeros=[int((W == 0).sum()) for W, _ in blocks[0]],
                               weights=[W.size for W, _ in blocks[0]])
        save(out, name, blocks)
        print(f"{name:10} error rms {rms:.4f}, largest {worst:.4f}; {time.time() - began:.1f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description="train the networks of the paper's experiments")
    parser.add_argument("--out", type=Path, default=HERE / "nets")
    parser.add_argument("--only", nargs="*", help="names of networks; vdp_B needs vdp_A beside it")
    arguments = parser.parse_args()
    wanted = lambda name: not arguments.only or name in arguments.only
    out = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    kept = out / "nets.json"
    facts = json.loads(kept.read_text()) if kept.exists() else {}
    for name, system in NETWORKS.items():
        if not wanted(name):
            continue
        began = time.time()
        if "step" in system:
            blocks, rms, worst = core.train(system)
            facts[name] = describe(blocks, system, rms, worst)
            print(f"{name:10} error rms {rms:.4f}, largest {worst:.4f}; {time.time() - began:.1f} s", flush=True)
        else:
            blocks = random_network(system)
            facts[name] = describe(blocks, system)
        save(out, name, blocks, system.get("residual", 0) > 0)
    pruned(out, facts, wanted)
    order = [*NETWORKS, *(f"vdp_B{k + 1}" for k in range(len(prune.GRID)))]
    facts = {name: facts[name] for name in order if name in facts}
    kept.write_text(json.dumps(facts, indent=1) + "\n")
    (out / "README.md").write_text(readme(facts))


if __name__ == "__main__":
    main()
