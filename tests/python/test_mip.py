"""The published method on the command line: its words, its record, and its programs in other solvers' hands."""

import json
import signal
import subprocess

import jsonschema
import numpy as np
import pytest

from networks import ROOT, save_layers

highspy = pytest.importorskip("highspy")
pyscipopt = pytest.importorskip("pyscipopt")

SCHEMA = json.loads((ROOT / "docs" / "record.schema.json").read_text())


def layers_of(seed, width=5):
    """A random network of two inputs and outputs with small weights."""
    random = np.random.default_rng(seed)
    sizes = [2, width, 2]
    return [(random.integers(-8, 9, (m, n)) / 4, random.integers(-8, 9, m) / 8) for n, m in zip(sizes, sizes[1:])]


def optimum_in_highs(path):
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)  # HiGHS keeps the first number of threads that a process asks for
    assert solver.readModel(str(path)) == highspy.HighsStatus.kOk
    assert solver.getObjectiveSense()[1] == highspy.ObjSense.kMaximize
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return solver.getInfo().objective_function_value


def optimum_in_scip(path):
    solver = pyscipopt.Model()
    solver.hideOutput()
    solver.readProblem(str(path))
    solver.optimize()
    assert solver.getStatus() == "optimal"
    solution = solver.getBestSol()
    return solver.getObjVal(), {v.name: solver.getSolVal(solution, v) for v in solver.getVars(transformed=False)}


def test_a_certified_ball_that_holds_an_exact_pair(program, zoo):
    """Pairs t, -t of |x| lie in the ball of radius 1 + t around 1: half the threshold away the program sees none."""
    network = zoo("abs1d")
    options = ["--at", 1, "--max-radius", 4, "--method", "mip", "--threshold", 0.5]
    record = program.answer("radius", network, *options)
    jsonschema.validate(record, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert record["method"] == "mip" and record["proof"] is None
    assert record["says"] == "according to the MILP, within its tolerances and threshold"
    assert abs(record["radius"]["lower"] - 1.25) < 1e-2
    disagreement = record["disagreement"]
    assert disagreement["about"] == "certified" and disagreement["mip_radius"] == record["radius"]["lower"]
    assert record["engine"]["proof"]["checked"]
    assert record["engine"]["radius"]["upper"] <= record["radius"]["lower"]
    words = program.run("radius", network, *options).stdout
    assert words.startswith("the engine: proved")  # before the MILP, which may take for ever
    assert "\naccording to the MILP, within its tolerances and its threshold 0.5: no pair in the ball" in words
    assert "they disagree" in words and "cannot see a pair that close" in words


def test_an_interrupted_milp_leaves_both_answers(program, nets, tmp_path):
    """The MILP of the default ball takes more than a minute, the engine a few milliseconds; Ctrl-C comes in between."""
    command = [program.path, "radius", nets / "brusselator.onnx", "--at", "1,2.1", "--method", "mip", "--quiet",
               "--json", tmp_path / "both.json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        engine = run.stdout.readline()  # seen while the MILP is being solved
        run.send_signal(signal.SIGINT)
        rest = run.stdout.read()
        assert run.wait(timeout=60) == 3
    assert engine.startswith("the engine: proved invertible on the ball of radius 0.8198782, refuted at 0.8198790")
    assert "according to the MILP" in rest and "stopped: interrupted" in rest
    record = json.loads((tmp_path / "both.json").read_text())
    assert record["stop_reason"] == "interrupt" and record["engine"]["status"] == "solved"


CREASE = [([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]], [0.0] * 4),
          ([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]], [0.0, 0.0])]  # f(x, y) = (|x|, y)


@pytest.mark.parametrize("options, radius", [(["--norm", "l1"], 1), (["--scale", "2,0.5"], 0.5),
                                             (["--norm", "l1", "--scale", "0.5,3"], 2)])
def test_norms_and_scales(program, tmp_path, options, radius):
    network = save_layers(tmp_path / "crease.onnx", CREASE)
    record = program.answer("radius", network, "--at", "1,0", "--max-radius", 8, "--method", "mip", *options)
    jsonschema.validate(record, SCHEMA, cls=jsonschema.Draft202012Validator)
    for bracket in (record["radius"], record["engine"]["radius"]):
        assert bracket["lower"] <= radius * 1.002 and bracket["upper"] >= radius * 0.999
        assert bracket["upper"] - bracket["lower"] <= 1e-3 * bracket["upper"]


