"""All preimages of a value in a box, for tiny networks R^n -> R^m with n = 1 or 2, by looking at every linear piece.

Each closed piece is a polygon with vertices in fractions; the part of it where f = y is cut out exactly, by two
half-planes per output. What is left is empty, a point, a segment or a polygon, given by its vertices.
"""

from fractions import Fraction

from brute_force import _split_by_layer, apply_affine, box_vertices, clip, matmul, minimise_largest


def pieces(layers, lower, upper):
    """(vertices, A, b) of each closed linear piece of the box; layers are (W, b) in fractions."""
    n = len(lower)
    identity = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    found = [(box_vertices(lower, upper), identity, [Fraction(0)] * n)]
    for W, b in layers[:-1]:
        found = [piece for old in found for piece in _split_by_layer(*old, W, b)]
    W, b = layers[-1]
    return [(corners, matmul(W, A), list(apply_affine(W, b, offset))) for corners, A, offset in found]


def fibre(layers, y, lower, upper):
    """The parts of f^-1(y) in the box, one per piece that holds some: lists of vertices."""
    return [part for piece in pieces(layers, lower, upper) for part in fibre_of_piece(*piece, y)]


def fibre_of_piece(corners, A, b, y):
    """Its part, if it holds any."""
    for row, shift, value in zip(A, b, y):
        corners = corners and clip(corners, row, shift - value)
        corners = corners and clip(corners, [-w for w in row], value - shift)
    return [corners] if corners else []


def isolated(parts):
    """The points of the fibre that lie on no segment of it."""
    flats = [part for part in parts if len(part) > 1]
    points = {part[0] for part in parts if len(part) == 1}
    return {point for point in points if not any(point in flat for flat in flats)}


def nearest_other(parts, center):
    """inf of |x - c| over the fibre without c (maximum norm); None if there is nothing else."""
    n = len(center)
    functions = [([Fraction(s * (i == j)) for j in range(n)], -s * center[i]) for i in range(n) for s in (1, -1)]
    best = None
    for part in parts:
        if part == [tuple(center)]:
            continue
        distance, _ = minimise_largest(part, functions)
        best = distance if best is None else min(best, distance)
    return best
