"""Norms and scales from the command line to the record, the proof and the page."""

import gzip
import json
import math
import random
import sys
from fractions import Fraction

import pytest
from networks import ROOT, ZOO, save_layers

sys.path.insert(0, str(ROOT / "checker" / "python"))
import tiny_check, tiny_network  # noqa: E401, E402

SOME = ("abs1d", "clamp1d", "branch2_corner", "branch2_off", "branch4_b", "hat_fold_off", "plateau1d", "pmat_bad",
        "pmat_ok", "shear2", "shift_fold")


@pytest.mark.parametrize("question", ["radius", "pseudo"])
@pytest.mark.parametrize("norm", ["linf", "l1", "l2"])
@pytest.mark.parametrize("name", SOME)
def test_both_checkers_accept_weighted_balls(program, zoo, name, norm, question, tmp_path):
    centre = [str(Fraction(v)) for v in ZOO[name]["centre"]]
    scale = ["2", "1/3"][:len(centre)]
    proof, weights = tmp_path / "ball.proof", tmp_path / "net.weights"
    record = program.answer(question, zoo(name), "--at=" + ",".join(centre), "--norm", norm, "--scale", ",".join(scale),
                            "--gap", "1e-3", "--threads", "1", "--proof", proof)
    assert record["proof"]["checked"] and record["proof"]["attempts"] == 1
    assert (record["norm"], record["scale"], record["center_exact"]) == (norm, scale, centre)
    assert program.run("export", zoo(name), "-o", weights).returncode == 0
    theirs = tiny_check.check(proof.read_bytes(), weights.read_bytes())
    assert theirs.code == 0, theirs
    lines = gzip.decompress(proof.read_bytes()).decode().splitlines()
    assert lines[3] == f"norm {norm}" and lines[4].startswith("scale ")
    if not record["witness"] or record["radius"]["upper_exact"] == "0":
        return
    # The refuted radius is the witness's own, in the norm that was asked for.
    sizes = []
    for point in (record["witness"]["x_exact"], record["witness"]["y_exact"]):
        sizes.append([abs((Fraction(v) - Fraction(c)) / Fraction(s)) for v, c, s in zip(point, centre, scale)])
    upper = Fraction(record["radius"]["upper_exact"])
    if norm == "l2":
        squared = max(sum(v * v for v in size) for size in sizes)
        assert squared == Fraction(record["radius"]["upper_squared_exact"])
        assert squared <= upper ** 2 <= squared * (1 + Fraction(1, 2 ** 48))
    else:
        assert upper == max((max if norm == "linf" else sum)(size) for size in sizes)
        assert record["radius"]["upper_squared_exact"] is None


@pytest.mark.parametrize("norm", ["l1", "l2"])
@pytest.mark.parametrize("seed", range(6))
def test_parts_of_boxes_in_balls_are_enclosed(seed, norm):
    """The second checker's enclosures hold at the points of boxes that lie in the ball, of boxes cut from them, too."""
    rng = random.Random(seed)

    def grid(low, high):
        return Fraction(rng.randrange(8 * low, 8 * high + 1), 8)
    rows = {j: (grid(-1, 1), {i: c for i in range(2 + j) if (c := grid(-1, 1))}) for j in range(6)}
    outputs = [(grid(-1, 1), {i: grid(-1, 1) for i in range(8)}) for _ in range(2)]
    network = tiny_check.Network(2, rows, outputs, [grid(-1, 1), grid(-1, 1)])
    box = [(low := grid(-2, 1), low + grid(1, 2)) for _ in range(2)]
    r = (sum(tiny_network.nearest(box)) + sum(tiny_network.farthest(box))) / (2 if norm == "l1" else 3)
    whole = tiny_check.Region(network, box, ball=(norm, r))
    halves = whole.cut(network, ["s", "1", str(sum(box[1]) / 2)])
    inside = better = 0
    for region in (whole, *halves):
        alone = tiny_check.Region(network, region.box)
        better += sum(alone.bounds[j] != region.bounds[j] for j in rows)
        for _ in range(40):
            u = [low + (high - low) * Fraction(rng.randrange(9), 8) for low, high in region.box]
            if tiny_check.compare(list(map(abs, u)), norm, r) > 0:
                continue
            inside += 1
            pre, f = network.at([a + network.inputs[i][0] for i, a in enumerate(u)])
            assert all(region.bounds[j][0] <= z <= region.bounds[j][1] for j, z in pre.items())
            ends = [region.limits(form) for form in region.outputs]
            assert all(low <= y <= high for (low, high), y in zip(ends, f))
    assert inside > 20 and better > 0


def test_the_page_draws_the_body_that_was_asked_for(program, tmp_path):
    layers = [([[1, 2], [-1, -2], [1, 0], [-1, 0]], [-4, 4, 0, 0]), ([[1, 1, 0, 0], [0, 0, 1, -1]], [0, 0])]
    network = save_layers(tmp_path / "crease.onnx", layers)
    for norm, scale, corners in (("l1", None, 4), ("l2", None, None), ("l2", "1,1/2", None), ("linf", "1,1/2", 4)):
        page, result = tmp_path / "page.html", tmp_path / "result.json"
        extra = ["--scale", scale] if scale else []
        done = program.run("radius", network, "--at", "0,0", "--norm", norm, *extra, "--gap", "1e-3", "--json", result,
                           "--report", page)
        assert done.returncode == 0, done.stderr
        record = json.loads(result.read_text())
        view = next(v for v in record["picture"]["views"] if v["role"] == "plane")
        outline = view["lower"]
        assert corners is None or len(outline) == corners
        s = [float(Fraction(v)) for v in (scale or "1,1").split(",")]
        p = {"linf": math.inf, "l1": 1, "l2": 2}[norm]
        for point in outline:
            d = [abs(v / w) for v, w in zip(point, s)]
            size = max(d) if p == math.inf else sum(v ** p for v in d) ** (1 / p)
            assert math.isclose(size, record["radius"]["lower"], rel_tol=1e-3)
        text = page.read_text()
        assert ("weighted" in text) == bool(scale) and (norm == "linf" or "|" in text)
        # The page from the record alone tells how to ask again.
        assert program.run("report", result, "-o", page).returncode == 0
        text = page.read_text()
        assert (f"--norm {norm}" in text) == (norm != "linf") and (not scale or f"--scale {scale}" in text)
