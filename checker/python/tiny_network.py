"""What tiny_check.py calculates with: numbers, affine forms, networks, boxes, and the tests of leaves, in fractions.

Numbers like "4.2" are sections of docs/certificate.md. Where that page leaves a choice of method, this is what happens:

Affine forms.  A pair (constant, {variable: coefficient}) stands for constant + sum coefficient * variable; `compose`
inserts forms into a form. Presolve, point values, enclosures, slope matrices and cells are all this one operation.

Enclosures.  For z in [l, u], l < 0 < u, and any s in [0, 1], relu(z) - s z = max(-s z, (1 - s) z) lies in [0, beta],
beta = max(-s l, (1 - s) u). s is u / (u - l) rounded to a multiple of 2^-80, so that fractions stay short; beta is
exact. A box inherits the bounds of the box it was cut from: what holds on a box holds on its parts.

Slopes.  det J(s) and d^T M J(s) d are affine in each slope, so their signs at the corners of the slopes' ranges decide
a leaf. `settle` fixes one slope after another at both ends, which in the end visits every corner, and stops earlier
where the test |G| v / 2 < v of section 5 holds for a v that floating point suggested. A leaf that would take more than
BRANCHES steps is given up: a rejection that says so.
"""

import hashlib
import math
import operator
import re
import sys
from contextlib import suppress
from fractions import Fraction

BRANCHES = 20000            # steps of `settle` for one leaf
MAX_DIGITS = 100000         # of one number
GRID = 1 << 80              # slopes of enclosures are multiples of 1 / GRID
ZERO, ONE = Fraction(0), Fraction(1)

INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
NUMBER = re.compile(r"(-?[1-9][0-9]*)(?:b(0|-?[1-9][0-9]*)|/([1-9][0-9]*))?")
WORD = re.compile(r"[!-~]+")
SHA256 = re.compile(r"[0-9a-f]{64}")


if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)   # numbers are bounded by MAX_DIGITS instead


class Rejected(Exception):
    """The line that was read last breaks a rule."""


class Unusable(Exception):
    """There is no proof here that could be checked."""


def require(condition, reason):
    if not condition:
        raise Rejected(reason)


# ------------------------------------------------------------------------------- text and numbers (section 1)
class Lines:
    """The lines of a file, one after another; `number` is that of the line read last."""

    def __init__(self, data):
        self.lines, self.number = data.decode("latin-1").split("\n")[:-1], 0

    def words(self, first=None):
        """The words of the next line; given the first of them, the others."""
        require(self.number < len(self.lines), "3: the file ends too early")
        self.number += 1
        words = self.lines[self.number - 1].split(" ")
        require(all(map(WORD.fullmatch, words)), "1: a line is not words separated by single spaces")
        require(first in (None, words[0]), f"3: a line '{first}' should be here")
        return words[1:] if first else words


def index(word, reason, limit=1 << 30):
    require(INDEX.fullmatch(word) and int(word) < limit, reason)
    return int(word)


def number(word, canonical=False):
    if word == "0":
        return ZERO
    match = NUMBER.fullmatch(word)
    require(match, f"1: '{word[:40]}' is not a number")
    require(len(word) <= MAX_DIGITS, "1: a number is too long")
    p, e, q = int(match[1]), int(match[2] or 0), int(match[3] or 1)
    require(abs(e) <= 20000, "1: an exponent is beyond 20000")
    require(match[3] is None or q > 1, "1: the denominator must be more than 1")
    if canonical:
        require(math.gcd(p, q) == 1 and q & (q - 1) if match[3] else p % 2 and match[2] != "0",
                f"1: '{word[:40]}' is not canonical")
    return Fraction(p, q) * Fraction(2) ** e


def outward(value, way):
    """The double nearest to value among those <= value (way = -1) or >= value (way = 1)."""
    try:
        near = float(value)
        return Fraction(math.nextafter(near, way * math.inf) if (value - Fraction(near)) * way > 0 else near)
    except OverflowError:
        raise Rejected("1: a number is out of the range of doubles") from None


