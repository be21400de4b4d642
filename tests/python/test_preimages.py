"""foldproof preimages: against answers by hand and against every piece looked at (tests/reference/fibres.py)."""

import random
import sys
from fractions import Fraction

import numpy as np
import pytest

from networks import ROOT, evaluate, save_layers, zoo_layers

sys.path.insert(0, str(ROOT / "tests" / "reference"))

from fibres import fibre, isolated  # noqa: E402
from test_pseudo import fractions, random_layers  # noqa: E402


def joined(numbers):
    return ",".join(map(str, numbers))


def boxed(box):
    return ",".join(f"{low}:{high}" for low, high in box)


def points_of(entry):
    return {tuple(Fraction(v) for v in point["x_exact"]) for point in entry["points"]}


def agrees(entry, layers, value, box):
    """Complete, exact, and the same preimages as the pieces show."""
    sides = [Fraction(low) for low, _ in box], [Fraction(high) for _, high in box]
    parts = fibre(layers, value, *sides)
    assert entry["complete"] and entry["open"] == 0
    listed = points_of(entry)
    assert len(listed) == len(entry["points"])
    for x in listed:
        assert evaluate(layers, list(x)) == value
    flats = [part for part in parts if len(part) > 1]
    alone = {tuple(Fraction(v) for v in p["x_exact"]) for p in entry["points"] if p["isolated"]}
    assert alone == isolated(parts)
    assert bool(entry["flats"]) == bool(flats)
    for flat in entry["flats"]:
        ends = [[Fraction(v) for v in flat[end]] for end in ("x_exact", "y_exact")]
        middle = [(a + b) / 2 for a, b in zip(*ends)]
        assert ends[0] != ends[1]
        for x in (*ends, middle):
            assert evaluate(layers, x) == value
            assert all(Fraction(low) <= v <= Fraction(high) for v, (low, high) in zip(x, box))


def ask(program, net, box, *options, code=0):
    record = program.answer("preimages", net, f"--box={boxed(box)}", *options, code=code)
    assert record["question"] == "preimages" and record["proof"]["checked"], record["proof"]
    return record


def saved(path, layers):
    return save_layers(path, [([[float(w) for w in row] for row in m], [float(b) for b in v]) for m, v in layers])


SUM = [([[1, 0], [-1, 0], [0, 1], [0, -1]], [0] * 4), ([[1, 1, 1, 1]], [0])]                      # |x| + |y|
FOLD2 = [([[1, 0], [-1, 0], [0, 1], [0, -1]], [0] * 4), ([[1, 1, 0, 0], [0, 0, 1, -1]], [0, 0])]  # (|x|, y)
LIFT = [([[1, 0], [0, 1]], [0, 0]), ([[1, 0], [0, 1], [1, -1]], [0, 0, 0])]                        # 2 -> 3

RAMPS = [([[1, 0], [0, 1]], [0, 0]), ([[1, 1], [0, 0]], [0, 0])]                                   # (x+ + y+, 0)
RAMPS3 = [([[1, 0, 0], [0, 1, 0]], [0, 0]), ([[1, 1]], [0])]                                       # x+ + y+
SUM3 = [([[s * (i == k) for i in range(3)] for k in range(3) for s in (1, -1)], [0] * 6), ([[1] * 6], [0])]

