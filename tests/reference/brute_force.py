"""Exact invertibility radius of a tiny ReLU network, by looking at everything.

What.  For a network R^n -> R^n (n = 1 or 2; or a 3-D cylinder over a 2-D network, see `Cylinder`) and
a centre c, the number

    r* = inf { max(|x-c|, |y-c|) : x != y, f(x) = f(y) }        (maximum norm)

as a rational, with the pairs that attain it.  All linear regions ("cells") inside the square of radius
R about c are cut out as rational intervals or polygons, and formula 6.1 of the project's notes on
injectivity is evaluated over all pairs of cells:

    r* = min over (P, Q) with C_PQ not inside the diagonal of min { max(|x-c|, |y-c|) : (x,y) in C_PQ },
    C_PQ = { (x,y) in P x Q : f_P(x) = f_Q(y) }.

Why it is right.  The cells are closed, full-dimensional, and cover the square.
  * det A_P = 0: C_PP holds the whole diagonal of P and is not inside it, so its minimum is the distance
    of c to P; a pair (P, Q) has x in P and cannot be nearer.  Such a cell is a limit of kind "flat".
  * P, Q both nonsingular: (x,y) is an affine function of the common image q, and q runs over the convex
    set K = f(P) n f(Q).  C_PQ lies in the diagonal iff x = y at all vertices of K.  The objective is the
    largest of 4n affine functions of q; K is cut into the parts where each of them is the largest.

Why it exists.  It is the reference the fast engine is tested against, so it shares no code with it and
uses nothing but `fractions.Fraction`: no tolerance, no rounding, no linear-programming solver.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from pathlib import Path


# ---------------------------------------------------------------- numbers, affine maps

def rational(value):
    """An exact rational from an int, a float (read as the dyadic it is) or a string 'p/q'."""
    return Fraction(value)


def text(value):
    """'p/q' or 'p'; the inverse of `rational`."""
    return str(value)


def dot(a, x):
    return sum((p * q for p, q in zip(a, x) if p and q), Fraction(0))


def apply_affine(A, b, x):
    return tuple(dot(row, x) + c for row, c in zip(A, b))


def matmul(A, B):
    columns = list(zip(*B))
    return [[dot(row, column) for column in columns] for row in A]


def determinant(A):
    if len(A) == 1:
        return A[0][0]
    if len(A) == 2:
        return A[0][0] * A[1][1] - A[0][1] * A[1][0]
    return sum((-1) ** j * A[0][j] * determinant([row[:j] + row[j + 1:] for row in A[1:]])
               for j in range(len(A)))


def inverse(A):
    """Inverse of a nonsingular matrix (adjugate over determinant: the matrices here are at most 3 x 3)."""
    n, d = len(A), determinant(A)
    if n == 1:
        return [[1 / d]]
    minor = lambda i, j: determinant([[A[k][l] for l in range(n) if l != j] for k in range(n) if k != i])
    return [[(-1) ** (i + j) * minor(j, i) / d for j in range(n)] for i in range(n)]


class Network:
    """Affine layers with ReLU between them and none after the last."""

    def __init__(self, layers):
        self.layers = [([[rational(v) for v in row] for row in layer["W"]],
                        [rational(v) for v in layer["b"]]) for layer in layers]
        self.inputs = len(self.layers[0][0][0])
        self.outputs = len(self.layers[-1][0])

    def evaluate(self, x):
        for W, b in self.layers[:-1]:
            x = tuple(max(v, Fraction(0)) for v in apply_affine(W, b, x))
        return apply_affine(*self.layers[-1], x)


# ---------------------------------------------------------------- convex sets as vertex lists

def clip(vertices, a, b):
    """The part of a convex set where a.x + b <= 0.  A set is its vertices: an interval's two ends, or a
    polygon's corners in order; points and segments of the plane are legal.  Empty list: nothing left."""
    values = [dot(a, v) + b for v in vertices]
    if all(v <= 0 for v in values):
        return vertices
    kept = []
    for i, (p, vp) in enumerate(zip(vertices, values)):
        j = (i + 1) % len(vertices)
        q, vq = vertices[j], values[j]
        if vp <= 0:
            kept.append(p)
        if (vp < 0 < vq) or (vq < 0 < vp):
            t = vp / (vp - vq)
            kept.append(tuple(s + t * (e - s) for s, e in zip(p, q)))
    unique = []
    for p in kept:
        if p not in unique:
            unique.append(p)
    return unique


