"""`foldproof j0`: its points, polylines and surfaces against an enumeration of all linear pieces in exact fractions
(tests/reference shares no code with the engine), against networks solved by hand, and against signs on a grid."""

import gzip
import itertools
import json
import math
import random
import sys
from collections import Counter
from fractions import Fraction

import jsonschema
import numpy as np
import pytest
from onnx import helper

from networks import ROOT, ZOO, save, save_layers, zoo_layers

sys.path.insert(0, str(ROOT / "tests" / "reference"))
import brute_force  # noqa: E402
import brute_force_space  # noqa: E402

SCHEMA = json.loads((ROOT / "docs" / "record.schema.json").read_text())
RANDOM = json.loads((ROOT / "tests" / "data" / "random_nets.json").read_text())["nets"]


def j0(program, network, box, *options, code=0):
    record = program.answer("j0", network, f"--box={box}", "--quiet", *options, code=code)
    jsonschema.validate(record, SCHEMA)
    assert record["question"] == "j0"
    assert code or (record["status"], record["enclosure"]["open"]) == ("solved", 0), record["enclosure"]
    return record


def layers_of(entry):
    return [([[Fraction(w) for w in row] for row in layer["W"]], [Fraction(b) for b in layer["b"]])
            for layer in entry["layers"]]


def points(record):
    return [tuple(Fraction(x) for x in p) for p in record["points_exact"]]


def segments(record):
    p = points(record)
    return [(p[a], p[b]) for line in record["lines"] for a, b in zip(line, line[1:])]


def chain(entry):
    return brute_force.Network([{"W": W, "b": b} for W, b in entry])


def between(p, a, b):
    """The share of the way from a to b at which p lies; None if it lies elsewhere."""
    d = [y - x for x, y in zip(a, b)]
    i = max(range(len(d)), key=lambda k: abs(d[k]))
    t = (p[i] - a[i]) / d[i]
    return t if 0 <= t <= 1 and all(x + t * v == q for x, v, q in zip(a, d, p)) else None


def expected_in_plane(layers, box):
    """All edges between cells of opposite signs, and all flat cells."""
    corners = brute_force.box_vertices([Fraction(a) for a, _ in box], [Fraction(b) for _, b in box])
    cells = brute_force.cells(chain(layers), corners)
    edges = []
    for P, Q in itertools.combinations(cells, 2):
        if P.sign * Q.sign >= 0:
            continue
        found = []                       # of cl P on the boundary of Q: the common edge, if there is one
        for v in P.vertices:
            if all(sum(s * x for s, x in zip(a, v)) + c <= 0 for a, c in brute_force.half_planes(Q.vertices)):
                found.append(v)
        for v in Q.vertices:
            if all(sum(s * x for s, x in zip(a, v)) + c <= 0 for a, c in brute_force.half_planes(P.vertices)):
                found.append(v)
        if len(set(found)) > 1:
            edges.append((min(found), max(found)))
    return edges, [set(c.vertices) for c in cells if c.sign == 0]


def same_lines(got, want):
    """Every wanted edge lies in one segment of `got`, and they fill each of them from end to end."""
    filled = Counter()
    for a, b in want:
        homes = [s for s in got if between(a, *s) is not None and between(b, *s) is not None]
        assert len(homes) == 1, (a, b, homes)
        filled[homes[0]] += abs(between(a, *homes[0]) - between(b, *homes[0]))
    assert dict(filled) == {s: 1 for s in got}


def check_plane(record, layers, box):
    edges, flats = expected_in_plane(layers, box)
    same_lines(segments(record), edges)
    p = points(record)
    hulls = [[p[v] for v in flat] for flat in record["flats"]]
    area = lambda q: abs(sum(a[0] * b[1] - a[1] * b[0] for a, b in zip(q, q[1:] + q[:1])))
    assert len(hulls) <= len(flats)      # the program merges hinges that do not matter
    whole = sum(area(sorted(flat, key=lambda v: math.atan2(float(v[1] - sum(w[1] for w in flat) / len(flat)),
                                                           float(v[0] - sum(w[0] for w in flat) / len(flat)))))
                for flat in flats)
    assert sum(area(hull) for hull in hulls) == whole


