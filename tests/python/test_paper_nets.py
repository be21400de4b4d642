"""The networks of `make paper` are what paper/nets says of them, and their training does what it says."""

import json
import subprocess
import sys
from fractions import Fraction

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper

from networks import ROOT

NETS = ROOT / "paper" / "nets"
FACTS = json.loads((NETS / "nets.json").read_text())
TRAINED = [name for name in FACTS if "box" in FACTS[name]]
PRUNED = [name for name in FACTS if "zeros" in FACTS[name]]
RESIDUAL = [name for name in FACTS if "x +" in FACTS[name]["architecture"]]

sys.path += [str(ROOT / "tools"), str(ROOT / "paper")]
import prune  # noqa: E402
import train  # noqa: E402
import train_nets  # noqa: E402


def session(name):
    return onnxruntime.InferenceSession(str(NETS / f"{name}.onnx"), providers=["CPUExecutionProvider"])


def test_every_network_is_described_and_there():
    assert {path.stem for path in NETS.glob("*.onnx")} == set(FACTS)
    assert (NETS / "README.md").read_text() == train_nets.readme(FACTS)


def test_the_random_network_comes_out_byte_for_byte(tmp_path):
    subprocess.run([sys.executable, ROOT / "paper" / "train_nets.py", "--out", tmp_path, "--only", "toy1d"], check=True)
    assert (tmp_path / "toy1d.onnx").read_bytes() == (NETS / "toy1d.onnx").read_bytes()


def test_training_twice_gives_the_same_bytes():
    quick = train_nets.NETWORKS["vdp_A"] | {"hidden": (8, 8), "epochs": 5, "samples": 400}
    first, second = (train.to_onnx("net", train.train(quick)[0]) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("name", TRAINED)
def test_stated_errors_hold_on_other_points(name):
    facts = FACTS[name]
    system = train_nets.NETWORKS.get(name, train_nets.NETWORKS["vdp_A"])
    assert facts["box"] == [list(system["low"]), list(system["high"])]
    x, y = train.sample(system, np.random.default_rng(12345), 5000)
    error = session(name).run(None, {"input": x.astype(np.float32)})[0] - y
    rms = np.sqrt((error ** 2).mean())
    assert 0.85 * facts["rms_error"] < rms < 1.15 * facts["rms_error"]
    assert abs(error).max() < 2 * facts["largest_error"]


@pytest.mark.parametrize("name", PRUNED)
def test_pruned_networks_are_as_sparse_as_stated(name):
    tensors = onnx.load(NETS / f"{name}.onnx").graph.initializer
    matrices = [numpy_helper.to_array(t) for t in tensors if t.name[0] == "W"]
    assert [int((W == 0).sum()) for W in matrices] == FACTS[name]["zeros"]
    assert [W.size for W in matrices] == FACTS[name]["weights"]
    assert FACTS[name]["zeros"] == [round(FACTS[name]["share"] * W.size) for W in matrices]


def test_there_are_nine_pruned_networks_of_three_sparsities():
    assert sorted(FACTS[name]["share"] for name in PRUNED) == [0.4] * 3 + [0.5] * 3 + [0.6] * 3
    assert len({(FACTS[name]["share"], FACTS[name]["schedule"]) for name in PRUNED}) == 9


@pytest.mark.parametrize("schedule", prune.SCHEDULES)
def test_sparsity_rises_from_zero_to_its_goal_and_stays(schedule):
    begin, end, _ = prune.SCHEDULES[schedule]
    values = [prune.sparsity(0.5, schedule, t) for t in np.linspace(0, 1, 101)]
    assert values == sorted(values)
    assert prune.sparsity(0.5, schedule, begin) == 0
    assert prune.sparsity(0.5, schedule, end) == prune.sparsity(0.5, schedule, 1) == 0.5


@pytest.mark.parametrize("residual", [False, True])
def test_gradients_agree_with_differences(residual):
    rng = np.random.default_rng(7)
    blocks = [[[rng.normal(size=(5, 2)), rng.normal(size=5)], [rng.normal(size=(2, 5)), rng.normal(size=2)]]
              for _ in range(2)]
    x, y = rng.normal(size=(6, 2)), rng.normal(size=(6, 2))
    loss = lambda: ((train.evaluate(blocks, x, residual)[1] - y) ** 2).mean()
    slopes = [g for pair in train.gradients(blocks, x, y, residual) for g in pair]
    for p, g in zip((p for block in blocks for layer in block for p in layer), slopes):
        for index in np.ndindex(p.shape):
            before, step = p[index], 1e-6
            p[index] = before + step
            above = loss()
            p[index] = before - step
            below = loss()
            p[index] = before
            assert g[index] == pytest.approx((above - below) / (2 * step), rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("name", RESIDUAL)
def test_residual_networks_mean_what_onnxruntime_computes(program, name):
    points = np.random.default_rng(3).uniform(-1.5, 3, (20, 2)).astype(np.float32)
    values = session(name).run(None, {"input": points})[0]
    for point, value in zip(points, values):
        at = ",".join(repr(float(c)) for c in point)
        exact = program.answer("info", NETS / f"{name}.onnx", "--at", at)["value"]
        assert [float(Fraction(v)) for v in exact] == pytest.approx(value.tolist(), abs=2e-5)
