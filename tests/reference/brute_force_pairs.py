"""Exact radii of Problem 3, and of Problem 1 for any numbers of inputs and outputs, by looking at all pairs of cells.

What.  For ReLU networks A, B of the same inputs and a centre c, the number

    r_AB = inf { max(|x-c|, |y-c|) : A(x) = A(y), B(x) != B(y) }        (maximum norm)

as a rational.  With B the identity it is the radius of Problem 1 of A, whatever A's number of outputs.

How.  As brute_force_space.py, whose polytopes it uses: the cells are the linear regions of both networks; for each two
of them the pairs (x, y) with A(x) = A(y) are a polytope in R^2n, the product of the cells cut by the equations. B(x) -
B(y) is affine on it, so B differs somewhere iff it differs at a vertex; then the least norm over the whole polytope is
approached by pairs where B differs.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from math import lcm

from brute_force_space import (Cell, Polytope, apply_layer, clip, cube, dot, identity, integers, lowest,
                               norm_functions, primitive, split)


@dataclass
class Piece:
    body: Polytope
    a: list                   # A = a.(x, w) / (scale_a w)
    scale_a: int
    b: list                   # B likewise
    scale_b: int
    near: Fraction = None     # of the centre
    box: list = None          # (lowest, highest) of each output of A


def pieces_of(A, B, centre, radius):
    """The full-dimensional linear regions of both in the cube of that radius about the centre, which becomes the
    origin."""
    body, sides = cube(len(centre), radius)
    scale = lcm(*(c.denominator for c in centre))
    start = [[scale * v for v in row[:-1]] + [int(scale * c)] for row, c in zip(identity(len(centre)), centre)]

    def refine(cells, layers):
        for layer in layers[:-1]:
            cells = [piece for cell in cells for piece in split(cell, layer)]
        return [(cell, *apply_layer(cell, layers[-1])) for cell in cells]

    found = []
    for cell, rows_a, scale_a in refine([Cell(body, sides, start, scale)], A):
        inside = [Cell(cell.body, cell.sides, start, scale)]
        for part, rows_b, scale_b in refine(inside, B) if B else [(inside[0], start, scale)]:
            values = [[Fraction(dot(row, v), v[-1] * scale_a) for v, _ in part.body.vertices] for row in rows_a]
            near = lowest(part.body, norm_functions(identity(len(centre)), 1), radius)[0]
            found.append(Piece(part.body, rows_a, scale_a, rows_b, scale_b, near, [(min(v), max(v)) for v in values]))
    return found


def product(P, Q):
    """The product of two polytopes."""
    vertices = [(primitive([q[-1] * a for a in p[:-1]] + [p[-1] * a for a in q[:-1]] + [p[-1] * q[-1]]),
                 tight_p | tight_q << P.count) for p, tight_p in P.vertices for q, tight_q in Q.vertices]
    return Polytope(vertices, P.count + Q.count)


def difference(rows_p, scale_p, rows_q, scale_q):
    """Rows over (x, y, w) that are a positive multiple of rows_p.(x, w) / scale_p - rows_q.(y, w) / scale_q."""
    return [[scale_q * a for a in p[:-1]] + [-scale_p * a for a in q[:-1]] + [scale_q * p[-1] - scale_p * q[-1]]
            for p, q in zip(rows_p, rows_q)]


def pair_radius(A, B, centre, search_radius):
    """r_AB within the closed cube of that radius, or None; B None: the identity. Layers are {"W": ..., "b": ...}."""
    A, B = [integers(layer) for layer in A], [integers(layer) for layer in B] if B else None
    centre, best = [Fraction(c) for c in centre], Fraction(search_radius)
    n, found = len(centre), False
    pieces = sorted(pieces_of(A, B, centre, best), key=lambda piece: piece.near)
    norms = norm_functions(identity(2 * n), 1)
    for P, Q in combinations_with_replacement(pieces, 2):
        if Q.near > best or any(low > h or l > high for (low, high), (l, h) in zip(P.box, Q.box)):
            continue
        equal = difference(P.a, P.scale_a, Q.a, Q.scale_a)
        pairs = clip(product(P.body, Q.body), equal + [[-v for v in row] for row in equal])
        other = difference(P.b, P.scale_b, Q.b, Q.scale_b)
        if all(dot(row, v) == 0 for v, _ in pairs.vertices for row in other):
            continue
        value = lowest(pairs, norms, best)[0]
        if value is not None and (value < best or not found):
            best, found = value, True
    return best if found else None