def box_vertices(lower, upper):
    if len(lower) == 1:
        return [(lower[0],), (upper[0],)]
    return [(lower[0], lower[1]), (upper[0], lower[1]), (upper[0], upper[1]), (lower[0], upper[1])]


def half_planes(vertices):
    """(a, b) with the set = { x : a.x + b <= 0 for all }; the set must be full-dimensional."""
    if len(vertices[0]) == 1:
        low, high = min(vertices)[0], max(vertices)[0]
        return [((Fraction(-1),), low), ((Fraction(1),), -high)]
    (ax, ay), (bx, by), (cx, cy) = vertices[:3]
    turn = 1 if (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) > 0 else -1
    sides = []
    for (px, py), (qx, qy) in zip(vertices, vertices[1:] + vertices[:1]):
        a = (turn * (qy - py), turn * (px - qx))
        sides.append((a, -dot(a, (px, py))))
    return sides


def minimise_largest(vertices, functions):
    """Minimum over a convex set of the largest of affine functions (a, b) -> a.q + b.

    Returns the minimum and points whose convex hull is the set of all minimisers."""
    best, face = None, []
    functions = list(dict.fromkeys((tuple(a), b) for a, b in functions))
    for i, (a, b) in enumerate(functions):
        part = vertices
        for j, (c, d) in enumerate(functions):
            if j != i and part:
                part = clip(part, [p - q for p, q in zip(c, a)], d - b)
        for q in part:
            value = dot(a, q) + b
            if best is None or value < best:
                best, face = value, []
            if value == best and q not in face:
                face.append(q)
    return best, face


# ---------------------------------------------------------------- cells

@dataclass
class Cell:
    vertices: list            # of the closed cell
    A: list                   # on it f(x) = A x + b
    b: list
    sign: int = 0             # of the determinant of the square part
    back: tuple = None        # (inverse, offset): x = inverse q + offset
    image: list = None        # vertices of f(cell)
    image_sides: list = None
    image_box: tuple = None


def cells(network, vertices):
    """Cut a full-dimensional convex set into the closed linear regions of the network.

    The square part (as many first outputs as inputs) gets its determinant and, where that is not zero,
    its inverse and image."""
    n = network.inputs
    identity = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    found = [(vertices, identity, [Fraction(0)] * n)]
    for W, b in network.layers[:-1]:
        found = [piece for old in found for piece in _split_by_layer(*old, W, b)]
    W, b = network.layers[-1]
    result = []
    for corners, A, offset in found:
        cell = Cell(corners, matmul(W, A), list(apply_affine(W, b, offset)))
        square, shift = cell.A[:n], cell.b[:n]
        d = determinant(square)
        cell.sign = (d > 0) - (d < 0)
        if d:
            inv = inverse(square)
            cell.back = (inv, [-v for v in apply_affine(inv, [Fraction(0)] * n, shift)])
            cell.image = [apply_affine(square, shift, v) for v in corners]
            cell.image_sides = half_planes(cell.image)
            cell.image_box = ([min(c) for c in zip(*cell.image)], [max(c) for c in zip(*cell.image)])
        result.append(cell)
    return result