def check_line(record, layers, box):
    corners = brute_force.box_vertices([Fraction(box[0][0])], [Fraction(box[0][1])])
    cells = sorted(brute_force.cells(chain(layers), corners), key=lambda c: min(c.vertices))
    want = [max(P.vertices)[0] for P, Q in zip(cells, cells[1:]) if P.sign * Q.sign < 0]
    p = points(record)
    assert sorted(p[line[0]][0] for line in record["lines"]) == want
    length = lambda ends: max(ends)[0] - min(ends)[0]
    flat = sum(length([p[v] for v in segment]) for segment in record["flats"])
    assert flat == sum(length(c.vertices) for c in cells if not c.sign)


def text_of(box):
    return ",".join(f"{a}:{b}" for a, b in box)


# ------------------------------------------------------------------------------------------ against all pieces, exactly
@pytest.mark.parametrize("name", sorted(RANDOM)[::9])
def test_random_networks(program, tmp_path, name):
    layers = layers_of(RANDOM[name])
    centre = [Fraction(c) for c in RANDOM[name]["centre"]]
    box = [(c - 1, c + Fraction(5, 4)) for c in centre]
    record = j0(program, save_layers(tmp_path / "net.onnx", layers), text_of(box))
    assert record["complete"] and record["proof"]["checked"]
    (check_line if len(centre) == 1 else check_plane)(record, layers, box)


@pytest.mark.parametrize("name", [name for name in ZOO if name != "alpha_curve"])
def test_zoo(program, zoo, name):
    """Duplicates, plateaus, branch points, hinges through one point; in boxes with edges on hinges, and beside them."""
    layers = zoo_layers(name)
    n = len(layers[0][0][0])
    for low, high in ((-2, 2), (0, 1), (Fraction(-7, 5), Fraction(31, 10))):
        box = [(low, high)] * n
        record = j0(program, zoo(name), text_of(box), "--resolution", "0.25")
        assert record["complete"]
        (check_line if n == 1 else check_plane)(record, layers, box)
        if name.startswith("branch"):
            assert record["lines"] == record["flats"] == []


def star(seed):
    """Hinges through the origin, more than two of them and some twice; one hidden layer more on top."""
    random_ = random.Random(seed)
    draw = lambda rows, columns: [[random_.randint(-2, 2) for _ in range(columns)] for _ in range(rows)]
    first = draw(5, 2)
    first.append([2 * v for v in first[0]])
    first.append([-v for v in first[1]])
    return [(first, [0] * 7), (draw(4, 7), [0, 0, random_.randint(0, 1), 0]), (draw(2, 4), [0, 0])]


@pytest.mark.parametrize("seed", range(6))
def test_many_hinges_through_one_point(program, tmp_path, seed):
    layers = star(seed)
    box = [(-1, 1), (-1, 2)]
    record = j0(program, save_layers(tmp_path / "net.onnx", layers), text_of(box), "--resolution", "0.5")
    assert record["complete"]
    check_plane(record, [([[Fraction(w) for w in row] for row in W], [Fraction(v) for v in b]) for W, b in layers], box)


def test_residual_network(program, tmp_path):
    """x + W relu(V x): the same function as a chain that carries x = relu(x) - relu(-x) along."""
    V, c = np.array([[2.0, 1], [-1, 3], [1, 1]]), np.array([0.5, -1, 0.25])
    W = np.array([[-1.0, 0.5, 2], [1, -2, 0.5]])
    nodes = [helper.make_node("Gemm", ["x", "V", "c"], ["z"], transB=1), helper.make_node("Relu", ["z"], ["a"]),
             helper.make_node("Gemm", ["a", "W"], ["w"], transB=1), helper.make_node("Add", ["x", "w"], ["y"])]
    residual = save(tmp_path / "residual.onnx", nodes, {"V": V, "c": c, "W": W}, 2, 2)
    eye = np.eye(2)
    plain = [(np.vstack([V, eye, -eye]).tolist(), [*c, 0, 0, 0, 0]), (np.hstack([W, eye, -eye]).tolist(), [0, 0])]
    box = [(-2, 2), (-1, 3)]
    record = j0(program, residual, text_of(box))
    layers = [([[Fraction(w) for w in row] for row in M], [Fraction(v) for v in b]) for M, b in plain]
    assert segments(record)
    check_plane(record, layers, box)


