"""Weights files: the Python exporter by hand, against onnxruntime, and byte for byte against `foldproof export`."""

import hashlib
import subprocess
import sys
from fractions import Fraction

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from networks import ROOT, ZOO, save_layers
from test_onnx import FORMS, REFUSED_NODES, graph_of, layered, node, weights, write

EXPORTER = ROOT / "checker" / "python" / "export_weights.py"
sys.path.insert(0, str(EXPORTER.parent))
from export_weights import holds, number, parse, weights_text, widens  # noqa: E402

FILES = sorted(path for folder in ("nets", "tests/data/nets", "tests/fuzz/corpus")
               for path in (ROOT / folder).glob("*.onnx"))
TENTH = Fraction(0.1)  # the double


def export(path, *arguments, code=0):
    done = subprocess.run([sys.executable, EXPORTER, path, *map(str, arguments)], capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == code, done.stderr
    return done


def body(text, path):
    """The lines behind the first two, which are checked."""
    assert text.endswith("\nend\n")
    first, source, *rest = text.splitlines()
    assert first == "foldproof-network 1"
    assert source == f"source {hashlib.sha256(path.read_bytes()).hexdigest()}"
    return rest[:-1]


def read_number(word):
    if "b" in word:
        mantissa, exponent = map(int, word.split("b"))
        assert mantissa % 2 and exponent
        return mantissa * Fraction(2) ** exponent
    value = Fraction(word)
    assert str(value) == word
    assert value == 0 or value.numerator % 2 or value.denominator > 1
    return value


def evaluate(text, x):
    """The outputs at x of a weights file, by its definition."""
    values, outputs = list(x), []
    for line in text.splitlines():
        word, *words = line.split(" ")
        if word == "inputs":
            assert int(words[0]) == len(values)
        if word in ("relu", "output"):
            terms = [(int(variable), read_number(coefficient)) for variable, coefficient in
                     (term.split(":") for term in words[1:])]
            assert [variable for variable, _ in terms] == sorted({variable for variable, _ in terms})
            assert all(coefficient for _, coefficient in terms)
            value = read_number(words[0]) + sum(coefficient * values[variable] for variable, coefficient in terms)
            if word == "relu":
                values.append(max(value, Fraction(0)))
            else:
                outputs.append(value)
    return outputs


def session(path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def agrees_with_runtime(path, rtol=1e-4, atol=1e-5, points=3):
    runtime = session(path)
    text = weights_text(path)
    generator = np.random.default_rng(11)
    for _ in range(points):
        feeds = {}
        for entry in runtime.get_inputs():
            shape = [extent if isinstance(extent, int) else 1 for extent in entry.shape]
            feeds[entry.name] = generator.normal(size=shape).astype(
                np.float64 if entry.type == "tensor(double)" else np.float32)
        expected = np.concatenate([np.ravel(value) for value in runtime.run(None, feeds)])
        x = [Fraction(float(value)) for feed in feeds.values() for value in np.ravel(feed)]
        np.testing.assert_allclose([float(value) for value in evaluate(text, x)], expected, rtol=rtol, atol=atol)


# By hand


@pytest.mark.parametrize("value, text", [
    ("0", "0"), ("-0.0", "0"), ("1", "1"), ("6", "3b1"), ("-6", "-3b1"), ("0.5", "1b-1"), ("-0.75", "-3b-2"),
    ("-0.1", "-1/10"), ("10/4", "5b-1"), ("1/6", "1/6"), ("4/3", "4/3"), ("-7/-7", "1"), ("1e3", "125b3"),
    (".5e0", "1b-1"), ("+2.", "1b1"), ("1e-3/1e-4", "5b1"),
])
def test_numbers(value, text):
    assert number(parse(value)) == text
    assert read_number(text) == parse(value)


@pytest.mark.parametrize("text", ["", "x", "1/0", "nan", "1_0", " 1", "1e", "0x1p3", "1/2/3", "."])
def test_what_is_no_number(text):
    with pytest.raises(ValueError):
        parse(text)


def test_numbers_beyond_the_largest_exponent():
    assert number(Fraction(2) ** 20000) == "1b20000" and number(Fraction(2) ** -20000) == "1b-20000"
    for e in (20001, -20001):
        with pytest.raises(ValueError, match="exponent"):
            number(Fraction(2) ** e)


def test_layers(tmp_path):
    layers = [([[2, 0], [0.5, -1], [0.1, 0]], [6, 0, -0.1]), ([[1, -4, 0], [0, 0, 3]], [0, 0.75])]
    path = save_layers(tmp_path / "net.onnx", layers)
    assert body(weights_text(path), path) == [
        "fixed", "kept 0 1", "inputs 2",
        "relu 3b1 0:1b1",
        "relu 0 0:1b-1 1:-1",
        "relu -3602879701896397b-55 0:3602879701896397b-55",
        "output 0 2:1 3:-1b2",
        "output 3b-2 4:3",
    ]


def test_fixed_inputs_and_kept_outputs(tmp_path):
    """With input 1 at -1/10; a row that has become constant is no neuron, one that no kept output uses is."""
    layers = [([[1, 3, 1], [0, 10, 0], [0.5, 0, 2]], [0, 0, 1]), ([[1, 2, 0], [0, 0, 1]], [1, 0])]
    path = save_layers(tmp_path / "net.onnx", layers)
    expected = [
        "fixed 1=-1/10", "kept 1 0", "inputs 2",
        "relu -3/10 0:1 1:1",
        "relu 1 0:1b-1 1:1b1",
        "output 0 3:1",
        "output 1 2:1",
    ]
    assert body(weights_text(path, {1: Fraction(-1, 10)}, [1, 0]), path) == expected
    assert body(weights_text(path, {1: "-0.1"}, [1, 0]), path) == expected
    assert body(export(path, "--fix", "1=-1/10", "--outputs", "1,0").stdout, path) == expected
    several = body(weights_text(path, {2: 5, 0: Fraction(1, 3)}, [1]), path)
    assert several == ["fixed 0=1/3 2=5", "kept 1", "inputs 1", "relu 16/3 0:3", "relu 0 0:5b1",
                       "output 67/6"]
    assert body(export(path, "--fix", "2=5", "--fix", "0=1/3", "--outputs", "1").stdout, path) == several
    assert body(export(path, "--fix", "2=5,0=1/3", "--outputs", "1").stdout, path) == several


def test_residual(tmp_path):
    """Two affine maps between ReLUs are multiplied out; x returns behind them; terms that cancel are gone."""
    nodes = [node("MatMul", "x A", "h"), node("Relu", "h", "r"), node("MatMul", "r B", "s"), node("Add", "s x", "t"),
             node("Sub", "t x", "u"), node("Relu", "t", "v"), node("Concat", "u v", "y", axis=1)]
    graph = graph_of(nodes, {"A": np.float32([[1, 1], [0, -1]]), "B": np.float32([[2, 0], [1, 1]])}, {"x": ["b", 2]})
    path = write(tmp_path / "net.onnx", graph)
    assert body(weights_text(path), path) == [
        "fixed", "kept 0 1 2 3", "inputs 2",
        "relu 0 0:1",
        "relu 0 0:1 1:-1",
        "relu 0 0:1 2:1b1 3:1",
        "relu 0 1:1 3:1",
        "output 0 2:1b1 3:1",
        "output 0 3:1",
        "output 0 4:1",
        "output 0 5:1",
    ]


def test_every_relu_of_a_needed_node_is_listed(tmp_path):
    """Thirds from Div; duplicate and unused neurons; none of constants, none of a node that no output needs."""
    nodes = [node("Div", "x c", "t"), node("Relu", "t", "q"), node("Relu", "t", "r"), node("Relu", "d", "e"),
             node("Relu", "x", "unused"), node("Slice", "q a b k", "s"), node("Add", "s e", "y"),
             node("Slice", "r a b k", "z")]
    constants = {"c": np.float32([3, 2]), "d": np.float32([-1, 6]), "a": np.int64([1]), "b": np.int64([2]),
                 "k": np.int64([1])}
    graph = graph_of(nodes, constants, {"x": [1, 2]}, {"z": None, "y": None})
    path = write(tmp_path / "net.onnx", graph)
    assert body(weights_text(path), path) == [
        "fixed", "kept 0 1 2", "inputs 2",
        "relu 0 0:1/3",
        "relu 0 1:1b-1",
        "relu 0 0:1/3",
        "relu 0 1:1b-1",
        "output 0 5:1",
        "output 0 3:1",
        "output 3b1 3:1",
    ]


def test_several_inputs(tmp_path):
    graph = graph_of([node("Sub", "v u", "y")], {}, {"u": ["b", 2], "v": [2, 1]}, {"v": None, "y": None})
    path = write(tmp_path / "net.onnx", graph)
    assert body(weights_text(path), path) == [
        "fixed", "kept 0 1 2 3 4 5", "inputs 4", "output 0 2:1", "output 0 3:1",
        "output 0 0:-1 2:1", "output 0 1:-1 2:1", "output 0 0:-1 3:1", "output 0 1:-1 3:1",
    ]


def test_the_file_is_what_is_printed(nets, tmp_path):
    path = nets / "vanderpol.onnx"
    assert export(path, "-o", tmp_path / "net.weights").stdout == ""
    written = (tmp_path / "net.weights").read_bytes()
    assert written.decode() == export(path).stdout == weights_text(path)
    assert b"\r" not in written and b"  " not in written and b" \n" not in written


def test_external_data_is_hashed_in_the_order_of_its_first_use(tmp_path):
    """Initialisers come before the tensors of Constant nodes; a file that is used twice counts once."""
    arrays = {name: weights(4, seed=seed) for seed, name in enumerate("abc")}

    def stored(name, location, offset=0):
        tensor = numpy_helper.from_array(arrays[name], name)
        content = tensor.raw_data
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in {"location": location, "offset": offset, "length": len(content)}.items():
            tensor.external_data.add(key=key, value=str(value))
        return tensor, content

    (a, bytes_a), (b, bytes_b), (c, bytes_c) = stored("a", "2.bin"), stored("b", "1.bin"), stored("c", "2.bin", 16)
    graph = graph_of([node("Constant", "", "b", value=b), node("Add", "x b", "s"), node("Mul", "s a", "t"),
                      node("Add", "t c", "y")], {})
    graph.initializer.extend([a, c])
    path = write(tmp_path / "net.onnx", graph)
    (tmp_path / "1.bin").write_bytes(bytes_b)
    (tmp_path / "2.bin").write_bytes(bytes_a + bytes_c)
    text = weights_text(path)
    expected = hashlib.sha256(path.read_bytes() + bytes_a + bytes_c + bytes_b).hexdigest()
    assert text.splitlines()[1] == f"source {expected}"
    exact = {name: [Fraction(float(value)) for value in array] for name, array in arrays.items()}
    assert evaluate(text, [1] * 4) == [(1 + q) * p + r for p, q, r in zip(*exact.values())]


def test_types():
    kinds = [TensorProto.BOOL, TensorProto.INT32, TensorProto.INT64, TensorProto.FLOAT16, TensorProto.BFLOAT16,
             TensorProto.FLOAT, TensorProto.DOUBLE]
    assert {(a, b) for a in range(7) for b in range(7) if a != b and widens(kinds[a], kinds[b])} == {
        *((0, b) for b in range(1, 7)), (1, 2), (1, 6), (3, 5), (3, 6), (4, 5), (4, 6), (5, 6)}
    for kind, dtype in [(TensorProto.FLOAT16, np.float16), (TensorProto.FLOAT, np.float32),
                        (TensorProto.DOUBLE, np.float64)]:
        limits = np.finfo(dtype)
        for value in (limits.max, limits.smallest_subnormal, limits.eps, -limits.max):
            value = Fraction(float(value))
            assert holds(kind, value) and not holds(kind, value * (1 + Fraction(limits.eps.item()) / 2))
        assert not holds(kind, Fraction(float(limits.max)) * 2) and not holds(kind, Fraction(1, 3))
        assert not holds(kind, Fraction(float(limits.smallest_subnormal)) / 2) and holds(kind, Fraction(0))
    assert holds(TensorProto.INT32, Fraction(-2**31)) and not holds(TensorProto.INT32, Fraction(2**31))
    assert not holds(TensorProto.INT64, Fraction(1, 2)) and not holds(TensorProto.BOOL, Fraction(-1))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, "bfloat16"])