def _split_by_layer(vertices, A, b, W, bias):
    """Pieces of a cell on which every neuron of the next layer keeps its sign, with the map after ReLU."""
    Z, shift = matmul(W, A), apply_affine(W, bias, b)
    pieces = [(vertices, [])]
    for row, c in zip(Z, shift):
        cut = []
        for corners, active in pieces:
            values = [dot(row, v) + c for v in corners]
            if all(v <= 0 for v in values):
                cut.append((corners, active + [False]))
            elif all(v >= 0 for v in values):
                cut.append((corners, active + [True]))
            else:
                cut.append((clip(corners, row, c), active + [False]))
                cut.append((clip(corners, [-v for v in row], -c), active + [True]))
        pieces = cut
    zero = [Fraction(0)] * len(A[0])
    return [(corners, [row if on else zero for row, on in zip(Z, active)],
             [c if on else Fraction(0) for c, on in zip(shift, active)]) for corners, active in pieces]


# ---------------------------------------------------------------- what is measured

class Square:
    """The plain question: a network R^n -> R^n, n = 1 or 2, balls of the maximum norm about c."""

    def __init__(self, network, centre):
        self.network, self.centre = network, tuple(rational(v) for v in centre)
        if network.inputs != network.outputs or network.inputs > 2:
            raise ValueError("brute force needs a map R -> R or R^2 -> R^2")

    def region(self, radius):
        return box_vertices([v - radius for v in self.centre], [v + radius for v in self.centre])

    def distance_functions(self):
        """Affine functions of x whose largest is |x - c|."""
        n = len(self.centre)
        return [([Fraction(s * (i == j)) for j in range(n)], -s * self.centre[i])
                for i in range(n) for s in (1, -1)]

    def pair_functions(self, P, Q):
        """Affine functions of the common image q whose largest is max(|x-c|, |y-c|)."""
        return [compose(f, *cell.back) for cell in (P, Q) for f in self.distance_functions()]

    def lift_pair(self, P, Q, q, radius):
        """The pair (x, y) with image q."""
        return apply_affine(*P.back, q), apply_affine(*Q.back, q)

    def evaluate(self, x):
        return self.network.evaluate(x)

    def norm(self, x):
        return max(abs(v - c) for v, c in zip(x, self.centre))


