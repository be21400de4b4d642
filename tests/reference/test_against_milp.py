"""The exact answers against an independent method: the published mixed-integer program, in HiGHS.

The program is asked a sixteenth below and above r* (the whole search ball where nothing collides): below it
must find no separated pair, above it must find one.  Its threshold and tolerances forbid a closer look.
Skipped where numpy, onnx or highspy (bench/requirements.txt) are not installed.
"""

import json
import sys
from argparse import Namespace
from fractions import Fraction
from pathlib import Path

import pytest

pytest.importorskip("highspy")
np = pytest.importorskip("numpy")
pytest.importorskip("onnx")

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS.parent / "bench"))
import baseline_milp  # noqa: E402

NETS = {f"{file}:{name}": entry for file in ("random_nets", "far_collision")
        for name, entry in json.loads((TESTS / "data" / f"{file}.json").read_text())["nets"].items()}
THRESHOLD = 1e-4


def decide(entry, radius):
    layers = [(np.array([[float(Fraction(v)) for v in row] for row in layer["W"]]),
               np.array([float(Fraction(v)) for v in layer["b"]])) for layer in entry["layers"]]
    center = np.array([float(Fraction(v)) for v in entry["centre"]])
    settings = Namespace(question="radius", second_layers=None, threshold=THRESHOLD, early_stop=True, solver="highs")
    return baseline_milp.decide(layers, center, float(radius), settings, 60.0)[0]


@pytest.mark.parametrize("name", list(NETS))
def test_radius(name):
    entry = NETS[name]
    if entry["r_star"] == "inf":
        assert decide(entry, Fraction(entry["search_radius"])) == "injective"
        return
    exact = Fraction(entry["r_star"])
    assert decide(entry, exact * Fraction(17, 16) if exact else Fraction(1)) == "pair"
    if exact:
        assert decide(entry, exact * Fraction(15, 16)) == "injective"
