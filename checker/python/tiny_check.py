#!/usr/bin/env python3
"""A second, tiny checker of foldproof's proof files, written from docs/certificate.md alone.

    tiny_check.py PROOF WEIGHTS

prints `accepted` and what is proved (exit code 0), `rejected: line N: ...` (1), or one sentence saying why there is
nothing to check (2). It shares no code with foldproof, uses only Python's standard library, and decides in fractions:
no rounding can make a false proof pass. It is meant for small proofs (up to some 16 neurons, 1 to 3 inputs, hundreds
of leaves and pairs), and for being read. Numbers like "4.2" are sections of docs/certificate.md. Where that page leaves
a choice of method, this is what happens here:

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

import gzip
import hashlib
import io
import math
import re
import sys
import zlib
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

BRANCHES = 20000            # steps of `settle` for one leaf
MAX_BYTES = 1 << 26         # of text
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


@dataclass
class Verdict:
    status: str             # accepted, rejected, unusable
    reason: str = ""        # rejected, unusable
    line: int = 0           # rejected: the first line that fails
    statement: tuple = ()   # accepted: the lines that say what is proved

    code = property(lambda self: ("accepted", "rejected", "unusable").index(self.status))

    def __str__(self):
        line = f" line {self.line}:" if self.line else ""
        return "\n".join([f"{self.status}:{line} {self.reason}" if self.reason else self.status, *self.statement])


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
    """A box with enclosures: ranges of all variables, bounds (l, u) of each z_j, and the outputs as forms."""

    def __init__(self, network, box, parent=None):
        self.box, self.halves, self.bounds = box, None, {}
        self.ranges, values = dict(enumerate(box)), dict(network.inputs)
        for j, row in network.rows.items():
            own = network.n + j
            z = compose(row, values)
            low, high = limits(z, self.ranges)
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


class Linear:
    """Section 5: delta = A d + B w, output = J0 d + C w, with w_j = t_j delta_j, |t_j| <= half_j, for the free slopes;
    J0 is J(s) with these in the middle of their ranges."""

    def __init__(self, network, slopes):
        n, values, deltas = network.n, dict(network.inputs), []
        self.free = [j for j in network.rows if slopes[j][0] < slopes[j][1]]
        self.half = [(slopes[j][1] - slopes[j][0]) / 2 for j in self.free]
        for j, row in network.rows.items():
            free = slopes[j][0] < slopes[j][1]
            delta = compose(row, values)
            deltas += [delta[1]] if free else []
            values[n + j] = linear([sum(slopes[j]) / 2, Fraction(free)], [delta, (ZERO, {n + j: ONE})])
        outputs = [compose(row, values)[1] for row in network.outputs]
        self.A, self.J0 = ([[terms.get(i, ZERO) for i in range(n)] for terms in rows] for rows in (deltas, outputs))
        self.B, self.C = ([[terms.get(n + j, ZERO) for j in self.free] for terms in rows] for rows in (deltas, outputs))


# ------------------------------------------------------------------------------- tests of leaves (4.3)
def settle(network, slopes, test):
    """test(linear) raises Rejected where the middle slopes refute the claim. Otherwise it says whether the claim is
    proved for all slopes, and how much each free slope matters."""
    stack, steps = [slopes], 0
    while stack:
        slopes, steps = stack.pop(), steps + 1
        require(steps <= BRANCHES, "4.3: this small checker could not decide")
        parts = Linear(network, slopes)
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
    """4.3, `l` of sign covers, `i`, `t`: det J(s) has this sign."""
    def test(parts):
        require(sign_of_det(parts.J0) == sign, "4.3: det J(s) has the wrong sign or is 0 for some slopes of this leaf")
        return never_singular(parts.A, parts.B, parts.C, parts.J0, parts.half)
    return test


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
    (low_x, high_x), (low_y, high_y) = (limits(linear(p, region.outputs), region.ranges) for region in (x, y))
    return high_x < low_y or high_y < low_x


def middles(network, region):
    """Two points in the middle of f(X): that of its enclosure, and the image of that of X."""
    middle = {v: ((low + high) / 2, {}) for v, (low, high) in region.ranges.items()}
    point = [compose(network.inputs[i], middle)[0] for i in range(network.n)]
    return [compose(form, middle)[0] for form in region.outputs], network.at(point)[1]


# ------------------------------------------------------------------------------- exact cells (4.4)
def composed(network, region, decided):
    """On a branch: phases (None: unknown), and pre-activations as forms in u (None: not one)."""
    values, phases, pre = dict(network.inputs), {}, {}
    for j, row in network.rows.items():
        known = all(values[v] for v in row[1])
        pre[j] = compose(row, values) if known else None
        low, high = region.bounds[j]
        if j in decided:
            phases[j] = decided[j]
        elif low >= 0 or high <= 0:
            phases[j] = low >= 0
        else:
            phases[j] = pre[j][0] > 0 if known and not pre[j][1] else None
        values[network.n + j] = {True: pre[j], False: (ZERO, {}), None: None}[phases[j]]
    return phases, pre


def check_cells(network, region, tokens, sign):
    stack, tokens = [({}, {})], tokens[::-1]      # branches to come: phases decided, constraints r_j
    while stack:
        require(tokens, "4.4: the tree of cells is not complete")
        token, (decided, constraints) = tokens.pop(), stack.pop()
        phases, pre = composed(network, region, decided)
        if token == ".":
            require(None not in phases.values(), "4.4: a phase of this cell is not known")
            J = Linear(network, {j: (Fraction(active),) * 2 for j, active in phases.items()}).J0
            require(sign_of_det(J) == sign, "4.4: the determinant of this cell has the wrong sign or is 0")
        elif token[0] == "s":
            j = index(token[1:], "4.4: s<j>")
            require(j in network.rows and j > max(decided, default=-1), "4.4: neurons are decided in ascending order")
            require(all(phases[i] is not None for i in phases if i < j), "4.4: a smaller neuron is not known")
            # Of a constant z_j = 0 both branches would be empty, and the pieces on which z_j = 0 forgotten.
            require(pre[j][1], "4.4: this pre-activation is constant on the branch")
            stack += [({**decided, j: False}, {**constraints, j: linear([-ONE], [pre[j]])}),
                      ({**decided, j: True}, {**constraints, j: pre[j]})]
        else:
            require(token[0] == "x", "4.4: s<j>, x<j>:<y> or .")
            parts = [part.partition(":") for part in token[1:].split(",")]
            neurons = [index(j, "4.4: x<j>:<y>") for j, _, _ in parts]
            require(set(neurons) <= set(constraints) and len(set(neurons)) == len(neurons),
                    "4.4: multipliers belong to neurons decided on the branch, one each")
            y = [number(part[2]) for part in parts]
            require(min(y) >= 0 and any(y), "4.4: multipliers must be nonnegative and not all zero")
            require(limits(linear(y, [constraints[j] for j in neurons]), region.ranges)[1] <= 0,
                    "4.4: the multipliers do not show that this branch is empty")
    require(not tokens, "4.4: tokens after the tree of cells")


# ------------------------------------------------------------------------------- the proof file (sections 3, 4.5, 4.6)
class Proof(Lines):
    def check(self, weights):
        """The lines that say what is proved."""
        self.words("foldproof-proof")
        words = " ".join(self.words("network"))
        require(SHA256.fullmatch(words), "3: network <sha256>")
        if words != hashlib.sha256(weights).hexdigest():
            raise Unusable("the proof is about another network: its hash is not that of the weights file")
        self.original = Network.read(weights)
        self.n, self.m = self.original.n, len(self.original.outputs)
        self.read_header()
        self.monotone, self.signs, self.boundaries, self.collisions = [], [], [], []
        sections = {"cover": self.read_cover, "boundary": self.read_boundary, "collision": self.read_collision}
        while (words := self.words())[0] != "end":
            require(words[0] in sections, "3: a section or the last line should be here")
            sections[words[0]](words[1:])
        if self.number < len(self.lines):
            self.number += 1
            raise Rejected("3: there is something after the last line")
        (self.check_radius if self.radius else self.check_injective)(words[1:])
        said = ("network", "question", "norm", "center", "domain", "end")
        return tuple(line for line in self.lines if line.split(" ")[0] in said)

    def numbers(self, words, count, read=number):
        require(len(words) == count, f"3: {count} numbers should be here")
        return [read(word) for word in words]

    def read_header(self):
        words = self.words("question")
        require(words in (["radius"], ["injective"]), "3: question radius or injective")
        self.radius, self.domain, self.ends = words == ["radius"], None, None
        require(self.words("norm") == ["linf"], "3: norm linf")
        self.center = self.numbers(self.words("center"), self.n) if self.radius else None
        words = self.words()
        if words[0] == "domain":
            parts = [word.split(":") for word in words[1:]]
            require(len(parts) == self.n and all(len(part) == 2 for part in parts), "3: lower:upper per input")
            self.domain = [(number(low), number(high)) for low, high in parts]
            require(all(low < high for low, high in self.domain), "3: lower must be less than upper")
            self.center = self.center or [(low + high) / 2 for low, high in self.domain]
            require(self.inside(self.center), "3: the domain must contain the centre")
            self.ends = [(outward(low - c, -1), outward(high - c, 1))
                         for (low, high), c in zip(self.domain, self.center)]
            words = self.words()
        require(self.center, "3: question injective needs a domain")
        require(words[0] == "ball" and len(words) == 2, "3: a line 'ball <R>' should be here")
        self.R = double(words[1])
        require(self.R >= 0, "3: the ball's radius is negative")
        # 4.1
        neurons = [index(word, "4.1: no such neuron", len(self.original.rows)) for word in self.words("inactive")]
        require(neurons == sorted(set(neurons)), "3: inactive neurons must ascend")
        bounds = Region(self.original.presolved([], self.center), self.ball(self.R)).bounds if neurons else {}
        require(all(j in bounds for j in neurons), "4.1: an inactive neuron is not kept by the rewriting")
        require(all(bounds[j][1] <= 0 for j in neurons), "4.1: a neuron could not be proved inactive on the ball")
        self.network = self.original.presolved(neurons, self.center)
        self.network.drop()

    def inside(self, point):
        return not self.domain or all(low <= x <= high for x, (low, high) in zip(point, self.domain))

    def ball(self, r):
        """Section 1: U(r)."""
        return [(max(-r, low), min(r, high)) for low, high in self.ends or [(-r, r)] * self.n]

    def read_radius(self, word):
        r = double(word)
        require(0 < r <= self.R, "4.5: a section's radius must be positive and at most that of the ball")
        return r

    def read_cover(self, words):
        """4.5: the tree starts with U(r). Remembers r, and of a sign cover the sign and whether it is a single `l`."""
        signs = words[:1] == ["sign"] and len(words) == 3 and words[2] in ("+", "-")
        require(signs or words[:1] == ["monotone"] and len(words) == 2, "3: cover sign <r> <+ or ->, or monotone <r>")
        r = self.read_radius(words[1])
        if signs:
            require(self.n == self.m, "4.3: a sign cover requires as many outputs as inputs")
            sign = 1 if words[2] == "+" else -1
            require(all(sign == other for _, other, _ in self.signs), "4.6: sign covers have different signs")
            test = determinant_test(sign)
        else:
            entries = self.numbers(self.words("matrix"), self.n * self.m, double)
            test = monotone_test([entries[i * self.m:(i + 1) * self.m] for i in range(self.n)])
        stack, nodes = [Region(self.network, self.ball(r))], []
        while stack:
            words, region = self.words(), stack.pop()
            nodes.append(words[0])
            if words[0] == "s":
                stack += reversed(region.cut(self.network, words))
            elif words[0] == "c" and signs:
                check_cells(self.network, region, words[1:], sign)
            else:
                require(words == ["l"], "3: a node of the cover's tree should be here")
                settle(self.network, slopes_of(region, region), test)
        if signs:
            self.signs.append((r, sign, nodes == ["l"]))
        else:
            self.monotone.append(r)

    def read_boundary(self, words):
        """4.5: the patch trees start with the faces, the pair trees with all unordered pairs of faces."""
        require(len(words) == 1, "3: boundary <r>")
        r = self.read_radius(words[0])
        box = self.ball(r)
        require(self.words("patches") == [], "3: patches")
        faces = [Region(self.network, box[:i] + [(end, end)] + box[i + 1:]) for i in range(self.n) for end in box[i]]
        stack = faces[::-1]
        while stack:
            words, patch = self.words(), stack.pop()
            require(words == ["."] or words[0] == "s", "3: a node of a patch tree should be here")
            stack += reversed(patch.cut(self.network, words) if words[0] == "s" else [])
        require(self.words("pairs") == [], "3: pairs")
        stack = [(x, y) for i, x in enumerate(faces) for y in faces[i:]][::-1]
        while stack:
            stack += reversed(self.check_pair(self.words(), *stack.pop()))
        self.boundaries.append(r)

    def check_pair(self, words, x, y):
        """One node of a pair tree; returns the pairs that follow. The trees of 3, the tests of 4.3."""
        kind = words[0]
        require(kind in list("idmftxy") and (len(words) == 1 or kind == "f"), "3: a node of a pair tree should be here")
        require(x is y or kind not in "id", "3: i and d are for a patch with itself")
        if kind in "dxy":
            halves = (y if kind == "y" else x).halves
            require(halves, "3: this patch is not cut")
            a, b = halves
            return {"d": [(a, b), (a, a), (b, b)], "x": [(a, y), (b, y)], "y": [(x, a), (x, b)]}[kind]
        if kind in "it":
            require(self.n == self.m, "4.3: as many outputs as inputs are required")
            slopes = slopes_of(x, y)
            # one sign for all slopes: that of the middle ones
            settle(self.network, slopes, determinant_test(sign_of_det(Linear(self.network, slopes).J0) or 1))
        elif kind == "f":
            require(separated(x, y, self.numbers(words[1:], self.m, double)), "4.3: this functional does not separate")
        else:
            ways = zip(middles(self.network, x), middles(self.network, y))
            require(any(separated(x, y, [b - a for a, b in zip(*way)]) for way in ways),
                    "4.3: the difference of the middles does not separate")
        return []

    def read_collision(self, words):
        """4.5, with the network of the weights file. Remembers the radius and the points."""
        require(not words, "3: collision")
        points = [self.numbers(self.words(first), self.n) for first in ("x", "y")]
        require(points[0] != points[1], "4.5: the two points are equal")
        require(all(map(self.inside, points)), "4.5: a point is outside the domain")
        f_x, f_y = (self.original.at(point)[1] for point in points)
        require(f_x == f_y, "4.5: the two points have different images")
        self.collisions.append((max(abs(x - c) for point in points for x, c in zip(point, self.center)), points))

    def scales(self):
        """4.6: the pair of smallest radius, with the rewritten network, which is the network on U(R)."""
        radius, points = min(self.collisions, key=lambda collision: collision[0])
        pre_c, pre_x, pre_y = (self.network.at(point)[0] for point in (self.center, *points))
        return radius <= self.R and all(pre_c[j] * pre[j] >= 0 for pre in (pre_x, pre_y) for j in pre_c)

    def injective_at(self, r):
        """4.6, rules 1 to 4."""
        largest = max([s for s, _, _ in self.signs], default=0)
        return (any(s >= r for s in self.monotone)
                or any(s >= r and (single or self.n == 1) for s, _, single in self.signs)
                or self.n > 1 and any(largest >= s >= r for s in self.boundaries))

    def check_injective(self, words):
        """4.6."""
        require(words in (["proved"], ["refuted"], ["open"]), "3: end proved, refuted or open")
        if words == ["proved"]:
            require(self.injective_at(self.R), "4.6: no rule proves injectivity on the ball")
            require(self.ball(self.R) == self.ends, "4.6: the ball does not contain the domain")
        require(words != ["refuted"] or self.collisions, "4.6: there is no collision")

    def check_radius(self, words):
        """4.6."""
        require(len(words) == 6 and words[::2] == ["lower", "local", "upper"], "3: end lower <r> local <r> upper <q>")
        lower, local = double(words[1]), double(words[3])
        require(0 <= lower <= local, "4.6: 0 <= lower <= local is required")
        require(lower == 0 or self.injective_at(lower), "4.6: no rule proves injectivity at `lower`")
        require(local <= max([0] + self.monotone + [r for r, _, _ in self.signs]), "4.6: no cover reaches `local`")
        if words[5] != "none":
            upper = number(words[5])
            require(lower <= upper, "4.6: `lower` is more than `upper`")
            require(self.collisions and (self.scales() if upper == 0 else min(self.collisions)[0] <= upper),
                    "4.6: no collision is within `upper`; for `upper 0`, the nearest does not shrink to the centre")


def text_of(proof):
    """The uncompressed bytes of a proof file that can be checked at all."""
    data = proof.encode("utf-8") if isinstance(proof, str) else bytes(proof)
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error) as failure:
            raise Unusable(f"the gzip data are damaged: {failure}") from None
    first = data.partition(b"\n")[0]
    if len(data) > MAX_BYTES:
        raise Unusable("the proof is too long for this small checker")
    if not first.startswith(b"foldproof-proof "):
        raise Unusable("this is not a proof file")
    if first != b"foldproof-proof 2":
        raise Unusable("the proof has another format than 1")
    if not data.endswith(b"\n") or data[:-1].rpartition(b"\n")[2].partition(b" ")[0] != b"end":
        raise Unusable("the proof is truncated: its last line is missing")
    return data


def check(proof, weights):
    """proof: text or bytes, maybe compressed. weights: the bytes of the weights file."""
    try:
        reader = Proof(text_of(proof))
        return Verdict("accepted", statement=reader.check(bytes(weights)))
    except Unusable as failure:
        return Verdict("unusable", str(failure))
    except Rejected as failure:
        return Verdict("rejected", str(failure), reader.number)


def main(arguments):
    try:
        if len(arguments) != 2:
            raise Unusable("usage: tiny_check.py PROOF WEIGHTS")
        verdict = check(*(Path(name).read_bytes() for name in arguments))
    except (Unusable, OSError) as failure:
        verdict = Verdict("unusable", str(failure))
    print(verdict)
    return verdict.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
