"""The small checker on norms, scales, points, loci, pairs and two networks: hand-made proofs that hold are accepted,
and the same proofs with one lie are refused by the rule that forbids it. The arithmetic is in the comments."""

import subprocess
import sys
from pathlib import Path

import pytest

from networks import PROGRAM, ROOT, network_hash

sys.path.insert(0, str(ROOT / "checker" / "python"))
import tiny_check  # noqa: E402


def network(inputs, relus, outputs):
    kept = " ".join(map(str, range(len(outputs))))
    lines = ["foldproof-network 1", "source -", "fixed", f"kept {kept}", f"inputs {inputs}"]
    lines += [f"relu {row}" for row in relus] + [f"output {row}" for row in outputs]
    return "".join(line + "\n" for line in [*lines, "end"]).encode()


ABS = network(1, ["0 0:1"], ["0 0:-1 1:1b1"])                       # |x|
ABS_3 = network(1, ["0 0:3"], ["0 0:-3 1:1b1"])                     # 3 |x|
BENT = network(1, ["0 0:1"], ["0 0:1 1:1b1"])                       # x, and 3 x above 0
RAMP = network(1, ["0 0:1"], ["0 1:1"])                             # relu(x)
TENT = network(1, ["-1 0:1"], ["0 0:1 1:-1b1"])                     # x, and 2 - x from 1 on
GRAPH = network(1, ["0 0:1"], ["0 0:1", "0 0:-1 1:1b1"])            # (x, |x|)
IDENTITY = network(2, [], ["0 0:1", "0 1:1"])
LENGTH = network(2, ["0 0:1", "0 1:1"], ["0 0:-1 1:-1 2:1b1 3:1b1"])  # |x| + |y|
F1 = network(2, ["-1 1:1"], ["0 0:1", "0 2:1"])                     # (x, relu(y - 1))
F2 = network(2, ["-1b1 1:1"], ["0 0:1b1", "0 2:1"])                 # (2x, relu(y - 2))
VALLEY = network(1, ["-1/3 0:1"], ["0 0:-1 1:1b1"])                   # |x - 1/3| - 1/3
TWICE = network(1, ["0 0:1", "0 1:1"], ["0 0:-1 2:1b1"])            # |x|, by relu(relu(x))
RAMPS = network(2, ["0 0:1", "0 1:1"], ["0 2:1 3:1"])               # relu(x) + relu(y)
ADD = network(2, [], ["0 0:1 1:1"])                                 # x + y
DEAD = network(2, ["0 0:1 1:1"], ["0 0:1 1:1", "0 2:1"])            # (s, relu(s)), s = x + y
DEAD_TOO = network(2, ["-1 0:1 1:1"], ["0 2:1"])                    # relu(s - 1)

