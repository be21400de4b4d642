"""Orbits, maps and sweeps on the command line."""

import json
import shlex
from fractions import Fraction

import jsonschema
import numpy as np
import pytest

from networks import ROOT

NETS = ROOT / "tests" / "data" / "nets"
MAPS = ROOT / "maps"
SCHEMA = json.loads((ROOT / "docs" / "record.schema.json").read_text())


def obeys_schema(record):
    jsonschema.validate(record, SCHEMA, cls=jsonschema.Draft202012Validator)
    return record


def euler(field, tau):
    return lambda x: x + tau * field(x)


BRUSSELATOR = euler(lambda x: np.array([1 - 3.1 * x[0] + x[0] ** 2 * x[1], 2.1 * x[0] - x[0] ** 2 * x[1]]), 0.15)
VAN_DER_POL = euler(lambda x: np.array([x[1], (1 - x[0] ** 2) * x[1] - x[0]]), 0.2)


@pytest.mark.parametrize("name, step", [("brusselator", BRUSSELATOR), ("vanderpol", VAN_DER_POL)])
def test_an_orbit_of_a_map_is_what_numpy_computes(program, tmp_path, name, step):
    csv = tmp_path / "orbit.csv"
    done = program.run("orbit", MAPS / f"{name}.field", "--at", "0.5,1", "--steps", "50", "--skip", "3", "-o", csv)
    assert done.returncode == 0, done.stderr
    x = np.array([0.5, 1.0])
    orbit = [x := step(x) for _ in range(53)][2:]
    assert np.loadtxt(csv, delimiter=",") == pytest.approx(np.array(orbit), rel=1e-9)


def test_an_orbit_of_a_network_follows_its_exact_values(program, tmp_path):
    csv = tmp_path / "orbit.csv"
    done = program.run("orbit", NETS / "brus3_b.onnx", "--fix", "2=2.3", "--at", "1,2.5", "--steps", "6", "-o", csv)
    assert done.returncode == 0, done.stderr
    points = np.loadtxt(csv, delimiter=",")
    assert len(points) == 7 and list(points[0]) == [1, 2.5]
    for before, after in zip(points, points[1:]):
        at = ",".join(repr(float(entry)) for entry in before)
        value = program.answer("info", NETS / "brus3_b.onnx", "--fix", "2=2.3", "--at", at)["value_double"]
        assert after == pytest.approx(value, rel=1e-12)


def test_an_orbit_says_where_it_ends(program, tmp_path):
    csv = tmp_path / "orbit.csv"
    map_file = MAPS / "brusselator.field"
    record = obeys_schema(program.answer("orbit", map_file, "--at", "1,2.5", "--skip", "3000", "-o", csv))
    assert record["kind"] == "closed curve" and len(record["points"]) == 1001
    assert record["map"]["constants"]["tau"] == "3/20" and "network" not in record
    record = obeys_schema(program.answer("orbit", map_file, "--set", "b=1.5", "--at", "1,2.5", "--skip", "3000", "-o",
                                         csv))
    assert record["kind"] == "fixed point" and record["points"][-1] == pytest.approx([1, 1.5])
    record = obeys_schema(program.answer("orbit", map_file, "--at", "50,50", "-o", csv))
    assert record["kind"] == "escapes" and record["escaped"] < 20
    record = obeys_schema(program.answer("orbit", NETS / "brus_A.onnx", "--at", "1,2.5", "--thin", "10", "-o", csv))
    assert record["stride"] == 101 and len(record["points"]) == 10 and record["network"]["inputs"] == 2


def test_bad_orbits_and_maps(program, tmp_path):
    map_file = MAPS / "brusselator.field"
    program.refuses("orbit", map_file, "--at", "1", says=["1 coordinate ", "2 inputs"])
    program.refuses("orbit", map_file, "--at", "1,2", "--steps", "0", says=["--steps", "from 1"])
    program.refuses("orbit", map_file, "--at", "1,2", "--set", "nu=1", says=["no constant 'nu'", "a, b, tau"])
    program.refuses("orbit", map_file, "--at", "1,2", "--set", "tau", says=["NAME=VALUE"])
    program.refuses("orbit", map_file, "--at", "1,2", "--fix", "0=1", says=["--set"])
    program.refuses("orbit", NETS / "brus_A.onnx", "--at", "1,2", "--set", "b=1", says=["--fix"])
    program.refuses("orbit", NETS / "brus3_b.onnx", "--at", "1,2,3", says=["3 free inputs to 2 outputs", "--fix"])
    program.refuses("orbit", tmp_path / "none.field", "--at", "1,2", says=["cannot be read"])
    program.refuses("orbit", map_file, "--at", "1,2", "--json", "-", says=["-o orbit.csv"])
    broken = tmp_path / "broken.field"
    broken.write_text("x' = 1\ny' = 2 * (x +\ntau = 1\n")
    program.refuses("orbit", broken, "--at", "1,2", says=["broken.field, line 2, column"])
    broken.write_bytes(b"\xff\xfe\x00x' = 1")
    program.refuses("orbit", broken, "--at", "1,2", says=["line 1, column 1"])


