"""Answers: immutable views of a record, the one machine-readable result (docs/record.schema.json)."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from . import _core
from ._call import call
from ._core import InputError
from ._exact import bracket_texts, counted, fractions
from ._files import ply, write_text

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

    Array = np.ndarray[Any, Any]

Self = TypeVar("Self", bound="Answer")


def _array(values: Any) -> Array:
    import numpy as np

    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array


def _rows(points: Any, columns: int) -> Array:
    """One point a row; as many columns if there are none."""
    import numpy as np

    return _array(np.reshape(points, (-1, columns)))


def _tuples(rows: Any) -> tuple[tuple[Any, ...], ...]:
    return tuple(map(tuple, rows))


class _Frozen:
    """Attributes are set once: by cached_property, or in __init__ by way of __dict__."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an answer does not change: {name} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"an answer does not change: {name} cannot be deleted")


class Witness(_Frozen):
    """Two different inputs with one output, exactly."""

    _record: Mapping[str, Any]

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.__dict__["_record"] = record

    @cached_property
    def x(self) -> Array:
        """Nearest doubles of `x_exact`."""
        return _array(self._record["x"])

    @cached_property
    def y(self) -> Array:
        """Nearest doubles of `y_exact`."""
        return _array(self._record["y"])

    @cached_property
    def x_exact(self) -> tuple[Fraction, ...]:
        return fractions(self._record["x_exact"])

    @cached_property
    def y_exact(self) -> tuple[Fraction, ...]:
        return fractions(self._record["y_exact"])

    @cached_property
    def f_exact(self) -> tuple[Fraction, ...]:
        """f(x) = f(y)."""
        return fractions(self._record["f_exact"])

    @cached_property
    def b_x_exact(self) -> tuple[Fraction, ...] | None:
        """Factor: the other network's output at x."""
        return fractions(self._record["b_x_exact"]) if "b_x_exact" in self._record else None

    @cached_property
    def b_y_exact(self) -> tuple[Fraction, ...] | None:
        """Factor: the other network's output at y, different."""
        return fractions(self._record["b_y_exact"]) if "b_y_exact" in self._record else None

    @cached_property
    def scale_exact(self) -> Fraction | None:
        """If the radius is 0: the pair may be drawn towards the centre, or away up to this factor."""
        return Fraction(self._record["scale_exact"]) if "scale_exact" in self._record else None

    def __repr__(self) -> str:
        return f"Witness(x={self.x.tolist()}, y={self.y.tolist()})"


@dataclass(frozen=True)
class Proof:
    """What the independent checker said of the answer."""

    file: str | None  #: where it is kept
    format: int
    bytes: int  #: compressed
    leaves: int  #: boxes of the covers
    pairs: int  #: settled pairs of patches
    network_sha256: str | None  #: the name of the network in the proof: of its numbers, whatever file they came from
    checked: bool  #: accepted by the independent checker
    refused: str | None  #: why it was not: a bug, and nothing is claimed then
    check_seconds: float | None
    attempts: int
    refused_leaves: int


@dataclass(frozen=True)
class Effort:
    """What the answer cost."""

    seconds: float | None
    threads: int
    regions_tested: int
    pairs_tested: int
    slope_nodes: int
    peak_memory_mib: float | None


