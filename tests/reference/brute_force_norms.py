"""Exact invertibility radii in the sum norm, and brackets of squared radii in the Euclidean norm, of plane networks.

What.  For the networks R^2 -> R^2 of zoo.json and random_nets.json: r* in l1 as a rational, and rationals low <= r*^2
<= high in l2 that differ by less than 2^-30 of r*^2 (mostly both are r*^2).  "inf": no collision within the ball of the
search radius.  `python brute_force_norms.py` writes tests/data/norms.json (some seconds).

Why it is right.  As in brute_force.py: r* is the least, over pairs of cells P, Q that collide outside the diagonal, of
the minimum over K = f(P) n f(Q) of max(|x - c|, |y - c|), x and y affine in the common image q.
  * l1: |x - c| is the largest of four affine functions, and brute_force.py does the rest.
  * l2: the minimum of max(|x - c|^2, |y - c|^2) over q is at least, for each 0 <= s <= 1, that of s |x - c|^2 +
    (1 - s) |y - c|^2, a convex quadratic whose minimum over a polygon is rational (inside, or on a side); and at most
    the value at any q.  Bisection of s brings the two together: if |x - c| > |y - c| at the minimum, s must grow.
"""

import json
from fractions import Fraction
from itertools import combinations_with_replacement, product
from pathlib import Path

from brute_force import Network, Square, _common_image, apply_affine, cells, dot, half_planes, rational, solve, text

F = Fraction
TESTS = Path(__file__).resolve().parents[1]
STEPS = 48


class Diamond(Square):
    """The same question in the sum norm."""

    def distance_functions(self):
        return [([F(s) for s in signs], -dot(signs, self.centre))
                for signs in product((1, -1), repeat=len(self.centre))]

    def norm(self, x):
        return sum(abs(v - c) for v, c in zip(x, self.centre))


def squared(x, centre):
    return sum((v - c) ** 2 for v, c in zip(x, centre))


def least(vertices, H, g):
    """The point of a polygon (or segment, or point) where q.Hq + 2 g.q is least; H symmetric, positive definite."""
    def value(q):
        return sum(q[i] * H[i][j] * q[j] for i in range(2) for j in range(2)) + 2 * dot(g, q)
    points = list(vertices)
    for p, q in zip(vertices, vertices[1:] + vertices[:1]):
        d = [b - a for a, b in zip(p, q)]
        Hd = [dot(row, d) for row in H]
        curve = dot(d, Hd)
        if curve:
            t = min(max(-(dot(Hd, p) + dot(g, d)) / curve, F(0)), F(1))
            points.append(tuple(a + t * b for a, b in zip(p, d)))
    if len(vertices) > 2:
        det = H[0][0] * H[1][1] - H[0][1] * H[1][0]
        q = ((H[0][1] * g[1] - H[1][1] * g[0]) / det, (H[1][0] * g[0] - H[0][0] * g[1]) / det)
        if all(dot(a, q) + b <= 0 for a, b in half_planes(vertices)):
            points.append(q)
    return min(points, key=value)


def pair_bracket(P, Q, common, centre, best):
    """low <= the minimum over the common image of max(|x - c|^2, |y - c|^2) <= high; None if it is not below best."""
    parts = []      # |x - c|^2 as a quadratic in q
    for cell in (P, Q):
        M, shift = cell.back
        s = [a - c for a, c in zip(shift, centre)]
        columns = list(zip(*M))
        parts.append(([[dot(a, b) for b in columns] for a in columns], [dot(a, s) for a in columns]))
    low, high, left, right = F(0), None, F(0), F(1)
    for step in range(STEPS):
        s = (F(1), F(0))[step] if step < 2 else (left + right) / 2
        H = [[s * a + (1 - s) * b for a, b in zip(*rows)] for rows in zip(parts[0][0], parts[1][0])]
        q = least(common, H, [s * a + (1 - s) * b for a, b in zip(parts[0][1], parts[1][1])])
        of_x, of_y = (squared(apply_affine(*cell.back, q), centre) for cell in (P, Q))
        low = max(low, s * of_x + (1 - s) * of_y)
        high = max(of_x, of_y) if high is None else min(high, max(of_x, of_y))
        if low >= best:
            return None
        if low == high or (step > 1 and high - low < high * F(1, 2 ** 32)):
            break
        if step > 1:
            left, right = (s, right) if of_x > of_y else (left, s)
    return low, high


def euclidean(layers, centre, search_radius):
    """(low, high) with low <= r*^2 <= high; None if no collision has both points in the ball of the search radius."""
    question = Square(Network(layers), centre)
    for part in (16, 4, 1):
        radius = rational(search_radius) / part
        answer = _euclidean_within(question, radius)
        if answer and (part == 1 or answer[1] < radius ** 2):
            return answer
    return None


def _euclidean_within(question, radius):
    pieces, centre = cells(question.network, question.region(radius)), question.centre
    unit = [[F(1), F(0)], [F(0), F(1)]]
    near = {i: squared(least(cell.vertices, unit, [-c for c in centre]), centre) for i, cell in enumerate(pieces)}
    best, found = radius ** 2, []
    order = sorted((i for i in near if near[i] <= best), key=near.get)
    for i in order:
        if pieces[i].sign == 0 and near[i] <= best:
            best = near[i]
            found.append((best, best))
    for i, j in combinations_with_replacement(order, 2):
        P, Q = pieces[i], pieces[j]
        if i == j or not P.sign or not Q.sign or near[j] > best:
            continue
        common = _common_image(P, Q)
        if not common or all(apply_affine(*P.back, q) == apply_affine(*Q.back, q) for q in common):
            continue
        bracket = pair_bracket(P, Q, common, centre, best * (1 if found else F(1000001, 1000000)))
        if bracket and bracket[0] <= radius ** 2:
            found.append(bracket)
            best = min(best, bracket[1])
    return (min(low for low, _ in found), min(high for _, high in found)) if found else None


def answers(entry):
    radius = entry["search_radius"]
    l1 = solve(Diamond(Network(entry["layers"]), entry["centre"]), radius).radius
    l2 = euclidean(entry["layers"], entry["centre"], radius)
    return {"l1": "inf" if l1 is None else text(l1), "l2_squared": "inf" if l2 is None else [text(v) for v in l2]}


def plane_networks():
    zoo = json.loads((TESTS / "zoo.json").read_text())["nets"]
    some = json.loads((TESTS / "data" / "random_nets.json").read_text())["nets"]
    both = [("zoo.json", zoo), ("data/random_nets.json", some)]
    return {name: (file, entry) for file, nets in both for name, entry in nets.items()
            if len(entry["centre"]) == 2 and len(entry["layers"][-1]["b"]) == 2}


def main():
    result = {name: {"file": file, **answers(entry)} for name, (file, entry) in plane_networks().items()}
    lines = ",\n".join(f' {json.dumps(name)}: {json.dumps(answer)}' for name, answer in result.items())
    note = "written by tests/reference/brute_force_norms.py"
    (TESTS / "data" / "norms.json").write_text(f'{{"note": "{note}", "nets": {{\n{lines}\n}}}}\n')


if __name__ == "__main__":
    main()
