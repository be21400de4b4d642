"""The small checker: hand-made proofs that hold are accepted, and every rule, violated, is noticed.

Networks and their exact answers come from tests/zoo.json and from the arithmetic in the comments; `Writer` is a
throwaway prover, so that whole proofs of zoo networks can be made here without foldproof.
"""

import gzip
import random
import re
import subprocess
import sys
from contextlib import suppress
from fractions import Fraction as Q
from itertools import product

import pytest

from networks import ROOT, ZOO, network_hash, zoo_layers

sys.path.insert(0, str(ROOT / "checker" / "python"))
import tiny_check, tiny_network  # noqa: E401, E402


# ---------------------------------------------------------------- making files

def canonical(value):
    value, e = Q(value), 0
    if value == 0:
        return "0"
    if value.denominator & (value.denominator - 1):
        return f"{value.numerator}/{value.denominator}"
    while value.denominator > 1:
        value, e = value * 2, e - 1
    while value.numerator % 2 == 0:
        value, e = value / 2, e + 1
    return f"{value.numerator}b{e}" if e else f"{value.numerator}"


def words(values):
    return " ".join(map(canonical, values))


def raw_weights(n, relus, outputs):
    kept = " ".join(map(str, range(len(outputs))))
    lines = ["foldproof-network 1", "source -", "fixed", f"kept {kept}", f"inputs {n}"]
    lines += [f"relu {row}" for row in relus] + [f"output {row}" for row in outputs]
    return "".join(line + "\n" for line in [*lines, "end"]).encode()


def weights_file(layers, skip=0):
    """Affine layers (W, b), ReLU between them, plus skip times the identity."""
    base, after, rows = 0, len(layers[0][0][0]), []
    for matrix, bias in layers:
        rows.append([[canonical(b)] + [f"{base + i}:{canonical(w)}" for i, w in enumerate(row) if w]
                     for row, b in zip(matrix, bias)])
        base, after = after, after + len(bias)
    for i, row in enumerate(rows[-1]):
        row[1:1] = [f"{i}:{canonical(skip)}"] if skip else []
    relus, outputs = ([" ".join(row) for row in part] for part in (sum(rows[:-1], []), rows[-1]))
    return raw_weights(len(layers[0][0][0]), relus, outputs)


def proof_file(weights, center, sections, end, ball="1b4", inactive="", domain=None, question="radius"):
    lines = ["foldproof-proof 3", f"network {network_hash(weights)}", f"question {question}", "norm linf"]
    lines += [f"center {words(center)}"] if question == "radius" else []
    lines += [f"domain {domain}"] if domain else []
    lines += [f"ball {ball}", f"inactive {inactive}".strip()]
    for section in sections:
        lines += section.split("\n")
    return "".join(line + "\n" for line in [*lines, f"end {end}"])


def accepted(weights, *arguments, **options):
    verdict = tiny_check.check(proof_file(weights, *arguments, **options), weights)
    assert verdict.status == "accepted", str(verdict)
    return verdict


def refused(rule, weights, *arguments, **options):
    verdict = tiny_check.check(proof_file(weights, *arguments, **options), weights)
    assert verdict.status == "rejected" and verdict.reason.startswith(rule), str(verdict)
    return verdict


# ---------------------------------------------------------------- the worked example of the page

def example():
    """The two indented files of section 6 of docs/certificate.md."""
    section = (ROOT / "docs" / "certificate.md").read_text().split("\n## 6 ")[1]
    blocks = re.findall(r"(?:^    \S.*\n)+", section, re.MULTILINE)
    network, proof = ("".join(line[4:] for line in block.splitlines(keepends=True)) for block in blocks)
    assert network.startswith("foldproof-network 1\n") and proof.startswith("foldproof-proof 3\n")
    return proof, network.encode()


def test_worked_example():
    proof, weights = example()
    verdict = tiny_check.check(proof, weights)
    assert verdict.status == "accepted" and verdict.code == 0, str(verdict)
    lines = proof.splitlines()
    assert verdict.statement == (*lines[1:5], *lines[-3:])
    assert verdict == tiny_check.check(proof.encode(), weights)
    assert verdict == tiny_check.check(gzip.compress(proof.encode()), weights)
    single = proof.replace("s 0 0\nl\nl\n", "l\n")      # "would do as well"
    assert tiny_check.check(single, weights).status == "accepted"


def test_command_line(tmp_path):
    proof, weights = example()
    files = [tmp_path / name for name in ("proof", "weights", "wrong", "other")]
    for file, content in zip(files, (gzip.compress(proof.encode()), weights, proof.replace(" +", " -").encode(), b"?")):
        file.write_bytes(content)

    def run(*arguments):
        done = subprocess.run([sys.executable, tiny_check.__file__, *arguments], capture_output=True, text=True)
        assert done.stderr == ""
        return done.returncode, done.stdout
    assert run(*files[:2]) == (0, "\n".join(["accepted", *proof.splitlines()[1:5], *proof.splitlines()[-3:], ""]))
    code, said = run(files[2], files[1])
    assert code == 1 and said.startswith("rejected: line 10: 4.3: ")
    for arguments in ([files[0], files[3]], [files[3], files[1]], [files[0]], [files[0], tmp_path / "missing"]):
        code, said = run(*arguments)
        assert code == 2 and len(said.splitlines()) == 1 and said.startswith("unusable: "), said


