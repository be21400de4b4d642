"""Tests of the reference answers: the zoo, the shipped files, and statements that need no brute force."""

import json
import random
from pathlib import Path

import pytest

from brute_force import Network, Square, check_zoo, local_radius, rational, solve, text
from brute_force_norms import answers, plane_networks

TESTS = Path(__file__).resolve().parents[1]
FILES = {name: json.loads((TESTS / "data" / f"{name}.json").read_text())["nets"]
         for name in ("random_nets", "far_collision")}
ENTRIES = [(file, name) for file, nets in FILES.items() for name in nets]


def norm(x, centre):
    return max(abs(rational(v) - rational(c)) for v, c in zip(x, centre))


def test_zoo():
    assert check_zoo(TESTS / "zoo.json") == 0


def test_enough_networks_of_every_kind():
    nets = FILES["random_nets"].values()
    assert len(nets) == 200 and sum(len(e["centre"]) == 1 for e in nets) == 100
    kinds = {kind for e in nets for kind in e["pair_kind"]}
    assert kinds == {"fold", "flat", "branch", "collision"}
    dimensions = [len(e["centre"]) for e in FILES["far_collision"].values()]
    assert dimensions.count(2) >= 3 and dimensions.count(3) >= 2


@pytest.mark.parametrize("file,name", ENTRIES)
def test_weights_are_float32_numbers(file, name):
    for layer in FILES[file][name]["layers"]:
        for value in [v for row in layer["W"] for v in row] + layer["b"]:
            value = rational(value)
            d = value.denominator
            assert d & (d - 1) == 0 and abs(value.numerator) < 2 ** 24


@pytest.mark.parametrize("file,name", ENTRIES)
def test_witness_collides_and_is_not_nearer(file, name):
    entry = FILES[file][name]
    if entry["r_star"] == "inf":
        return
    network = Network(entry["layers"])
    x, y = ([rational(v) for v in p] for p in entry["witness"])
    assert x != y and network.evaluate(x) == network.evaluate(y)
    assert max(norm(x, entry["centre"]), norm(y, entry["centre"])) >= rational(entry["r_star"])


@pytest.mark.parametrize("name", [n for n, e in FILES["random_nets"].items() if len(e["centre"]) == 1])
def test_one_dimension_is_monotonicity(name):
    """n = 1: r* is the distance to the nearest extremum or flat piece, so no far collision comes first."""
    entry = FILES["random_nets"][name]
    local = local_radius(Square(Network(entry["layers"]), entry["centre"]), entry["search_radius"])[1]
    assert entry["r_star"] == ("inf" if local is None else text(local))


@pytest.mark.parametrize("name", [n for n, e in FILES["random_nets"].items() if len(e["centre"]) == 2])
def test_radius_does_not_exceed_local_radius(name):
    """Equal unless the points stay apart."""
    entry = FILES["random_nets"][name]
    local = local_radius(Square(Network(entry["layers"]), entry["centre"]), entry["search_radius"])[1]
    if entry["r_star"] == "inf":
        assert local is None
    elif set(entry["pair_kind"]) == {"collision"}:
        assert local is None or local >= rational(entry["r_star"])
    else:
        assert local == rational(entry["r_star"])


@pytest.mark.parametrize("name", list(FILES["random_nets"])[::10])
def test_scaling_and_permuting_change_nothing_else(name):
    """f(2 x) has half the radius; permuting neurons and outputs leaves it alone."""
    entry = FILES["random_nets"][name]
    layers = json.loads(json.dumps(entry["layers"]))
    order = list(range(len(layers[0]["W"])))
    random.Random(5).shuffle(order)
    layers[0] = {"W": [[text(2 * rational(w)) for w in layers[0]["W"][k]] for k in order],
                 "b": [layers[0]["b"][k] for k in order]}
    layers[1]["W"] = [[row[k] for k in order] for row in layers[1]["W"]]
    layers[-1] = {key: value[::-1] for key, value in layers[-1].items()}
    centre = [rational(v) / 2 for v in entry["centre"]]
    answer = solve(Square(Network(layers), centre), rational(entry["search_radius"]) / 2)
    assert entry["r_star"] == ("inf" if answer.radius is None else text(2 * answer.radius))
    assert list(answer.kinds) == entry["pair_kind"]


@pytest.mark.parametrize("name", ["branch2_corner", "branch4", "branch4_b", "2d_001", "2d_021", "2d_055", "2d_097"])
def test_radii_in_other_norms(name):
    """The shipped file is what the program writes; balls of one radius lie in each other, so radii rise to l1."""
    saved = json.loads((TESTS / "data" / "norms.json").read_text())["nets"][name]
    file, entry = plane_networks()[name]
    assert saved == {"file": file, **answers(entry)}
    if saved["l2_squared"] != "inf":
        low, high = map(rational, saved["l2_squared"])
        linf = rational(entry.get("r_star", entry.get("r_star_Linf")))
        assert linf ** 2 <= high and low <= high < low * (1 + rational("1/1073741824"))
        assert saved["l1"] == "inf" or low <= rational(saved["l1"]) ** 2
