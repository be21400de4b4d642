"""Networks made to mislead: the answer is right, or left open with a reason, and never wrong.

Huge and tiny weights, rows and coordinates of very different scale, terms that cancel so that floating point sees
another function than real arithmetic (Zombori et al. 2021), Jacobians next to singular, folds with determinants of
1e-9, hinges where boxes are cut, on their faces and at the centre, thousands of neurons that do nothing.  The exact
radius is derived by hand or by tests/reference/brute_force.py from the weights as they are stored; every pair is
evaluated in fractions; every answer must have passed the checker.
"""

import json
import sys
from fractions import Fraction

import numpy as np
import pytest

from networks import ROOT, evaluate, save_layers, zoo_layers

sys.path.insert(0, str(ROOT / "tests" / "reference"))
import brute_force  # noqa: E402

FLOAT, DOUBLE = np.float32, np.float64
NOTHING = None    # no collision within the largest radius
BIG = 2.0**54


def stored(layers, dtype):
    """The weights as the file holds them, exactly."""
    exact = lambda value: Fraction(float(dtype(value)))
    return [([[exact(w) for w in row] for row in matrix], [exact(v) for v in bias]) for matrix, bias in layers]


def value_in(dtype, layers, x):
    """What a library for inference would compute."""
    x = np.array(x, dtype)
    with np.errstate(all="ignore"):
        for k, (matrix, bias) in enumerate(layers):
            x = np.array(matrix, dtype) @ x + np.array(bias, dtype)
            x = np.maximum(x, dtype(0)) if k + 1 < len(layers) else x
    return x.tolist()


def exact_radius(layers, at, most):
    network = brute_force.Network([{"W": matrix, "b": bias} for matrix, bias in layers])
    return brute_force.solve(brute_force.Square(network, at.split(",")), Fraction(most)).radius


def times(layers, *factors):
    """The same function with layer k scaled by factors[k], up to the scale of its outputs and up to rounding."""
    scale, result = Fraction(1), []
    for (matrix, bias), factor in zip(layers, factors):
        scale *= Fraction(factor)
        matrix = [[float(w * Fraction(factor)) for w in row] for row in matrix]
        result.append((matrix, [float(b * scale) for b in bias]))
    return result


ABS, SHIFT, BRANCH = zoo_layers("abs1d"), zoo_layers("shift_fold"), zoo_layers("branch2")
BAD, TAME, CLAMP = zoo_layers("pmat_bad"), zoo_layers("pmat_ok"), zoo_layers("clamp1d")


@pytest.fixture
def ask(program, tmp_path):
    def question(layers, at, most, dtype=DOUBLE, radius="exact", closes=True, domain=None):
        """The record, after everything it claims was compared with the exact radius."""
        exact = stored(layers, dtype)
        if radius == "exact":
            radius = exact_radius(exact, at, most)
        network = save_layers(tmp_path / "net.onnx", layers, dtype)
        limits = ["--domain=" + domain] if domain else []
        done = program.run("radius", network, f"--at={at}", "--max-radius", most, "--threads", 1, "--time",
                           30 if closes else "1/2", "--json", "-", *limits)
        assert done.returncode in ({0} if closes else {0, 3}), (done.returncode, done.stderr)
        record = json.loads(done.stdout)
        assert record["proof"]["checked"] is True, record["proof"]
        lower, upper = Fraction(record["radius"]["lower_exact"]), record["radius"]["upper_exact"]
        assert Fraction(record["radius"]["lower"]) <= lower
        if radius is not None:
            assert lower <= radius
        if upper is None:
            assert record["witness"] is None
            if record["status"] == "solved":
                assert lower >= Fraction(most) or record["limit"] == "none_within_domain"
        else:
            upper = Fraction(upper)
            assert radius is not None and radius <= upper, (record["radius"], record["witness"])
            witness = record["witness"]
            x, y = ([Fraction(entry) for entry in witness[point]] for point in ("x_exact", "y_exact"))
            assert x != y
            image = evaluate(exact, x)
            assert image == evaluate(exact, y) == [Fraction(entry) for entry in witness["f_exact"]]
            centre = [Fraction(c) for c in at.split(",")]
            distance = max(abs(v - c) for point in (x, y) for v, c in zip(point, centre))
            assert distance == upper or (upper == 0 and "scale_exact" in witness)
            if record["status"] == "solved" and upper:
                assert (upper - lower) / upper <= Fraction(1, 10**6)
            if domain:
                sides = [[Fraction(end) for end in side.split(":")] for side in domain.split(",")]
                assert all(low <= v <= high for point in (x, y) for v, (low, high) in zip(point, sides))
        if record["status"] != "solved":
            assert not closes and record["stop_reason"] in ("time", "unresolved")
        return record

    return question