# name: weights, lines after the hashes, and what the lie replaces: (old, new, the rule that refuses it)
CASES = {
    # 0 is the only x with |x| = 0: a cone whose two ends, -1 and 1, have other values.
    "pseudo, tip of a cone": ([ABS], """
        question pseudo|norm linf|center 0|ball 1|inactive|cover points 1|k 0|v 0|v 0|end lower 1 upper none""",
        [("k 0|v 0|v 0", "k 0|v 0", "3"), ("center 0", "center 1b-1", "4.3"), ("lower 1 ", "lower 1b1 ", "4.6"),
         ("k 0|v 0", "k 0|?", "3"), ("k 0|v 0", "k 1|v 0", "3"), ("k 0|v 0|v 0", "?", "3")]),
    # |x| + |y| = 0 only at 0: fewer outputs than inputs, and yet alone.
    "pseudo, m < n": ([LENGTH], """
        question pseudo|norm l1|center 0 0|ball 1|inactive|cover points 1|k 0|v 0|v 0|v 0|v 0|end lower 1 upper none""",
        [("v 0|end", "t 0|end", "4.3"), ("v 0|end", "s 0 3b-2|v 0|o|end", "4.3")]),
    # About 1, |x| takes the value 1 again at -1, at distance 2. On [-1/2, 5/2] every slope between x and 1 is >= 1/3.
    "pseudo, another preimage": ([ABS], """
        question pseudo|norm linf|center 1|ball 1b1|inactive|cover points 3b-1|t 0|collision|x 1|y -1|
        end lower 3b-1 upper 1b1""",
        [("y -1", "y -1b-1", "4.5"), ("x 1|y -1", "x -1|y 1", "4.5"), ("upper 1b1", "upper 7b-2", "4.6"),
         ("points 3b-1|t 0", "points 1b1|t 0", "4.3"), ("t 0", "v 0", "4.3")]),
    # |x| = 1 at -1 and 1.
    "preimages": ([ABS], """
        question preimages|norm linf|domain -1b1:1b1|ball 1b1|inactive|value 1|point -1|point 1|
        cover points 1b1|s 0 0|t 0|t 1|value -1|cover points 1b1|v 0|end values 2 points 2 flats 0 open 0""",
        [("|point 1|", "|point 1b-1|", "4.5"), ("s 0 0|t 0|t 1", "s 0 0|t 1|t 0", "4.3"),
         ("points 2 f", "points 1 f", "4.6"),
         ("|point 1|", "|point -1|", "4.6"), ("value -1|cover", "value 1|cover", "4.3"), ("t 0|t 1", "?|t 1", "4.6"),
         ("points 1b1|s", "points 1|s", "4.5"), ("value -1|cover points 1b1|v 0|", "", "4.6"),
         ("value -1|cover points 1b1|v 0|end values 2", "value 2|end values 2", "4.5")]),
    # relu(x) = 0 on [-2, 0]; the piece x > 0 ends in 0, too. c = -1/2, so x = 0 is u = 1/2.
    "preimages, a flat fibre": ([RAMP], """
        question preimages|norm linf|domain -1b1:1|ball 3b-1|inactive|value 0|point 0|flat|x -1b1|y 0|
        cover points 3b-1|c s0 .0 .f0|end values 1 points 1 flats 1 open 0""",
        [("c s0 .0 .f0", "c s0 .f0 .f0", "4.4"), ("c s0 .0 .f0", "c s0 .0 .0", "4.4"), ("y 0", "y 1b-1", "4.5"),
         ("c s0 .0 .f0", "c s0 .n .f0", "4.4"), ("flats 1", "flats 0", "4.6"), ("c s0 .0 .f0", "t 0", "4.3"),
         # On [-2, 0] the face x = 0 of a cone at -2 holds the point 0 itself: its secant test excludes only others.
         ("flat|x -1b1|y 0|cover points 3b-1|c s0 .0 .f0|end values 1 points 1 flats 1",
          "point -1b1|cover points 3b-1|s 0 1b-1|k 1|t 0|t 0|end values 1 points 2 flats 0", "4.3"),
         ("c s0 .0 .f0", "c s0 .0 .n", "4.4"), ("c s0 .0 .f0", "c s0 .e0:1 .f0", "4.4")]),
    # relu(x) = 0 for a ray: the cone at 0 must not take the point -1 on its face for the only one there.
    "preimages, a ray": ([RAMP], """
        question preimages|norm linf|domain -1:1|ball 1|inactive|value 0|point 0|point -1|flat|x -1|y 0|cover points 1|
        c s0 .0 .f0|end values 1 points 2 flats 1 open 0""", [("c s0 .0 .f0", "k 0|t 1|v 0", "4.3")]),
    # The tent never takes the value 3/2. u = x - 1: (1 - u) - 3/2 + u < 0 where u > 0, (1 + u) - 3/2 - u < 0 elsewhere.
    "preimages, no solution by multipliers": ([TENT], """
        question preimages|norm linf|domain 0:1b1|ball 1|inactive|value 3b-1|cover points 1|
        c s0 .e0:1;0:1 .e0:1;0:1|end values 1 points 0 flats 0 open 0""",
        [("value 3b-1", "value 1", "4.4"), (".e0:1;0:1|", ".e0:1;0:-1|", "4.4"), (".e0:1;0:1|", ".e0:1;1:1|", "4.4"),
         (".e0:1;0:1|", ".e0:0|", "4.4")]),
    # The tent turns at 1, which is at 1/2 for scale 2; a pair at 1 -+ 2^-9.
    "radius, scaled": ([TENT], """
        question radius|norm linf|scale 1b1|center 0|ball 1|inactive|cover sign 1b-1 +|l|
        collision|x 511b-9|y 513b-9|end lower 1b-1 local 1b-1 upper 513b-10""",
        [("scale 1b1|", "", "4.6"), ("scale 1b1", "scale -1b1", "3"), ("cover sign 1b-1", "cover sign 1", "4.3"),
         ("upper 513b-10", "upper 1b-1", "4.6")]),
    # The identity on a disc: a corner of the square lies outside. With a domain, its face is a root of its own.
    "radius, a disc": ([IDENTITY], """
        question radius|norm l2|center 0 0|domain -1b2:1b-1 -1b2:1b2|ball 1|inactive|
        cover sign 1 +|s 1 3b-2|l|s 0 -3b-2|o|l|boundary 1|patches|.|.|pairs|i|t|i|end lower 1 local 1 upper none""",
        [("norm l2", "norm linf", "4.3"), ("s 0 -3b-2|o|l", "s 0 -5b-3|o|l", "4.3"),
         ("patches|.|.", "patches|o|.", "4.5"),
         ("patches|.|.|pairs|i|t|i", "patches|.|pairs|i", "3"), ("pairs|i|t", "pairs|i|o", "3")]),
    # A pair at Euclidean distances 5/4 of the centre: 3/4, 1 and the like.
    "radius, an upper bound in the Euclidean norm": ([F1], """
        question radius|norm l2|center 0 0|ball 1b1|inactive|collision|x 3b-2 1|y 3b-2 0|
        end lower 0 local 0 upper 5b-2""", [("upper 5b-2", "upper 9b-3", "4.6"), ("norm l2", "norm l1", "4.6")]),
    # (x, |x|): the second output alone folds, the first never.
    "radius, more outputs than inputs": ([GRAPH], """
        question radius|norm linf|center 0|ball 1b2|inactive|pairs 1b2|patches|s 0 0|.|.|pairs|d|t|i|i|
        end lower 1b2 local 1b2 upper none""", [("d|t|i|i", "d|t|i", "3"), ("d|t|i|i", "d|t|e|i", "3"),
         ("pairs|d", "pairs|o", "3"),
                                                ("lower 1b2 local", "lower 1b3 local", "4.6")]),
    # F2 is a function of F1: below y = 1 both are flat. At -1 <= y: three strips cut at y = 1 and y = 3/2.
    "factor": ([F1, F2], """
        question factor|norm linf|center 0 0|ball 1b2|inactive|pairs 1b2|patches|s 1 3b-1|s 1 1|.|.|.|
        pairs|d|x|f 0 1|e|e|e|end lower 1b2 local 1b2 upper none""",
        [("pairs|d|x|f 0 1|e|e|e", "pairs|e", "4.7"), ("f 0 1", "e", "4.7"), ("d|x|f 0 1|e|e|e", "d|e|e|e", "4.7"),
         ("end", "collision|x 0 0|y 0 1|end", "4.5"), ("local 1b2", "local 1b3", "4.6")]),
    # F1 is no function of F2: F2 is flat for y <= 2, F1 is not from 1 on.
    "factor, the other way": ([F2, F1], """
        question factor|norm linf|center 0 0|ball 1b2|inactive|collision|x 0 1|y 0 3b-1|
        end lower 0 local 0 upper 3b-1""", [("y 0 3b-1", "y 0 1b-1", "4.5"), ("upper 3b-1", "upper 0", "4.6"),
         ("upper 3b-1", "upper 1", "4.6")]),
    # Both depend on x + y only; A is one-to-one in it. The common kernel leaves one column.
    "factor, a common kernel": ([DEAD, DEAD_TOO], """
        question factor|norm linf|center 0 0|ball 1b2|inactive|pairs 1b2|patches|.|pairs|i|
        end lower 1b2 local 1b2 upper none""", [("pairs|i", "pairs|m", "4.3")]),
    "factor, two copies": ([TENT, TENT], """
        question factor|norm l1|center 0|ball 1b4|inactive|pairs 1b4|patches|.|pairs|e|
        end lower 1b4 local 1b4 upper none""",
        [("end", "collision|x 0|y 1b1|end", "4.5"), ("pairs|e", "pairs|i", "4.3")]),
    # Exact cells of the pair: u > 0 > v has D = u + v and E = 3 (u + v); |x| and 3 |x| share their hinge, neuron 0.
    "factor, cells of a pair": ([ABS, ABS_3], """
        question factor|norm linf|center 0|ball 1b2|inactive|pairs 1b2|patches|.|pairs|c s0 s2 . . s2 . .|
        end lower 1b2 local 1b2 upper none""",
        [("s2 . . s2 . .", "s2 . x2:1 s2 . .", "4.4"), ("c s0", "c s1", "4.4"), ("s2 . .|", "s2 . . .|", "4.4"),
         ("end", "collision|x 1|y -1|end", "4.5"), ("s2 . .|", "s2 .0:1 .|", "4.8")]),
    # BENT is one-to-one, x or 3 x: u > 0 > v has D = 3 u - v, so that r_0 = u and r_1 = -v are 0.
    "radius, cells of a pair": ([BENT], """
        question radius|norm l1|center 0|ball 1|inactive|pairs 1|patches|.|pairs|
        c s0 s1 . .0:-1;0:3b0,1:1 s1 .0:1;0:1,1:3b0 .|end lower 1 local 1 upper none""",
        [(".0:-1;0:3b0,1:1", ".", "4.8"), ("0:3b0,1:1", "0:3b0", "4.8"), ("0:3b0,1:1", "0:3b0,1:-1", "4.8"),
         (".0:-1;0:3b0,1:1", ".0:-1", "4.8"), ("0:3b0,1:1", "0:3b0,0:1", "4.4"), (".0:-1;", ".0:-1,0:0;", "4.4"),
         (".0:-1;", ".1:-1;", "4.4"), ("0:3b0,1:1", "0:3b0,2:1", "4.4"), ("s1 .0:1", "s1 .0:-1", "4.8"),
         (".0:-1;0:3b0,1:1", ".0:-1;", "4.8"), ("pairs 1|", "boundary 1|", "3")]),
    # The same at the sides of the boxes [-1, 0] and [0, 1], where the hinge is decided: D = u - 3 v <= 0.
    "radius, cells of a pair that touches": ([BENT], """
        question radius|norm linf|center 0|ball 1|inactive|pairs 1|patches|s 0 0|.|.|pairs|d|c .0:1|c .|c .|
        end lower 1 local 1 upper none""", [("c .0:1", "c .", "4.8"), ("c .0:1", "c .0:-1", "4.8")]),
    # |x| turns at 0.
    "j0": ([ABS], """
        question j0|norm linf|domain -1:1|ball 1|inactive|cover locus 1|s 0 -1b-1|-|s 0 1b-1|b -1b-2 1b-2|+|
        end boxes 1 width 1 open 0""",
        [("|-|", "|+|", "4.3"), ("b -1b-2 1b-2", "b 1b-3 1b-2", "4.3"), ("b -1b-2", "b 0", "4.3"),
         ("b -1b-2", "b -3b-2", "4.3"),
         ("b -1b-2 1b-2", "?", "4.6"), ("b -1b-2 1b-2", "+", "4.3"),
         ("s 0 -1b-1|-|s 0 1b-1|b -1b-2 1b-2|+", "s 0 0|-|+", "4.3"), ("width 1 ", "width 1b-1 ", "4.6"),
         ("locus 1|", "locus 1b-1|", "4.5")]),
    # Beside the fold: in [0, 1] the branch x < 0 has points of the box in its closure, but none inside of the domain;
    # of [-1, -1/2] it is the other way round: x < 0 on it, so x > 0 does not come near.
    "j0, cells": ([ABS], """
        question j0|norm linf|domain 0:1|ball 1b-1|inactive|cover locus 1b-1|c s0 . x0:1|
        end boxes 0 width 0 open 0""",
        [("domain 0:1", "domain -1b-3:7b-3", "4.4"), ("s0 . x0:1", "s0 . .", "4.4"), ("s0 . x0:1", ".", "4.4"),
         ("s0 . x0:1", "s0 .0 x0:1", "4.4"), ("x0:1", "x0:0", "4.4"), ("x0:1", "x0:-1", "4.4"),
         ("open 0", "open 1", "4.6")]),
    "j0, cells beside a fold": ([ABS], """
        question j0|norm linf|domain -1:1|ball 1|inactive|cover locus 1|s 0 -1b-1|c s0 x0:1 .|b -1b-2 1b-2|
        end boxes 1 width 3b-1 open 0""",
        [("s 0 -1b-1|c", "s 0 0|c", "4.4"), ("b -1b-2 1b-2", "c s0 x0:1 .", "4.4")]),
    # A flat piece is no piece of one sign, and a box inside of it holds points of J0.
    "j0, a flat piece": ([RAMP], """
        question j0|norm linf|domain -1b1:-1|ball 1b-1|inactive|cover locus 1b-1|b 0 0|end boxes 1 width 1 open 0""",
        [("b 0 0|end boxes 1 width 1", "c .|end boxes 0 width 0", "4.4"), ("b 0 0", "+", "4.3")]),
    # The fold lies in the face of both boxes: the point 0 touches the pieces of -1/2 and 1/2.
    "j0, three points": ([ABS], """
        question j0|norm linf|domain -1:1|ball 1|inactive|cover locus 1|s 0 0|b 0 -1/3 1b-1|b 0 1 -1/3|
        end boxes 2 width 1 open 0""",
        [("b 0 -1/3 1b-1", "b -1b-2 -1/3 1b-1", "4.3"), ("b 0 -1/3 1b-1", "b 1b-2 1b-1 -1/3", "4.3"),
         ("b 0 -1/3 1b-1", "b 0 1/3 1b-1", "4.3"), ("b 0 -1/3 1b-1", "b 0 -4/3 1b-1", "4.3"),
         ("b 0 -1/3 1b-1", "b 0 0 1b-1", "4.3"), ("b 0 -1/3 1b-1", "b 0 -1/3 1b-1 0", "3")]),
    # The fold at 1/3 is an end of the domain; the box that stands for it begins before 1/3, where the sign is another.
    "j0, the box is larger than the domain": ([VALLEY], """
        question j0|norm linf|domain 1/3:1|ball 1|inactive|cover locus 1|c s0 . x0:1|end boxes 0 width 0 open 0""",
        [("c s0 . x0:1|end boxes 0 width 0", "b -6004799503160662b-54 0|end boxes 1 width 1", "4.3")]),
    # On x < 0 the second neuron is constantly 0, on x > 0 it is x: it is not 0 in passing.
    "j0, a neuron that is 0 on a piece": ([TWICE], """
        question j0|norm linf|domain -1:1|ball 1|inactive|cover locus 1|b -1b-1 1b-1|end boxes 1 width 2 open 0""",
        [("b -1b-1 1b-1", "b -1b-1 0", "4.3")]),
    # |x| + |y| = 0: on each piece the sums of the coordinates' sizes leave the corner alone.
    "preimages, a corner alone": ([LENGTH], """
        question preimages|norm linf|domain -1:1 -1:1|ball 1|inactive|value 0|point 0 0|cover points 1|
        c s0 s1 .0;0:-1;0:1,1:1 .0;0:-1;0:1,1:1 s1 .0;0:-1;0:1,1:1 .0;0:-1;0:1,1:1|
        end values 1 points 1 flats 0 open 0""",
        [(".0;0:-1;0:1,1:1", ".0;0:-1;0:1", "4.4"), (".0;0:-1;0:1,1:1", ".0", "4.4"),
         (".0;0:-1;0:1,1:1", ".0;;", "4.4"), (".0;0:-1;0:1,1:1", ".0;0:1;0:1,1:1", "4.4"),
         (".0;0:-1;0:1,1:1", ".0;0:-1;0:1,1:-1", "4.4"), (".0;0:-1;0:1,1:1", ".0;0:-1,0:-1;0:1,1:1", "4.4"),
         (".0;0:-1;0:1,1:1", ".0;0:-1;0:1,2:1", "4.4"), (".0;0:-1;0:1,1:1", ".1;0:-1;0:1,1:1", "3"),
         (".0;0:-1;0:1,1:1", ".;0:-1;0:1,1:1", "4.4"), (".0;0:-1;0:1,1:1", ".e0:-1;0:1,1:1", "4.4")]),
    # relu(x) + relu(y) = 0 where both are <= 0; the piece where both are positive touches that in 0 alone.
    "preimages, a piece touches a flat one": ([RAMPS], """
        question preimages|norm linf|domain -1:1 -1:1|ball 1|inactive|value 0|point 0 0|point -1 -1|
        flat|x 0 0|y -1 0|flat|x 0 0|y 0 -1|cover points 1|c s0 s1 .0;0:-1;0:1,1:1 .f1 s1 .f0 .f0|
        end values 1 points 2 flats 2 open 0""",
        [(".0;0:-1;0:1,1:1", ".1;0:-1;0:1,1:1", "4.4"), (".0;0:-1;0:1,1:1", ".f0", "4.4"),
         (".f1 s1", ".0;0:-1;0:1 s1", "4.4"), (".0;0:-1;0:1,1:1", ".0;0:-1;0:2,1:1", "4.4")]),
    # x + y = 2/3 in a corner of the domain, which the box exceeds a little.
    "preimages, a corner of the domain": ([ADD], """
        question preimages|norm linf|domain 1/3:1 1/3:1|ball 1|inactive|value 2/3|point 1/3 1/3|cover points 1|
        c .0;0:-1|end values 1 points 1 flats 0 open 0""",
        [(".0;0:-1", ".0;0:1", "4.4"), (".0;0:-1", ".e0:-1", "4.4"),
         ("value 2/3|point 1/3 1/3", "value 1|point 1/3 2/3", "4.4")]),
}


