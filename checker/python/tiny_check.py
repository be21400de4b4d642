#!/usr/bin/env python3
"""A second, tiny checker of foldproof's proof files, written from docs/certificate.md alone.

    tiny_check.py PROOF WEIGHTS [WEIGHTS_B]

prints `accepted` and what is proved (exit code 0), `rejected: line N: ...` (1), or one sentence saying why there is
nothing to check (2). It shares no code with foldproof, uses only Python's standard library, and decides in fractions:
no rounding can make a false proof pass. It is meant for small proofs (up to some 16 neurons, 1 to 3 inputs, hundreds
of leaves and pairs), and for being read. Numbers like "4.2" are sections of docs/certificate.md; tiny_network.py says
how bounds are found.
"""

import gzip
import hashlib
import io
import sys
import zlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from tiny_network import (ONE, SHA256, ZERO, Lines, Network, Pair, Point, Region, Rejected, Span, Unusable,
                          check_cells, compare, compose, determinant_test, double, doubled, farthest, index, limits,
                          linear, middles, missed, monotone_test, multipliers, nearest, number, outward, pivots,
                          require, same_outputs, separated, settle, settle_rank, sign_of_det, slopes_of,
                          strict_slopes_of, told_apart)

MAX_BYTES = 1 << 26         # of text
MAX_STATED = 65536          # bytes of values and points that are stated word for word
QUESTIONS = ("radius", "injective", "pseudo", "factor", "preimages", "j0")
BOXES = ("injective", "preimages", "j0")    # the questions about a domain box


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