# ---------------------------------------------------------------- a proof that uses everything, and its corruptions

# f(x, y) = (x - 2 relu(x + y - 1), y + relu(x - y) / 4): det J = (1 - 2 s)(1 - t / 4) + s t / 2, so 1 or 3/4 for s = 0
# and -1 or -1/4 for s = 1. The nearest point of the fold x + y = 1 is (1/2, 1/2), r* = 1/2. Neuron 0 is inactive on
# U(7/16). The two points of the collision lie on either side of the fold: p + (-1, 2/3) / 64 and p + (1, 0) / 64,
# p = (5/8, 3/8).
FOLD = raw_weights(2, ["-1 0:1 1:1", "0 0:1 1:-1"], ["0 0:1 2:-1b1", "0 1:1 3:1b-2"])
SIGN = "cover sign 3b-3 +\ns 0 0\nl\nc s1 . ."
MONOTONE = "cover monotone 3b-3\nmatrix 1 0 0 1\ns 1 -1b-3\nl\nl"
PAIRS = ["d", "t", "i", "i",            # (0,0): face 0 is cut into A, B
         "x", "m", "f 1 0",             # (0,1)
         "t", "y", "t", "t",            # (0,2), (0,3): face 3 is cut
         "i", "t", "t",                 # (1,1), (1,2), (1,3)
         "i", "y", "m", "f 0 -1",       # (2,2), (2,3)
         "i"]                           # (3,3), settled whole
BOUNDARY = "\n".join(["boundary 3b-3", "patches", "s 1 0", *"....", "s 0 0", *"..", "pairs", *PAIRS])
COLLISION = "collision\nx 39b-6 37/96\ny 41b-6 3b-3"
END = "lower 3b-3 local 3b-3 upper 41b-6"
RULE4 = proof_file(FOLD, [0, 0], [SIGN, BOUNDARY, COLLISION], END, ball="7b-4", inactive="0")
ALL = proof_file(FOLD, [0, 0], [COLLISION, BOUNDARY, MONOTONE, SIGN], END, ball="7b-4", inactive="0")
INJECTIVE = proof_file(FOLD, None, [SIGN, BOUNDARY], "proved", ball="3b-3", inactive="0", question="injective",
                       domain="-3/8:3/8 -3b-3:6b-4")
REFUTED = proof_file(FOLD, None, [COLLISION], "refuted", ball="1", question="injective", domain="0:1 -1:1")


@pytest.mark.parametrize("proof", [RULE4, ALL, INJECTIVE, REFUTED], ids=["rule4", "all", "injective", "refuted"])
def test_the_proofs_to_be_corrupted_hold(proof):
    verdict = tiny_check.check(proof, FOLD)
    assert verdict.status == "accepted", str(verdict)
    assert ("domain" in proof) == any(line.startswith("domain ") for line in verdict.statement)


