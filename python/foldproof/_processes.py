"""Worker processes on this machine.

Why not `ProcessPoolExecutor`. It starts processes by fork, which loses the threads of the engine (and of PyTorch), or
by running the caller's script again in each of them, which a script without ``if __name__ == "__main__"`` does not
survive; and one worker that dies breaks the whole pool and all that waits in it. Here a process imports foldproof
alone, a death is the failure of the one task that was running there, and another process takes the place of the dead
one.

Ctrl-C in a terminal goes to every process of the group: workers ignore it and leave it to their parent. Once the parent
is gone, however it went, they end at once.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing.connection
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]

_START = ("import json, sys; sys.path[:] = json.loads(sys.argv[2]); "
          "from foldproof._processes import serve; serve(int(sys.argv[1]))")


class WorkerDied(RuntimeError):
    """The process ended in the middle of a task."""


class CannotStart(RuntimeError):
    """A process ended before it could take a task."""


class Processes(Executor):
    """So many processes, each with one task at a time; they are started when they are needed."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._calls: SimpleQueue[tuple[Future[Any], Call] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._alive: set[_Process] = set()
        self._closed = False
        self._lock = threading.Lock()

    def submit(self, f: Callable[..., T], /, *arguments: Any, **named: Any) -> Future[T]:
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            if len(self._threads) < self._workers:
                thread = threading.Thread(target=self._lead, name="foldproof worker", daemon=True)
                self._threads.append(thread)
                thread.start()
        future: Future[T] = Future()
        self._calls.put((future, (f, arguments, named)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        with self._lock:
            self._closed = True
        if cancel_futures:
            self._cancel_waiting()
        for _ in self._threads:
            self._calls.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def kill(self) -> None:
        """Ends the processes, in the middle of what they do."""
        with self._lock:
            self._closed = True
            for process in self._alive:
                process.popen.kill()
        self.shutdown(cancel_futures=True)

    def _cancel_waiting(self) -> None:
        with contextlib.suppress(Empty):
            while True:
                call = self._calls.get_nowait()
                if call is not None and call[0].cancel():
                    call[0].set_running_or_notify_cancel()

    def _lead(self) -> None:
        """A thread's life: it hands its process one call after the other."""
        process: _Process | None = None
        while (waiting := self._calls.get()) is not None:
            future, call = waiting
            if not future.set_running_or_notify_cancel():
                continue
            try:
                if process is None or process.popen.poll() is not None:
                    self._bury(process)
                    process = self._start()
                future.set_result(process.ask(call))
            except BaseException as error:
                future.set_exception(error)
        self._bury(process)

    def _start(self) -> _Process:
        with self._lock:
            if self._closed:
                raise WorkerDied("the executor was shut down")
            process = _Process()
            self._alive.add(process)
        try:
            process.greet()
        except CannotStart:
            self._bury(process)
            raise
        return process

    def _bury(self, process: _Process | None) -> None:
        if process is None:
            return
        with self._lock:
            self._alive.discard(process)
        process.close()


class _Process:
    def __init__(self) -> None:
        self._connection, theirs = multiprocessing.connection.Pipe()
        command = [sys.executable, "-c", _START, str(theirs.fileno()), json.dumps(sys.path)]
        with theirs:
            try:
                self.popen = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
            except OSError as error:
                self._connection.close()
                raise CannotStart("a worker process could not be started: "
                                  f"{sys.executable}: {error.strerror}") from None

    def greet(self) -> None:
        try:
            self._connection.recv()
        except (EOFError, OSError):
            raise CannotStart(f"a worker process could not be started: {self._end()} before it was ready") from None

    def ask(self, call: Call) -> Any:
        try:
            self._connection.send(call)
            good, value = self._connection.recv()
        except (EOFError, OSError):
            raise WorkerDied(self._end()) from None
        if good:
            return value
        raise value

    def close(self) -> None:
        self._connection.close()  # the process ends when it sees that
        self.popen.wait()

    def _end(self) -> str:
        code = self.popen.wait()
        return f"it was killed by {signal.Signals(-code).name}" if code < 0 else f"it ended with exit code {code}"


def serve(descriptor: int) -> None:
    """The life of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = multiprocessing.connection.Connection(descriptor)
    calls: SimpleQueue[bytes] = SimpleQueue()

    def listen() -> None:  # beside a running call, so that the parent's end is noticed in the middle of it
        try:
            while True:
                calls.put(connection.recv_bytes())
        except (EOFError, OSError):
            os._exit(0)

    import foldproof  # noqa: F401  what is slow to import, or missing, is so before the first call

    connection.send("ready")
    threading.Thread(target=listen, daemon=True).start()
    while True:
        try:
            f, arguments, named = pickle.loads(calls.get())
            reply = True, f(*arguments, **named)
        except Exception as error:
            reply = False, error
        connection.send(reply)