@pytest.mark.parametrize("raw", [False, True])
def test_element_types(tmp_path, dtype, raw):
    kind = TensorProto.BFLOAT16 if dtype == "bfloat16" else helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    values = [1.5, -2.0**-14, 2.0**-24 if dtype != "bfloat16" else 2.0**-133, -3.0]
    array = np.array(values).astype(helper.tensor_dtype_to_np_dtype(kind))
    graph = graph_of([node("Mul", "x a", "y")], {}, kind=kind)
    graph.initializer.append(helper.make_tensor("a", kind, [4], array.tobytes() if raw else array, raw=raw))
    path = write(tmp_path / "net.onnx", graph)
    assert evaluate(weights_text(path), [1] * 4) == [Fraction(value) for value in values]


# What is refused


@pytest.mark.parametrize("name", REFUSED_NODES)
def test_refused_graphs(tmp_path, name):
    nodes, values, _ = REFUSED_NODES[name]
    path = write(tmp_path / "net.onnx", graph_of(nodes, values))
    with pytest.raises(ValueError):
        weights_text(path)


@pytest.mark.parametrize("arguments", [
    ["--fix", "4=1"], ["--fix", "0=1,1=1,2=1,3=1"], ["--fix", "0=x"], ["--fix", "0"], ["--fix", "0=1,0=2"],
    ["--outputs", "3"], ["--outputs", "1,1"], ["--outputs", ""],
])
def test_refused_choices(tmp_path, arguments):
    nodes, constants = layered()
    path = write(tmp_path / "net.onnx", graph_of(nodes, constants))
    done = export(path, *arguments, code=2)
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("content", [b"", b"this is no network", None])
def test_refused_files(tmp_path, content):
    path = tmp_path / "net.onnx"
    if content is not None:
        path.write_bytes(content)
    done = export(path, "-o", tmp_path / "net.weights", code=2)
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "net.weights").exists()