# The start of the reason, the proof, and what is replaced (once) by what; ~ is the end of a line.
CORRUPTIONS = [
    ("1", RULE4, """
norm linf => norm  linf | pairs~ => pairs ~ | pairs~ => pairs~~ | center 0 0 => center 0 0.5
center 0 0 => center 0 +1 | center 0 0 => center 0 -0 | center 0 0 => center 0 01 | center 0 0 => center 0 1_0
37/96 => 37/1 | 37/96 => 37/0 | 37/96 => 0/96 | center 0 0 => center 0 1b20001 | center 0 0 => center 0 1b999999999999
s 0 0~l => s 0 1/10~l | cover sign 3b-3 => cover sign 1/3 | ball 7b-4 => ball 1b1024
ball 7b-4 => ball 18014398509481985 | f 1 0 => f 1 1/3 | s 0 0~l => s 0 3b-3~l | s 0 0~l => s 0 -1~l
s 1 0~. => s 0 -3b-3~. | s 1 0~. => s 1 1b-1~. | center 0 0~ => center 0 0~domain -1:1b1100 -1:1~
c s1 . . => c s1 x1 . | lower 3b-3 => lower 1/3"""),
    ("1", ALL, """
matrix 1 0 0 1 => matrix 1 0 0 1/3"""),
    ("3", RULE4, """
ball 7b-4 => ball 7b-4 1 | ball 7b-4 => bowl 7b-4 | boundary 3b-3 => boundary 3b-3 1 | collision~ => collision 1~
d~t~i => d~t t~i | s 1 0~. => s 1 0~. . | s 1 0~. => s 1 0~l | upper 41b-6 => upper 41b-6 1 | upper 41b-6 => up 41b-6
s 0 0~l => s 2 0~l | s 0 0~l => s -1 0~l | s 0 0~l => s 0~l | question radius => question radii | norm linf => norm l4
center 0 0 => center 0 | center 0 0 => center 0 0 0 | center 0 0~ => center 0 0~domain 1b-3:1 -1:1~
ball 7b-4~ => DELETED | ball 7b-4~inactive 0~ => ball -1~inactive~ | inactive 0~ => DELETED | collision~ => colusion~
s 0 0~l~c => s 0 0~c | c s1 . .~ => c s1 . .~l~ | s 0 0~l~ => s 0 0~l l~ | cover sign 3b-3 + => cover sign 3b-3
cover sign 3b-3 + => cover cube 3b-3 + | .~pairs => pairs | .~pairs => .~.~pairs | i~collision => collision
i~collision => i~t~collision | d~t~i~i~ => d~i~i~ | x~m~f 1 0~ => d~t~i~i~ | x~m~f 1 0~ => i~
i~t~t~i~ => d~t~i~i~t~t~i~ | y~m~ => x~m~ | x~m~ => y~m~ | f 1 0 => f 1 | pairs~d~ => pairs~id~
y 41b-6 3b-3~ => DELETED | x 39b-6 37/96 => x 39b-6 | collision~ => end lower 3b-3 local 3b-3 upper 41b-6~collision~
end lower 3b-3 local 3b-3 upper 41b-6 => end proved
end lower 3b-3 local 3b-3 upper 41b-6 => end lower 3b-3 upper 41b-6 | inactive 0 => inactive 0 0"""),
    ("3", ALL, """
cover monotone 3b-3 => cover monotone 3b-3 1 | s 1 -1b-3~l~ => s 1 -1b-3~c s1 . .~
matrix 1 0 0 1~ => DELETED | matrix 1 0 0 1 => matrix 1 0 0"""),
    ("3", INJECTIVE, """
norm linf~ => norm linf~center 0 0~ | domain -3/8:3/8 -3b-3:6b-4~ => DELETED | -3/8:3/8 => 3/8:-3/8
-3/8:3/8 => 3/8:3/8 | -3/8:3/8 -3 => -3 | -3/8:3/8 => -3/8:3/8:1 | injective => bijective | proved => solved"""),
    ("4.1", RULE4, """
inactive 0 => inactive 0 1 | inactive 0 => inactive 2 | ball 7b-4 => ball 5b-3"""),
    ("4.3", RULE4, """
cover sign 3b-3 + => cover sign 3b-3 - | f 1 0 => f 0 1 | f 1 0 => f 0 0 | f 1 0~t~ => f 1 0~m~
i~collision => m~collision"""),
    ("4.3", ALL, """
matrix 1 0 0 1 => matrix -1 0 0 1 | matrix 1 0 0 1 => matrix 0 0 0 0"""),
    ("4.4", RULE4, """
c s1 . . => c s1 . | c s1 . . => c s1 . . . | c s1 . . => c | c s1 . . => c . | c s1 . . => c s1 s1 . . .
c s1 . . => c s0 . . | c s1 . . => c s7 . . | c s1 . . => c s1 x1:1 . | c s1 . . => c s1 x0:1 .
c s1 . . => c s1 x1:-1 . | c s1 . . => c s1 x1:0 . | c s1 . . => c s1 x1:1,1:0 . | c s1 . . => c s1 x .
c s1 . . => c s1 . l"""),
    ("4.5", RULE4, """
cover sign 3b-3 + => cover sign 1b-1 + | cover sign 3b-3 + => cover sign 0 + | cover sign 3b-3 + => cover sign -3b-3 +
boundary 3b-3 => boundary 15b-5 | x 39b-6 37/96 => x 41b-6 3b-3 | x 39b-6 37/96 => x 82b-7 3/8
37/96 => 37000000000000001/96000000000000000 | center 0 0~ => center 0 0~domain -1:5b-3 -1:1~"""),
    ("4.5", REFUTED, """
domain 0:1 => domain 0:5b-3"""),
    ("4.6", RULE4, """
collision~ => cover sign 1b-2 -~l~collision~ | lower 3b-3 local 3b-3 => lower 7b-4 local 7b-4
boundary 3b-3 => boundary 11b-5 | boundary 3b-3 => boundary 13b-5
BOUNDARY => DELETED | cover sign 3b-3 +~s 0 0~l~c s1 . .~ => DELETED | local 3b-3 => local 1b-2
local 3b-3 => local 7b-4 | upper 41b-6 => upper 1b-2 | lower 3b-3 => lower -3b-3 | upper 41b-6 => upper 40b-6
lower 3b-3 local 3b-3 upper 41b-6 => lower 0 local 0 upper 0 | collision~x 39b-6 37/96~y 41b-6 3b-3~ => DELETED"""),
    ("4.6", INJECTIVE, """
-3/8:3/8 => -4/8:4/8
BOUNDARY => DELETED | ball 3b-3 => ball 7b-4 | end proved => end refuted"""),
    ("1", RULE4, "center 0 0 => center 0 " + "1" * 100001), ("1", RULE4, "center 0 0 => center 0 1b" + "1" * 5000),
    ("1", RULE4, "norm linf => norm\tlinf | norm linf~ => norm linf\r~ | y 41b-6 => y \u0664b-6"),
    ("3", RULE4, RULE4.split()[3] + " => " + RULE4.split()[3].upper()),
]
CHANGES = [(rule, proof, *change.split(" => ")) for rule, proof, changes in CORRUPTIONS
           for change in changes.removeprefix("\n").replace("\n", " | ").split(" | ")]