def double(word):
    value = number(word)
    require(outward(value, 1) == value, f"1: '{word[:40]}' is not a double")
    return value


# ------------------------------------------------------------------------------- affine forms and matrices
def compose(form, values):
    """The form with values[v], a form, in place of variable v."""
    constant, terms = form
    result = {}
    for v, factor in terms.items():
        constant += factor * values[v][0]
        for w, coefficient in values[v][1].items():
            result[w] = result.get(w, 0) + factor * coefficient
    return constant, {w: coefficient for w, coefficient in result.items() if coefficient}


def linear(factors, forms):
    """The sum of factors times forms."""
    return compose((ZERO, dict(enumerate(factors))), forms)


def limits(form, ranges):
    """The smallest and the largest value of a form when each variable v runs through ranges[v], independently."""
    ends = [sorted((c * ranges[v][0], c * ranges[v][1])) for v, c in form[1].items()]
    return form[0] + sum(low for low, _ in ends), form[0] + sum(high for _, high in ends)


def solve(matrix, right):
    """(det, matrix^-1 right) by elimination; (0, None) if singular. Exact for fractions."""
    size, det = len(matrix), 1
    rows = [list(a) + list(b) for a, b in zip(matrix, right)]
    for k in range(size):
        pivot = max(range(k, size), key=lambda i: abs(rows[i][k]))
        if not rows[pivot][k]:
            return 0, None
        if pivot != k:
            rows[k], rows[pivot], det = rows[pivot], rows[k], -det
        det *= rows[k][k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for i in range(size):
            if i != k and rows[i][k]:
                rows[i] = [a - rows[i][k] * b for a, b in zip(rows[i], rows[k])]
    return det, [row[size:] for row in rows]


def sign_of_det(matrix):
    det = solve(matrix, matrix)[0]
    return (det > 0) - (det < 0)


def product(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column) if x and y) for column in columns] for row in a]


