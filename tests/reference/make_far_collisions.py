"""Writes tests/data/far_collision.json: networks whose first limit is a collision of two distant points.

What.  Each map is locally injective on a strictly larger ball (`r_local`, exact) than the one on which it
is injective (`r_star`, exact); at r* two points of the sphere, far from each other, share an image.  A
program that looks only at determinant signs answers r_local, or more, and is wrong.

How.  A *fan* sends the rays u_0, ..., u_k of a sector with apex a to rays v_0, ..., v_k and is linear in
between: f(p) = A_0 (p - a) + sum_j g_j relu(w_j . (p - a)), w_j orthogonal to u_j, one neuron per inner
ray.  All determinants are positive in the sector when each v_{j+1} lies less than half a turn to the left
of v_j.  When the images turn by more than a full turn in total, the two ends of the sector overlap: a
spiral wrap.  Composing fans, shears and random perturbations gives the two-layer examples.

In one dimension there is nothing to write: a continuous map of an interval is injective iff it is strictly
monotone, so where f(x) = f(y), x < y, it has an extremum or a flat piece t in between; t is no farther
from the centre than the farther of x and y, and collisions accumulate at t.  Hence r* = r_local always,
and the pair of smallest radius is a fold or a flat piece; `check_one_dimension` confirms it on the random
networks.

In three dimensions f = V o (g1, g2, u3 + s)(u1, u2) o U with a plane network (g1, g2, s) and invertible
matrices U, V, so that no axis is special; `Cylinder` in brute_force.py solves it exactly.  u3 is carried
through every layer as relu(u3) - relu(-u3).

Run:  python make_far_collisions.py     (fixed seed; pure Python)
"""

import json
import random
from fractions import Fraction
from pathlib import Path

from brute_force import Cylinder, Network, Square, determinant, dot, local_radius, matmul, solve, text
from make_random_nets import pass_through, plain, write

DATA = Path(__file__).resolve().parents[1] / "data"
SEED = 7


def cross(u, v):
    return u[0] * v[1] - u[1] * v[0]


def carriers(lift):
    """Neurons that carry a point of the plane through a ReLU layer, and the affine map that reads it back:
    relu(x) - relu(-x), exact everywhere; or relu(x + lift) - lift, exact while x >= -lift, whose Jacobian
    survives perturbation (a pair with two slightly different hinges has a flat strip between them)."""
    if lift is None:
        forward, back = pass_through(2)
        return forward, [Fraction(0)] * 4, back, [Fraction(0)] * 2
    identity = [[Fraction(int(i == j)) for j in range(2)] for i in range(2)]
    return identity, [Fraction(lift)] * 2, [list(row) for row in identity], [Fraction(-lift)] * 2


def fan(apex, rays, images, lift=None):
    """One hidden layer: the linear map of the first sector carried by its own neurons, and one neuron per
    inner ray.  Rays turn to the left."""
    maps = []
    for (u, w), (p, q) in zip(zip(rays, rays[1:]), zip(images, images[1:])):
        d = Fraction(cross(u, w))
        # A with A u = p, A w = q.
        A = [[(p[i] * w[1] - q[i] * u[1]) / d, (q[i] * u[0] - p[i] * w[0]) / d] for i in range(2)]
        assert cross(u, w) > 0 and determinant(A) > 0
        maps.append(A)
    W, lifts, back, offset = carriers(lift)
    out = [[dot(maps[0][i], column) for column in zip(*back)] for i in range(2)]
    for u, before, after in zip(rays[1:], maps, maps[1:]):
        # after = before + g w^T with w = (-u_y, u_x): positive to the left of the ray u.
        w = [-u[1], u[0]]
        k = 0 if w[0] else 1
        for i in range(2):
            out[i].append((after[i][k] - before[i][k]) / w[k])
        W.append(w)
    b = [-dot(row, apex) for row in W]
    b[:len(lifts)] = [v + l for v, l in zip(b, lifts)]
    return [{"W": W, "b": b}, {"W": out, "b": [dot(row, offset) for row in maps[0]]}]


def chain(first, second):
    """The network second o first."""
    W, b = first[-1]["W"], first[-1]["b"]
    V, c = second[0]["W"], second[0]["b"]
    joined = {"W": matmul(V, W), "b": [x + sum(v * y for v, y in zip(row, b)) for row, x in zip(V, c)]}
    return first[:-1] + [joined] + second[1:]


