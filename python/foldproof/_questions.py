"""The questions. Each takes a network (or what :func:`load` takes) and gives an immutable answer."""

from __future__ import annotations

import numbers
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Union

from . import _core
from ._answers import Factor, Injective, J0, Preimages, Pseudo, Radius
from ._core import InputError
from ._exact import Box, Norm, Number, Vector, box as box_texts, counted, norm_name, text, vector
from ._files import path_text
from ._model import Network, load

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ._model import Source

#: True: a bar; a function: called with a dictionary of what is proved so far, about 10 times a second.
Progress = Union[bool, Callable[[dict[str, Any]], object]]
Path = Union[str, "os.PathLike[str]"]


def radius(net: Source, *, at: Vector, norm: Norm = "linf", scale: Vector | None = None, domain: Box | None = None,
           fix: Mapping[int, Number] | None = None, max_radius: Number | None = None, gap: float = 1e-6,
           time: float | None = None, memory: float | None = None, threads: int | None = None,
           proof: Path | None = None, check: bool = True, progress: Progress = False,
           executor: Executor | None = None) -> Radius:
    """Problem 1: the largest closed ball around `at` on which the network is one-to-one, as a bracket.

    Args:
        net: a :class:`Network`, or what :func:`load` takes; ``load(..., outputs=)`` keeps some of its outputs.
        at: the centre, one number per input that is not fixed.
        norm: of the ball: ``"linf"``, ``"l1"`` or ``"l2"``, or as NumPy calls them: ``np.inf``, ``1`` or ``2``.
        scale: weighted ball: distances are ``|(x - at) / scale|``.
        domain: (lower, upper) per input; only pairs within this box count.
        fix: input -> the value it is frozen at.
        max_radius: look no further; 10 max(1, |at|) if not given.
        gap: stop when (upper - lower) / upper is at most this.
        time: seconds; the answer then has status ``"stopped"`` and the bracket so far.
        memory: GiB that the process may use beyond what it uses when the question begins; it stops there.
        threads: one per core if not given.
        proof: the file to keep the proof in.
        check: have the independent checker prove the answer again.
        progress: True for a bar (in a log, a line every few seconds): what is done (``local``: looking for folds;
            ``global``: telling distant points apart; ``check``: the checker reads the proof), then [proved radius,
            refuted radius or ?], and how many regions and pairs were looked at and are still open. Or a function that
            is called with these numbers.
        executor: a ``concurrent.futures.Executor`` (processes, Dask's ``client.get_executor()``, mpi4py's
            ``MPIPoolExecutor``) to whose workers parts of one hard search are handed out; workers may die.

    Raises:
        InputError: one sentence: what is wrong, where, and what to do.

    Ctrl-C stops the search; the answer is then the bracket so far.
    """
    model = _network(net, fix)
    options = _options(norm=norm, scale=scale, domain=domain, max_radius=max_radius, gap=gap, time=time, memory=memory,
                       threads=threads, proof=proof, check=check)
    with _helping(options, model, executor):
        return Radius._of(_ask(_core.radius, model._core, vector(at, "at"), options, progress=progress))


def pseudo(net: Source, *, at: Vector, norm: Norm = "linf", scale: Vector | None = None, domain: Box | None = None,
           fix: Mapping[int, Number] | None = None, max_radius: Number | None = None, gap: float = 1e-6,
           time: float | None = None, memory: float | None = None, threads: int | None = None,
           proof: Path | None = None, check: bool = True, progress: Progress = False) -> Pseudo:
    """Problem 2: the largest closed ball around `at` in which no other point has the output of `at`.

    Arguments as for :func:`radius`; the network may have any number of outputs.
    """
    model = _network(net, fix)
    options = _options(norm=norm, scale=scale, domain=domain, max_radius=max_radius, gap=gap, time=time, memory=memory,
                       threads=threads, proof=proof, check=check)
    return Pseudo._of(_ask(_core.pseudo, model._core, vector(at, "at"), options, progress=progress))


