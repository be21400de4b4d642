#!/usr/bin/env python3
"""Writes the weights file of an ONNX network, as docs/certificate.md describes it (sections 1 and 2).

Claim.  In real arithmetic the file's rows compute the function that the ONNX file's stored weights define, at the
fixed inputs and for the kept outputs; and the bytes are those that `foldproof export` writes.  No code is shared
with foldproof: what ONNX operators mean is written down here a second time.

How.  A tensor is a numpy array of exact elements: a Fraction, or an affine Form in the free inputs and in the outputs
of ReLU neurons.  Whatever moves elements about is left to numpy; all arithmetic is in `combine`.  Each Form that
reaches a needed Relu node is put on the list of neurons and continues as a variable of its own.  Every attribute has
to be understood; what is not is refused.  Elements are exact whatever their type: the
type says which operands go together, which casts would round, and that quotients of integers are truncated.
Unlike foldproof, this sets no bound on the work that a file may ask for.

    export_weights.py NET.onnx [--fix I=V ...] [--outputs I,J] [-o FILE]

Exit code 0, or 2 with one sentence on standard error.
"""

import argparse
import hashlib
import math
import re
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
from onnx import AttributeProto, ModelProto, TensorProto

sys.set_int_max_str_digits(0)  # exact numbers may be long

OPSETS = range(9, 29)
LARGEST_EXPONENT = 20000
FLOAT, DOUBLE, FLOAT16, BFLOAT16 = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16
INT32, INT64, BOOL = TensorProto.INT32, TensorProto.INT64, TensorProto.BOOL

# The numbers of a type are m 2^e with |m| < 2^precision, e >= lowest and |m 2^e| < 2^highest.
FORMATS = {FLOAT16: (11, -24, 16), BFLOAT16: (8, -133, 128), FLOAT: (24, -149, 128), DOUBLE: (53, -1074, 1024),
           BOOL: (1, 0, 1), INT32: (31, 0, 31), INT64: (63, 0, 63)}
RANGES = {BOOL: (0, 1), INT32: (-2**31, 2**31 - 1), INT64: (-2**63, 2**63 - 1)}
FIELDS = {"i": AttributeProto.INT, "f": AttributeProto.FLOAT, "t": AttributeProto.TENSOR,
          "ints": AttributeProto.INTS, "floats": AttributeProto.FLOATS}
RAW = {FLOAT: "<f4", DOUBLE: "<f8", FLOAT16: "<f2", BFLOAT16: "<u2", INT32: "<i4", INT64: "<i8", BOOL: "u1"}
TYPED = {FLOAT: "float_data", DOUBLE: "double_data", INT64: "int64_data"}  # int32_data for the others


class Refused(ValueError):
    """What is not supported, or not well formed."""


# Numbers and rows


def parse(text):
    """A decimal or p/q, exactly."""
    decimal = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?0*[0-9]{1,4})?"
    if not re.fullmatch(f"{decimal}(?:/{decimal})?", text):
        raise Refused(f"{text!r} is not a number; write a decimal or p/q")
    p, _, q = text.partition("/")
    if q and not Fraction(q):
        raise Refused(f"{text!r} divides by zero")
    return Fraction(p) / Fraction(q or 1)


def number(value):
    """The canonical text of a Fraction."""
    p, q = value.numerator, value.denominator
    if p == 0:
        return "0"
    if q & (q - 1):
        return f"{p}/{q}"
    e = (p & -p).bit_length() - q.bit_length()
    if abs(e) > LARGEST_EXPONENT:
        raise Refused(f"a number has the exponent {e}, which is beyond {LARGEST_EXPONENT}")
    return f"{p >> max(e, 0)}b{e}" if e else str(p)


@dataclass(frozen=True, slots=True)
class Form:
    """constant + sum of coefficient * variable; at least one term, no coefficient is zero."""

    constant: Fraction
    terms: dict