# ------------------------------------------------------------------------------- networks (sections 2 and 4.1)
class Network:
    """rows[j]: the pre-activation z_j, a form in inputs 0..n-1 and outputs n + i of neurons i < j.
    inputs[i]: input i as a form in u = x - c."""

    def __init__(self, n, rows, outputs, center=None):
        self.n, self.rows, self.outputs = n, rows, outputs
        self.inputs = {i: (center[i] if center else ZERO, {i: ONE}) for i in range(n)}

    @staticmethod
    def hash(data):
        """Of a weights file that `read` reads: without its second line, `source`."""
        first, _, rest = data.split(b"\n", 2)
        return hashlib.sha256(first + b"\n" + rest).hexdigest()

    @staticmethod
    def read(data):
        """Section 2."""
        lines, rows, outputs = Lines(data), {}, []
        try:
            require(data.endswith(b"\n"), "2: the last line does not end")
            require(lines.words("foldproof-network") == ["1"], "2: not a weights file of format 1")
            source = " ".join(lines.words("source"))
            require(source == "-" or SHA256.fullmatch(source), "2: source")
            fixed = [word.partition("=") for word in lines.words("fixed")]
            names = [index(name, "2: fixed") for name, _, value in fixed if number(value, True) is not None]
            require(names == sorted(set(names)), "2: fixed inputs must ascend")
            kept = [index(word, "2: kept") for word in lines.words("kept")]
            n = index(" ".join(lines.words("inputs")), "2: inputs")
            while (words := lines.words())[0] == "relu":
                rows[len(rows)] = Network.read_row(words[1:], n + len(rows))
            while words[0] == "output":
                outputs.append(Network.read_row(words[1:], n + len(rows)))
                words = lines.words()
            require(words == ["end"] and lines.number == len(lines.lines), "2: relu lines, output lines, end")
            require(n and kept and len(kept) == len(outputs), "2: inputs, and as many outputs as are kept")
            return Network(n, rows, outputs)
        except Rejected as failure:
            raise Unusable(f"the weights file is malformed: line {lines.number}: {failure}") from None

    @staticmethod
    def read_row(words, variables):
        require(words, "2: a row without its constant")
        terms = [word.partition(":") for word in words[1:]]
        names = [index(v, "2: a variable that does not exist yet", variables) for v, _, _ in terms]
        require(names == sorted(set(names)), "2: terms must ascend by variable")
        factors = [number(factor, canonical=True) for _, _, factor in terms]
        require(all(factors), "2: a coefficient is zero")
        return number(words[0], canonical=True), dict(zip(names, factors))

    def presolved(self, inactive, center):
        """4.1: parallel hinges share one neuron; neurons of `inactive` have the output 0. Nothing is dropped yet."""
        values, rows, hinges = {i: (ZERO, {i: ONE}) for i in range(self.n)}, {}, {}
        for j, row in self.rows.items():
            constant, terms = z = compose(row, values)
            lead = terms[min(terms)] if terms else ONE
            line = constant / lead, frozenset((v, c / lead) for v, c in terms.items())
            if terms and line not in hinges:
                rows[j] = z
                hinges[line] = lead, (ZERO, {self.n + j: ONE} if j not in inactive else {})
            if j in inactive or not terms:
                values[self.n + j] = (max(constant, ZERO) if j not in inactive else ZERO), {}
            else:
                lead_i, hinge = hinges[line]
                rho = lead / lead_i
                values[self.n + j] = linear([abs(rho), Fraction(rho < 0)], [hinge, z])
        return Network(self.n, rows, [compose(row, values) for row in self.outputs], center)

    def joined(self, other):
        """Section 3, two networks read as one: A is this one, B the other."""
        n, own = self.n, len(self.rows)

        def shifted(row):
            return row[0], {v + own if v >= n else v: factor for v, factor in row[1].items()}
        rows = {**self.rows, **{own + j: shifted(row) for j, row in other.rows.items()}}
        return Network(n, rows, self.outputs + [shifted(row) for row in other.outputs])

    def scaled(self, factors):
        """Section 3, scale: x' -> f(s x')."""
        def by(row):
            return row[0], {v: c * factors[v] if v < self.n else c for v, c in row[1].items()}
        return Network(self.n, {j: by(row) for j, row in self.rows.items()}, [by(row) for row in self.outputs])

    def keeping(self, outputs):
        """4.1: the same network with these outputs only, without the neurons that none of them depends on."""
        result = Network(self.n, dict(self.rows), outputs)
        result.inputs = self.inputs
        result.drop()
        return result

    def drop(self):
        """4.1: forget the neurons that no output depends on."""
        used = {v for _, terms in self.outputs for v in terms}
        for j in reversed(list(self.rows)):
            used |= set(self.rows[j][1]) if self.n + j in used else set()
        self.rows = {j: row for j, row in self.rows.items() if self.n + j in used}

    def at(self, point):
        """Pre-activations and outputs at a point, exactly."""
        values, pre = {i: (x, {}) for i, x in enumerate(point)}, {}
        for j, row in self.rows.items():
            pre[j] = compose(row, values)[0]
            values[self.n + j] = max(pre[j], ZERO), {}
        return pre, [compose(row, values)[0] for row in self.outputs]


