"""What a sweep asks: its arguments, read and refused before the first point is asked about."""

from __future__ import annotations

import numbers
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from . import _worker
from ._core import InputError
from ._exact import Box, Norm, Number, Vector, box as box_texts, counted, norm_name, text, vector
from ._model import Network, load
from ._questions import gap_number, limit, whole_number
from ._sweep_file import hash_of

#: What can be asked, and the options that it takes.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "radius": ("norm", "scale", "domain", "max_radius", "gap"),
    "pseudo": ("norm", "scale", "domain", "max_radius", "gap"),
    "injective": (),
    "preimages": ("box",)}


@dataclass(frozen=True)
class Asked:
    """What is asked, but for the points."""

    question: str
    networks: tuple[Network, ...]
    several: bool
    parameter: tuple[int, tuple[str, ...]] | None
    options: dict[str, Any]
    proofs: str | None

    @property
    def values(self) -> int:
        return len(self.parameter[1]) if self.parameter is not None else 1

    @property
    def at_each_point(self) -> int:
        return len(self.networks) * self.values

    def shape(self, points: int) -> tuple[int, ...]:
        return (*(len(self.networks),) * self.several, *(self.values,) * (self.parameter is not None), points)

    def place(self, network: int, value: int, point: int) -> tuple[int, ...]:
        return (*(network,) * self.several, *(value,) * (self.parameter is not None), point)

    def proof(self, network: int, value: int, point: int) -> str | None:
        if self.proofs is None:
            return None
        name = f"network-{network:02}-" * self.several + f"value-{value:04}-" * (self.parameter is not None)
        return os.path.join(self.proofs, f"{name}point-{point:04}.proof")

    def head(self) -> dict[str, Any]:
        """What makes a file of results this sweep's. How many threads and where proofs go does not."""
        return {"results": "sweep", "question": self.question,
                "networks": [[_worker.hash_of(net._source), {str(i): value for i, value in net._fix.items()},
                              list(net._outputs)] for net in self.networks],
                "parameter": self.parameter and [self.parameter[0], _digest(self.parameter[1])],
                "options": {name: value for name, value in self.options.items() if name != "threads"}}

    def coordinates(self, network: Network) -> tuple[int, str]:
        """How many a point has, and of what."""
        if self.question == "preimages":
            return network.outputs, "output"
        return network.inputs - (self.parameter is not None), "free input"

    def texts(self, point: Any, index: int, network: int) -> list[Any]:
        """The point exactly. @raises InputError: it cannot be asked about."""
        where, net = f"point {index}", self.networks[network]
        if not isinstance(point, Iterable) or getattr(point, "ndim", 1) == 0:
            raise InputError(f"{where}: {point!r} where a point, or a box, is needed; points are given one a row")
        given: Any = point
        texts: list[Any] = box_texts(given, where) if self.question == "injective" else vector(given, where)
        needed, what = self.coordinates(net)
        if len(texts) != needed:
            raise InputError(f"{where} has {counted(len(texts), 'coordinate')} but {net.name} has "
                             f"{counted(needed, what)}; "
                             "give one for each")
        return texts


@dataclass
class Job:
    """A question that is to be asked."""

    point: Any
    texts: list[Any]
    index: int
    network: int
    value: int
    send: bool = False  #: the network with it
    deaths: int = 0


def _digest(values: Sequence[str]) -> Any:
    return list(values) if len(values) <= 16 else {"count": len(values), "sha256": hash_of(list(values))}


def option_texts(question: str, *, norm: Norm | None, scale: Vector | None, domain: Box | None,
                 max_radius: Number | None, gap: float | None, box: Box | None, time: float | None,
                 memory: float | None, threads: int, check: bool) -> dict[str, Any]:
    """Those that were given, as what crosses borders unchanged."""
    options: dict[str, Any] = {
        "norm": None if norm is None else norm_name(norm), "scale": None if scale is None else vector(scale, "scale"),
        "domain": None if domain is None else box_texts(domain, "domain"),
        "max_radius": None if max_radius is None else text(max_radius, "max_radius"),
        "gap": None if gap is None else gap_number(gap), "box": None if box is None else box_texts(box, "box")}
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if name not in QUESTIONS[question]:
            raise InputError(f"{name}: {question} takes no {name}; leave it out")
    if question == "preimages" and box is None:
        raise InputError("preimages are looked for in a box; give box=, (lower, upper) per input")
    limits: dict[str, Any] = {"time": time, "memory": memory}
    for name, value in limits.items():
        if value is not None:
            given[name] = limit(value, name)
    return given | {"threads": whole_number(threads, "threads"), "check": bool(check)}


