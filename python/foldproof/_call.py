"""The call that asks a question again, for the foot of its page."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any


SHORT = 24  #: digits of a decimal that is written as one


def _numbers(value: Any) -> str:
    """Exact texts in few digits that say the same: 1 for "1", 0.1 for the fraction that this float is, '2.1' for
    21/10."""
    if not isinstance(value, str):
        return f"[{', '.join(map(_numbers, value))}]"
    number = Fraction(value)
    if number.denominator == 1:
        return str(number.numerator)
    try:
        if Fraction(float(number)) == number:
            return repr(float(number))
    except OverflowError:
        pass
    tens = next((k for k in range(SHORT) if 10**k % number.denominator == 0), None)
    if tens is None:
        return repr(value)
    digits = f"{abs(int(number * 10**tens)):0{tens + 1}}"
    return repr(f"{'-' * (number < 0)}{digits[:-tens]}.{digits[-tens:]}")


def _network(network: Mapping[str, Any], name: str) -> str:
    """How the network is loaded again; one that was never a file is called by a name."""
    if not Path(network["file"]).is_file():
        return name
    fixed = ", ".join(f"{i}: {_numbers(value)}" for i, value in network["fixed"].items())
    fix = f", fix={{{fixed}}}" if fixed else ""
    return f"foldproof.load({network['file']!r}{fix}, outputs={network['outputs_kept']!r})"


def _explained(network: Mapping[str, Any], name: str) -> str:
    """A line that says what a name stands for, if one is needed."""
    return "" if Path(network["file"]).is_file() else f"# {name} is what was asked about here: {network['file']!r}\n"


def _ball(record: Mapping[str, Any]) -> str:
    text = f"at={_numbers(record['center_exact'])}"
    for name in ("scale", "domain"):
        if record[name] is not None:
            text += f", {name}={_numbers(record[name])}"
    return text + (f", norm={record['norm']!r}" if record["norm"] != "linf" else "")


def call(record: Mapping[str, Any]) -> str:
    """Such as ``foldproof.radius(foldproof.load('flow.onnx', outputs=[0, 1]), at=[1, '2.1'])``."""
    question = record["question"]
    if question == "factor":
        both = [(record["networks"][name], name.lower()) for name in ("A", "B")]
        names = "".join(_explained(*one) for one in both)
        return f"{names}foldproof.factor({', '.join(_network(*one) for one in both)}, {_ball(record)})"
    asked = f"{_explained(record['network'], 'net')}foldproof.{question}({_network(record['network'], 'net')}, "
    if question in ("radius", "pseudo"):
        return f"{asked}{_ball(record)})"
    of = f"of={_numbers([entry['value_exact'] for entry in record['sets']])}, " if question == "preimages" else ""
    return f"{asked}{of}box={_numbers(record['box'])})"
