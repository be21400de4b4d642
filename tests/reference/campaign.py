"""Random small networks in one, two and three dimensions, every answer of the program against exact brute force.

What.  Network i of seed S depends on S and i only, so any range can be run alone and any finding repeated.  The
families take turns: dense, near the identity, residual, integer weights with zero biases, duplicated, cancelling and
dead neurons, centres on hinges, branch points and other maps of zoo.json between unimodular maps, far collisions; in
space also products, triangular maps, cylinders and dense maps.  Some are scaled by powers of two or moved far from
the origin.  The exact r* comes from brute_force_space.py; wherever brute_force.py can answer too (lines, planes,
cylinders, products of these), the two must agree.  The program's record is judged as in check_program.py.

Why.  Degenerate networks are where a search errs or stalls, and nobody thinks of all of them.

Run:  python campaign.py build/foldproof --count 10000 --seed 1          the exit code is 1 if an answer is wrong or
                                                                        missing, 2 if one is not closed, else 0
      python campaign.py build/foldproof --seed 1 --first 17 --count 1   one network again
      python campaign.py --count 500 --seed 1 --save nets.json           only brute force; format of random_nets.json
      python campaign.py build/foldproof --load nets.json                only the program     (numpy, onnx)
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import partial
from multiprocessing import Pool
from pathlib import Path

from brute_force import Cylinder, Network, Square, determinant, dot, matmul, rational, solve, text
from brute_force_space import solve_space
from check_program import complaints, write_onnx
from make_far_collisions import RAYS, SPIRAL, UNEVEN, branch4, chain, cylinder_layers, fan, shear, \
    with_extra_neurons, with_third_output
from make_random_nets import branching, dense, grid, near_identity, plain, with_degenerate_neurons, write

F = Fraction
ZOO = json.loads((Path(__file__).resolve().parents[1] / "zoo.json").read_text())["nets"]
PLANE_ZOO = ("branch2", "branch2", "branch4", "hat_fold", "shear2", "pmat_ok", "pmat_bad", "shift_fold", "dup_cancel2d")


@dataclass
class Case:
    """A network, a centre, a search radius; questions for brute_force.py whose least radius is the same r*."""
    layers: list
    centre: list
    radius: Fraction
    questions: list = field(default_factory=list)


# ---------------------------------------------------------------- pieces

def identity(n, factor=1):
    return [[F(factor * (i == j)) for j in range(n)] for i in range(n)]


def signed_permutation(random_, n):
    order = random_.sample(range(n), n)
    return [[random_.choice((1, -1)) * (j == k) for k in range(n)] for j in order]


def unimodular(random_, n, steps=2):
    """An integer matrix of determinant 1 or -1."""
    M = signed_permutation(random_, n)
    for _ in range(random_.randint(0, steps) if n > 1 else 0):
        i, j = random_.sample(range(n), 2)
        factor = random_.choice((1, -1))
        M[i] = [a + factor * b for a, b in zip(M[i], M[j])]
    return M


def dyadic_matrix(random_, n):
    """Invertible, near the identity."""
    while True:
        M = [[v + grid(random_, 4, F(3, 4)) for v in row] for row in identity(n)]
        if determinant(M):
            return M


def matrix(random_, n):
    return unimodular(random_, n) if random_.random() < 0.6 else dyadic_matrix(random_, n)


def point(random_, n, reach=1):
    return [grid(random_, random_.choice((1, 4, 64)), reach) for _ in range(n)]


def before(layers, U, shift):
    """x -> f(U x + shift)."""
    first = layers[0]
    bias = [b + dot(row, shift) for row, b in zip(first["W"], first["b"])]
    return [{"W": matmul(first["W"], U), "b": bias}] + layers[1:]


def after(V, layers):
    """x -> V f(x)."""
    last = layers[-1]
    return layers[:-1] + [{"W": matmul(V, last["W"]), "b": [dot(row, last["b"]) for row in V]}]


def zoo(name):
    return [{"W": [[rational(v) for v in row] for row in layer["W"]], "b": [rational(v) for v in layer["b"]]}
            for layer in ZOO[name]["layers"]]


def residual(random_, n, blocks, hinges, denominator, strength, lift=None):
    """Blocks x + V relu(W x + b); x itself is carried as relu(x + lift) - lift."""
    layers = None
    for _ in range(blocks):
        lift = lift or random_.choice((8, 16, 32))
        W = identity(n) + [[grid(random_, denominator, 1) for _ in range(n)] for _ in range(hinges)]
        b = [F(lift)] * n + [grid(random_, denominator, 1) for _ in range(hinges)]
        V = [row + [grid(random_, denominator, strength) for _ in range(hinges)] for row in identity(n)]
        block = [{"W": W, "b": b}, {"W": V, "b": [F(-lift)] * n}]
        layers = chain(layers, block) if layers else block
    return layers


def on_hinges(random_, layers, centre):
    """Moves up to n hinges, of any hidden layer, onto the centre."""
    layers = [{"W": layer["W"], "b": list(layer["b"])} for layer in layers]
    for _ in centre:
        value = centre
        for layer in layers[:-1]:
            k = random_.randrange(len(layer["W"]))
            if random_.random() < 0.6:
                layer["b"][k] = -dot(layer["W"][k], value)
            value = [max(F(0), dot(row, value) + b) for row, b in zip(layer["W"], layer["b"])]
    return layers


def with_constant_neurons(random_, layers):
    """Adds neurons whose input is identically zero, or the same constant everywhere, to a hidden layer."""
    k = random_.randrange(len(layers) - 1)
    here, following = layers[k], layers[k + 1]
    for bias in random_.choices((0, 0, 1, -1), k=2):
        here["W"].append([F(0)] * len(here["W"][0]))
        here["b"].append(F(bias))
        for row in following["W"]:
            row.append(grid(random_, 2, 2))
    return layers


# ---------------------------------------------------------------- families: random_ -> Case

def square(layers, centre, radius):
    return Case(layers, centre, radius, [Square(Network(layers), centre)])


def sizes(random_, n, low, high, hidden=None):
    return [n] + [random_.randint(low, high) for _ in range(hidden or random_.choice((1, 2)))] + [n]


def line_dense(random_):
    denominator, bias = random_.choice((1, 4, 1024)), random_.choice((0, 1, 2))
    return square(dense(random_, sizes(random_, 1, 2, 8), denominator, 2, bias), point(random_, 1), F(4))


def line_near_identity(random_):
    layers = near_identity(random_, 1, random_.choice((1, 2, 3)), random_.randint(2, 8), random_.choice((2, 16, 1024)),
                           random_.choice((1, 2, 3)))
    centre = point(random_, 1)
    return square(on_hinges(random_, layers, centre) if random_.random() < 0.3 else layers, centre, F(4))


def line_degenerate(random_):
    layers = dense(random_, sizes(random_, 1, 2, 5), 1, 2, random_.choice((0, 1)))
    for _ in range(random_.randint(1, 3)):
        layers = with_degenerate_neurons(random_, layers)
    return square(with_constant_neurons(random_, layers), point(random_, 1), F(4))


def plane_dense(random_):
    denominator = random_.choice((1, 16, 1024))
    hidden = random_.choice((1, 2, 3))
    layers = dense(random_, sizes(random_, 2, 4, 8, hidden), denominator, 1, random_.choice((1, 2)))
    return square(layers, point(random_, 2), F(3))


def plane_near_identity(random_):
    layers = near_identity(random_, 2, random_.choice((1, 2)), random_.randint(2, 6), random_.choice((2, 16, 1024)),
                           random_.choice((F(1, 2), 1, 2)))
    return square(layers, point(random_, 2), F(3))


def plane_residual(random_):
    layers = residual(random_, 2, random_.choice((1, 2, 3)), random_.randint(2, 6), random_.choice((2, 16, 1024)),
                      random_.choice((F(1, 2), 1, 2)))
    return square(after(matrix(random_, 2), layers), point(random_, 2), F(3))


def plane_integer(random_):
    """Zero or integer biases: many hinges through a point."""
    bias = random_.choice((0, 0, 1))
    if random_.random() < 0.5:
        layers = dense(random_, sizes(random_, 2, 3, 6), 1, random_.choice((1, 2)), bias)
    else:
        layers = near_identity(random_, 2, random_.choice((1, 2)), random_.randint(1, 4), 1, random_.choice((1, 2)))
        for layer in layers:
            layer["b"] = [F(random_.randint(-bias, bias)) for _ in layer["b"]]
    return square(layers, point(random_, 2, 2), F(3))


def plane_degenerate(random_):
    layers = near_identity(random_, 2, random_.choice((1, 2)), random_.randint(1, 3), random_.choice((1, 2, 16)),
                           random_.choice((F(1, 2), 1, 2)))
    for _ in range(random_.randint(1, 3)):
        layers = with_degenerate_neurons(random_, layers)
    if random_.random() < 0.5:
        layers = with_constant_neurons(random_, layers)
    return square(layers, point(random_, 2), F(3))


def plane_on_hinges(random_):
    kind = random_.choice((plane_near_identity, plane_residual, plane_degenerate))
    layers, centre = kind(random_).layers, point(random_, 2)
    return square(on_hinges(random_, layers, centre), centre, F(3))


def plane_branching(random_):
    layers = branching(random_, random_.choice((1, 1, 2)))
    if random_.random() < 0.4:
        for row in layers[-1]["W"]:
            row[:] = [w + grid(random_, 16, F(1, 8)) for w in row]
    return square(layers, point(random_, 2, 2), random_.choice((F(2), F(3))))


def plane_zoo(random_):
    """One or two maps of the zoo between unimodular maps and shifts."""
    layers = None
    for _ in range(random_.choice((1, 2))):
        piece = before(zoo(random_.choice(PLANE_ZOO)), unimodular(random_, 2),
                       point(random_, 2) if random_.random() < 0.5 else [F(0)] * 2)
        layers = chain(layers, piece) if layers else piece
    return square(after(unimodular(random_, 2), layers), point(random_, 2, 2), random_.choice((F(2), F(3))))


def wrapped(random_, lift=None):
    """A fan whose images turn by more than a full turn, or branch4, perhaps bent by a shear."""
    apex = (-2 + grid(random_, 4, F(1, 2)), -1 + grid(random_, 4, 1))
    kind = random_.choice(("fan", "fan", "bent", "sheared", "branch4"))
    if kind == "branch4":
        return before(branch4(), unimodular(random_, 2, 1), point(random_, 2))
    layers = fan(apex, RAYS, random_.choice((SPIRAL, UNEVEN)), lift)
    bend = shear(random_.choice(((0, 1), (1, 1), (1, 0))), random_.choice((F(1, 2), F(-1, 4))), lift and 64)
    return {"fan": layers, "bent": chain(bend, layers), "sheared": chain(layers, bend)}[kind]


def plane_far(random_):
    if random_.random() < 0.3:
        layers = with_extra_neurons(random_, wrapped(random_, 8), random_.randint(0, 2), 12)
    else:
        layers = wrapped(random_)
    return square(after(matrix(random_, 2), layers), point(random_, 2, 2), F(3))


def space(random_, layers):
    centre = point(random_, 3)
    if random_.random() < 0.3:
        layers = on_hinges(random_, layers, centre)
    return Case(layers, centre, F(2))


def space_near_identity(random_):
    layers = near_identity(random_, 3, 1, random_.randint(2, 6), random_.choice((2, 16, 1024)), random_.choice((1, 2)))
    return space(random_, after(matrix(random_, 3), layers))


def space_residual(random_):
    layers = residual(random_, 3, random_.choice((1, 2, 3)), random_.randint(2, 5), random_.choice((1, 2, 16, 1024)),
                      random_.choice((F(1, 2), 1, 2)))
    return space(random_, after(matrix(random_, 3), layers))


def space_dense(random_):
    """Small integers with zero biases, or all kinds of numbers."""
    denominator = random_.choice((1, 16, 1024))
    bias = random_.choice((0, 1)) if denominator == 1 else 2
    return space(random_, dense(random_, sizes(random_, 3, 6, 10), denominator, 1, bias))


def space_degenerate(random_):
    layers = residual(random_, 3, random_.choice((1, 2)), random_.randint(1, 4), random_.choice((1, 2)),
                      random_.choice((1, 2)))
    for _ in range(random_.randint(1, 2)):
        layers = with_degenerate_neurons(random_, layers)
    return space(random_, with_constant_neurons(random_, layers) if random_.random() < 0.5 else layers)


def space_triangular(random_):
    """Blocks that add to one coordinate a function of the others; sometimes of itself too, and then it may fold."""
    layers = None
    for axis in random_.sample(range(3), random_.choice((2, 3))):
        block = residual(random_, 3, 1, random_.choice((1, 2, 3)), 2, 2)
        fold = random_.random() < 0.4
        for row in block[0]["W"][3:]:
            row[axis] = row[axis] if fold else F(0)
        for i, row in enumerate(block[1]["W"]):
            row[3:] = [v * (i == axis) for v in row[3:]]
        layers = chain(layers, block) if layers else block
    return space(random_, after(unimodular(random_, 3), layers))


def space_product(random_):
    """(g(x, y), h(z)) up to signed permutations of inputs and any map of outputs: the lesser of the two radii."""
    plane = random_.choice((plane_near_identity, plane_zoo, plane_integer, plane_residual))(random_)
    line = line_near_identity(random_)
    depth = max(len(plane.layers), len(line.layers))
    pad = lambda case, n: case.layers if len(case.layers) == depth else \
        chain(case.layers, residual(random_, n, depth - len(case.layers), 0, 1, 1, lift=4096))
    layers = []
    for g, h in zip(pad(plane, 2), pad(line, 1)):
        right, left = [F(0)] * len(h["W"][0]), [F(0)] * len(g["W"][0])
        W = [list(row) + right for row in g["W"]] + [left + list(row) for row in h["W"]]
        layers.append({"W": W, "b": list(g["b"]) + list(h["b"])})
    turn = signed_permutation(random_, 3)
    centre = [dot(column, plane.centre + line.centre) for column in zip(*turn)]
    layers = after(matrix(random_, 3), before(layers, turn, [F(0)] * 3))
    return Case(layers, centre, F(2), plane.questions + line.questions)


def cylinder(random_, plane):
    plane = with_third_output(random_, plane, 4)
    U, centre = matrix(random_, 3), point(random_, 3)
    return Case(cylinder_layers(plane, U, matrix(random_, 3)), centre, F(2), [Cylinder(Network(plane), U, centre)])


def space_cylinder(random_):
    return cylinder(random_, random_.choice((plane_near_identity, plane_branching, plane_residual))(random_).layers)


def space_far(random_):
    return cylinder(random_, wrapped(random_, 16))


def space_branching(random_):
    """branch2 in two planes, one after the other: sheets of branch lines that cross."""
    layers = None
    for _ in range(random_.choice((1, 2))):
        plane = with_third_output(random_, zoo("branch2"), random_.choice((0, 8)))
        piece = before(cylinder_layers(plane, unimodular(random_, 3), identity(3)), unimodular(random_, 3, 1),
                       point(random_, 3))
        layers = chain(layers, piece) if layers else piece
    return Case(after(unimodular(random_, 3), layers), point(random_, 3, 2), F(2))


FAMILIES = (line_dense, plane_dense, space_near_identity, plane_near_identity, plane_integer, space_residual,
            line_near_identity, plane_residual, space_dense, plane_degenerate, plane_on_hinges, space_degenerate,
            line_degenerate, plane_branching, space_triangular, plane_zoo, plane_far, space_product, plane_integer,
            space_cylinder, plane_zoo, space_far, plane_far, space_branching)


# ---------------------------------------------------------------- one network

def moved(random_, case):
    """(the case in other units or far from the origin, factor of r*)."""
    kind, n = random_.random(), len(case.centre)
    if kind < 0.1:
        scale, out = F(2) ** random_.randint(-24, 24), F(2) ** random_.randint(-24, 24)
        layers = after(identity(n, out), before(case.layers, identity(n, scale), [F(0)] * n))
        return Case(layers, [c / scale for c in case.centre], case.radius / scale), 1 / scale
    if kind < 0.2:
        shift = [F(random_.randint(-1000, 1000)) for _ in range(n)]
        layers = before(case.layers, identity(n), [-v for v in shift])
        return Case(layers, [c + v for c, v in zip(case.centre, shift)], case.radius), F(1)
    return case, F(1)


def is_float32(value):
    value = F(value)
    odd, d = abs(value.numerator), value.denominator
    while odd and odd % 2 == 0:
        odd //= 2
    return d & (d - 1) == 0 and odd < 2 ** 24 and (not value or F(2) ** -100 < abs(value) < F(2) ** 100)


def make(seed, index):
    """The entry of network `index`, with its exact answer.  Drawn again: numbers that are no float32, a limit exactly
    at the search radius, three quarters of the networks with r* = 0, and half of those where nothing collides."""
    random_ = random.Random(f"{seed}/{index}")
    family = FAMILIES[index % len(FAMILIES)]
    while True:
        case = family(random_)
        final, factor = moved(random_, case)
        if not all(is_float32(v) for layer in final.layers for row in layer["W"] + [layer["b"]] for v in row):
            continue
        r_star, kinds, count = solve_space(final.layers, final.centre, final.radius)
        again = {final.radius: 1, 0: 0.75, None: 0.5}.get(r_star, 0)
        if random_.random() < again:
            continue
        if case.questions:
            radii = [a.radius for a in (solve(q, case.radius) for q in case.questions) if a.radius is not None]
            if r_star != (min(radii) * factor if radii else None):
                raise AssertionError(f"seed {seed} index {index}: brute force says {r_star} and {radii}")
        return {"family": family.__name__, "layers": plain(final.layers), "centre": [text(c) for c in final.centre],
                "search_radius": text(final.radius), "r_star": "inf" if r_star is None else text(r_star),
                "pair_kind": list(kinds), "n_cells": count}


def decimal(value):
    """All digits of a dyadic rational."""
    return format(Decimal(float(rational(value))), "f")


def judge(binary, entry, path, seconds, checked):
    """(what is false, what is unclosed, what is misnamed), each a list of sentences."""
    write_onnx(entry["layers"], path)
    command = [binary, "radius", str(path), "--at=" + ",".join(map(decimal, entry["centre"])), "--max-radius",
               decimal(entry["search_radius"]), "--threads", "1", "--time", str(seconds), "--json", "-", "--quiet"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=2 * seconds + 60)
        record = json.loads(run.stdout)
    except subprocess.TimeoutExpired:
        return ["no record, does not stop"], [], []
    except json.JSONDecodeError:
        return [f"no record, exit code {run.returncode}: {run.stderr.strip()[:120]}"], [], []
    finally:
        path.unlink()
    if run.returncode == 4:
        return [f"the checker refused the proof: {record['proof'].get('refused')}"], [], []
    false, unfinished = complaints(entry, record)
    if checked and record["proof"]["checked"] is not True:
        false.append("the proof was not checked")
    closed = record["status"] == "solved"
    return false, [] if closed else unfinished, unfinished if closed else []


@dataclass
class Result:
    index: object
    entry: dict
    findings: tuple           # wrong, unclosed, misnamed
    exact_seconds: float
    program_seconds: float


def run_one(arguments, folder, item):
    """`item` is an index, or (name, entry) of a file."""
    began = time.perf_counter()
    index, entry = item if isinstance(item, tuple) else (item, make(arguments.seed, item))
    solved = time.perf_counter()
    findings = ([], [], [])
    if arguments.binary:
        findings = judge(arguments.binary, entry, Path(folder) / f"{index}.onnx", arguments.time, arguments.checked)
    return Result(index, entry, findings, solved - began, time.perf_counter() - solved)


def table(results):
    families = defaultdict(list)
    for result in results:
        families[result.entry["family"]].append(result)
    print(f"{'family':20} {'nets':>5} {'r*=0':>5} {'inf':>5} {'cells':>6} {'exact s':>8} {'run s':>8} {'longest':>8}")
    for family, rows in sorted(families.items()):
        found = Counter(row.entry["r_star"] for row in rows)
        mean = lambda values: sum(values) / len(rows)
        print(f"{family:20} {len(rows):5} {found['0']:5} {found['inf']:5} "
              f"{mean(r.entry['n_cells'] for r in rows):6.1f} {mean(r.exact_seconds for r in rows):8.3f} "
              f"{mean(r.program_seconds for r in rows):8.3f} {max(r.program_seconds for r in rows):8.3f}")


def main():
    parser = argparse.ArgumentParser(description="random networks against exact brute force")
    parser.add_argument("binary", nargs="?", help="the program; without it, only brute force runs")
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", default="", metavar="TEXT", help="only families with TEXT in their names")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--time", type=float, default=20, help="seconds for one network")
    parser.add_argument("--checked", action="store_true", help="the record must say that its proof was checked")
    parser.add_argument("--save", metavar="FILE", help="write networks and exact answers")
    parser.add_argument("--load", metavar="FILE", help="networks and exact answers from a file instead of new ones")
    arguments = parser.parse_args()
    items = [i for i in range(arguments.first, arguments.first + arguments.count)
             if arguments.only in FAMILIES[i % len(FAMILIES)].__name__]
    if arguments.load:
        items = list(json.loads(Path(arguments.load).read_text())["nets"].items())
    results = []
    with tempfile.TemporaryDirectory() as folder, Pool(arguments.jobs) as pool:
        for result in pool.imap(partial(run_one, arguments, folder), items, chunksize=4):
            results.append(result)
            labels = ("WRONG", "unclosed", "misnamed")
            found = [f"{label}: {'; '.join(said)}" for label, said in zip(labels, result.findings) if said]
            if found:
                print(f"seed {arguments.seed} index {result.index} {result.entry['family']} "
                      f"{result.program_seconds:.1f} s  {'  '.join(found)}", flush=True)
    if arguments.save:
        write(arguments.save, {f"campaign_{result.index}": result.entry for result in results})
    table(results)
    wrong, unclosed, misnamed = (sum(bool(result.findings[k]) for result in results) for k in range(3))
    print(f"{len(results)} networks, {wrong} wrong, {unclosed} unclosed, {misnamed} misnamed")
    sys.exit(1 if wrong else 2 if unclosed else 0)


if __name__ == "__main__":
    main()
