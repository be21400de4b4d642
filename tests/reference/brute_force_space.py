"""Exact invertibility radius of a small ReLU network R^n -> R^n, n = 1, 2, 3, ..., in integers.

What.  The same number as brute_force.py, by the same formula, for dense maps of space as well:

    r* = min over (P, Q) with C_PQ not inside the diagonal of min { max(|x-c|, |y-c|) : (x,y) in C_PQ },
    C_PQ = { (x,y) in P x Q : f_P(x) = f_Q(y) }

over the closed full-dimensional linear regions ("cells") P, Q of the network inside a cube about c.

How.  Coordinates are relative to c.  A point is an integer vector (x_1, ..., x_n, w), w > 0, that stands for x / w;
half-spaces and affine maps are integer rows.  A polytope is its vertices, each with the set of constraints that are
tight there (a bit mask); cutting it is one step of the double description method: two vertices are joined by an edge
iff no third one has all their common tight constraints.  This is right for polytopes of every dimension, hence for
the lower-dimensional ones that degenerate networks make.
  * det A_P = 0: the minimum is the distance of c to P, of kind "flat".
  * P, Q nonsingular: y = A_Q^-1 (f_P(x) - b_Q) is an affine function of x, so C_PQ is P cut by the constraints of Q
    pulled back.  It lies in the diagonal iff x = y at its vertices.  The minimum is the lowest t at the vertices of
    { (x,t) : x in C_PQ, |x_i| <= t, |y_i| <= t }.

Why it exists.  brute_force.py knows lines and planes, and cylinders over planes; this one knows space.  The two share
no code; test_campaign.py compares them where both apply.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from operator import mul
from typing import NamedTuple


def dot(a, v):
    return sum(map(mul, a, v))


def primitive(v):
    """The same ray, or the same row up to a positive factor, without common factors."""
    g = gcd(*v)
    return tuple(x // g for x in v) if g > 1 else tuple(v)


def determinant(A):
    if len(A) == 1:
        return A[0][0]
    return sum((-1) ** j * a * determinant([row[:j] + row[j + 1:] for row in A[1:]]) for j, a in enumerate(A[0]) if a)


def adjugate(A):
    n = len(A)
    if n == 1:
        return [[1]]
    minor = lambda i, j: determinant([A[k][:j] + A[k][j + 1:] for k in range(n) if k != i])
    return [[(-1) ** (i + j) * minor(j, i) for j in range(n)] for i in range(n)]


# ---------------------------------------------------------------- polytopes

class Polytope(NamedTuple):
    vertices: list            # (vector, mask of the constraints that are tight)
    count: int                # constraints numbered so far


def cut(body, row):
    """The parts where row.v <= 0 and row.v >= 0."""
    below, above, on = [], [], []
    new = 1 << body.count
    for v, mask in body.vertices:
        value = dot(row, v)
        (below if value < 0 else above if value > 0 else on).append((v, mask if value else mask | new, value))
    edge = len(row) - 2
    for p, tight_p, value_p in below:
        for q, tight_q, value_q in above:
            tight = tight_p & tight_q
            if tight.bit_count() >= edge and sum(1 for _, mask in body.vertices if mask & tight == tight) == 2:
                on.append((primitive([value_q * a - value_p * b for a, b in zip(p, q)]), tight | new, 0))
    return [Polytope([(v, mask) for v, mask, _ in part + on], body.count + 1) for part in (below, above)]


def clip(body, rows):
    """The part where row.v <= 0 for all rows."""
    for row in rows:
        body = cut(body, row)[0]
        if not body.vertices:
            break
    return body


def lowest(body, functions, cap):
    """The minimum over a polytope of the largest of the functions ((a, b), e), each (a.x + b) / e, and the face
    where it is attained, in coordinates (x, t, w); (None, None) if it exceeds cap."""
    floor, ceiling = 1 << body.count, 2 << body.count
    prism = []
    for v, mask in body.vertices:
        for t, bit in ((Fraction(-1), floor), (cap, ceiling)):
            d = t.denominator
            prism.append((primitive([d * x for x in v[:-1]] + [t.numerator * v[-1], d * v[-1]]), mask | bit))
    tall = clip(Polytope(prism, body.count + 2), [row[:-1] + (-e, row[-1]) for row, e in functions])
    if not tall.vertices:
        return None, None
    heights = [Fraction(v[-2], v[-1]) for v, _ in tall.vertices]
    best = min(heights)
    return best, Polytope([vertex for vertex, t in zip(tall.vertices, heights) if t == best], tall.count)


def norm_functions(rows, scale):
    """Functions for `lowest` whose largest is the maximum norm of rows.(x, w) / (scale w)."""
    return [(tuple(s * a for a in row), scale) for row in rows for s in (1, -1)]


def identity(n):
    """Rows that read x from (x, w)."""
    return [[int(i == k) for k in range(n + 1)] for i in range(n)]


def cube(n, radius):
    """[-radius, radius]^n and its sides."""
    p, q = radius.numerator, radius.denominator
    sides = [tuple(s * q * v for v in row[:-1]) + (-p,) for row in identity(n) for s in (-1, 1)]
    vertices = []
    for corner in range(2 ** n):
        up = [corner >> i & 1 for i in range(n)]
        vertices.append((primitive([p if u else -p for u in up] + [q]), sum(1 << 2 * i + u for i, u in enumerate(up))))
    return Polytope(vertices, 2 * n), sides


# ---------------------------------------------------------------- cells

@dataclass
class Cell:
    body: Polytope
    sides: list               # rows, <= 0 inside
    rows: list                # f = rows.(x, w) / (scale w)
    scale: int
    det: int = 0              # of the linear part of rows
    box: list = None          # (lowest, highest) of each output


def integers(layer):
    """(L W, L b, L) with the least L that makes all of them integers."""
    W, b = [[Fraction(v) for v in row] for row in layer["W"]], [Fraction(v) for v in layer["b"]]
    scale = lcm(*(v.denominator for row in W + [b] for v in row))
    return [[int(v * scale) for v in row] for row in W], [int(v * scale) for v in b], scale


def apply_layer(cell, layer):
    """(rows, scale) of the next pre-activations."""
    W, b, factor = layer
    rows = [[dot(weights, column) for column in zip(*cell.rows)] for weights in W]
    for row, bias in zip(rows, b):
        row[-1] += cell.scale * bias
    scale = cell.scale * factor
    g = gcd(scale, *(v for row in rows for v in row))
    return [[v // g for v in row] for row in rows], scale // g


def cells(layers, centre, radius):
    """The full-dimensional linear regions in the cube of that radius about the centre, which becomes the origin."""
    n = len(centre)
    body, sides = cube(n, radius)
    scale = lcm(*(c.denominator for c in centre))
    start = [[scale * v for v in row[:-1]] + [int(scale * c)] for row, c in zip(identity(n), centre)]
    found = [Cell(body, sides, start, scale)]
    for layer in layers[:-1]:
        found = [piece for cell in found for piece in split(cell, layer)]
    for cell in found:
        cell.rows, cell.scale = apply_layer(cell, layers[-1])
        cell.det = determinant([row[:-1] for row in cell.rows])
        values = [[Fraction(dot(row, v), v[-1] * cell.scale) for v, _ in cell.body.vertices] for row in cell.rows]
        cell.box = [(min(v), max(v)) for v in values]
    return found


def split(cell, layer):
    """The pieces on which every neuron of the next layer keeps its sign, with the map after ReLU."""
    rows, scale = apply_layer(cell, layer)
    pieces = [(cell.body, cell.sides, [])]
    for row in rows:
        parts = []
        for body, sides, active in pieces:
            values = [dot(row, v) for v, _ in body.vertices]
            if max(values) <= 0 or min(values) >= 0:
                parts.append((body, sides, active + [max(values) > 0]))
                continue
            for part, sign in zip(cut(body, row), (1, -1)):
                parts.append((part, sides + [primitive([sign * v for v in row])], active + [sign < 0]))
        pieces = parts
    zero = [0] * len(rows[0])
    return [Cell(body, sides, [row if on else zero for row, on in zip(rows, active)], scale)
            for body, sides, active in pieces]


# ---------------------------------------------------------------- the radius

def transfer(P, Q):
    """Integer rows T with (y, w) = T (x, w), up to a positive factor, where f_P(x) = f_Q(y)."""
    sign = 1 if Q.det > 0 else -1
    image = [[Q.scale * v for v in row] for row in P.rows]
    for row, other in zip(image, Q.rows):
        row[-1] -= P.scale * other[-1]
    T = [[sign * dot(back, column) for column in zip(*image)] for back in adjugate([row[:-1] for row in Q.rows])]
    T.append([0] * len(T) + [abs(Q.det) * P.scale])
    g = gcd(*(v for row in T for v in row))
    return [[v // g for v in row] for row in T]


def pair_minimum(P, Q, best):
    """(minimum over C_PQ, face, rows that vanish where x = y), unless it exceeds best or C_PQ is in the diagonal."""
    if any(low > h or l > high for (low, high), (l, h) in zip(P.box, Q.box)):
        return None
    T = transfer(P, Q)
    n, w = len(T) - 1, T[-1][-1]
    pairs = clip(P.body, [[dot(side, column) for column in zip(*T)] for side in Q.sides])
    gaps = [[a - w * b for a, b in zip(row, unit)] for row, unit in zip(T, identity(n))]
    if all(dot(gap, v) == 0 for v, _ in pairs.vertices for gap in gaps):
        return None
    value, face = lowest(pairs, norm_functions(identity(n), 1) + norm_functions(T[:n], w), best)
    return None if value is None else (value, face, [gap[:-1] + [0] + gap[-1:] for gap in gaps])


def solve_space(layers, centre, search_radius):
    """(r*, its kinds, number of cells); r* is None if no two points of the closed search cube collide.

    Smaller cubes are tried first, as in brute_force.solve."""
    layers = [integers(layer) for layer in layers]
    centre, search_radius = [Fraction(c) for c in centre], Fraction(search_radius)
    for part in (16, 4, 1):
        radius = search_radius / part
        pieces = cells(layers, centre, radius)
        best, kinds = solve_within(pieces, radius)
        if best is not None and best < radius:
            break
    return best, kinds, len(pieces)


def solve_within(pieces, radius):
    functions = norm_functions(identity(len(pieces[0].rows)), 1)
    near = {id(cell): lowest(cell.body, functions, radius)[0] for cell in pieces}
    order = sorted(pieces, key=lambda cell: near[id(cell)])
    flat = min((near[id(cell)] for cell in pieces if not cell.det), default=None)
    best, optima = radius if flat is None else flat, []
    regular = [cell for cell in order if cell.det]
    for k, Q in enumerate(regular):
        if near[id(Q)] > best:
            break
        for P in regular[:k]:
            found = pair_minimum(P, Q, best)
            if found:
                optima = optima + [found] if found[0] == best else [found]
                best = found[0]
    kinds = {"flat"} if flat == best else set()
    for _, face, gaps in optima:
        kinds |= kinds_of_pair(pieces, face, gaps)
    return (best if kinds else None), tuple(sorted(kinds))


def kinds_of_pair(pieces, face, gaps):
    """Of the optimal pairs: apart (collision), or meeting where determinants change sign (fold), vanish (flat) or
    keep one sign (branch)."""
    kinds = {"collision"} if any(dot(gap, v) for v, _ in face.vertices for gap in gaps) else set()
    for v, _ in clip(face, gaps + [[-a for a in gap] for gap in gaps]).vertices:
        p = v[:-2] + v[-1:]
        signs = {(cell.det > 0) - (cell.det < 0) for cell in pieces if all(dot(side, p) <= 0 for side in cell.sides)}
        kinds |= {"flat"} if 0 in signs else set()
        kinds |= {"fold"} if {1, -1} <= signs else set()
        kinds |= {"branch"} if len(signs) == 1 else set()
    return kinds