# ------------------------------------------------------------------------------- the proof file (sections 3, 4.5, 4.6)
class Proof(Lines):
    def check(self, weights, second=None):
        """The lines that say what is proved."""
        self.words("foldproof-proof")
        self.original = self.read_network("network", weights)
        self.m = len(self.original.outputs)
        words = self.words()
        self.two = words[0] == "second"
        if self.two != (second is not None):
            raise Unusable("a factor proof needs the weights of both networks, and only such a proof does")
        if self.two:
            self.number -= 1
            other = self.read_network("second", second)
            require(other.n == self.original.n, "3: the two networks have different numbers of inputs")
            self.original, words = self.original.joined(other), self.words()
        self.n = self.original.n
        self.read_header(words)
        self.monotone, self.signs, self.boundaries, self.all_pairs, self.collisions = [], [], [], [], []
        self.covered, self.values, self.counts = [], 0, [0, 0, 0]      # points, flats or boxes, open
        self.widest, self.value = ZERO, None
        if self.question == "pseudo":
            self.value, self.flats = self.original.at(self.center)[1], []
            self.points = [Point(self.f, [ZERO] * self.n)]
        sections = {"cover": self.read_cover, "boundary": self.read_boundary, "pairs": self.read_all_pairs,
                    "collision": self.read_collision, "value": self.read_value, "point": self.read_point,
                    "flat": self.read_flat}
        while (words := self.words())[0] != "end":
            require(words[0] in sections, "3: a section or the last line should be here")
            sections[words[0]](words[1:])
        if self.number < len(self.lines):
            self.number += 1
            raise Rejected("3: there is something after the last line")
        {"radius": self.end_radius, "factor": self.end_radius, "pseudo": self.end_pseudo, "j0": self.end_locus,
         "injective": self.end_injective, "preimages": self.end_preimages}[self.question](words[1:])
        return self.statement()

    def statement(self):
        """4.6, what is stated."""
        said = ("network", "second", "question", "norm", "scale", "center", "domain", "x", "y", "end")
        listed = ("value", "point", "flat", "x", "y") if self.question == "preimages" else ()
        nodes = ("x", "y")      # of pair trees
        lines = [line for line in self.lines if line.split(" ")[0] in said + listed and line not in nodes]
        text = "".join(line + "\n" for line in lines if line.split(" ")[0] in listed).encode("latin-1")
        if len(text) > MAX_STATED:
            lines = [line for line in lines if line.split(" ")[0] not in listed]
            lines.insert(-1, f"listed {hashlib.sha256(text).hexdigest()}")
        return tuple(lines)

    def read_network(self, name, weights):
        words = " ".join(self.words(name))
        require(SHA256.fullmatch(words), f"3: {name} <sha256>")
        network, found = Network.read(weights), Network.hash(weights)
        if words != found:
            raise Unusable(f"the proof is about another network: it names the hash {words}, and that of this weights "
                           f"file is {found}")
        return network

    def numbers(self, words, count, read=number):
        require(len(words) == count, f"3: {count} numbers should be here")
        return [read(word) for word in words]

    def point(self, words):
        """In the coordinates of the scale."""
        return [x / s for x, s in zip(self.numbers(words, self.n), self.scale)]

    def read_header(self, words):
        require(len(words) == 2 and words[0] == "question" and words[1] in QUESTIONS, "3: question ...")
        self.question, self.domain, self.ends, self.center = words[1], None, None, None
        require(self.two == (self.question == "factor"), "3: second, and question factor")
        is_box = self.question in BOXES
        self.norm = " ".join(self.words("norm"))
        require(self.norm in ("linf", "l1", "l2") and (self.norm == "linf" or not is_box), "3: norm")
        self.scale, words = [ONE] * self.n, self.words()
        if words[0] == "scale":
            require(not is_box, "3: this question has no scale")
            self.scale, words = self.numbers(words[1:], self.n), self.words()
            require(min(self.scale) > 0, "3: a scale is not positive")
            self.original = self.original.scaled(self.scale)
        if not is_box:
            require(words[0] == "center", "3: a line 'center' should be here")
            self.center, words = self.point(words[1:]), self.words()
        if words[0] == "domain":
            parts = [word.split(":") for word in words[1:]]
            require(len(parts) == self.n and all(len(part) == 2 for part in parts), "3: lower:upper per input")
            self.domain = [(number(low) / s, number(high) / s) for (low, high), s in zip(parts, self.scale)]
            require(all(low < high for low, high in self.domain), "3: lower must be less than upper")
            self.center = self.center or [(low + high) / 2 for low, high in self.domain]
            require(self.inside(self.center), "3: the domain must contain the centre")
            self.ends = [(outward(low - c, -1), outward(high - c, 1))
                         for (low, high), c in zip(self.domain, self.center)]
            words = self.words()
        require(self.center, "3: this question needs a domain")
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
        self.f = self.network.keeping(self.network.outputs[:self.m])
        self.columns = pivots(self.network) if self.two else None

    def inside(self, point):
        return not self.domain or all(low <= x <= high for x, (low, high) in zip(point, self.domain))

    def ball(self, r):
        """Section 1: U(r)."""
        return [(max(-r, low), min(r, high)) for low, high in self.ends or [(-r, r)] * self.n]

    def part_in_domain(self, region):
        """The box's part in the domain, if there is one."""
        if not self.domain:
            return region.box
        sides = zip(region.box, self.domain, self.center)
        return [(max(a, low - c), min(b, high - c)) for (a, b), (low, high), c in sides]

    def round(self, r):
        """Section 1: what K(r) is besides U(r)."""
        return (self.norm, r) if self.norm != "linf" else None

    def outside(self, region, r):
        """The box lies outside K(r)."""
        return self.norm != "linf" and compare(nearest(region.box), self.norm, r) > 0

    def read_radius(self, word):
        r = double(word)
        require(0 < r <= self.R, "4.5: a section's radius must be positive and at most that of the ball")
        return r

    # ---------------------------------------------------------------------------- covers
    def read_cover(self, words):
        """4.5: the tree starts with U(r)."""
        require(words and words[0] in ("sign", "monotone", "points", "locus"), "3: an unknown kind of cover")
        require(len(words) == 2 + (words[0] == "sign"), "3: cover <kind> <r>")
        r = self.read_radius(words[1])
        {"sign": self.read_sign_cover, "monotone": self.read_monotone_cover, "points": self.read_points_cover,
         "locus": self.read_locus_cover}[words[0]](r, *words[2:])

    def read_tree(self, r, leaf):
        """leaf(words, region) settles a leaf and returns regions whose trees follow. Returns all nodes' first words."""
        stack, nodes = [Region(self.f, self.ball(r), ball=self.round(r))], []
        while stack:
            words, region = self.words(), stack.pop()
            nodes.append(words[0])
            if words[0] == "s":
                stack += reversed(region.cut(self.f, words))
            elif words == ["o"]:
                require(not region.face and self.outside(region, r), "4.3: a box marked `o` is not outside the body")
            else:
                stack += reversed(leaf(words, region) or [])
        return nodes

    def read_sign_cover(self, r, word):
        require(word in ("+", "-"), "3: cover sign <r> <+ or ->")
        require(self.n == self.m, "4.3: a sign cover requires as many outputs as inputs")
        sign = 1 if word == "+" else -1
        require(all(sign == other for _, other, _ in self.signs), "4.6: sign covers have different signs")

        def cell(token, phases, outputs, constraints):
            require(token == ".", "4.4: an unknown cell")
            J = [[terms.get(i, ZERO) for i in range(self.n)] for _, terms in outputs]
            require(sign_of_det(J) == sign, "4.4: the determinant of this cell has the wrong sign or is 0")

        def leaf(words, region):
            if words[0] == "c":
                check_cells(self.f, region, words[1:], cell)
            else:
                require(words == ["l"], "3: a node of the cover's tree should be here")
                settle(self.f, slopes_of(region, region), determinant_test(sign))
        self.signs.append((r, sign, self.read_tree(r, leaf) == ["l"]))

    def read_monotone_cover(self, r):
        entries = self.numbers(self.words("matrix"), self.n * self.m, double)
        test = monotone_test([entries[i * self.m:(i + 1) * self.m] for i in range(self.n)])

        def leaf(words, region):
            require(words == ["l"], "3: a node of the cover's tree should be here")
            settle(self.f, slopes_of(region, region), test)
        self.read_tree(r, leaf)
        self.monotone.append(r)

    def read_points_cover(self, r):
        require(self.value is not None, "4.5: a cover of points needs a value that has none yet")
        require(self.question == "pseudo" or self.ball(r) == self.ends, "4.5: the cover's box is not the domain")

        def leaf(words, region):
            kind = words[0]
            require(kind in ("v", "f", "t") or not region.face and kind in ("c", "k", "?"),
                    "3: a node of this cover's tree should be here")
            if kind == "?":
                require(words == ["?"] and self.question == "preimages", "3: `?` is for preimages")
                self.counts[2] += 1
            elif kind == "c":
                check_cells(self.f, region, words[1:], lambda *cell: self.check_point_cell(region, *cell))
            elif kind == "f":
                require(missed(region, self.numbers(words[1:], self.m, double), self.value),
                        "4.3: this functional does not exclude the value")
            else:
                require(len(words) == 2, "3: one index should be here")
                k = index(words[1], "3: no such output or point", self.m if kind == "v" else len(self.points))
                if kind == "k":
                    return self.faces_of_cone(region, self.points[k])
                if kind == "t":
                    require(not region.face or not self.points[k].lies_in(region.box),
                            "4.3: the point lies on the face")
                    settle_rank(self.f, slopes_of(region, self.points[k]))
                else:
                    require(missed(region, [Fraction(o == k) for o in range(self.m)], self.value),
                            "4.3: this output does not exclude the value")
            return []
        self.read_tree(r, leaf)
        self.covered.append(r)
        if self.question == "preimages":
            self.value = None

    def faces_of_cone(self, region, tip):
        """4.3, `k`: the faces whose trees follow. Rays go on outside the ball: the box counts as a whole."""
        region = Region(self.f, region.box) if self.norm != "linf" else region
        require(tip.lies_in(region.box), "4.3: the tip is not in the box")
        require(all(low >= 0 or high <= 0 or tip.bounds[j][0] == 0 for j, (low, high) in region.bounds.items()),
                "4.3: a neuron is neither decided nor 0 at the tip")
        box = region.box
        faces = [Region(self.f, box[:i] + [(end, end)] + box[i + 1:], region)
                 for i in range(self.n) for end in box[i] if end != tip.u[i]]
        for face in faces:
            face.face = True
        return faces

    def check_point_cell(self, region, token, phases, outputs, constraints):
        """4.4, the cells of a cover of points."""
        gaps = [(constant - y, terms) for (constant, terms), y in zip(outputs, self.value)]
        kind, text = token[1:2], token[2:]
        if kind == "n":
            span = Span()
            for gap in gaps:
                span.add(gap)
            require(not text and span.absurd, "4.4: f = y is not without a solution on this piece")
        elif kind == "f":
            k = index(text, "3: no such flat", len(self.flats))
            require(all(z >= 0 if phases[j] else z <= 0 for end in self.flats[k] for j, (z, _) in end.bounds.items()),
                    "4.4: the flat segment lies in another piece")
        else:
            name, _, lists = (kind + text).partition(";") if kind != "e" else (kind, "", text)
            require(kind == "e" or name.isdigit(), "4.4: an unknown cell")
            first, _, more = lists.partition(";")
            names, factors = multipliers(first, range(self.m), "factors belong to outputs, one each")
            neurons, y = multipliers(more, constraints, "multipliers belong to neurons decided, one each")
            require(min(y, default=ZERO) >= 0, "4.4: multipliers must be nonnegative")
            total = linear(factors + y, [gaps[o] for o in names] + [constraints[j] for j in neurons])
            sides = self.part_in_domain(region)
            most = limits(total, dict(enumerate(sides)))[1]
            if kind == "e":
                return require(most < 0 or region.limits(total)[1] < 0,
                               "4.4: the multipliers do not show that this piece misses y")
            require(most <= 0, "4.4: the multipliers do not show that the point is alone")
            k = index(name, "3: no such point", len(self.points))
            # What is 0 at each preimage in the closed piece and the box.
            zero = gaps + [constraints[j] for j, factor in zip(neurons, y) if factor > 0]
            zero += [(-sides[i][factor > 0], {i: ONE}) for i, factor in total[1].items() if factor]
            span = Span()
            for _, row in zero:
                span.add((ZERO, row))
            require(len(span.rows) == self.n, "4.4: the Jacobian of this piece has not full column rank")
            at = {i: (x, {}) for i, x in enumerate(self.points[k].u)}
            require(all(compose(row, at)[0] == 0 for row in zero), "4.4: this piece does not map the point to y")

    def read_locus_cover(self, r):
        require(self.question == "j0" and self.n == self.m, "3: a locus is for j0, with as many outputs as inputs")
        require(self.ball(r) == self.ends, "4.5: the cover's box is not the domain")
        require(not self.covered, "4.5: two covers of the locus")

        domain = dict(enumerate((low - c, high - c) for (low, high), c in zip(self.domain, self.center)))

        def apart(form, region):
            part = dict(enumerate(self.part_in_domain(region)))
            return limits(form, part)[1] < 0 or limits(form, domain)[1] <= 0

        def leaf(words, region):
            if words[0] in ("+", "-"):
                require(len(words) == 1, "3: a node of the locus's tree should be here")
                return settle(self.f, strict_slopes_of(region), determinant_test(1 if words[0] == "+" else -1))
            if words[0] == "c":
                signs = set()

                def cell(token, phases, outputs, constraints):
                    require(token == ".", "4.4: an unknown cell")
                    signs.add(sign_of_det([[terms.get(i, ZERO) for i in range(self.n)] for _, terms in outputs]))
                    require(signs in ({1}, {-1}), "4.4: the cells' determinants have different signs, or one is 0")
                return check_cells(self.f, region, words[1:], cell, apart)
            if words[0] == "b":
                count = 3 if len(words) == 3 * self.n + 1 else 2
                u = self.numbers(words[1:], count * self.n)
                points = [u[i * self.n:(i + 1) * self.n] for i in range(count)]
                require(all(self.inside([x + c for x, c in zip(point, self.center)]) for point in points),
                        "4.3: the point is not in the domain")
                require(all(low <= x <= high for point in points[:1 if count == 3 else 2]
                            for x, (low, high) in zip(point, region.box)), "4.3: the point is not in the box")
                a, b = (self.det_beside(point if count == 2 else points[0], point) for point in points[-2:])
                require(a * b <= 0, "4.3: the determinants have the same sign")
            else:
                require(words == ["?"], "3: a node of the locus's tree should be here")
            self.counts[0 if words[0] == "b" else 2] += 1
            self.widest = max(self.widest, *(high - low for low, high in region.box))
            return []
        self.read_tree(r, leaf)
        self.covered.append(r)

    def det_beside(self, corner, u):
        """The sign at u, on a piece whose closure holds the corner."""
        z, there = ({j: z for j, (z, _) in Point(self.f, x).bounds.items()} for x in (u, corner))
        values = dict(self.f.inputs)
        for j, row in self.f.rows.items():
            pre = compose(row, values)
            require(z[j] or not pre[1], "4.3: a pre-activation is 0 there")
            require(z[j] * there[j] >= 0, "4.3: the point does not touch the piece of another")
            values[self.n + j] = pre if z[j] > 0 else (ZERO, {})
        return sign_of_det([[compose(row, values)[1].get(i, ZERO) for i in range(self.n)] for row in self.f.outputs])

    # ---------------------------------------------------------------------------- pairs
    def read_boundary(self, words):
        """4.5: the roots, and all unordered pairs of them."""
        require(len(words) == 1, "3: boundary <r>")
        r = self.read_radius(words[0])
        box = self.ball(r)
        sides = [(i, end) for i in range(self.n) for end in box[i]]
        if self.norm != "linf":     # the shell, then the faces that come from the domain
            sides = [(i, end) for i in range(self.n) for way, end in zip((-1, 1), box[i]) if end != way * r]
        roots = [Region(self.network, box[:i] + [(end, end)] + box[i + 1:], ball=self.round(r)) for i, end in sides]
        shell = [Region(self.network, box, ball=self.round(r))] if self.norm != "linf" else []
        self.read_pairs(shell + roots, r, shell)
        self.boundaries.append(r)

    def read_all_pairs(self, words):
        require(len(words) in (1, 2), "3: pairs <r> [<s>]")
        r = self.read_radius(words[0])
        s = double(words[-1])
        require(s >= r, "4.5: the root is smaller than the ball")
        self.read_pairs([Region(self.network, self.ball(s), ball=self.round(r))], r, [], everywhere=True)
        self.all_pairs.append(r)

    def read_pairs(self, roots, r, shell, everywhere=False):
        require(self.words("patches") == [], "3: patches")
        stack = [(root, root in shell) for root in roots[::-1]]
        while stack:
            words, (patch, in_shell) = self.words(), stack.pop()
            require(words in (["."], ["o"]) or words[0] == "s", "3: a node of a patch tree should be here")
            if words == ["o"]:
                inside = in_shell and compare(farthest(patch.box), self.norm, r) < 0
                touches = everywhere and compare(nearest(patch.box), self.norm, r) >= 0
                require(inside or touches or self.outside(patch, r), "4.5: a patch marked `o` may matter")
                patch.beside = True
            stack += [(half, in_shell) for half in reversed(patch.cut(self.network, words) if words[0] == "s" else [])]
        require(self.words("pairs") == [], "3: pairs")
        stack = [(x, y) for i, x in enumerate(roots) for y in roots[i:]][::-1]
        while stack:
            stack += reversed(self.check_pair(self.words(), *stack.pop(), everywhere))

    def check_pair(self, words, x, y, everywhere=False):
        """One node of a pair tree; returns the pairs that follow. The trees of 3, the tests of 4.3."""
        kind = words[0]
        require(kind in list("idmftxyoec") and (len(words) == 1 or kind in "fc"),
                "3: a node of a pair tree should be here")
        require(x is y or kind not in "id", "3: i and d are for a patch with itself")
        if kind in "dxy":
            halves = (y if kind == "y" else x).halves
            require(halves, "3: this patch is not cut")
            a, b = halves
            return {"d": [(a, b), (a, a), (b, b)], "x": [(a, y), (b, y)], "y": [(x, a), (x, b)]}[kind]
        if kind == "o":
            require(x.beside or y.beside, "3: none of the two patches is marked `o`")
        elif kind == "e":
            require(self.two and everywhere, "3: `e` is for the pairs of a factor proof")
            require(same_outputs(self.network, self.m, x, y), "4.7: equal outputs of A may make unequal ones of B")
        elif kind == "c":
            require(everywhere, "3: `c` is for pairs of the whole ball")
            self.check_pair_cells(words[1:], x, y)
        elif kind in "it":
            settle_rank(self.f, slopes_of(x, y), self.columns if everywhere else None)
        elif kind == "f":
            require(separated(x, y, self.numbers(words[1:], self.m, double)), "4.3: this functional does not separate")
        else:
            ways = zip(middles(self.network, x), middles(self.network, y))
            require(any(separated(x, y, [b - a for a, b in zip(*way)][:self.m]) for way in ways),
                    "4.3: the difference of the middles does not separate")
        return []

    def check_pair_cells(self, tokens, x, y):
        """4.8"""
        numbers = len(self.original.rows)
        network, region = doubled(self.network, self.m, numbers, self.two), Pair(x, y, numbers)

        def cell(token, phases, gaps, constraints):
            first, _, second = token[1:].partition(";")
            names, factors = multipliers(first, range(self.m), "factors belong to outputs, one each")
            neurons, more_factors = multipliers(second, constraints, "multipliers of neurons decided, one each")
            require(min(more_factors, default=ZERO) >= 0, "4.8: multipliers must be nonnegative")
            total = linear(factors + more_factors, [gaps[o] for o in names] + [constraints[j] for j in neurons])
            forms = [constraints[j] for j, factor in zip(neurons, more_factors) if factor]
            require(not told_apart(gaps, self.m, total, forms, region),
                    "4.8: points with equal outputs may be told apart")
        check_cells(network, region, tokens, cell)

    # ---------------------------------------------------------------------------- points
    def read_collision(self, words):
        """4.5, with the network of the weights file. Remembers the distances to the centre and the points."""
        require(not words, "3: collision")
        points = [self.point(self.words(first)) for first in ("x", "y")]
        require(points[0] != points[1], "4.5: the two points are equal")
        require(all(map(self.inside, points)), "4.5: a point is outside the domain")
        f_x, f_y = (self.original.at(point)[1] for point in points)
        require(f_x[:self.m] == f_y[:self.m], "4.5: the two points have different images")
        require(not self.two or f_x[self.m:] != f_y[self.m:], "4.5: B does not tell the two points apart")
        require(self.question != "pseudo" or points[0] == self.center, "4.5: x is not the centre")
        self.collisions.append([[abs(x - c) for x, c in zip(point, self.center)] for point in points] + [points])

    def read_value(self, words):
        require(self.question == "preimages" and self.value is None, "4.5: the value before this one has no cover")
        self.value, self.points, self.flats = self.numbers(words, self.m), [], []
        self.values += 1

    def preimage(self, words):
        require(self.question == "preimages" and self.value is not None, "4.5: there is no value that this could be of")
        x = self.point(words)
        point = Point(self.f, [a - c for a, c in zip(x, self.center)])
        require(point.image == self.value, "4.5: f is not the value at this point")
        return x, point

    def read_point(self, words):
        x, point = self.preimage(words)
        if self.inside(x):
            require(point.u not in [other.u for other in self.points], "4.6: a point is listed twice")
            self.counts[0] += 1
        self.points.append(point)

    def read_flat(self, words):
        require(not words, "3: flat")
        ends = [self.preimage(self.words(first)) for first in ("x", "y")]
        (x, a), (y, b) = ends
        require(x != y and self.inside(x) and self.inside(y), "4.5: two different points of the domain")
        require(all(z[0] * b.bounds[j][0] >= 0 for j, z in a.bounds.items()), "4.5: f is not affine between the points")
        self.flats.append((a, b))
        self.counts[1] += 1

    # ---------------------------------------------------------------------------- the last line (4.6)
    def within(self, collision, r):
        return all(compare(sizes, self.norm, r) <= 0 for sizes in collision[:2])

    def scales(self):
        """The pair of smallest radius, with the rewritten network, which is the network on U(R)."""
        size = {"linf": max, "l1": sum, "l2": lambda sizes: sum(x * x for x in sizes)}[self.norm]
        nearest_pair = min(self.collisions, key=lambda collision: max(map(size, collision[:2])))
        pre_c, pre_x, pre_y = (self.network.at(point)[0] for point in (self.center, *nearest_pair[2]))
        straight = all(pre_c[j] * pre[j] >= 0 for pre in (pre_x, pre_y) for j in pre_c)
        return straight and self.within(nearest_pair, self.R)

    def check_upper(self, word, lower):
        if word != "none":
            upper = number(word)
            require(lower <= upper, "4.6: `lower` is more than `upper`")
            found = any(self.within(collision, upper) for collision in self.collisions)
            require(self.collisions and (self.scales() if upper == 0 else found),
                    "4.6: no collision is within `upper`; for `upper 0`, the nearest does not shrink to the centre")

    def injective_at(self, r):
        """Rules 1 to 5."""
        largest = max([s for s, _, _ in self.signs], default=0)
        return (any(s >= r for s in self.monotone + self.all_pairs)
                or any(s >= r and (single or self.n == 1) for s, _, single in self.signs)
                or self.n > 1 and any(largest >= s >= r for s in self.boundaries))

    def end_injective(self, words):
        require(words in (["proved"], ["refuted"], ["open"]), "3: end proved, refuted or open")
        if words == ["proved"]:
            require(self.injective_at(self.R), "4.6: no rule proves injectivity on the ball")
            require(self.ball(self.R) == self.ends, "4.6: the ball does not contain the domain")
        require(words != ["refuted"] or self.collisions, "4.6: there is no collision")

    def end_radius(self, words):
        require(len(words) == 6 and words[::2] == ["lower", "local", "upper"], "3: end lower <r> local <r> upper <q>")
        lower, local = double(words[1]), double(words[3])
        require(0 <= lower <= local, "4.6: 0 <= lower <= local is required")
        require(lower == 0 or self.injective_at(lower), "4.6: no rule proves injectivity at `lower`")
        require(not self.two or lower == local, "4.6: `local` is `lower` in a factor proof")
        require(local <= max([0] + self.monotone + self.all_pairs + [r for r, _, _ in self.signs]),
                "4.6: no cover reaches `local`")
        self.check_upper(words[5], lower)

    def end_pseudo(self, words):
        require(len(words) == 4 and words[::2] == ["lower", "upper"], "3: end lower <r> upper <q>")
        lower = double(words[1])
        require(0 <= lower <= max([0] + self.covered), "4.6: no cover reaches `lower`")
        self.check_upper(words[3], lower)

    def end_preimages(self, words):
        names = ["values", "points", "flats", "open"]
        require(len(words) == 8 and words[::2] == names, "3: end values <V> points <N> flats <F> open <U>")
        require([index(word, "3: a count") for word in words[1::2]] == [self.values, *self.counts],
                "4.6: the counts are others")
        require(self.value is None and self.values, "4.5: a value has no cover")

    def end_locus(self, words):
        require(len(words) == 6 and words[::2] == ["boxes", "width", "open"], "3: end boxes <N> width <w> open <U>")
        require([index(words[1], "3: a count"), index(words[5], "3: a count")] == self.counts[::2],
                "4.6: the counts are others")
        require(self.covered, "4.6: there is no cover of the locus")
        require(self.widest <= double(words[3]), "4.6: a box is wider")


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
    if first != b"foldproof-proof 3":
        raise Unusable("the proof has another format than 3: check it with the foldproof that wrote it, or ask again")
    if not data.endswith(b"\n") or data[:-1].rpartition(b"\n")[2].partition(b" ")[0] != b"end":
        raise Unusable("the proof is truncated: its last line is missing")
    return data


def check(proof, weights, second=None):
    """proof: text or bytes, maybe compressed. weights, second: the bytes of the weights files."""
    try:
        reader = Proof(text_of(proof))
        return Verdict("accepted", statement=reader.check(bytes(weights), second))
    except Unusable as failure:
        return Verdict("unusable", str(failure))
    except Rejected as failure:
        return Verdict("rejected", str(failure), reader.number)


def main(arguments):
    try:
        if len(arguments) not in (2, 3):
            raise Unusable("usage: tiny_check.py PROOF WEIGHTS [WEIGHTS_B]")
        verdict = check(*(Path(name).read_bytes() for name in arguments))
    except (Unusable, OSError) as failure:
        verdict = Verdict("unusable", str(failure))
    print(verdict)
    return verdict.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
