"""Numbers as exact texts: what goes over the border to the engine, and what comes back."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Union

from . import _core
from ._core import InputError

if TYPE_CHECKING:
    import numpy as np

#: A number that is taken exactly: 0.1 is a double, "0.1" and Fraction(1, 10) are one tenth.
Number = Union[int, float, str, Fraction, Decimal, "np.number[Any]"]
#: One number per coordinate: a sequence, an array, or the text "1,2.1" of the command line.
Vector = Union[Sequence[Number], "np.ndarray[Any, Any]", str]
#: (lower, upper) per coordinate, or an array of shape (n, 2).
Box = Union[Sequence[Sequence[Number]], "np.ndarray[Any, Any]"]
#: "linf", "l1" or "l2"; or as NumPy and PyTorch call them: inf, 1 or 2.
Norm = Union[str, float]

NORMS = {"linf": "linf", "l1": "l1", "l2": "l2", math.inf: "linf", 1: "l1", 2: "l2"}


def text(value: Number, where: str) -> str:
    """The exact value as text. Raises InputError that begins with `where`."""
    if isinstance(value, str):
        if not value.strip():
            raise InputError(f"{where}: an empty text is not a number; write a decimal such as 2.1, or p/q")
        return value.strip()
    if isinstance(value, bool):
        raise InputError(f"{where}: {value!r} is not a number; give an int, a float, a Fraction, or the text of a "
                         "decimal")
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):  # scalars of NumPy and PyTorch
        scalar: Any = value.item()
        if not hasattr(scalar, "item"):  # a long double's item is a long double
            return text(scalar, where)
    try:
        return str(Fraction(*value.as_integer_ratio()))  # type: ignore[union-attr]
    except (AttributeError, TypeError):
        raise InputError(f"{where}: {value!r} is not a number; give an int, a float, a Fraction, or the text of a "
                         "decimal") from None
    except (ValueError, OverflowError):
        raise InputError(f"{where}: {value!r} is not a finite number; give a finite one") from None


def norm_name(norm: Norm) -> str:
    try:
        return NORMS[norm]
    except (KeyError, TypeError):
        raise InputError(f"norm: {norm!r} is not known; give 'linf', 'l1' or 'l2' (or inf, 1 or 2)") from None


def _entries(values: Any, where: str, form: str, such_as: str) -> list[Any]:
    shape = getattr(values, "shape", None)
    single = shape is not None and len(shape) == 0 or isinstance(values, numbers.Number)
    if single or isinstance(values, (Mapping, bytes)) or not isinstance(values, Iterable):
        found = "a single number" if single else "None" if values is None else type(values).__name__
        raise InputError(f"{where}: {found} where {form} is needed; give a list, such as {such_as}")
    return list(values.detach().cpu() if hasattr(values, "detach") else values)


def vector(values: Vector, where: str) -> list[str]:
    """The coordinates as texts."""
    if isinstance(values, str):
        return [text(entry, f"{where}, coordinate {i}") for i, entry in enumerate(values.split(","))]
    entries = _entries(values, where, "one number per coordinate", "[1, '2.1']")
    for entry in entries:
        if getattr(entry, "ndim", 0) > 0 or isinstance(entry, (list, tuple)):
            shape = getattr(values, "shape", None)
            found = f"an array of shape {tuple(shape)}" if shape is not None else "nested sequences"
            raise InputError(f"{where}: {found} where one number per coordinate is needed; give a single point")
    return [text(entry, f"{where}, coordinate {i}") for i, entry in enumerate(entries)]


def box(sides: Box, where: str) -> list[tuple[str, str]]:
    """(lower, upper) per coordinate as texts."""
    result = []
    for i, side in enumerate(_entries(sides, where, "(lower, upper) per coordinate", "[(-1, 1), (0, '2.1')]")):
        ends = vector(side, f"{where}, side {i}") if not isinstance(side, numbers.Number) else []
        if len(ends) != 2:
            raise InputError(f"{where}, side {i}: {side!r} where (lower, upper) is needed")
        _require_length(ends[0], ends[1], f"{where}, side {i}")
        result.append((ends[0], ends[1]))
    return result


def _require_length(lower: str, upper: str, where: str) -> None:
    try:
        length = Fraction(upper) - Fraction(lower)
    except (ValueError, ZeroDivisionError):
        return  # the engine says which of the two is not a number
    if length < 0:
        raise InputError(f"{where}: ({lower}, {upper}) ends before it begins; give ({upper}, {lower})")
    if length == 0:
        raise InputError(f"{where}: ({lower}, {upper}) is a single point; give lower < upper, or freeze that input "
                         "with fix=")


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def fractions(texts: Sequence[str]) -> tuple[Fraction, ...]:
    return tuple(Fraction(entry) for entry in texts)


def bracket_texts(lower: Fraction, upper: Fraction | None) -> tuple[str, str | None]:
    """Decimals that tell the two apart, rounded so that they stay true: the lower one down, the upper one up.
    Small ones in powers of ten; as on the command line."""
    ends = float(lower), None if upper is None else float(upper)
    return (_core.bracket_end(str(lower), *ends, above=False),
            None if upper is None else _core.bracket_end(str(upper), *ends, above=True))
