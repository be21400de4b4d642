"""foldproof.sweep on a Dask cluster of separate processes, also when these are killed."""

import os
import signal

import dask
import pytest
from distributed import Client, LocalCluster

import foldproof
from networks_api import BRUSSELATOR, without_effort

POINTS = [[1 + i / 40, 2.1 - i / 60] for i in range(24)]
OPTIONS = dict(max_radius="0.6", gap=1e-3)


@pytest.fixture(scope="module")
def alone():
    return [without_effort(foldproof.radius(BRUSSELATOR, at=point, threads=1, **OPTIONS)) for point in POINTS]


@pytest.fixture(scope="module")
def client():
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):  # Dask gives up a task with its first worker
        with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
            with Client(cluster) as client:
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
