"""Problem 3 on the command line: the record, the two proofs, the page."""

import json
from fractions import Fraction

import jsonschema
import pytest
from networks import ROOT, save_layers
from test_proofs import tiny_check, weights_of

SCHEMA = json.loads((ROOT / "docs" / "record.schema.json").read_text())
# A = (x, relu(y - 1)), B = (2x, relu(y - 2)), with x = relu(x) - relu(-x): r_AB is infinite, r_BA = 1.
FORGETS = [([[1, 0], [-1, 0], [0, 1]], [0, 0, -1]), ([[1, -1, 0], [0, 0, 1]], [0, 0])]
FORGETS_MORE = [([[1, 0], [-1, 0], [0, 1]], [0, 0, -2]), ([[2, -2, 0], [0, 0, 1]], [0, 0])]


@pytest.fixture
def two(tmp_path):
    return save_layers(tmp_path / "a.onnx", FORGETS), save_layers(tmp_path / "b.onnx", FORGETS_MORE)


def test_record_and_both_proofs(program, two, tmp_path):
    a, b = two
    proof = tmp_path / "two.proof"
    record = program.answer("factor", a, b, "--at", "0,0", "--max-radius", "4", "--proof", proof)
    jsonschema.validate(record, SCHEMA)
    assert record["r_AB"]["radius"] == {"lower": 4, "upper": None, "lower_exact": "4", "upper_exact": None,
                                        "upper_squared_exact": None}
    assert Fraction(record["r_BA"]["radius"]["lower_exact"]) <= 1 <= Fraction(record["r_BA"]["radius"]["upper_exact"])
    witness = record["r_BA"]["witness"]
    assert witness["b_x_exact"] != witness["b_y_exact"]
    other = tmp_path / "two.ba.proof"
    for file, first, second in ((proof, a, b), (other, b, a)):
        assert program.run("check", file, first, second).returncode == 0
        assert program.run("check", file, second, first).returncode == 2  # other weights
        (tmp_path / "1").mkdir(exist_ok=True)
        (tmp_path / "2").mkdir(exist_ok=True)
        weights = [weights_of(program, net, tmp_path / folder).read_bytes()
                   for net, folder in ((first, "1"), (second, "2"))]
        verdict = tiny_check.check(file.read_bytes(), *weights)
        assert verdict.code == 0, verdict


def test_page_tells_both_directions(program, two, tmp_path):
    a, b = two
    page = tmp_path / "two.html"
    assert program.run("factor", a, b, "--at", "0,0", "--max-radius", "4", "--report", page).returncode == 0
    text = page.read_text()
    for words in ("r_AB", "r_BA", "equal outputs of A make equal outputs of B", 'id="pictures"', "B(x) = B(y)"):
        assert words in text
    # From the record alone the same page comes out, but for the command.
    record = tmp_path / "two.json"
    assert program.run("factor", a, b, "--at", "0,0", "--max-radius", "4", "--json", record).returncode == 0
    assert program.run("report", record, "-o", tmp_path / "again.html").returncode == 0
    assert "foldproof factor" in (tmp_path / "again.html").read_text()


def test_page_of_unlike_numbers_of_outputs_draws_the_balls(program, two, tmp_path):
    a, page = two[0], tmp_path / "one.html"
    done = program.run("factor", a, a, "--outputs", "0", "--outputs-b", "1", "--at", "0,0", "--max-radius", "4",
                       "--report", page)
    assert done.returncode == 0, done.stderr
    assert "Both balls" in page.read_text() and "<svg" in page.read_text()
    assert 'id="pictures"' not in page.read_text()


def test_weighted_balls(program, two):
    a, b = two
    record = program.answer("factor", a, b, "--at", "0,0", "--max-radius", "4", "--scale", "1,1/2")
    assert record["r_BA"]["radius"]["lower"] <= 2 <= record["r_BA"]["radius"]["upper"]


def test_outputs_are_chosen_for_each(program, two):
    a, b = two
    record = program.answer("factor", a, b, "--at", "0,0", "--max-radius", "4", "--outputs", "0", "--outputs-b", "1")
    assert (record["networks"]["A"]["outputs"], record["networks"]["B"]["outputs"]) == (1, 1)
    assert record["r_AB"]["radius"]["upper"] == pytest.approx(2, rel=1e-5)