def shear(direction, slope, lift=None):
    """p -> p + slope |normal . p| direction: a homeomorphism that bends straight strips."""
    normal = (-direction[1], direction[0])
    W, lifts, back, offset = carriers(lift)
    W = W + [list(normal), [-v for v in normal]]
    out = [row + [slope * direction[i]] * 2 for i, row in enumerate(back)]
    return [{"W": W, "b": lifts + [Fraction(0)] * 2}, {"W": out, "b": offset}]


def with_extra_neurons(random_, layers, per_layer, size):
    """Every weight moved by a random multiple of 1/1024, and small random neurons added: no zero, no
    repeated number is left, as in a trained network."""
    layers = [{"W": [list(map(Fraction, row)) for row in layer["W"]], "b": list(map(Fraction, layer["b"]))}
              for layer in layers]
    noise = lambda: Fraction(random_.randint(-size, size), 1024)
    for here, after in zip(layers, layers[1:]):
        for _ in range(per_layer):
            here["W"].append([Fraction(random_.randint(-1024, 1024), 1024) for _ in here["W"][0]])
            here["b"].append(Fraction(random_.randint(-1024, 1024), 1024))
            for row in after["W"]:
                row.append(noise())
    for layer in layers:
        layer["W"] = [[w + noise() for w in row] for row in layer["W"]]
        layer["b"] = [v + noise() for v in layer["b"]]
    return layers


def branch4():
    """Local degree 4 about 0: the double wrap (|x|-|y|, |x+y|-|x|) after itself."""
    W = [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, -1]]
    V = [[1, 1, -1, -1, 0, 0], [-1, -1, 0, 0, 1, 1]]
    double = [{"W": W, "b": [0] * 6}, {"W": V, "b": [0, 0]}]
    return chain(double, double)


def cylinder_layers(plane, U, V):
    """V o (g1, g2, u3 + s) o U as a plain network, from a plane network (g1, g2, s)."""
    layers = []
    for depth, layer in enumerate(plane[:-1]):
        W = [list(row) + [0, 0] for row in layer["W"]] if depth else [list(row) + [0] for row in layer["W"]]
        third = [[0, 0, 1], [0, 0, -1]] if depth == 0 else \
                [[0] * len(layer["W"][0]) + [1, -1], [0] * len(layer["W"][0]) + [-1, 1]]
        W = [list(map(Fraction, row)) for row in W + third]
        layers.append({"W": matmul(W, U) if depth == 0 else W, "b": list(layer["b"]) + [0, 0]})
    last = plane[-1]
    W = [list(row) + ([1, -1] if i == 2 else [0, 0]) for i, row in enumerate(last["W"])]
    layers.append({"W": matmul(V, W), "b": [sum(v * x for v, x in zip(row, last["b"])) for row in V]})
    return layers


def with_third_output(random_, plane, reach):
    """Adds the output s: a random piecewise-linear function of the hidden layer."""
    last = plane[-1]
    s = [Fraction(random_.randint(-reach, reach), 8) for _ in last["W"][0]]
    return plane[:-1] + [{"W": [list(row) for row in last["W"]] + [s], "b": list(last["b"]) + [Fraction(1, 4)]}]


RAYS = [(1, -1), (1, 0), (1, 1), (0, 1), (-1, 1)]
# Images of the rays above.  Over the half turn of the domain they turn by 540 degrees.
SPIRAL = [(1, 0), (-1, 1), (0, -1), (1, 1), (-1, 0)]
UNEVEN = [(1, 0), (-1, 2), (-1, -2), (3, 1), (-2, 1)]


def plane_networks(random_):
    """(name, layers, centre, search radius, note)"""
    F = Fraction
    spiral = fan((-2, -1), RAYS, SPIRAL)
    bent = chain(shear((0, 1), F(1, 2)), fan((F(-3, 2), -2), RAYS, UNEVEN))
    wrapped = chain(fan((-2, F(-1, 2)), RAYS, UNEVEN), shear((1, 1), F(-1, 4)))
    yield ("branch4_b", branch4(), (2, 1), 3, "local degree 4 at 0; the sphere of radius 3/2 touches itself")
    yield ("spiral", spiral, (0, 0), 3, "fan of four sectors, each turned to 135 degrees")
    yield ("spiral_uneven", fan((-1, -2), RAYS, UNEVEN), (F(1, 2), F(1, 4)), 3,
           "uneven fan, the two ends wrapped at different speeds")
    yield ("horseshoe", bent, (0, 0), 3, "a strip bent by a shear, then wrapped: two hidden layers")
    yield ("wrap_then_shear", wrapped, (0, 0), 3, "a wrap seen through a shear: two hidden layers")
    perturbed = ((branch4(), (F(17, 8), F(9, 8))),
                 (fan((-2, -1), RAYS, SPIRAL, lift=8), (F(1, 4), F(1, 2))),
                 (chain(fan((-2, F(-1, 2)), RAYS, UNEVEN, lift=8), shear((1, 1), F(-1, 4), lift=64)), (F(1, 8), 0)))
    for k, (base, centre) in enumerate(perturbed):
        yield (f"perturbed_{k}", with_extra_neurons(random_, base, 2 + k, 12), centre, 3,
               "all weights perturbed and small random neurons added, as in a trained network")