# ------------------------------------------------------------------------------- boxes and slopes (4.2)
class Region:
    """The points of a box that lie in a ball (norm, radius), if there is one, with enclosures: ranges of all variables,
    bounds (l, u) of each z_j, and the outputs as forms. A part inherits the ball. Where there are no such points, l > u
    is possible, and all is true. `beside`: a patch marked `o`; `face`: it came from a face of a cone's box."""

    def __init__(self, network, box, parent=None, ball=None):
        self.box, self.halves, self.beside, self.bounds = box, None, False, {}
        self.face = parent is not None and parent.face
        ball = parent.ball if parent else ball
        self.ball = ball if ball and compare(farthest(box), *ball) > 0 else None
        self.ranges, values = dict(enumerate(box)), dict(network.inputs)
        for j, row in network.rows.items():
            own = network.n + j
            z = compose(row, values)
            low, high = self.limits(z)
            if parent:
                low, high = max(low, parent.bounds[j][0]), min(high, parent.bounds[j][1])
            self.bounds[j] = low, high
            if low >= 0 or high <= 0:
                values[own] = z if low >= 0 else (ZERO, {})
            else:
                s = Fraction(math.floor(high / (high - low) * GRID), GRID)
                values[own] = linear([s, ONE], [z, (ZERO, {own: ONE})])
                self.ranges[own] = ZERO, max(-s * low, (1 - s) * high)
        self.outputs = [compose(row, values) for row in network.outputs]

    def limits(self, form):
        """Bounds of a form in u and in outputs of neurons."""
        low, high = limits(form, self.ranges)
        if self.ball and low < high:
            g = [form[1].get(i, ZERO) for i in range(len(self.box))]
            below, above = limits((ZERO, dict(enumerate(g))), self.ranges)
            low += -below - most_in_ball([-x for x in g], self.box, *self.ball)
            high += most_in_ball(g, self.box, *self.ball) - above
        return low, high

    def cut(self, network, words):
        """Section 3, `s <axis> <w>`: the lower and the upper half."""
        require(len(words) == 3, "3: s <axis> <w>")
        axis, w = index(words[1], "3: no such axis", network.n), double(words[2])
        low, high = self.box[axis]
        require(low < w < high, "1: a cut must be inside its box")
        self.halves = [Region(network, self.box[:axis] + [side] + self.box[axis + 1:], self)
                       for side in ((low, w), (w, high))]
        return self.halves


def slopes_of(x, y):
    """4.2: secant slopes grow with both arguments, and for x = y their range is [0, 1]. Rounded outward to the grid."""
    def secant(a, b):
        return (max(a, 0) - max(b, 0)) / (a - b) if a != b else Fraction(a > 0)
    slopes = {}
    for j, (low, high) in x.bounds.items():
        low_y, high_y = y.bounds[j]
        if min(low, low_y) >= 0 or max(high, high_y) <= 0:
            slopes[j] = (Fraction(min(low, low_y) >= 0),) * 2
        else:   # equal lower ends are negative, equal upper ends positive
            slopes[j] = (Fraction(math.floor(secant(low, low_y) * GRID), GRID),
                         Fraction(math.ceil(secant(high, high_y) * GRID), GRID))
    return slopes


def strict_slopes_of(x):
    """4.3, `+`, `-`: the slopes of all pieces that touch the box."""
    return {j: (Fraction(low > 0), Fraction(high >= 0)) for j, (low, high) in x.bounds.items()}


class Point:
    """A single point as a region for slopes_of; u relative to the centre."""

    def __init__(self, network, u):
        self.u = list(u)
        pre, self.image = network.at([network.inputs[i][0] + x for i, x in enumerate(u)])
        self.bounds = {j: (z, z) for j, z in pre.items()}

    def lies_in(self, box):
        return all(low <= x <= high for x, (low, high) in zip(self.u, box))


class Linear:
    """Section 5: delta = A d + B w, output = J0 d + C w, with w_j = t_j delta_j, |t_j| <= half_j, for the free slopes;
    J0 is J(s) with these in the middle of their ranges. d has the entries named by columns (all if None)."""

    def __init__(self, network, slopes, columns=None):
        n, values, deltas = network.n, dict(network.inputs), []
        columns = range(n) if columns is None else columns
        self.free = [j for j in network.rows if slopes[j][0] < slopes[j][1]]
        self.half = [(slopes[j][1] - slopes[j][0]) / 2 for j in self.free]
        for j, row in network.rows.items():
            free = slopes[j][0] < slopes[j][1]
            delta = compose(row, values)
            deltas += [delta[1]] if free else []
            values[n + j] = linear([sum(slopes[j]) / 2, Fraction(free)], [delta, (ZERO, {n + j: ONE})])
        outputs = [compose(row, values)[1] for row in network.outputs]
        self.A, self.J0 = ([[terms.get(i, ZERO) for i in columns] for terms in rows] for rows in (deltas, outputs))
        self.B, self.C = ([[terms.get(n + j, ZERO) for j in self.free] for terms in rows] for rows in (deltas, outputs))


