"""Writes tests/data/random_nets.json: 200 small random networks with their exact radii.

What.  Half are maps R -> R, half R^2 -> R^2; one or two hidden layers of 2 to 8 neurons.  Each entry has
the layers (affine W, b; ReLU between layers, none after the last), a dyadic centre, the search radius
within which brute force looked, the exact r* ("inf": no two points of the closed search ball collide),
every kind of limit that occurs at r*, and an exact colliding pair near it.

Why these families.  Random dense networks fold or go flat near the centre, so most families are near the
identity; the others aim at what breaks naive methods: integer weights and zero biases (hinges through a
common point), parallel, duplicated and cancelling neurons, dead neurons, branch points, centres on hinges.
All numbers are dyadic rationals that float32 holds exactly.

Run:  python make_random_nets.py [output]     (fixed seed; pure Python, the same file on every machine)
"""

import json
import random
import sys
from fractions import Fraction
from pathlib import Path

from brute_force import Network, Square, solve, text

SEED = 20230
SEARCH_RADIUS = {1: Fraction(4), 2: Fraction(3)}
# How many of the 200 may have r* = 0, no collision at all, or a flat limit, so that the rest is informative.
QUOTA = {"zero": 24, "inf": 40, "flat": 40}


def grid(random_, denominator, reach):
    """A random multiple of 1/denominator in [-reach, reach]."""
    bound = int(reach * denominator)
    return Fraction(random_.randint(-bound, bound), denominator)


def dense(random_, sizes, denominator, reach, bias_reach):
    """All weights random."""
    return [{"W": [[grid(random_, denominator, reach) for _ in range(a)] for _ in range(b)],
             "b": [grid(random_, denominator, bias_reach) for _ in range(b)]}
            for a, b in zip(sizes, sizes[1:])]