def combine(pairs):
    """The sum of the products: a Form, or a Fraction if no variable is left."""
    constant, terms = Fraction(0), {}
    for factor, value in pairs:
        if isinstance(factor, Form):
            factor, value = value, factor
            if isinstance(factor, Form):
                raise Refused("multiplies two values that both depend on the inputs or on neurons")
        if not factor:
            continue
        if isinstance(value, Form):
            constant += factor * value.constant
            for variable, coefficient in value.terms.items():
                terms[variable] = terms.get(variable, 0) + factor * coefficient
        else:
            constant += factor * value
    terms = {variable: coefficient for variable, coefficient in terms.items() if coefficient}
    return Form(constant, terms) if terms else constant


def row(word, value):
    """A line of the weights file."""
    if isinstance(value, Form):
        terms = [f"{variable}:{number(coefficient)}" for variable, coefficient in sorted(value.terms.items())]
        return " ".join([word, number(value.constant), *terms])
    return f"{word} {number(value)}"


# Tensors


class Tensor(NamedTuple):
    kind: int            # element type, numbered as in ONNX
    values: np.ndarray   # of Fraction and Form


def kind_name(kind):
    return TensorProto.DataType.Name(kind)


def known_kind(kind):
    if kind not in FORMATS:
        raise Refused(f"the element type {kind_name(kind)} is not supported")
    return kind


def constants(kind, numbers, shape):
    """Of finite Python numbers in row-major order."""
    return Tensor(kind, np.array([Fraction(value) for value in numbers], object).reshape(shape))


def integers(tensor):
    """The elements of a constant tensor of integers."""
    if tensor.kind not in (INT32, INT64) or any(isinstance(value, Form) for value in tensor.values.flat):
        raise Refused("needs constant integers for shapes, axes and indices")
    return [int(value) for value in tensor.values.flat]


def widens(source, target):
    """Whether the target type can hold every number of the source type."""
    (precision, lowest, highest), (most, least, bound) = FORMATS[source], FORMATS[target]
    return precision <= most and lowest >= least and highest <= bound


def holds(kind, value):
    """Whether the type can hold a Fraction without rounding."""
    p, q = value.numerator, value.denominator
    if kind in RANGES:
        return q == 1 and RANGES[kind][0] <= p <= RANGES[kind][1]
    if q & (q - 1):
        return False
    precision, lowest, highest = FORMATS[kind]
    exponent = (p & -p).bit_length() - q.bit_length()
    last = p.bit_length() - q.bit_length() + 1
    return p == 0 or (last - exponent <= precision and exponent >= lowest and last <= highest)


def computed(kind, values):
    """A result of arithmetic: integers must not overflow."""
    values = np.asarray(values, object)
    if kind in RANGES and not all(isinstance(value, Form) or holds(kind, value) for value in values.flat):
        raise Refused("an integer overflows")
    return Tensor(kind, values)


def same_kind(a, b):
    if a.kind != b.kind:
        raise Refused(f"the operands have types {kind_name(a.kind)} and {kind_name(b.kind)}")
    return a.kind


def quotient(a, b):
    if isinstance(b, Form):
        raise Refused("divides by a value that depends on the inputs or on neurons")
    if b == 0:
        raise Refused("divides by zero")
    return combine([(1 / b, a)])


def truncated_quotient(a, b):
    value = quotient(a, b)
    if isinstance(value, Form):
        raise Refused("truncates a value that depends on neurons")
    return Fraction(math.trunc(value))


# Elementwise, with broadcasting.
sums = np.frompyfunc(lambda a, b: combine([(1, a), (1, b)]), 2, 1)
differences = np.frompyfunc(lambda a, b: combine([(1, a), (-1, b)]), 2, 1)
products = np.frompyfunc(lambda a, b: combine([(a, b)]), 2, 1)
quotients = np.frompyfunc(quotient, 2, 1)
truncated_quotients = np.frompyfunc(truncated_quotient, 2, 1)


