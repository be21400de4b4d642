"""Bad input: one clear sentence that names what is wrong, exit code 2, and nothing is written."""

import os
import random
import subprocess

import numpy as np
import pytest
from onnx import helper

from networks import save, save_layers

SQUARE = [([[1.0, 0.5], [0.0, 1.0]], [0.0, 0.0]), ([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])]


def ask(program, network, *arguments, says=(), at="0,0"):
    return program.refuses("radius", network, "--at", at, *arguments, says=says)


def test_usage(program, zoo):
    program.refuses(says=["radius"])
    program.refuses("folds", says=["folds", "radius"])
    program.refuses("--quiet", "radius", says=["--quiet"])
    program.refuses("radius", says=["NET"])
    program.refuses("radius", zoo("abs1d"), says=["--at"])
    program.refuses("radius", zoo("abs1d"), "--at", says=["--at", "value"])
    program.refuses("radius", zoo("abs1d"), "--at", "1", "--at", "2", says=["--at", "more than once"])
    program.refuses("radius", zoo("abs1d"), "--at", "1", "--bogus", says=["--bogus"])
    program.refuses("radius", zoo("abs1d"), "another", "--at", "1", says=["another"])
    program.refuses("injective", zoo("abs1d"), says=["--box"])


@pytest.mark.parametrize("content", [b"", b"this is no network", b"\x00" * 100, b"{}\n",
                                     random.Random(1).randbytes(3000)])
def test_not_a_network(program, tmp_path, content):
    file = tmp_path / "net.onnx"
    file.write_bytes(content)
    ask(program, file, says=[str(file)])


def test_missing_network(program, tmp_path):
    ask(program, tmp_path / "none.onnx", says=["none.onnx"])
    ask(program, tmp_path, says=[str(tmp_path)])


def test_truncated_networks(program, nets, tmp_path):
    whole = (nets / "brusselator.onnx").read_bytes()
    for share in (0.01, 0.2, 0.5, 0.9, 0.99):
        file = tmp_path / "cut.onnx"
        file.write_bytes(whole[: int(share * len(whole))])
        ask(program, file, says=["cut.onnx"])


def test_a_file_of_two_gigabytes(program, tmp_path):
    file = tmp_path / "huge.onnx"
    with open(file, "wb") as stream:
        stream.truncate(2**31 + 4096)
    ask(program, file, says=["huge.onnx"])


def test_unsupported_operator(program, tmp_path):
    nodes = [helper.make_node("Tanh", ["x"], ["y"], "squash")]
    ask(program, save(tmp_path / "tanh.onnx", nodes, {}, 2, 2), says=["tanh.onnx", "squash", "Tanh"])


def test_dynamic_shape(program, tmp_path):
    nodes = [helper.make_node("Relu", ["x"], ["y"], "relu")]
    ask(program, save(tmp_path / "free.onnx", nodes, {}, "width", "width"), says=["free.onnx"])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers(program, tmp_path, bad):
    layers = [([[1.0, bad], [0.0, 1.0]], [0.0, 0.0]), SQUARE[1]]
    ask(program, save_layers(tmp_path / "nan.onnx", layers, np.float32), says=["nan.onnx", "W0"])


def test_wrong_length_of_the_center(program, zoo):
    ask(program, zoo("pmat_ok"), at="1,2,3", says=["3", "2"])
    ask(program, zoo("pmat_ok"), "--fix", "0=1", "--outputs", "0", at="1,2", says=["2", "1"])
    program.refuses("info", zoo("pmat_ok"), "--at", "1", says=["1", "2"])


def test_center_outside_the_domain(program, zoo):
    ask(program, zoo("pmat_ok"), "--domain", "1:2,0:1", says=["domain"])
    ask(program, zoo("pmat_ok"), "--domain", "-1:2", says=["domain"])
    ask(program, zoo("pmat_ok"), "--domain", "2:1,0:1", says=["--domain", "2:1"])
    program.refuses("injective", zoo("pmat_ok"), "--box", "0:1", says=["2"])


def test_networks_of_unlike_inputs(program, zoo):
    program.refuses("factor", zoo("alpha_curve"), zoo("pmat_ok"), "--at", "0", says=["1", "2", "--fix"])
    program.refuses("factor", zoo("pmat_ok"), "--at", "0,0", says=["B"])


@pytest.mark.parametrize("at", ["1;2", "one,2", "1,", ",", "", "nan,1", "inf,0", "0x10,1", "1/0,2", "1e99999,0", "@",
                                "@x"])
def test_unreadable_center(program, zoo, at):
    program.refuses("radius", zoo("pmat_ok"), f"--at={at}", says=["--at"])