# ---------------------------------------------------------------- scales

SCALES = [(FLOAT, 1e30, 1e-30), (FLOAT, 1e-30, 1e30), (FLOAT, 1e30, 1e8), (FLOAT, 1e-40, 1e-38), (DOUBLE, 1e30, 1e-30),
          (DOUBLE, 1e-30, 1e-30), (DOUBLE, 1e300, 1), (DOUBLE, 1e-300, 1), (DOUBLE, 1e150, 1e150),
          (DOUBLE, 1e300, 1e-300)]
PLANE = {"abs": (ABS, "1", "3"), "shift": (SHIFT, "0,0", "3"), "branch": (BRANCH, "1,1", "2"), "bad": (BAD, "1,1", "3"),
         "tame": (TAME, "0,0", "2")}


@pytest.mark.parametrize("dtype,first,last", SCALES)
@pytest.mark.parametrize("name", PLANE)
def test_huge_and_tiny_weights(ask, name, dtype, first, last):
    layers, at, most = PLANE[name]
    ask(times(layers, first, last), at, most, dtype)


@pytest.mark.parametrize("name", ["abs", "shift", "branch", "tame", "bad"])
@pytest.mark.parametrize("dtype,powers", [(FLOAT, (30, -30, 0, 10, -35)), (DOUBLE, (200, -200, 0, 90, -250))])
def test_rows_of_very_different_scale(ask, name, dtype, powers):
    """Hidden row j times 10^p_j, what reads it times 10^-p_j; the second output much smaller than the first."""
    ((first, bias), (last, end)), at, most = PLANE[name]
    scale = [10.0 ** powers[j % 5] for j in range(len(first))]
    first = [[float(w) * s for w in row] for s, row in zip(scale, first)]
    last = [[float(w) / s for w, s in zip(row, scale)] for row in last]
    last[-1] = [w * 10.0 ** -powers[3] for w in last[-1]]
    ask([(first, [float(b) * s for b, s in zip(bias, scale)]), (last, [float(b) for b in end])], at, most, dtype)


@pytest.mark.parametrize("unit", [1e-2, 1e-4, 1e-9, 1e-6])
@pytest.mark.parametrize("dtype", [FLOAT, DOUBLE])
def test_outputs_in_different_units(ask, unit, dtype):
    (first, bias), ((one, other), end) = BRANCH
    ask([(first, bias), ([[float(w) * unit for w in one], other], end)], "1,1", "2", dtype)


@pytest.mark.parametrize("factor", [1e-6, 1e6, 2.0**-100, 2.0**100])
def test_coordinates_of_very_different_scale(ask, factor):
    """(|x - 1|, F y) has r* = 1, and (|x / F - 1|, y) has r* = F, whatever F."""
    hidden = lambda a: ([[1 / a, 0], [-1 / a, 0], [0, 1], [0, -1]], [-1, 1, 0, 0])
    ask([hidden(1.0), ([[1, 1, 0, 0], [0, 0, factor, -factor]], [0, 0])], "0,0", "3", radius=Fraction(1))
    most = Fraction(factor) * 3
    ask([hidden(factor), ([[1, 1, 0, 0], [0, 0, 1, -1]], [0, 0])], "0,0",
        f"{most.numerator}/{most.denominator}", closes=factor < 1e20)