# ------------------------------------------------------------------------------------------ by hand
def test_abs_folds_at_zero_even_if_the_box_is_halved_there(program, zoo):
    record = j0(program, zoo("abs1d"), "-1:1")
    assert record["points_exact"] == [["0"]] and record["lines"] == [[0]] and record["flats"] == []
    assert record["enclosure"]["boxes"] == 1


def test_the_shape_may_touch_the_box_only(program, zoo, tmp_path):
    """Pieces outside of the box do not count: |x| on [0, 1] does not fold."""
    for box in ("0:1", "-1:0"):
        record = j0(program, zoo("abs1d"), box)
        assert record["complete"] and record["points"] == [] and record["enclosure"]["boxes"] == 0
    bent = save_layers(tmp_path / "bent.onnx", [([[3], [-3]], [-1, 1]), ([[1, 1]], [0])])     # |3x - 1|
    for box in ("1/3:1", "-1:1/3"):
        assert j0(program, bent, box)["enclosure"]["boxes"] == 0


@pytest.mark.parametrize("seed", range(16))
def test_nothing_stays_open(program, tmp_path, seed):
    """Zero biases, small integers, boxes with sides and cuts in hinges: each box gets a sign or holds a point of J0."""
    draw = random.Random(seed)
    shape = draw.choice([(1, 4, 3, 1), (2, 4, 2), (2, 4, 3, 2), (3, 4, 3), (3, 5, 4, 3), (4, 4, 4)])
    layers = [([[draw.randint(-2, 2) for _ in range(a)] for _ in range(b)],
               [draw.choice([0, 0, 1, -1]) for _ in range(b)])
              for a, b in zip(shape, shape[1:])]
    sides = draw.choice(["-1:1", "0:1", "-1:0", "-1/3:1", "1/3:2", "-0.1:0.3"])
    box = ",".join(draw.choice([sides, "-1:1", "0:1"]) for _ in range(shape[0]))
    record = j0(program, save_layers(tmp_path / "net.onnx", layers), box, "--resolution", "0.5")
    assert record["proof"]["checked"]


def test_what_stays_open_is_said(program, tmp_path):
    """170 hinges through one point are more than a leaf by cells takes; the shape does not need it."""
    angles = [math.pi * k / 170 for k in range(170)]
    W = [[round(1000 * math.cos(a)), round(1000 * math.sin(a))] for a in angles] + [[1, 0], [0, 1], [-1, 0], [0, -1]]
    draw = random.Random(1)
    out = [[draw.randint(-5, 5) / 65536 for _ in angles] + last for last in ([1, 0, -1, 0], [0, 1, 0, -1])]
    net = save_layers(tmp_path / "net.onnx", [(W, [0] * 174), (out, [0, 0])])
    record = j0(program, net, "-1:1,-1:1", "--resolution", "0.5", code=3)
    assert record["status"] == "open" and record["stop_reason"] == "unresolved" and record["complete"]
    assert record["enclosure"]["open"] == 1 and record["proof"]["checked"]
    done = program.run("j0", net, "--box=-1:1,-1:1", "--resolution", "0.5", "--quiet")
    assert done.returncode == 3 and "open: the proof leaves one small box" in done.stdout


def test_cuts_in_a_fold(program, tmp_path):
    """The first cut of -1:1 is at -53/2048: the fold lies there. A box on either side holds it, or one of them does."""
    at = -53 / 2048
    net = save_layers(tmp_path / "net.onnx", [([[1], [-1]], [-at, at]), ([[1, 1]], [0])])
    record = j0(program, net, "-1:1", "--resolution", "1.5", "--proof", tmp_path / "cut.proof")
    assert record["points"] == [[at]] and record["enclosure"]["boxes"] == 2
    lines = gzip.decompress((tmp_path / "cut.proof").read_bytes()).decode().splitlines()
    assert "s 0 -53b-11" in lines
    assert [line.split()[1] for line in lines if line.startswith("b ")] == ["-53b-11"] * 2


def test_a_neuron_that_is_zero_on_a_piece(program, tmp_path):
    """relu(-x) + relu(relu(x)): the last neuron is constantly 0 on one side of the fold."""
    net = save_layers(tmp_path / "net.onnx", [([[1], [-1]], [0, 0]), ([[1, 0], [0, 1]], [0, 0]), ([[1, 1]], [0])])
    record = j0(program, net, "-1:1")
    assert record["points_exact"] == [["0"]] and record["enclosure"]["boxes"] == 1


