"""One question at many points, and of many networks, on many workers.

What comes in may be endless and what goes out may be kept in a file: in between, a bounded number of tasks is under
way, and nothing else is kept.
"""

from __future__ import annotations

import itertools
import os
import sys
import time as clock
import warnings
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from . import _core, _worker
from ._answers import Answer
from ._core import InputError
from ._exact import Box, Norm, Number, Vector
from ._executors import require_executor
from ._interrupts import Interrupts
from ._files import path_text
from ._questions import Path, whole_number
from ._sweep_asked import (QUESTIONS, Asked, Job, networks_of, option_texts, parameter_of, require_folder,
                           require_points)
from ._sweep_file import SweepFile
from ._sweep_results import Summary, SweepResult, SweepResults, Tally
from ._worker import Reply, Task

if TYPE_CHECKING:
    from ._model import Source
    from ._sweep_tasks import Tasks

MOST_DEATHS = 2  #: of workers with the same point

Stream = Generator[SweepResult, None, None]


def sweep(nets: Source | Sequence[Source], points: Iterable[Any], *, question: str = "radius",
          parameter: tuple[int, Iterable[Number]] | None = None, executor: Executor | None = None,
          workers: int | None = None, results: Path | None = None, proofs: Path | None = None, progress: bool = False,
          norm: Norm | None = None, scale: Vector | None = None, domain: Box | None = None,
          fix: Mapping[int, Number] | None = None, max_radius: Number | None = None, gap: float | None = None,
          box: Box | None = None, time: float | None = None, memory: float | None = None, threads: int = 1,
          check: bool = True, outstanding: int = 1000) -> Sweep:
    """Asks one question at many points, of one network or of several, and streams the answers.

    Args:
        nets: what :func:`radius` takes, or a list of such; every network is asked about every point.
        points: one a row: an array, a list, or any iterable, which may be too long for memory. Centres for ``"radius"``
            and ``"pseudo"``, boxes for ``"injective"``, outputs for ``"preimages"``.
        question: ``"radius"``, ``"pseudo"``, ``"injective"`` or ``"preimages"``.
        parameter: (input, values): ask at every point for each of these values, at which the input is frozen.
        executor: whose workers are used, such as Dask's ``client.get_executor()`` or
            ``mpi4py.futures.MPIPoolExecutor()``; processes on this machine if not given.
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
        an iterator over :class:`SweepResult`, in the order in which they are ready; ``collect()`` runs it to its end
        and gives them in order. A point that cannot be answered has a sentence, `failure`, instead of an answer.

    Raises:
        InputError: one sentence: what is wrong, where, and what to do.

    Ctrl-C ends the sweep; what was answered by then is given.
    """
    if question not in QUESTIONS:
        raise InputError(f"question {question!r} is not known; a sweep asks {', '.join(sorted(QUESTIONS))}")
    options = option_texts(question, norm=norm, scale=scale, domain=domain, max_radius=max_radius, gap=gap, box=box,
                            time=time, memory=memory, threads=threads, check=check)
    networks, several = networks_of(nets, fix)
    asked = Asked(question, networks, several, parameter_of(parameter), options,
                   None if proofs is None else path_text(proofs, "proofs"))
    require_points(points, asked)
    if executor is not None:
        require_executor(executor)
    if executor is not None and workers is not None:
        raise InputError("workers: an executor has its own; give either workers= or executor=")
    for name, number in (("workers", workers), ("outstanding", outstanding)):
        if number is not None:
            whole_number(number, name)
    if not isinstance(progress, bool):
        raise InputError(f"progress: {progress!r} is neither True nor False; give True for a bar")
    if asked.proofs is not None:
        require_folder(asked.proofs)
    file = None if results is None else SweepFile(path_text(results, "results"), asked.head())
    return Sweep(asked, points, executor, workers or len(os.sched_getaffinity(0)), outstanding, file, progress)