# Against onnxruntime, and against foldproof's own reader


def operator_files(folder, name):
    nodes, values, oldest, newest = FORMS[name]
    for opset in {oldest, min(newest, 21)}:
        yield write(folder / f"opset{opset}.onnx", graph_of(nodes, values), opset)


@pytest.mark.parametrize("name", FORMS)
def test_operator(tmp_path, name):
    for path in operator_files(tmp_path, name):
        agrees_with_runtime(path, points=1)


def test_places_beyond_the_border_and_truncated_quotients(tmp_path):
    """x[-9::-1] is x[0] in ONNX; -7 / 4 is -1, the last place."""
    nodes = [node("Slice", "x a a k m", "s"), node("Div", "p q", "i"), node("Gather", "x i", "g", axis=1),
             node("Concat", "s g", "y", axis=1)]
    values = {"a": -9, "k": 1, "m": -1, "p": -7, "q": 4}
    graph = graph_of(nodes, {name: np.int64([value]) for name, value in values.items()})
    path = write(tmp_path / "net.onnx", graph)
    assert body(weights_text(path), path)[3:] == ["output 0 0:1", "output 0 3:1"]
    agrees_with_runtime(path)


@pytest.mark.parametrize("path", [path for path in FILES if path.parts[-2] == "nets"],
                         ids=lambda path: path.stem)