def test_a_flat_interval(program, zoo):
    record = j0(program, zoo("plateau1d"), "0:3")
    assert [record["points_exact"][v] for v in record["flats"][0]] == [["1"], ["2"]] and record["lines"] == []


def test_one_straight_segment(program, zoo):
    """det changes across x + y = 1, which other hinges cross: from edge to edge it is one segment."""
    record = j0(program, zoo("shift_fold"), "-1:3,-1:3")
    assert record["lines"] == [[0, 1]] and record["points_exact"] == [["-1", "2"], ["2", "-1"]]


def test_a_closed_line(program, tmp_path):
    """f = (|x| + |y| - 1 folded, y) turns over where |x| + |y| = 1 and where x = 0: a square and its diagonal."""
    layers = [([[1, 0], [-1, 0], [0, 1], [0, -1]], [0] * 4),
              ([[1, 1, 1, 1], [0, 0, 1, -1], [0, 0, -1, 1]], [-1, 0, 0]),
              ([[2, 0, 0], [0, 1, -1]], [0, 0])]
    outer = [([[1, 0], [-1, 0], [0, 1], [0, -1]], [0] * 4),
             ([[1, 1, 1, 1], [-1, -1, -1, -1], [0, 0, 1, -1], [0, 0, -1, 1]], [-1, 1, 0, 0]),
             ([[1, 1, 0, 0], [0, 0, 1, -1]], [0, 0])]
    box = [(-2, 2), (-2, 2)]
    for entry in (layers, outer):
        record = j0(program, save_layers(tmp_path / "net.onnx", entry), text_of(box))
        exact = [([[Fraction(w) for w in row] for row in W], [Fraction(v) for v in b]) for W, b in entry]
        check_plane(record, exact, box)
    corners = {tuple(p) for p in record["points_exact"]}
    assert {("1", "0"), ("0", "1"), ("-1", "0"), ("0", "-1")} <= corners


# ------------------------------------------------------------------------------------------ three inputs
def random_cube(seed, width=5):
    random_ = random.Random(seed)
    draw = lambda rows, columns: [[Fraction(random_.randint(-8, 8), 4) for _ in range(columns)] for _ in range(rows)]
    bias = lambda rows: [Fraction(random_.randint(-4, 4), 4) for _ in range(rows)]
    return [(draw(width, 3), bias(width)), (draw(width, width), bias(width)), (draw(3, width), bias(3))]


def triangle_area(a, b, c):
    return np.linalg.norm(np.cross(np.subtract(b, a), np.subtract(c, a))) / 2


def polygon_area(vertices):
    """Of a convex polygon in space, its corners in any order."""
    v = np.array(vertices, float)
    middle = v.mean(axis=0)
    basis = np.linalg.svd(v - middle)[2][:2]
    flat = (v - middle) @ basis.T
    order = np.argsort(np.arctan2(flat[:, 1], flat[:, 0]))
    x, y = flat[order].T
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