def test_ten_layers_that_grow(ask):
    """|x| through ten layers of weight 1e30 in float32: far beyond the range of the type, and not of real numbers."""
    layers = [([[1.0], [-1.0]], [0, 0])] + [([[1e30, 0], [0, 1e30]], [0, 0])] * 4 + [([[1e30, 1e30]], [0])]
    assert not np.isfinite(value_in(FLOAT, layers, [1.0])).all()
    ask(layers, "1", "3", FLOAT, radius=Fraction(1))


@pytest.mark.parametrize("name,first,last", [
    ("shift", 1, 1e-320), ("branch", 1, 1e-320), ("bad", 1, 1e-320), ("tame", 1, 1e-320),
    ("abs", 1e300, 1e300), ("abs", 1e-300, 1e-300), ("abs", 1e308, 1)])
def test_outputs_and_determinants_beyond_the_doubles(ask, name, first, last):
    layers, at, most = PLANE[name]
    ask(times(layers, first, last), at, most, closes=False)


@pytest.mark.parametrize("weight", [1e-310, 5e-324])
def test_denormal_weights(ask, weight):
    ask([([[weight], [-weight]], [0, 0]), ([[1, 1]], [0])], "1", "3", radius=Fraction(1))


# ---------------------------------------------------------------- cancellation

CANCELLING = {
    # 2 relu(relu(x + B) - B) - relu(x + B) + B = |x| for |x| < B: float32 sees 0
    "abs": ([([[1], [1]], [BIG, BIG]), ([[1, 0], [0, 1]], [-BIG, 0]), ([[2, -1]], [BIG])], "1", Fraction(1)),
    # 2 relu(relu(x + B) - B): flat below 0
    "flat": ([([[1]], [BIG]), ([[1]], [-BIG]), ([[2]], [0])], "1", Fraction(1)),
    # (|x|, y), both through B
    "plane": ([([[1, 0], [0, 1]], [BIG, BIG]), ([[1, 0], [1, 0], [0, 1]], [-BIG, 0, 0]),
               ([[2, -1, 0], [0, 0, 1]], [BIG, -BIG])], "1,1", Fraction(1)),
    # x, as (B |x|) - (B - 1) relu(x) - (B + 1) relu(-x), with B small enough for B + 1
    "nothing": ([([[1], [-1]], [0, 0]), ([[2.0**23, 2.0**23], [1, 0], [0, 1]], [0, 0, 0]),
                 ([[1, 1 - 2.0**23, -1 - 2.0**23]], [0])], "1", NOTHING),
    # |x| + B relu(x) - B relu(x), the last two as 2 B relu(x) / 2 and B relu(x)
    "sum": ([([[1], [2], [-1]], [0, 0, 0]), ([[BIG + 4, -BIG / 2, 1], [0, 0, 1]], [0, 0]), ([[1, 0]], [0])], "1",
            "exact"),
}


@pytest.mark.parametrize("name", CANCELLING)
@pytest.mark.parametrize("dtype", [FLOAT, DOUBLE])
def test_terms_that_cancel(ask, name, dtype):
    layers, at, radius = CANCELLING[name]
    ask(layers, at, "3", dtype, radius, closes=False)


def test_floating_point_sees_another_function():
    """The networks above do mislead: evaluated in the type of their weights they are constant next to the centre."""
    for name in ("abs", "flat"):
        layers = CANCELLING[name][0]
        for dtype in (FLOAT, DOUBLE):
            exact = stored(layers, dtype)
            assert value_in(dtype, layers, [0.25]) == value_in(dtype, layers, [0.5]) == [0.0]
            assert evaluate(exact, [Fraction(1, 4)]) != evaluate(exact, [Fraction(1, 2)])


