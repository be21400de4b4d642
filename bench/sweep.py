"""What a point of foldproof.sweep costs over a plain loop, on each kind of executor.

What.  A cheap question (a small ball, proved by one test, without the checker) at many points: nearly all that is
measured is the way to a worker and back. And the everyday question (to a gap of 1e-6, checked), to see what is left of
that. Each on one worker and on two; in points per second after the workers have started.  Why.  Sweeps promise that any
executor will do.

Run:  cmake -S . -B build -DFOLDPROOF_PYTHON_PACKAGE=ON && cmake --build build
      .venv/bin/python bench/sweep.py      (writes bench/sweep.json and prints it; run.py --page then shows it)
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "sweep.json"
PACKAGE = ROOT / "build" / "python"
NET = ROOT / "nets" / "brusselator.onnx"
QUESTIONS = {"cheap": (dict(max_radius="0.01", check=False), 1000), "everyday": ({}, 100)}
WARM = 50  #: points before the clock starts
ROUNDS = 3


def points(count):
    return [[1 + i / (2 * count), "2.1"] for i in range(count)]


def plain_loop(options, count):
    import foldproof

    net = foldproof.load(NET)
    began = time.perf_counter()
    for point in points(count):
        foldproof.radius(net, at=point, threads=1, **options).to_json(picture=False)
    return count / (time.perf_counter() - began)


def swept(executor, options, count):
    """Points per second, from the end of the first few on."""
    import foldproof

    arrived = []
    for result in foldproof.sweep(NET, points(count + WARM), **executor, **options):
        assert result.answer is not None, result.failure
        arrived.append(time.perf_counter())
    return count / (arrived[-1] - arrived[WARM - 1])


@contextlib.contextmanager
def dask(workers):
    from distributed import Client, LocalCluster

    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            yield dict(executor=client.get_executor())


@contextlib.contextmanager
def pool(kind, *arguments, **named):
    with kind(*arguments, **named) as executor:
        yield dict(executor=executor)


LOCAL = {
    "processes of the sweep's own": lambda workers: contextlib.nullcontext(dict(workers=workers)),
    "ThreadPoolExecutor": lambda workers: pool(ThreadPoolExecutor, workers),
    "ProcessPoolExecutor": lambda workers: pool(ProcessPoolExecutor, workers, mp_context=get_context("spawn")),
    "Dask": dask,
}


def median(rates):
    return sorted(rates)[len(rates) // 2]


def over_mpi(workers):
    """This file again, as the program of so many ranks and one that leads."""
    mpirun = Path(sys.executable).with_name("mpirun")
    allowed = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "PYTHONPATH": str(PACKAGE)}
    # A rank that waits gives way to the others, as there are more ranks than cores here.
    done = subprocess.run([mpirun, "--oversubscribe", "--mca", "mpi_yield_when_idle", "1", "-n", str(workers + 1),
                           sys.executable, "-m", "mpi4py.futures", __file__, "--rank"],
                          check=True, capture_output=True, text=True, env=os.environ | allowed)
    return json.loads(done.stdout)


def measure_here(executor):
    return {name: median([swept(executor, options, count) for _ in range(ROUNDS)])
            for name, (options, count) in QUESTIONS.items()}


def measure():
    rates = {"plain loop": {"1": {name: median([plain_loop(*question) for _ in range(ROUNDS)])
                                  for name, question in QUESTIONS.items()}}}
    for name, executor in LOCAL.items():
        rates[name] = {}
        for workers in (1, 2):
            with executor(workers) as arguments:
                rates[name][str(workers)] = measure_here(arguments)
    rates["MPI"] = {str(workers): over_mpi(workers) for workers in (1, 2)}
    return {"date": time.strftime("%Y-%m-%d", time.gmtime()), "load_at_start": round(os.getloadavg()[0], 1),
            "rates": rates}


def section(results):
    """The lines of PERFORMANCE.md."""
    rates = results["rates"]
    loop = rates["plain loop"]["1"]
    rows = []
    for name, by_workers in rates.items():
        cells = [f"{by_workers[workers][question]:,.0f}" if workers in by_workers else ""
                 for question in QUESTIONS for workers in ("1", "2")]
        over = "" if name == "plain loop" else f"{1e3 / by_workers['1']['cheap'] - 1e3 / loop['cheap']:+.2f}"
        rows.append(f"| {name} | {' | '.join(cells)} | {over} |")
    busy = results["load_at_start"] > 0.5
    return ["## Sweeps", "",
            f"`bench/sweep.py`, {results['date']}{', on a busy machine' if busy else ''}: points per second of "
            "brusselator, once the workers have started. Cheap: a ball of radius 0.01, without the checker. Everyday: "
            "to a gap of 1e-6, checked. Last column: what a point costs on one worker beside the plain loop; a worker "
            "works while the sweep waits, so that this can be less than nothing. Two cores: with two workers, what "
            "hands out the points takes some of theirs, and of MPI's three ranks two wait actively.", "",
            "| executor | cheap, 1 worker | 2 workers | everyday, 1 worker | 2 workers | over the loop, ms a point |",
            "|---|---|---|---|---|---|", *rows, ""]


def lead():
    from mpi4py.futures import MPIPoolExecutor

    with MPIPoolExecutor() as executor:
        print(json.dumps(measure_here(dict(executor=executor))))


if __name__ == "__main__":
    sys.path.insert(0, str(PACKAGE))
    os.environ["PYTHONPATH"] = str(PACKAGE)
    if "--rank" in sys.argv:
        lead()
    else:
        RESULTS.write_text(json.dumps(measure(), indent=1) + "\n")
        print("\n".join(section(json.loads(RESULTS.read_text()))))
