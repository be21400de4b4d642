"""The ONNX reader: every operator against onnxruntime, and every refusal."""

import hashlib
from fractions import Fraction

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

NEWEST = onnx.defs.onnx_opset_version()
OPSETS = [9, 10, 11, 12, 13, 14, 18, 21, NEWEST]


def node(operator, inputs, outputs, name="", **attributes):
    return helper.make_node(operator, inputs.split(), outputs.split(), name, **attributes)


def graph_of(nodes, constants, inputs=None, outputs=None, kind=TensorProto.FLOAT):
    """A graph from x to y; `inputs` and `outputs` map names to shapes."""
    return helper.make_graph(
        nodes, "net",
        [helper.make_tensor_value_info(name, kind, shape) for name, shape in (inputs or {"x": [1, 4]}).items()],
        [helper.make_tensor_value_info(name, kind, shape) for name, shape in (outputs or {"y": None}).items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()])


def write(path, graph, opset=17, ir_version=8):
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = ir_version
    path.write_bytes(model.SerializeToString())
    return path


def at(values):
    return "--at=" + ",".join(str(Fraction(float(value))) for value in values)


def exact(program, path, values, *arguments):
    return [Fraction(text) for text in program.answer("info", path, at(values), *arguments)["value"]]


def session(path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def compare(program, path, points=3):
    """The exact value at random points is what onnxruntime computes, up to its rounding."""
    runtime = session(path)
    generator = np.random.default_rng(7)
    inputs = runtime.get_inputs()
    for _ in range(points):
        feeds = {}
        for entry in inputs:
            shape = [extent if isinstance(extent, int) else 1 for extent in entry.shape]
            feeds[entry.name] = generator.normal(size=shape).astype(
                np.float64 if entry.type == "tensor(double)" else np.float32)
        expected = np.concatenate([np.ravel(value) for value in runtime.run(None, feeds)])
        flat = np.concatenate([np.ravel(feeds[entry.name]) for entry in inputs])
        found = [float(value) for value in exact(program, path, flat)]
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def weights(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def integers(*values):
    return np.array(values, np.int64)


# (nodes, constants, oldest opset, newest opset): from x of shape [1, 4], or the given inputs, to y.
FORMS = {
    "gemm": ([node("Gemm", "x A C", "y")], {"A": weights(4, 3), "C": weights(3)}, 9, NEWEST),
    "gemm transposed": ([node("Gemm", "x A C", "y", transB=1, alpha=0.5, beta=2.0)],
                        {"A": weights(3, 4), "C": weights(1, 3)}, 9, NEWEST),
    "gemm left constant": ([node("Transpose", "x", "t"), node("Gemm", "A t C", "y", transA=1)],
                           {"A": weights(4, 3), "C": weights(3, 1)}, 9, NEWEST),
    "gemm both transposed": ([node("Gemm", "A x C", "y", transA=1, transB=1)],
                             {"A": weights(4, 3), "C": np.float32(0.25)}, 9, NEWEST),
    "gemm without C": ([node("Gemm", "x A", "y")], {"A": weights(4, 3)}, 11, NEWEST),
    "gemm of constants": ([node("Gemm", "A B", "w", alpha=0.25), node("Gemm", "x w", "y")],
                          {"A": weights(4, 3), "B": weights(3, 2, seed=2)}, 11, NEWEST),
    "matmul": ([node("MatMul", "x A", "y")], {"A": weights(4, 3)}, 9, NEWEST),
    "matmul left": ([node("Transpose", "x", "t"), node("MatMul", "A t", "y")], {"A": weights(3, 4)}, 9, NEWEST),
    "matmul vector": ([node("MatMul", "x a", "y")], {"a": weights(4)}, 9, NEWEST),
    "matmul vectors": ([node("Flatten", "x", "f"), node("Reshape", "f s", "v"), node("MatMul", "v a", "y")],
                       {"a": weights(4), "s": integers(4)}, 9, NEWEST),
    "matmul stack": ([node("Reshape", "x s", "v"), node("MatMul", "v a", "y")],
                     {"a": weights(3, 2, 5), "s": integers(1, 2, 2)}, 9, NEWEST),
    "matmul constant stack": ([node("Reshape", "x s", "v"), node("MatMul", "a v", "y")],
                              {"a": weights(3, 1, 5, 2), "s": integers(1, 2, 2)}, 9, NEWEST),
    "matmul constants": ([node("MatMul", "a b", "c"), node("MatMul", "x c", "y")],
                         {"a": weights(4, 3), "b": weights(3, 2)}, 9, NEWEST),
    "add": ([node("Add", "x a", "s"), node("Add", "a s", "t"), node("Add", "t x", "y")], {"a": weights(4)}, 9, NEWEST),
    "add broadcast": ([node("Add", "x a", "y")], {"a": weights(3, 1)}, 9, NEWEST),
    "sub": ([node("Sub", "x a", "s"), node("Sub", "a s", "t"), node("Sub", "t x", "y")],
            {"a": weights(1, 4)}, 9, NEWEST),
    "mul": ([node("Mul", "x a", "s"), node("Mul", "b s", "y")], {"a": weights(4), "b": weights(2, 1)}, 9, NEWEST),
    "mul zero": ([node("Mul", "x a", "s"), node("Add", "s x", "y")], {"a": np.zeros(4, np.float32)}, 9, NEWEST),
    "div": ([node("Div", "x a", "s"), node("Div", "s b", "y")], {"a": weights(4), "b": np.float32(3)}, 9, NEWEST),
    "neg": ([node("Neg", "x", "y")], {}, 9, NEWEST),
    "relu": ([node("Relu", "x", "r"), node("Neg", "x", "n"), node("Relu", "n", "s"), node("Sub", "r s", "y")],
             {}, 9, NEWEST),
    "relu of constants": ([node("Relu", "a", "b"), node("Add", "x b", "y")], {"a": weights(4)}, 9, NEWEST),
    "identity": ([node("Identity", "x", "y")], {}, 9, NEWEST),
    "flatten": ([node("Reshape", "x s", "r"), node("Flatten", "r", "y", axis=2)], {"s": integers(1, 2, 2)}, 9, NEWEST),
    "flatten all": ([node("Flatten", "x", "y", axis=0)], {}, 9, NEWEST),
    "flatten negative": ([node("Flatten", "x", "y", axis=-1)], {}, 11, NEWEST),
    "reshape": ([node("Reshape", "x s", "r"), node("Relu", "r", "y")], {"s": integers(0, 2, -1)}, 9, NEWEST),
    "reshape allowzero": ([node("Reshape", "x s", "y", allowzero=1)], {"s": integers(2, -1)}, 14, NEWEST),
    "squeeze": ([node("Squeeze", "x", "y")], {}, 9, NEWEST),
    "squeeze attribute": ([node("Squeeze", "x", "y", axes=[0])], {}, 9, 12),
    "squeeze input": ([node("Squeeze", "x a", "y")], {"a": integers(-2)}, 13, NEWEST),
    "unsqueeze attribute": ([node("Unsqueeze", "x", "y", axes=[0, 3])], {}, 9, 12),
    "unsqueeze input": ([node("Unsqueeze", "x a", "y")], {"a": integers(-1, 0)}, 13, NEWEST),
    "transpose": ([node("Reshape", "x s", "r"), node("Transpose", "r", "t", perm=[2, 0, 1]), node("Mul", "t a", "y")],
                  {"s": integers(1, 2, 2), "a": weights(2)}, 9, NEWEST),
    "constant": ([node("Constant", "", "c", value=numpy_helper.from_array(weights(4))), node("Add", "x c", "y")],
                 {}, 9, NEWEST),
    "constant float": ([node("Constant", "", "c", value_float=0.1), node("Mul", "x c", "y")], {}, 12, NEWEST),
    "constant floats": ([node("Constant", "", "c", value_floats=[0.1, 1, 2, 3]), node("Mul", "x c", "y")],
                        {}, 12, NEWEST),
    "constant int": ([node("Constant", "", "c", value_int=2), node("Gather", "x c", "y", axis=1)], {}, 12, NEWEST),
    "constant ints": ([node("Constant", "", "c", value_ints=[2, 2]), node("Reshape", "x c", "y")], {}, 12, NEWEST),
    "constant of shape": ([node("ConstantOfShape", "s", "c", value=helper.make_tensor("v", 1, [1], [1.5])),
                           node("Mul", "x c", "y")], {"s": integers(1, 4)}, 9, NEWEST),
    "constant of shape zero": ([node("ConstantOfShape", "s", "c"), node("Add", "x c", "y")],
                               {"s": integers(2, 4)}, 9, NEWEST),
    "shape": ([node("Shape", "x", "s"), node("Gather", "s i", "b"), node("Concat", "b m", "t", axis=0),
               node("Reshape", "x t", "y")], {"i": integers(0), "m": integers(2, -1)}, 9, NEWEST),
    "shape slice": ([node("Shape", "x", "s", start=-1), node("Reshape", "x s", "y")], {}, 15, NEWEST),
    "integer arithmetic": ([node("Shape", "x", "s"), node("Div", "s d", "t"), node("Mul", "t e", "u"),
                            node("Sub", "u f", "v"), node("Reshape", "x v", "y")],
                           {"d": integers(1, 3), "e": integers(2, 2), "f": integers(0, 0)}, 9, NEWEST),
    "cast constants": ([node("Cast", "c", "d", to=TensorProto.FLOAT), node("Add", "x d", "y")],
                       {"c": np.array([1, -2, 0.5, 3])}, 9, NEWEST),
    "cast integers": ([node("Cast", "c", "d", to=TensorProto.INT64), node("Reshape", "x d", "y")],
                      {"c": np.array([2, 2], np.float32)}, 9, NEWEST),
    "cast nothing": ([node("Cast", "x", "y", to=TensorProto.FLOAT)], {}, 9, NEWEST),
    "slice attribute": ([node("Slice", "x", "y", starts=[0, 1], ends=[1, -1])], {}, 9, 9),
    "slice attribute axes": ([node("Slice", "x", "y", starts=[-3], ends=[1000], axes=[1])], {}, 9, 9),
    "slice": ([node("Slice", "x a b c d", "y")],
              {"a": integers(3), "b": integers(-(2**63)), "c": integers(1), "d": integers(-2)}, 10, NEWEST),
    "slice reversed": ([node("Slice", "x a b c d", "y")],
                       {"a": integers(-1), "b": integers(0), "c": integers(-1), "d": integers(-1)}, 10, NEWEST),
    "slice large step": ([node("Slice", "x a b c d", "y")],
                         {"a": integers(1), "b": integers(2**63 - 1), "c": integers(1), "d": integers(2**62)},
                         10, NEWEST),
    "slice without axes": ([node("Slice", "x a b", "y")], {"a": integers(0, 1), "b": integers(1, 3)}, 10, NEWEST),
    "gather": ([node("Gather", "x i", "y", axis=1)], {"i": np.array([[3, 0], [1, 1]], np.int64)}, 9, NEWEST),
    "gather negative": ([node("Gather", "x i", "y", axis=-1)], {"i": np.array([-1, 2], np.int32)}, 11, NEWEST),
    "split equal": ([node("Split", "x", "a b", axis=1), node("Sub", "a b", "y")], {}, 9, 17),
    "split attribute": ([node("Split", "x", "a b", axis=1, split=[1, 3]), node("Add", "a b", "y")], {}, 9, 12),
    "split input": ([node("Split", "x s", "a b", axis=-1), node("Add", "a b", "y")], {"s": integers(3, 1)}, 13, NEWEST),
    "split uneven": ([node("Gather", "x i", "g", axis=1), node("Split", "g", "a b c", axis=1, num_outputs=3),
                      node("Concat", "c a b", "y", axis=1)], {"i": integers(0, 1, 2, 3, 0)}, 18, NEWEST),
    "concat": ([node("Relu", "x", "r"), node("Concat", "x a r", "c", axis=0), node("Concat", "c c", "y", axis=-1)],
               {"a": weights(2, 4)}, 11, NEWEST),
    "dropout attribute": ([node("Dropout", "x", "y", ratio=0.5)], {}, 10, 11),
    "dropout input": ([node("Dropout", "x r t", "y mask", seed=1)],
                      {"r": np.float32(0.5), "t": np.array(False)}, 12, 17),
    "dropout": ([node("Dropout", "x", "y")], {}, 9, NEWEST),
    "skip": ([node("Gemm", "x A", "h"), node("Relu", "h", "r"), node("Add", "x r", "s"), node("Relu", "s", "t"),
              node("Sub", "t x", "y")], {"A": weights(4, 4)}, 11, NEWEST),
}


@pytest.mark.parametrize("name", FORMS)
def test_operator(program, tmp_path, name):
    nodes, constants, oldest, newest = FORMS[name]
    graph = graph_of(nodes, constants)
    tried = [opset for opset in OPSETS if oldest <= opset <= newest]
    for opset in tried:
        path = write(tmp_path / f"opset{opset}.onnx", graph, opset)
        try:
            session(path)
        except Exception as reason:
            if opset == NEWEST and "official released onnx opset" in str(reason):
                continue  # this runtime is older than the opset
            raise
        compare(program, path, points=1)
    compare(program, path=tmp_path / f"opset{tried[0]}.onnx")


def layered(dtype=np.float32):
    arrays = {"A": weights(8, 4), "a": weights(8, seed=2), "B": weights(3, 8, seed=3), "b": weights(3, seed=4)}
    nodes = [node("Gemm", "x A a", "h", "fc1", transB=1), node("Relu", "h", "r", "act1"),
             node("Gemm", "r B b", "y", "fc2", transB=1)]
    return nodes, {name: array.astype(dtype) for name, array in arrays.items()}


@pytest.mark.parametrize("opset", OPSETS)
def test_layers_in_every_opset(program, tmp_path, opset):
    nodes, constants = layered()
    path = write(tmp_path / "net.onnx", graph_of(nodes, constants, {"x": ["batch", 4]}), opset)
    value = exact(program, path, [1, 2, -3, 4])
    reference = write(tmp_path / "reference.onnx", graph_of(nodes, constants, {"x": ["batch", 4]}), 17)
    assert value == exact(program, reference, [1, 2, -3, 4])
    compare(program, reference)


def test_values_are_exact(program, tmp_path):
    """Rational arithmetic over the stored bits, not a rounded copy of it."""
    nodes, constants = layered()
    path = write(tmp_path / "net.onnx", graph_of(nodes, constants))
    rational = {name: np.vectorize(lambda w: Fraction(float(w)))(array) for name, array in constants.items()}
    x = [Fraction(1, 3), Fraction(-7, 10), Fraction(2), Fraction(1, 10**20)]
    hidden = [max(value, Fraction(0)) for value in rational["A"] @ x + rational["a"]]
    expected = list(rational["B"] @ hidden + rational["b"])
    record = program.answer("info", path, "--at=1/3,-0.7,2,1e-20")
    assert [Fraction(text) for text in record["value"]] == expected
    assert record["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_element_types_and_denormals(program, tmp_path, dtype):
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    smallest = np.finfo(dtype).smallest_subnormal
    column = np.array([[smallest], [np.finfo(dtype).max], [-smallest], [1]], dtype)
    expected = sum(Fraction(float(entry)) for entry in column[:, 0])
    for typed in (False, True):
        matrix = numpy_helper.from_array(column, "A")
        if typed:
            matrix = helper.make_tensor("A", kind, [4, 1], column.flatten())
        graph = graph_of([node("MatMul", "x A", "y")], {}, kind=kind)
        graph.initializer.append(matrix)
        assert exact(program, write(tmp_path / "net.onnx", graph), [1, 1, 1, 1]) == [expected]


def test_bfloat16(program, tmp_path):
    bits = np.array([0x3F80, 0x0001, 0xC2F7, 0x7F7F], np.uint16)
    graph = graph_of([node("MatMul", "x A", "y")], {}, kind=TensorProto.BFLOAT16)
    graph.initializer.append(helper.make_tensor("A", TensorProto.BFLOAT16, [4, 1], bits.tobytes(), raw=True))
    values = (bits.astype(np.uint32) << 16).view(np.float32)
    path = write(tmp_path / "net.onnx", graph)
    assert exact(program, path, [1, 1, 1, 1]) == [sum(Fraction(float(value)) for value in values)]


def test_double_precision_throughout(program, tmp_path):
    nodes, constants = layered(np.float64)
    compare(program, write(tmp_path / "net.onnx", graph_of(nodes, constants, kind=TensorProto.DOUBLE)))


def test_widening_casts(program, tmp_path):
    graph = graph_of([node("Cast", "x", "d", to=TensorProto.DOUBLE), node("Mul", "d a", "y")], {"a": np.full(4, 0.1)})
    graph.output[0].type.tensor_type.elem_type = TensorProto.DOUBLE
    compare(program, write(tmp_path / "net.onnx", graph))


def test_several_inputs_and_outputs(program, tmp_path):
    nodes = [node("Concat", "u v", "x", axis=1), *layered()[0], node("Neg", "v", "z")]
    graph = graph_of(nodes, layered()[1], {"u": ["batch", 1], "v": [1, 3]}, {"z": None, "y": None})
    path = write(tmp_path / "net.onnx", graph)
    compare(program, path)
    whole = exact(program, path, [1, 2, 3, 4])
    assert whole[:3] == [-2, -3, -4]
    assert exact(program, path, [1, 2, 3, 4], "--outputs", "4,0") == [whole[4], whole[0]]
    assert exact(program, path, [1, 3], "--fix", "1=2", "--fix", "3=4") == whole
    record = program.answer("info", path, "--fix", "1=1/10", "--outputs", "2")
    assert record["inputs"] == 3 and record["outputs"] == 1


def test_a_product_with_a_fixed_input(program, tmp_path):
    graph = graph_of([node("Split", "x", "a b", axis=1), node("Mul", "a b", "y")], {}, {"x": [1, 2]})
    path = write(tmp_path / "net.onnx", graph, 13)
    program.refuses("info", path, says=["Mul", "fix"])
    assert exact(program, path, [5], "--fix", "0=0.1") == [Fraction(1, 2)]
    assert exact(program, path, [5], "--fix", "1=0") == [0]


def test_old_files_list_weights_as_inputs(program, tmp_path):
    nodes, constants = layered()
    shapes = {"x": ["batch", 4], **{name: list(array.shape) for name, array in constants.items()}}
    path = write(tmp_path / "net.onnx", graph_of(nodes, constants, shapes), 9, ir_version=3)
    assert program.answer("info", path)["inputs"] == 4
    compare(program, path=write(tmp_path / "new.onnx", graph_of(nodes, constants)))
    assert exact(program, path, [1, 2, 3, 4]) == exact(program, tmp_path / "new.onnx", [1, 2, 3, 4])


def test_nodes_no_output_needs_are_left_out(program, tmp_path):
    nodes, constants = layered()
    path = write(tmp_path / "net.onnx", graph_of([*nodes, node("Sigmoid", "h", "unused")], constants))
    compare(program, path)


def test_external_data(program, tmp_path):
    nodes, constants = layered()
    plain = write(tmp_path / "plain.onnx", graph_of(nodes, constants))
    model = onnx.load(plain)
    (tmp_path / "sub").mkdir()
    onnx.save(model, tmp_path / "sub" / "net.onnx",
              save_as_external_data=True, location="weights.bin", size_threshold=0)
    path = tmp_path / "sub" / "net.onnx"
    assert exact(program, path, [1, 2, 3, 4]) == exact(program, plain, [1, 2, 3, 4])
    stored = path.read_bytes() + (tmp_path / "sub" / "weights.bin").read_bytes()
    assert program.answer("info", path)["sha256"] == hashlib.sha256(stored).hexdigest()

    (tmp_path / "sub" / "weights.bin").write_bytes(b"\0" * 10)
    program.refuses("info", path, says=["weights.bin", "truncated"])
    (tmp_path / "sub" / "weights.bin").unlink()
    program.refuses("info", path, says=["weights.bin", "no such file"])
    (tmp_path / "outside.bin").write_bytes(b"\0" * 1000)
    (tmp_path / "sub" / "weights.bin").symlink_to(tmp_path / "outside.bin")
    program.refuses("info", path, says=["weights.bin", "outside"])


@pytest.mark.parametrize("location", ["../secret.bin", "/etc/passwd", "a/../../secret.bin", "", "../s\0ub/x", "."])
def test_external_data_stays_in_its_folder(program, tmp_path, location):
    (tmp_path / "secret.bin").write_bytes(b"\0" * 64)
    (tmp_path / "net").mkdir()
    graph = graph_of([node("Add", "x a", "y")], {"a": weights(4)})
    tensor = graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    program.refuses("info", write(tmp_path / "net" / "net.onnx", graph), says=["'a'"])


REFUSED_NODES = {
    "smooth": ([node("Tanh", "x", "y", "act")], {}, ["'act'", "Tanh", "not supported"]),
    "unnamed": ([node("Neg", "x", "t"), node("Softmax", "t", "y")], {}, ["node 1", "'y'", "Softmax"]),
    "other domain": ([helper.make_node("Relu", ["x"], ["y"], domain="com.example")], {}, ["com.example.Relu"]),
    "several": ([node("Sin", "x", "t"), node("Cos", "t", "y")], {}, ["Sin", "Cos"]),
    "division by zero": ([node("Div", "x a", "y")], {"a": np.zeros(1, np.float32)}, ["Div", "zero"]),
    "division by an input": ([node("Div", "a x", "y")], {"a": weights(4)}, ["Div", "constants"]),
    "product": ([node("Mul", "x x", "y")], {}, ["Mul", "depend on the inputs"]),
    "matrix product": ([node("Transpose", "x", "t"), node("MatMul", "x t", "y")], {},
                       ["MatMul", "depend on the inputs"]),
    "rounding cast": ([node("Cast", "x", "y", to=TensorProto.FLOAT16)], {}, ["Cast", "rounds"]),
    "rounding constant": ([node("Cast", "a", "b", to=TensorProto.FLOAT), node("Cast", "b", "y", to=TensorProto.FLOAT)],
                          {"a": np.array([0.1])}, ["Cast", "rounds"]),
    "cast to text": ([node("Cast", "x", "y", to=TensorProto.STRING)], {}, ["Cast", "STRING"]),
    "training": ([node("Dropout", "x r t", "y")], {"r": np.float32(0.5), "t": np.array(True)}, ["Dropout", "training"]),
    "unknown attribute": ([node("Relu", "x", "y", slope=1.0)], {}, ["Relu", "slope"]),
    "attribute of an older opset": ([node("Squeeze", "x", "y", axes=[0])], {}, ["Squeeze", "axes"]),
    "attribute of a wrong type": ([node("Flatten", "x", "y", axis=1.5)], {}, ["Flatten", "axis"]),
    "no broadcast": ([node("Add", "x a", "y")], {"a": weights(3)}, ["Add", "[1, 4]", "[3]"]),
    "sizes do not fit": ([node("MatMul", "x a", "y")], {"a": weights(3, 2)}, ["MatMul", "3 x 2"]),
    "wrong C": ([node("Gemm", "x a c", "y")], {"a": weights(4, 2), "c": weights(3, 2)}, ["Gemm", "[3, 2]"]),
    "reshape": ([node("Reshape", "x s", "y")], {"s": integers(3, -1)}, ["Reshape"]),
    "reshape to nothing": ([node("Reshape", "x s", "y", allowzero=1)], {"s": integers(0, -1)}, ["Reshape"]),
    "huge": ([node("ConstantOfShape", "s", "y")], {"s": integers(2**40, 2**40)}, ["ConstantOfShape", "elements"]),
    "negative size": ([node("ConstantOfShape", "s", "y")], {"s": integers(-5)}, ["ConstantOfShape", "negative"]),
    "gather outside": ([node("Gather", "x i", "y", axis=1)], {"i": integers(4)}, ["Gather"]),
    "step of zero": ([node("Slice", "x a b c d", "y")],
                     {"a": integers(0), "b": integers(4), "c": integers(1), "d": integers(0)}, ["Slice", "zero"]),
    "axis outside": ([node("Flatten", "x", "y", axis=3)], {}, ["Flatten", "axis 3"]),
    "types differ": ([node("Add", "x a", "y")], {"a": np.zeros(4)}, ["Add", "float64"]),
    "nothing made": ([node("Add", "x nowhere", "y")], {}, ["'nowhere'"]),
    "unsorted": ([node("Neg", "t", "y", "first"), node("Neg", "x", "t")], {}, ["'first'", "unsorted"]),
    "cyclic": ([node("Add", "x y", "t"), node("Neg", "t", "y")], {}, ["cyclic"]),
    "defined twice": ([node("Neg", "x", "y"), node("Relu", "x", "y")], {}, ["'y'", "twice"]),
    "NaN": ([node("Add", "x a", "y")], {"a": np.array([1, np.nan], np.float32)}, ["'a'", "NaN"]),
    "infinity": ([node("Add", "x a", "y")], {"a": np.array([np.inf])}, ["'a'", "infinity"]),
    "odd type": ([node("Add", "x a", "y")], {"a": np.zeros(4, np.complex64)}, ["'a'", "COMPLEX64"]),
    "line break in a name": ([node("Tanh", "x", "y", "a\nb\x1b[1m" + "c" * 900)], {}, ["Tanh"]),
    "computed shape": ([node("Cast", "x", "s", to=TensorProto.INT64), node("Reshape", "x s", "y")], {}, ["Cast"]),
}


@pytest.mark.parametrize("name", REFUSED_NODES)
def test_refused_graphs(program, tmp_path, name):
    nodes, constants, says = REFUSED_NODES[name]
    path = write(tmp_path / "net.onnx", graph_of(nodes, constants))
    program.refuses("info", path, says=["net.onnx", *says])


def test_control_flow(program, tmp_path):
    branch = helper.make_graph([node("Identity", "x", "b")], "branch", [],
                               [helper.make_tensor_value_info("b", TensorProto.FLOAT, [1, 4])])
    chosen = helper.make_node("If", ["c"], ["y"], "choice", then_branch=branch, else_branch=branch)
    path = write(tmp_path / "net.onnx", graph_of([chosen], {"c": np.array(True)}))
    program.refuses("info", path, says=["'choice'", "If", "control flow"])


def test_growing_constants_are_stopped(program, tmp_path):
    nodes = [node("Mul", f"c{k} c{k}", f"c{k + 1}") for k in range(60)] + [node("Mul", "x c60", "y")]
    path = write(tmp_path / "net.onnx", graph_of(nodes, {"c0": np.array([0.1], np.float32)}))
    program.refuses("info", path, says=["Mul", "million bits"])


@pytest.mark.parametrize("shape", [[1, "n"], ["batch", "n", 4], [1, None], None])
def test_dynamic_shapes(program, tmp_path, shape):
    path = write(tmp_path / "net.onnx", graph_of([node("Relu", "x", "y")], {}, {"x": shape}))
    program.refuses("info", path, says=["'x'", "dynamic shape"])


def test_inputs_that_are_not_read(program, tmp_path):
    relu = [node("Relu", "x", "y")]
    whole_numbers = graph_of(relu, {}, kind=TensorProto.INT64)
    program.refuses("info", write(tmp_path / "a.onnx", whole_numbers), says=["'x'", "int64"])
    program.refuses("info", write(tmp_path / "b.onnx", graph_of(relu, {"x": weights(4)})), says=["no inputs"])
    program.refuses("info", write(tmp_path / "c.onnx", graph_of(relu, {}, {"x": [2**33, 2**33]})), says=["elements"])
    no_output = graph_of(relu, {})
    del no_output.output[:]
    program.refuses("info", write(tmp_path / "d.onnx", no_output), says=["no outputs"])


@pytest.mark.parametrize("opset, says", [(8, "too old"), (NEWEST + 1, "newer"), (0, "too old")])
def test_opsets_that_are_not_read(program, tmp_path, opset, says):
    path = write(tmp_path / "net.onnx", graph_of([node("Relu", "x", "y")], {}), opset)
    program.refuses("info", path, says=[f"opset {opset}", says])


def test_parts_that_are_missing(program, tmp_path):
    path = tmp_path / "net.onnx"
    path.write_bytes(onnx.ModelProto(ir_version=8).SerializeToString())
    program.refuses("info", path, says=["no graph"])
    model = onnx.ModelProto(ir_version=8)
    model.graph.CopyFrom(graph_of([node("Relu", "x", "y")], {}))
    path.write_bytes(model.SerializeToString())
    program.refuses("info", path, says=["opset"])


def test_sizes_of_initialisers(program, tmp_path):
    def refused(change, *says):
        graph = graph_of([node("Add", "x a", "y")], {"a": weights(4)})
        change(graph.initializer[0])
        program.refuses("info", write(tmp_path / "net.onnx", graph), says=["'a'", *says])

    refused(lambda tensor: tensor.dims.append(3), "16 bytes", "48")
    refused(lambda tensor: tensor.dims.__setitem__(0, -4), "negative")
    refused(lambda tensor: tensor.dims.__setitem__(0, 2**60), "elements")
    refused(lambda tensor: setattr(tensor, "raw_data", tensor.raw_data[:-1]), "15 bytes")
    refused(lambda tensor: tensor.ClearField("raw_data"), "0 values")
    refused(lambda tensor: setattr(tensor, "data_type", 999), "999")


def test_every_truncation_is_refused(program, tmp_path):
    nodes, constants = layered()
    whole = write(tmp_path / "whole.onnx", graph_of(nodes, constants)).read_bytes()
    for length in range(0, len(whole), 29):
        (tmp_path / "cut.onnx").write_bytes(whole[:length])
        program.refuses("info", tmp_path / "cut.onnx", says=["cut.onnx"])


@pytest.mark.parametrize("arguments, says", [
    (["--fix", "4=1"], ["4", "0 to 3"]),
    (["--fix", "0=1,1=1,2=1,3=1"], ["every input"]),
    (["--outputs", "3"], ["3", "0 to 2"]),
    (["--outputs", "1,1"], ["twice"]),
])
def test_choices_outside_the_network(program, tmp_path, arguments, says):
    nodes, constants = layered()
    path = write(tmp_path / "net.onnx", graph_of(nodes, constants))
    program.refuses("info", path, *arguments, says=says)