def test_networks_as_onnxruntime_computes_them(path):
    agrees_with_runtime(path)


@pytest.mark.parametrize("name", ZOO)
def test_zoo_in_double_precision(zoo, name):
    agrees_with_runtime(zoo(name), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["brusselator", "vdp_res1", "vdp_B4", "slice", "concat"])
def test_values_are_those_of_info(program, name):
    """Exactly. vdp_B4 has neurons that foldproof merges."""
    path, = (path for path in FILES if path.stem == name)
    count = int(weights_text(path).splitlines()[4].split()[1])
    for x in ([Fraction(i + 1, 3) for i in range(count)], [Fraction(7 - 5 * i, 10) for i in range(count)]):
        record = program.answer("info", path, "--at=" + ",".join(map(str, x)))
        assert evaluate(weights_text(path), x) == [Fraction(value) for value in record["value"]]
        if count > 1:
            record = program.answer("info", path, "--fix", f"0={x[0]}", "--outputs", "1", "--at=" +
                                    ",".join(map(str, x[1:])))
            assert evaluate(weights_text(path, {0: x[0]}, [1]), x[1:]) == [Fraction(record["value"][0])]


# Against foldproof export


def same_bytes(program, path, folder, fix={}, outputs=()):
    options = [word for i, value in fix.items() for word in ("--fix", f"{i}={value}")]
    options += ["--outputs", ",".join(map(str, outputs))] if outputs else []
    done = program.run("export", path, *options, "-o", folder / "net.weights")
    assert done.returncode == 0, done.stderr
    assert (folder / "net.weights").read_bytes() == weights_text(path, fix, outputs).encode()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_same_bytes(program, tmp_path, path):
    if program.run("info", path).returncode != 0:
        export(path, code=2)
        return
    same_bytes(program, path, tmp_path)
    _, _, _, kept, inputs, *_ = weights_text(path).splitlines()
    if inputs != "inputs 1":
        same_bytes(program, path, tmp_path, {1: "-0.1"}, [1, 0])
        same_bytes(program, path, tmp_path, {0: "1/3"}, [int(kept.split()[-1])])


@pytest.mark.parametrize("name", FORMS)
def test_same_bytes_for_every_operator(program, tmp_path, name):
    for path in operator_files(tmp_path, name):
        same_bytes(program, path, tmp_path)
        same_bytes(program, path, tmp_path, {3: "-5/7", 0: "2.5e-3"}, [0])


@pytest.mark.parametrize("name", ZOO)
def test_same_bytes_for_the_zoo(program, zoo, tmp_path, name):
    same_bytes(program, zoo(name), tmp_path)


def test_same_bytes_with_external_data(program, tmp_path):
    model = onnx.load(write(tmp_path / "plain.onnx", graph_of(*layered())))
    onnx.save(model, tmp_path / "net.onnx", save_as_external_data=True, all_tensors_to_one_file=False,
              size_threshold=0)
    same_bytes(program, tmp_path / "net.onnx", tmp_path)