@pytest.mark.parametrize("dtype,big", [(FLOAT, 2.0**20), (DOUBLE, 2.0**30)])
def test_terms_that_cancel_within_the_type(ask, dtype, big):
    """The same with bits to spare: settled."""
    ask([([[1]], [big]), ([[1]], [-big]), ([[2]], [0])], "1", "3", dtype, Fraction(1))
    ask([([[1], [1]], [big, big]), ([[1, 0], [0, 1]], [-big, -big]), ([[2, 0]], [0])], "1", "3", dtype, Fraction(1))


def test_copies_that_cancel(ask):
    """|x| + 1e30 relu(x) - 1e30 relu(x), and the same with 200 copies of a neuron whose weights sum to 0."""
    ask([([[1], [-1], [1], [1]], [0] * 4), ([[1, 1, 1e30, -1e30]], [0])], "1", "3", FLOAT, Fraction(1))
    ask([([[1], [-1]] + [[3]] * 200, [0] * 202), ([[1, 1] + [7, -7] * 100], [0])], "1", "3", FLOAT, Fraction(1))
    weights = [float(k) for k in range(-100, 101)]
    ask([([[1], [-1]] + [[2.0 ** k] for k in range(-100, 101)], [0] * 203),
         ([[1, 1] + [w * 2.0**-k for k, w in zip(range(-100, 101), weights)]], [0])], "1", "3", DOUBLE, Fraction(1))


# ---------------------------------------------------------------- next to singular

def bent(matrix, direction, offset, change):
    """M (x, y) + change relu(direction . (x, y) + offset); its linear part written with four neurons."""
    rows = [[1, 0], [-1, 0], [0, 1], [0, -1], list(direction)]
    return [(rows, [0, 0, 0, 0, offset]), ([[m[0], -m[0], m[1], -m[1], c] for m, c in zip(matrix, change)], [0, 0])]


TINY = [1e-4, 1e-9, 1e-12, 1e-14]


@pytest.mark.parametrize("e", TINY)
def test_jacobians_next_to_singular(ask, e):
    """det = e relative to entries of size 1: below 1e-13 the tests in double may give up, and say so."""
    matrix = [[1, 1], [1, 1 + e]]
    ask(bent(matrix, (1, 0), -1, (0, 0)), "0,0", "2", radius=NOTHING, closes=e > 1e-13)
    ask(bent(matrix, (1, 1), -0.5, (0.5, 0.5)), "0,0", "2", closes=e > 1e-13)


@pytest.mark.parametrize("e", TINY)
def test_folds_of_tiny_determinant(ask, e):
    """Determinants e and -e on the two sides of y = 1, or of x + 2 y = 1."""
    matrix = [[1, 1], [1, 1 + e]]
    ask(bent(matrix, (0, 1), -1, (0, -2 * e)), "0,0", "2", radius=Fraction(1), closes=e > 1e-13)
    ask(bent(matrix, (1, 2), -1, (0, -2 * e)), "0,0", "2", radius=Fraction(1, 3), closes=e > 1e-13)


def test_exactly_singular(ask):
    """Rank 1 everywhere, and on one side of a hinge; e is a power of two, so that it cancels exactly."""
    assert ask(bent([[1, 1], [1, 1]], (1, 0), -1, (0, 0)), "0,0", "2", radius=Fraction(0))["limit"] == "flat"
    record = ask(bent([[1, 1], [1, 1 + 2.0**-20]], (0, 1), -1, (0, -2.0**-20)), "0,0", "2", radius=Fraction(1))
    assert record["limit"] in ("flat", "fold")
    for layers, at in (([([[1, 2], [2, 4]], [0, 0]), ([[1, 0], [0, 1]], [0, 0])], "1,1"),
                       ([([[0.0]], [1]), ([[1]], [0])], "1")):
        assert ask(layers, at, "2", radius=Fraction(0))["limit"] == "flat"


# ---------------------------------------------------------------- neurons that do nothing

def with_more(layers, count, bias):
    """`count` more neurons with random weights, inactive (or active) on all of the ball; their outputs are read."""
    random = np.random.default_rng(5)
    (first, first_bias), (last, last_bias) = layers
    more = random.normal(size=(count, len(first[0])))
    reads = random.normal(size=(len(last), count)) * (0.0 if bias > 0 else 1.0)
    first = [list(map(float, row)) for row in first] + more.tolist()
    last = [list(map(float, row)) + extra for row, extra in zip(last, reads.tolist())]
    return [(first, [float(b) for b in first_bias] + [bias] * count), (last, [float(b) for b in last_bias])]


@pytest.mark.parametrize("count,bias", [(2500, -1e6), (500, -50.0), (2000, 1e3)])
def test_thousands_of_neurons_that_do_nothing(ask, count, bias):
    ask(with_more(SHIFT, count, bias), "0,0", "3", FLOAT, Fraction(1, 2))
    ask(with_more(ABS, count, bias), "1", "3", DOUBLE, Fraction(1))


def test_a_second_layer_that_does_nothing(ask):
    random = np.random.default_rng(6)
    (first, bias), (last, end) = BAD
    width, count = len(first), 300
    middle = np.vstack([np.eye(width), random.normal(size=(count, width))]).tolist()
    reads = [list(map(float, row)) + random.normal(size=count).tolist() for row in last]
    ask([(first, bias), (middle, [0.0] * width + [-1e6] * count), (reads, end)], "1,1", "3", radius=Fraction(1))


@pytest.mark.parametrize("offset", [-0.125, 0.0, 1e-9])
def test_hinges_that_do_not_matter(ask, offset):
    """|x| with a third neuron that is not read, or read by a second one that is not: with hinges anywhere."""
    more = [[1], [-1], [1]], [0, 0, offset]
    for at, radius in (("0", Fraction(0)), ("1", Fraction(1)), ("1e-6", Fraction("1e-6"))):
        ask([more, ([[1, 1, 0]], [0])], at, "3", radius=radius)
        ask([more, ([[1, 1, 0], [0, 0, 1]], [0, offset]), ([[1, 0]], [0])], at, "3", radius=radius)
        ask([([[1], [-1], [1], [1]], [0, 0, offset, offset]), ([[1, 1, 5, -5]], [0])], at, "3", radius=radius)
    ask([([[1], [1]], [offset, offset]), ([[1, -1]], [0])], "0.1", "3", radius=Fraction(0))


# ---------------------------------------------------------------- where hinges lie

@pytest.mark.parametrize("hinge", ["0", "1", "2", "3", "4", "-2", "-1/2"])
def test_hinges_where_boxes_are_cut(ask, hinge):
    """x + 3 relu(h - x) on [-4, 4]: h on the face, in the middle, at a quarter; the fold is at |h|."""
    h = float(Fraction(hinge))
    layers = [([[1], [-1], [-1]], [0, 0, h]), ([[1, -1, 3]], [0])]
    ask(layers, "0", "4", radius=abs(Fraction(hinge)) if abs(h) < 4 else NOTHING)


@pytest.mark.parametrize("h", [0.0, 0.5, 1.0, 1.5, 2.0])
def test_hinges_where_boxes_are_cut_in_the_plane(ask, h):
    """(|x - h| , |y - h|) from (0, 0) and (-1, -1): both folds on faces, on cuts, or at the centre."""
    layers = [([[1, 0], [-1, 0], [0, 1], [0, -1]], [-h, h, -h, h]), ([[1, 1, 0, 0], [0, 0, 1, 1]], [0, 0])]
    ask(layers, "0,0", "2", radius=Fraction(h) if h < 2 else NOTHING, closes=h < 2)  # h = 2: all of a face is a hinge
    ask(layers, "-1,-1", "4", radius=Fraction(h) + 1)