# ------------------------------------------------------------------------------- exact cells (4.4)
def composed(network, region, decided, strict):
    """On a branch: phases (None: unknown), pre-activations and outputs as forms in u (None: not one)."""
    values, phases, pre = dict(network.inputs), {}, {}
    for j, row in network.rows.items():
        known = all(values[v] for v in row[1])
        pre[j] = compose(row, values) if known else None
        low, high = region.bounds[j]
        if j in decided:
            phases[j] = decided[j]
        elif low > 0 or high < 0 or not strict and 0 in (low, high):
            phases[j] = low >= 0
        else:
            phases[j] = pre[j][0] > 0 if known and not pre[j][1] else None
        values[network.n + j] = {True: pre[j], False: (ZERO, {}), None: None}[phases[j]]
    outputs = [compose(row, values) for row in network.outputs] if None not in phases.values() else None
    return phases, pre, outputs


def multipliers(text, names, what):
    """[<name>:<number>,...]: each name at most once, out of `names`."""
    parts = [part.partition(":") for part in text.split(",") if text]
    keys = [index(name, f"4.4: {what}") for name, _, _ in parts]
    require(set(keys) <= set(names) and len(set(keys)) == len(keys), f"4.4: {what}")
    return keys, [number(part[2]) for part in parts]


def check_cells(network, region, tokens, check_cell, apart=None):
    """check_cell(token, phases, outputs, constraints) decides a cell's token, which begins with a dot. apart: for
    locus covers, whether a sum of the r_j > 0 of a branch shows that no piece on it touches the box."""
    is_empty = apart or (lambda form, region: region.limits(form)[1] <= 0)
    stack, tokens = [({}, {})], tokens[::-1]      # branches to come: phases decided, constraints r_j
    while stack:
        require(tokens, "4.4: the tree of cells is not complete")
        token, (decided, constraints) = tokens.pop(), stack.pop()
        phases, pre, outputs = composed(network, region, decided, apart is not None)
        if token[0] == ".":
            require(outputs is not None, "4.4: a phase of this cell is not known")
            check_cell(token, phases, outputs, constraints)
        elif token[0] == "s":
            j = index(token[1:], "4.4: s<j>")
            require(j in network.rows and j > max(decided, default=-1), "4.4: neurons are decided in ascending order")
            require(all(phases[i] is not None for i in phases if i < j), "4.4: a smaller neuron is not known")
            # Of a constant z_j = 0 both branches would be empty, and the pieces on which z_j = 0 forgotten.
            require(pre[j][1], "4.4: this pre-activation is constant on the branch")
            stack += [({**decided, j: False}, {**constraints, j: linear([-ONE], [pre[j]])}),
                      ({**decided, j: True}, {**constraints, j: pre[j]})]
        else:
            require(token[0] == "x", "4.4: s<j>, x<j>:<y> or a cell")
            neurons, y = multipliers(token[1:], constraints, "multipliers belong to neurons decided, one each")
            require(any(y) and min(y) >= 0, "4.4: multipliers must be nonnegative and not all zero")
            require(is_empty(linear(y, [constraints[j] for j in neurons]), region),
                    "4.4: the multipliers do not show that this branch is empty")
    require(not tokens, "4.4: tokens after the tree of cells")


# ------------------------------------------------------------------------------- tests of leaves (4.3)
def settle(network, slopes, test, columns=None):
    """test(linear) raises Rejected where the middle slopes refute the claim. Otherwise it says whether the claim is
    proved for all slopes, and how much each free slope matters."""
    stack, steps = [slopes], 0
    while stack:
        slopes, steps = stack.pop(), steps + 1
        require(steps <= BRANCHES, "4.3: this small checker could not decide")
        parts = Linear(network, slopes, columns)
        proved, weights = test(parts)
        if not proved:
            j = max(zip(weights, parts.free))[1]
            stack += [{**slopes, j: (end, end)} for end in slopes[j]]