def factor(a: Source, b: Source, *, at: Vector, norm: Norm = "linf", scale: Vector | None = None,
           domain: Box | None = None, fix: Mapping[int, Number] | None = None, max_radius: Number | None = None,
           gap: float = 1e-6, time: float | None = None, memory: float | None = None, threads: int | None = None,
           proof: Path | None = None, check: bool = True, progress: Progress = False) -> Factor:
    """Problem 3: the largest balls around `at` on which network B is a function of network A (``.ab``), and A of B
    (``.ba``).

    Arguments as for :func:`radius`; both networks have the same inputs. The proof of ``ba`` is kept beside that of
    ``ab``: ``fold.proof`` and ``fold.ba.proof``.
    """
    first, second = _network(a, fix), _network(b, fix)
    if first.inputs != second.inputs:
        raise InputError(f"factor: {first.name} has {counted(first.inputs, 'free input')} and {second.name} "
                         f"{second.inputs}, and both must take the same ones; freeze the others with load(..., fix=)")
    options = _options(norm=norm, scale=scale, domain=domain, max_radius=max_radius, gap=gap, time=time, memory=memory,
                       threads=threads, proof=proof, check=check)
    return Factor._of(_ask(_core.factor, first._core, second._core, vector(at, "at"), options, progress=progress))


def injective(net: Source, *, box: Box, fix: Mapping[int, Number] | None = None, time: float | None = None,
              memory: float | None = None, threads: int | None = None, proof: Path | None = None, check: bool = True,
              progress: Progress = False, executor: Executor | None = None) -> Injective:
    """Is the network one-to-one on the box? ``verdict`` is ``"proved"``, ``"refuted"`` (with a pair) or ``"open"``.

    Args:
        net: a :class:`Network`, or what :func:`load` takes.
        box: (lower, upper) per input that is not fixed.
        fix: input -> the value it is frozen at.
        time, memory, threads, proof, check, progress, executor: as in :func:`radius`.

    Raises:
        InputError: one sentence: what is wrong, where, and what to do.
    """
    model = _network(net, fix)
    options = _options(time=time, memory=memory, threads=threads, proof=proof, check=check)
    with _helping(options, model, executor):
        return Injective._of(_ask(_core.injective, model._core, box_texts(box, "box"), options, progress=progress))


def preimages(net: Source, *, of: Any = None, at: Any = None, box: Box, fix: Mapping[int, Number] | None = None,
              time: float | None = None, memory: float | None = None, threads: int | None = None,
              proof: Path | None = None, check: bool = True, progress: Progress = False) -> Preimages:
    """All inputs of the box with a given output.

    Args:
        net: a :class:`Network`, or what :func:`load` takes.
        of: the output, one number per output; or several outputs, one a row.
        at: instead of `of`: the outputs at this point, or at these points, one a row.
        box: (lower, upper) per input that is not fixed.
        fix: input -> the value it is frozen at.
        time, memory, threads, proof, check, progress: as in :func:`radius`.

    Raises:
        InputError: one sentence: what is wrong, where, and what to do.
    """
    model = _network(net, fix)
    if (of is None) == (at is None):
        raise InputError("preimages: give either of=, an output, or at=, a point whose output is meant")
    values = _rows(of, "of") if at is None else [model._core.evaluate(point) for point in _rows(at, "at")]
    options = _options(time=time, memory=memory, threads=threads, proof=proof, check=check)
    return Preimages._of(_ask(_core.preimages, model._core, values, box_texts(box, "box"), options, progress=progress))


def j0(net: Source, *, box: Box, resolution: float | None = None, fix: Mapping[int, Number] | None = None,
       time: float | None = None, memory: float | None = None, threads: int | None = None, proof: Path | None = None,
       check: bool = True, progress: Progress = False) -> J0:
    """Where does the network fold? All points of the box at which the determinant of the Jacobian changes its sign.

    Args:
        net: a :class:`Network`, or what :func:`load` takes, with as many outputs as inputs that are not fixed.
        box: (lower, upper) per input that is not fixed.
        resolution: longest side of the boxes in which the proof encloses the fold.
        fix: input -> the value it is frozen at.
        time, memory, threads, proof, check, progress: as in :func:`radius`.

    Raises:
        InputError: one sentence: what is wrong, where, and what to do.
    """
    model = _network(net, fix)
    if model.inputs != model.outputs:
        raise InputError(f"j0: {model.name} maps {model.inputs} free inputs to {model.outputs} outputs, and a Jacobian "
                         "determinant needs as many of both; freeze inputs with fix=, or keep fewer outputs with "
                         "load(..., outputs=)")
    options = _options(time=time, memory=memory, threads=threads, proof=proof, check=check)
    if resolution is not None:
        options.resolution = _number(resolution, "resolution")
    return J0._of(_ask(_core.j0, model._core, box_texts(box, "box"), options, progress=progress))