def cubic_preimages(b, tau, value):
    """The Brusselator's preimages from equation (12), with a = 1, by numpy."""
    total, slope = sum(value) - tau, 1 - tau  # x + y + tau (1 - x) = total + tau
    roots = np.roots([tau * slope, -tau * total, tau * b - slope, total - value[1]])
    real = sorted(root.real for root in roots if abs(root.imag) < 1e-9)
    return [(x, total - slope * x) for x in real]


@pytest.mark.parametrize("value", [(1, 2), (0.5, -1), (-2, 3), (4, 5.5)])
def test_preimages_of_the_brusselator(program, value):
    record = obeys_schema(program.answer("preimages", MAPS / "brusselator.field", f"--of={value[0]},{value[1]}"))
    [found] = record["sets"]
    expected = cubic_preimages(2.1, 0.15, value)
    assert found["complete"] and found["count"] == len(expected)
    for point, x in zip(found["points"], expected):
        assert point["x"] == pytest.approx(x, rel=1e-9)
        assert BRUSSELATOR(np.array(point["x"])) == pytest.approx(np.array(value), rel=1e-9, abs=1e-9)
        for (lower, upper), entry in zip(point["box"], point["x"]):
            assert Fraction(lower) <= Fraction(upper) and float(Fraction(lower)) == pytest.approx(entry)


def test_preimages_of_the_image_of_a_point(program):
    record = obeys_schema(program.answer("preimages", MAPS / "vanderpol.field", "--at", "1/3,2", "--box=0:1,0:3"))
    [found] = record["sets"]
    assert record["status"] == "solved" and found["count"] == 1
    assert all(Fraction(lower) <= x <= Fraction(upper)
               for (lower, upper), x in zip(found["points"][0]["box"], [Fraction(1, 3), 2]))


def test_the_fold_of_a_map(program):
    record = obeys_schema(program.answer("j0", MAPS / "brusselator.field", "--box=-4:4,-9:10"))
    assert record["status"] == "solved" and record["grid"]["open_cells"] == 0
    x, y = np.array(record["points"]).T
    tau, b = 0.15, 2.1
    determinant = (1 + tau * (2 * x * y - b - 1)) * (1 - tau * x**2) - tau**2 * x**2 * (b - 2 * x * y)
    assert np.abs(determinant).max() < 1e-12 and len(record["lines"]) == 2
    for line in record["lines"]:  # each branch runs from edge to edge
        for x, y in (record["points"][line[0]], record["points"][line[-1]]):
            assert min(abs(abs(x) - 4), abs(y + 9), abs(y - 10)) < 1e-12
    record = obeys_schema(program.answer("j0", MAPS / "quadratic.field", "--box=-10:10"))
    assert record["points"] == [[-0.5]] and len(record["zeros"]) == 1  # 1 + (2 x - 1) / 2 = 0


