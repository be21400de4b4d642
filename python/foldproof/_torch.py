"""PyTorch modules: exported to ONNX in memory, read, and compared with their own outputs.

The TorchScript exporter is tried first: it takes milliseconds, where the exporter on torch.export takes seconds and
needs onnxscript, and it keeps the weights bit for bit. It traces one call, so a decision that forward() takes by values
would be frozen; such a trace is refused here, and the other exporter, which follows decisions by shapes and refuses
those by values, is asked. PyTorch also warns of tensors that forward() makes, as by torch.tensor([1., 2.]), since the
trace keeps them as constants. They are what the trace takes them for if they are made of numbers and not of tensors:
a number that was read off a tensor has a warning of its own.

The comparison is of real numbers with rounded ones. The module is run in double precision, on its own weights (and the
numbers in its code, such as the 0.1 of x + 0.1 * g(x), as its own precision has them), at points of several magnitudes;
the allowance is a running error analysis (Higham, Accuracy and Stability of Numerical
Algorithms, section 3.1) of the network as read: of a row of k terms, whatever the order of summation,

    error(z) <= sum |w_i| error(x_i) + gamma (sum |w_i| |x_i| + |constant|),    gamma = (k + 2) u / (1 - (k + 2) u),

and a ReLU does not enlarge it. The module may sum in other steps than the rows do (a row is what several layers without
a ReLU between them multiply out to), which is what the factor SLACK is for. The same is done in the module's own
precision, where the allowance is wider.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import logging
import math
import warnings
from collections.abc import Iterator
from fractions import Fraction
from typing import Any
from unittest import mock

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.jit._trace import TracerWarning
from torch.nn.parameter import UninitializedParameter, UninitializedBuffer
from torch.nn.utils import parametrize
from torch.overrides import TorchFunctionMode

from . import _core
from ._core import InputError

POINTS = 32
SLACK = 16.0

Inputs = tuple[torch.Tensor, ...]
Array = NDArray[np.float64]
_Row = tuple[NDArray[np.intp], Array, float]  # variables, their coefficients, constant

_UNINITIALIZED = (UninitializedParameter, UninitializedBuffer)
# What the reader of ONNX files understands of torch.nn; others that were called are named when it refuses.
_READ = (nn.Linear, nn.ReLU, nn.Identity, nn.Flatten, nn.Unflatten, nn.modules.dropout._DropoutNd, nn.Sequential,
         nn.ModuleList, nn.ModuleDict, nn.ParameterList, nn.ParameterDict)
# Files of torch.nn whose layers are never read, but for those above and Threshold(0, 0), which is a ReLU.
_NEVER_READ = frozenset(f"torch.nn.modules.{name}" for name in (
    "activation", "batchnorm", "conv", "instancenorm", "normalization", "pooling", "rnn", "transformer"))
_ADVICE = (
    (nn.modules.batchnorm._BatchNorm, "divides by a square root, which is irrational; call .eval() and fold it into "
     "the layer before it with torch.nn.utils.fuse_linear_bn_eval"),
    (nn.modules.conv._ConvNd, "is not read; write the convolution as a torch.nn.Linear"),
    (nn.LeakyReLU, "is not read; write it as relu(x) - slope * relu(-x)"),
    (nn.Module, "is not read; use a network of affine layers and ReLUs"),
)


def exported(module: nn.Module, example: Any = None) -> tuple[str, bytes]:
    """The module's name, and an ONNX file that was found to be the module. Raises InputError if there is none."""
    module = getattr(module, "_orig_mod", module)  # of torch.compile
    name = _kind(module)
    if importlib.util.find_spec("onnx") is None:
        raise InputError(f"{name}: PyTorch exports with the package onnx, which is not installed; run: pip install "
                         "'foldproof[torch]'")
    with _evaluating(module):
        _require_numbers(module, name)
        called: list[tuple[str, nn.Module]] = []  # layers that are not read
        try:
            inputs = _example(module, name, example)
            _call(module, name, inputs, called)
            file = _export(module, name, inputs)
        except InputError as error:
            raise InputError(_layer_at_fault(module, name, called, str(error))) from error.__cause__
        try:
            network = _core.Model.from_bytes(file, name, {}, [])
        except InputError as error:
            raise InputError(_refusal(module, name, called) or str(error)) from None
        _compare(module, name, inputs, network)
    return name, file


def _kind(module: nn.Module) -> str:
    return str(getattr(module, "original_name", type(module).__name__))  # of torch.jit.script