def test_unreadable_vector_files(program, zoo, tmp_path):
    def refused(name, content, *says):
        (tmp_path / name).write_bytes(content)
        ask(program, zoo("pmat_ok"), at=f"@{tmp_path / name}", says=[name, *says])

    def npy(array):
        np.save(tmp_path / "made.npy", array)
        return (tmp_path / "made.npy").read_bytes()

    good = npy(np.array([1.0, 2.0]))
    refused("x.csv", b"x,y\n1,2\n", "x")
    refused("x.csv", b"")
    refused("x.npy", b"")
    refused("x.npy", b"\x93NUMPY\x01\x00\xff\xff{")
    refused("x.npy", good[:-1], "cut short")
    refused("x.npy", good.replace(b"<f8", b"|O8"))
    refused("x.npy", npy(np.array([1.0, np.nan])), "entry 1")
    refused("x.npy", npy(np.ones((2, 2))), "(2, 2)")
    refused("x.npy", npy(np.array([1j, 2])), "c16")
    refused("x.txt", b"1,2", ".npy or .csv")
    ask(program, zoo("pmat_ok"), at=f"@{tmp_path / 'none.npy'}", says=["none.npy"])
    ask(program, zoo("pmat_ok"), at=f"@{tmp_path}/.npy", says=[".npy"])


@pytest.mark.parametrize("option", ["--time", "--gap", "--memory", "--threads", "--max-radius"])
@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "1e-9999", "x", ""])
def test_limits_that_are_not_positive(program, zoo, option, value):
    ask(program, zoo("pmat_ok"), f"{option}={value}", says=[option])


def test_options_that_are_almost_right(program, zoo):
    ask(program, zoo("pmat_ok"), "--nrom", "l2", says=["--nrom is not an option of radius; did you mean --norm?"])
    ask(program, zoo("pmat_ok"), "--max-radus=2", says=["--max-radus is not", "did you mean --max-radius?"])
    ask(program, zoo("pmat_ok"), "--resolution", "1", says=["--resolution is not an option of radius; see"])
    ask(program, zoo("pmat_ok"), "more", says=["'more' is not expected here"])


def test_choices(program, zoo):
    ask(program, zoo("pmat_ok"), "--norm", "l3", says=["l3", "linf"])
    ask(program, zoo("pmat_ok"), "--norm", "", says=["--norm", "linf"])
    for scale in ("1", "1,2,3", "1,0", "1,-2", "1,x", "", "1,"):
        ask(program, zoo("pmat_ok"), f"--scale={scale}", says=["scale"])
    ask(program, zoo("pmat_ok"), "--outputs", "1,1", says=["--outputs", "twice"])
    ask(program, zoo("pmat_ok"), "--outputs", "0,2", says=["2"])
    ask(program, zoo("pmat_ok"), "--outputs", "0,-1", says=["-1"])
    ask(program, zoo("pmat_ok"), "--outputs", "", says=["--outputs"])
    ask(program, zoo("pmat_ok"), "--fix", "0", says=["--fix", "0"])
    ask(program, zoo("pmat_ok"), "--fix", "0=a", says=["--fix", "a"])
    ask(program, zoo("pmat_ok"), "--fix", "7=1", at="0", says=["7"])
    ask(program, zoo("pmat_ok"), "--fix", "0=1", "--fix", "0=2", at="0", says=["--fix", "twice"])
    ask(program, zoo("pmat_ok"), "--fix", "0=1", "--fix", "1=2", at="0")


@pytest.mark.parametrize("option", ["--json", "--report"])
def test_unwritable_targets_are_noticed_before_solving(program, hard, tmp_path, option):
    network, at = hard
    targets = [tmp_path, tmp_path / "none" / "out", "", network / "out"]
    if os.getuid() != 0:
        (tmp_path / "locked").write_text("kept")
        (tmp_path / "locked").chmod(0o400)
        targets.append(tmp_path / "locked")
    for target in targets:
        program.refuses("radius", network, "--at", at, f"{option}={target}", says=[option], timeout=10)


def test_two_outputs_of_one_name(program, zoo, tmp_path):
    ask(program, zoo("pmat_ok"), "--json", tmp_path / "a", "--report", tmp_path / "a", says=["--json", "--report"])
    ask(program, zoo("pmat_ok"), "--report", "-", says=["standard output"])


def test_a_refused_question_leaves_old_results(program, zoo, tmp_path):
    kept = tmp_path / "kept.json"
    kept.write_text("old")
    ask(program, zoo("pmat_ok"), "--json", kept, at="1,2,3")
    assert kept.read_text() == "old" and list(tmp_path.iterdir()) == [kept]


def test_records_that_are_none(program, tmp_path):
    page = tmp_path / "page.html"
    program.refuses("report", tmp_path / "none.json", "-o", page, says=["none.json"])
    program.refuses("report", tmp_path, "-o", page, says=[str(tmp_path)])
    for content in ("", "{", "[]", "{}", '{"question": "radius"}', "null"):
        (tmp_path / "r.json").write_text(content)
        program.refuses("report", tmp_path / "r.json", "-o", page)
    assert not page.exists()


def test_standard_output_that_is_full(program, zoo):
    with open("/dev/full", "w") as full:
        done = subprocess.run([program.path, "info", str(zoo("pmat_ok"))], stdout=full, stderr=subprocess.PIPE,
                              text=True)
    assert done.returncode == 2 and "standard output" in done.stderr