def never_singular(A, B, C, J0, half):
    """Cube test: J0 + C T (I - B T)^-1 A is nonsingular for all T = diag(t), |t_j| <= half_j, if J0 is, and H v < v for
    some v > 0, H = |B - A J0^-1 C| diag(half). Also how much each t_j matters."""
    G = [[b - x for b, x in zip(*rows)] for rows in zip(B, product(A, solve(J0, C)[1]))]
    H = [[abs(g) * h for g, h in zip(row, half)] for row in G]
    v = []
    with suppress(ArithmeticError, ValueError):     # a guess in floating point: (I - H) v = 1
        system = [[float((i == j) - h) for j, h in enumerate(row)] for i, row in enumerate(H)]
        v = [Fraction(row[0]) for row in solve(system, [[1.0]] * len(H))[1] or []]
    proved = len(v) == len(H) and all(x > 0 and sum(a * b for a, b in zip(row, v)) < x for row, x in zip(H, v))
    return proved, [sum(row) * sum(column) for row, column in zip(H, zip(*H))]


def determinant_test(sign):
    """4.3, `l` of sign covers, `+`, `-`: det J(s) has this sign."""
    def test(parts):
        require(sign_of_det(parts.J0) == sign, "4.3: det J(s) has the wrong sign or is 0 for some slopes of this leaf")
        return never_singular(parts.A, parts.B, parts.C, parts.J0, parts.half)
    return test


def settle_rank(network, slopes, columns=None):
    """4.3, `i`, `t`: J(s), or these columns of it, has full column rank for all slopes."""
    parts = Linear(network, slopes, columns)
    J = parts.J0
    require(len(J) >= len(J[0]), "4.3: fewer outputs than inputs")
    if len(J) == len(J[0]):     # one sign for all slopes: that of the middle ones
        return settle(network, slopes, determinant_test(sign_of_det(J) or 1), columns)
    # Z J(s) is nonsingular, for one of the Z of section 5
    C = [[2 * half * x for half, x in zip(parts.half, row)] for row in parts.C]
    for kappa in (0, 1, 10**6):
        inner = [[Fraction(i == k) + kappa * sum(map(operator.mul, a, b)) for k, b in enumerate(C)]
                 for i, a in enumerate(C)]
        Z = solve(inner, J)[1]          # transposed
        compressed = network.keeping([linear(column, network.outputs) for column in zip(*Z)])
        sign = sign_of_det(Linear(compressed, slopes, columns).J0)
        with suppress(Rejected):
            return settle(compressed, slopes, determinant_test(sign or 1), columns)
    raise Rejected("4.3: full column rank is not proved on this leaf")


def monotone_test(M):
    """4.3, `l` of monotone covers: sym(M J(s)) is positive definite. It is in the middle, and remains so if it is never
    singular. As sym(M J(s)) = S + C' T' (I - B' T')^-1 A' with each t_j twice, that is the cube test again."""
    def test(parts):
        MJ, MC, n = product(M, parts.J0), product(M, parts.C), len(M)
        S = [[(MJ[i][j] + MJ[j][i]) / 2 for j in range(n)] for i in range(n)]
        require(all(sign_of_det([row[:k] for row in S[:k]]) > 0 for k in range(1, n + 1)),
                "4.3: sym(M J(s)) is not positive definite for some slopes of this leaf")
        zeros = [ZERO] * len(parts.free)
        B = [row + zeros for row in parts.B] + [zeros + list(row) for row in zip(*parts.B)]
        C = [[x / 2 for x in row] + [a[i] / 2 for a in parts.A] for i, row in enumerate(MC)]
        proved, weights = never_singular(parts.A + list(zip(*MC)), B, C, S, parts.half * 2)
        return proved, [a + b for a, b in zip(weights, weights[len(zeros):])]
    return test