@contextlib.contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """In evaluation mode, without gradients, warnings, or traces in the caller's random numbers."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for part, training in modes:
            part.training = training


def _numbers(module: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    for path, tensor in (*module.named_parameters(), *module.named_buffers()):
        if isinstance(tensor, _UNINITIALIZED) or tensor.is_floating_point() or tensor.is_complex():
            yield path, tensor


def _require_numbers(module: nn.Module, name: str) -> None:
    for path, tensor in _numbers(module):
        if isinstance(tensor, _UNINITIALIZED):
            raise InputError(f"{name}: {path} has no numbers yet; run the module once, "
                             "so that lazy layers get their sizes")
        if tensor.is_meta:
            raise InputError(f"{name}: {path} is on the device meta, which holds no numbers; load the weights first")
        if tensor.dtype not in (torch.float32, torch.float64):
            raise InputError(f"{name}: {path} is of type {tensor.dtype}; make the module float32 first, as by "
                             ".float(), and the verdict is about that network")
        wrong = torch.nonzero(~torch.isfinite(tensor))
        if len(wrong) > 0:
            place = wrong[0].tolist()
            value = tensor[tuple(place)].item()
            raise InputError(f"{name}: {path}{place or ''} is {value}; give a module with finite weights")


def _example(module: nn.Module, name: str, example: Any) -> Inputs:
    """One input of the module: what was given, or zeros as its first linear layer takes them."""
    weight = next((tensor for _, tensor in _numbers(module)), None)
    dtype = torch.get_default_dtype() if weight is None else weight.dtype
    device = torch.device("cpu") if weight is None else weight.device
    if example is None:
        first = next((part for part in module.modules() if isinstance(part, nn.Linear) or _kind(part) == "Linear"),
                     None)
        if first is None:
            raise InputError(f"{name}: it has no torch.nn.Linear that tells the number of inputs; give an input, such "
                             "as load(module, example=torch.zeros(1, 2))")
        assert isinstance(first.weight, torch.Tensor)
        return (torch.zeros(1, first.weight.shape[1], dtype=dtype, device=device),)
    inputs = []
    for given in example if isinstance(example, tuple) else (example,):
        try:
            tensor = torch.as_tensor(given, dtype=dtype, device=device)
        except (TypeError, ValueError, RuntimeError):
            raise InputError(f"{name}: example is {given!r}; give an input of the module as a tensor, or a tuple of "
                             "them") from None
        if tensor.numel() == 0:
            raise InputError(f"{name}: example is empty; give an input of the module, such as torch.zeros(1, 2)")
        inputs.append(tensor[:1] if tensor.ndim > 1 else tensor)
    return tuple(inputs)


def _call(module: nn.Module, name: str, inputs: Inputs, called: list[tuple[str, nn.Module]]) -> None:
    """Calls the module; `called` gets the layers of torch.nn that this uses and that are not read."""
    handles = []
    if not isinstance(module, torch.jit.ScriptModule):
        for path, part in module.named_modules():
            if type(part).__module__.startswith("torch.nn.modules.") and not isinstance(part, _READ):
                handles.append(part.register_forward_pre_hook(lambda part, _, path=path: called.append((path, part))))
    try:
        _flat(module(*inputs))
    except Exception as error:
        shapes = ", ".join(str(tuple(tensor.shape)) for tensor in inputs)
        several = isinstance(error, TypeError) and "required positional argument" in str(error)
        form = ("a tuple of one for each argument, such as load(module, example=(torch.zeros(1, 2), torch.zeros(1, 1)))"
                if several else "an input that it takes, such as load(module, example=torch.zeros(1, 2))")
        raise InputError(f"{name}: forward() fails on an input of shape {shapes} ({_first_line(error)}); "
                         f"give {form}") from error
    finally:
        for handle in handles:
            handle.remove()


def _never_read(part: nn.Module) -> bool:
    return type(part).__module__ in _NEVER_READ and not isinstance(part, (*_READ, nn.Threshold))


def _layer_at_fault(module: nn.Module, name: str, called: list[tuple[str, nn.Module]], failure: str) -> str:
    """Why there is no ONNX file: first of all a layer that would not be read either, so that nobody mends for it."""
    hopeless = [(path, part) for path, part in called if _never_read(part)]
    if hopeless:
        return _unread(name, hopeless)
    hopeless = [(path, part) for path, part in module.named_modules() if _never_read(part)]
    if hopeless:  # perhaps not called at all
        return f"{_unread(name, hopeless)}; if forward() does without it: {failure.removeprefix(f'{name}: ')}"
    return failure


def _flat(outputs: Any) -> torch.Tensor:
    """All outputs, one behind the other, as the reader of ONNX files has them."""
    if isinstance(outputs, torch.Tensor):
        return outputs.detach().reshape(-1)
    if isinstance(outputs, (tuple, list)) and outputs:
        return torch.cat([_flat(output) for output in outputs])
    raise TypeError(f"it gives {type(outputs).__name__}, not a tensor or a tuple of tensors")


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else ''}".rstrip(": .")


def _unread(name: str, layers: list[tuple[str, nn.Module]]) -> str:
    path, first = layers[0]
    advice = next(words for kind, words in _ADVICE if isinstance(first, kind))
    others = [f"{other} ({_kind(part)})" for other, part in dict.fromkeys(layers) if part is not first]
    also = f" (also: {', '.join(others)})" if others else ""
    return f"{name}: {f'layer {path}' if path else 'the module itself'} ({_kind(first)}) {advice}{also}"


def _refusal(module: nn.Module, name: str, called: list[tuple[str, nn.Module]]) -> str | None:
    """Names the layers that the reader does not know; None: none of torch.nn, so its own words are better."""
    if called:
        return _unread(name, called)
    for path, part in module.named_modules():
        if parametrize.is_parametrized(part):
            return (f"{name}: layer {path} computes its weights by a parametrization that is not read; make them "
                    "numbers first with torch.nn.utils.parametrize.remove_parametrizations")
    return None


class _Unfollowed(Exception):
    """The trace lost something on its way from the inputs to the outputs; the sentence says what."""


class _Constants(TorchFunctionMode):
    """Counts the tensors that forward() makes of numbers alone while it is traced.

    torch.from_numpy is not seen here: it takes arrays only, and an array that was a tensor has a warning of its own.
    """

    made = 0

    def __torch_function__(self, function: Any, types: Any, arguments: Any = (), named: Any = None) -> Any:
        named = named or {}
        if function in (torch.tensor, torch.as_tensor) and torch._C._is_tracing():
            self.made += _of_numbers(arguments[0] if arguments else named.get("data"))
        return function(*arguments, **named)


def _of_numbers(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_of_numbers, value))
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind in "biuf"
    return isinstance(value, (bool, int, float))


def _export(module: nn.Module, name: str, inputs: Inputs) -> bytes:
    try:
        return _export_by_trace(module, inputs)
    except Exception as error:
        failure = error
    what = str(failure) if isinstance(failure, _Unfollowed) else f"PyTorch cannot export it ({_first_line(failure)})"
    advice = "write forward() with tensor operations alone, its constants in register_buffer()"
    if importlib.util.find_spec("onnxscript") is None:
        raise InputError(f"{name}: {what}; {advice}, or install onnxscript for PyTorch's other exporter") from failure
    try:
        return _export_by_graph(module, inputs)
    except Exception as error:
        raise InputError(f"{name}: {what}; {advice}, or export it to ONNX yourself") from error


def _export_by_trace(module: nn.Module, inputs: Inputs) -> bytes:
    file = io.BytesIO()
    # Where the exporter fails, it would print the graph.
    silent = mock.patch.object(torch._C, "_jit_onnx_log", lambda *words: None, create=True)
    with silent, warnings.catch_warnings(record=True) as said, _Constants() as constants:
        warnings.simplefilter("always")
        # Folding would round; the reader multiplies constants out exactly.
        torch.onnx.export(module, inputs, file, dynamo=False, do_constant_folding=False)  # type: ignore[arg-type]
    told = [str(warning.message) for warning in said if issubclass(warning.category, TracerWarning)]
    made = [text for text in told if text.startswith(("torch.tensor results", "torch.as_tensor results"))]
    if len(told) > len(made) + sum(text.startswith("torch.from_numpy results") for text in told):
        raise _Unfollowed("forward() takes a decision by values or shapes, or leaves PyTorch for a while")
    if len(made) != constants.made:
        raise _Unfollowed("forward() makes a new tensor out of another one, by torch.tensor or torch.as_tensor")
    return file.getvalue()


def _export_by_graph(module: nn.Module, inputs: Inputs) -> bytes:
    file, said = io.BytesIO(), io.StringIO()
    disabled = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            # torch.onnx.export alone would trace what torch.export refuses.
            graph = torch.export.export(module, inputs, strict=False)
            program = torch.onnx.export(graph, inputs, dynamo=True, verbose=False, optimize=False)
            assert program is not None
            program.save(file)  # type: ignore[arg-type]
    finally:
        logging.disable(disabled)
    return file.getvalue()


def _compare(module: nn.Module, name: str, inputs: Inputs, network: _core.Model) -> None:
    generator = torch.Generator().manual_seed(20230117)
    points = []
    for k in range(POINTS):
        magnitude = 10.0**(k % 4 - 2)  # 0.01, 0.1, 1, 10
        points.append(tuple(magnitude * torch.randn(part.shape, generator=generator, dtype=torch.float64).to(part)
                            for part in inputs))
    flat = [[value for part in point for value in part.double().reshape(-1).tolist()] for point in points]
    read = [[Fraction(value) for value in network.evaluate([str(Fraction(value)) for value in x])] for x in flat]
    rows = _Rows(network.weights())
    for given in (_outputs_in_double(module, points), [_flat(module(*point)) for point in points]):
        if given is None:
            continue
        allowed = SLACK * rows.error(np.array(flat).T, torch.finfo(given[0].dtype).eps / 2).T
        for x, own, ours, room in zip(flat, given, read, allowed, strict=True):
            _require_equal(name, x, own.double().tolist(), ours, room.tolist())


def _require_equal(name: str, x: list[float], own: list[float], read: list[Fraction], room: list[float]) -> None:
    if len(own) != len(read):
        raise InputError(f"{name}: forward() gives {len(own)} numbers and its export to ONNX {len(read)}; give a "
                         "module whose outputs are tensors")
    for k, (given, ours, allowed) in enumerate(zip(own, read, room, strict=True)):
        if not np.isfinite(given) or abs(Fraction(given) - ours) > allowed:
            point = ", ".join(map(repr, x[:6])) + (", ..." if len(x) > 6 else "")
            raise InputError(f"{name}: at the input ({point}) output {k} of the module is {given!r} and that of its "
                             f"export to ONNX {float(ours)!r}, so the export is another function; write forward() with "
                             "tensor operations that depend on its arguments alone")


def _outputs_in_double(module: nn.Module, points: list[Inputs]) -> list[torch.Tensor] | None:
    """The module's outputs with its own weights, computed in double precision; None if it insists on another one."""
    if isinstance(module, torch.jit.ScriptModule):
        return None
    doubles = {path: tensor.double() for path, tensor in _numbers(module)}
    single = all(tensor.dtype == torch.float32 for _, tensor in _numbers(module))
    try:
        with _SingleNumbers() if single else contextlib.nullcontext():
            own = [_flat(torch.func.functional_call(module, doubles, tuple(part.double() for part in point)))
                   for point in points]
    except RuntimeError:
        return None
    return own if own[0].dtype == torch.float64 else None


