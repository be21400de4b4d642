"""What the program answers, and with which exit code."""

import json
import re
from fractions import Fraction

import numpy as np
import pytest

from networks import ROOT, evaluate, zoo_layers


def test_version_and_help(program):
    version = program.run("--version")
    assert version.returncode == 0 and version.stdout.startswith("foldproof ") and version.stderr == ""
    for library in ("HiGHS", "FLINT", "GMP", "ONNX", "protobuf", "OpenSSL", "zlib", "fmt", "nlohmann-json", "CLI11",
                    "plotly.js"):
        assert re.search(rf"{re.escape(library)} [0-9]+\.[0-9]+", version.stdout), library
    for command in ([], ["radius"], ["injective"], ["info"], ["report"]):
        shown = program.run(*command, "--help")
        assert shown.returncode == 0 and shown.stderr == ""
    assert "--at" in program.run("radius", "--help").stdout


@pytest.mark.parametrize("name", ["abs1d", "branch2", "hat_fold_off", "pmat_ok", "alpha_curve"])
def test_info_evaluates_exactly(program, zoo, name):
    layers = zoo_layers(name)
    inputs = len(layers[0][0][0])
    point = ["1/3", "-0.7"][:inputs]
    record = program.answer("info", zoo(name), f"--at={','.join(point)}")
    exact = evaluate(layers, [Fraction(entry) for entry in point])
    assert [Fraction(text) for text in record["value"]] == exact
    assert record["value_double"] == pytest.approx([float(v) for v in exact])
    assert record["inputs"] == inputs and record["outputs"] == len(exact)
    assert len(record["sha256"]) == len(record["network_sha256"]) == 64 and record["file"] == str(zoo(name))
    assert record["neurons"] <= record["neurons_in_file"] == sum(len(bias) for _, bias in layers[:-1])
    assert sum(record["layers"]) == record["neurons"] and record["opset"] == 17


def test_info_in_words(program, nets):
    shown = program.run("info", nets / "brusselator.onnx")
    assert shown.returncode == 0 and shown.stderr == ""
    assert "sha256" in shown.stdout and "32 + 32" in shown.stdout


def test_fixed_inputs_and_kept_outputs(program, zoo):
    record = program.answer("info", zoo("pmat_ok"), "--fix", "1=0.1", "--outputs", "1", "--at", "-1")
    layers = zoo_layers("pmat_ok")
    assert [Fraction(text) for text in record["value"]] == [evaluate(layers, [Fraction(-1), Fraction(1, 10)])[1]]
    assert record["fixed"] == {"1": "1/10"} and record["outputs_kept"] == [1]


@pytest.mark.parametrize("dtype", ["<f8", ">f8", "<f4", "<i4", ">i2", "u1"])
@pytest.mark.parametrize("shape", [(2,), (1, 2)])
def test_vectors_from_npy(program, zoo, tmp_path, dtype, shape):
    values = np.array([3, 7] if "f" not in dtype else [0.1, -1.75]).astype(dtype)
    np.save(tmp_path / "x.npy", values.reshape(shape))
    record = program.answer("info", zoo("pmat_ok"), "--at", f"@{tmp_path / 'x.npy'}")
    assert [Fraction(text) for text in record["at"]] == [Fraction(float(value)) for value in values]


def test_vectors_from_npy_of_version_2(program, zoo, tmp_path):
    with open(tmp_path / "x.npy", "wb") as file:
        np.lib.format.write_array(file, np.array([0.5, -2.0]), version=(2, 0))
    assert program.answer("info", zoo("pmat_ok"), "--at", f"@{tmp_path / 'x.npy'}")["at"] == ["0.5", "-2"]


@pytest.mark.parametrize("text", ["0.1,-2\n", "0.1\n-2\n", " 0.1 ; -2 \r\n", "1/10,-2"])
def test_vectors_from_csv(program, zoo, tmp_path, text):
    (tmp_path / "x.csv").write_text(text)
    at = program.answer("info", zoo("pmat_ok"), "--at", f"@{tmp_path / 'x.csv'}")["at"]
    assert [Fraction(entry) for entry in at] == [Fraction(1, 10), -2]


@pytest.mark.parametrize("arguments", [["--at", "-1.8,0"], ["--at", "-.5,0"], ["--at=-1e-3,0"], ["--at", "-1/3,-2"]])
def test_negative_numbers(program, zoo, arguments):
    assert program.run("info", zoo("pmat_ok"), *arguments).returncode == 0