def test_a_centre_on_hinges(ask):
    """No fold there: x + relu(x), the tame network at 0; and folds through the centre: r* = 0."""
    ask([([[1], [-1]], [0, 0]), ([[2, -1]], [0])], "0", "3", radius=NOTHING)
    ask(TAME, "0,0", "3", radius=NOTHING)
    assert ask(ABS, "0", "3", radius=Fraction(0))["radius"]["upper"] == 0
    assert ask(BRANCH, "0,0", "3", radius=Fraction(0))["limit"] == "branch"
    assert ask(SHIFT, "1/3,2/3", "3", radius=Fraction(0))["radius"]["upper"] == 0
    ask(times(SHIFT, 1e20, 1e-10), "0.5,0.5", "3", FLOAT)


@pytest.mark.parametrize("name,at,most", [
    ("abs", "1", "1e6"), ("shift", "0,0", "1e6"), ("branch", "1,1", "1e6"), ("tame", "1/3,1/7", "1e6"),
    ("abs", "1", "1e-6"), ("shift", "0,0", "1e-6"), ("branch", "0,0", "1e-6"), ("tame", "0,0", "1e-6"),
    ("abs", "1e-6", "3"), ("abs", "1e8", "3e8"), ("shift", "1e8,1e8", "3e8"), ("branch", "1e8,0", "2e8"),
    ("bad", "1e8,1e8", "10"), ("bad", "1e8,1e8", "3e8"), ("tame", "-1e8,1e8", "10"), ("branch", "1e15,1", "3e15"),
    ("abs", "1/3", "3"), ("shift", "1/3,1/7", "3"), ("branch", "0.1,0.2", "2"), ("bad", "1/3,0.1", "3"),
    ("shift", "0.1,0.7", "1/3"), ("tame", "1/7,1e-20", "1/3")])
def test_centres_and_balls_of_any_size(ask, name, at, most):
    ask(PLANE[name][0], at, most)


@pytest.mark.parametrize("name,at,most", [("abs", "1", "1e12"), ("abs", "1", "1e300"), ("abs", "1e-300", "3"),
                                          ("shift", "0,0", "1e12"), ("branch", "1,1", "1e300"), ("abs", "0", "1e-300"),
                                          ("branch", "1/3,1/3", "1/3"), ("abs", "1e-10", "3")])
def test_balls_beyond_reason_stay_open_at_worst(ask, name, at, most):
    ask(PLANE[name][0], at, most, closes=False)


@pytest.mark.parametrize("layers,at,domain,radius,limit", [
    (ABS, "1", "0:3", NOTHING, "none_within_domain"),                    # cut at the hinge
    (ABS, "1", "-1/1000000000:3", Fraction(1), "fold"),                  # and just beyond it
    (ABS, "0", "0:3", NOTHING, "none_within_domain"),                    # the centre in that corner, too
    (ABS, "1/4", "1/4:3", NOTHING, "none_within_domain"),                # the centre on a face
    (CLAMP, "1/4", "0:1", NOTHING, "none_within_domain"),                # flat on both sides of the domain
    (CLAMP, "1/4", "0:11/10", Fraction(3, 4), "flat"),
    (CLAMP, "1/4", "-1/10:1", Fraction(1, 4), "flat"),
    (BAD, "1,1", "0:3,-3:3", NOTHING, "none_within_domain"),             # the bad quadrant is cut off
    (BAD, "1,1", "-1/3:3,-1/3:3", Fraction(1), "fold"),
    (BRANCH, "1,1", "0:3,0:3", NOTHING, "none_within_domain"),
    (CLAMP, "1/10", "0:1", NOTHING, "none_within_domain"),               # 0 - 1/10 is no double: the box is rounded
])
def test_domains_cut_at_a_hinge(ask, layers, at, domain, radius, limit):
    closes = radius is not NOTHING or at in ("0", "1", "1/4")  # else a face may lie in a hinge, and stay open
    record = ask(layers, at, "10", radius=radius, domain=domain, closes=closes)
    assert record["limit"] == limit or record["status"] != "solved"


@pytest.mark.parametrize("box,verdict", [("0:1", "proved"), ("-1:0", "proved"), ("-1e-30:1", "refuted"),
                                         ("-1:1e-30", "refuted"), ("1e-3:1e3", "proved"), ("1/3:2/3", "proved")])