def pass_through(n):
    """Rows that carry x_i through a ReLU layer as relu(x_i), relu(-x_i), and the rows that read it back."""
    forward = [[Fraction(s * (i == j)) for j in range(n)] for i in range(n) for s in (1, -1)]
    back = [[Fraction((j // 2 == i) * (1 if j % 2 == 0 else -1)) for j in range(2 * n)] for i in range(n)]
    return forward, back


def near_identity(random_, n, hidden_layers, hinges, denominator, strength):
    """x + (small random hinges), once per hidden layer: f = g_k o ... o g_1."""
    forward, back = pass_through(n)
    layers, carried = [], None
    for _ in range(hidden_layers):
        W = [list(row) for row in forward]
        b = [Fraction(0)] * len(forward)
        for _ in range(hinges):
            W.append([grid(random_, denominator, 1) for _ in range(n)])
            b.append(grid(random_, denominator, 1))
        out = [list(row) + [grid(random_, denominator, strength) for _ in range(hinges)] for row in back]
        if carried is not None:
            # Compose with the affine map that ends the block before.
            b = [b_i + sum(w * c for w, c in zip(row, carried[1])) for row, b_i in zip(W, b)]
            W = [[sum(w * carried[0][k][j] for k, w in enumerate(row)) for j in range(len(carried[0][0]))]
                 for row in W]
        layers.append({"W": W, "b": b})
        carried = (out, [grid(random_, denominator, 1) for _ in range(n)])
    layers.append({"W": carried[0], "b": carried[1]})
    return layers


def with_degenerate_neurons(random_, layers):
    """Adds to the first hidden layer a scaled copy that cancels, a parallel hinge, or a dead neuron."""
    first, second = layers[0], layers[1]
    pick = random_.randrange(len(first["W"]))
    kind = random_.choice(("cancel", "parallel", "opposite", "dead"))
    scale = Fraction(random_.choice((1, 2, 4)))
    row, bias = first["W"][pick], first["b"][pick]
    if kind == "cancel":
        # c relu(z) - (c / scale) relu(scale z) = 0
        columns = [(row, bias, Fraction(1)), ([scale * w for w in row], scale * bias, -1 / scale)]
    elif kind == "parallel":
        columns = [([scale * w for w in row], scale * bias, Fraction(1, 4))]
    elif kind == "opposite":
        columns = [([-w for w in row], -bias, Fraction(-1, 2))]
    else:
        columns = [([w / 8 for w in row], Fraction(-100), Fraction(1))]
    weights = [Fraction(random_.randint(-2, 2), 2) for _ in second["W"]]
    for w, b, factor in columns:
        first["W"].append(list(w))
        first["b"].append(b)
        for out, weight in zip(second["W"], weights):
            out.append(factor * weight)
    return layers


def branching(random_, hidden_layers):
    """A map of local degree 2 about a random point (six cells of determinant one sign), or two of them."""
    W = [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, -1]]
    V = [[1, 1, -1, -1, 0, 0], [-1, -1, 0, 0, 1, 1]]
    layers, last = [], None
    for _ in range(hidden_layers):
        T = [[1, random_.randint(-1, 1)], [0, random_.choice((1, -1))]]
        if random_.random() < 0.5:
            T = [row[::-1] for row in T]
        shift = [grid(random_, 4, 1) for _ in range(2)]
        rows = [[sum(w * T[k][j] for k, w in enumerate(row)) for j in range(2)] for row in W]
        bias = [sum(w * s for w, s in zip(row, shift)) for row in W]
        if last is not None:
            rows = [[sum(w * last[k][j] for k, w in enumerate(row)) for j in range(6)] for row in rows]
        layers.append({"W": rows, "b": bias})
        last = V
    layers.append({"W": last, "b": [Fraction(0)] * 2})
    return layers


def candidate(random_, n):
    """(family name, layers)."""
    hidden = random_.choice((1, 2))
    draw = random_.random()
    if n == 2 and draw < 0.16:
        layers = branching(random_, hidden)
        if random_.random() < 0.4:
            for row in layers[-1]["W"]:
                row[:] = [w + grid(random_, 16, Fraction(1, 8)) for w in row]
        return "branching", layers
    if draw < 0.32:
        sizes = [n] + [random_.randint(2, 8) for _ in range(hidden)] + [n]
        return "integer", dense(random_, sizes, 1, 2, random_.choice((0, 1, 2)))
    if draw < 0.44:
        sizes = [n] + [random_.randint(4, 8) for _ in range(hidden)] + [n]
        return "sixteenth", dense(random_, sizes, 16, 1, 2)
    if draw < 0.56:
        sizes = [n] + [random_.randint(4, 8) for _ in range(hidden)] + [n]
        return "float-like", dense(random_, sizes, 1024, 1, 2)
    hinges = random_.randint(1, 8 - 2 * n)
    denominator = random_.choice((2, 16, 1024))
    # In one dimension a fold needs hinges that take away more than the slope 1.
    strength = random_.choice((Fraction(1, 2), 1, 2)) if n == 2 else random_.choice((1, 2, 3))
    layers = near_identity(random_, n, hidden, hinges, denominator, strength)
    return f"near-identity/{denominator}", layers


def choose_centre(random_, layers, n):
    """A dyadic centre; in a third of the cases one first-layer hinge is moved onto it."""
    centre = [grid(random_, random_.choice((1, 4, 64)), 1) for _ in range(n)]
    if random_.random() < 1 / 3:
        k = random_.randrange(len(layers[0]["W"]))
        layers[0]["b"][k] = -sum(w * c for w, c in zip(layers[0]["W"][k], centre))
    return centre


def plain(layers):
    number = lambda v: int(v) if Fraction(v).denominator == 1 else text(Fraction(v))
    return [{"W": [[number(v) for v in row] for row in layer["W"]], "b": [number(v) for v in layer["b"]]}
            for layer in layers]


def entry_for(family, layers, centre, radius, answer):
    """The record of one network, as the tests read it."""
    entry = {"family": family, "layers": plain(layers), "centre": [text(v) for v in centre],
             "search_radius": text(radius),
             "r_star": "inf" if answer.radius is None else text(answer.radius),
             "pair_kind": list(answer.kinds), "n_cells": answer.cells}
    if answer.witness:
        entry["witness"] = [[text(v) for v in p] for p in answer.witness]
    return entry


def acceptable(answer, wider, radius):
    """Keep clear answers: r* below the search radius, or no collision even in a somewhat larger ball."""
    if answer.radius is None:
        return wider.radius is None
    return answer.radius < radius


def generate():
    random_ = random.Random(SEED)
    entries = {}
    for n in (1, 2):
        wanted = 100
        limits = {k: v // 2 for k, v in QUOTA.items()}
        used = dict.fromkeys(limits, 0)
        while wanted:
            family, layers = candidate(random_, n)
            if random_.random() < 0.35:
                family, layers = family + "+degenerate", with_degenerate_neurons(random_, layers)
            if max(len(layer["W"]) for layer in layers) > 8:
                continue
            centre, radius = choose_centre(random_, layers, n), SEARCH_RADIUS[n]
            question = Square(Network(layers), centre)
            answer = solve(question, radius)
            wider = solve(question, radius * Fraction(9, 8)) if answer.radius is None else answer
            if not acceptable(answer, wider, radius):
                continue
            classes = [k for k, hit in (("inf", answer.radius is None), ("zero", answer.radius == 0),
                                        ("flat", "flat" in answer.kinds)) if hit]
            if any(used[k] >= limits[k] for k in classes):
                continue
            for k in classes:
                used[k] += 1
            entries[f"{n}d_{100 - wanted:03d}"] = entry_for(family, layers, centre, radius, answer)
            wanted -= 1
    return entries


FORMAT = ("layers: affine W,b; ReLU between layers, none after the last; numbers may be strings p/q; radii are "
          "L_inf; r_star inf means no two points of the closed ball of the search radius collide; pair_kind "
          "lists all kinds of limit that occur at r_star")


def write(path, entries, extra_note=""):
    lines = [f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in entries.items()]
    Path(path).write_text('{"format": ' + json.dumps(FORMAT + extra_note) + ',\n"nets": {\n'
                          + ",\n".join(lines) + "\n}}\n")


if __name__ == "__main__":
    data = Path(__file__).resolve().parents[1] / "data" / "random_nets.json"
    write(sys.argv[1] if len(sys.argv) > 1 else data, generate())