@pytest.mark.parametrize("seed", range(6))
def test_surface(program, tmp_path, seed):
    layers = random_cube(seed)
    record = j0(program, save_layers(tmp_path / "net.onnx", layers), "-1:1,-1:1,-1:1", "--resolution", "0.5", "--ply",
                tmp_path / "j0.ply")
    assert record["complete"]
    pieces = brute_force_space.cells([brute_force_space.integers({"W": W, "b": b}) for W, b in layers],
                                     [Fraction(0)] * 3, Fraction(1))
    corners = [{tuple(Fraction(x, v[-1]) for x in v[:-1]) for v, _ in piece.body.vertices} for piece in pieces]
    area = 0
    for (P, p), (Q, q) in itertools.combinations(zip(pieces, corners), 2):
        if P.det * Q.det < 0 and len(p & q) > 2:
            area += polygon_area([[float(x) for x in v] for v in p & q])
    vertex = record["points"]
    assert sum(triangle_area(*(vertex[v] for v in t)) for t in record["triangles"]) == pytest.approx(area, rel=1e-9)

    # Corners run counterclockwise as seen from the side on which the map keeps its orientation.
    network = chain(layers)
    def orientation(x):
        J = np.eye(3)
        z = np.array(x, float)
        for W, b in layers[:-1]:
            W, b = np.array(W, float), np.array(b, float)
            z = W @ z + b
            J = (W @ J) * (z > 0)[:, None]
            z = np.maximum(z, 0)
        return np.sign(np.linalg.det(np.array(layers[-1][0], float) @ J))
    for t in record["triangles"]:
        a, b, c = (np.array(vertex[v]) for v in t)
        normal = np.cross(b - a, c - a)
        if np.linalg.norm(normal) < 1e-4:
            continue
        step = 1e-9 * normal / np.linalg.norm(normal)
        assert orientation((a + b + c) / 3 + step) > 0 > orientation((a + b + c) / 3 - step)

    # Without flat pieces no edge of the surface is free inside the box.
    sides = Counter(frozenset(e) for t in record["triangles"] for e in itertools.combinations(t, 2))
    on_box = lambda v: any(abs(abs(x) - 1) < 1e-12 for x in vertex[v])
    if not record["flats"]:
        assert all(count % 2 == 0 or all(map(on_box, edge)) for edge, count in sides.items())

    ply = (tmp_path / "j0.ply").read_text().split("end_header\n")
    assert f"element vertex {len(vertex)}" in ply[0]
    assert f"element face {len(record['triangles']) + len(record['flats'])}" in ply[0]
    assert len(ply[1].splitlines()) == len(vertex) + len(record["triangles"]) + len(record["flats"])


# ------------------------------------------------------------------------------------------ real networks
def signs_at(network_file, grid):
    """Signs of the determinant at points, in doubles."""
    import onnx
    weights = {t.name: onnx.numpy_helper.to_array(t).astype(float) for t in onnx.load(network_file).graph.initializer}
    matrices = [w for w in weights.values() if w.ndim == 2]
    biases = [w for w in weights.values() if w.ndim == 1]
    z, J = grid, np.broadcast_to(np.eye(2), (len(grid), 2, 2))
    for k, (W, b) in enumerate(zip(matrices, biases)):
        W = W if W.shape[0] == len(b) else W.T
        z, J = z @ W.T + b, np.einsum("ij,pjk->pik", W, J)
        if k + 1 < len(matrices):
            J, z = J * (z > 0)[:, :, None], np.maximum(z, 0)
    return np.sign(np.linalg.det(J))


def distance_to_segments(p, a, b):
    d = b - a
    t = np.clip(np.sum((p - a) * d, axis=1) / np.sum(d * d, axis=1), 0, 1)
    return np.linalg.norm(a + t[:, None] * d - p, axis=1).min()


def test_lines_are_where_signs_change(program):
    """Both ways: next to each change of sign on a grid runs a line, and the sign changes across each line."""
    net = ROOT / "tests" / "data" / "nets" / "brus_A.onnx"
    record = j0(program, net, "-1.5:4,-1.5:5")
    p = np.array(record["points"])
    ends = np.array([(p[a], p[b]) for line in record["lines"] for a, b in zip(line, line[1:])])
    xs, ys = np.linspace(-1.5, 4, 221) + 1e-7, np.linspace(-1.5, 5, 261) + 1e-7
    xs, ys = xs[:-1], ys[:-1]
    sign = signs_at(net, np.array([(x, y) for y in ys for x in xs])).reshape(len(ys), len(xs))
    step = max(xs[1] - xs[0], ys[1] - ys[0])
    changes = [(xs[i] + step / 2, ys[j]) for j, i in zip(*np.nonzero(sign[:, 1:] != sign[:, :-1]))]
    changes += [(xs[i], ys[j] + step / 2) for j, i in zip(*np.nonzero(sign[1:] != sign[:-1]))]
    assert len(changes) > 100
    for change in changes:
        assert distance_to_segments(np.array(change), ends[:, 0], ends[:, 1]) <= step
    d = ends[:, 1] - ends[:, 0]
    across = 1e-9 * np.stack([-d[:, 1], d[:, 0]], axis=1) / np.linalg.norm(d, axis=1)[:, None]
    for share in (0.25, 0.5, 0.75):
        on = ends[:, 0] + share * d
        assert np.all(signs_at(net, on + across) * signs_at(net, on - across) == -1)