@pytest.mark.parametrize("dtype,first,last", [(FLOAT, 1, 1), (FLOAT, 1e30, 1e-30), (DOUBLE, 1e-200, 1e200)])
def test_boxes_cut_at_a_hinge(program, tmp_path, box, verdict, dtype, first, last):
    """|x|, on boxes that end at 0 or a little beyond; a box may be left open, but not answered wrongly."""
    layers = [([[first], [-first]], [0, 0]), ([[last, last]], [0])]
    network = save_layers(tmp_path / "net.onnx", layers, dtype)
    done = program.run("injective", network, f"--box={box}", "--time", 1, "--json", "-")
    record = json.loads(done.stdout)
    assert (record["verdict"], done.returncode) in ((verdict, 0 if verdict == "proved" else 1), ("open", 3))
    assert record["proof"]["checked"] is True
    if "e" not in box:
        assert record["verdict"] == verdict


def test_a_box_whose_centre_is_far_away(program, tmp_path):
    network = save_layers(tmp_path / "net.onnx", [([[1e-200], [-1e-200]], [0, 0]), ([[1e200, 1e200]], [0])])
    done = program.run("injective", network, "--box=1:1e30", "--time", 1, "--json", "-")
    assert done.returncode in (0, 3) and json.loads(done.stdout)["proof"]["checked"] is True


# ---------------------------------------------------------------- space

@pytest.mark.parametrize("dtype,scale", [(FLOAT, 1.0), (FLOAT, 1e-18), (DOUBLE, 1e100)])
def test_space(ask, dtype, scale):
    """(branch(x, y), s z): r* = 1; (x + y + z, ...) next to singular; |z| s with a fold at z = 1."""
    (first, bias), (last, end) = BRANCH
    hidden = [[float(w) for w in row] + [0.0] for row in first] + [[0, 0, scale], [0, 0, -scale]]
    rows = [[float(w) for w in row] + [0.0, 0.0] for row in last] + [[0.0] * len(first) + [1.0, -1.0]]
    ask([(hidden, [0.0] * len(hidden)), (rows, [0.0] * 3)], "1,1,0", "2", dtype, Fraction(1))
    hidden = [[s * scale if i == j else 0.0 for j in range(3)] for i in range(3) for s in (1, -1)]
    hidden.append([0.0, 0.0, scale])
    mixed = [[1, 1, 1], [1, 2, 1], [1, 1, 1.0009765625]]
    rows = [[w * s for w in row for s in (1, -1)] + [0.0] for row in mixed]
    rows[2][6] = -0.001953125
    ask([(hidden, [0.0] * 6 + [-scale]), (rows, [0.0] * 3)], "0,0,0", "2", dtype, Fraction(1))


# ---------------------------------------------------------------- and at random

@pytest.mark.parametrize("seed", range(48))
def test_random_networks_of_wild_scales(ask, seed):
    random = np.random.default_rng(seed)
    inputs, width = (1, 5) if seed % 3 else (2, 4)
    kind = ("wild", "whole", "cancel")[seed % 4 % 3]

    def number():
        sign = random.choice([-1.0, 1.0])
        if kind == "wild":
            return sign * random.uniform(1, 10) * 10.0 ** random.integers(-15, 16)
        if kind == "whole":
            return float(random.integers(-3, 4))
        return sign * random.choice([0.5, 1, 2, 2.0**40, 2.0**40 + 2.0**20])

    def layer(outputs, size):
        return [[number() for _ in range(size)] for _ in range(outputs)], [number() for _ in range(outputs)]

    layers = [layer(width, inputs), layer(inputs, width)]
    if seed % 2:
        layers.insert(1, layer(width, width))
    at = ",".join(random.choice(["0", "1/2", "1/3", "-1", "0.1"]) for _ in range(inputs))
    ask(layers, at, random.choice(["1", "3", "1/1000"]), FLOAT if seed % 5 else DOUBLE, closes=False)
