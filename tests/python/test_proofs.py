"""Proof files: both checkers accept them, the record states what they prove, and bad ones are refused in one
sentence."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction

import numpy as np
import onnx
import pytest
from networks import ROOT, ZOO, network_hash

sys.path.insert(0, str(ROOT / "checker" / "python"))
import tiny_check  # noqa: E402

NETS = ROOT / "tests" / "data" / "nets"
SQUARE = [name for name, net in ZOO.items() if len(net["layers"][0]["W"][0]) == len(net["layers"][-1]["W"])]
REAL = [("brus_A", "1,2.1"), ("vdp_A", "0,0"), ("toy1d_s1", "-1.0"), ("lorenz3_32x2", "0,0,0"), ("vdp_res1", "0,0")]


def number(text):
    """A number of a proof file."""
    if "b" in text:
        m, e = text.split("b")
        return Fraction(int(m)) * Fraction(2) ** int(e)
    return Fraction(text)


def last_line(path):
    return gzip.decompress(path.read_bytes()).decode().splitlines()[-1].split()


def weights_of(program, network, folder):
    path = folder / "net.weights"
    assert program.run("export", network, "-o", path).returncode == 0
    return path


def checker(program, proof, weights):
    return subprocess.run([os.path.join(os.path.dirname(program.path), "foldproof-check"), proof, weights],
                          capture_output=True, text=True)


def zoo_question(name):
    net = ZOO[name]
    at = ",".join(str(Fraction(c)) for c in net["centre"])
    return ["--at=" + at, "--max-radius", str(Fraction(net["search_radius"])), "--threads", "1"]


@pytest.mark.parametrize("name", SQUARE)
def test_both_checkers_agree_on_the_zoo(program, zoo, name, tmp_path):
    proof = tmp_path / "zoo.proof"
    record = program.answer("radius", zoo(name), *zoo_question(name), "--proof", proof)
    assert record["proof"]["checked"] and record["proof"]["attempts"] == 1
    assert record["proof"]["bytes"] == proof.stat().st_size
    weights = weights_of(program, zoo(name), tmp_path)
    assert record["proof"]["network_sha256"] == network_hash(weights.read_bytes())
    ours = checker(program, proof, weights)
    assert (ours.returncode, ours.stderr) == (0, "")
    theirs = tiny_check.check(proof.read_bytes(), weights.read_bytes())
    assert theirs.code == 0, theirs
    assert ours.stdout.splitlines()[-1].split() == last_line(proof)
    r_star = ZOO[name]["r_star_Linf"]
    lower, upper = last_line(proof)[2], last_line(proof)[6]
    if r_star != "inf":
        assert number(lower) <= Fraction(r_star) <= number(upper)
    # One part in a hundred more is refused by both, whatever the leaves say.
    text = gzip.decompress(proof.read_bytes()).decode()
    if number(lower) > 0:
        more = text.replace(f"end lower {lower} ", f"end lower {number(lower) * 101 / 100} ".replace("/1 ", " "))
        (tmp_path / "more.proof").write_text(more)
        assert checker(program, tmp_path / "more.proof", weights).returncode == 1
        assert tiny_check.check(more.encode(), weights.read_bytes()).code == 1


@pytest.mark.parametrize("network, at", REAL)
def test_the_record_states_what_the_proof_proves(program, network, at, tmp_path):
    proof = tmp_path / "real.proof"
    record = program.answer("radius", NETS / f"{network}.onnx", f"--at={at}", "--proof", proof)
    assert record["proof"]["checked"] and record["proof"]["attempts"] == 1
    _, _, lower, _, local, _, upper = last_line(proof)
    assert number(lower) == Fraction(record["radius"]["lower_exact"])
    assert number(upper) == Fraction(record["radius"]["upper_exact"])
    assert number(local) == Fraction(record["local_lower"])
    done = program.run("check", proof, NETS / f"{network}.onnx")
    assert done.returncode == 0 and done.stdout.startswith("accepted\nnetwork ")


def test_a_box_and_a_domain(program, tmp_path):
    for network, box, verdict, code in [("brus_A", "0.5:1.5,1.6:2.6", "proved", 0),
                                        ("brus_A", "-1:3,0:4", "refuted", 1)]:
        proof = tmp_path / f"{verdict}.proof"
        record = program.answer("injective", NETS / f"{network}.onnx", f"--box={box}", "--proof", proof, code=code)
        assert record["verdict"] == verdict and record["proof"]["checked"]
        assert last_line(proof) == ["end", verdict]
    proof = tmp_path / "domain.proof"
    record = program.answer("radius", NETS / "brus_A.onnx", "--at", "1,2.1", "--domain", "0.9:3,-1:2.2", "--proof",
                            proof)
    assert record["proof"]["checked"] and "\ndomain 9/10:3 -1:11/5\n" in gzip.decompress(proof.read_bytes()).decode()


def test_one_thread_writes_the_same_proof(program, tmp_path):
    files = [tmp_path / f"{i}.proof" for i in range(3)]
    for file in files:
        program.answer("radius", NETS / "vdp_A.onnx", "--at", "0,0", "--threads", "1", "--proof", file)
    assert files[0].read_bytes() == files[1].read_bytes() == files[2].read_bytes()


@pytest.mark.parametrize("network, at", REAL)
def test_threads_do_not_change_the_verdict(program, network, at):
    ends = []
    for threads in "1", "2", "3", "5":
        record = program.answer("radius", NETS / f"{network}.onnx", f"--at={at}", "--threads", threads)
        assert record["proof"]["checked"]
        ends.append([Fraction(record["radius"][key]) for key in ("lower_exact", "upper_exact")] + [record["limit"]])
    assert max(lower for lower, _, _ in ends) <= min(upper for _, upper, _ in ends)
    assert len({limit for _, _, limit in ends}) == 1


@pytest.mark.parametrize("how", ["time", "interrupt"])
def test_a_run_that_stops_leaves_a_proof_of_its_bracket(program, hard, how, tmp_path):
    network, at = hard
    proof = tmp_path / "partial.proof"
    command = [program.path, "radius", str(network), f"--at={at}", "--json", "-", "--quiet", "--proof", str(proof)]
    process = subprocess.Popen(command + (["--time", "1.5"] if how == "time" else []), stdout=subprocess.PIPE,
                               text=True)
    if how == "interrupt":
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    record = json.loads(output)
    assert process.returncode == 3 and record["stop_reason"] == how
    assert record["proof"]["checked"] and record["radius"]["lower"] > 0
    assert number(last_line(proof)[2]) == Fraction(record["radius"]["lower_exact"])
    assert program.run("check", proof, network).returncode == 0


@pytest.fixture(scope="module")
def kept(program, tmp_path_factory):
    """A proof, and its network."""
    proof = tmp_path_factory.mktemp("kept") / "kept.proof"
    program.answer("radius", NETS / "brus_A.onnx", "--at", "1,2.1", "--proof", proof)
    return proof, NETS / "brus_A.onnx"


def test_a_proof_outlives_its_file(program, nets, tmp_path):
    """Another exporter, other names, the weights stored in another way: the numbers are the same, and so is the proof.
    One weight moved by one unit in the last place: it is another network, and both are named."""
    proof, path = tmp_path / "kept.proof", nets / "brusselator.onnx"
    record = program.answer("radius", path, "--at=1,2.1", "--proof", proof)
    model = onnx.load(path)
    model.producer_name, model.producer_version, model.graph.name = "another", "9.9", "renamed"
    for tensor in model.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        del tensor.float_data[:]
        tensor.ClearField("raw_data")
        tensor.float_data.extend(values.ravel().tolist())
    onnx.save(model, tmp_path / "again.onnx")
    assert (tmp_path / "again.onnx").read_bytes() != path.read_bytes()
    done = program.run("check", proof, tmp_path / "again.onnx")
    assert done.returncode == 0 and done.stdout == program.run("check", proof, path).stdout
    name = program.answer("info", tmp_path / "again.onnx")["network_sha256"]
    assert name == record["proof"]["network_sha256"] and f"network {name}\n" in done.stdout
    assert name in program.run("info", path).stdout
    data = model.graph.initializer[0].float_data
    data[0] = float(np.nextafter(np.float32(data[0]), np.float32(2)))
    onnx.save(model, tmp_path / "other.onnx")
    refused = program.run("check", proof, tmp_path / "other.onnx")
    other = program.answer("info", tmp_path / "other.onnx")["network_sha256"]
    assert refused.returncode == 2 and f"names the hash {name}" in refused.stdout
    assert f"weights file is {other}\n" in refused.stdout and other != name


def damaged(kept, tmp_path, change):
    path = tmp_path / "damaged.proof"
    path.write_bytes(change(kept[0].read_bytes()))
    return path


@pytest.mark.parametrize("change, code, says", [
    (lambda b: b[: len(b) // 2], 2, "cut off"),
    (lambda b: gzip.decompress(b).rsplit(b"end", 1)[0], 2, "cut off"),
    (lambda b: b"", 2, "not a proof"),
    (lambda b: b"PK\x03\x04" + b, 2, "not a proof"),
    (lambda b: gzip.decompress(b).replace(b"foldproof-proof 3", b"foldproof-proof 2"), 2, "has format 2"),
    (lambda b: gzip.decompress(b).replace(b"\nl\n", b"\n\n", 1), 1, "line 1"),
    (lambda b: gzip.decompress(b).replace(b"+\n", b"-\n", 1), 1, "sign"),
    (lambda b: gzip.decompress(b) + b"end\n", 1, "last line"),
    (lambda b: gzip.decompress(b).replace(b"center 1 ", b"center 3 ", 1), 1, "line "),
])
def test_damaged_proofs_are_refused_in_one_sentence(program, kept, tmp_path, change, code, says):
    done = program.run("check", damaged(kept, tmp_path, change), kept[1])
    assert done.returncode == code
    (sentence,) = done.stdout.splitlines()
    assert says in sentence and sentence.startswith("rejected: line " if code == 1 else "unusable: ")


def test_the_proof_of_another_network(program, kept):
    done = program.run("check", kept[0], NETS / "vdp_A.onnx")
    assert done.returncode == 2 and "another network" in done.stdout
    done = program.run("check", kept[0], kept[1], "--outputs", "1,0")
    assert done.returncode == 2 and "another network" in done.stdout


def test_usage(program, kept, tmp_path):
    program.refuses("check", kept[0], "missing.onnx", says=["missing.onnx"])
    assert program.run("check", tmp_path / "missing.proof", kept[1]).returncode == 2
    program.refuses("radius", kept[1], "--at", "1,2.1", "--proof", tmp_path, says=["--proof"])
    program.refuses("radius", kept[1], "--at", "1,2.1", "--proof", "-", says=["standard output"])
    program.refuses("radius", kept[1], "--at", "1,2.1", "--proof", "x", "--json", "x", says=["--proof", "--json"])
    folder = os.path.dirname(program.path)
    done = subprocess.run([os.path.join(folder, "foldproof-check")], capture_output=True, text=True)
    assert done.returncode == 2 and "usage" in done.stderr


def test_without_a_check_the_answer_says_so(program, kept):
    done = program.run("radius", kept[1], "--at", "1,2.1", "--no-check")
    assert done.returncode == 0 and "not checked" in done.stdout
    record = program.answer("radius", kept[1], "--at", "1,2.1", "--no-check")
    assert record["proof"] == {"file": None, "format": 3, "bytes": 0, "leaves": 0, "pairs": 0, "network_sha256": None,
                               "checked": False, "refused": None, "check_seconds": None, "attempts": 1,
                               "refused_leaves": 0}


def test_nothing_stays_in_the_temporary_folder(program, kept, tmp_path):
    program.answer("radius", kept[1], "--at", "1,2.1", env=os.environ | {"TMPDIR": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []
