"""One question at many points, and of many networks, on many workers.

What comes in may be endless and what goes out may be kept in a file: in between, a bounded number of tasks is under way, and
nothing else is kept.
"""

from __future__ import annotations

import itertools
import numbers
import os
import time as clock
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from fractions import Fraction
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from . import _core, _worker
from ._answers import Answer
from ._core import InputError
from ._exact import Box, Number, Vector, box as box_texts, text, vector
from ._model import Network, load
from ._processes import CannotStart, Processes, WorkerDied
from ._questions import Path, _number
from ._sweep_file import SweepFile
from ._sweep_results import Summary, SweepResult, SweepResults, Tally
from ._worker import Reply, Task

if TYPE_CHECKING:
    from ._model import Source

QUESTIONS = {"radius": ("norm", "scale", "domain", "max_radius", "gap"), "injective": (), "preimages": ("box",)}
QUESTIONS["pseudo"] = QUESTIONS["radius"]

# A foreign executor gets few tasks at first, and one more with each answer, so that a network is not sent a thousand times to
# workers that are about to have it, and a mistake that all points share shows itself early.
_FIRST_TASKS = 8
_MOST_DEATHS = 2  # of workers with the same point
_MOST_LOST = 100  # tasks in a row of which the executor lost every one


def sweep(nets: Source | Sequence[Source], points: Iterable[Any], *, question: str = "radius",
          parameter: tuple[int, Iterable[Number]] | None = None, executor: Executor | None = None,
          workers: int | None = None, results: Path | None = None, proofs: Path | None = None, progress: bool = False,
          norm: str | None = None, scale: Vector | None = None, domain: Box | None = None,
          fix: Mapping[int, Number] | None = None, max_radius: Number | None = None, gap: float | None = None,
          box: Box | None = None, time: float | None = None, memory: float | None = None, threads: int = 1,
          check: bool = True, outstanding: int = 1000) -> Sweep:
    """Asks one question at many points, of one network or of several, and streams the answers.

    Args:
        nets: what :func:`radius` takes, or a list of such; every network is asked about every point.
        points: one a row: an array, a list, or any iterable, which may be too long for memory. Centres for ``"radius"`` and
            ``"pseudo"``, boxes for ``"injective"``, outputs for ``"preimages"``.
        question: ``"radius"``, ``"pseudo"``, ``"injective"`` or ``"preimages"``.
        parameter: (input, values): ask at every point for each of these values, at which the input is frozen.
        executor: whose workers are used, such as Dask's ``client.get_executor()`` or ``mpi4py.futures.MPIPoolExecutor()``;
            processes on this machine if not given.
        workers: how many such processes; one per core if not given.
        results: a file that every answer is appended to. A later run with the same file goes on where this one ended.
        proofs: a folder that a proof of every answer is kept in.
        progress: show a bar.
        norm, scale, domain, max_radius, gap: of radius and pseudo, as in :func:`radius`.
        fix: as in :func:`radius`.
        box: of preimages, as in :func:`preimages`.
        time, memory: seconds and GiB for one point.
        threads: for one point.
        check: have the independent checker prove every answer again.
        outstanding: at most so many tasks are handed to the executor at once.

    Returns:
        an iterator over :class:`SweepResult`, in the order in which they are ready; ``collect()`` runs it to its end and
        gives them in order. A point that cannot be answered has a sentence, `failure`, instead of an answer.

    Raises:
        InputError: one sentence: what is wrong, where, and what to do.

    Ctrl-C ends the sweep; what was answered by then is given.
    """
    if question not in QUESTIONS:
        raise InputError(f"question {question!r} is not known; a sweep asks {', '.join(sorted(QUESTIONS))}")
    options = _option_texts(question, norm=norm, scale=scale, domain=domain, max_radius=max_radius, gap=gap, box=box,
                            time=time, memory=memory, threads=threads, check=check)
    networks, several = _networks(nets, fix)
    asked = _Asked(question, networks, several, _parameter(parameter), options,
                   None if proofs is None else os.fspath(proofs))
    _require_points(points, asked)
    if executor is not None and not isinstance(executor, Executor):
        raise InputError(f"executor: {type(executor).__name__} is not a concurrent.futures.Executor; give one, such as "
                         "client.get_executor() of Dask")
    if executor is not None and workers is not None:
        raise InputError("workers: an executor has its own; give either workers= or executor=")
    for name, number in (("workers", workers), ("outstanding", outstanding), ("threads", threads)):
        if number is not None and (not isinstance(number, int) or number < 1):
            raise InputError(f"{name}: {number!r} is not a whole number above 0")
    if asked.proofs is not None:
        _require_folder(asked.proofs)
    file = None if results is None else SweepFile(os.fspath(results), asked.head())
    return Sweep(asked, points, executor, workers or len(os.sched_getaffinity(0)), outstanding, file, progress)


