"""The tasks of a sweep that are under way, and what becomes of an executor that fails."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from concurrent.futures.process import BrokenProcessPool
from queue import Empty, SimpleQueue

from . import _core, _worker
from ._core import InputError
from ._executors import kill_what_is_left, worker_count
from ._processes import CannotStart, Processes, WorkerDied
from ._sweep_asked import Job
from ._worker import Reply, Task

# A foreign executor gets few tasks at first, one more with each answer and twice as many each second, so that a network
# is not sent a thousand times to workers that are about to have it, and a mistake that all points share shows itself
# early.
_FIRST_TASKS = 8
_MOST_LOST = 100  # tasks in a row of which the executor lost every one


class Unusable(RuntimeError):
    """The executor takes no more tasks."""


class Tasks:
    """The tasks that are under way."""

    def __init__(self, executor: Executor | None, workers: int, most: int) -> None:
        self.again: deque[Job] = deque()
        self._own: Processes | None = None
        self._window: int | None = None  # of processes of our own
        self._executor = executor if executor is not None else self._processes(workers)
        self._most = most
        self._answers = 0
        self._began = time.monotonic()
        self._jobs: dict[Future[Reply], Job] = {}
        self._ready: SimpleQueue[Future[Reply]] = SimpleQueue()
        self._lost = 0

    def _processes(self, workers: int) -> Processes:
        self._own = Processes(workers)
        self._window = 2 * workers
        return self._own

    @property
    def open(self) -> bool:
        return bool(self._jobs or self.again)

    @property
    def room(self) -> bool:
        window = self._window
        if window is None:
            doublings = min(30, int(time.monotonic() - self._began))
            window = _FIRST_TASKS * 2**doublings + self._answers
        return len(self._jobs) < min(self._most, window)

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

    def next(self) -> tuple[Job, Reply | None, str] | None:
        """Waits for a reply, or for the news that none will come; None: there may be room for more tasks meanwhile."""
        growing = self._window is None and len(self._jobs) < self._most
        try:
            return self._take(self._ready.get(timeout=1 if growing else None))
        except Empty:
            return None

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
        except CannotStart as error:
            if self._answers == 0:
                raise
            return self._lose(job, str(error))
        except ImportError as error:
            return self._unfit(job, f"a worker of the executor cannot import foldproof ({error})")
        except WorkerDied as error:
            return self._lose(job, str(error))
        except CancelledError:
            return self._lose(job, "the task was cancelled")
        except Exception as error:  # what executors have of their own, such as Dask's KilledWorker
            return self._lose(job, f"{type(error).__name__}: {error}")
        if reply.kind == "version":
            return self._unfit(job, f"a worker of the executor has foldproof {reply.text}, "
                                    f"and this is {_core.version()}")
        self._lost = 0
        self._answers += reply.kind != "absent"
        return job, reply, ""

    def _lose(self, job: Job, why: str) -> tuple[Job, None, str]:
        self._lost += 1
        if self._lost >= _MOST_LOST:
            raise Unusable(f"the executor lost {self._lost} tasks in a row, the last one so: {why}")
        return job, None, why

    def _unfit(self, job: Job, why: str) -> tuple[Job, None, str]:
        """A worker that is of no use: perhaps all are, perhaps this one came late."""
        if self._answers == 0:
            raise InputError(f"{why}; install the same version in both")
        return self._lose(job, why)

    def _replace(self) -> None:
        """A pool of processes that broke as a whole: processes of our own take its place."""
        if self._own is None:
            kill_what_is_left(self._executor)
            self._executor = self._processes(worker_count(self._executor))

    def stop(self) -> None:
        if self._own is not None:
            self._own.kill()
        for future in list(self._jobs):
            future.cancel()