def space_networks(random_):
    """(name, plane network with outputs g1, g2, s, U, V, centre, search radius, note)"""
    F = Fraction
    U1, V1 = [[1, 0, 0], [1, 1, 0], [0, 1, 1]], [[1, 0, 1], [1, 1, 0], [0, 0, 1]]
    U2 = [[1, F(-1, 2), F(1, 4)], [F(1, 2), 1, F(-1, 2)], [F(1, 4), F(1, 2), 1]]
    V2 = [[1, F(1, 2), 0], [F(-1, 2), 1, F(1, 4)], [F(1, 2), 0, 1]]
    yield ("space_branch4", with_third_output(random_, branch4(), 4), U1, V1, (2, -1, 0), 3,
           "cylinder over branch4, unimodular U")
    yield ("space_spiral", with_third_output(random_, fan((-2, -1), RAYS, UNEVEN), 6), U2, V2, (0, 0, 0), 2,
           "cylinder over a fan, dyadic U")
    bent = chain(shear((0, 1), F(1, 2), lift=16), fan((F(-3, 2), -2), RAYS, UNEVEN, lift=16))
    yield ("space_perturbed", with_extra_neurons(random_, with_third_output(random_, bent, 6), 2, 12), U2, V1,
           (F(1, 8), F(1, 4), F(-1, 8)), 3, "cylinder over a perturbed bent and wrapped plane, dyadic U")


def record(name, layers, question, search_radius, note, check):
    answer = solve(question, search_radius)
    r_J0, r_local = local_radius(question, search_radius)
    local = "null" if r_local is None else text(r_local)
    print(f"{name:16} r* = {answer.radius}  J0 {r_J0}  local {local}  {answer.kinds}  {answer.cells} cells")
    if answer.kinds != ("collision",) or (r_local is not None and r_local <= answer.radius):
        return None
    x, y = answer.witness
    if check.evaluate(x) != check.evaluate(y):
        raise AssertionError(f"{name}: the witness does not collide in the written network")
    return {"family": "far-collision", "layers": plain(layers), "centre": [text(v) for v in question.centre],
            "search_radius": text(Fraction(search_radius)), "r_star": text(answer.radius),
            "r_J0": None if r_J0 is None else text(r_J0), "r_local": None if r_local is None else text(r_local),
            "pair_kind": ["collision"], "n_cells": answer.cells,
            "witness": [[text(v) for v in p] for p in (x, y)], "note": note}


def check_one_dimension():
    """r* = r_local on every one-dimensional random network."""
    nets = json.loads((DATA / "random_nets.json").read_text())["nets"]
    for name, entry in nets.items():
        if len(entry["centre"]) == 1:
            question = Square(Network(entry["layers"]), entry["centre"])
            local = local_radius(question, entry["search_radius"])[1]
            if entry["r_star"] != ("inf" if local is None else text(local)):
                raise AssertionError(f"{name}: r* {entry['r_star']}, local {local}")


def main():
    check_one_dimension()
    random_ = random.Random(SEED)
    entries = {}
    for name, layers, centre, radius, note in plane_networks(random_):
        network = Network(layers)
        entries[name] = record(name, layers, Square(network, centre), radius, note, network)
    for name, plane, U, V, centre, radius, note in space_networks(random_):
        layers = cylinder_layers(plane, U, V)
        entries[name] = record(name, layers, Cylinder(Network(plane), U, centre), radius, note, Network(layers))
    kept = {name: entry for name, entry in entries.items() if entry}
    write(DATA / "far_collision.json", kept, "; r_J0 and r_local: distance to the nearest determinant sign change "
          "and to the nearest point without injective neighbourhood, null if not inside the search radius")


if __name__ == "__main__":
    main()
