"""Sweeps, and one question, on a Dask cluster of separate processes, also when these are killed."""

import contextlib
import os
import signal
import warnings

import dask
import pytest
from distributed import Client, LocalCluster

import foldproof
from networks_api import BRUSSELATOR, COUPLED_AT, expect_the_coupled_radius, without_effort

POINTS = [[1 + i / 40, 2.1 - i / 60] for i in range(24)]
OPTIONS = dict(max_radius="0.6", gap=1e-3)


@pytest.fixture(scope="module")
def alone():
    return [without_effort(foldproof.radius(BRUSSELATOR, at=point, threads=1, **OPTIONS)) for point in POINTS]


@contextlib.contextmanager
def a_client(allowed_failures):
    with dask.config.set({"distributed.scheduler.allowed-failures": allowed_failures}):
        with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:
            with Client(cluster) as client:
                yield client


@pytest.fixture(scope="module")
def client():
    """Dask gives up a task with its first worker."""
    with a_client(0) as client:
        yield client


@pytest.fixture(scope="module")
def patient():
    """Dask asks a task again when its worker dies, as it does if nobody tells it otherwise."""
    with a_client(3) as client:
        yield client


def workers(client):
    return list(client.run(os.getpid).values())


def test_a_cluster_gives_the_same_answers(client, alone):
    found = foldproof.sweep(BRUSSELATOR, POINTS, executor=client.get_executor(), **OPTIONS).collect()
    assert [without_effort(result.answer) for result in found] == alone
    assert found.status == "solved" and found.summary.workers == 2


def test_equal_points_are_asked_each_for_itself(client):
    found = foldproof.sweep(BRUSSELATOR, [POINTS[0], POINTS[0]], executor=client.get_executor(), **OPTIONS).collect()
    assert [result.answer.effort.seconds > 0 for result in found] == [True, True]


def test_the_sweep_finishes_although_workers_are_killed(client, alone):
    found = []
    for result in foldproof.sweep(BRUSSELATOR, POINTS, executor=client.get_executor(), **OPTIONS):
        found.append(result)
        if len(found) == 5:
            killed = workers(client)[0]
            os.kill(killed, signal.SIGKILL)
    assert killed not in workers(client)
    found.sort(key=lambda result: result.index)
    assert [result.index for result in found] == list(range(len(POINTS)))
    assert [result.failure for result in found] == [None] * len(POINTS)
    assert [without_effort(result.answer) for result in found] == alone


def test_a_client_is_not_yet_an_executor(client):
    with pytest.raises(foldproof.InputError, match=r"client.get_executor\(\)"):
        foldproof.sweep(BRUSSELATOR, POINTS, executor=client)


# ---------------------------------------------------------------- one question


class Killer:
    """A progress callback: kills workers once some parts are done."""

    def __init__(self, client, reports, most):
        self.client, self.reports, self.most, self.killed = client, reports, most, []

    def __call__(self, progress):
        if len(self.reports) > 3 and not self.killed:
            self.killed = workers(self.client)[:self.most]
            self.parts_before = len(self.reports)
            for process in self.killed:
                os.kill(process, signal.SIGKILL)


def test_parts_of_one_question_go_to_a_cluster(client, coupled, reports, tmp_path):
    proof = tmp_path / "fold.proof"
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        answer = foldproof.radius(coupled, at=COUPLED_AT, threads=1, executor=client.get_executor(), proof=proof)
    expect_the_coupled_radius(answer)
    assert len(reports) > 10 and not any(report["lost"] for report in reports)
    assert foldproof.check(proof, coupled)


@pytest.mark.parametrize("most", [1, 2], ids=["one", "all"])
def test_parts_that_dask_gives_up_with_their_worker_are_asked_again(client, coupled, reports, most, tmp_path):
    proof, kill = tmp_path / "fold.proof", Killer(client, reports, most)
    with pytest.warns(RuntimeWarning, match="workers failed .KilledWorker: .*asked again or done here"):
        answer = foldproof.radius(coupled, at=COUPLED_AT, threads=1, executor=client.get_executor(), proof=proof,
                                  progress=kill)
    expect_the_coupled_radius(answer)
    assert len(kill.killed) == most and not set(kill.killed) & set(workers(client))
    assert any(report["lost"] for report in reports)
    assert sum(not report["lost"] for report in reports[kill.parts_before:]) > 3  # those who live go on, or who is new
    assert foldproof.check(proof, coupled)


@pytest.mark.parametrize("most", [1, 2], ids=["one", "all"])
def test_parts_that_dask_itself_asks_again_are_not_even_lost(patient, coupled, reports, most, tmp_path):
    proof, kill = tmp_path / "fold.proof", Killer(patient, reports, most)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        answer = foldproof.radius(coupled, at=COUPLED_AT, threads=1, executor=patient.get_executor(), proof=proof,
                                  progress=kill)
    expect_the_coupled_radius(answer)
    assert len(kill.killed) == most and not set(kill.killed) & set(workers(patient))
    assert not any(report["lost"] for report in reports)
    assert foldproof.check(proof, coupled)


def test_injective_has_its_verdict_although_workers_are_killed(client, hard, reports, tmp_path):
    net, proof, kill = hard[0], tmp_path / "box.proof", Killer(client, reports, 2)
    with pytest.warns(RuntimeWarning, match="KilledWorker"):
        answer = foldproof.injective(net, box=[("0.25", "1.75"), ("1.35", "2.85")] * 3, threads=1, proof=proof,
                                     executor=client.get_executor(), progress=kill)
    assert len(kill.killed) == 2 and answer.verdict == "proved" and answer.proof.checked
    assert foldproof.check(proof, net)


def test_a_client_that_is_closed_leaves_the_search_here(patient, coupled, reports):
    with Client(patient.scheduler.address) as second:

        def close(progress):
            if len(reports) > 3 and second.status == "running":
                second.close()

        with pytest.warns(RuntimeWarning, match="asked again or done here"):
            answer = foldproof.radius(coupled, at=COUPLED_AT, threads=1, executor=second.get_executor(), progress=close)
    assert second.status == "closed"
    expect_the_coupled_radius(answer)
