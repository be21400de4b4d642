"""One hard question on many workers: parts of its search go to a ``concurrent.futures.Executor``.

The engine keeps the frontier of open regions, cuts parts from it, and merges what comes back into one proof; a part is
a pure function of the network and the request, so that one whose worker died is simply asked again, or done here.
Workers load the network once and keep it under the hash of its pickle.
"""

from __future__ import annotations

import atexit
import hashlib
import multiprocessing
import pickle
import signal
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from . import _core
from ._executors import kill_what_is_left, require_executor, worker_count
from ._model import Network
from ._processes import Processes
from ._worker import _Recent

_solvers: _Recent[str, _core.PartSolver] = _Recent(4)
atexit.register(_solvers._entries.clear)  # while the extension is still there


def answer_part(key: str, pickled: bytes | None, request: bytes, part: int) -> bytes | None:
    """At a worker. None: the network of this key is not here; ask again with its pickle.

    `part` makes every call another one, for executors that remember results.
    """
    _leave_ctrl_c_to_the_asker()
    solver = _solvers.get(key)
    if solver is None:
        if pickled is None:
            return None
        solver = _core.PartSolver(pickle.loads(pickled)._core)
        _solvers.keep(key, solver)
    return solver.answer(request) if request else b""


def _leave_ctrl_c_to_the_asker() -> None:
    # A terminal sends it to workers, too; the asking process stops the search and wants their replies until then.
    if multiprocessing.parent_process() is not None and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@dataclass(frozen=True)
class _Away:
    request: bytes
    future: Future[bytes | None]
    with_network: bool  #: it went along


_ABSENT = b"the network is not there"  # compared by identity


class Workers:
    """What the engine's delegate asks of an executor. Its methods are called from one thread at a time."""

    #: Seconds that a question is searched here before parts are handed out.
    warm_up = 0.1
    #: About how long a part keeps a worker busy.
    part_seconds = 0.25

    def __init__(self, net: Network, executor: Executor) -> None:
        self._executor = executor
        self._own: Processes | None = None
        self._pickled = pickle.dumps(net)
        self._key = hashlib.sha256(self._pickled).hexdigest()
        self._away: dict[int, _Away] = {}
        self._done: SimpleQueue[tuple[int, Future[bytes | None]]] = SimpleQueue()
        self._workers = worker_count(executor)
        self.failure = ""  # not the exception: its frames hold the engine's objects, which no collector sees through
        # A pool of processes starts them now, before the engine has threads.
        self._start(0, b"", self._pickled)

    def capacity(self) -> int:
        if self._workers == 0:
            return 0
        return self._workers + 1 + self._workers // 8  # the next part is there when a worker has done one

    def send(self, part: int, request: bytes) -> None:
        self._start(part, request, None)

    def receive(self, seconds: float) -> tuple[int, bytes | None] | None:
        until = time.monotonic() + seconds
        while True:
            try:
                part, future = self._done.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                return None
            away = self._away.get(part)
            if away is None or away.future is not future:
                continue  # forgotten
            response = self._result(away)
            if response is _ABSENT:
                self._start(part, away.request, self._pickled)
                continue
            del self._away[part]
            if part != 0:
                return part, response

    def forget(self, part: int) -> None:
        if part in self._away:
            self._away.pop(part).future.cancel()

    def report(self, report: dict[str, Any]) -> None:
        pass

    def close(self) -> None:
        for away in self._away.values():
            away.future.cancel()
        if self._own is not None:
            self._own.kill()

    def _start(self, part: int, request: bytes, pickled: bytes | None) -> None:
        future: Future[bytes | None]
        try:
            future = self._executor.submit(answer_part, self._key, pickled, request, part)
        except Exception as failure:  # it broke, or was shut down
            self._lose(failure)
            if not isinstance(failure, BrokenProcessPool):
                self._workers = 0
            future = Future()
            future.cancel()
        self._away[part] = _Away(request, future, pickled is not None)
        future.add_done_callback(lambda done: self._done.put((part, done)))

    def _result(self, away: _Away) -> bytes | None:
        """The reply, or None: the part is lost; _ABSENT: the worker wants the network."""
        if away.future.cancelled():
            return None
        failure = away.future.exception()
        if failure is None:
            reply: object = away.future.result()  # whatever the executor makes of it
            if isinstance(reply, bytes):
                return reply
            if reply is None and not away.with_network:
                return _ABSENT
            failure = TypeError(f"a worker returned {type(reply).__name__} instead of bytes" if reply is not None else
                                "a worker says that it does not hold the network it was sent")
        self._lose(failure)
        return None

    def _lose(self, failure: BaseException) -> None:
        self.failure = f"{type(failure).__name__}: {failure}"
        if isinstance(failure, BrokenProcessPool):
            # One worker that dies breaks the whole pool; processes of our own take its place.
            if self._own is None and self._workers > 0:
                kill_what_is_left(self._executor)
                self._executor = self._own = Processes(self._workers)
        elif isinstance(failure, BrokenExecutor):
            self._workers = 0


@contextmanager
def helping(options: _core.Options, net: Network, executor: Executor) -> Iterator[None]:
    """While a question is asked with these options, the executor's workers do parts of it."""
    require_executor(executor)
    workers = Workers(net, executor)
    options.ask_workers(_core.Delegate(workers))
    try:
        yield
    finally:
        workers.close()
    if workers.failure:
        warnings.warn(f"workers failed ({workers.failure}); their parts were asked again or done here", RuntimeWarning,
                      stacklevel=4)