@pytest.mark.parametrize("arguments, words", [
    (["preimages", "brusselator", "--of=1,2", "--box=-8:8,-8:8"],
     ["Exactly 3 preimages", "det J &lt; 0", "(1.01487886", '"kind": "preimages"']),
    (["preimages", "brusselator", "--at=1,2"], ["Exactly 3 preimages", '"kind": "preimages"']),
    (["preimages", "brusselator", "--of=@values.csv"], ["All preimages of 2 outputs"]),
    (["preimages", "quadratic", "--of=0.1"], ["Exactly 2 preimages", "0.4746794"]),
    (["preimages", "quadratic", "--of=-9"], ["No preimage"]),
    (["j0", "brusselator", "--box=-3:3,-3:3"],
     ["Where the map folds", "2 polylines", "-51/400*x^2", '"kind": "preimages"']),
    (["j0", "quadratic", "--box=-3:3"], ["1 zero in the interval", "(-0.5)"]),
    (["j0", "quadratic", "--box=0:3"], ["No fold in the interval"]),
])
def test_the_pages_of_maps(program, tmp_path, arguments, words):
    question, name, *rest = arguments
    (tmp_path / "values.csv").write_text("1,2\n0.3,0.1\n")
    page, record, again = (tmp_path / file for file in ("map.html", "map.json", "again.html"))
    done = program.run(question, ROOT / "maps" / f"{name}.field", *rest, "--report", page, "--json", record, "--quiet",
                       cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert program.run("report", record, "-o", again).returncode == 0
    for html in (page.read_text(), again.read_text()):
        for word in (*words, f"{name}.field"):
            assert word in html, word


def test_bad_questions_about_maps(program, tmp_path):
    map_file = MAPS / "brusselator.field"
    program.refuses("preimages", map_file, "--of", "1", says=["1 coordinate ", "2 inputs"])
    program.refuses("preimages", map_file, "--of", "1,2", "--box", "0:1", says=["1 interval ", "2 inputs"])
    program.refuses("j0", map_file, "--box", "0:1", says=["1 interval ", "2 inputs"])
    program.refuses("j0", map_file, says=["--box is required"])
    program.refuses("j0", map_file, "--box", "0:1,0:1", "--ply", "x.ply", says=["--ply is for networks"])
    space = tmp_path / "space.field"
    space.write_text("x' = y\ny' = z\nz' = x\ntau = 1\n")
    program.refuses("preimages", map_file, "--at", "1,2", "--proof", "x.proof", says=["--proof is for networks"])
    program.refuses("preimages", map_file, says=["--of Y"])
    program.refuses("preimages", NETS / "brus_A.onnx", "--at", "1,2", says=["--box is required"])
    program.refuses("preimages", space, "--of", "1,2,3", says=["3 states"])
    program.refuses("j0", space, "--box", "0:1,0:1,0:1", says=["3 states"])
    program.refuses("radius", map_file, "--at", "1,2", says=["brusselator.field"])


def brackets(record):
    return [(point["answer"]["radius"]["lower_exact"], point["answer"]["radius"]["upper_exact"])
            for point in record["points"]]


def test_a_sweep_gives_the_answers_of_single_questions(program):
    net = NETS / "brus3_b.onnx"
    sweep = obeys_schema(program.answer("radius", net, "--at", "1,2.1", "--sweep", "2=2:2.5:4"))
    assert [point["value_exact"] for point in sweep["points"]] == ["2", "13/6", "7/3", "5/2"]
    assert sweep["status"] == "solved" and sweep["asked"] == "radius"
    for point, bracket in zip(sweep["points"], brackets(sweep)):
        alone = program.answer("radius", net, "--at", "1,2.1", "--fix", f"2={point['value_exact']}", "--threads", "1")
        assert bracket == (alone["radius"]["lower_exact"], alone["radius"]["upper_exact"])
        assert point["answer"]["proof"]["checked"] and alone["proof"]["checked"]
        assert point["answer"]["network"]["fixed"] == {"2": point["value_exact"]}
        assert point["answer"]["proof"]["network_sha256"] == alone["proof"]["network_sha256"]
        assert point["answer"]["witness"] == alone["witness"]
    least = sweep["least"]
    lowest = min(sweep["points"], key=lambda point: point["answer"]["radius"]["upper"])
    assert least["index"] == lowest["index"] and least["upper"] == lowest["answer"]["radius"]["upper"]
    assert least["lower"] == min(point["answer"]["radius"]["lower"] for point in sweep["points"])


def test_a_sweep_along_an_orbit(program, tmp_path):
    orbit, net = tmp_path / "orbit.csv", NETS / "brus_A.onnx"
    orbit.write_text("# from somewhere\nx;y\n1;2.1\n\n2;0.4\n1/3;2.5e0\n")
    sweep = obeys_schema(program.answer("radius", net, "--along", orbit))
    assert [point["at_exact"] for point in sweep["points"]] == [["1", "2.1"], ["2", "0.4"], ["1/3", "2.5e0"]]
    for point, bracket in zip(sweep["points"], brackets(sweep)):
        alone = program.answer("radius", net, "--at", ",".join(point["at_exact"]), "--threads", "1")
        assert bracket == (alone["radius"]["lower_exact"], alone["radius"]["upper_exact"])
    one_thread = program.answer("radius", net, "--along", orbit, "--threads", "1")
    assert brackets(one_thread) == brackets(sweep)


def test_a_sweep_of_problem_2(program):
    net = NETS / "brus3_b.onnx"
    sweep = obeys_schema(program.answer("pseudo", net, "--at", "1,2.1", "--sweep", "2=2:2.5:2"))
    assert sweep["asked"] == "pseudo" and sweep["status"] == "solved"
    for point, bracket in zip(sweep["points"], brackets(sweep)):
        alone = program.answer("pseudo", net, "--at", "1,2.1", "--fix", f"2={point['value_exact']}", "--threads", "1")
        assert bracket == (alone["radius"]["lower_exact"], alone["radius"]["upper_exact"])


def test_a_sweep_keeps_a_proof_per_point_and_makes_a_page(program, tmp_path):
    net, folder = NETS / "brus3_b.onnx", tmp_path / "a" / "proofs"
    record, page = tmp_path / "s.json", tmp_path / "s.html"
    done = program.run("radius", net, "--at", "1,2.1", "--sweep", "2=2.5:2:3", "--proof", folder, "--json", record,
                       "--report", page)
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()
    assert [row.split()[:2] for row in rows[:4]] == [["point", "input"], ["0", "2.5"], ["1", "2.25"], ["2", "2"]]
    assert sorted(file.name for file in folder.iterdir()) == [f"point-000{k}.proof" for k in range(3)]
    for k, value in enumerate(["2.5", "2.25", "2"]):
        assert program.run("check", folder / f"point-000{k}.proof", net, "--fix", f"2={value}").returncode == 0
    assert program.run("check", folder / "point-0000.proof", net, "--fix", "2=2").returncode == 2
    again = tmp_path / "again.html"
    assert program.run("report", record, "-o", again).returncode == 0
    for html in (page.read_text(), again.read_text()):
        assert "Least radius 1." in html and "--sweep 2=2.5:2:3" in html


def test_a_point_that_fails_keeps_its_sentence(program, tmp_path):
    orbit = tmp_path / "orbit.csv"
    orbit.write_text("1,2.1\n9,9\n")
    record = program.answer("radius", NETS / "brus_A.onnx", "--along", orbit, "--domain", "0:2,1:3", code=3)
    assert obeys_schema(record)["status"] == "open"
    assert record["points"][0]["answer"]["status"] == "solved" and record["points"][0]["failure"] is None
    assert record["points"][1]["answer"] is None and "outside the domain" in record["points"][1]["failure"]
    orbit.write_text("8,8\n8,8\n")
    program.refuses("radius", NETS / "brus_A.onnx", "--along", orbit, "--domain", "0:2,1:3",
                    says=["outside the domain"])


def test_a_stopped_sweep_keeps_what_is_done(program):
    record = obeys_schema(program.answer("radius", NETS / "brus3_b.onnx", "--at", "1,2.1", "--sweep", "2=2:2.5:3000",
                                         "--time", "2", code=3))
    assert record["status"] == "stopped" and record["stop_reason"] == "time"
    done = [point["answer"] for point in record["points"] if point["answer"]]
    assert 0 < len(done) < 3000 and len(record["points"]) == 3000
    assert all(answer["proof"]["checked"] for answer in done)
    assert record["least"]["lower"] == min(answer["radius"]["lower"] for answer in done)


def test_bad_sweeps(program, tmp_path):
    net, orbit = NETS / "brus3_b.onnx", tmp_path / "orbit.csv"

    def refused(sweep, *says, more=()):
        program.refuses("radius", net, "--at", "1,2.1", "--sweep", sweep, *more, says=says)

    refused("2=2:3:0", "count of --sweep", "from 2")
    refused("2=2:3:1", "count of --sweep", "from 2")
    refused("2=2:2:5", "one value", "--fix 2=2")
    refused("3=2:3:5", "input 3 cannot be fixed", "0 to 2")
    refused("2=2:3", "INPUT=FIRST:LAST:COUNT")
    refused("2=2:z:5", "'z' is not a number")
    refused("2=2:3:5", "both swept and fixed", more=["--fix", "2=2"])
    refused("2=2:3:5", "leave out --at", more=["--along", orbit])
    program.refuses("radius", net, "--at", "1", "--sweep", "2=2:3:5",
                    says=["1 coordinate ", "2 free inputs", "the sweep freezes input 2"])
    program.refuses("radius", net, says=["--at is required"])
    program.refuses("radius", net, "--fix", "2=2", "--along", orbit, says=["cannot be read"])
    orbit.write_text("")
    program.refuses("radius", net, "--fix", "2=2", "--along", orbit, says=["holds no point"])
    orbit.write_text("# nothing\nx,y\n")
    program.refuses("radius", net, "--fix", "2=2", "--along", orbit, says=["holds no point"])
    orbit.write_text("1,2\n1,2,3\n")
    program.refuses("radius", net, "--fix", "2=2", "--along", orbit, says=["line 2", "3 numbers", "2 are expected"])
    orbit.write_text("1,2\n1,nan\n")
    program.refuses("radius", net, "--fix", "2=2", "--along", orbit, says=["line 2", "'nan'"])
    orbit.write_text("1,2\n")
    (tmp_path / "file").write_text("")
    program.refuses("radius", net, "--fix", "2=2", "--along", orbit, "--proof", tmp_path / "file", says=["folder"])


def test_the_commands_of_the_page(program, tmp_path):
    page = (ROOT / "docs" / "dynamics.md").read_text().replace("\\\n", "")
    commands = [line for line in page.splitlines() if line.startswith("foldproof ")]
    assert len(commands) > 1
    for folder in ("maps", "tests"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    for command in commands:
        done = program.run(*shlex.split(command)[1:], cwd=tmp_path)
        assert done.returncode == 0, (command, done.stderr)