class Cylinder:
    """A 3-D question solved exactly in the plane.

    f(X) = h(U X), h(u1,u2,u3) = (g1, g2, u3 + s)(u1,u2), where `network` is the plane map
    (u1,u2) -> (g1, g2, s) and U an invertible 3 x 3 matrix (a further invertible map after h changes no
    collision).  Collisions of h are pairs of plane points with equal g and u3 - v3 = s(y) - s(x); the
    free coordinate u3 is eliminated exactly by pairing lower with upper bounds (Fourier-Motzkin)."""

    def __init__(self, network, U, centre):
        self.network, self.centre = network, tuple(rational(v) for v in centre)
        self.U = [[rational(v) for v in row] for row in U]
        self.inverse = inverse(self.U)

    def region(self, radius):
        """A rectangle that contains the shadow of the ball."""
        middle = [dot(row, self.centre) for row in self.U[:2]]
        reach = [radius * sum(abs(v) for v in row) for row in self.U[:2]]
        return box_vertices([m - r for m, r in zip(middle, reach)], [m + r for m, r in zip(middle, reach)])

    def _rows(self):
        """(coefficients of u1, u2; coefficient of u3; constant) whose largest is |U^-1 u - c|."""
        return [([s * row[0], s * row[1]], s * row[2], -s * c)
                for row, c in zip(self.inverse, self.centre) for s in (1, -1)]

    @staticmethod
    def _eliminate(rows):
        """Affine functions of the remaining variables whose largest is min over u3 of the largest row."""
        flat = [(a, b) for a, k, b in rows if k == 0]
        above = [row for row in rows if row[1] > 0]
        below = [row for row in rows if row[1] < 0]
        for a, k, b in above:
            for c, l, d in below:
                wa, wc = -l / (k - l), k / (k - l)
                flat.append(([wa * p + wc * q for p, q in zip(a, c)], wa * b + wc * d))
        return flat

    def distance_functions(self):
        return self._eliminate(self._rows())

    def _pair_rows(self, P, Q):
        """Rows in (q, u3) for X = U^-1 (x, u3) and Y = U^-1 (y, u3 + s(x) - s(y))."""
        rows = []
        sx = compose((P.A[2], P.b[2]), *P.back)
        sy = compose((Q.A[2], Q.b[2]), *Q.back)
        step = ([p - q for p, q in zip(sx[0], sy[0])], sx[1] - sy[1])
        for a, k, b in self._rows():
            at_x, at_y = compose((a, b), *P.back), compose((a, b), *Q.back)
            rows.append((at_x[0], k, at_x[1]))
            rows.append(([p + k * q for p, q in zip(at_y[0], step[0])], k, at_y[1] + k * step[1]))
        return rows

    def pair_functions(self, P, Q):
        return self._eliminate(self._pair_rows(P, Q))

    def lift_pair(self, P, Q, q, radius):
        """A pair (X, Y) above q inside the ball of that radius (which must be large enough)."""
        low = max((radius - dot(a, q) - b) / k for a, k, b in self._pair_rows(P, Q) if k < 0)
        x, y = apply_affine(*P.back, q), apply_affine(*Q.back, q)
        rise = dot(P.A[2], x) + P.b[2] - dot(Q.A[2], y) - Q.b[2]
        back = lambda u: tuple(dot(row, u) for row in self.inverse)
        return back(x + (low,)), back(y + (low + rise,))

    def evaluate(self, X):
        u = [dot(row, X) for row in self.U]
        g1, g2, s = self.network.evaluate(tuple(u[:2]))
        return g1, g2, u[2] + s

    norm = Square.norm


def compose(function, A, b):
    """The affine function q -> a.(A q + b) + d."""
    a, d = function
    return [dot(a, column) for column in zip(*A)], dot(a, b) + d


# ---------------------------------------------------------------- the radius

@dataclass
class Answer:
    radius: Fraction = None   # None: no collision with both points inside the search radius
    kinds: tuple = ()         # of: fold, flat, branch, collision
    witness: tuple = None     # an exact collision (x, y), close to the optimum
    cells: int = 0


def solve(question, search_radius):
    """r* if some collision lies in the closed ball of the search radius.

    Smaller balls are tried first: a value strictly inside one is final, since all collisions up to it,
    and all points where they accumulate, lie in that ball."""
    search_radius = rational(search_radius)
    for part in (16, 4, 1):
        answer = _solve_within(question, search_radius / part)
        if answer.radius is not None and (part == 1 or answer.radius < search_radius / part):
            return answer
    return answer


def _solve_within(question, radius):
    pieces = cells(question.network, question.region(radius))
    near = {}
    for i, cell in enumerate(pieces):
        near[i] = minimise_largest(cell.vertices, question.distance_functions())[0]
    order = sorted((i for i in near if near[i] <= radius), key=near.get)
    best, optima = radius, []
    for i in order:
        if pieces[i].sign == 0:
            if near[i] < best or (near[i] == best and not optima):
                best, optima = near[i], []
            if near[i] == best:
                optima.append((i, i, []))
    for i, j in combinations_with_replacement(order, 2):
        P, Q = pieces[i], pieces[j]
        if i == j or not P.sign or not Q.sign or near[j] > best:
            continue
        common = _common_image(P, Q)
        if not common or all(apply_affine(*P.back, q) == apply_affine(*Q.back, q) for q in common):
            continue
        functions = question.pair_functions(P, Q)
        reachable = common
        for a, b in functions:
            reachable = clip(reachable, a, b - best) if reachable else []
        if not reachable:
            continue
        value, face = minimise_largest(reachable, functions)
        if value < best:
            best, optima = value, []
        optima.append((i, j, face))
    if not optima:
        return Answer(cells=len(pieces))
    return Answer(best, _kinds(pieces, optima), _witness(question, pieces, optima, best), len(pieces))


