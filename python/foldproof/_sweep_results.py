"""What a sweep found: one result per point, and what holds at all of them."""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, overload

from . import _core
from ._answers import Answer, Injective, Preimages, Pseudo, Radius
from ._call import _network as network_call
from ._core import InputError
from ._files import write_text
from ._model import Network

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


@dataclass(frozen=True, repr=False)
class SweepResult:
    """One point: its answer, or why there is none."""

    index: int  #: of the point, from 0
    point: Any  #: as it was given
    network: Network  #: as it was given
    value: Fraction | None  #: of the parameter
    answer: Any  #: :class:`Radius`, :class:`Pseudo`, :class:`Injective` or :class:`Preimages`, without picture; or None
    failure: str | None  #: one sentence; None if there is an answer
    restored: bool  #: read from the file of results, not asked in this run
    place: tuple[int, ...]  #: in arrays such as :attr:`SweepResults.lower`
    point_exact: tuple[Any, ...] = ()  #: as exact texts
    kind: str = field(default="answer", compare=False)  #: of the failure: "input", "bug" or "crash"

    def __repr__(self) -> str:
        where = f"point {self.index}" + (f", value {self.value}" if self.value is not None else "")
        return f"<SweepResult: {where}: {self.failure if self.answer is None else repr(self.answer)[1:-1]}>"


@dataclass(frozen=True)
class Summary:
    """Of all results so far."""

    question: str
    answered: int
    failed: int
    restored: int  #: of the answered ones, read from the file of results
    solved: int
    open: int  #: with the answers that a limit stopped
    verdicts: dict[str, int]  #: injective: how many "proved", "refuted", "open"
    least_lower: float | None  #: proved at every point that was answered
    least_lower_exact: Fraction | None
    least_upper: float | None  #: refuted at the point of `worst`
    least_upper_exact: Fraction | None
    #: With the least upper bound, or lower bound if no pair was found anywhere; injective: refuted.
    worst: SweepResult | None
    status: str  #: "solved"; "open": at some points, or they failed; "stopped"; "running"
    stop_reason: str | None  #: "interrupt", "executor"; "time", "memory": at some point
    trouble: str | None  #: stop_reason "executor": what happened to it
    workers: int  #: that gave answers in this run
    seconds: float

    def __str__(self) -> str:
        parts = [f"{self.answered} answered", f"{self.failed} failed"]
        if self.least_lower is not None:
            parts.append(f"proved everywhere to {self.least_lower:.7g}")
        if self.least_upper is not None and self.worst is not None:
            parts.append(f"refuted at {self.least_upper:.7g} at point {self.worst.index}")
        parts += [f"{count} {verdict}" for verdict, count in self.verdicts.items()]
        return ", ".join(parts) + f" ({self.status}{f': {self.stop_reason}' if self.stop_reason else ''})"


class Tally:
    """Counts results without keeping them."""

    def __init__(self, question: str) -> None:
        self._question = question
        self._counts: Counter[str] = Counter()
        self._verdicts: Counter[str] = Counter()
        self._limit: str | None = None
        self._lower: Radius | Pseudo | None = None
        self._upper: Radius | Pseudo | None = None
        self._least: SweepResult | None = None
        self._worst: SweepResult | None = None

    def add(self, result: SweepResult) -> None:
        self._counts["failed" if result.answer is None else "answered"] += 1
        answer = result.answer
        if answer is None:
            return
        self._counts["restored"] += result.restored
        self._counts["solved" if answer.status == "solved" else "open"] += 1
        if answer.status == "stopped":
            self._limit = self._limit or answer.stop_reason
        if answer.proof.refused is not None:
            return
        if isinstance(answer, (Radius, Pseudo)):
            self._compare(result, answer)
        elif isinstance(answer, Injective):
            self._verdicts[answer.verdict] += 1
            if answer.verdict == "refuted" and self._worst is None:
                self._worst = result

    def _compare(self, result: SweepResult, answer: Radius | Pseudo) -> None:
        if self._lower is None or answer.lower_exact < self._lower.lower_exact:
            self._lower, self._least = answer, result
        upper = answer.upper_exact
        if upper is not None and (self._upper is None or upper < (self._upper.upper_exact or 0)):
            self._upper, self._worst = answer, result

    def summary(self, stop_reason: str | None, trouble: str | None, workers: int, seconds: float,
                running: bool) -> Summary:
        counts, lower, upper = self._counts, self._lower, self._upper
        reason = stop_reason or self._limit
        whole = counts["failed"] == 0 and counts["open"] == 0
        return Summary(
            self._question, counts["answered"], counts["failed"], counts["restored"], counts["solved"], counts["open"],
            dict(self._verdicts), lower.lower if lower else None, lower.lower_exact if lower else None,
            upper.upper if upper else None, upper.upper_exact if upper else None, self._worst or self._least,
            "running" if running else "stopped" if reason else "solved" if whole else "open", reason, trouble, workers,
            seconds)


_MOST_POINTS_SHOWN = 20
_DEFAULTS = (("threads", 1), ("check", True))