@pytest.mark.parametrize("ending", ["lp", "mps"])
def test_round_balls_in_scip(program, tmp_path, ending):
    """Around (1, 0), (t, y) and (-t, y) lie in the disc of radius r if (1 + t)^2 + y^2 <= r^2: at most 2 (r - 1)
    apart."""
    network, path = save_layers(tmp_path / "crease.onnx", CREASE), tmp_path / f"program.{ending}"
    for radius, apart in ((0.75, 0), (2, 2)):
        program.run("radius", network, "--at", "1,0", "--norm", "l2", "--max-radius", radius, "--write-model", path)
        value, columns = optimum_in_scip(path)
        assert abs(value - apart) < 1e-4
        for copy in "xy":
            assert (columns[copy + "0"] - 1) ** 2 + columns[copy + "1"] ** 2 <= radius**2 + 1e-4


def test_round_balls_of_a_network_in_scip(program, tmp_path):
    """The quadratic program sees no pair a sixteenth below the exact radius, and one a sixteenth above."""
    network, path = save_layers(tmp_path / "net.onnx", layers_of(4)), tmp_path / "program.lp"
    ball = ["--at", "0.5,-0.25", "--norm", "l2", "--scale", "1,2"]
    exact = program.answer("radius", network, *ball)["radius"]
    assert exact["lower"] > 0.05 and exact["upper"] is not None
    optima = []
    for radius in (exact["lower"] * 15 / 16, exact["upper"] * 17 / 16):
        program.run("radius", network, *ball, "--max-radius", radius, "--write-model", path)
        optima.append(optimum_in_scip(path)[0])
    assert optima[0] < 1e-4 < optima[1]


