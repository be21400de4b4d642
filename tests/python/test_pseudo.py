"""Problem 2, foldproof pseudo: answers by hand, and by looking at every piece (tests/reference/fibres.py)."""

import random
import sys
from fractions import Fraction

import pytest

from networks import ROOT, evaluate, save_layers, zoo_layers

sys.path.insert(0, str(ROOT / "tests" / "reference"))

from fibres import fibre, nearest_other  # noqa: E402


def fractions(layers):
    return [([[Fraction(w) for w in row] for row in matrix], [Fraction(b) for b in bias]) for matrix, bias in layers]


def ask(program, net, at, *options, code=0):
    record = program.answer("pseudo", net, f"--at={','.join(map(str, at))}", *options, code=code)
    assert record["question"] == "pseudo" and record["proof"]["checked"], record["proof"]
    return record


def bracket_holds(record, layers, at, expected):
    """lower <= R <= upper within the gap, and the witness is what it says."""
    radius = record["radius"]
    lower = Fraction(radius["lower_exact"])
    if expected is None:
        assert radius["upper"] is None and record["limit"] == "none_within_max_radius"
        return
    upper = Fraction(radius["upper_exact"])
    assert lower <= expected <= upper
    assert lower >= upper * (1 - Fraction(1, 10**6))
    x, y = ([Fraction(v) for v in record["witness"][key]] for key in ("x_exact", "y_exact"))
    assert x == [Fraction(v) for v in at] and x != y and evaluate(layers, x) == evaluate(layers, y)
    if upper:
        assert max(abs(a - b) for a, b in zip(x, y)) == upper


# f, the point, R (None: beyond 10 max(1, |c|)), what it ends at
HAT = [([[1], [1]], [0, -1]), ([[1, -2]], [0])]              # up to 1, then down: f(x) = x - 2 relu(x - 1) on x >= 0
PLATEAU = [([[1], [1]], [0, -1]), ([[1, -1]], [0])]          # 0, then x, then 1 from 1 on
CLIFF = [([[1], [1], [1]], [-1, -2, -3]), ([[1, -1, 0]], [0])]
SUM = [([[1, 0], [-1, 0], [0, 1], [0, -1]], [0] * 4), ([[1, 1, 1, 1]], [0])]           # |x| + |y|, 2 -> 1
LIFT = [([[1, 0], [0, 1]], [0, 0]), ([[1, 0], [0, 1], [1, -1]], [0, 0, 0])]            # relu x, relu y and more, 2 -> 3
ABS_AND_X = [([[1], [-1]], [0, 0]), ([[1, 1], [1, -1]], [0, 0])]                         # (|x|, x), 1 -> 2
FOLD2 = [([[1, 0], [-1, 0], [0, 1], [0, -1]], [0] * 4), ([[1, 1, 0, 0], [0, 0, 1, -1]], [0, 0])]  # (|x|, y)


@pytest.mark.parametrize(("layers", "at", "expected", "limit"), [
    (zoo_layers("abs1d"), ["0"], None, None),
    (zoo_layers("abs1d"), ["1/3"], Fraction(2, 3), "preimage"),
    (zoo_layers("abs1d"), ["-1e-9"], Fraction(2, 10**9), "preimage"),
    (HAT, ["1/2"], Fraction(1), "preimage"),
    (HAT, ["1"], None, None),
    (HAT, ["2"], 0, "flat"),                                   # f(2) = 0 = f(x) for x <= 0, and ...
    (PLATEAU, ["1/2"], None, None),
    (PLATEAU, ["1"], 0, "flat"),
    (PLATEAU, ["5"], 0, "flat"),
    (CLIFF, ["3/2"], None, None),
    (SUM, ["0", "0"], None, None),
    (SUM, ["1", "1/2"], 0, "flat"),
    (SUM, ["1", "0"], 0, "flat"),
    (LIFT, ["1", "1"], None, None),
    (LIFT, ["-1", "1"], 0, "flat"),
    (ABS_AND_X, ["0"], None, None),
    (ABS_AND_X, ["3"], None, None),
    (FOLD2, ["0", "7"], None, None),
    (FOLD2, ["1/4", "0.1"], Fraction(1, 2), "preimage"),
    (zoo_layers("branch2"), ["0", "0"], None, None),
    (zoo_layers("branch2"), ["1", "1/2"], Fraction(2), "preimage"),
    (zoo_layers("branch4"), ["1/2", "1/8"], None, "compare"),
    (zoo_layers("dup_cancel1d"), ["0"], None, None),
    (zoo_layers("plateau1d"), ["1.5"], 0, "flat"),
    (zoo_layers("clamp1d"), ["0"], 0, "flat"),
    (zoo_layers("shear2"), ["0", "0"], None, None),
    (zoo_layers("alpha_curve"), ["2"], None, "compare"),
])
def test_by_hand(program, tmp_path, layers, at, expected, limit):
    layers = fractions(layers)
    if layers is HAT and at == ["2"]:
        expected = Fraction(2)
    net = save_layers(tmp_path / "net.onnx", [([[float(w) for w in row] for row in m], [float(b) for b in v])
                                              for m, v in layers])
    center = [Fraction(v) for v in at]
    reach = 10 * max([1] + [abs(v) for v in center])
    parts = fibre(layers, evaluate(layers, center), [c - reach for c in center], [c + reach for c in center])
    by_pieces = nearest_other(parts, center)
    if limit != "compare" and at != ["2"]:
        assert by_pieces == expected, "the answer by hand"
    record = ask(program, net, at)
    bracket_holds(record, layers, at, by_pieces)
    if limit in ("preimage", "flat") and at != ["2"]:
        assert record["limit"] == limit