def matrix_product(a, b):
    """numpy.matmul."""
    left = a[np.newaxis] if a.ndim == 1 else a
    right = b[:, np.newaxis] if b.ndim == 1 else b
    if a.ndim == 0 or b.ndim == 0 or left.shape[-1] != right.shape[-2]:
        raise Refused(f"arrays of shapes {a.shape} and {b.shape} have no matrix product")
    stack = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    left = np.broadcast_to(left, stack + left.shape[-2:])
    right = np.broadcast_to(right, stack + right.shape[-2:])
    result = np.empty(stack + (left.shape[-2], right.shape[-1]), object)
    for place in np.ndindex(result.shape):
        *matrix, i, j = place
        result[place] = combine(zip(left[(*matrix, i)], right[(*matrix, slice(None), j)]))
    if a.ndim == 1:
        result = result[..., 0, :]
    return result[..., 0] if b.ndim == 1 else result


# Operators: from a Node to the list of its results.


class Node:
    """A node with its inputs; attributes are ticked off as they are read."""

    def __init__(self, proto, opset, inputs, graph):
        self.opset, self.inputs, self.graph, self.output_count = opset, inputs, graph, len(proto.output)
        self.attributes = {attribute.name: attribute for attribute in proto.attribute}
        if len(self.attributes) < len(proto.attribute):
            raise Refused("an attribute is given twice")

    def has(self, i):
        return i < len(self.inputs) and self.inputs[i] is not None

    def input(self, i=0):
        if not self.has(i):
            raise Refused(f"input {i} is missing")
        return self.inputs[i]

    def attribute(self, name, field, otherwise=None):
        attribute = self.attributes.pop(name, None)
        if attribute is None:
            return otherwise
        if attribute.type != FIELDS[field]:
            raise Refused(f"the attribute {name!r} has the wrong type")
        return getattr(attribute, field)

    def ignore(self, *names):
        for name in names:
            self.attributes.pop(name, None)

    def integers(self, name, place, since):
        """Axes and the like, if given: an attribute before the opset `since`, an input from then on."""
        if self.opset >= since:
            return integers(self.input(place)) if self.has(place) else None
        if self.has(place):
            raise Refused(f"input {place} is not known in opset {self.opset}")
        found = self.attribute(name, "ints")
        return None if found is None else list(found)


def axis_of(axis, rank):
    if not -rank <= axis < rank:
        raise Refused(f"axis {axis} is outside {rank} axes")
    return axis % rank


def arithmetic(operation):
    def apply(node):
        a, b = node.input(0), node.input(1)
        return [computed(same_kind(a, b), operation(a.values, b.values))]
    return apply


def divide(node):
    return arithmetic(truncated_quotients if node.input().kind in RANGES else quotients)(node)


def negate(node):
    kind, x = node.input()
    return [computed(kind, products(Fraction(-1), x))]


def relu(node):
    kind, x = node.input()
    result = np.empty(x.shape, object)
    for place in np.ndindex(x.shape):
        value = x[place]
        result[place] = node.graph.neuron(value) if isinstance(value, Form) else max(value, Fraction(0))
    return [Tensor(kind, result)]


def gemm(node):
    a, b = node.input(0), node.input(1)
    kind = same_kind(a, b)
    if a.values.ndim != 2 or b.values.ndim != 2:
        raise Refused("needs matrices")
    alpha, beta = Fraction(node.attribute("alpha", "f", 1)), Fraction(node.attribute("beta", "f", 1))
    left = a.values.T if node.attribute("transA", "i", 0) else a.values
    right = b.values.T if node.attribute("transB", "i", 0) else b.values
    result = matrix_product(left, right)
    if alpha != 1:
        result = products(alpha, result)
    if node.has(2):
        c = np.broadcast_to(node.input(2).values, result.shape)
        same_kind(a, node.input(2))
        result = sums(result, c if beta == 1 else products(beta, c))
    return [computed(kind, result)]


def cast(node):
    source, x = node.input()
    target = known_kind(node.attribute("to", "i", TensorProto.UNDEFINED))
    node.ignore("saturate", "round_mode")  # for float8 only
    if not widens(source, target) and not all(not isinstance(v, Form) and holds(target, v) for v in x.flat):
        raise Refused(f"rounds from {kind_name(source)} to {kind_name(target)}")
    return [Tensor(target, x)]