class Sweep(Iterator[SweepResult]):
    """A sweep under way: an iterator over its results, in the order in which they are ready."""

    def __init__(self, asked: Asked, points: Iterable[Any], executor: Executor | None, workers: int, outstanding: int,
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
        self._interrupts = Interrupts()
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
        return self._tally.summary(self._stop_reason, self._trouble, len(self._seen_workers), seconds,
                                   self._ended is None)

    def __next__(self) -> SweepResult:
        results: list[SweepResult] = []
        if not self._give(results):
            raise StopIteration
        return results[0]

    def collect(self) -> SweepResults:
        """Runs to the end and gives all results, in order."""
        results: list[SweepResult] = []
        try:
            while self._give(results):
                pass
        except KeyboardInterrupt:
            self._end("interrupt")
        points = max(self._seen, (self.total or 0) // self._asked.at_each_point)
        return SweepResults(results, self.summary, self._asked.shape(points), self._asked.parameter,
                            self._asked.options)

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

    def _give(self, results: list[SweepResult]) -> bool:
        """Appends the next result, if there is one.

        Ctrl-C ends the sweep. It waits from the moment when an answer goes to the file, or is counted, until it is
        among the results: what was given, the summary, and what is in the file never differ.
        """
        before = len(results)
        try:
            try:
                results.append(next(self._stream))
            finally:
                self._interrupts.release()
        except StopIteration:
            pass
        except KeyboardInterrupt:
            if len(results) > before:
                self._stop_reason = "interrupt"  # the next call gives what else is there
            else:
                self._end("interrupt")
        return len(results) > before

    def _end(self, reason: str) -> None:
        if self._ended is None:
            self._stop_reason = reason
            self._ended = clock.monotonic()
        self._stream.close()
        if self._file is not None:
            self._file.close()

    def _counted(self, results: Stream) -> Stream:
        self._begun = clock.monotonic()
        bar = None
        if self._progress:
            bar = _bar(self.total)
        try:
            for result in results:
                self._interrupts.hold()
                self._tally.add(result)
                if bar is not None:
                    bar.update()
                    bar.set_postfix_str(_words(self.summary), refresh=False)
                yield result
        finally:
            if bar is not None:
                bar.close()
            results.close()
            if self._ended is None:
                self._ended = clock.monotonic()
            if self._file is not None:
                self._file.close()

    def _unless_all_fail_alike(self, results: Stream) -> Stream:
        """A mistake in the question is one sentence, not one at every point."""
        held: list[SweepResult] = []
        try:
            for result in results:
                if result.kind == "input" and len(held) < 1000 and (not held or _general(held[0]) == _general(result)):
                    held.append(result)
                    continue
                yield result  # at once: it may be in the file by now
                yield from held
                yield from results
                return
            if held and self._stop_reason is None:
                raise InputError(str(held[0].failure))
            yield from held
        finally:
            results.close()

    def _jobs(self) -> Iterator[Job | SweepResult]:
        """What is to be asked; results where it was answered before, or cannot be asked."""
        for index, point in enumerate(self._points):
            self._seen = index + 1
            for network in range(len(self._asked.networks)):
                for value in range(self._asked.values):
                    job = Job(point, [], index, network, value)
                    try:
                        job.texts = self._asked.texts(point, index, network)
                    except InputError as error:
                        yield self._result(job, "input", str(error))
                        continue
                    record = None
                    if self._file is not None:
                        record = self._file.take(self._number(job), self._place(job))
                    yield job if record is None else self._result(job, "answer", record, restored=True)
        if self._seen == 0:
            raise InputError("points: there is none; give at least one point")

    def _number(self, job: Job) -> int:
        return (job.index * len(self._asked.networks) + job.network) * self._asked.values + job.value

    def _place(self, job: Job) -> dict[str, Any]:
        parameter = self._asked.parameter
        return {"index": job.index, "network": job.network,
                "value": None if parameter is None else parameter[1][job.value],
                "point": [list(entry) if isinstance(entry, tuple) else entry for entry in job.texts]}

    def _result(self, job: Job, kind: str, words: str, restored: bool = False) -> SweepResult:
        asked = self._asked
        answer = Answer._kinds[asked.question](words) if kind == "answer" else None
        return SweepResult(job.index, job.point, asked.networks[job.network],
                           None if asked.parameter is None else Fraction(asked.parameter[1][job.value]), answer,
                           None if kind == "answer" else words, restored,
                           asked.place(job.network, job.value, job.index), tuple(job.texts), kind)

    def _task(self, job: Job) -> Task:
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

    def _run(self) -> Stream:
        # With multiprocessing, which not every import of foldproof should pay.
        from ._sweep_tasks import Tasks, Unusable

        tasks = Tasks(self._given, self._workers, self._outstanding)
        jobs, more = self._jobs(), True
        try:
            while (more or tasks.open) and self._stop_reason is None:
                try:
                    found: SweepResult | None = None
                    if tasks.again and tasks.room:
                        job = tasks.again.popleft()
                        tasks.submit(self._task(job), job)
                    elif more and tasks.room and not tasks.ready:
                        step = next(jobs, None)
                        if isinstance(step, Job):
                            tasks.submit(self._task(step), step)
                        else:
                            found, more = step, step is not None
                    elif (heard := tasks.next()) is not None:
                        found = self._heard(tasks, *heard)
                except KeyboardInterrupt:
                    self._stop_reason = "interrupt"
                    break
                except Unusable as error:
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

    def _heard(self, tasks: Tasks, job: Job, reply: Reply | None, why: str) -> SweepResult | None:
        """The result, if this is one; otherwise the job is asked again."""
        if reply is None:
            job.deaths += 1
            if job.deaths < MOST_DEATHS:
                tasks.again.appendleft(job)
                return None
            return self._result(job, "crash", f"the workers that were asked about this point were lost {job.deaths} "
                                              f"times, at last so: {why}")
        if reply.kind == "absent":
            job.send = True
            tasks.again.appendleft(job)
            return None
        self._seen_workers.add(reply.worker)
        result = self._result(job, reply.kind, reply.text)
        if result.answer is not None:
            if result.answer.stop_reason == "interrupt":  # someone stopped the worker: not an answer
                return self._heard(tasks, job, None, "it was interrupted")
            if self._file is not None:
                self._interrupts.hold()
                self._file.append(self._number(job), self._place(job), reply.text)
        return result


def _bar(total: int | None) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a notebook without ipywidgets gets a bar of text, and need not be told
        from tqdm.auto import tqdm

        overwritten = "ipykernel" in sys.modules or sys.stderr.isatty()
        return tqdm(total=total, unit="point", dynamic_ncols=True, mininterval=0.1 if overwritten else 10)


def _general(result: SweepResult) -> str:
    return str(result.failure).replace(f"point {result.index}", "point", 1)


def _words(summary: Summary) -> str:
    parts = [f"{summary.failed} failed"] if summary.failed else []
    if summary.least_lower is not None:
        parts.append(f"proved everywhere {summary.least_lower:.5g}")
    return ", ".join(parts)
