"""Every question about residual networks, x + MLP(x), one block and several: paper/nets."""

from fractions import Fraction

import onnx
import pytest
from onnx import numpy_helper

from networks import ROOT

NETS = ROOT / "paper" / "nets"
BLOCKS = {"brus_res1": 1, "vdp_res1": 1, "vdp_res3": 3}


def exact_blocks(name):
    """Layers [W, b] per block, as fractions."""
    tensors = {t.name: numpy_helper.to_array(t) for t in onnx.load(NETS / f"{name}.onnx").graph.initializer}
    layers = [([[Fraction(float(w)) for w in row] for row in tensors[f"W{k}"]],
               [Fraction(float(b)) for b in tensors[f"b{k}"]]) for k in range(len(tensors) // 2)]
    size = len(layers) // BLOCKS[name]
    return [layers[k:k + size] for k in range(0, len(layers), size)]


def exact_value(name, x):
    for block in exact_blocks(name):
        y = x
        for k, (W, b) in enumerate(block):
            y = [sum(w * v for w, v in zip(row, y)) + c for row, c in zip(W, b)]
            if k + 1 < len(block):
                y = [max(v, Fraction(0)) for v in y]
        x = [u + v for u, v in zip(x, y)]
    return x


def pair(record):
    return [[Fraction(v) for v in record["witness"][key]] for key in ("x_exact", "y_exact")]


@pytest.mark.parametrize("name, at", [("brus_res1", (1, Fraction(21, 10))), ("vdp_res1", (0, 0))])
def test_radius(program, name, at):
    record = program.answer("radius", NETS / f"{name}.onnx", "--at", ",".join(str(float(c)) for c in at))
    assert record["proof"]["checked"] and record["limit"] == "fold"
    x, y = pair(record)
    assert x != y and exact_value(name, x) == exact_value(name, y)
    upper = Fraction(record["radius"]["upper_exact"])
    assert all(abs(c - a) <= upper for p in (x, y) for c, a in zip(p, at))


def test_injective_on_a_box_within_the_ball_and_not_beyond(program):
    net = NETS / "vdp_res1.onnx"
    ball = program.answer("radius", net, "--at", "0,0")["radius"]
    inside, outside = 0.99 * ball["lower"], 1.01 * ball["upper"]
    yes = program.answer("injective", net, f"--box={-inside}:{inside},{-inside}:{inside}")
    no = program.answer("injective", net, f"--box={-outside}:{outside},{-outside}:{outside}", code=1)
    assert yes["verdict"] == "proved" and yes["proof"]["checked"]
    assert no["verdict"] == "refuted"
    x, y = pair(no)
    assert x != y and exact_value("vdp_res1", x) == exact_value("vdp_res1", y)


def test_stacked_blocks_are_invertible_on_all_of_their_domain(program):
    record = program.answer("radius", NETS / "vdp_res3.onnx", "--at", "0,0", "--max-radius", "3")
    assert record["radius"] == record["radius"] | {"lower": 3, "upper": None}
    assert record["limit"] == "none_within_max_radius" and record["proof"]["checked"]


def test_pseudo(program):
    net = NETS / "brus_res1.onnx"
    record = program.answer("pseudo", net, "--at", "1,2.1")
    assert record["proof"]["checked"]
    x, y = pair(record)
    assert x != y and exact_value("brus_res1", x) == exact_value("brus_res1", y)
    assert [Fraction(1), Fraction(21, 10)] in (x, y)
    assert program.answer("radius", net, "--at", "1,2.1")["radius"]["lower"] <= record["radius"]["upper"]


def test_factor_with_a_plain_network(program):
    record = program.answer("factor", NETS / "vdp_res1.onnx", NETS / "vdp_A.onnx", "--at", "0,0")
    assert record["r_AB"]["proof"]["checked"] and record["r_BA"]["proof"]["checked"]
    x, y = pair(record["r_AB"])
    assert x != y and exact_value("vdp_res1", x) == exact_value("vdp_res1", y)
    alone = program.answer("radius", NETS / "vdp_res1.onnx", "--at", "0,0")["radius"]
    assert record["r_AB"]["radius"]["upper"] >= alone["lower"]


def test_the_fold_touches_the_ball(program):
    net = NETS / "brus_res1.onnx"
    ball = program.answer("radius", net, "--at", "1,2.1")["radius"]
    record = program.answer("j0", net, "--box=-1.5:4,-1.5:5")
    assert record["complete"] and record["proof"]["checked"]
    distance = min(to_center(record["points"][a], record["points"][b], (1, 2.1))
                   for line in record["lines"] for a, b in zip(line, line[1:]))
    assert ball["lower"] - 1e-9 <= distance <= ball["upper"] + 1e-9


def to_center(p, q, c, steps=60):
    """Distance in the maximum norm of a segment from a point: a convex function on it, so thirds are enough."""
    at = lambda t: max(abs(u + t * (v - u) - w) for u, v, w in zip(p, q, c))
    low, high = 0.0, 1.0
    for _ in range(steps):
        one, two = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, two) if at(one) <= at(two) else (one, high)
    return at((low + high) / 2)


def test_preimages(program):
    record = program.answer("preimages", NETS / "brus_res1.onnx", "--at", "1,2.1", "--box=-5:5,-5:6")
    assert record["status"] == "solved" and record["proof"]["checked"] and record["open"] == 0
    (one,) = record["sets"]
    value = exact_value("brus_res1", [Fraction(1), Fraction(21, 10)])
    found = [[Fraction(v) for v in point["x_exact"]] for point in one["points"]]
    assert [Fraction(1), Fraction(21, 10)] in found and len(found) == len(set(map(tuple, found))) >= 2
    assert all(exact_value("brus_res1", x) == value for x in found)


def test_an_orbit_and_the_margin_along_it(program, tmp_path):
    net, csv = NETS / "vdp_res3.onnx", tmp_path / "orbit.csv"
    record = program.answer("orbit", net, "--at", "1,1", "--skip", "200", "--steps", "4", "-o", csv)
    for before, after in zip(record["points"], record["points"][1:]):
        exact = exact_value("vdp_res3", [Fraction(c) for c in before])
        assert [float(v) for v in exact] == pytest.approx(after, abs=1e-12)
    margin = program.answer("radius", net, "--along", csv, "--max-radius", "2")
    assert all(point["answer"]["proof"]["checked"] for point in margin["points"]) and len(margin["points"]) == 5