def concat(node):
    tensors = [node.input(i) for i in range(len(node.inputs))]
    axis = node.attribute("axis", "i")
    if axis is None:
        raise Refused("has no axis")
    for tensor in tensors:
        same_kind(tensors[0], tensor)
    return [Tensor(tensors[0].kind, np.concatenate([tensor.values for tensor in tensors], axis))]


def constant(node):
    if (tensor := node.attribute("value", "t")) is not None:
        return [node.graph.stored.decode(tensor)]
    for name, field, kind in [("value_float", "f", FLOAT), ("value_int", "i", INT64)]:
        if (value := node.attribute(name, field)) is not None:
            return [constants(kind, [value], ())]
    for name, field, kind in [("value_floats", "floats", FLOAT), ("value_ints", "ints", INT64)]:
        if (values := node.attribute(name, field)) is not None:
            return [constants(kind, values, (len(values),))]
    raise Refused("holds no dense numbers")


def constant_of_shape(node):
    value = node.attribute("value", "t")
    kind, x = constants(FLOAT, [0], (1,)) if value is None else node.graph.stored.decode(value)
    return [Tensor(kind, np.full(integers(node.input()), x.item(), object))]


def dropout(node):
    kind, x = node.input()
    node.ignore("ratio", "seed")
    if node.has(2) and node.input(2).values.item() != 0:
        raise Refused("is in training mode")
    return [Tensor(kind, x), Tensor(BOOL, np.full(x.shape, Fraction(1), object))]


def flatten(node):
    kind, x = node.input()
    axis = node.attribute("axis", "i", 1)
    axis = axis if axis == x.ndim else axis_of(axis, x.ndim)
    return [Tensor(kind, x.reshape(math.prod(x.shape[:axis]), math.prod(x.shape[axis:])))]


def gather(node):
    kind, x = node.input()
    places = np.array(integers(node.input(1)), np.int64).reshape(node.input(1).values.shape)
    return [Tensor(kind, np.asarray(np.take(x, places, axis_of(node.attribute("axis", "i", 0), x.ndim)), object))]


def reshape(node):
    kind, x = node.input()
    shape = integers(node.input(1))
    if any(extent < -1 for extent in shape):
        raise Refused(f"the shape {shape} has a negative extent")
    if node.opset < 14 or not node.attribute("allowzero", "i", 0):
        if 0 in shape[x.ndim:]:
            raise Refused(f"the shape {shape} copies an extent that {x.shape} does not have")
        shape = [extent or x.shape[d] for d, extent in enumerate(shape)]
    return [Tensor(kind, x.reshape(shape))]


def shape_of(node):
    shape = node.input().values.shape
    start, end = 0, None
    if node.opset >= 15:
        start, end = node.attribute("start", "i", 0), node.attribute("end", "i")
    extents = shape[start:end]
    return [constants(INT64, extents, (len(extents),))]


def slice_places(start, end, step, extent):
    """The places start:end:step of an axis; those outside move to the border."""
    start, end = (place + extent if place < 0 else place for place in (start, end))
    low, high = (0, extent) if step > 0 else (-1, extent - 1)
    return range(min(max(start, 0), high), min(max(end, low), high), step)


def slices(node):
    kind, x = node.input()
    starts, ends = node.integers("starts", 1, 10), node.integers("ends", 2, 10)
    if starts is None or ends is None:
        raise Refused("has no starts or no ends")
    axes = node.integers("axes", 3, 10)
    axes = [axis_of(axis, x.ndim) for axis in (range(len(starts)) if axes is None else axes)]
    steps = node.integers("steps", 4, 10) if node.opset >= 10 else None
    steps = [1] * len(starts) if steps is None else steps
    if len(set(axes)) < len(axes):
        raise Refused("slices an axis twice")
    for start, end, step, axis in zip(starts, ends, steps, axes, strict=True):
        x = np.take(x, np.array(slice_places(start, end, step, x.shape[axis]), np.int64), axis)
    return [Tensor(kind, x)]