@dataclass(frozen=True)
class _Asked:
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
                "networks": [[_worker.hash_of(net._source), {str(i): value for i, value in net._fix.items()}, list(net._outputs)] for net in self.networks],
                "parameter": self.parameter and [self.parameter[0], _digest(self.parameter[1])],
                "options": {name: value for name, value in self.options.items() if name != "threads"}}

    def inputs(self, network: Network) -> int:
        return network.inputs - (self.parameter is not None)


@dataclass
class _Job:
    """A question that is to be asked."""

    point: Any
    texts: list[Any]
    index: int
    network: int
    value: int
    send: bool = False  #: the network with it
    deaths: int = 0


class Sweep(Iterator[SweepResult]):
    """A sweep under way: an iterator over its results, in the order in which they are ready."""

    def __init__(self, asked: _Asked, points: Iterable[Any], executor: Executor | None, workers: int, outstanding: int,
                 file: SweepFile | None, progress: bool) -> None:
        self._asked = asked
        self._points = points
        self._given = executor
        self._workers = workers
        self._outstanding = outstanding
        self._file = file
        self._progress = progress
        self._tally = Tally(asked.question)
        self._seen = 0  # points
        self._seen_workers: set[str] = set()
        self._begun: float | None = None
        self._ended: float | None = None
        self._stop_reason: str | None = None
        self._trouble: str | None = None
        self._hashes = [_worker.hash_of(network._source) for network in asked.networks]
        self._serial = itertools.count()
        self._version = _core.version()
        self._stream = self._counted(self._unless_all_fail_alike(self._run()))

    @property
    def total(self) -> int | None:
        """How many results there will be, if the points can be counted."""
        try:
            return len(self._points) * self._asked.at_each_point  # type: ignore[arg-type]
        except TypeError:
            return None

    @property
    def summary(self) -> Summary:
        """Of the results so far."""
        end = self._ended if self._ended is not None else clock.monotonic()
        seconds = end - self._begun if self._begun is not None else 0.0
        return self._tally.summary(self._stop_reason, self._trouble, len(self._seen_workers), seconds, self._ended is None)

    def __next__(self) -> SweepResult:
        try:
            return next(self._stream)
        except KeyboardInterrupt:
            self._end("interrupt")
            raise StopIteration from None

    def collect(self) -> SweepResults:
        """Runs to the end and gives all results, in order."""
        results = []
        try:
            for result in self:
                results.append(result)
        except KeyboardInterrupt:
            self._end("interrupt")
        points = max(self._seen, (self.total or 0) // self._asked.at_each_point)
        return SweepResults(results, self.summary, self._asked.shape(points), self._asked.parameter)

    def close(self) -> None:
        """Ends the sweep early; nothing is lost that was given or is in the file."""
        self._end("interrupt")

    def __enter__(self) -> Sweep:
        return self

    def __exit__(self, *_: object) -> None:
        if self._ended is None:
            self.close()

    def __repr__(self) -> str:
        return f"<Sweep: {self.summary}>"

    def _end(self, reason: str) -> None:
        if self._ended is None:
            self._stop_reason = reason
            self._ended = clock.monotonic()
        self._stream.close()
        if self._file is not None:
            self._file.close()

    def _counted(self, results: Iterator[SweepResult]) -> Iterator[SweepResult]:
        self._begun = clock.monotonic()
        bar = None
        if self._progress:
            from tqdm.auto import tqdm

            bar = tqdm(total=self.total, unit="point", dynamic_ncols=True)
        try:
            for result in results:
                self._tally.add(result)
                if bar is not None:
                    bar.update()
                    bar.set_postfix_str(_words(self.summary), refresh=False)
                yield result
        finally:
            if bar is not None:
                bar.close()
            results.close()  # type: ignore[attr-defined]
            if self._ended is None:
                self._ended = clock.monotonic()
            if self._file is not None:
                self._file.close()

    def _unless_all_fail_alike(self, results: Iterator[SweepResult]) -> Iterator[SweepResult]:
        """A mistake in the question is one sentence, not one at every point."""
        held: list[SweepResult] = []
        try:
            for result in results:
                if result.kind == "input" and len(held) < 1000 and (not held or _general(held[0]) == _general(result)):
                    held.append(result)
                    continue
                yield from held
                yield result
                yield from results
                return
            if held and self._stop_reason is None:
                raise InputError(str(held[0].failure))
            yield from held
        finally:
            results.close()  # type: ignore[attr-defined]

    def _jobs(self) -> Iterator[_Job | SweepResult]:
        """What is to be asked; results where it was answered before, or cannot be asked."""
        for index, point in enumerate(self._points):
            self._seen = index + 1
            for network in range(len(self._asked.networks)):
                for value in range(self._asked.values):
                    job = _Job(point, [], index, network, value)
                    try:
                        job.texts = self._texts(job)
                    except InputError as error:
                        yield self._result(job, "input", str(error))
                        continue
                    record = None
                    if self._file is not None:
                        record = self._file.take(self._number(job), self._place(job))
                    yield job if record is None else self._result(job, "answer", record, restored=True)
        if self._seen == 0:
            raise InputError("points: there is none; give at least one point")

    def _texts(self, job: _Job) -> list[Any]:
        asked, where = self._asked, f"point {job.index}"
        network = asked.networks[job.network]
        if not isinstance(job.point, Iterable) or getattr(job.point, "ndim", 1) == 0:
            raise InputError(f"{where}: {job.point!r} where a point, or a box, is needed; points are given one a row")
        if asked.question == "injective":
            texts: list[Any] = box_texts(job.point, where)
        else:
            texts = vector(job.point, where)
        needed = network.outputs if asked.question == "preimages" else asked.inputs(network)
        if len(texts) != needed:
            what = "outputs" if asked.question == "preimages" else "free inputs"
            raise InputError(f"{where} has {len(texts)} coordinates but {network.name} has {needed} {what}; give one "
                             "for each")
        return texts

    def _number(self, job: _Job) -> int:
        return (job.index * len(self._asked.networks) + job.network) * self._asked.values + job.value

    def _place(self, job: _Job) -> dict[str, Any]:
        parameter = self._asked.parameter
        return {"index": job.index, "network": job.network,
                "value": None if parameter is None else parameter[1][job.value],
                "point": [list(entry) if isinstance(entry, tuple) else entry for entry in job.texts]}

    def _result(self, job: _Job, kind: str, words: str, restored: bool = False) -> SweepResult:
        asked = self._asked
        answer = Answer._kinds[asked.question](words) if kind == "answer" else None
        return SweepResult(job.index, job.point, asked.networks[job.network],
                           None if asked.parameter is None else Fraction(asked.parameter[1][job.value]), answer,
                           None if kind == "answer" else words, restored, asked.place(job.network, job.value, job.index),
                           tuple(job.texts), kind)

    def _task(self, job: _Job) -> Task:
        asked = self._asked
        network = asked.networks[job.network]
        fix = dict(network._fix)
        if asked.parameter is not None:
            fix[asked.parameter[0]] = asked.parameter[1][job.value]
        options = dict(asked.options)
        if asked.proofs is not None:
            options["proof"] = asked.proof(job.network, job.value, job.index)
        return Task(next(self._serial), self._version, asked.question, self._hashes[job.network],
                    network._source if job.send else None, network.name, fix, network._outputs, job.texts, options)

    def _run(self) -> Iterator[SweepResult]:
        tasks = _Tasks(self._given, self._workers, self._outstanding)
        jobs, more = self._jobs(), True
        try:
            while more or tasks.open:
                try:
                    found: SweepResult | None = None
                    if tasks.again and tasks.room:
                        job = tasks.again.popleft()
                        tasks.submit(self._task(job), job)
                    elif more and tasks.room and not tasks.ready:
                        step = next(jobs, None)
                        if isinstance(step, _Job):
                            tasks.submit(self._task(step), step)
                        else:
                            found, more = step, step is not None
                    elif tasks.open:
                        found = self._heard(tasks, *tasks.next())
                except KeyboardInterrupt:
                    self._stop_reason = "interrupt"
                    break
                except _Unusable as error:
                    self._stop_reason, self._trouble = "executor", str(error)
                    break
                if found is not None:
                    yield found
            while (finished := tasks.finished()) is not None:  # stopped: what is there already
                found = self._heard(tasks, *finished)
                if found is not None:
                    yield found
        finally:
            tasks.stop()

    def _heard(self, tasks: _Tasks, job: _Job, reply: Reply | None, why: str) -> SweepResult | None:
        """The result, if this is one; otherwise the job is asked again."""
        if reply is None:
            job.deaths += 1
            if job.deaths < _MOST_DEATHS:
                tasks.again.appendleft(job)
                return None
            return self._result(job, "crash", f"the workers that were asked about this point were lost {job.deaths} times, "
                                              f"at last so: {why}")
        if reply.kind == "absent":
            job.send = True
            tasks.again.appendleft(job)
            return None
        if reply.kind == "version":
            raise InputError(f"a worker of the executor has foldproof {reply.text}, and this is {self._version}; install the "
                             "same version in both")
        self._seen_workers.add(reply.worker)
        result = self._result(job, reply.kind, reply.text)
        if result.answer is not None:
            if result.answer.stop_reason == "interrupt":  # someone stopped the worker: not an answer
                return self._heard(tasks, job, None, "it was interrupted")
            if self._file is not None:
                self._file.append(self._number(job), self._place(job), reply.text)
        return result


class _Unusable(RuntimeError):
    """The executor takes no more tasks."""


class _Tasks:
    """The tasks that are under way."""

    def __init__(self, executor: Executor | None, workers: int, most: int) -> None:
        self.again: deque[_Job] = deque()
        self._own: Processes | None = None
        self._executor = executor if executor is not None else self._processes(workers)
        self._most = most
        self._window = min(most, _FIRST_TASKS if executor is not None else 2 * workers)
        self._jobs: dict[Future[Reply], _Job] = {}
        self._ready: SimpleQueue[Future[Reply]] = SimpleQueue()
        self._lost = 0

    def _processes(self, workers: int) -> Processes:
        self._own = Processes(workers)
        return self._own

    @property
    def open(self) -> bool:
        return bool(self._jobs or self.again)

    @property
    def room(self) -> bool:
        return len(self._jobs) < self._window

    @property
    def ready(self) -> bool:
        return not self._ready.empty()

    def submit(self, task: Task, job: _Job) -> None:
        try:
            future = self._executor.submit(_worker.ask, task)
        except BrokenProcessPool:
            self._replace()
            future = self._executor.submit(_worker.ask, task)
        except RuntimeError as error:  # shut down, or broken
            self.again.appendleft(job)
            raise _Unusable(f"the executor takes no more tasks: {error}") from None
        self._jobs[future] = job
        future.add_done_callback(self._ready.put)

    def next(self) -> tuple[_Job, Reply | None, str]:
        """Waits for a reply, or for the news that none will come."""
        return self._take(self._ready.get())

    def finished(self) -> tuple[_Job, Reply | None, str] | None:
        """A reply that is there already."""
        while self.ready:
            future = self._ready.get()
            if future in self._jobs and not future.cancelled() and future.exception() is None:
                return self._jobs.pop(future), future.result(), ""
        return None

    def _take(self, future: Future[Reply]) -> tuple[_Job, Reply | None, str]:
        job = self._jobs.pop(future)
        try:
            reply = future.result()
        except BrokenProcessPool:
            self._replace()
            job.deaths -= 1  # nobody knows which of the tasks it was
            return job, None, ""
        except BrokenExecutor as error:
            raise _Unusable(f"the executor broke: {error}") from None
        except CannotStart:
            raise
        except ImportError as error:
            raise InputError(f"a worker of the executor cannot import foldproof ({error}); install the same version there"
                             ) from None
        except WorkerDied as error:
            return self._lose(job, str(error))
        except CancelledError:
            return self._lose(job, "the task was cancelled")
        except Exception as error:  # what executors have of their own, such as Dask's KilledWorker
            return self._lose(job, f"{type(error).__name__}: {error}")
        self._lost = 0
        if self._own is None and reply.kind != "absent":
            self._window = min(self._most, self._window + 1)
        return job, reply, ""

    def _lose(self, job: _Job, why: str) -> tuple[_Job, None, str]:
        self._lost += 1
        if self._lost >= _MOST_LOST:
            raise _Unusable(f"the executor lost {self._lost} tasks in a row, the last one so: {why}")
        return job, None, why

    def _replace(self) -> None:
        """A pool of processes that broke as a whole: processes of our own take its place."""
        if self._own is None:
            workers = int(getattr(self._executor, "_max_workers", 0)) or len(os.sched_getaffinity(0))
            self._executor = self._processes(workers)
            self._window = min(self._most, 2 * workers)

    def stop(self) -> None:
        if self._own is not None:
            self._own.kill()
        for future in list(self._jobs):
            future.cancel()


def _general(result: SweepResult) -> str:
    return str(result.failure).replace(f"point {result.index}", "point", 1)


def _words(summary: Summary) -> str:
    parts = [f"{summary.failed} failed"] if summary.failed else []
    if summary.least_lower is not None:
        parts.append(f"proved everywhere {summary.least_lower:.5g}")
    return ", ".join(parts)


def _digest(values: Sequence[str]) -> Any:
    from ._sweep_file import hash_of

    return list(values) if len(values) <= 16 else {"count": len(values), "sha256": hash_of(list(values))}


def _option_texts(question: str, *, norm: str | None, scale: Vector | None, domain: Box | None, max_radius: Number | None,
                  gap: float | None, box: Box | None, time: float | None, memory: float | None, threads: int,
                  check: bool) -> dict[str, Any]:
    """Those that were given, as what crosses borders unchanged."""
    options: dict[str, Any] = {
        "norm": norm, "scale": None if scale is None else vector(scale, "scale"),
        "domain": None if domain is None else box_texts(domain, "domain"),
        "max_radius": None if max_radius is None else text(max_radius, "max_radius"),
        "gap": None if gap is None else _number(gap, "gap"), "box": None if box is None else box_texts(box, "box")}
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if name not in QUESTIONS[question]:
            raise InputError(f"{name}: {question} takes no {name}; leave it out")
    if question == "preimages" and box is None:
        raise InputError("preimages are looked for in a box; give box=, (lower, upper) per input")
    limits: dict[str, Any] = {"time": time, "memory": memory}
    for name, value in limits.items():
        if value is not None:
            given[name] = _number(value, name)
            if not given[name] > 0:
                raise InputError(f"{name}: {value!r} is not positive; leave it out for no limit")
    return given | {"threads": threads, "check": bool(check)}


def _networks(nets: Any, fix: Mapping[int, Number] | None) -> tuple[tuple[Network, ...], bool]:
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


def _parameter(parameter: Any) -> tuple[int, tuple[str, ...]] | None:
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
            raise InputError(f"parameter, value {i}: {value!r} is not a number; write a decimal such as 2.1, or p/q") from None
    return index, values


def _require_points(points: Any, asked: _Asked) -> None:
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
        shape = f"an array of shape {tuple(points.shape)}" if hasattr(points, "shape") else "a list of numbers"
        raise InputError(f"points: {shape} where {form} are needed; a single one is [point]")
    for network in asked.networks:
        if asked.parameter is not None:
            index, values = asked.parameter
            if index in network._fix:
                raise InputError(f"input {index} is both swept and fixed; leave out one of the two")
            network.fixed({index: values[0]})
        needed = network.outputs if asked.question == "preimages" else asked.inputs(network)
        if hasattr(points, "ndim") and points.shape[1] != needed:
            what = "outputs" if asked.question == "preimages" else "free inputs"
            raise InputError(f"points: an array of shape {tuple(points.shape)}, but {network.name} has {needed} {what}; give "
                             f"{needed} columns")


def _require_folder(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: the proofs of a sweep go into a folder, and this cannot be one ({error.strerror}); name "
                         "another") from None
