"""Executors that someone else made: whether it is one, how much it can do at once, and what a broken one leaves."""

from __future__ import annotations

import contextlib
import os
from concurrent.futures import Executor

from ._core import InputError


def require_executor(executor: object) -> None:
    if not isinstance(executor, Executor):
        raise InputError(f"executor: {type(executor).__name__} is not a concurrent.futures.Executor; give one, such as "
                         "client.get_executor() of Dask")
    # A spawned process runs the script again before it takes a task, and what asks here would ask there too.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import current_process

    if isinstance(executor, ProcessPoolExecutor) and getattr(current_process(), "_inheriting", False):
        raise InputError("executor: a process of the pool runs this script again and asks too; put what is to be done "
                         "once under: if __name__ == '__main__'")


def worker_count(executor: Executor) -> int:
    """How many tasks the executor can work on at once, as far as it says; otherwise, as many as this machine."""
    for name in ("num_workers", "_max_workers", "_workers"):  # mpi4py; the standard library's pools; ours
        if isinstance(count := getattr(executor, name, None), int) and count > 0:
            return count
    client = getattr(executor, "_client", None)  # Dask
    if client is not None:
        return max(1, sum(int(threads) for threads in client.nthreads().values()))
    return len(os.sched_getaffinity(0))


def kill_what_is_left(broken: Executor) -> None:
    """Of a pool of processes that broke.

    Python ends all its workers when one dies, but for one that it was starting meanwhile: that one may wait for a lock
    which the dead one held, and the pool's shutdown() waits for it, both for ever.
    """
    for process in list((getattr(broken, "_processes", None) or {}).values()):
        with contextlib.suppress(OSError, ValueError):  # it is gone
            process.kill()