def separated(x, y, p):
    """4.3, `m`, `f`: p f(x) < p f(y), or >, for all x in X, y in Y."""
    (low_x, high_x), (low_y, high_y) = (region.limits(linear(p, region.outputs)) for region in (x, y))
    return high_x < low_y or high_y < low_x


def missed(region, p, y):
    """4.3, `v`, `f` of points covers: p f(u) < p y, or >, for all u in the box."""
    low, high = region.limits(linear(p, region.outputs))
    aim = sum(a * b for a, b in zip(p, y))
    return high < aim or low > aim


# ------------------------------------------------------------------------------- norms (section 1)
def nearest(box):
    """|u_i| at the point of the box that is nearest to the centre in every norm."""
    return [max(ZERO, low, -high) for low, high in box]


def farthest(box):
    return [max(-low, high) for low, high in box]


def compare(sizes, norm, r):
    """-1, 0 or 1 as the norm of a vector with these |u_i| is less than, equal to or more than r >= 0."""
    left, right = {"linf": (max(sizes), r), "l1": (sum(sizes), r), "l2": (sum(x * x for x in sizes), r * r)}[norm]
    return (left > right) - (left < right)


def root_above(x):
    """A number >= the root of x >= 0, exact if that is rational."""
    square = x.numerator * x.denominator << 160
    root = math.isqrt(square)
    return Fraction(root + (root * root < square), x.denominator << 80)


def most_in_ball(g, box, norm, r):
    """A bound of g . u over the points of the box with |u| <= r: r |h|_q plus the maximum of (g - h) . u over the box,
    for the best of some h (any will do). Entry i of h is that of g, drawn into an interval that grows with t: for l1 to
    [-t, t], or t (-t) alone where u_i > 0 (< 0), and t = |g_i| is enough; for l2 to t times the range of u_i, and the
    best t has |u| = r for u = h / t."""
    def bound(t):
        ends = [(t * low, t * high) if norm == "l2" else (t if low > 0 else -t, -t if high < 0 else t)
                for low, high in box]
        h = [min(max(a, low), high) for a, (low, high) in zip(g, ends)]
        dual = root_above(sum(x * x for x in h)) if norm == "l2" else max(map(abs, h))
        return r * dual + sum(max((a - b) * low, (a - b) * high) for a, b, (low, high) in zip(g, h, box))
    if norm == "l1":
        return min(map(bound, [ZERO, *map(abs, g)]))
    levels = [ZERO]
    with suppress(ArithmeticError, ValueError):     # by bisection in floating point
        slopes, sides = [float(x) for x in g], [(float(low), float(high)) for low, high in box]
        size = math.hypot(*slopes) / float(r)
        low, high = size * 2.0 ** -50, size * 2.0 ** 50
        for _ in range(100):
            t = math.sqrt(low * high)
            u = math.hypot(*(min(max(x / t, least), most) for x, (least, most) in zip(slopes, sides)))
            low, high = (t, high) if u > float(r) else (low, t)
        levels.append(Fraction(high))
    return min(map(bound, levels))


def middles(network, region):
    """Two points in the middle of f(X): that of its enclosure, and the image of that of X."""
    middle = {v: ((low + high) / 2, {}) for v, (low, high) in region.ranges.items()}
    point = [compose(network.inputs[i], middle)[0] for i in range(network.n)]
    return [compose(form, middle)[0] for form in region.outputs], network.at(point)[1]


# ------------------------------------------------------------------------------- spans (4.7)
class Span:
    """A span of forms, in echelon form; constants count like a variable."""

    def __init__(self):
        self.rows, self.absurd = [], False

    def rest(self, form):
        for pivot, row in self.rows:
            if pivot in form[1]:
                form = linear([ONE, -form[1][pivot]], [form, row])
        return form

    def add(self, form):
        constant, terms = form = self.rest(form)
        if terms:
            pivot = min(terms)
            self.rows.append((pivot, linear([1 / terms[pivot]], [form])))
        self.absurd = self.absurd or (not terms and constant != 0)

    def holds(self, form):
        return self.absurd or self.rest(form) == (ZERO, {})


