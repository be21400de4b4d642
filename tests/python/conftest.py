"""The program under test and small networks to ask it about."""

import json
import os
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

ROOT = Path(__file__).resolve().parents[2]
ZOO = json.loads((ROOT / "tests" / "zoo.json").read_text())["nets"]
PROGRAM = os.environ.get("FOLDPROOF", str(ROOT / "build" / "foldproof"))


class Program:
    """Runs foldproof and checks what holds for every run."""

    path = PROGRAM

    def run(self, *arguments, timeout=60, **options):
        command = [self.path, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, **options)

    def answer(self, *arguments, code=0, **options):
        """The record of a solving command or of info."""
        done = self.run(*arguments, "--json", "-", **options)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    def refuses(self, *arguments, says=(), **options):
        """One clear sentence on standard error, nothing else, exit code 2."""
        done = self.run(*arguments, **options)
        assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
        assert done.stdout == ""
        lines = done.stderr.splitlines()
        assert len(lines) == 1 and lines[0].startswith("foldproof: "), done.stderr
        assert 20 < len(lines[0]) < 400, done.stderr
        for word in says:
            assert word in lines[0], f"{word!r} is not in: {lines[0]}"
        return lines[0]


@pytest.fixture(scope="session")
def program():
    assert Path(PROGRAM).is_file(), f"{PROGRAM} is not built; run 'make build'"
    return Program()


def save(path, nodes, weights, inputs, outputs, opset=17):
    """A graph with a free batch dimension; weights by name, as arrays."""
    kind = helper.np_dtype_to_tensor_dtype(next(iter(weights.values())).dtype) if weights else TensorProto.FLOAT
    graph = helper.make_graph(
        nodes, "net",
        [helper.make_tensor_value_info("x", kind, ["batch", inputs])],
        [helper.make_tensor_value_info("y", kind, ["batch", outputs])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8
    path.write_bytes(model.SerializeToString())
    return path


def save_layers(path, layers, dtype=np.float64):
    """Affine layers (W, b), ReLU between them."""
    nodes, weights, before = [], {}, "x"
    for k, (matrix, bias) in enumerate(layers):
        after = "y" if k + 1 == len(layers) else f"z{k}"
        weights[f"W{k}"], weights[f"b{k}"] = np.array(matrix, dtype), np.array(bias, dtype)
        nodes.append(helper.make_node("Gemm", [before, f"W{k}", f"b{k}"], [after], f"gemm{k}", transB=1))
        before = after
        if after != "y":
            nodes.append(helper.make_node("Relu", [after], [f"a{k}"], f"relu{k}"))
            before = f"a{k}"
    return save(path, nodes, weights, len(layers[0][0][0]), len(layers[-1][1]))


def zoo_layers(name):
    """The layers of a zoo network as fractions."""
    return [([[Fraction(w) for w in row] for row in layer["W"]], [Fraction(b) for b in layer["b"]])
            for layer in ZOO[name]["layers"]]


@pytest.fixture(scope="session")
def zoo(tmp_path_factory):
    """zoo(name): the ONNX file of a network of zoo.json."""
    folder = tmp_path_factory.mktemp("zoo")

    def path(name):
        file = folder / f"{name}.onnx"
        return file if file.exists() else save_layers(file, zoo_layers(name))

    return path


@pytest.fixture(scope="session")
def nets():
    return ROOT / "nets"


@pytest.fixture(scope="session")
def hard(nets):
    """A question that takes minutes: a network, and a point to ask at."""
    return ROOT / "tests" / "data" / "nets" / "cb6_64x2.onnx", "1,2.1,1,2.1,1,2.1"