@pytest.mark.parametrize("name, at, radius", [("alpha_curve", "2", 2.5), ("first_output", "1,0", 0)])
def test_the_engine_answers_beside_it_for_unlike_numbers_of_outputs(program, zoo, tmp_path, name, at, radius):
    """alpha_curve maps a line to the plane and meets itself at 2.5; one output of two inputs is never injective."""
    first = [CREASE[0], ([CREASE[1][0][0]], [0.0])]
    network = zoo(name) if name == "alpha_curve" else save_layers(tmp_path / "first.onnx", first)
    record = program.answer("radius", network, "--at", at, "--max-radius", 4, "--method", "mip")
    jsonschema.validate(record, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert record["engine"]["proof"]["checked"]
    for bracket in (record["radius"], record["engine"]["radius"]):
        assert bracket["lower"] <= radius * 1.002 + 1e-4 and bracket["upper"] >= radius * 0.999


def test_where_both_agree(program, zoo):
    record = program.answer("radius", zoo("abs1d"), "--at", 1, "--max-radius", 4, "--method", "mip", "--big-m", "lp",
                            "--gap", 0.01)
    jsonschema.validate(record, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert record["disagreement"] is None
    assert record["settings"] == {"solver": "HiGHS", "threshold": 1e-4, "gap": 0.01, "big_m": "lp"}
    lower, upper = record["radius"]["lower"], record["radius"]["upper"]
    assert lower <= 1.0001 and upper >= 0.9999 and upper - lower <= 0.01 * upper
    assert record["engine"]["radius"]["upper"] - record["engine"]["radius"]["lower"] < 1e-5
    assert record["pair"]["image_gap"] < 1e-6 < record["pair"]["distance"]
    assert [p["radius"] for p in record["programs"][:2]] == [4, 2]


def test_the_page_shows_both_brackets_and_the_pair(program, zoo, tmp_path):
    result, page, again = tmp_path / "r.json", tmp_path / "r.html", tmp_path / "again.html"
    done = program.run("radius", zoo("abs1d"), "--at", 1, "--max-radius", 4, "--method", "mip", "--threshold", 0.5,
                       "--json", result, "--report", page)
    assert done.returncode == 0, done.stderr
    record, text = json.loads(result.read_text()), page.read_text()
    for words in ("The MILP and the exact answer disagree", "MILP: no pair up to", str(record["radius"]["lower"]),
                  "Two inputs, one output", record["engine"]["witness"]["x_exact"][0], "The pair of the MILP",
                  "What the MILP says is not a claim", "accepted by the checker"):
        assert words in text, words
    assert program.run("report", result, "-o", again).returncode == 0
    assert "--method mip --threshold 0.5 --gap 0.001 --big-m interval --max-radius 4" in again.read_text()


def test_problem_two(program, zoo, tmp_path):
    """|x| = 1 at -1 too: R = 2, which the program finds from above; written, its optimum is the distance."""
    path = tmp_path / "program.lp"
    record = program.answer("pseudo", zoo("abs1d"), "--at", 1, "--max-radius", 5, "--method", "mip", "--write-model",
                            path)
    jsonschema.validate(record, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert record["question"] == record["engine"]["question"] == "pseudo"
    assert record["radius"]["lower"] <= 2 <= record["radius"]["upper"] <= 2.01
    assert record["pair"]["y"] == [1] and abs(record["pair"]["x"][0] + 1) < 1e-6
    assert record["disagreement"] is None
    assert abs(optimum_in_highs(path) - 2) < 1e-6


ABS = [([[1.0], [-1.0]], [0.0, 0.0]), ([[1.0, 1.0]], [0.0])]
THREE_X = [([[1.0], [-1.0]], [0.0, 0.0]), ([[3.0, -3.0]], [0.0])]


@pytest.fixture
def two(tmp_path):
    """|x| and 3 x."""
    return save_layers(tmp_path / "a.onnx", ABS), save_layers(tmp_path / "b.onnx", THREE_X)


def test_problem_three(program, two, tmp_path):
    """Around 1 the balls above 1 hold pairs x, -x, which 3 x tells apart; |x| is a function of 3 x."""
    options = [*two, "--at", 1, "--max-radius", 4, "--method", "mip"]
    record = program.answer("factor", *options)
    jsonschema.validate(record, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert record["method"] == "mip" and record["proof"] is None
    ab, ba = record["r_AB"], record["r_BA"]
    assert ab["radius"]["lower"] <= 1.001 and 0.999 <= ab["radius"]["upper"] <= 1.002
    assert ab["pair"]["image_gap"] < 1e-6 < ab["pair"]["distance"]
    assert abs(3 * abs(ab["pair"]["x"][0] - ab["pair"]["y"][0]) - ab["pair"]["distance"]) < 1e-6
    assert ba["radius"] == {"lower": 4, "upper": None} and ba["pair"] is None
    assert ab["disagreement"] is None and ba["disagreement"] is None
    assert record["engine"]["r_AB"]["proof"]["checked"] and record["engine"]["r_BA"]["radius"]["lower"] == 4
    words = program.run("factor", *options).stdout
    assert words.startswith("the engine:\nr_AB: B is a function of A: proved on the ball")
    assert "\nr_AB according to the MILP, within its tolerances and its threshold 0.0001: no pair in " in words
    assert "\nr_BA according to the MILP" in words


def test_problem_three_certified_too_much(program, two, tmp_path):
    """At threshold 3 a pair t, -t with 6 t <= 3 goes unseen: r_AB up to 1.5 instead of 1."""
    result, page, again = tmp_path / "r.json", tmp_path / "r.html", tmp_path / "again.html"
    done = program.run("factor", *two, "--at", 1, "--max-radius", 4, "--method", "mip", "--threshold", 3, "--json",
                       result, "--report", page)
    assert done.returncode == 0, done.stderr
    record, text = json.loads(result.read_text()), page.read_text()
    jsonschema.validate(record, SCHEMA, cls=jsonschema.Draft202012Validator)
    disagreement = record["r_AB"]["disagreement"]
    assert disagreement["about"] == "certified" and abs(disagreement["mip_radius"] - 1.5) < 2e-3
    assert "exactly the same output of A" in disagreement["words"] and record["r_BA"]["disagreement"] is None
    assert "r_AB: they disagree: " + disagreement["words"] in done.stdout
    for words in ("The MILP and the exact answer disagree", "r_AB, MILP: no pair up to", "r_BA, MILP: no pair up to",
                  "two inputs, one output of A, two of B", "The pair of the MILP", "What the MILP says is not a claim",
                  record["engine"]["r_AB"]["witness"]["x_exact"][0]):
        assert words in text, words
    assert program.run("report", result, "-o", again).returncode == 0
    assert "--method mip --threshold 3 --gap 0.001 --big-m interval --max-radius 4" in again.read_text()


@pytest.mark.parametrize("ending", ["lp", "mps"])
def test_problem_three_written(program, two, tmp_path, ending):
    """5 and -5 have one |x|, within the ball 1 +- 6: their 3 x are 30 apart. With one 3 x there is one |x|."""
    path, other = tmp_path / f"program.{ending}", tmp_path / f"program.ba.{ending}"
    done = program.run("factor", *two, "--at", 1, "--max-radius", 6, "--write-model", path)
    assert done.returncode == 0 and done.stdout == ""
    assert abs(optimum_in_highs(path) - 30) < 1e-5 and abs(optimum_in_highs(other)) < 1e-5


@pytest.mark.parametrize("options, radius", [
    (["--norm", "l1"], 1), (["--scale", "2,0.5"], 0.5), (["--big-m", "lp"], 1)])
def test_problem_three_in_other_balls(program, tmp_path, options, radius):
    """(|x|, y) and x + y: the first folds along x = 0, and the second is its function where x > 0."""
    a = save_layers(tmp_path / "a.onnx", CREASE)
    b = save_layers(tmp_path / "b.onnx", [CREASE[0], ([[1.0, -1.0, 1.0, -1.0]], [0.0])])
    record = program.answer("factor", a, b, "--at", "1,0", "--max-radius", 8, "--method", "mip", *options)
    jsonschema.validate(record, SCHEMA, cls=jsonschema.Draft202012Validator)
    for bracket in (record["r_AB"]["radius"], record["engine"]["r_AB"]["radius"]):
        assert bracket["lower"] <= radius * 1.002 and bracket["upper"] >= radius * 0.999
    # Of two inputs B keeps one number: it certifies no ball.
    assert record["r_BA"]["radius"]["upper"] < 0.01 and record["engine"]["r_BA"]["radius"]["upper"] == 0


def test_problem_three_refuted_too_early(program, tmp_path):
    """1e-8 x and x: a row holds up to a tolerance, so the program calls 1e-8 x equal everywhere."""
    a = save_layers(tmp_path / "a.onnx", [([[1.0], [-1.0]], [0.0, 0.0]), ([[1e-8, -1e-8]], [0.0])])
    b = save_layers(tmp_path / "b.onnx", [([[1.0], [-1.0]], [0.0, 0.0]), ([[1.0, -1.0]], [0.0])])
    record = program.answer("factor", a, b, "--at", 1, "--max-radius", 4, "--method", "mip")
    assert record["engine"]["r_AB"]["radius"]["lower"] == 4
    if record["r_AB"]["radius"]["upper"] is not None:
        disagreement = record["r_AB"]["disagreement"]
        assert disagreement["about"] == "refuted" and "only up to" in disagreement["words"]


def test_problem_three_stopped_by_time(program, hard):
    network, at = hard
    record = program.answer("factor", network, network, "--at", at, "--method", "mip", "--time", 2, code=3)
    jsonschema.validate(record, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert record["r_AB"]["stop_reason"] == "time"


def test_problem_three_refuses(program, two, zoo, tmp_path):
    def refuses(*arguments, says=(), networks=two, at=1):
        program.refuses("factor", *networks, "--at", at, *arguments, says=says)

    before = sorted(tmp_path.iterdir())
    refuses("--method", "magic", says=["--method", "magic", "engine", "mip"])
    refuses("--threshold", 0.1, says=["--threshold", "--method mip"])
    refuses("--method", "mip", "--norm", "l2", says=["--norm l2", "--write-model", "SCIP"])
    refuses("--method", "mip", "--proof", tmp_path / "p", says=["--proof", "--method engine"])
    refuses("--write-model", tmp_path / "program.txt", says=["--write-model", ".lp", ".mps"])
    refuses("--write-model", tmp_path / "a.lp", "--json", "-", says=["--write-model", "--json", "--method mip"])
    refuses("--write-model", tmp_path / "no" / "a.lp", says=["--write-model", "a.lp"])
    for options in (["--method", "mip"], ["--write-model", tmp_path / "a.lp"]):
        refuses(*options, networks=(two[0], zoo("pmat_ok")), says=["1", "2", "free inputs"])
        refuses(*options, at="1,2", says=["2", "1"])
    assert sorted(tmp_path.iterdir()) == before


def test_more_outputs_than_inputs(program, tmp_path):
    network = save_layers(tmp_path / "tall.onnx",
                          [([[1.0], [-1.0]], [0.0, 0.0]), ([[1.0, 1.0], [2.0, 2.0]], [0.0, 1.0])])
    record = program.answer("radius", network, "--at", 1, "--max-radius", 4, "--method", "mip", "--gap", 0.01)
    jsonschema.validate(record, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert abs(record["radius"]["upper"] - 1) < 0.02


def test_stopped_by_time(program, hard):
    network, at = hard
    record = program.answer("radius", network, "--at", at, "--method", "mip", "--time", 1, code=3)
    jsonschema.validate(record, SCHEMA, cls=jsonschema.Draft202012Validator)
    assert record["status"] == "stopped" and record["stop_reason"] == "time"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("big_m", ["interval", "lp"])
def test_written_programs_read_back(program, tmp_path, seed, big_m):
    """LP and MPS, read by HiGHS, have one optimum: that of the same program when solved here."""
    network = save_layers(tmp_path / "net.onnx", layers_of(seed))
    optima = []
    for ending in ("lp", "mps"):
        path = tmp_path / f"program.{ending}"
        done = program.run("radius", network, "--at", "0.1,-0.2", "--max-radius", 1, "--write-model", path, "--big-m",
                           big_m)
        assert done.returncode == 0, done.stderr
        optima.append(optimum_in_highs(path))
    assert abs(optima[0] - optima[1]) < 1e-6
    record = program.answer("radius", network, "--at", "0.1,-0.2", "--max-radius", 1, "--method", "mip", "--gap", 0.9)
    assert (record["programs"][0]["verdict"] == "pair") == (optima[0] > 1e-4)


def test_writing_and_solving(program, zoo, tmp_path):
    path = tmp_path / "program.lp"
    done = program.run("radius", zoo("abs1d"), "--at", 1, "--max-radius", 4, "--method", "mip", "--write-model", path)
    assert done.returncode == 0 and "according to the MILP" in done.stdout
    assert optimum_in_highs(path) == 6


def test_bad_input(program, zoo, tmp_path):
    def refuses(*arguments, says=()):
        program.refuses("radius", zoo("abs1d"), "--at", 1, *arguments, says=says)

    refuses("--method", "magic", says=["--method", "magic", "engine", "mip"])
    refuses("--threshold", 0.1, says=["--threshold", "--method mip"])
    refuses("--big-m", "lp", says=["--big-m", "--method mip"])
    refuses("--method", "mip", "--threshold", 0, says=["--threshold", "positive"])
    refuses("--method", "mip", "--big-m", "guess", says=["big-M", "guess"])
    refuses("--method", "mip", "--norm", "l2", says=["--norm l2", "--write-model", "SCIP"])
    refuses("--method", "mip", "--proof", tmp_path / "p", says=["--proof", "--method engine"])
    refuses("--write-model", tmp_path / "program.txt", says=["--write-model", ".lp", ".mps"])
    refuses("--write-model", tmp_path / "no" / "program.lp", says=["--write-model", "program.lp"])
    refuses("--write-model", tmp_path / "a.lp", "--method", "engine", says=["--write-model", "engine"])
    refuses("--method", "mip", "--pseudo", says=["--pseudo", "pseudo"])
    refuses("--method", "mip", "--sweep", "0=1:2:3", says=["--sweep", "one"])
    for option, value in (("--json", "-"), ("--report", tmp_path / "r.html"), ("--gap", 0.1), ("--time", 1)):
        refuses("--write-model", tmp_path / "a.lp", option, value, says=["--write-model", option, "--method mip"])
    assert list(tmp_path.iterdir()) == []
