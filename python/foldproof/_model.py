"""Networks: from a file, from bytes, from a PyTorch module, or from weights."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard, Union

from . import _core
from ._core import InputError
from ._exact import Number, Vector, counted, fractions, text, vector

if TYPE_CHECKING:
    import numpy as np
    import torch

    class ModelProto(Protocol):
        """That of the package onnx."""

        def SerializeToString(self) -> bytes: ...

    Source = Union[str, os.PathLike[str], bytes, ModelProto, "torch.nn.Module", Sequence[tuple[Any, Any]], "Network"]


class Network:
    """An immutable network of affine operations and ReLUs, read exactly; made by :func:`load`."""

    __slots__ = ("_core", "_source", "_name", "_fix", "_outputs")

    def __init__(self, source: bytes | tuple[tuple[Any, Any], ...], name: str, fix: Mapping[int, str],
                 outputs: Sequence[int]) -> None:
        self._source = source
        self._name = name
        self._fix = dict(fix)
        self._outputs = tuple(outputs)
        read = _core.Model.from_bytes if isinstance(source, bytes) else _core.Model.from_layers
        self._core = read(source, name, self._fix, list(self._outputs))  # type: ignore[arg-type]

    @property
    def name(self) -> str:
        """What records and pages call the network: its path, or what :func:`load` was told."""
        return self._name

    @property
    def inputs(self) -> int:
        """n, the number of inputs that are not fixed."""
        return self._core.inputs

    @property
    def outputs(self) -> int:
        """m, the number of outputs that are kept."""
        return self._core.outputs

    @property
    def neurons(self) -> int:
        """ReLUs, after merging those on parallel hinges."""
        return self._core.neurons

    def exact(self, x: Vector) -> tuple[Fraction, ...]:
        """f(x), exactly."""
        return fractions(self._core.evaluate(vector(x, "x")))

    def __call__(self, x: Any) -> np.ndarray[Any, Any]:
        """f(x), rounded to doubles once; `x` is a point, or an array of points, one a row."""
        import numpy as np

        if getattr(x, "ndim", 1) == 2 or (isinstance(x, (list, tuple)) and x and isinstance(x[0], (list, tuple))):
            return np.array([self(row) for row in x]).reshape(len(x), self.outputs)
        return np.array([float(value) for value in self.exact(x)])

    def weights(self) -> str:
        """The weights file that proofs refer to, as `foldproof export` writes it."""
        return self._core.weights()

    def fixed(self, fix: Mapping[int, Number]) -> Network:
        """This network with more inputs frozen; they are counted as in the file, from 0."""
        return Network(self._source, self._name, self._fix | _fix_texts(fix), self._outputs)

    def __reduce__(self) -> tuple[Any, ...]:
        return Network, (self._source, self._name, self._fix, self._outputs)

    def __repr__(self) -> str:
        sizes = ((self.inputs, "input"), (self.outputs, "output"), (self.neurons, "neuron"))
        return f"<foldproof.Network {self._name}: {', '.join(counted(*size) for size in sizes)}>"


def load(source: Source, *, fix: Mapping[int, Number] | None = None, outputs: Sequence[int] | int | None = None,
         name: str | None = None, example: Any = None) -> Network:
    """Reads a network, exactly.

    Args:
        source: the path of an ONNX file, its bytes or ``onnx.ModelProto``, a ``torch.nn.Module`` (exported in memory as
            it is in evaluation mode, without dropout, and compared with its own outputs), or dense layers
            ``[(W1, b1), (W2, b2), ...]`` with a ReLU between each and the next; W has a row for each output.
        fix: input (from 0) -> the value it is frozen at, such as a parameter or the time.
        outputs: the outputs to keep (from 0), in this order, or a single one; all if not given.
        name: what records and pages call it; the path if not given.
        example: an input of a ``torch.nn.Module``, as a tensor whose first axis is the batch, or a tuple of them;
            needed if its first linear layer does not tell the number of inputs.

    Raises:
        InputError: one sentence: what is wrong, where, and what to do.
    """
    texts = {} if fix is None else _fix_texts(fix)
    kept = _kept(outputs)
    if not (name is None or isinstance(name, str)):
        raise InputError(f"name: {name!r} is not a text; give what records and pages are to call the network")
    if isinstance(source, Network):
        return Network(source._source, name or source._name, source._fix | texts, kept or source._outputs)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return Network(bytes(source), name or "network given as bytes", texts, kept)
    if isinstance(source, (str, os.PathLike)):
        path = os.fspath(source)
        if not os.path.isfile(path):
            _core.Model.load(path, texts, kept)  # says what is wrong
        with open(path, "rb") as opened:
            return Network(opened.read(), name or path, texts, kept)
    if _is_torch_module(source):
        from ._torch import exported

        kind, file = exported(source, example)
        return Network(file, name or kind, texts, kept)
    if isinstance(source, (list, tuple)):
        return Network(_layers(source), name or "network given as layers", texts, kept)
    serialize = getattr(source, "SerializeToString", None)  # of onnx.ModelProto
    if serialize is not None:
        return Network(serialize(), name or "network given as ModelProto", texts, kept)
    if isinstance(source, Mapping):
        raise InputError(f"{type(source).__name__} is not a network; if these are the weights of a module, as "
                         "state_dict() gives them, give the module after load_state_dict()")
    raise InputError(f"{type(source).__name__} is not a network; give a path, bytes, a torch.nn.Module, "
                     "or a list of (W, b)")


def _is_torch_module(source: object) -> TypeGuard[torch.nn.Module]:
    return any(kind.__module__.startswith("torch.nn.") for kind in type(source).__mro__)


def _kept(outputs: Any) -> list[int]:
    if outputs is None:
        return []
    if isinstance(outputs, (str, bytes)) or not isinstance(outputs, Iterable):
        return [_index(outputs, "outputs")]
    kept = [_index(output, "outputs") for output in outputs]
    if not kept:
        raise InputError("outputs: the list is empty; leave it out to keep all")
    return kept


def _index(value: Any, where: str) -> int:
    try:
        return int(value.__index__())
    except AttributeError:
        raise InputError(f"{where}: {value!r} is not a whole number; inputs and outputs are counted from 0") from None


def _fix_texts(fix: Mapping[int, Number]) -> dict[int, str]:
    if not isinstance(fix, Mapping):
        raise InputError(f"fix: {fix!r} is not a dictionary; give input -> value, such as {{2: '0.1'}}")
    return {_index(i, "fix"): text(value, f"fix, input {i}") for i, value in fix.items()}


def _layers(source: Sequence[Any]) -> tuple[tuple[Any, Any], ...]:
    """Pairs of contiguous float64 arrays, made without rounding."""
    import numpy as np

    def array(value: Any, what: str, dimensions: int) -> np.ndarray[Any, Any]:
        given = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
        if given.dtype.kind not in "fiu":
            exact = " (texts and fractions are for points)" if given.dtype.kind in "OUS" else ""
            raise InputError(f"{what} has dtype {given.dtype}; give an array of floats{exact}")
        if given.ndim != dimensions:
            raise InputError(f"{what} has shape {given.shape}; give an array with {dimensions} "
                             f"{'axis' if dimensions == 1 else 'axes'}")
        # A copy: the network does not change with the caller's array.
        doubles = np.array(given, dtype=np.float64, order="C")
        if not np.array_equal(doubles.astype(given.dtype), given, equal_nan=True):
            raise InputError(f"{what} holds numbers that float64 does not hold; round them to float64 first")
        return doubles

    layers = []
    for k, layer in enumerate(source):
        if not isinstance(layer, (list, tuple)) or len(layer) != 2:
            raise InputError(f"layer {k} is not a pair (W, b); give one pair per dense layer")
        if layer[1] is None:
            raise InputError(f"layer {k}: b is None; give zeros, one for each row of W")
        W, b = array(layer[0], f"layer {k}: W", 2), array(layer[1], f"layer {k}: b", 1)
        if W.shape[0] != b.shape[0] == W.shape[1]:
            raise InputError(f"layer {k}: b has {b.shape[0]} numbers where W has {W.shape[0]} rows; W has one row per "
                             "output, so transpose it (Keras has one column per output)")
        layers.append((W, b))
    return tuple(layers)
