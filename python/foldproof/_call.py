"""The call that asks a question again, for the foot of its page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def _network(network: Mapping[str, Any], name: str) -> str:
    """How the network is loaded again; one that was never a file is called by a name."""
    if not Path(network["file"]).is_file():
        return name
    fixed = {int(i): value for i, value in network["fixed"].items()}
    fix = f", fix={fixed!r}" if fixed else ""
    return f"foldproof.load({network['file']!r}{fix}, outputs={network['outputs_kept']!r})"


def _ball(record: Mapping[str, Any]) -> str:
    text = f"at={record['center_exact']!r}"
    for name in ("scale", "domain"):
        if record[name] is not None:
            text += f", {name}={record[name]!r}"
    return text + (f", norm={record['norm']!r}" if record["norm"] != "linf" else "")


def call(record: Mapping[str, Any]) -> str:
    """Such as ``foldproof.radius(foldproof.load('flow.onnx', outputs=[0, 1]), at=['1', '21/10'])``."""
    question = record["question"]
    if question == "factor":
        a, b = (_network(record["networks"][name], name.lower()) for name in ("A", "B"))
        return f"foldproof.factor({a}, {b}, {_ball(record)})"
    about = _network(record["network"], "net")
    if question in ("radius", "pseudo"):
        return f"foldproof.{question}({about}, {_ball(record)})"
    of = f"of={[entry['value_exact'] for entry in record['sets']]!r}, " if question == "preimages" else ""
    return f"foldproof.{question}({about}, {of}box={record['box']!r})"