class SweepResults(Sequence[SweepResult]):
    """All results, in order: by network, value of the parameter, point."""

    def __init__(self, results: Iterable[SweepResult], summary: Summary, shape: tuple[int, ...],
                 parameter: tuple[int, tuple[str, ...]] | None, options: Mapping[str, Any]) -> None:
        self._results = sorted(results, key=lambda result: result.place)
        self._shape = shape
        self._parameter = parameter
        self._options = options
        self.summary = summary

    @overload
    def __getitem__(self, index: int) -> SweepResult: ...

    @overload
    def __getitem__(self, index: slice) -> list[SweepResult]: ...

    def __getitem__(self, index: int | slice) -> SweepResult | list[SweepResult]:
        return self._results[index]

    def __len__(self) -> int:
        return len(self._results)

    def __iter__(self) -> Iterator[SweepResult]:
        return iter(self._results)

    @property
    def status(self) -> str:
        return self.summary.status

    @property
    def stop_reason(self) -> str | None:
        return self.summary.stop_reason

    @property
    def failures(self) -> list[SweepResult]:
        """The results without an answer."""
        return [result for result in self._results if result.answer is None]

    @property
    def lower(self) -> Array:
        """Radius and pseudo: proved, nan where there is no answer. One axis for points; before it one for the values of
        a parameter and, if several networks were given, one for networks."""
        return self._array((Radius, Pseudo), lambda answer: answer.lower, math.nan)

    @property
    def upper(self) -> Array:
        """Radius and pseudo: refuted; infinity where no pair was found, nan where there is no answer."""
        return self._array((Radius, Pseudo), lambda answer: math.inf if answer.upper is None else answer.upper,
                           math.nan)

    @property
    def verdicts(self) -> Array:
        """Injective: ``"proved"``, ``"refuted"`` or ``"open"``; empty where there is no answer."""
        return self._array((Injective,), lambda answer: answer.verdict, "")

    @property
    def counts(self) -> Array:
        """Preimages: how many points; -1 where there is no answer."""
        return self._array((Preimages,), lambda answer: answer.count, -1)

    def _array(self, kinds: tuple[type[Answer], ...], entry: Any, nothing: Any) -> Array:
        import numpy as np

        if self.summary.question not in [kind.question for kind in kinds]:
            raise InputError(f"answers to {self.summary.question} have no such numbers; ask {kinds[0].question}")
        dtype = object if isinstance(nothing, str) else np.array(nothing).dtype
        array = np.full(self._shape, nothing, dtype=dtype)
        for result in self._results:
            if result.answer is not None:
                array[result.place] = entry(result.answer)
        return array.astype(str) if isinstance(nothing, str) else array

    def to_json(self) -> str:
        """The record that `foldproof --sweep` and `--along` write: radius or pseudo of one network, at many points or
        for many values of a parameter.

        Raises:
            InputError: if several networks, or many points for many values, were asked about.
        """
        self._require_record()
        least = self.summary.worst
        records = [result.answer.record if result.answer is not None else None for result in self._results]
        parameter = None
        if self._parameter is not None:
            values = self._parameter[1]
            parameter = {"input": self._parameter[0], "from": values[0], "to": values[-1], "count": len(values)}
        return json.dumps({
            "foldproof": _core.version(), "question": "sweep",
            "asked": self.summary.question if any(records) else None, "network": self._results[0].network.name,
            "parameter": parameter, "along": None,
            "status": self.status, "stop_reason": self.stop_reason,
            "least": None if least is None else {
                "index": self._results.index(least), "lower": self.summary.least_lower,
                "lower_exact": str(self.summary.least_lower_exact), "upper": self.summary.least_upper,
                "upper_exact": None if self.summary.least_upper is None else str(self.summary.least_upper_exact)},
            "points": [_point_record(index, result, record)
                       for index, (result, record) in enumerate(zip(self._results, records))],
            "seconds": self.summary.seconds, "threads": max(1, self.summary.workers)}, indent=1)

    def _require_record(self) -> None:
        question = self.summary.question
        if question not in ("radius", "pseudo"):
            raise InputError(f"a record and a page are made of sweeps of radius and pseudo, not of {question}; every "
                             "answer has its own")
        if len({id(result.network) for result in self._results}) > 1:
            raise InputError("a record and a page of a sweep are about one network; sweep each one for itself")
        if self._parameter is not None and (self._shape[-1] > 1 or len(self._parameter[1]) < 2):
            raise InputError("a record and a page of a sweep over a parameter are about one point and at least two "
                             "values; sweep each point for itself")
        if not self._results:
            raise InputError("the sweep was stopped before its first answer; there is nothing to write")

    def html(self) -> str:
        """The page of :meth:`report`, as text."""
        return _core.html(self.to_json(), self._call())

    def _call(self) -> str:
        """That asks all this again; many points are called by a name."""
        texts = [list(result.point_exact) for result in self._results if result.point_exact]
        points = "points" if len(texts) > _MOST_POINTS_SHOWN else repr(texts)
        named = "net"
        if (answer := next((result.answer for result in self._results if result.answer is not None), None)) is not None:
            network = dict(answer.record["network"])
            if self._parameter is not None:
                points = repr(texts[:1])
                network["fixed"] = {i: value for i, value in network["fixed"].items() if int(i) != self._parameter[0]}
            named = network_call(network, named)
        given = {"question": self.summary.question,
                 "parameter": self._parameter and (self._parameter[0], list(self._parameter[1])),
                 **{name: value for name, value in self._options.items() if (name, value) not in _DEFAULTS}}
        options = "".join(f", {name}={value!r}" for name, value in given.items() if value is not None)
        return f"foldproof.sweep({named}, {points}{options}).collect()"

    def report(self, path: str | os.PathLike[str]) -> None:
        """Writes one self-contained page: the radius over the points, or over the parameter."""
        write_text(path, self.html(), "page")

    def __repr__(self) -> str:
        return f"<SweepResults: {self.summary}>"


def _are_numbers(texts: tuple[str, ...]) -> bool:
    try:
        return [Fraction(entry) for entry in texts] != []
    except (ValueError, ZeroDivisionError):
        return False


def _point_record(index: int, result: SweepResult, record: dict[str, Any] | None) -> dict[str, Any]:
    value = result.value
    return {"index": index, "value": None if value is None else float(value),
            "value_exact": None if value is None else str(value),
            "at_exact": list(result.point_exact) if _are_numbers(result.point_exact) else None,
            "answer": record, "failure": result.failure}
