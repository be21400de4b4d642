"""The tasks of a sweep that are under way, and what becomes of an executor that fails."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from concurrent.futures.process import BrokenProcessPool
from queue import SimpleQueue

from . import _worker
from ._core import InputError
from ._processes import CannotStart, Processes, WorkerDied
from ._sweep_asked import Job
from ._worker import Reply, Task

# A foreign executor gets few tasks at first, and one more with each answer, so that a network is not sent a thousand times to
# workers that are about to have it, and a mistake that all points share shows itself early.
_FIRST_TASKS = 8
_MOST_LOST = 100  # tasks in a row of which the executor lost every one


class Unusable(RuntimeError):
    """The executor takes no more tasks."""


class Tasks:
    """The tasks that are under way."""

    def __init__(self, executor: Executor | None, workers: int, most: int) -> None:
        self.again: deque[Job] = deque()
        self._own: Processes | None = None
        self._executor = executor if executor is not None else self._processes(workers)
        self._most = most
        self._window = min(most, _FIRST_TASKS if executor is not None else 2 * workers)
        self._jobs: dict[Future[Reply], Job] = {}
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

    def submit(self, task: Task, job: Job) -> None:
        try:
            future = self._executor.submit(_worker.ask, task)
        except BrokenProcessPool:
            self._replace()
            future = self._executor.submit(_worker.ask, task)
        except RuntimeError as error:  # shut down, or broken
            self.again.appendleft(job)
            raise Unusable(f"the executor takes no more tasks: {error}") from None
        self._jobs[future] = job
        future.add_done_callback(self._ready.put)

    def next(self) -> tuple[Job, Reply | None, str]:
        """Waits for a reply, or for the news that none will come."""
        return self._take(self._ready.get())

    def finished(self) -> tuple[Job, Reply | None, str] | None:
        """A reply that is there already."""
        while self.ready:
            future = self._ready.get()
            if future in self._jobs and not future.cancelled() and future.exception() is None:
                return self._jobs.pop(future), future.result(), ""
        return None

    def _take(self, future: Future[Reply]) -> tuple[Job, Reply | None, str]:
        job = self._jobs.pop(future)
        try:
            reply = future.result()
        except BrokenProcessPool:
            self._replace()
            job.deaths -= 1  # nobody knows which of the tasks it was
            return job, None, ""
        except BrokenExecutor as error:
            raise Unusable(f"the executor broke: {error}") from None
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

    def _lose(self, job: Job, why: str) -> tuple[Job, None, str]:
        self._lost += 1
        if self._lost >= _MOST_LOST:
            raise Unusable(f"the executor lost {self._lost} tasks in a row, the last one so: {why}")
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
