"""PyTorch modules: exported to ONNX in memory, read, and compared with their own outputs.

The TorchScript exporter is tried first: it takes milliseconds, where the exporter on torch.export takes seconds and
needs onnxscript, and it keeps the weights bit for bit. It traces one call, so a decision that forward() takes by values
would be frozen; such a trace is refused here, and the other exporter, which follows decisions by shapes and refuses
those by values, is asked.

The comparison is of real numbers with rounded ones. The module is run in double precision, on its own weights, at
points of several magnitudes; the allowance is a running error analysis (Higham, Accuracy and Stability of Numerical
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

from . import _core
from ._core import InputError

POINTS = 32
SLACK = 16.0

Inputs = tuple[torch.Tensor, ...]
Array = NDArray[np.float64]
_Row = tuple[NDArray[np.intp], Array, float]  # variables, their coefficients, constant

_UNINITIALIZED = (UninitializedParameter, UninitializedBuffer)
# What the reader of ONNX files understands of torch.nn; other layers are named when it refuses.
_READ = (nn.Linear, nn.ReLU, nn.Identity, nn.Flatten, nn.Unflatten, nn.modules.dropout._DropoutNd, nn.Sequential,
         nn.ModuleList, nn.ModuleDict, nn.ParameterList, nn.ParameterDict)
_ADVICE = (
    (nn.modules.batchnorm._BatchNorm, "divides by a square root, which is irrational; fold it into the layer before it "
     "with torch.nn.utils.fuse_linear_bn_eval"),
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
        inputs = _example(module, name, example)
        layers = _called_layers(module, name, inputs)
        file = _export(module, name, inputs)
        try:
            network = _core.Model.from_bytes(file, name, {}, [])
        except InputError as error:
            raise InputError(_refusal(module, name, layers) or str(error)) from None
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


def _called_layers(module: nn.Module, name: str, inputs: Inputs) -> list[tuple[str, nn.Module]]:
    """The layers of torch.nn that a call uses and that are not read."""
    called = []
    handles = []
    if not isinstance(module, torch.jit.ScriptModule):
        for path, part in module.named_modules():
            if type(part).__module__.startswith("torch.nn.modules.") and not isinstance(part, _READ):
                handles.append(part.register_forward_pre_hook(lambda part, _, path=path: called.append((path, part))))
    try:
        _flat(module(*inputs))
    except Exception as error:
        shapes = ", ".join(str(tuple(tensor.shape)) for tensor in inputs)
        raise InputError(f"{name}: forward() fails on an input of shape {shapes} ({_first_line(error)}); give an input "
                         "that it takes, such as load(module, example=torch.zeros(1, 2))") from error
    finally:
        for handle in handles:
            handle.remove()
    return called


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


def _refusal(module: nn.Module, name: str, layers: list[tuple[str, nn.Module]]) -> str | None:
    """Names the layers that the reader does not know; None: none of torch.nn, so its own words are better."""
    if layers:
        path, first = layers[0]
        advice = next(words for kind, words in _ADVICE if isinstance(first, kind))
        others = [f"{other} ({_kind(part)})" for other, part in dict.fromkeys(layers) if part is not first]
        also = f" (also: {', '.join(others)})" if others else ""
        return f"{name}: {f'layer {path}' if path else 'the module itself'} ({_kind(first)}) {advice}{also}"
    for path, part in module.named_modules():
        if parametrize.is_parametrized(part):
            return (f"{name}: layer {path} computes its weights by a parametrization that is not read; make them "
                    "numbers first with torch.nn.utils.parametrize.remove_parametrizations")
    return None


class _Decision(Exception):
    """forward() left PyTorch while it was traced."""


def _export(module: nn.Module, name: str, inputs: Inputs) -> bytes:
    try:
        return _export_by_trace(module, inputs)
    except Exception as error:
        failure = error
    what = ("forward() takes a decision by values or shapes, or leaves PyTorch for a while"
            if isinstance(failure, _Decision) else f"PyTorch cannot export it ({_first_line(failure)})")
    advice = "write forward() with tensor operations alone"
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
    with silent, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        # Folding would round; the reader multiplies constants out exactly.
        torch.onnx.export(module, inputs, file, dynamo=False, do_constant_folding=False)  # type: ignore[arg-type]
    if any(issubclass(warning.category, TracerWarning) for warning in said):
        raise _Decision
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
    try:
        own = [_flat(torch.func.functional_call(module, doubles, tuple(part.double() for part in point)))
               for point in points]
    except RuntimeError:
        return None
    return own if own[0].dtype == torch.float64 else None


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