@pytest.mark.parametrize("rule, proof, old, new", CHANGES, ids=[f"{c[0]} {c[2][:30]} {c[3][:30]}" for c in CHANGES])
def test_corruption_is_rejected(rule, proof, old, new):
    for mark, meaning in (("~", "\n"), ("BOUNDARY", BOUNDARY + "\n"), ("DELETED", "")):
        old, new = old.replace(mark, meaning), new.replace(mark, meaning)
    assert proof.count(old) >= 1 and old != new
    damaged = proof.replace(old, new, 1)
    verdict = tiny_check.check(damaged, FOLD)
    assert verdict.status == "rejected" and verdict.code == 1, str(verdict)
    assert verdict.reason.startswith(rule + ":") and 1 < verdict.line <= damaged.count("\n"), str(verdict)


def test_the_line_is_the_first_that_fails():
    for old, new in (("norm linf", "norm l3"), ("s 0 0\nl", "s 0 9\nl"), ("c s1 . .", "c ."), ("f 0 -1", "f 1 0")):
        assert tiny_check.check(RULE4.replace(old, new), FOLD).line == RULE4[:RULE4.index(old)].count("\n") + 1
    assert tiny_check.check(RULE4.replace(COLLISION + "\n", ""), FOLD).line == len(RULE4.splitlines()) - 3


