"""One question on the workers of an executor: the same answer, one checked proof, also when workers die."""

import os
import signal
import threading
import time
import warnings
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest

import foldproof
from foldproof import _core, _frontier
from foldproof._processes import Processes
from networks_api import ROOT

NETS = ROOT / "tests" / "data" / "nets"
AT = ["1", "2.1", "1", "2.1"]


@pytest.fixture(scope="module")
def coupled():
    """Two coupled Brusselators: half a second or two alone."""
    return foldproof.load(NETS / "cb4_32x2.onnx")


@pytest.fixture(scope="module")
def pool():
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        yield pool


@pytest.fixture
def reports(monkeypatch):
    """What became of the parts; they are handed out from the start, and small."""
    kept = []
    monkeypatch.setattr(_frontier.Workers, "report", lambda self, report: kept.append(report))
    monkeypatch.setattr(_frontier.Workers, "warm_up", 0.0)
    monkeypatch.setattr(_frontier.Workers, "part_seconds", 0.05)
    return kept


def expect_the_radius(answer):
    assert answer.status == "solved" and answer.limit == "fold"
    assert answer.lower < 1.4101976 < answer.upper + 1e-7 and answer.upper - answer.lower < 1e-6 * answer.upper
    assert answer.proof.checked and answer.proof.pairs > 1000


def test_two_processes_find_the_radius_and_one_proof_that_is_accepted(coupled, pool, reports, tmp_path):
    proof = tmp_path / "fold.proof"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answer = foldproof.radius(coupled, at=AT, threads=1, executor=pool, proof=proof)
    expect_the_radius(answer)
    assert foldproof.check(proof, coupled)
    assert {report["kind"] for report in reports} >= {"m", "b"} and not any(report["lost"] for report in reports)
    assert answer.effort.pairs_tested > sum(report["nodes"] for report in reports if report["kind"] == "b") > 1000


def expect_proved(answer):
    assert answer.status == "solved" and answer.lower == 0.875 and answer.proof.checked


def test_a_killed_worker_costs_its_part_only(hard, reports):
    net, at = hard
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        killed = []

        def kill_one(progress):
            if reports and not killed:
                killed.append(next(iter(pool._processes)))
                os.kill(killed[0], signal.SIGKILL)

        expect_proved(foldproof.radius(net, at=at.split(","), max_radius="0.875", threads=1, executor=pool,
                                       progress=kill_one))
    assert killed and any(report["lost"] for report in reports)
    first_lost = next(i for i, report in enumerate(reports) if report["lost"])
    assert any(not report["lost"] for report in reports[first_lost:])  # others took the place of the dead


def test_our_own_processes_may_die_one_by_one(hard, reports):
    net, at = hard
    pool = Processes(2)
    try:
        killed = []

        def kill_one(progress):
            if len(reports) > 3 * len(killed) and pool._alive:
                killed.append(next(iter(pool._alive)).popen)
                killed[-1].kill()

        with pytest.warns(RuntimeWarning, match="(WorkerDied|CannotStart): .*killed by SIGKILL"):
            expect_proved(foldproof.radius(net, at=at.split(","), max_radius="0.875", threads=1, executor=pool,
                                           progress=kill_one))
        assert killed
    finally:
        pool.kill()


def test_an_executor_that_was_shut_down_leaves_the_search_here(coupled, reports):
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.warns(RuntimeWarning, match="cannot schedule new futures"):
        answer = foldproof.radius(coupled, at=AT, max_radius="1.25", executor=pool)
    assert answer.lower == 1.25 and answer.proof.checked and not reports


def test_futures_that_are_cancelled_are_asked_again(coupled, reports):
    class Fickle(Executor):
        """Cancels every third task, as a Dask scheduler that is restarted does."""

        def __init__(self):
            self.inside, self.count = ThreadPoolExecutor(2), 0

        def submit(self, f, /, *arguments, **named):
            self.count += 1
            if self.count % 3 == 0:
                future = Future()
                future.cancel()
                return future
            return self.inside.submit(f, *arguments, **named)

    answer = foldproof.radius(coupled, at=AT, max_radius="1.25", threads=1, executor=Fickle())
    assert answer.lower == 1.25 and answer.proof.checked
    assert {report["lost"] for report in reports} == {True, False}


def test_a_network_travels_once_to_each_worker(coupled, reports):
    sent = []

    class Counting(ThreadPoolExecutor):
        def submit(self, f, /, key, pickled, request, part):
            sent.append(pickled is not None)
            return super().submit(f, key, pickled, request, part)

    with Counting(2) as pool:
        foldproof.radius(coupled, at=AT, max_radius="1.25", threads=1, executor=pool)
    assert len(reports) > 3 and sent.count(True) == 1


def test_injective_takes_an_executor_too(coupled, pool, reports):
    box = [(0, 2), (1, 3), (0, 2), (1, 3)]
    answer = foldproof.injective(coupled, box=box, threads=1, executor=pool)
    assert answer.verdict == foldproof.injective(coupled, box=box).verdict and answer.proof.checked


def test_a_time_limit_and_an_interrupt_give_the_bracket_so_far(hard, pool, reports):
    net, at = hard
    answer = foldproof.radius(net, at=at.split(","), executor=pool, time=1.0)
    assert (answer.status, answer.stop_reason) == ("stopped", "time") and answer.proof.checked
    threading.Timer(1.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    began = time.monotonic()
    answer = foldproof.radius(net, at=at.split(","), executor=pool, check=False)
    assert (answer.status, answer.stop_reason) == ("stopped", "interrupt")
    assert time.monotonic() - began < 10 and answer.lower > 0
    assert pool.submit(os.getpid).result(timeout=10) != os.getpid()  # the workers live on


def test_what_is_no_executor_is_refused(coupled):
    with pytest.raises(foldproof.InputError, match="int is not a concurrent.futures.Executor"):
        foldproof.radius(coupled, at=AT, executor=4)


def test_a_worker_refuses_a_request_about_another_network(coupled, lorenz, reports):
    requests = []

    class Keeping(ThreadPoolExecutor):
        def submit(self, f, /, key, pickled, request, part):
            requests.append(request)
            return super().submit(f, key, pickled, request, part)

    with Keeping(1) as pool:
        foldproof.radius(coupled, at=AT, max_radius="1.25", threads=1, executor=pool, check=False)
    request = max(requests, key=len)
    assert _core.PartSolver(coupled._core).answer(request)
    with pytest.raises(foldproof.InputError, match="another network"):
        _core.PartSolver(lorenz._core).answer(request)
    with pytest.raises(foldproof.InputError, match="damaged"):
        _core.PartSolver(coupled._core).answer(request[:-3])