def networks_of(nets: Any, fix: Mapping[int, Number] | None) -> tuple[tuple[Network, ...], bool]:
    several = isinstance(nets, (list, tuple)) and not (nets and _is_layer(nets[0]))
    sources = list(nets) if several else [nets]
    if not sources:
        raise InputError("nets: the list is empty; give at least one network")
    return tuple(_network(source, fix) for source in sources), several


def _network(source: Any, fix: Mapping[int, Number] | None) -> Network:
    network = source if isinstance(source, Network) else load(source)
    return network.fixed(fix) if fix else network


def _is_layer(entry: Any) -> bool:
    """(W, b), not a network of two layers and not two paths."""
    return isinstance(entry, (list, tuple)) and len(entry) == 2 and _axes(entry[1]) == 1


def _axes(values: Any) -> int:
    if hasattr(values, "ndim"):
        return int(values.ndim)
    return 1 + max(map(_axes, values), default=0) if isinstance(values, (list, tuple)) else 0


def parameter_of(parameter: Any) -> tuple[int, tuple[str, ...]] | None:
    if parameter is None:
        return None
    form = "parameter is (input, values), such as (2, [1.8, 2.0, 2.2])"
    if not isinstance(parameter, (list, tuple)) or len(parameter) != 2 or isinstance(parameter[1], (str, bytes)):
        raise InputError(f"parameter: {parameter!r} is not a pair; {form}")
    try:
        index = int(parameter[0].__index__())
    except AttributeError:
        raise InputError(f"parameter: input {parameter[0]!r} is not a whole number; {form}") from None
    if not isinstance(parameter[1], Iterable):
        raise InputError(f"parameter: {parameter[1]!r} is not a list of values; {form}")
    values = tuple(text(value, f"parameter, value {i}") for i, value in enumerate(parameter[1]))
    if not values:
        raise InputError("parameter: there is no value; give at least one")
    for i, value in enumerate(values):
        try:
            Fraction(value)
        except (ValueError, ZeroDivisionError):
            raise InputError(f"parameter, value {i}: {value!r} is not a number; "
                             "write a decimal such as 2.1, or p/q") from None
    return index, values


def require_points(points: Any, asked: Asked) -> None:
    """What can be seen of them before the first is asked about."""
    form = {"injective": "boxes, an array of shape (points, inputs, 2)",
            "preimages": "outputs, one a row"}.get(asked.question, "points, one a row")
    if isinstance(points, (str, bytes, Mapping)) or not isinstance(points, Iterable):
        raise InputError(f"points: {type(points).__name__} where {form} are needed")
    axes = 3 if asked.question == "injective" else 2
    if isinstance(points, (list, tuple)) and not points or getattr(points, "shape", (1,))[:1] == (0,):
        raise InputError("points: there is none; give at least one point")
    first = points[0] if isinstance(points, (list, tuple)) else None
    if getattr(points, "ndim", axes) != axes or isinstance(first, numbers.Number):
        given = getattr(points, "shape", None)
        found = "a list of numbers" if given is None else f"an array of shape {tuple(given)}"
        raise InputError(f"points: {found} where {form} are needed; a single one is [point]")
    for network in asked.networks:
        if asked.parameter is not None:
            index, values = asked.parameter
            if index in network._fix:
                raise InputError(f"input {index} is both swept and fixed; leave out one of the two")
            network.fixed({index: values[0]})
        needed, what = asked.coordinates(network)
        shape = getattr(points, "shape", (0, needed))
        if shape[1] != needed:
            raise InputError(f"points: an array of shape {tuple(shape)}, but {network.name} has "
                             f"{counted(needed, what)}; give {counted(needed, 'column')}")


def require_folder(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: the proofs of a sweep go into a folder, and this cannot be one "
                         f"({error.strerror}); name another") from None