class _SingleNumbers(TorchFunctionMode):
    """Python's numbers in calls of PyTorch are rounded to single precision, as they are beside tensors of it."""

    def __torch_function__(self, function: Any, types: Any, arguments: Any = (), named: Any = None) -> Any:
        result = function(*_rounded(arguments), **_rounded(named or {}))
        made = function in (torch.tensor, torch.as_tensor) and result.dtype == torch.float64
        return result.float().double() if made else result


def _rounded(value: Any) -> Any:
    if type(value) is float:
        with np.errstate(over="ignore"):
            return float(np.float32(value))
    if type(value) in (list, tuple):
        return type(value)(map(_rounded, value))
    return {name: _rounded(entry) for name, entry in value.items()} if type(value) is dict else value


class _Rows:
    """The weights file (docs/certificate.md, section 2) in doubles, to bound what rounding does."""

    def __init__(self, text: str) -> None:
        self.neurons: list[_Row] = []
        self.outputs: list[_Row] = []
        for line in text.splitlines():
            kind, *words = line.split()
            if kind in ("relu", "output"):
                terms = [word.split(":") for word in words[1:]]
                row = (np.array([int(variable) for variable, _ in terms], dtype=np.intp),
                       np.array([_double(number) for _, number in terms]), _double(words[0]))
                (self.neurons if kind == "relu" else self.outputs).append(row)

    def error(self, x: Array, unit: float) -> Array:
        """How far rounding to `unit` may move each output at the points x, one a column."""
        n, count = x.shape
        value, error = np.zeros((n + len(self.neurons), count)), np.zeros((n + len(self.neurons), count))
        value[:n] = x
        tiny = float(np.finfo(np.float32).tiny if unit > np.finfo(np.float64).eps else np.finfo(np.float64).tiny)

        def row(variables: NDArray[np.intp], weights: Array, constant: float) -> tuple[Array, Array]:
            steps = len(variables) + 2
            gamma = steps * unit / (1 - steps * unit)
            inputs, magnitudes = value[variables], np.abs(weights)
            moved = magnitudes @ error[variables] + gamma * (magnitudes @ np.abs(inputs) + abs(constant)) + steps * tiny
            return weights @ inputs + constant, moved

        for j, neuron in enumerate(self.neurons):
            z, error[n + j] = row(*neuron)
            value[n + j] = np.maximum(z, 0.0)
        return np.array([row(*output)[1] for output in self.outputs])


def _double(number: str) -> float:
    mantissa, mark, exponent = number.partition("b")
    return math.ldexp(int(mantissa), int(exponent)) if mark else float(Fraction(number))