def same_outputs(network, m, x, y):
    """4.7, `e`: on X, Y, equal first m outputs make the others equal."""
    def copy(region, tag):
        values, pre, h = {i: (c, {(tag, i): ONE}) for i, (c, _) in network.inputs.items()}, {}, {}
        for j, row in network.rows.items():
            pre[j], (low, high) = compose(row, values), region.bounds[j]
            own = (ZERO, {(tag, network.n + j): ONE})
            h[j] = values[network.n + j] = pre[j] if low >= 0 else (ZERO, {}) if high <= 0 else own
        return pre, h, [compose(row, values) for row in network.outputs]

    def difference(a, b):
        return linear([ONE, -ONE], [a, b])
    (pre_x, h_x, out_x), (pre_y, h_y, out_y) = copy(x, 0), copy(y, 1)
    span = Span()
    for a, b in zip(out_x[:m], out_y[:m]):
        span.add(difference(a, b))
    for j in network.rows:
        if span.holds(difference(pre_x[j], pre_y[j])):
            span.add(difference(h_x[j], h_y[j]))
    return all(span.holds(difference(a, b)) for a, b in zip(out_x[m:], out_y[m:]))


def doubled(network, m, numbers, two):
    """4.8: one copy of the network for u and one for v, inputs (u, v); outputs A(u) - A(v), then those of B, or u - v.
    Neuron j of the second copy is numbers + j."""
    n = network.n

    def moved(row, copy):
        return row[0], {v + copy * n if v < n else v + n + copy * numbers: c for v, c in row[1].items()}
    rows = {copy * numbers + j: moved(row, copy) for copy in (0, 1) for j, row in network.rows.items()}
    gaps = [linear([ONE, -ONE], [moved(row, 0), moved(row, 1)]) for row in network.outputs]
    gaps = gaps if two else gaps[:m] + [(ZERO, {i: ONE, n + i: -ONE}) for i in range(n)]
    return Network(2 * n, rows, gaps, [network.inputs[i][0] for i in range(n)] * 2)


class Pair:
    """Two patches as a region for cells of the doubled network."""

    def __init__(self, x, y, numbers):
        self.x, self.y, self.ranges = x, y, dict(enumerate(x.box + y.box))
        self.bounds = {**x.bounds, **{numbers + j: bounds for j, bounds in y.bounds.items()}}

    def limits(self, form):
        """Bounds of a form in (u, v), each of them in its ball."""
        n = len(self.x.box)
        parts = [{i - k: c for i, c in form[1].items() if k <= i < k + n} for k in (0, n)]
        ends = [region.limits((ZERO, part)) for region, part in zip((self.x, self.y), parts)]
        return tuple(form[0] + a + b for a, b in zip(*ends))


def told_apart(gaps, m, total, forms, region):
    """4.8: points of a cell with equal outputs of A may be told apart, although total is a sum of positive multiples of
    `forms`, which are >= 0, and of multiples of the first m gaps."""
    if region.limits(total)[1] < 0:
        return False
    ranges = region.ranges
    most = limits(total, ranges)[1]
    span = Span()
    for form in gaps[:m] + forms + [(-ranges[i][c > 0], {i: ONE}) for i, c in total[1].items()]:
        span.add(form)
    return most > 0 or (most == 0 and not all(span.holds(gap) for gap in gaps[m:]))


def pivots(network):
    """4.7, common kernel: the pivot columns of the inputs' coefficients in all rows; None if they are all."""
    span = Span()
    for row in [*network.rows.values(), *network.outputs]:
        span.add((ZERO, {v: c for v, c in row[1].items() if v < network.n}))
    # Pivots of the reduced row echelon form are the leftmost columns possible; so are those of an echelon form.
    columns = sorted(pivot for pivot, _ in span.rows)
    return columns if len(columns) < network.n else None