def test_the_source_is_not_the_network():
    """A proof holds wherever the numbers came from, and not of other numbers; the refusal names both hashes."""
    hashes = [network_hash(ABS), network_hash(ABS.replace(b"1:1b1", b"1:3"))]
    proof = (f"foldproof-proof 3\nnetwork {hashes[0]}\nquestion radius\nnorm linf\ncenter 1\nball 0\ninactive\n"
             "end lower 0 local 0 upper none\n")
    elsewhere = ABS.replace(b"source -", b"source " + b"0a" * 32)
    verdict = tiny_check.check(proof, elsewhere)
    assert verdict.status == "accepted" and verdict.statement == tiny_check.check(proof, ABS).statement
    verdict = tiny_check.check(proof, elsewhere.replace(b"1:1b1", b"1:3"))
    assert verdict.status == "unusable" and all(name in verdict.reason for name in hashes), str(verdict)


def check(networks, body, folder):
    """The small checker's verdict; the large one must agree."""
    lines = ["foldproof-proof 3", f"network {network_hash(networks[0])}"]
    lines += [f"second {network_hash(b)}" for b in networks[1:]]
    lines += [line for line in "".join(part.strip() for part in body.strip().split("\n")).split("|") if line]
    text = "".join(line + "\n" for line in lines)
    verdict = tiny_check.check(text, *networks)
    files = [folder / "proof", *(folder / f"weights{i}" for i in range(len(networks)))]
    for file, content in zip(files, [text.encode(), *networks]):
        file.write_bytes(content)
    large = subprocess.run([Path(PROGRAM).parent / "foldproof-check", *files], capture_output=True, text=True,
                           timeout=60)
    assert (large.returncode == 0) == (verdict.status == "accepted"), f"{verdict}\n{large.stdout}"
    if large.returncode == 0:
        assert large.stdout == "".join(line + "\n" for line in ("accepted", *verdict.statement))
    return verdict


@pytest.mark.parametrize("name", CASES)
def test_a_proof_that_holds_is_accepted(name, tmp_path):
    networks, body, _ = CASES[name]
    verdict = check(networks, body, tmp_path)
    assert verdict.status == "accepted", str(verdict)


@pytest.mark.parametrize("name, old, new, rule", [(name, *lie) for name, case in CASES.items() for lie in case[2]])
def test_a_lie_is_refused(name, old, new, rule, tmp_path):
    networks, body, _ = CASES[name]
    text = "".join(part.strip() for part in body.strip().split("\n"))
    assert text.count(old) >= 1, "the lie replaces nothing"
    verdict = check(networks, text.replace(old, new, 1), tmp_path)
    assert verdict.status == "rejected" and verdict.reason.startswith(f"{rule}:"), str(verdict)


def test_the_second_network_is_asked_for_by_factor_proofs_only(tmp_path):
    networks, body, _ = CASES["factor"]
    assert check(networks[:1], body, tmp_path).status == "rejected"
    assert check([ABS], CASES["j0"][1], tmp_path).status == "accepted"
    assert check([ABS, ABS], CASES["j0"][1], tmp_path).status == "rejected"