def split(node):
    kind, x = node.input()
    axis = axis_of(node.attribute("axis", "i", 0), x.ndim)
    extent = x.shape[axis]
    sizes = node.integers("split", 1, 13)
    parts = node.attribute("num_outputs", "i", node.output_count) if node.opset >= 18 else node.output_count
    if sizes is None:
        size = -(-extent // parts)
        sizes = [size] * (parts - 1) + [extent - size * (parts - 1)]
        if node.opset < 18 and sizes[-1] != size:
            raise Refused(f"cannot split {extent} into {parts} equal parts")
    if not len(sizes) == parts == node.output_count or min(sizes) < 0 or sum(sizes) != extent:
        raise Refused(f"the parts {sizes} do not make up the axis")
    return [Tensor(kind, part) for part in np.split(x, np.cumsum(sizes)[:-1], axis)]


def squeeze(node):
    kind, x = node.input()
    axes = node.integers("axes", 1, 13)
    return [Tensor(kind, np.squeeze(x, None if axes is None else tuple({axis_of(axis, x.ndim) for axis in axes})))]


def transpose(node):
    kind, x = node.input()
    order = node.attribute("perm", "ints", range(x.ndim)[::-1])
    if sorted(order) != list(range(x.ndim)):
        raise Refused(f"the permutation {list(order)} does not fit the shape {x.shape}")
    return [Tensor(kind, x.transpose(order))]


def unsqueeze(node):
    kind, x = node.input()
    axes = node.integers("axes", 1, 13)
    if axes is None:
        raise Refused("has no axes")
    return [Tensor(kind, np.expand_dims(x, tuple(axes)))]


def identity(node):
    return [node.input()]


# Least and largest number of inputs, and what is computed.
OPERATORS = {
    "Add": (2, 2, arithmetic(sums)), "Cast": (1, 1, cast), "Concat": (1, math.inf, concat),
    "Constant": (0, 0, constant), "ConstantOfShape": (1, 1, constant_of_shape), "Div": (2, 2, divide),
    "Dropout": (1, 3, dropout), "Flatten": (1, 1, flatten), "Gather": (2, 2, gather), "Gemm": (2, 3, gemm),
    "Identity": (1, 1, identity), "MatMul": (2, 2, arithmetic(matrix_product)), "Mul": (2, 2, arithmetic(products)),
    "Neg": (1, 1, negate), "Relu": (1, 1, relu), "Reshape": (2, 2, reshape), "Shape": (1, 1, shape_of),
    "Slice": (1, 5, slices), "Split": (1, 2, split), "Squeeze": (1, 2, squeeze), "Sub": (2, 2, arithmetic(differences)),
    "Transpose": (1, 1, transpose), "Unsqueeze": (1, 2, unsqueeze),
}


# The file


class Stored:
    """The stored tensors of a model; hashes the model file, and each external file when it is first needed."""

    def __init__(self, path, model_bytes):
        self.folder = path.absolute().parent.resolve()
        self.files = {}
        self.hash = hashlib.sha256(model_bytes)

    def decode(self, proto):
        try:
            return self._decode(proto)
        except (OSError, ValueError, OverflowError) as reason:
            raise Refused(f"the stored tensor {proto.name!r}: {reason}") from None

    def _decode(self, proto):
        kind, shape = known_kind(proto.data_type), tuple(proto.dims)
        if proto.HasField("segment") or any(extent < 0 for extent in shape):
            raise Refused("it is in segments, or has a negative extent")
        count = math.prod(shape)
        if proto.data_location == TensorProto.EXTERNAL:
            values = np.frombuffer(self._external(proto, count * np.dtype(RAW[kind]).itemsize), RAW[kind])
        elif proto.HasField("raw_data"):
            values = np.frombuffer(proto.raw_data, RAW[kind])
        else:
            values = np.array(getattr(proto, TYPED.get(kind, "int32_data")), None if kind in TYPED else np.int64)
            if kind in (FLOAT16, BFLOAT16):
                values = values.astype(np.uint16).view(RAW[kind])
        if kind == BFLOAT16:
            values = (values.astype(np.uint32) << 16).view(np.float32)
        if kind == BOOL:
            values = values != 0
        if len(values) != count:
            raise Refused(f"it has {len(values)} elements and the shape {shape}")
        return constants(kind, values.tolist(), shape)

    def _external(self, proto, expected):
        entries = {entry.key: entry.value for entry in proto.external_data}
        location = entries.get("location", "")
        path = (self.folder / location).resolve()
        if not location or Path(location).is_absolute() or not path.is_relative_to(self.folder):
            raise Refused(f"the external file {location!r} is outside the folder of the network")
        if path not in self.files:
            self.files[path] = path.read_bytes()
            self.hash.update(self.files[path])
        offset, length = int(entries.get("offset", 0)), int(entries.get("length", expected))
        if min(offset, length) < 0 or offset + length > len(self.files[path]):
            raise Refused(f"the external file {location!r} is truncated")
        return self.files[path][offset:offset + length]


def input_shape(info):
    """A dynamic batch axis, the first, counts as 1."""
    if not info.type.tensor_type.HasField("shape"):
        raise Refused(f"the input {info.name!r} is no tensor of static shape")
    extents = [extent.dim_value for extent in info.type.tensor_type.shape.dim]
    if any(extent <= 0 for extent in extents[1:]):
        raise Refused(f"the input {info.name!r} has a dynamic shape")
    return tuple(max(extent, 1) for extent in extents)


class Graph:
    """The graph's values by name, its neurons and its outputs as exact elements."""

    def __init__(self, proto, opset, stored, fix):
        self.proto, self.opset, self.stored = proto, opset, stored
        self.values, self.neurons = {}, []
        self._define_inputs(fix)
        if proto.sparse_initializer:
            raise Refused("sparse weights are not supported")
        for tensor in proto.initializer:
            self._define(tensor.name, stored.decode(tensor))
        for place in self._needed():
            self._run(proto.node[place], place)
        self.outputs = [value for output in proto.output for value in self.values[output.name].values.flat]

    def neuron(self, value):
        """The output of a new neuron."""
        self.neurons.append(value)
        return Form(Fraction(0), {self.inputs + len(self.neurons) - 1: Fraction(1)})

    def _define(self, name, tensor):
        if name in self.values:
            raise Refused(f"the value {name!r} is defined twice")
        self.values[name] = tensor

    def _define_inputs(self, fix):
        weights = {tensor.name for tensor in self.proto.initializer}  # old files list them as inputs, too
        infos = [info for info in self.proto.input if info.name not in weights]
        count = sum(math.prod(input_shape(info)) for info in infos)
        wrong = [i for i in fix if not 0 <= i < count]
        if wrong:
            raise Refused(f"input {wrong[0]} cannot be fixed, as there are {count} inputs, counted from 0")
        if len(fix) == count:
            raise Refused("there is no input that is not fixed")
        self.inputs = count - len(fix)
        free = iter(range(self.inputs))
        elements = iter([fix[i] if i in fix else Form(Fraction(0), {next(free): Fraction(1)}) for i in range(count)])
        for info in infos:
            kind = known_kind(info.type.tensor_type.elem_type)
            if kind in RANGES:
                raise Refused(f"the input {info.name!r} has the type {kind_name(kind)}")
            values = np.empty(input_shape(info), object)
            for place in np.ndindex(values.shape):
                values[place] = next(elements)
            self._define(info.name, Tensor(kind, values))

    def _needed(self):
        """The places of the nodes that an output depends on, ascending. The nodes have to be in order."""
        maker = {}
        for place, node in enumerate(self.proto.node):
            for name in filter(None, node.output):
                if name in self.values or name in maker:
                    raise Refused(f"the value {name!r} is defined twice")
                maker[name] = place
        needed = set()

        def need(name, user):
            if name in self.values:
                return
            if name not in maker or maker[name] >= user:
                raise Refused(f"the value {name!r} is used before it is made, or nothing makes it")
            needed.add(maker[name])

        for output in self.proto.output:
            need(output.name, len(self.proto.node))
        for place in reversed(range(len(self.proto.node))):
            if place in needed:
                for name in filter(None, self.proto.node[place].input):
                    need(name, place)
        return sorted(needed)

    def _run(self, proto, place):
        try:
            least, most, apply = OPERATORS.get(proto.op_type, (0, 0, None))
            if apply is None or proto.domain not in ("", "ai.onnx"):
                raise Refused("the operator is not supported")
            if not least <= len(proto.input) <= most:
                raise Refused(f"{len(proto.input)} inputs are too many or too few")
            node = Node(proto, self.opset, [self.values[name] if name else None for name in proto.input], self)
            results = apply(node)
            if node.attributes:
                raise Refused(f"the attributes {sorted(node.attributes)} are not supported in opset {self.opset}")
            if len(proto.output) > len(results):
                raise Refused("it has more outputs than its operator makes")
        except (ArithmeticError, IndexError, MemoryError, ValueError) as reason:
            raise Refused(f"node {place} {proto.name!r} ({proto.op_type}): {reason}") from None
        for name, result in zip(proto.output, results):
            if name:
                self._define(name, result)


def read_model(content):
    """A model and its opset."""
    model = ModelProto()
    try:
        model.ParseFromString(content)
    except Exception:  # protobuf's own DecodeError
        raise Refused("the file is truncated or not an ONNX file") from None
    versions = [entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    if not model.HasField("graph") or not model.graph.output or not versions:
        raise Refused("the file holds no graph with outputs, or names no opset")
    if versions[0] not in OPSETS:
        raise Refused(f"the opset {versions[0]} is not supported, only {OPSETS[0]} to {OPSETS[-1]}")
    return model, versions[0]


def weights_text(path, fix={}, outputs=()):
    """The weights file of an ONNX file.

    fix: from input to its value, text (a decimal or p/q) or an exact number; outputs: those to keep, all if empty.
    Raises ValueError or OSError if the file cannot be exported.
    """
    fix = {i: parse(value) if isinstance(value, str) else Fraction(value) for i, value in sorted(fix.items())}
    path = Path(path)
    content = path.read_bytes()
    model, opset = read_model(content)
    stored = Stored(path, content)
    graph = Graph(model.graph, opset, stored, fix)
    kept = list(outputs) or list(range(len(graph.outputs)))
    wrong = [i for i in kept if not 0 <= i < len(graph.outputs)]
    if wrong or not kept or len(set(kept)) < len(kept):
        raise Refused(f"the outputs to keep must be distinct and among {len(graph.outputs)}, counted from 0")
    lines = ["foldproof-network 1",
             f"source {stored.hash.hexdigest()}",
             " ".join(["fixed", *(f"{i}={number(value)}" for i, value in fix.items())]),
             " ".join(["kept", *map(str, kept)]),
             f"inputs {graph.inputs}",
             *(row("relu", value) for value in graph.neurons),
             *(row("output", graph.outputs[i]) for i in kept),
             "end"]
    return "\n".join(lines) + "\n"


def fixes(entries):
    result = {}
    for entry in ",".join(entries).split(",") if entries else []:
        index, equals, value = entry.partition("=")
        if not re.fullmatch("[0-9]+", index) or not equals or int(index) in result:
            raise Refused(f"--fix takes INDEX=VALUE, each input once, not {entry!r}")
        result[int(index)] = value
    return result


def indices(text):
    if not re.fullmatch("[0-9]+(,[0-9]+)*", text):
        raise Refused(f"--outputs takes I,J,..., not {text!r}")
    return [int(index) for index in text.split(",")]


def main():
    parser = argparse.ArgumentParser(description="Writes the weights file of an ONNX network.")
    parser.add_argument("network", metavar="NET.onnx")
    parser.add_argument("--fix", metavar="I=V", action="append", help="freeze input I (from 0) at a decimal or p/q")
    parser.add_argument("--outputs", metavar="I,J", help="keep only these outputs (from 0), in this order")
    parser.add_argument("-o", metavar="FILE", dest="file", help="where to write; standard output if not given")
    arguments = parser.parse_args()
    try:
        outputs = () if arguments.outputs is None else indices(arguments.outputs)
        text = weights_text(arguments.network, fixes(arguments.fix), outputs)
        if arguments.file is None:
            sys.stdout.write(text)
        else:
            Path(arguments.file).write_bytes(text.encode())
    except (OSError, ValueError, MemoryError) as reason:
        print("export_weights:", f"{arguments.network}:", *str(reason).split(), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