class Answer(_Frozen):
    """What every answer has. Answers can be pickled, and :func:`from_json` makes them from their own text."""

    question: ClassVar[str]
    _kinds: ClassVar[dict[str, type[Answer]]] = {}
    _native: _core.Answered

    def __init_subclass__(cls) -> None:
        if "question" in cls.__dict__:
            Answer._kinds[cls.question] = cls

    def __init__(self, text: str) -> None:
        self.__dict__["_full"] = text

    @classmethod
    def _of(cls: type[Self], native: _core.Answered) -> Self:
        answer = cls.__new__(cls)
        answer.__dict__["_native"] = native
        return answer

    @cached_property
    def _full(self) -> str:
        return self._native.record(True)

    def to_json(self, picture: bool = True) -> str:
        """The record as `foldproof --json` writes it."""
        if picture:
            return self._full
        return self._native.record(False) if "_native" in self.__dict__ else json.dumps(self._record)

    @property
    def record(self) -> dict[str, Any]:
        """The record without its picture, a copy."""
        return copy.deepcopy(self._record)

    @cached_property
    def _record(self) -> dict[str, Any]:
        text = self._native.record(False) if "_native" in self.__dict__ else self._full
        record: dict[str, Any] = json.loads(text)
        picture = "pictures" if "pictures" in record else "picture"
        record[picture] = None
        return record

    @property
    def picture(self) -> dict[str, Any] | None:
        """The picture of the record, a copy: what :meth:`plot` draws."""
        record = json.loads(self._full)
        picture: dict[str, Any] | None = record.get("pictures", record.get("picture"))
        return picture

    @property
    def status(self) -> str:
        """``"solved"``, ``"stopped"`` or ``"open"``."""
        return str(self._record["status"])

    @property
    def stop_reason(self) -> str | None:
        """``"time"``, ``"memory"``, ``"interrupt"``, ``"unresolved"``, ``"refused"`` or None."""
        reason: str | None = self._record["stop_reason"]
        return reason

    @cached_property
    def proof(self) -> Proof:
        return Proof(**self._record["proof"])

    @cached_property
    def effort(self) -> Effort:
        return Effort(**self._record["effort"])

    def html(self) -> str:
        """The page of :meth:`report`, as text."""
        return _core.html(self._full, call(self._record))

    def report(self, path: str | os.PathLike[str]) -> None:
        """Writes one self-contained page that needs no network."""
        write_text(path, self.html(), "page")

    @property
    def views(self) -> tuple[str, ...]:
        """What :meth:`plot` can draw, the most telling first; none if there is no picture."""
        picture = self.picture
        if picture is None:
            return ()
        if picture["kind"] not in ("plane", "slices"):
            return (str(picture["kind"]),)
        names = []
        for view in picture["views"]:
            names.append(str(view["role"]))
            if view["image"] is not None:
                names.append(f"{view['role']} outputs")
        return tuple(names + (["line"] if picture["line"] else []))

    def plot(self, ax: Axes | None = None, *, view: str | None = None, boxes: bool = False) -> Axes:
        """Draws the picture with matplotlib, as the page of :meth:`report` does.

        Args:
            ax: the axis, a new one if not given; made with ``projection="3d"`` for a surface.
            view: one of :attr:`views`, such as ``"plane outputs"``, the image of a grid; the first if not given.
            boxes: the boxes of the proof too, coloured by the test that settled them.

        Returns:
            The axis.
        """
        from ._plot import draw

        return draw(self, ax, view, boxes)

    def _repr_html_(self) -> str:
        from ._html import card

        return card(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return from_json, (self._full,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answer) and self._record == other._record

    def __hash__(self) -> int:
        return hash(json.dumps(self._record, sort_keys=True))


class _Paired(Answer):
    """An answer that may hold a colliding pair."""

    @cached_property
    def witness(self) -> Witness | None:
        """Two inputs with one output, if there are any within the upper bound."""
        record = self._record["witness"]
        return None if record is None else Witness(record)

    @property
    def limit(self) -> str | None:
        """What ends the ball: ``"fold"``, ``"collision"``, ``"flat"``, ``"branch"``, ``"preimage"``,
        ``"none_within_domain"``, ``"none_within_max_radius"``; None: not known."""
        limit: str | None = self._record["limit"]
        return limit

    @property
    def resisting_place(self) -> tuple[tuple[float, ...], ...] | None:
        """If the bracket stays open: (lower, upper) per input of the box that resists."""
        place = self._record["resisting_place"]
        return None if place is None else _tuples(place)


class _Bracket(_Paired):
    """A radius between two bounds."""

    @property
    def lower(self) -> float:
        """Proved on the closed ball of this radius; rounded down."""
        return float(self._record["radius"]["lower"])

    @property
    def upper(self) -> float | None:
        """Refuted on the closed ball of this radius; rounded up. None (a sweep's array: inf): no pair was found."""
        upper = self._record["radius"]["upper"]
        return None if upper is None else float(upper)

    @cached_property
    def lower_exact(self) -> Fraction:
        return Fraction(self._record["radius"]["lower_exact"])

    @cached_property
    def upper_exact(self) -> Fraction | None:
        upper = self._record["radius"]["upper_exact"]
        return None if upper is None else Fraction(upper)

    @cached_property
    def upper_squared_exact(self) -> Fraction | None:
        """Norm l2: the square of the witness's radius, which is rational."""
        squared = self._record["radius"]["upper_squared_exact"]
        return None if squared is None else Fraction(squared)

    @property
    def norm(self) -> str:
        return str(self._record["norm"])

    @cached_property
    def center(self) -> Array:
        return _array(self._record["center"])

    @cached_property
    def center_exact(self) -> tuple[Fraction, ...]:
        return fractions(self._record["center_exact"])

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {_bracket_words(self)}>"


class Radius(_Bracket):
    """Problem 1: one-to-one on the ball of radius `lower`, not on that of radius `upper`."""

    question = "radius"

    @property
    def local_lower(self) -> float:
        """No fold within this radius, proved."""
        return float(self._record["local_lower"])


class Pseudo(_Bracket):
    """Problem 2: no other point within `lower` has the output of the centre; the witness does, within `upper`."""

    question = "pseudo"


class Injective(_Paired):
    """Is the network one-to-one on the box?"""

    question = "injective"

    @property
    def verdict(self) -> str:
        """``"proved"``, ``"refuted"`` or ``"open"``."""
        return str(self._record["verdict"])

    @cached_property
    def box_exact(self) -> tuple[tuple[Fraction, ...], ...]:
        return tuple(fractions(side) for side in self._record["box"])

    def __repr__(self) -> str:
        return f"<Injective: {self.verdict}{_how(self)}>"


class PreimageSet(_Frozen):
    """The inputs of the box with one output."""

    _record: Mapping[str, Any]
    _inputs: int

    def __init__(self, record: Mapping[str, Any], inputs: int) -> None:
        self.__dict__.update(_record=record, _inputs=inputs)

    @cached_property
    def value(self) -> Array:
        """The output."""
        return _array(self._record["value"])

    @cached_property
    def value_exact(self) -> tuple[Fraction, ...]:
        return fractions(self._record["value_exact"])

    @cached_property
    def points(self) -> Array:
        """One preimage a row, nearest doubles."""
        return _rows([point["x"] for point in self._record["points"]], self._inputs)

    @cached_property
    def points_exact(self) -> tuple[tuple[Fraction, ...], ...]:
        return tuple(fractions(point["x_exact"]) for point in self._record["points"])

    @property
    def flats(self) -> list[dict[str, Any]]:
        """Segments of preimages, as in the record."""
        return copy.deepcopy(self._record["flats"])

    @property
    def complete(self) -> bool:
        """Proved: there are no others."""
        return bool(self._record["complete"])

    @property
    def count(self) -> int:
        return len(self._record["points"])

    def __repr__(self) -> str:
        return f"<PreimageSet: {counted(self.count, 'point')}{'' if self.complete else ', perhaps more'}>"


class Preimages(Answer):
    """All inputs of a box with given outputs."""

    question = "preimages"

    @cached_property
    def sets(self) -> tuple[PreimageSet, ...]:
        """In the order of the outputs."""
        return tuple(PreimageSet(record, len(self._record["box"])) for record in self._record["sets"])

    @property
    def count(self) -> int:
        """Points, over all outputs."""
        return int(self._record["points"])

    @property
    def complete(self) -> bool:
        """Proved: there are no others."""
        return all(found.complete for found in self.sets)

    def __repr__(self) -> str:
        more = "" if self.complete else ", perhaps more"
        found = f"{counted(self.count, 'point')} of {counted(len(self.sets), 'output')}"
        return f"<Preimages: {found}{more}{_how(self)}>"


class J0(Answer):
    """Where the determinant of the Jacobian changes its sign."""

    question = "j0"

    @property
    def complete(self) -> bool:
        """The whole of J0 in the box is here, exactly; never with more than three inputs."""
        return bool(self._record["complete"])

    @cached_property
    def points(self) -> Array:
        """Vertices, one a row; nearest doubles."""
        return _rows(self._record["points"], len(self._record["box"]))

    @cached_property
    def points_exact(self) -> tuple[tuple[Fraction, ...], ...] | None:
        points = self._record["points_exact"]
        return None if points is None else tuple(fractions(point) for point in points)

    @property
    def lines(self) -> tuple[tuple[int, ...], ...]:
        """One input: single points. Two: polylines of indices into `points`, closed if the last is the first."""
        return _tuples(self._record["lines"])

    @property
    def triangles(self) -> tuple[tuple[int, ...], ...]:
        """Three inputs: indices into `points`, counterclockwise as seen from where det J > 0."""
        return _tuples(self._record["triangles"])

    @property
    def flats(self) -> tuple[tuple[int, ...], ...]:
        """Where det J = 0: intervals or convex polygons, indices into `points`."""
        return _tuples(self._record["flats"])

    @property
    def enclosure(self) -> dict[str, Any]:
        """What the proof says: outside of ``boxes`` + ``open`` boxes, no wider than ``width``, det J keeps its sign."""
        return dict(self._record["enclosure"])

    def ply(self, path: str | os.PathLike[str]) -> None:
        """Three inputs: writes the surface as a PLY file, for any 3-D viewer; faces with ``flat`` 1 are `flats`.

        Raises:
            InputError: if the network has fewer or more inputs, or the file cannot be written.
        """
        write_text(path, ply(self._record), "surface")

    def __repr__(self) -> str:
        what = counted(len(self.triangles), "triangle") if self.triangles else counted(len(self.lines), "line")
        points, part = counted(len(self.points), "point"), "complete" if self.complete else "a part"
        return f"<J0: {what}, {points}, {part}{_how(self)}>"


class Direction(_Bracket):
    """One half of a :class:`Factor`: within `lower`, equal outputs of the first network make equal ones of the
    second."""

    _whole: Factor
    _key: str

    def __init__(self, whole: Factor, key: str) -> None:
        shared = {name: whole._record[name] for name in ("norm", "scale", "center", "center_exact", "domain")}
        self.__dict__.update(_whole=whole, _key=key, _record=shared | whole._record[key])

    def to_json(self, picture: bool = True) -> str:
        """The record of both directions."""
        return self._whole.to_json(picture)

    def html(self) -> str:
        return self._whole.html()

    def _repr_html_(self) -> str:
        return self._whole._repr_html_()

    @property
    def _letter(self) -> str:
        return "A" if self._key == "r_AB" else "B"

    @property
    def picture(self) -> dict[str, Any] | None:
        pictures = self._whole.picture
        drawn: dict[str, Any] | None = None if pictures is None else pictures[self._letter]
        return drawn

    def __reduce__(self) -> tuple[Any, ...]:
        return Direction, (self._whole, self._key)


class Factor(Answer):
    """Problem 3: on which balls is one network a function of the other?"""

    question = "factor"

    @cached_property
    def ab(self) -> Direction:
        """B is a function of A."""
        return Direction(self, "r_AB")

    @cached_property
    def ba(self) -> Direction:
        """A is a function of B."""
        return Direction(self, "r_BA")

    @property
    def status(self) -> str:
        """``"solved"`` if both directions are; otherwise that of the one that is not."""
        return next((one.status for one in (self.ab, self.ba) if one.status != "solved"), "solved")

    @property
    def stop_reason(self) -> str | None:
        return self.ab.stop_reason or self.ba.stop_reason

    @property
    def proof(self) -> Proof:
        raise AttributeError("each direction has its own proof: .ab.proof and .ba.proof")

    @property
    def effort(self) -> Effort:
        raise AttributeError("each direction has its own effort: .ab.effort and .ba.effort")

    @property
    def views(self) -> tuple[str, ...]:
        """What both :attr:`ab` and :attr:`ba` can draw."""
        return tuple(view for view in self.ab.views if view in self.ba.views)

    def plot(self, axes: Sequence[Axes] | None = None, *, view: str | None = None,  # type: ignore[override]
             boxes: bool = False) -> tuple[Axes, ...]:
        """Draws both networks, each with the ball and the pair of the direction in which it is the first.

        Args:
            axes: two axes, new ones if not given.
            view: one of :attr:`views`.
            boxes: the boxes of the proofs too.

        Returns:
            The axes.
        """
        from ._plot import draw_both

        return draw_both((self.ab, self.ba), axes, view, boxes)

    def __repr__(self) -> str:
        return f"<Factor: B of A {_bracket_words(self.ab)}; A of B {_bracket_words(self.ba)}>"


def from_json(text: str) -> Answer:
    """The answer of a record, as :meth:`Answer.to_json` or `foldproof --json` wrote it."""
    try:
        kind = Answer._kinds[json.loads(text)["question"]]
    except (ValueError, KeyError, TypeError):
        raise InputError("this text is not the record of an answer; give what to_json() or --json wrote") from None
    return kind(text)


def _how(answer: Answer) -> str:
    ended = "" if answer.stop_reason is None else f", {answer.status} ({answer.stop_reason})"
    return ended + (", checked" if answer.proof.checked else "")


def _bracket_words(answer: _Bracket) -> str:
    lower, upper = bracket_texts(answer.lower_exact, answer.upper_exact)
    refuted = "no pair found" if upper is None else f"refuted at {upper}"
    return f"proved to {lower}, {refuted}{f' ({answer.limit})' if answer.limit else ''}{_how(answer)}"
