"""What is asked of an executor that someone else made: whether it is one, and how much it can do at once."""

from __future__ import annotations

import os
from concurrent.futures import Executor

from ._core import InputError


def require_executor(executor: object) -> None:
    if not isinstance(executor, Executor):
        raise InputError(f"executor: {type(executor).__name__} is not a concurrent.futures.Executor; give one, such as "
                         "client.get_executor() of Dask")


def worker_count(executor: Executor) -> int:
    """How many tasks the executor can work on at once, as far as it says; otherwise, as many as this machine."""
    for name in ("num_workers", "_max_workers", "_workers"):  # mpi4py; the standard library's pools; ours
        if isinstance(count := getattr(executor, name, None), int) and count > 0:
            return count
    client = getattr(executor, "_client", None)  # Dask
    if client is not None:
        return max(1, sum(int(threads) for threads in client.nthreads().values()))
    return len(os.sched_getaffinity(0))
