"""Asks the program about every reference network and compares with the exact answer.

What.  Writes each network of tests/data/{random_nets,far_collision}.json as ONNX, runs `foldproof radius`
on it up to its search radius, and demands
  sound     lower <= r* <= upper, with nothing refuted where nothing collides;
  paired    the witness, evaluated here in rationals, collides and lies in the ball of radius upper;
  closed    status "solved";
  named     the limit is one of those that occur at r*.
Why.  One command that a person can point at any build; its exit code counts unsound or crashed answers
(status 1) and unclosed or misnamed ones (status 2).

Run:  python check_program.py build/foldproof [--only TEXT] [--threads 1] [--time 20]     (numpy, onnx)
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from brute_force import Network, rational

DATA = Path(__file__).resolve().parents[1] / "data"


def write_onnx(layers, path):
    """Gemm and Relu nodes; every weight of the reference networks is a float32 number."""
    exact = lambda values: np.array([[float(rational(v)) for v in row] for row in values], np.float32)
    nodes, tensors, value = [], [], "x"
    for k, layer in enumerate(layers):
        tensors += [numpy_helper.from_array(exact(layer["W"]), f"W{k}"),
                    numpy_helper.from_array(exact([layer["b"]])[0], f"b{k}")]
        last = k == len(layers) - 1
        nodes.append(helper.make_node("Gemm", [value, f"W{k}", f"b{k}"], ["y" if last else f"z{k}"], transB=1))
        if not last:
            nodes.append(helper.make_node("Relu", [f"z{k}"], [f"a{k}"]))
            value = f"a{k}"
    size = lambda name, n: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", n])
    graph = helper.make_graph(nodes, "reference", [size("x", len(layers[0]["W"][0]))],
                              [size("y", len(layers[-1]["W"]))], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.save(model, str(path))


def complaints(entry, record):
    """(what is false, what is merely unfinished) about one record."""
    false, unfinished = [], []
    lower = Fraction(record["radius"]["lower_exact"])
    upper = record["radius"]["upper_exact"]
    upper = None if upper is None else Fraction(upper)
    if entry["r_star"] == "inf":
        if upper is not None and upper <= Fraction(entry["search_radius"]):
            false.append(f"refuted at {float(upper)}, but nothing collides")
        if not (record["limit"] or "").startswith("none"):
            unfinished.append(f"limit {record['limit']}, expected none")
    else:
        exact = Fraction(entry["r_star"])
        if lower > exact:
            false.append(f"proved {float(lower)}, but r* = {float(exact)}")
        if upper is not None and upper < exact:
            false.append(f"refuted {float(upper)}, but r* = {float(exact)}")
        if upper is not None:
            false += pair_complaints(entry, record, upper)
        if record["limit"] not in entry["pair_kind"]:
            unfinished.append(f"limit {record['limit']}, expected {' or '.join(entry['pair_kind'])}")
    if record["status"] != "solved":
        unfinished.append(f"{record['status']}: {float(lower)} to {upper and float(upper)}, "
                          f"r* = {entry['r_star'][:12]}")
    return false, unfinished


def pair_complaints(entry, record, upper):
    if not record["witness"]:
        return ["refuted without a pair"]
    x, y = ([Fraction(v) for v in record["witness"][key]] for key in ("x_exact", "y_exact"))
    network = Network(entry["layers"])
    if x == y or network.evaluate(x) != network.evaluate(y):
        return ["the pair does not collide"]
    radius = max(abs(v - rational(c)) for p in (x, y) for v, c in zip(p, entry["centre"]))
    # At r* = 0 the record holds one pair that can be scaled towards the centre.
    return [f"the pair lies outside the ball: {float(radius)}"] if radius > upper > 0 else []


def main():
    parser = argparse.ArgumentParser(description="compare the program with the exact answers")
    parser.add_argument("binary")
    parser.add_argument("--only", default="")
    parser.add_argument("--threads", default="1")
    parser.add_argument("--time", default="20")
    arguments = parser.parse_args()
    wrong = unclosed = total = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.onnx"
        for file in ("random_nets", "far_collision"):
            for name, entry in json.loads((DATA / f"{file}.json").read_text())["nets"].items():
                if arguments.only not in name:
                    continue
                total += 1
                write_onnx(entry["layers"], path)
                decimal = lambda v: repr(float(rational(v)))
                began = time.time()
                run = subprocess.run(
                    [arguments.binary, "radius", str(path), "--at=" + ",".join(map(decimal, entry["centre"])),
                     "--max-radius", decimal(entry["search_radius"]), "--threads", arguments.threads,
                     "--time", arguments.time, "--json", "-", "--quiet"], capture_output=True, text=True)
                seconds = time.time() - began
                try:
                    false, unfinished = complaints(entry, json.loads(run.stdout))
                except json.JSONDecodeError:
                    false, unfinished = [f"no record, exit code {run.returncode}: {run.stderr.strip()[:120]}"], []
                wrong, unclosed = wrong + bool(false), unclosed + bool(unfinished)
                if false or unfinished:
                    print(f"{name:16} {seconds:5.1f} s  {'WRONG: ' if false else ''}{'; '.join(false + unfinished)}")
    print(f"{total} networks, {wrong} wrong, {unclosed} not closed or misnamed")
    sys.exit(1 if wrong else 2 if unclosed else 0)


if __name__ == "__main__":
    main()