# layers, value, box, preimages (points, flat segments are expected or not)
BY_HAND = {
    "two": (zoo_layers("abs1d"), [1], [(-2, 3)], {(-1,), (1,)}, False),
    "one is cut off": (zoo_layers("abs1d"), [1], [("-1/2", 3)], {(1,)}, False),
    "on both faces": (zoo_layers("abs1d"), [1], [(-1, 1)], {(-1,), (1,)}, False),
    "on the hinge": (zoo_layers("abs1d"), [0], [(-2, 3)], {(0,)}, False),
    "outside the range": (zoo_layers("abs1d"), ["-1/10"], [(-2, 3)], set(), False),
    "a plateau": (zoo_layers("plateau1d"), [1], [(-3, 3)], None, True),
    "the end of a plateau only": (zoo_layers("clamp1d"), [0], [(0, 3)], {(0,)}, False),
    "a clamp": (zoo_layers("clamp1d"), [1], [(-1, 3)], None, True),
    "on a fold": (FOLD2, [0, "1/3"], [(-1, 1), (-1, 1)], {(0, Fraction(1, 3))}, False),
    "beside a fold": (FOLD2, ["1/1000000", 0], [(-1, 1), (-1, 1)],
                      {(Fraction(1, 10**6), 0), (-Fraction(1, 10**6), 0)}, False),
    "a branch point": (zoo_layers("branch2"), [0, 0], [(-1, 2), (-1, 1)], {(0, 0)}, False),
    "twice around": (zoo_layers("branch2"), ["1/2", "1/4"], [(-2, 2), (-2, 2)], None, False),
    "four times around": (zoo_layers("branch4"), ["1/3", "1/7"], [(-2, 2), (-2, 2)], None, False),
    "fewer outputs, one point": (SUM, [0], [(-1, 2), (-1, 1)], {(0, 0)}, False),
    "fewer outputs, a curve": (SUM, [1], [(-2, 2), (-2, 2)], None, True),
    "fewer outputs, nothing": (SUM, [-1], [(-2, 2), (-2, 2)], set(), False),
    "more outputs": (LIFT, [1, 2, -1], [(-3, 3), (-3, 3)], {(1, 2)}, False),
    "more outputs, not reached": (LIFT, [1, 2, 0], [(-3, 3), (-3, 3)], set(), False),
    "more outputs, flat": (LIFT, [0, 0, 0], [(-3, 3), (-3, 3)], None, True),
    "more outputs, a flat side": (LIFT, [1, 0, 1], [(-3, 3), (-3, 3)], None, True),
    # Where both are positive, relu(x) + relu(y) is 0 in one corner, which is the end of flat segments of other pieces.
    "a singular piece touches flat ones": (RAMPS, [0, 0], [(-1, 1), (-1, 1)], None, True),
    "a corner of the box": (SUM, ["3/10"], [("1/10", 1), ("1/5", 1)], {(Fraction(1, 10), Fraction(1, 5))}, False),
    "a curve in the plane": (zoo_layers("alpha_curve"), None, [(-3, 7)], None, False),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_by_hand(program, tmp_path, name):
    layers, value, box, points, flat = BY_HAND[name]
    layers = fractions(layers)
    value = [Fraction(v) for v in value] if value else evaluate(layers, [Fraction(1, 2)])
    record = ask(program, saved(tmp_path / "net.onnx", layers), box, f"--of={joined(value)}")
    (entry,) = record["sets"]
    agrees(entry, layers, value, box)
    if points is not None:
        assert points_of(entry) == {tuple(map(Fraction, point)) for point in points}
    assert bool(entry["flats"]) == flat
    assert record["points"] == len(entry["points"]) and record["flats"] == len(entry["flats"])


def test_singular_pieces_in_space(program, tmp_path):
    """|x| + |y| + |z| = 0 in one point, where eight pieces meet; x+ + y+ = 0 on a quarter of the box and beyond its
    edge."""
    box = [(-1, 2), (-1, 1), (-2, 1)]
    (entry,) = ask(program, saved(tmp_path / "point.onnx", fractions(SUM3)), box, "--of=0")["sets"]
    assert entry["complete"] and points_of(entry) == {(0, 0, 0)} and not entry["flats"]
    (entry,) = ask(program, saved(tmp_path / "flat.onnx", fractions(RAMPS3)), box, "--of=0")["sets"]
    assert entry["complete"] and entry["flats"] and not any(p["isolated"] for p in entry["points"])


@pytest.mark.parametrize("seed", range(24))
def test_random_networks_with_degenerate_places(program, tmp_path, seed):
    draw = random.Random(1000 + seed)
    shape = draw.choice([(1, 3, 1), (1, 4, 3, 1), (2, 3, 2), (2, 4, 2), (2, 3, 3, 2), (2, 3, 1), (2, 3, 3), (1, 3, 2)])
    layers = random_layers(draw, shape)
    exact = fractions(layers)
    box = [(Fraction(-draw.randint(1, 6), draw.choice([1, 3])), Fraction(draw.randint(1, 6))) for _ in range(shape[0])]
    # Integer points lie on hinges often; their images are reached there.
    at = [[Fraction(draw.randint(-3, 3), draw.choice([1, 1, 2, 7])) for _ in range(shape[0])] for _ in range(4)]
    values = [evaluate(exact, x) for x in at] + [[Fraction(draw.randint(-5, 5)) for _ in range(shape[-1])]]
    net = saved(tmp_path / "net.onnx", layers)
    (tmp_path / "values.csv").write_text("".join(joined(value) + "\n" for value in values))
    record = ask(program, net, box, f"--of=@{tmp_path / 'values.csv'}")
    for entry, value in zip(record["sets"], values, strict=True):
        assert [Fraction(v) for v in entry["value_exact"]] == value
        agrees(entry, exact, value, box)
    again = ask(program, net, box, f"--of=@{tmp_path / 'values.csv'}", "--threads", "1")
    assert again["sets"] == record["sets"], "the number of threads changes nothing"


@pytest.mark.parametrize("seed", range(12))
def test_random_networks_in_space(program, tmp_path, seed):
    """Hinges through integer points, cuts that miss them by a rounding (sevenths), fibres of all dimensions: all is
    decided."""
    draw = random.Random(seed)
    shape = draw.choice([(3, 3, 1), (3, 3, 2), (3, 4, 3), (3, 5, 2), (4, 4, 2)])
    layers = random_layers(draw, shape)
    exact = fractions(layers)
    box = [(Fraction(-draw.randint(1, 6), draw.choice([1, 3])), Fraction(draw.randint(1, 6), draw.choice([1, 7])))
           for _ in range(shape[0])]
    at = [[Fraction(draw.randint(-3, 3), draw.choice([1, 7])) for _ in range(shape[0])] for _ in range(2)]
    at.append([draw.choice(sides) for sides in box])
    values = [evaluate(exact, x) for x in at]
    (tmp_path / "values.csv").write_text("".join(joined(value) + "\n" for value in values))
    record = ask(program, saved(tmp_path / "net.onnx", layers), box, f"--of=@{tmp_path / 'values.csv'}")
    for entry, value, x in zip(record["sets"], values, at, strict=True):
        assert entry["complete"] and entry["open"] == 0
        assert all(evaluate(exact, list(p)) == value for p in points_of(entry))
        inside = all(low <= v <= high for v, (low, high) in zip(x, box))
        assert not inside or entry["flats"] or tuple(x) in points_of(entry)


def test_many_values_at_once(program, nets, tmp_path):
    """The outputs at given points: each point is among the preimages; a value alone gives the same answer."""
    draw = random.Random(3)
    at = [[f"{draw.uniform(-1, 3.5):.4f}", f"{draw.uniform(-1, 4.5):.4f}"] for _ in range(60)]
    (tmp_path / "orbit.csv").write_text("x,y\n" + "".join(joined(x) + "\n" for x in at))
    net, box = nets / "brusselator.onnx", [("-1.5", 4), ("-1.5", 5)]
    record = ask(program, net, box, f"--at=@{tmp_path / 'orbit.csv'}")
    for entry, x in zip(record["sets"], at, strict=True):
        assert entry["complete"] and tuple(map(Fraction, x)) in points_of(entry)
    assert {len(entry["points"]) for entry in record["sets"]} >= {1, 2, 3}
    (alone,) = ask(program, net, box, f"--at={joined(at[7])}")["sets"]
    assert alone == record["sets"][7]
    np.save(tmp_path / "orbit.npy", np.array([[float(v) for v in x] for x in at]))
    other = ask(program, net, box, f"--at=@{tmp_path / 'orbit.npy'}")
    assert [len(e["points"]) for e in other["sets"]] == [len(e["points"]) for e in record["sets"]]


def test_a_run_that_is_stopped_says_what_is_open(program, hard):
    net, at = hard
    record = ask(program, net, [(-8, 8)] * 6, f"--at={at}", "--time", "0.3", code=3)
    assert record["status"] == "stopped" and record["stop_reason"] == "time" and record["open"] > 0
    assert not record["sets"][0]["complete"]
    done = program.run("preimages", net, f"--box={boxed([(-8, 8)] * 6)}", f"--at={at}", "--time", "0.3")
    assert "not proved to be all" in done.stdout and "boxes left" in done.stdout


def test_words(program, zoo):
    net = zoo("abs1d")
    words = program.run("preimages", net, "--of=1", "--box=-2:2").stdout
    assert "exactly 2 preimages in the box, proved" in words and "(-1)" in words and "(1)" in words
    assert "no preimage in the box, proved" in program.run("preimages", net, "--of=-1", "--box=-2:2").stdout
    flat = program.run("preimages", zoo("plateau1d"), "--of=1", "--box=-3:3").stdout
    assert "whole segments of preimages on 1 linear piece" in flat


def test_bad_input(program, zoo, tmp_path):
    net = zoo("abs1d")
    program.refuses("preimages", net, "--box=0:1", says=("--of", "--at"))
    program.refuses("preimages", net, "--of=1", "--at=1", "--box=0:1", says=("--of", "--at"))
    program.refuses("preimages", net, "--of=1", says=("--box",))
    program.refuses("preimages", net, "--of=1,2", "--box=0:1", says=("2 numbers", "1 outputs"))
    program.refuses("preimages", net, "--of=one", "--box=0:1", says=("one",))
    program.refuses("preimages", net, "--of=1", "--box=1:0", says=("--box",))
    program.refuses("preimages", net, "--of=1", "--box=0:1,0:1", says=("2 intervals",))
    (tmp_path / "bad.csv").write_text("1\n2,3\n")
    program.refuses("preimages", net, f"--of=@{tmp_path / 'bad.csv'}", "--box=0:1", says=("line 2", "2 numbers"))
    np.save(tmp_path / "cube.npy", np.zeros((2, 2, 2)))
    program.refuses("preimages", net, f"--of=@{tmp_path / 'cube.npy'}", "--box=0:1", says=("shape",))