def random_layers(random, shape):
    return [([[random.randint(-3, 3) for _ in range(before)] for _ in range(after)],
             [random.randint(-2, 2) for _ in range(after)]) for before, after in zip(shape, shape[1:])]


@pytest.mark.parametrize("seed", range(24))
def test_random_networks_with_degenerate_places(program, tmp_path, seed):
    """Small integer weights, so that hinges meet, pieces are flat and values are reached on hinges."""
    draw = random.Random(seed)
    shape = draw.choice([(1, 3, 1), (1, 4, 3, 1), (2, 3, 2), (2, 4, 2), (2, 3, 3, 2), (2, 3, 1), (2, 4, 3), (1, 3, 2)])
    layers = random_layers(draw, shape)
    net = save_layers(tmp_path / "net.onnx", layers)
    exact = fractions(layers)
    at = [Fraction(draw.randint(-8, 8), draw.choice([1, 2, 3])) for _ in range(shape[0])]
    reach = 10 * max([1] + [abs(v) for v in at])
    parts = fibre(exact, evaluate(exact, at), [c - reach for c in at], [c + reach for c in at])
    for threads in (1, 2):
        bracket_holds(ask(program, net, at, "--threads", threads), exact, at, nearest_other(parts, at))


def test_within_a_domain(program, zoo):
    inside = ask(program, zoo("abs1d"), ["1/3"], "--domain=-1:1")
    assert Fraction(inside["radius"]["upper_exact"]) == Fraction(2, 3)
    outside = ask(program, zoo("abs1d"), ["1/3"], "--domain=-1/4:1")
    assert outside["limit"] == "none_within_domain" and outside["witness"] is None


def test_both_problems_in_one_record(program, nets):
    record = program.answer("radius", nets / "brusselator.onnx", "--at", "1,2.1", "--pseudo")
    alone = record["pseudo"]
    assert record["status"] == alone["status"] == "solved" and alone["proof"]["checked"]
    assert 0 < record["radius"]["lower"] <= alone["radius"]["upper"]
    assert alone["witness"]["x_exact"] == ["1", "21/10"]
    assert program.answer("radius", nets / "brusselator.onnx", "--at", "1,2.1")["pseudo"] is None


def test_a_run_that_is_stopped_keeps_its_bracket(program, hard):
    net, at = hard
    record = program.answer("pseudo", net, "--at", at, "--max-radius", "1000", "--time", "0.5", code=3)
    assert record["status"] == "stopped" and record["stop_reason"] == "time" and record["proof"]["checked"]
    assert record["radius"]["lower"] > 0


def test_bad_input(program, zoo):
    program.refuses("pseudo", zoo("abs1d"), "--at", "1,2", says=("2 coordinates", "1 free input"))
    program.refuses("pseudo", zoo("abs1d"), says=("--at",))
    program.refuses("pseudo", zoo("abs1d"), "--at", "5", "--domain", "0:1", says=("outside the domain",))