def test_radius_in_words_and_as_record(program, tmp_path):
    record_file, page = tmp_path / "r.json", tmp_path / "r.html"
    network = ROOT / "tests" / "data" / "nets" / "brus_A.onnx"
    done = program.run("radius", network, "--at", "1,2.1", "--json", record_file, "--report", page)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("proved invertible on the ball of radius 1.39")
    assert "refuted at 1.39" in done.stdout.splitlines()[0] and "f(x) = f(y)" in done.stdout
    record = json.loads(record_file.read_text())
    lower, upper = Fraction(record["radius"]["lower_exact"]), Fraction(record["radius"]["upper_exact"])
    assert 0 < lower < upper < Fraction("1.3984375") and (upper - lower) / upper <= Fraction(1, 10**6)
    assert record["status"] == "solved" and record["question"] == "radius"
    assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["r.html", "r.json"]


@pytest.mark.parametrize("name,at", [("brusselator", "1,2.1"), ("vanderpol", "0,0")])
def test_the_networks_of_the_demo_are_answered(program, nets, name, at):
    record = program.answer("radius", nets / f"{name}.onnx", "--at", at)
    assert record["status"] == "solved" and record["limit"] == "fold"


def test_the_witness_is_a_collision(program, nets):
    network = nets / "brusselator.onnx"
    witness = program.answer("radius", network, "--at", "1,2.1", "--gap", "1e-3")["witness"]
    assert witness["x_exact"] != witness["y_exact"]
    for side in ("x_exact", "y_exact"):
        value = program.answer("info", network, f"--at={','.join(witness[side])}")["value"]
        assert value == witness["f_exact"]


def test_only_json_on_standard_output(program, nets):
    done = program.run("radius", nets / "brusselator.onnx", "--at", "1,2.1", "--gap", "1e-2", "--json", "-", "--quiet")
    assert done.returncode == 0 and done.stderr == ""
    assert json.loads(done.stdout)["question"] == "radius"


def test_injective_proved_and_refuted(program, zoo):
    proved = program.run("injective", zoo("abs1d"), "--box", "0.5:2")
    assert proved.returncode == 0 and proved.stdout.startswith("proved"), proved.stderr
    refuted = program.run("injective", zoo("abs1d"), "--box", "-1:2")
    assert refuted.returncode == 1 and refuted.stdout.startswith("refuted"), refuted.stderr
    assert program.answer("injective", zoo("abs1d"), "--box", "-1:2", code=1)["verdict"] == "refuted"


def test_radius_zero_is_said(program, zoo):
    done = program.run("radius", zoo("branch2"), "--at", "0,0")
    assert done.returncode == 0 and "the radius is 0" in done.stdout, done.stdout


def test_no_limit_is_said(program, zoo):
    done = program.run("radius", zoo("pmat_ok"), "--at", "0,0", "--max-radius", "2")
    assert done.returncode == 0 and "none up to the largest radius asked for" in done.stdout, done.stdout
    done = program.run("radius", zoo("abs1d"), "--at", "1", "--domain", "1/2:2")
    assert done.returncode == 0 and "whole domain" in done.stdout, done.stdout


def test_report_from_a_record(program, zoo, tmp_path):
    record, page = tmp_path / "r.json", tmp_path / "page.html"
    assert program.run("radius", zoo("abs1d"), "--at", "1", "--json", record).returncode == 0
    done = program.run("report", record, "-o", page)
    assert done.returncode == 0 and done.stderr == ""
    assert "foldproof radius" in page.read_text(encoding="utf-8")


def test_targets_may_be_links_and_devices(program, zoo, tmp_path):
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    assert program.run("radius", zoo("abs1d"), "--at", "1", "--json", tmp_path / "link.json").returncode == 0
    assert (tmp_path / "link.json").is_symlink() and json.loads((tmp_path / "real.json").read_text())
    assert program.run("radius", zoo("abs1d"), "--at", "1", "--json", "/dev/null").returncode == 0


def test_the_command_is_shown_as_a_shell_takes_it(program, zoo, tmp_path):
    odd = tmp_path / "a net's file.onnx"
    odd.write_bytes(zoo("abs1d").read_bytes())
    page = tmp_path / "p.html"
    assert program.run("radius", odd, "--at", "1", "--report", page).returncode == 0
    assert "foldproof radius" in page.read_text(encoding="utf-8")


def test_every_option_of_the_help_is_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    for option in ("--at", "--box", "--domain", "--fix", "--outputs", "--gap", "--max-radius", "--time", "--memory",
                   "--threads", "--json", "--report", "--quiet"):
        assert option in readme
