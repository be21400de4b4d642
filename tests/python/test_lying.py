"""A solver that lies must not be believed: whatever it gets wrong, the answer is withdrawn and the exit code is 4.

`foldproof-lying` (tests/lying) is foldproof with one part after another answering wrongly.  Every lie is told about
networks whose exact radius is known: without the checker (--no-check) the answer is then false where FALSE stands
below, so that it is the checker alone that stands between it and the user; where TRUE stands, the answer happens to
be right and only its proof is worth nothing.  Either way nothing may be claimed.  The second half replaces the checker
by programs that refuse, crash or talk nonsense.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest

from networks import PROGRAM, ROOT, evaluate, network_hash, save_layers, zoo_layers

LYING = Path(os.environ.get("FOLDPROOF_LYING", Path(PROGRAM).parent / "foldproof-lying"))
FALSE, TRUE = True, False
QUICK = ["--threads", "1", "--json", "-"]
FAR = json.loads((ROOT / "tests" / "data" / "far_collision.json").read_text())["nets"]


def fractions(rows):
    return [[Fraction(w) for w in row] for row in rows]


def far_layers(name):
    return [(fractions(layer["W"]), [Fraction(b) for b in layer["b"]]) for layer in FAR[name]["layers"]]


def with_a_third_coordinate(layers):
    """(x, y, z) -> (f(x, y), z), for two affine layers."""
    (first, first_bias), (last, last_bias) = layers
    width = len(first)
    return [(fractions([row + [0] for row in first] + [[0, 0, 1], [0, 0, -1]]), first_bias + [Fraction(0)] * 2),
            (fractions([row + [0, 0] for row in last] + [[0] * width + [1, -1]]), last_bias + [Fraction(0)])]


ZIGZAG = [(fractions([[1], [1], [1], [-1]]), [Fraction(b) for b in (-1, -2, 0, 0)]),
          (fractions([[-4, 4, 1, -1]]), [Fraction(0)])]
DATA = ROOT / "tests" / "data" / "nets"

# Layers or a file; the point; the largest radius; r* if it is below that, else None; the nearest sign change or None.
NETWORKS = {
    "abs1d": (zoo_layers("abs1d"), "1", 3, 1, 1),
    "abs1d_2": (zoo_layers("abs1d"), "1", 2, 1, 1),                                   # hinge where boxes are cut
    "zigzag": (ZIGZAG, "0", 4, 1, 1),
    "clamp": (zoo_layers("clamp1d"), "1/4", 3, Fraction(1, 4), None),
    "plateau": (zoo_layers("plateau1d"), "0", 4, 1, None),
    "shift_fold": (zoo_layers("shift_fold"), "0,0", 3, Fraction(1, 2), Fraction(1, 2)),
    "hat": (zoo_layers("hat_fold"), "1/4,1/8", 2, Fraction(1, 4), Fraction(1, 4)),    # injective around the fold
    "hat_off": (zoo_layers("hat_fold_off"), "-1,-1", 3, 1, 1),
    "branch": (zoo_layers("branch2"), "1,1", 2, 1, None),
    "branch_off": (zoo_layers("branch2"), "1,0", 2, 1, None),
    "spiral": (far_layers("spiral"), "0,0", 3, Fraction(3, 2), None),
    "branch_3d": (with_a_third_coordinate(zoo_layers("branch2")), "1,1,0", 2, 1, None),
    "spiral_3d": (far_layers("space_spiral"), "0,0,0", 2, Fraction(4, 3), None),
    "curve": (zoo_layers("alpha_curve"), "2", 6, Fraction(5, 2), None),               # two outputs of one input
    "tame": (zoo_layers("pmat_ok"), "0,0", 2, None, None),
    "brusselator": (ROOT / "nets" / "brusselator.onnx", "1,2.1", 2, Fraction("0.8198785"), Fraction("0.8198785")),
    "lorenz": (DATA / "lorenz3_32x2.onnx", "0,0,0", 1, Fraction("0.800188"), Fraction("0.800188")),
    "lorenz_inside": (DATA / "lorenz3_32x2.onnx", "0,0,0", "1/2", None, None),        # one preconditioner is enough
}

# The lie, where it is told, and whether the answer without a checker is false.
LIES = [
    ("leaf", "shift_fold", FALSE), ("leaf", "spiral", FALSE), ("leaf", "brusselator", FALSE), ("leaf", "lorenz", FALSE),
    ("small-leaf", "abs1d", FALSE), ("small-leaf", "plateau", FALSE), ("small-leaf", "brusselator", TRUE),
    ("sign,blind", "abs1d_2", FALSE), ("sign,blind", "zigzag", FALSE), ("sign,blind,coarse,cells", "hat", FALSE),
    ("bounds", "shift_fold", FALSE), ("bounds", "branch", FALSE), ("bounds", "lorenz", FALSE),
    ("slopes", "hat_off", FALSE), ("slopes", "spiral", FALSE), ("slopes", "brusselator", FALSE),
    ("secant", "branch", FALSE), ("secant", "spiral", FALSE), ("secant", "lorenz", TRUE),
    ("definite", "lorenz", FALSE), ("matrix", "lorenz_inside", TRUE),
    ("monotone", "branch_3d", FALSE), ("monotone", "spiral_3d", FALSE), ("monotone", "lorenz", FALSE),
    ("cells,blind,coarse", "abs1d", FALSE), ("cells,blind,coarse", "plateau", FALSE),
    ("cells,blind,coarse", "clamp", FALSE), ("cells,blind,coarse", "brusselator", FALSE),
    ("farkas,blind,coarse", "clamp", FALSE), ("farkas,blind,coarse", "hat_off", FALSE),
    ("farkas,blind,coarse", "lorenz", FALSE), ("sign,blind,coarse,farkas", "hat", FALSE),
    ("pairs", "branch", FALSE), ("pairs", "spiral", FALSE), ("pairs", "branch_3d", FALSE),
    ("pairs", "shift_fold", TRUE),
    ("pairs-secant", "branch_off", FALSE), ("pairs-secant", "spiral", FALSE), ("pairs-secant", "brusselator", TRUE),
    ("pair-cells", "curve", FALSE),
    ("collision", "abs1d", FALSE), ("collision", "spiral", FALSE), ("collision", "brusselator", FALSE),
    ("nearer", "clamp", FALSE), ("nearer", "branch_off", FALSE), ("nearer", "lorenz", FALSE),
    ("invented", "tame", FALSE), ("invented", "lorenz_inside", FALSE),
    ("evaluate,bounds", "curve", FALSE), ("evaluate,bounds", "clamp", FALSE),
    ("determinant", "abs1d", TRUE), ("determinant", "tame", TRUE), ("determinant", "spiral", TRUE),
    ("zero", "shift_fold", FALSE), ("zero", "spiral", FALSE), ("zero", "lorenz", FALSE),
    ("presolve", "shift_fold", FALSE), ("presolve", "branch_3d", FALSE), ("presolve", "tame", TRUE),
    ("merge", "abs1d", FALSE), ("merge", "branch_off", FALSE), ("merge", "hat_off", FALSE),
    ("weights", "abs1d", TRUE), ("weights", "branch_off", TRUE), ("weights", "lorenz", TRUE),
    ("lower", "abs1d", FALSE), ("lower", "branch", FALSE), ("lower", "lorenz", FALSE),
    ("local", "abs1d", FALSE), ("local", "shift_fold", FALSE), ("local", "tame", TRUE),
    ("upper", "abs1d", FALSE), ("upper", "spiral", FALSE), ("upper", "brusselator", FALSE),
    ("answer", "abs1d", FALSE), ("answer", "spiral", FALSE), ("answer", "brusselator", FALSE),
    ("centre", "abs1d", FALSE), ("centre", "shift_fold", FALSE), ("centre", "spiral", FALSE),
    ("drop", "abs1d", TRUE), ("drop", "shift_fold", TRUE), ("drop", "branch_off", TRUE), ("drop", "lorenz", TRUE),
    ("whole", "branch_off", TRUE), ("whole", "spiral", TRUE), ("whole", "brusselator", TRUE),
    ("flip", "abs1d", TRUE), ("flip", "branch_off", TRUE), ("flip", "tame", TRUE), ("flip", "branch_3d", TRUE),
    ("flip", "lorenz", TRUE),
    ("functional", "branch_off", TRUE), ("functional", "branch_3d", TRUE), ("functional", "lorenz", TRUE),
    ("point", "abs1d", TRUE), ("point", "spiral", TRUE), ("point", "brusselator", TRUE),
]

# Lies that do no harm here: nothing asks the part that lies, or what it says holds. The answer must be right.
HARMLESS = [("leaf", "tame"), ("sign", "abs1d"), ("bounds", "tame"), ("secant", "clamp"), ("definite", "clamp"),
            ("monotone", "shift_fold"), ("evaluate", "abs1d"), ("evaluate", "branch_3d"), ("upper", "tame"),
            ("whole", "shift_fold"), ("blind", "abs1d"), ("coarse", "spiral")]


class Lying:
    def __init__(self, folder):
        self.folder = folder

    def arguments(self, name):
        network, at, most, _, _ = NETWORKS[name]
        if not isinstance(network, Path):
            file = self.folder / f"{name}.onnx"
            network = file if file.exists() else save_layers(file, network)
        return ["radius", network, f"--at={at}", "--max-radius", most]

    def run(self, lie, *arguments, time=20):
        environment = {**os.environ, "FOLDPROOF_LIE": lie}
        command = [LYING, *map(str, arguments), *QUICK, "--time", str(time)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
        assert done.returncode in (0, 1, 3, 4), done.stderr
        return done

    def record(self, lie, *arguments, codes=(0, 3)):
        done = self.run(lie, *arguments)
        assert done.returncode in codes, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def lying(tmp_path_factory):
    if not LYING.is_file():
        assert "FOLDPROOF" in os.environ, f"{LYING} is not built; configure with -DFOLDPROOF_TESTS=ON"
        pytest.skip(f"{LYING} is not there")
    return Lying(tmp_path_factory.mktemp("lying"))


def false_claims(record, name):
    """What the record claims although it is not so."""
    network, at, most, radius, sign_change = NETWORKS[name]
    lower, upper = Fraction(record["radius"]["lower_exact"]), record["radius"]["upper_exact"]
    end = radius or Fraction(float(Fraction(most)))
    found = []
    if lower > end:
        found.append("lower")
    if upper is not None and Fraction(upper) < end:
        found.append("upper")
    if sign_change and Fraction(record["local_lower"]) > sign_change:
        found.append("local")
    if record["status"] == "solved" and upper is None and lower < Fraction(most):
        found.append("solved")
    if record["witness"] and not isinstance(network, Path):
        x, y = ([Fraction(entry) for entry in record["witness"][point]] for point in ("x_exact", "y_exact"))
        distance = max(abs(v - Fraction(c)) for point in (x, y) for v, c in zip(point, at.split(",")))
        scaled = "scale_exact" in record["witness"] and Fraction(upper) == 0
        if x == y or evaluate(network, x) != evaluate(network, y) or (distance > Fraction(upper) and not scaled):
            found.append("witness")
    return found


def assert_withdrawn(done):
    """Exit code 4, loudly, and a record that claims nothing."""
    assert done.returncode == 4, (done.returncode, done.stdout, done.stderr)
    assert "BUG" in done.stderr and "do not rely on it" in done.stderr
    record = json.loads(done.stdout)
    assert record["proof"]["checked"] is False and record["proof"]["refused"]
    assert record["status"] == "open" and record["stop_reason"] == "refused"
    assert record["witness"] is None and record["limit"] is None and record["resisting_place"] is None
    if record["question"] == "injective":
        assert record["verdict"] == "open"
    else:
        assert record["radius"] == {"lower": 0.0, "upper": None, "lower_exact": "0", "upper_exact": None,
                                    "upper_squared_exact": None}
        assert record["local_lower"] == 0
    return record


@pytest.mark.parametrize("name", NETWORKS)
def test_without_a_lie(lying, name):
    record = lying.record("", *lying.arguments(name), codes=(0,))
    assert record["proof"]["checked"] is True and record["proof"]["attempts"] == 1 and record["status"] == "solved"
    assert false_claims(record, name) == []
    assert (record["radius"]["upper"] is None) == (NETWORKS[name][3] is None)


# The proof is refused, and a second search, which knows the pair from its beginning, has no use for the lie.
MENDED = {("functional", "branch_3d"), ("farkas,blind,coarse", "hat_off")}


@pytest.mark.parametrize("lie,name,false", LIES)
def test_a_lie_is_not_believed(lying, lie, name, false):
    unchecked = lying.record(lie, *lying.arguments(name), "--no-check")
    assert bool(false_claims(unchecked, name)) == false, (false_claims(unchecked, name), unchecked["radius"])
    if (lie, name) in MENDED:
        record = lying.record(lie, *lying.arguments(name), codes=(0,))
        assert record["proof"]["checked"] is True and record["proof"]["attempts"] == 2
        assert false_claims(record, name) == []
        return
    assert_withdrawn(lying.run(lie, *lying.arguments(name)))


@pytest.mark.parametrize("lie,name", HARMLESS)
def test_lies_that_do_no_harm(lying, lie, name):
    record = lying.record(lie, *lying.arguments(name))
    assert record["proof"]["checked"] is True and false_claims(record, name) == []


def test_every_lie_is_told():
    source = (ROOT / "tests" / "lying" / "lies.cpp").read_text()
    known = re.findall(r'"([a-z-]+)"', source[source.index("known{"):source.index("};", source.index("known{"))])
    told = {lie for lies, _, _ in LIES for lie in lies.split(",")} | {
        "read", "domain", "closed", "witness", "locus-cells", "point-cells"}
    assert told == set(known)


def test_an_unknown_lie_is_an_error(lying):
    done = subprocess.run([LYING, *map(str, lying.arguments("abs1d"))], capture_output=True, text=True,
                          env={**os.environ, "FOLDPROOF_LIE": "nonsense"})
    assert done.returncode == 99 and "nonsense" in done.stderr


@pytest.mark.parametrize("lie,box,verdict,false", [
    ("leaf,blind", "-1:2", "proved", FALSE), ("small-leaf,blind", "-1:3", "proved", FALSE),
    ("bounds,blind", "-1:3", "proved", FALSE),
    ("domain", "-1:4", "proved", FALSE), ("presolve", "-1:2", "proved", FALSE),
    ("invented", "1/2:2", "refuted", FALSE), ("collision", "-1:2", "refuted", TRUE), ("flip", "1/2:2", "proved", TRUE)])
def test_lies_about_a_box(lying, lie, box, verdict, false):
    """The network is |x|: injective on a box that does not hold 0 inside."""
    question = ["injective", lying.arguments("abs1d")[1], f"--box={box}"]
    unchecked = lying.record(lie, *question, "--no-check", codes=(0, 1))
    assert unchecked["verdict"] == verdict
    assert ((verdict == "proved") != (Fraction(box.split(":")[0]) >= 0)) == false
    assert_withdrawn(lying.run(lie, *question))


def withdrawn(done):
    record = json.loads(done.stdout)
    assert done.returncode == 4 and "do not rely on it" in done.stderr and record["stop_reason"] == "refused"
    return record


def test_a_lie_about_cells_that_touch(lying):
    """Boxes along a face of the domain that lies in hinges go to the cells that touch them."""
    net = save_layers(lying.folder / "hat.onnx", zoo_layers("hat_fold"))
    assert lying.record("", "j0", net, "--box=0:1,0:1", codes=(0,))["proof"]["checked"]
    record = withdrawn(lying.run("locus-cells", "j0", net, "--box=0:1,0:1"))
    assert record["points"] == record["lines"] == [] and record["enclosure"] == {"boxes": 0, "open": 0, "width": 0}


@pytest.mark.parametrize("name, value, box", [("plateau1d", "1", "-3:3"), ("abs1d", "0", "-1:2")])
def test_a_lie_about_cells_with_preimages(lying, name, value, box):
    """A whole segment of preimages, and one on a hinge, are said not to be there."""
    net = save_layers(lying.folder / f"{name}.onnx", zoo_layers(name))
    question = ["preimages", net, f"--of={value}", f"--box={box}"]
    (unchecked,) = lying.record("point-cells", *question, "--no-check", codes=(0,))["sets"]
    assert unchecked["complete"] and unchecked["points"] == unchecked["flats"] == []
    assert withdrawn(lying.run("point-cells", *question))["sets"] == []


def test_a_smaller_domain_is_another_question(lying):
    question = ["radius", lying.arguments("abs1d")[1], "--at=1", "--domain=-1/2:3"]
    unchecked = lying.record("domain", *question, "--no-check")
    assert unchecked["limit"] == "none_within_domain" and unchecked["radius"]["lower"] > 1
    record = assert_withdrawn(lying.run("domain", *question))
    assert "another statement" in record["proof"]["refused"]


@pytest.mark.parametrize("lie", ["read", "weights"])
def test_the_weights_file_is_the_ground(lying, lie):
    """A proof is about its weights file. If that is not the network of the ONNX file, a proof may be right and beside
    the point: no checker of proofs can see it. The hash shows it: the exporter in Python shares no code with ours."""
    name = {"read": "branch_off", "weights": "tame"}[lie]
    honest, deceived = (lying.record(told, *lying.arguments(name)) for told in ("", lie))
    assert deceived["proof"]["checked"] is True
    if lie == "read":
        assert false_claims(deceived, name) != []
    exporter = ROOT / "checker" / "python" / "export_weights.py"
    sys.path.insert(0, str(exporter.parent))
    from export_weights import weights_text
    right = network_hash(weights_text(str(lying.arguments(name)[1])).encode())
    assert honest["proof"]["network_sha256"] == right != deceived["proof"]["network_sha256"]


@pytest.mark.parametrize("question", [["radius", "--at=1", "--max-radius=3"], ["injective", "--box=-1:2"]])
def test_a_search_that_calls_itself_closed(lying, question):
    """Solved, and nothing up to the largest radius, with a lower end below it: seen without a checker, too."""
    question = [question[0], lying.arguments("abs1d")[1], *question[1:]]
    for more in ([], ["--no-check"]):
        assert_withdrawn(lying.run("closed", *question, *more))


def test_the_pair_of_the_answer_is_that_of_the_proof(lying):
    unchecked = lying.record("witness", *lying.arguments("abs1d"), "--no-check")
    assert false_claims(unchecked, "abs1d") == ["witness"]
    record = assert_withdrawn(lying.run("witness", *lying.arguments("abs1d")))
    assert "another statement" in record["proof"]["refused"]


@pytest.mark.parametrize("lie,name,time", [("cells,blind,coarse", "brusselator", 0.05), ("small-leaf", "lorenz", 0.02),
                                           ("cells,blind,coarse", "brusselator", 0.1), ("definite", "lorenz", 0.01)])
def test_a_lie_in_a_run_that_is_stopped(lying, lie, name, time):
    """A stopped run may leave out what was refused, and counts it; or everything is withdrawn."""
    done = lying.run(lie, *lying.arguments(name), time=time)
    if done.returncode == 4:
        assert_withdrawn(done)
        return
    record = json.loads(done.stdout)
    assert record["proof"]["checked"] is True and false_claims(record, name) == []
    assert record["status"] == "stopped" or record["proof"]["refused_leaves"] == 0


# ---------------------------------------------------------------- checkers that are none

def fake(folder, script):
    file = folder / "fake-check"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


def ask(program, zoo, checker):
    return program.run("radius", zoo("abs1d"), "--at", "1", "--max-radius", "3", *QUICK, errors="replace",
                       env={**os.environ, "FOLDPROOF_CHECK": str(checker)})


REAL = Path(PROGRAM).parent / "foldproof-check"
STATEMENT = "question radius\nnorm linf\ncenter 1\nend lower 1 local 1 upper 3"


@pytest.mark.parametrize("script,attempts,says", [
    ("echo 'rejected: line 9: no'; exit 1", 3, "rejected: line 9: no"),
    ("exit 1", 3, "said nothing (exit code 1)"),
    ("echo 'unusable: no'; exit 2", 1, "unusable: no"),
    ("exit 0", 1, "said nothing (exit code 0)"),
    ("exit 77", 1, "said nothing (exit code 77)"),
    ("kill -SEGV $$", 1, f"signal {int(signal.SIGSEGV)}"),
    ("echo accepted; kill -KILL $$", 1, f"signal {int(signal.SIGKILL)}"),
    ("echo accepted; exit 1", 3, "accepted"),
    ("echo accepted", 1, "another statement"),
    (f"printf 'accepted\\nnetwork 00\\n{STATEMENT}\\n'", 1, "another statement"),
    (f"printf 'accepted\\n{STATEMENT}\\n'", 1, "another statement"),
    ("echo ' accepted'", 1, "accepted"),
    ("printf 'garbage, \\377\\376\\001 not UTF-8\\n'", 1, "garbage"),
    ("head -c 300000 /dev/zero", 1, ""),
])
def test_fake_checkers(program, zoo, tmp_path, script, attempts, says):
    done = ask(program, zoo, fake(tmp_path, script))
    record = assert_withdrawn(done)
    assert record["proof"]["attempts"] == attempts
    assert says in record["proof"]["refused"] and says in done.stderr


def test_the_real_statement_with_one_word_changed(program, zoo, tmp_path):
    for change in ("s/^end lower [^ ]*/end lower 3/", "s/upper [^ ]*$/upper 1/", "s/^center 1/center 2/",
                   "s/^norm linf/norm l2/", "$s/$/ /", "$a\\\nmore", "s/^network 0*./network /"):
        script = fake(tmp_path, f"'{REAL}' \"$@\" | sed -e '{change}'")
        assert "another statement" in assert_withdrawn(ask(program, zoo, script))["proof"]["refused"]
    assert ask(program, zoo, fake(tmp_path, f"'{REAL}' \"$@\" | cat")).returncode == 0


def test_a_checker_that_says_no_once(program, zoo, tmp_path):
    script = fake(tmp_path, f"if mkdir '{tmp_path}/said'; then echo 'rejected: no'; exit 1; fi; exec '{REAL}' \"$@\"")
    done = ask(program, zoo, script)
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["proof"]["attempts"] == 2 and record["proof"]["checked"] is True
    assert record["proof"]["refused"] is None and record["status"] == "solved"


def test_a_box_and_a_checker_that_says_no(program, zoo, tmp_path):
    script = fake(tmp_path, "echo 'rejected: no'; exit 1")
    for box in ("1/2:2", "-1:2"):
        done = program.run("injective", zoo("abs1d"), f"--box={box}", *QUICK,
                           env={**os.environ, "FOLDPROOF_CHECK": str(script)})
        assert_withdrawn(done)


def test_a_refusal_in_words(program, zoo, tmp_path):
    script = fake(tmp_path, "echo 'rejected: no'; exit 1")
    page = tmp_path / "page.html"
    done = program.run("radius", zoo("abs1d"), "--at", "1", "--report", page, "--proof", tmp_path / "kept",
                       env={**os.environ, "FOLDPROOF_CHECK": str(script)})
    assert done.returncode == 4 and str(tmp_path / "kept") in done.stderr and "BUG" in done.stderr
    assert "on the ball" not in done.stdout and "refuted at" not in done.stdout
    assert "REFUSED" in done.stdout and "withdrawn" in done.stdout
    assert "0.99999" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("script", ["printf 'garbage, \\377\\033[2J\\001'", "head -c 300000 /dev/zero"])
def test_what_a_checker_says_is_quoted_with_care(program, zoo, tmp_path, script):
    done = ask(program, zoo, fake(tmp_path, script))
    assert_withdrawn(done)
    assert len(done.stderr) < 3000 and all(c.isprintable() for line in done.stderr.splitlines() for c in line)


@pytest.mark.parametrize("what", ["missing", "folder", "not executable", "not a program"])
def test_no_checker(program, zoo, tmp_path, what):
    file = tmp_path / "check"
    if what == "folder":
        file.mkdir()
    elif what != "missing":
        file.write_bytes(b"\x00\x01")
        file.chmod(0o755 if what == "not a program" else 0o644)
    done = ask(program, zoo, file)
    assert done.returncode == 2, done.stderr
    assert str(file) in done.stderr and "BUG" not in done.stderr and done.stdout == ""


def test_interrupted_while_the_checker_works(zoo, tmp_path):
    """A terminal sends Ctrl-C to both; what was not checked by then is not claimed, and it is nobody's fault."""
    script = fake(tmp_path, f"touch '{tmp_path}/begun'; exec sleep 30")
    running = subprocess.Popen([PROGRAM, "radius", zoo("abs1d"), "--at", "1", *QUICK], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                               env={**os.environ, "FOLDPROOF_CHECK": str(script)})
    while not (tmp_path / "begun").exists() and running.poll() is None:
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGINT)
    output, words = running.communicate(timeout=20)
    assert running.returncode == 3 and "BUG" not in words
    assert json.loads(output)["stop_reason"] == "interrupt" and json.loads(output)["radius"]["lower"] == 0


def test_no_checker_beside_the_program(zoo, tmp_path):
    alone = tmp_path / "foldproof"
    alone.write_bytes(Path(PROGRAM).read_bytes())
    alone.chmod(0o755)
    environment = {name: text for name, text in os.environ.items() if name != "FOLDPROOF_CHECK"}
    done = subprocess.run([alone, "radius", zoo("abs1d"), "--at", "1"], capture_output=True, text=True, env=environment)
    assert done.returncode == 2 and done.stdout == "", done.stderr
    assert "foldproof-check" in done.stderr and "--no-check" in done.stderr
    done = subprocess.run([alone, "radius", zoo("abs1d"), "--at", "1", "--no-check"], capture_output=True, text=True,
                          env=environment)
    assert done.returncode == 0 and "not checked" in done.stdout