@dataclass(frozen=True)
class Check:
    """What the independent checker said of a proof."""

    accepted: bool
    words: str  #: the checker's own, such as what is proved

    def __bool__(self) -> bool:
        return self.accepted


def check(proof: Path, net: Source, net_b: Source | None = None, *, fix: Mapping[int, Number] | None = None) -> Check:
    """Runs the independent checker on a proof file.

    Args:
        proof: the file.
        net: the network that it is about; of a proof of :func:`factor`, A.
        net_b: B.

    Raises:
        InputError: if the file is not a proof at all; a wrong proof is not accepted, with the line that is wrong.
    """
    a = _network(net, fix)
    b = None if net_b is None else _network(net_b, fix)
    path = path_text(proof, "proof")
    code, words = _core.check(a._core, None if b is None else b._core, path)
    if code == 2:
        why = words.strip().removeprefix("unusable: ")
        raise InputError(f"{'' if path in why else f'{path}: '}{why}; give a file that proof= or --proof kept, and its "
                         "network")
    return Check(code == 0, words)


def _network(source: Source, fix: Mapping[int, Number] | None) -> Network:
    if isinstance(source, Network):
        return source.fixed(fix) if fix else source
    return load(source, fix=fix)


def _rows(values: Any, where: str) -> list[list[str]]:
    several = getattr(values, "ndim", 1) == 2 or (
        isinstance(values, (list, tuple)) and bool(values) and
        (isinstance(values[0], (list, tuple)) or getattr(values[0], "ndim", 0) == 1))
    if not several:
        return [vector(values, where)]
    return [vector(row, f"{where}, row {i}") for i, row in enumerate(values)]


def _number(value: Any, where: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InputError(f"{where}: {value!r} is not a number; give an int or a float") from None


def gap_number(value: Any) -> float:
    gap = _number(value, "gap")
    if not 0 < gap < 1:
        raise InputError(f"gap: {value!r} is not between 0 and 1 (it is relative); give one such as 1e-6")
    return gap


def limit(value: Any, name: str) -> float:
    number = _number(value, name)
    if not number > 0:
        raise InputError(f"{name}: {value!r} is not positive; leave it out for no limit")
    return number


def whole_number(value: Any, name: str, otherwise: str = "") -> int:
    if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < 1:
        raise InputError(f"{name}: {value!r} is not a whole number above 0{otherwise}")
    return int(value)


def _options(*, time: float | None, memory: float | None, threads: int | None, proof: Path | None, check: bool,
             norm: Norm = "linf", scale: Vector | None = None, domain: Box | None = None,
             max_radius: Number | None = None, gap: float = 1e-6) -> _core.Options:
    options = _core.Options()
    options.norm = norm_name(norm)
    options.scale = [] if scale is None else vector(scale, "scale")
    options.domain = [] if domain is None else box_texts(domain, "domain")
    options.max_radius = "" if max_radius is None else text(max_radius, "max_radius")
    options.gap = gap_number(gap)
    options.time = 0.0 if time is None else limit(time, "time")
    options.memory_gib = 0.0 if memory is None else limit(memory, "memory")
    options.threads = 0 if threads is None else whole_number(threads, "threads", "; leave it out for one per core")
    options.proof = "" if proof is None else path_text(proof, "proof")
    options.check = bool(check)
    options.keep_leaves = 4000  # for the picture
    return options


def _helping(options: _core.Options, net: Network, executor: Executor | None) -> AbstractContextManager[None]:
    if executor is None:
        return nullcontext()
    from ._frontier import helping

    return helping(options, net, executor)


def _ask(question: Callable[..., _core.Answered], *arguments: Any, progress: Progress) -> _core.Answered:
    if not (progress is None or isinstance(progress, bool) or callable(progress)):
        raise InputError(f"progress: {progress!r} is neither True nor a function; give True for a bar, or a function "
                         "that is called with what is proved so far")
    if progress is True:
        from ._progress import bar

        with bar(question in (_core.radius, _core.pseudo, _core.factor)) as listener:
            return question(*arguments, listener)
    return question(*arguments, progress or None)