def test_threads_do_not_matter(program):
    net = ROOT / "tests" / "data" / "nets" / "brus_A.onnx"
    one, two = (j0(program, net, "-1.5:4,-1.5:5", "--threads", n) for n in (1, 2))
    for key in ("points_exact", "lines", "flats", "enclosure", "cells"):
        assert one[key] == two[key], key


# ------------------------------------------------------------------------------------------ limits and bad input
def test_stopped_runs_keep_what_they_have(program, tmp_path):
    net = ROOT / "tests" / "data" / "nets" / "lorenz3_32x2.onnx"
    proof = tmp_path / "part.proof"
    record = j0(program, net, "-3:3,-3:3,-3:3", "--time", "0.1", "--resolution", "0.01", "--proof", proof, code=3)
    assert record["status"] == "stopped" and record["stop_reason"] == "time"
    assert record["proof"]["checked"] and record["enclosure"]["open"] > 0
    assert program.run("check", proof, net).returncode == 0


def test_more_than_three_inputs_have_boxes_only(program, tmp_path):
    """|x| beside three inputs that are carried along."""
    W = [[1, 0, 0, 0], [-1, 0, 0, 0]] + [[s * (i == k) for i in range(4)] for k in (1, 2, 3) for s in (1, -1)]
    out = [[1, 1] + [0] * 6] + [[0] * (2 * k) + [1, -1] + [0] * (6 - 2 * k) for k in (1, 2, 3)]
    net = save_layers(tmp_path / "four.onnx", [(W, [0] * 8), (out, [0] * 4)])
    record = j0(program, net, "-1:1,-1:1,-1:1,-1:1", "--resolution", "1")
    assert record["lines"] == record["triangles"] == [] and record["complete"] is False
    assert record["enclosure"]["boxes"] > 0
    done = program.run("j0", net, "--box=-1:1,-1:1,-1:1,-1:1", "--resolution", "1", "--quiet")
    assert "no exact shape" in done.stdout


def test_bad_input(program, zoo, tmp_path):
    program.refuses("j0", zoo("abs1d"), says=["--box"])
    program.refuses("j0", zoo("abs1d"), "--box", "1:1", says=["no width"])
    program.refuses("j0", zoo("abs1d"), "--box", "0:1,0:1", says=["2 intervals", "1 free input:"])
    program.refuses("j0", zoo("alpha_curve"), "--box", "0:1", says=["1 free inputs to 2 outputs", "square"])
    program.refuses("j0", zoo("abs1d"), "--box=-1:1", "--resolution", "0", says=["--resolution", "positive"])
    program.refuses("j0", zoo("abs1d"), "--box=-1:1", "--ply", tmp_path / "a.ply", says=["--ply", "three"])
    program.refuses("j0", zoo("abs1d"), "--box=-1:1", "--ply", "", says=["--ply", "name of a file"])


def test_page(program, tmp_path):
    net = ROOT / "tests" / "data" / "nets"
    for name, box, words in (("brus_A", "-1.5:4,-1.5:5", "polylines"), ("toy1d_s1", "-3:3", "points"),
                             ("lorenz3_32x2", "-2:2,-2:2,-2:2", "triangles")):
        page = tmp_path / f"{name}.html"
        done = program.run("j0", net / f"{name}.onnx", f"--box={box}", "--report", page, "--quiet")
        assert done.returncode == 0, done.stderr
        html = page.read_text()
        assert "Where the map folds" in html and words in html


def test_the_page_of_a_radius_shows_the_exact_fold(program):
    """The limit is a fold: some exact segment touches the refuted square, and none enters the proved one."""
    net = ROOT / "tests" / "data" / "nets" / "brus_A.onnx"
    record = program.answer("radius", net, "--at", "1,2.1", "--quiet")
    view = record["picture"]["views"][0]
    assert view["exact_fold"] and view["fold"]
    reach = lambda s: min(max(abs(s[0] + t * (s[2] - s[0]) - 1), abs(s[1] + t * (s[3] - s[1]) - 2.1))
                          for t in np.linspace(0, 1, 2001))
    nearest = min(map(reach, view["fold"]))
    assert nearest == pytest.approx(record["radius"]["upper"], abs=2e-3)