def _common_image(P, Q):
    """f(P) n f(Q), as vertices."""
    for low, high, l, h in zip(*P.image_box, *Q.image_box):
        if low > h or l > high:
            return []
    common = P.image
    for a, b in Q.image_sides:
        common = clip(common, a, b)
        if not common:
            return []
    return common


def _contains(cell, p):
    return all(dot(a, p) + b <= 0 for a, b in half_planes(cell.vertices))


def _kinds(pieces, optima):
    """What happens at the radius: a flat cell; the two points meet (at a sign change: fold; otherwise
    branch); or they stay apart (collision).  Several, if several happen at the same radius."""
    kinds = set()
    for i, j, face in optima:
        if i == j:
            kinds.add("flat")
            continue
        P, Q = pieces[i], pieces[j]
        gaps = []
        for q in face:
            x, y = apply_affine(*P.back, q), apply_affine(*Q.back, q)
            gaps.append(tuple(s - t for s, t in zip(x, y)))
            if x == y:
                signs = {cell.sign for cell in pieces if _contains(cell, x)}
                kinds |= {"flat"} if 0 in signs else set()
                kinds |= {"fold"} if {1, -1} <= signs else set()
                kinds |= {"branch"} if len(signs) == 1 else set()
        if any(any(gap) for gap in gaps):
            kinds.add("collision")
            if all(any(gap) for gap in gaps) and _hull_holds_origin(gaps):
                kinds.add("fold" if P.sign != Q.sign else "branch")
    return tuple(sorted(kinds))


def _hull_holds_origin(points):
    """Whether 0 is a convex combination of the points (dimension 1 or 2; Caratheodory: of three)."""
    if len(points[0]) == 1:
        return min(points)[0] <= 0 <= max(points)[0]
    cross = lambda p, q: p[0] * q[1] - p[1] * q[0]
    for p, q, r in combinations_with_replacement(points, 3):
        turns = (cross(p, q), cross(q, r), cross(r, p))
        if any(turns):
            if min(turns) >= 0 or max(turns) <= 0:
                return True
        elif min(dot(p, q), dot(q, r), dot(r, p)) <= 0:
            return True
    return False


def _witness(question, pieces, optima, best):
    """An exact collision near the optimum: a step from it towards a point of C_PQ off the diagonal."""
    for i, j, face in optima:
        P, Q = pieces[i], pieces[j]
        if i == j:
            pair = _flat_pair(question, P)
        else:
            common = _common_image(P, Q)
            off = next(q for q in common if apply_affine(*P.back, q) != apply_affine(*Q.back, q))
            pair = None
            for step in (Fraction(0), Fraction(1, 64), Fraction(1, 128)):
                q = tuple((1 - step) * s + step * e for s, e in zip(face[0], off))
                if apply_affine(*P.back, q) != apply_affine(*Q.back, q):
                    reach = max(dot(a, q) + b for a, b in question.pair_functions(P, Q))
                    pair = question.lift_pair(P, Q, q, reach)
                    break
        if pair is None:
            continue
        x, y = pair
        if x == y or question.evaluate(x) != question.evaluate(y):
            raise AssertionError("the pair found is not a collision")
        if max(question.norm(x), question.norm(y)) < best:
            raise AssertionError("a collision nearer than the minimum")
        return pair
    return None


