"""The call at the foot of a page asks the same question again."""

import html
from fractions import Fraction
from pathlib import Path

import pytest

import foldproof
from foldproof._call import call

ROOT = Path(__file__).resolve().parents[2]
BRUSSELATOR = "nets/brusselator.onnx"


def asked(answer):
    names = ("question", "network", "networks", "norm", "scale", "domain", "center_exact", "box", "verdict", "sets",
             "points")
    return {name: answer.record[name] for name in names if name in answer.record}


def brackets(answer):
    return [answer.record[name].get("radius", answer.record[name]) for name in ("radius", "r_AB", "r_BA")
            if name in answer.record]


@pytest.mark.parametrize("ask", [
    lambda: foldproof.radius(BRUSSELATOR, at=["1", "2.1"]),
    lambda: foldproof.radius("tests/data/nets/brus3_b.onnx", at=[1, 2], fix={2: "2.2"}, norm="l1", scale=[1, "1/2"],
                             domain=[(0, 2), ("1.5", 3)]),
    lambda: foldproof.pseudo(BRUSSELATOR, at=["1", "2.1"], norm="l2"),
    lambda: foldproof.injective(foldproof.load(BRUSSELATOR, outputs=[1, 0]), box=[(0, 1), (0, 1)]),
    lambda: foldproof.preimages(BRUSSELATOR, of=[["1", "2"], ["0.9", "2.1"]], box=[(0, 1), (1, 2)]),
    lambda: foldproof.j0(BRUSSELATOR, box=[(0, 1), (0, 1)]),
    lambda: foldproof.factor("paper/nets/vdp_A.onnx", "paper/nets/vdp_B1.onnx", at=[0, 0]),
], ids=["radius", "radius with everything", "pseudo", "injective", "preimages", "j0", "factor"])
def test_gives_the_same_answer(ask, monkeypatch):
    monkeypatch.chdir(ROOT)
    first = ask()
    again = eval(call(first.record), {"foldproof": foldproof})
    assert asked(again) == asked(first)
    # Any two true brackets overlap, whatever the threads did.
    for one, two in zip(brackets(first), brackets(again), strict=True):
        assert (one["upper"] is None) == (two["upper"] is None)
        assert one["upper"] is None or (one["lower"] <= two["upper"] and two["lower"] <= one["upper"])
    assert call(first.record) in html.unescape(first.html())


def test_a_network_that_is_no_file_has_a_name():
    net = foldproof.load([([[2.0]], [1.0])], name="mine")
    named = call(foldproof.radius(net, at=[0]).record)
    assert named == "# net is what was asked about here: 'mine'\nfoldproof.radius(net, at=[0])"
    assert foldproof.from_json(eval(named, {"foldproof": foldproof, "net": net}).to_json()).center_exact == (0,)
    both = call(foldproof.factor(net, net, at=[0]).record).splitlines()
    assert [line[:3] for line in both] == ["# a", "# b", "fol"] and both[2].startswith("foldproof.factor(a, b, at=")


@pytest.mark.parametrize("exact, written", [
    (Fraction(1), "1"), (Fraction(-3), "-3"), (Fraction(0.1), "0.1"), (Fraction(1, 10), "'0.1'"),
    (Fraction(21, 10), "'2.1'"), (Fraction(-1, 1000), "'-0.001'"), (Fraction(1, 3), "'1/3'"), (Fraction(1, 4), "0.25"),
    (Fraction(10)**400 + Fraction(1, 3), None), (Fraction(1, 10**40), None)])
def test_numbers_are_written_shortly_and_exactly(exact, written):
    answer = foldproof.pseudo([([[1.0]], [0.0])], at=[exact], max_radius="0.01")
    text = call(answer.record).rpartition("at=")[2][1:-2]
    assert text == (written or repr(str(exact)))
    assert foldproof.load([([[1.0]], [0.0])]).exact([eval(text)]) == (exact,)