PACKED = gzip.compress(RULE4.encode())
UNUSABLE = {
    "empty": "", "not a proof": "hello\n", "weights as proof": FOLD,
    "format 2": RULE4.replace("foldproof-proof 3", "foldproof-proof 2"),
    "format 3 and a space": RULE4.replace("foldproof-proof 3", "foldproof-proof 3 "),
    "other network": RULE4.replace(RULE4.split()[3], "0" * 64),
    "last line missing": RULE4[:RULE4.index("end ")], "last line feed missing": RULE4[:-1],
    "cut in the middle": RULE4[:len(RULE4) // 2], "only a gzip header": b"\x1f\x8b", "gzip cut": PACKED[:-9],
    "gzip without trailer": PACKED[:-4], "gzip damaged": PACKED[:-8] + bytes(8), "gzip and more": PACKED + b"more",
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable_proof(name):
    verdict = tiny_check.check(UNUSABLE[name], FOLD)
    assert verdict.status == "unusable" and verdict.code == 2 and verdict.reason, str(verdict)
    assert "\n" not in str(verdict)


def test_too_long(monkeypatch):
    monkeypatch.setattr(tiny_check, "MAX_BYTES", len(RULE4) + 1)
    assert tiny_check.check(RULE4 + RULE4, FOLD).status == "unusable"
    assert tiny_check.check(gzip.compress((RULE4 + RULE4).encode()), FOLD).status == "unusable"


MALFORMED = """foldproof-network 1|foldproof-network 2, source -|source, source -|source abc, source -|source - -
source -;|source -;source -;, source -;fixed|fixed;source -, kept 0 1|kept 0 1;source -, end;|source -;end;
fixed|fixed 1=1 0=1, fixed|fixed 0, fixed|fixed 0=2, kept 0 1|kept 0, kept 0 1|kept 0 x, inputs 2|inputs 0
inputs 2|inputs, inputs 2|inputs 1 2, relu -1 0:1 1:1|relu -1 1:1 0:1, relu -1 0:1 1:1|relu -1 0:1 0:1
relu -1 0:1 1:1|relu, relu -1 0:1|relu -1 0:0, relu -1 0:1|relu -1 2:1, relu -1 0:1|relu -1 0:2
relu -1 0:1|relu -1 0:1b0, relu -1 0:1|relu -1 0:3/2, relu -1 0:1|relu -1 0:2/6, relu -1 0:1|relu -1 0-1
relu -1 0:1|relu -1  0:1, output 0 0:1 2|output 0 0:1 4, 1b-2;|1b-2;relu 0 0:1;, end;|, end;|end, end;|end;;
end;|end;end;, relu|tanh, 1b-2|0.25, inputs 2|inputs \xff"""


@pytest.mark.parametrize("change", MALFORMED.replace("\n", ", ").split(", "))
def test_malformed_weights(change):
    old, new = (part.replace(";", "\n").encode("latin-1") for part in change.split("|"))
    assert FOLD.count(old) >= 1
    weights = FOLD.replace(old, new, 1)
    hashes = [network_hash(data) for data in (FOLD, weights)]
    verdict = tiny_check.check(RULE4.replace(*hashes), weights)
    assert verdict.status == "unusable" and "malformed" in verdict.reason, str(verdict)


def test_weights_of_a_file():
    """All that the format allows at its head."""
    weights = FOLD.replace(b"source -", b"source " + b"0a" * 32).replace(b"fixed", b"fixed 0=1 3=-1/10").replace(
        b"kept 0 1", b"kept 5 2")
    hashes = [network_hash(data) for data in (FOLD, weights)]
    assert tiny_check.check(RULE4.replace(*hashes), weights).status == "accepted"


def test_random_damage_proves_nothing_false():
    """r* = 1/2: whatever a damaged file claims, if it is accepted it is true."""
    rng, lines = random.Random(7), ALL.splitlines()
    pieces = ["l", ".", "i", "t", "m", "d", "x", "y", "0", "1b-1", "3b-3", "5b-3", "7b-4", "s 0 0", "s1", "none", "-1"]
    survived = 0
    for _ in range(400):
        damaged = list(lines)
        for _ in range(rng.choice((1, 1, 2, 4))):
            at = rng.randrange(5, len(damaged))
            how = rng.randrange(5)
            if how == 0:
                del damaged[at]
            elif how == 1:
                damaged.insert(at, rng.choice(damaged[5:]))
            elif how == 2:
                other = rng.randrange(5, len(damaged))
                damaged[at], damaged[other] = damaged[other], damaged[at]
            else:
                part = damaged[at].split(" ")
                part[rng.randrange(len(part))] = rng.choice(pieces)
                damaged[at] = " ".join(part)
        verdict = tiny_check.check("".join(line + "\n" for line in damaged), FOLD)
        if verdict.status == "accepted":
            survived += 1
            _, _, lower, _, local, _, upper = verdict.statement[-1].split(" ")
            assert tiny_check.number(lower) < Q(1, 2) and tiny_check.number(local) <= Q(1, 2)
            assert upper == "none" or tiny_check.number(upper) >= Q(1, 2)
    assert survived < 200


# ---------------------------------------------------------------- whole proofs of networks with known answers

class Writer:
    """A throwaway prover for small networks: cuts until the checker's own tests hold, or gives up and lies."""

    def __init__(self, weights, center, ball="1b4", domain=None):
        self.proof = tiny_check.Proof(proof_file(weights, center, [], "lower 0 local 0 upper none", ball=ball,
                                                 domain=domain).encode())
        self.proof.check(weights)
        self.network = self.proof.network

    def cut(self, region):
        if not region.halves:
            axis = max(range(self.network.n), key=lambda i: region.box[i][1] - region.box[i][0])
            region.line = f"s {axis} {canonical(Q(float(sum(region.box[axis]) / 2)))}"
            region.cut(self.network, region.line.split(" "))
        return region.halves

    def holds(self, calculate):
        with suppress(tiny_check.Rejected):
            calculate()
            return True

    def tree(self, region, test, depth):
        slopes = tiny_check.slopes_of(region, region)
        if depth == 0 or self.holds(lambda: tiny_check.settle(self.network, slopes, test)):
            return ["l"]
        halves = self.cut(region)
        return [region.line] + [line for half in halves for line in self.tree(half, test, depth - 1)]

    def cover(self, r, sign=1, matrix=None, depth=8):
        root = tiny_check.Region(self.network, self.proof.ball(r))
        test = tiny_check.monotone_test(matrix) if matrix else tiny_check.determinant_test(sign)
        head = [f"cover monotone {canonical(r)}", "matrix " + words(sum(matrix, []))] if matrix else [
            f"cover sign {canonical(r)} {'+' if sign > 0 else '-'}"]
        return "\n".join(head + self.tree(root, test, depth))

    def pair(self, x, y, depth):
        for kind in "m" + "ti"[x is y]:
            if self.holds(lambda: self.proof.check_pair([kind], x, y)):
                return [kind]
        if depth == 0:
            return ["t"]
        sizes = [max(high - low for low, high in patch.box) for patch in (x, y)]
        kind = "d" if x is y else "xy"[sizes[0] < sizes[1]]
        self.cut(y if kind == "y" else x)
        pairs = self.proof.check_pair([kind], x, y)
        return [kind] + [line for pair in pairs for line in self.pair(*pair, depth - 1)]

    def boundary(self, r, depth=12):
        box = self.proof.ball(r)
        faces = [tiny_check.Region(self.network, box[:i] + [(end, end)] + box[i + 1:])
                 for i in range(self.network.n) for end in box[i]]
        pairs = [line for i, x in enumerate(faces) for y in faces[i:] for line in self.pair(x, y, depth)]

        def patches(patch):
            return [patch.line] + [line for half in patch.halves for line in patches(half)] if patch.halves else ["."]
        cuts = [line for face in faces for line in patches(face)]
        return "\n".join([f"boundary {canonical(r)}", "patches", *cuts, "pairs", *pairs])


def zoo_question(name):
    star = ZOO[name]["r_star_Linf"]
    return weights_file(zoo_layers(name)), list(map(Q, ZOO[name]["centre"])), None if star == "inf" else Q(star)


def sections(writer, r, depth=8):
    return [writer.cover(r, depth=depth)] + ([writer.boundary(r, depth + 2)] if writer.network.n > 1 else [])


@pytest.mark.parametrize("name", "abs1d branch2_off branch2_corner branch4_b dup_cancel1d dup_cancel2d hat_fold_off "
                                 "plateau1d pmat_ok pmat_bad shear2 shift_fold".split())
def test_zoo_is_proved_below_its_radius_and_not_above(name):
    weights, center, star = zoo_question(name)
    below, above, writer = (star or 2) * Q(7, 8), (star or 0) * Q(9, 8), Writer(weights, center)
    end = f"lower {canonical(below)} local {canonical(below)} upper none"
    accepted(weights, center, sections(writer, below, depth=12), end)
    if above:
        refused("4", weights, center, sections(writer, above, depth=5), end.replace(canonical(below), canonical(above)))
    if star and ZOO[name].get("witness"):
        x, y = (list(map(Q, point)) for point in ZOO[name]["witness"])
        radius = max(abs(a - c) for point in (x, y) for a, c in zip(point, center))
        collision = f"collision\nx {words(x)}\ny {words(y)}"
        accepted(weights, center, [collision], f"lower 0 local 0 upper {canonical(radius)}")
        refused("4.6", weights, center, [collision], f"lower 0 local 0 upper {canonical(radius * Q(99, 100))}")


def test_branch_point_has_a_sign_cover_and_radius_zero():
    """f = (|x| - |y|, |x + y| - |x|): all pieces have det 1 (four quadrants prove it), yet f(-p) = f(p)."""
    weights, center, _ = zoo_question("branch2")
    quadrants = "cover sign 1 +\ns 0 0\ns 1 0\nl\nl\ns 1 0\nl\nl"
    faces = "\n".join(["boundary 1\npatches", *"....", "pairs", *"itttittiti"])
    pair = "collision\nx 1b-2 1b-3\ny -1b-2 -1b-3"
    accepted(weights, center, [quadrants], "lower 0 local 1 upper none")
    accepted(weights, center, [quadrants, pair], "lower 0 local 1 upper 0")
    refused("4.6", weights, center, [quadrants], "lower 1 local 1 upper none")      # rule 2 is for one leaf
    refused("4.3", weights, center, ["cover sign 1 +\nl"], "lower 1 local 1 upper none")
    refused("4.3", weights, center, [quadrants, faces], "lower 1 local 1 upper none")
    refused("4.3", weights, center, ["cover monotone 1\nmatrix 1 0 0 1\nl"], "lower 1 local 1 upper none")
    # at another centre the same pair does not shrink: x + y has opposite signs at (1, 1) and at y
    refused("4.6", weights, [Q(1), Q(1)], [pair], "lower 0 local 0 upper 0")


def test_cone_rule():
    """abs1d at 0: |t| = |-t|, with the centre on the hinge; at 1 the pair does not shrink."""
    weights, _, _ = zoo_question("abs1d")
    pair = "collision\nx 5\ny -5"
    accepted(weights, [0], [pair], "lower 0 local 0 upper 0", ball="5")
    refused("4.6", weights, [0], [pair], "lower 0 local 0 upper 0", ball="4")
    refused("4.6", weights, [0], [pair], "lower 0 local 0 upper 4")
    refused("4.6", weights, [1], [pair], "lower 0 local 0 upper 0")
    accepted(weights, [0], [pair], "lower 0 local 0 upper 0", domain="-5:5", ball="5")
    refused("4.5", weights, [0], [pair], "lower 0 local 0 upper 0", domain="-4:5")


def test_injective_halves_are_not_enough():
    """|x| on [-1, 0] and [0, 1]: each half is injective, the signs differ."""
    weights, _, _ = zoo_question("abs1d")
    for sign in "+-":
        refused("4.3", weights, [0], [f"cover sign 1 {sign}\ns 0 0\nl\nl"], "lower 1 local 1 upper none")
        refused("4.4", weights, [0], [f"cover sign 1 {sign}\nc s0 . ."], "lower 1 local 1 upper none")
    refused("4.4", weights, [0], ["cover sign 1 +\nc s0 . x0:1"], "lower 1 local 1 upper none")


def test_monotone_cover_of_more_outputs_than_inputs():
    """x -> (x, |x|, 0): injective with M = (1, 0, 0); J0 alone would not tell for M = (1, 1, 0)."""
    weights = raw_weights(1, ["0 0:1"], ["0 0:1", "0 0:-1 1:1b1", "0"])
    end = "lower 1b4 local 1b4 upper none"
    accepted(weights, [0], ["cover monotone 1b4\nmatrix 1 0 0\nl"], end)
    accepted(weights, [0], ["cover monotone 1b4\nmatrix 1 1b-1 7\nl"], end)
    refused("4.3", weights, [0], ["cover monotone 1b4\nmatrix 1 1 0\nl"], end)
    refused("4.3", weights, [0], ["cover monotone 1b4\nmatrix 1 1 0\ns 0 0\nl\nl"], end)
    refused("4.3", weights, [0], ["cover sign 1b4 +\nl"], end)
    for section in ("cover sign 1 +\nl", "\n".join(["boundary 1\npatches", *"....", "pairs", *"itttittiti"])):
        refused("4.3", raw_weights(2, [], ["0 0:1"]), [0, 0], [section], "lower 0 local 0 upper none")


def test_cells_with_farkas_multipliers():
    """z0 = x - 1/2, z1 = x + y - 3/2: z0 < 0 < z1 is impossible on the unit box, as z1 - z0 = y - 1 <= 0 there."""
    weights = raw_weights(2, ["-1b-1 0:1", "-3b-1 0:1 1:1"], ["0 0:1 2:1 3:-1b-1", "0 1:1 3:1b-1"])
    end = "lower 0 local 1 upper none"
    for tokens in ("s0 s1 . . s1 x0:1,1:1 .", "s0 s1 . . s1 x1:2/3,0:2/3 ."):
        accepted(weights, [0, 0], [f"cover sign 1 +\nc {tokens}"], end)
    for tokens in ("s1 s0 . x1:1,0:1 s0 . .", "s0 s1 . . s1 x0:1,1:1b2 .", "s0 s1 . x0:1,1:1 s1 x0:1,1:1 .",
                   "s0 s1 . . s1 x0:1 .", "s0 s1 . . s1 q0:1,1:1 .", "s0 s1 . . s1 x0:1,1:1,0:0 ."):
        refused("4.4", weights, [0, 0], [f"cover sign 1 +\nc {tokens}"], end)
    # on the line, z0 = x + 1/2 > 0 and z1 = x - 1/2 > 0: z1 - z0 = -1 says nothing
    line = raw_weights(1, ["1b-1 0:1", "-1b-1 0:1"], ["0 0:1 1:1 2:1"])
    accepted(line, [0], ["cover sign 1 +\nc s0 s1 . . s1 x0:1,1:1 ."], end)
    refused("4.4", line, [0], ["cover sign 1 +\nc s0 s1 x0:-1,1:1 . s1 x0:1,1:1 ."], end)
    # one leaf of cells is not rule 2
    refused("4.6", weights, [0, 0], ["cover sign 1 +\nc s0 s1 . . s1 x0:1,1:1 ."], "lower 1 local 1 upper none")


def test_cells_may_not_split_a_constant_pre_activation():
    """f(x) = -x + relu(z1), z0 = x - 5, z1 = relu(z0): on [-1, 1] z1 = 0, and neither z1 > 0 nor z1 < 0 holds
    anywhere. Taken literally, splitting there would settle the leaf with any sign."""
    weights = raw_weights(1, ["-5 0:1", "0 1:1"], ["0 0:-1 2:1"])
    for cells in ("s1 x1:1 x1:1", "s0 x0:1 s1 x1:1 x1:1"):
        refused("4.4", weights, [0], [f"cover sign 1 +\nc {cells}"], "lower 1 local 1 upper none")
    refused("4.4", weights, [0], ["cover sign 1 +\nc ."], "lower 1 local 1 upper none")
    accepted(weights, [0], ["cover sign 1 -\nc ."], "lower 1 local 1 upper none")


def test_deep_cells_need_what_they_depend_on():
    """z1 = 2 relu(x) - 1/2 becomes a function of x only after z0 = x is decided."""
    weights = raw_weights(1, ["0 0:1", "-1b-1 1:1b1"], ["0 0:1 2:1"])
    end = "lower 1 local 1 upper none"
    accepted(weights, [0], ["cover sign 1 +\nc s0 s1 . . ."], end)      # z0 < 0 makes z1 constant
    refused("4.4", weights, [0], ["cover sign 1 +\nc s1 s0 . . ."], end)
    refused("4.4", weights, [0], ["cover sign 1 +\nc s0 s1 . . s1 . ."], end)


def test_domain_faces():
    """shift_fold on a box that ends before its fold x + y = 1; once with the centre on a corner of it."""
    weights, _, _ = zoo_question("shift_fold")
    for center in ([Q(0), Q(1, 3)], [Q(3, 8), Q(-1, 10)]):
        domain = "-2:3/8 -1/10:1/2"
        writer = Writer(weights, center, domain=domain)
        accepted(weights, center, sections(writer, Q(4)), "lower 1b2 local 1b2 upper none", domain=domain)
        assert writer.proof.ball(Q(1, 4))[0] == (Q(-1, 4), min(Q(1, 4), Q(3, 8) - center[0]))
    assert tiny_check.number("3b-20000") * tiny_check.number("1b20000") == 3
    assert tiny_check.outward(Q(1, 10), -1) < Q(1, 10) < tiny_check.outward(Q(1, 10), 1)
    assert tiny_check.outward(Q(1, 1 << 1080), 1) == Q(1, 1 << 1074) and tiny_check.outward(Q(3), -1) == 3


def test_parallel_hinge_of_an_inactive_neuron():
    """z0 = x - 5, z1 = 10 - 2 x = -2 z0: once neuron 0 is inactive, relu(z1) = z1, and no neuron is left."""
    weights = raw_weights(1, ["-5 0:1", "5b1 0:-1b1"], ["0 0:3 2:1"])
    end = "lower 1 local 1 upper none"
    accepted(weights, [0], ["cover sign 1 +\nc ."], end, ball="5", inactive="0")
    refused("4.4", weights, [0], ["cover sign 1 +\nc s1 . ."], end, ball="5", inactive="0")
    refused("4.1", weights, [0], ["cover sign 1 +\nc ."], end, ball="5", inactive="1")      # shares the hinge of 0
    refused("4.1", weights, [0], ["cover sign 1 +\nc ."], end, ball="3b1", inactive="0")
    accepted(weights, [0], ["cover monotone 1b3\nmatrix 1\nl"], "lower 1b3 local 1b3 upper none")


def test_three_dimensions():
    weights = raw_weights(3, ["0 0:1 1:1", "1b-3 1:1 2:1", "-1b-3 0:1 2:1"],
                          ["0 0:1 3:1b-2 4:1b-2", "0 1:1 4:1b-2 5:1b-2", "0 2:1 3:-1b-2 5:1b-3"])
    covers = ["cover sign 1 +\nl", Writer(weights, [0] * 3).cover(Q(1), matrix=[[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
              "cover sign 1 +\ns 0 0\nl\nl\n" + Writer(weights, [0] * 3).boundary(Q(1))]
    for cover in covers:
        accepted(weights, [0] * 3, [cover], "lower 1 local 1 upper none")


# ---------------------------------------------------------------- the parts against brute force

def value(layers, skip, x):
    start = x
    for matrix, bias in layers:
        before = [sum(w * v for w, v in zip(row, x)) + b for row, b in zip(matrix, bias)]
        x = [max(v, Q(0)) for v in before]
    return [v + skip * u for v, u in zip(before, start)]


@pytest.mark.parametrize("seed", range(12))
def test_parts_against_brute_force(seed):
    """Presolve, enclosures, separation and slopes against values; settle against all corners."""
    rng, layers, skip = random.Random(seed), [], seed % 4
    for before, size in ((2, 4), (4, 3), (3, 2)):       # two hidden layers with parallel hinges
        matrix = [[Q(rng.randrange(-8, 9), 8) for _ in range(before)] for _ in range(size)]
        bias = [Q(rng.randrange(-4, 5), 8) for _ in range(size)]
        if size > 2:
            matrix[1], bias[1] = [-2 * w for w in matrix[0]], -2 * bias[0]
        layers.append((matrix, bias))
    original = tiny_check.Network.read(weights_file(layers, skip))
    center = [Q(rng.randrange(-8, 9), 8) for _ in range(2)]
    network = original.presolved([], center)
    network.drop()
    boxes = [[(a := Q(rng.randrange(-8, 8), 8), a + Q(rng.randrange(1, 9), 8)) for _ in range(2)] for _ in range(2)]
    x, y = (tiny_check.Region(network, box) for box in boxes)
    x.cut(network, ["s", "0", canonical(sum(x.box[0]) / 2)])
    slopes = tiny_check.slopes_of(x, y)
    for _ in range(20):
        points = [[low + (high - low) * Q(rng.randrange(9), 8) for low, high in box] for box in boxes]
        for region, u in zip((x, y), points):
            at = [a + c for a, c in zip(u, center)]
            pre, out = network.at(at)
            assert out == value(layers, skip, at) == original.at(at)[1]
            half = region.halves[u[0] > sum(x.box[0]) / 2] if region is x else y
            for j, z in pre.items():
                assert region.bounds[j][0] <= half.bounds[j][0] <= z <= half.bounds[j][1] <= region.bounds[j][1]
            images = [half.limits(form) for form in half.outputs]
            assert all(low <= f <= high for (low, high), f in zip(images, out))
        (zx, _), (zy, _) = (network.at([a + c for a, c in zip(u, center)]) for u in points)
        for j, (low, high) in slopes.items():
            assert zx[j] == zy[j] or low <= (max(zx[j], 0) - max(zy[j], 0)) / (zx[j] - zy[j]) <= high
    matrix = [[Q(rng.randrange(-3, 4)) for _ in range(2)] for _ in range(2)]
    for ranges in (slopes, tiny_check.slopes_of(y, y), {j: (Q(1, 4), Q(3, 4)) for j in network.rows}):
        linears = [tiny_network.Linear(network, {j: (s, s) for j, s in zip(ranges, corner)})
                   for corner in product(*ranges.values())]
        dets = [J[0][0] * J[1][1] - J[0][1] * J[1][0] for J in (linear.J0 for linear in linears)]
        products = [tiny_network.product(matrix, linear.J0) for linear in linears]
        definite = all(P[0][0] > 0 and 4 * P[0][0] * P[1][1] > (P[0][1] + P[1][0]) ** 2 for P in products)
        tests = [(tiny_check.determinant_test(1), min(dets) > 0), (tiny_check.determinant_test(-1), max(dets) < 0),
                 (tiny_check.monotone_test(matrix), definite)]
        for test, truth in tests:
            assert bool(Writer.holds(None, lambda: tiny_check.settle(network, ranges, test))) == truth


def test_many_undecided_neurons():
    """Sixteen small hinges, all undecided: settled by the test with v, and refused where one corner is singular."""
    hinges = [f"{canonical(Q(k - 8, 16))} 0:{canonical(Q(k + 1, 8))} 1:{canonical(Q(16 - k, 8))}" for k in range(16)]
    terms = " ".join(f"{k + 2}:1b-6" for k in range(16))
    weights = raw_weights(2, hinges, [f"0 0:1 {terms}", "0 1:1"])
    end = "lower 1b4 local 1b4 upper none"
    accepted(weights, [0, 0], ["cover sign 1b4 +\nl"], end)
    accepted(weights, [0, 0], ["cover monotone 1b4\nmatrix 1 0 0 1\nl"], end)
    # the x-coefficients sum to 17: with all slopes 1, det J = 1 - 17/16
    weights = raw_weights(2, hinges, [f"0 0:1 {terms.replace('1b-6', '-1b-4')}", "0 1:1"])
    refused("4.3", weights, [0, 0], ["cover sign 1b4 +\nl"], end)


def test_giving_up_is_a_rejection(monkeypatch):
    monkeypatch.setattr(tiny_network, "BRANCHES", 0)
    assert "could not decide" in refused("4.3", FOLD, [0, 0], ["cover sign 1b-2 +\nl"], END).reason