def _flat_pair(question, cell):
    """Two points of a singular cell with one image (plain questions only)."""
    if not isinstance(question, Square):
        return None
    n = question.network.inputs
    rows = [row for row in cell.A if any(row)]
    kernel = (Fraction(1),) + (Fraction(0),) * (n - 1) if not rows else (-rows[0][1], rows[0][0])
    _, face = minimise_largest(cell.vertices, question.distance_functions())
    middle = tuple(sum(c) / len(cell.vertices) for c in zip(*cell.vertices))
    start = tuple(p + (m - p) / 64 for p, m in zip(face[0], middle))
    step = Fraction(1)
    while True:
        ends = [tuple(p + s * step * k for p, k in zip(start, kernel)) for s in (1, -1)]
        if all(_contains(cell, e) for e in ends):
            return tuple(ends)
        step /= 2


# ---------------------------------------------------------------- the local radius

def local_radius(question, search_radius):
    """(r_J0, r_local): distance of c to the nearest determinant sign change or singular cell, and to the
    nearest point without an injective neighbourhood; None where there is none inside the search radius.

    In the plane the second set is the first and the branch points, which are corners of cells.  A corner
    with one sign around it is a branch point iff some generic direction has several inverse images in
    the cones of its cells."""
    radius = rational(search_radius)
    # The square is widened so that the cells about every corner within the search radius are complete.
    pieces = cells(question.network, question.region(radius * Fraction(9, 8)))
    functions = question.distance_functions()
    distance = lambda vertices: minimise_largest(vertices, functions)[0]
    sign_at_centre = min(pieces, key=lambda cell: distance(cell.vertices)).sign
    folds = [distance(cell.vertices) for cell in pieces if cell.sign == 0 or cell.sign != sign_at_centre]
    r_J0 = min((d for d in folds if d <= radius), default=None)
    if sign_at_centre == 0:
        r_J0 = Fraction(0)
    branches = []
    if question.network.inputs == 2:
        for p in {v for cell in pieces for v in cell.vertices}:
            d = max(dot(a, p) + b for a, b in functions)
            if d <= radius and (r_J0 is None or d < r_J0) and local_degree(pieces, p) > 1:
                branches.append(d)
    return r_J0, min(branches + ([] if r_J0 is None else [r_J0]), default=None)


def local_degree(pieces, p):
    """How many of the cones at p contain the inverse image of a generic direction (all dets one sign)."""
    around = [cell for cell in pieces if _contains(cell, p)]
    for attempt in range(1, 1000):
        q = (Fraction(7 * attempt % 31 - 15), Fraction(11 * attempt % 37 - 18))
        count, generic = 0, True
        for cell in around:
            v = apply_affine(cell.back[0], (0, 0), q)
            slopes = [dot(a, v) for a, b in half_planes(cell.vertices) if dot(a, p) + b == 0]
            generic = generic and all(slopes)
            count += all(s < 0 for s in slopes)
        if generic and any(q):
            return count
    raise AssertionError("no generic direction found")


# ---------------------------------------------------------------- check against the zoo

def check_zoo(path):
    """Compare with every square entry of zoo.json; returns the number of disagreements."""
    wrong = 0
    for name, entry in json.loads(Path(path).read_text())["nets"].items():
        network = Network(entry["layers"])
        if network.inputs != network.outputs:
            print(f"{name:16} skipped: R^{network.inputs} -> R^{network.outputs}")
            continue
        question = Square(network, entry["centre"])
        answer = solve(question, entry["search_radius"])
        r_J0, r_local = local_radius(question, entry["search_radius"])
        got = "inf" if answer.radius is None else text(answer.radius)
        agree = got == str(entry["r_star_Linf"])
        agree = agree and ("r_local" not in entry or text(r_local) == entry["r_local"])
        wrong += not agree
        print(f"{name:16} {'ok   ' if agree else 'WRONG'} r* = {got:5} J0 {r_J0} local {r_local} "
              f"{'+'.join(answer.kinds)} ({answer.cells} cells)")
    return wrong


if __name__ == "__main__":
    default = Path(__file__).resolve().parents[1] / "zoo.json"
    sys.exit(1 if check_zoo(sys.argv[1] if len(sys.argv) > 1 else default) else 0)
