"""Answers in a notebook: the verdict in words, a picture if matplotlib is there, and a small table.

Nothing but inline styles and one inline image; every text of a record is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from . import _core
from ._answers import Answer, Factor, J0, Preimages, _Bracket, _Paired
from ._core import InputError
from ._exact import bracket_texts

if TYPE_CHECKING:
    from ._answers import Effort, Proof, Witness

TONES = {"proved": "#1d6b52", "bracket": "#1d6b52", "refuted": "#a3432b", "open": "#6b6455"}
CARD = "padding:4px 0 4px 14px;margin:6px 0;max-width:1080px"
BESIDE = "display:flex;flex-wrap:wrap;gap:6px 22px;align-items:flex-start"
TABLE = "border-collapse:collapse;margin:4px 0;flex:1 1 300px;max-width:520px"
HEAD = "text-align:left;font-weight:500;white-space:nowrap;padding:2px 14px 2px 0;vertical-align:top"
CELL = "text-align:left;padding:2px 0;overflow-wrap:anywhere"
MOST_ROWS = 12  #: points that are listed

Rows = Iterator[tuple[str, str]]


def card(answer: Answer) -> str:
    words = _core.words(answer.to_json(picture=False))
    rows = "".join(f'<tr><th style="{HEAD}">{escape(name)}</th><td style="{CELL}">{escape(value)}</td></tr>'
                   for name, value in _rows(answer))
    paragraphs = "".join(f'<p style="margin:0 0 6px">{escape(text)}</p>'
                         for text in (words.sentence, words.limit) if text)
    return (f'<div style="{CARD};border-left:5px solid {TONES[words.tone]}">'
            f'<p style="margin:0 0 4px;font-size:1.15em;font-weight:600">{escape(words.headline)}</p>{paragraphs}'
            f'<div style="{BESIDE}">{_image(answer, words.headline)}<table style="{TABLE}">{rows}</table></div></div>')


def _image(answer: Answer, title: str) -> str:
    parts: Sequence[Answer] = (answer.ab, answer.ba) if isinstance(answer, Factor) else (answer,)
    try:
        from ._plot import png
    except InputError:  # without matplotlib, the words remain
        return ""
    source = png(parts)
    style = f"width:{420 * len(parts)}px;max-width:100%;height:auto"
    return f'<img alt="{escape(title)}" src="{source}" style="{style}">' if source else ""


def _rows(answer: Answer) -> Rows:
    if isinstance(answer, Factor):
        for name, direction in (("r_AB", answer.ab), ("r_BA", answer.ba)):
            for label, value in (*_bracket_rows(direction), *_run_rows(direction.proof, direction.effort)):
                yield f"{name}: {label}", value
        networks = answer.record["networks"]
        yield from (("network A", _network(networks["A"])), ("network B", _network(networks["B"])))
        return
    if isinstance(answer, _Bracket):
        yield from _bracket_rows(answer)
    elif isinstance(answer, _Paired):
        yield from _witness_rows(answer.witness)
    elif isinstance(answer, Preimages):
        yield from _preimage_rows(answer)
    elif isinstance(answer, J0):
        enclosure = answer.enclosure
        yield "vertices", str(len(answer.points))
        boxes = f"{enclosure['boxes']} with J0, {enclosure['open']} open, no side above {enclosure['width']:.4g}"
        yield "proof's boxes", boxes
    yield from _run_rows(answer.proof, answer.effort)
    yield "network", _network(answer.record["network"])


def _bracket_rows(answer: _Bracket) -> Rows:
    lower, upper = bracket_texts(answer.lower_exact, answer.upper_exact)
    yield "proved radius", lower
    yield "refuted radius", upper or "none found"
    yield "centre", _point(answer.center)
    yield from _witness_rows(answer.witness)


def _witness_rows(witness: Witness | None) -> Rows:
    if witness is None:
        return
    yield "x", _point(witness.x)
    yield "y", _point(witness.y)
    if witness.b_x_exact is None or witness.b_y_exact is None:
        yield "f(x) = f(y)", _point(map(float, witness.f_exact))
    else:
        yield "common output", _point(map(float, witness.f_exact))
        yield "other network at x", _point(map(float, witness.b_x_exact))
        yield "other network at y", _point(map(float, witness.b_y_exact))


def _preimage_rows(answer: Preimages) -> Rows:
    listed = 0
    for k, found in enumerate(answer.sets):
        for point in found.points:
            if listed == MOST_ROWS:
                yield "and", f"{answer.count - listed} more"
                return
            listed += 1
            yield "input" if len(answer.sets) == 1 else f"input with output {k}", _point(point)


def _run_rows(proof: Proof, effort: Effort) -> Rows:
    if proof.checked:
        size = f"{proof.leaves} leaves, {proof.pairs} pairs, {proof.bytes} bytes"
        kept = f", kept in {proof.file}" if proof.file else ""
        yield "proof", f"accepted by the independent checker ({size}){kept}"
    elif proof.refused:
        yield "proof", f"REFUSED: {proof.refused}; nothing is claimed, please report this"
    else:
        yield "proof", "not checked"
    if effort.seconds is not None:
        time = f"{effort.seconds:.3g} s" if effort.seconds >= 1 else f"{1e3 * effort.seconds:.3g} ms"
        yield "time", f"{time} on {effort.threads} thread{'s' if effort.threads > 1 else ''}"


def _network(record: dict[str, Any]) -> str:
    return f"{record['file']}: {record['inputs']} inputs, {record['outputs']} outputs, {record['neurons']} ReLU neurons"


def _point(values: Iterable[float]) -> str:
    return "(" + ", ".join(f"{value:.10g}" for value in values) + ")"
