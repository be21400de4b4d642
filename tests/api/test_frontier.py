"""One question on the workers of an executor: the same answer, one checked proof, also when workers die."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from fractions import Fraction
from multiprocessing import get_context
from random import Random

import pytest

import foldproof
from foldproof import _core, _frontier
from foldproof._processes import Processes
from networks import ZOO, zoo_layers
from networks_api import COUPLED, COUPLED_AT, expect_the_coupled_radius


@pytest.fixture(scope="module")
def pool():
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        yield pool


def test_two_processes_find_the_radius_and_one_proof_that_is_accepted(coupled, pool, reports, tmp_path):
    proof = tmp_path / "fold.proof"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answer = foldproof.radius(coupled, at=COUPLED_AT, threads=1, executor=pool, proof=proof)
    expect_the_coupled_radius(answer)
    assert foldproof.check(proof, coupled)
    assert {report["kind"] for report in reports} >= {"m", "b"} and not any(report["lost"] for report in reports)
    assert answer.effort.pairs_tested > sum(report["nodes"] for report in reports if report["kind"] == "b") > 1000


def expect_proved(answer):
    assert answer.status == "solved" and answer.lower == 0.875 and answer.proof.checked


class Killer:
    """A progress callback: kills workers of a pool of processes once they have answered."""

    def __init__(self, pool, reports, most):
        self.pool, self.reports, self.most, self.killed = pool, reports, most, []

    def __call__(self, progress):
        if self.reports and not self.killed:
            self.killed = list(self.pool._processes)[:self.most]
            for process in self.killed:
                os.kill(process, signal.SIGKILL)


def expect_others_in_their_place(reports):
    first_lost = next(i for i, report in enumerate(reports) if report["lost"])
    assert any(not report["lost"] for report in reports[first_lost:])


@pytest.mark.parametrize("most", [1, 2], ids=["one", "all"])
def test_killed_workers_cost_their_parts_only(hard, reports, most, tmp_path):
    net, at = hard
    proof = tmp_path / "fold.proof"
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        kill = Killer(pool, reports, most)
        with pytest.warns(RuntimeWarning, match="workers failed .BrokenProcessPool: .*asked again or done here"):
            answer = foldproof.radius(net, at=at.split(","), max_radius="0.875", threads=1, executor=pool, proof=proof,
                                      progress=kill)
        expect_proved(answer)
        with pytest.raises(BrokenExecutor):
            pool.submit(os.getpid)
    assert len(kill.killed) == most
    expect_others_in_their_place(reports)
    assert foldproof.check(proof, net)


BREAKING = """
import contextlib, os, signal, sys, warnings
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from multiprocessing import get_context
import foldproof
from foldproof import _frontier

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    _frontier.Workers.warm_up, _frontier.Workers.part_seconds = 0.0, 0.05
    for _ in range(10):
        with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
            os.kill(pool.submit(os.getpid).result(), signal.SIGKILL)
            with contextlib.suppress(BrokenExecutor):
                pool.submit(os.getpid)  # now the pool starts its second worker, with the question's first call
            answer = foldproof.radius(sys.argv[1], at=sys.argv[2:], max_radius="1.25", threads=1, executor=pool)
            assert answer.lower == 1.25 and answer.proof.checked
"""


def test_a_pool_that_breaks_while_it_starts_a_worker_can_be_left(tmp_path):
    """Python alone would wait for that worker for ever."""
    script, errors = tmp_path / "script.py", tmp_path / "errors"
    script.write_text(BREAKING)
    with errors.open("w") as file:
        run = subprocess.Popen([sys.executable, script, COUPLED, *COUPLED_AT], stderr=file, start_new_session=True)
    try:
        assert run.wait(timeout=100) == 0, errors.read_text()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()


def test_a_script_that_kept_the_failures_of_its_workers_ends_quietly(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("""
import sys, warnings
from concurrent.futures import ThreadPoolExecutor
import foldproof
from foldproof import _frontier

class Damaging(ThreadPoolExecutor):
    futures = []

    def submit(self, f, /, key, pickled, request, part):
        self.futures.append(super().submit(f, key, pickled, request[:-3], part))
        return self.futures[-1]

warnings.simplefilter("ignore")
_frontier.Workers.warm_up = 0.0
executor = Damaging(2)
foldproof.radius(sys.argv[1], at=sys.argv[2:], max_radius="1.25", threads=1, executor=executor)
print(any(future.exception() for future in executor.futures if future.done() and not future.cancelled()))
""")
    done = subprocess.run([sys.executable, script, COUPLED, *COUPLED_AT], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


def test_a_pool_that_is_broken_already_is_replaced(coupled, reports):
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        with pytest.raises(BrokenExecutor):
            pool.submit(os._exit, 1).result(timeout=30)
        with pytest.warns(RuntimeWarning, match="BrokenProcessPool"):
            answer = foldproof.radius(coupled, at=COUPLED_AT, max_radius="1.25", threads=1, executor=pool)
    assert answer.lower == 1.25 and answer.proof.checked
    assert reports and not any(report["lost"] for report in reports)


def test_the_search_ends_here_where_nothing_can_take_the_place_of_a_broken_pool(coupled, reports, monkeypatch):
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        pool.submit(os.getpid).result(timeout=30)
        monkeypatch.setattr("sys.executable", "/bin/false")
        kill = Killer(pool, reports, 2)
        with pytest.warns(RuntimeWarning, match="CannotStart: .*exit code 1.*done here"):
            answer = foldproof.radius(coupled, at=COUPLED_AT, threads=1, executor=pool, progress=kill)
    expect_the_coupled_radius(answer)
    assert kill.killed and [report for report in reports if not report["lost"]]


def test_injective_goes_on_without_its_pool_too(hard, reports, tmp_path):
    net, proof = hard[0], tmp_path / "box.proof"
    box = [("0.25", "1.75"), ("1.35", "2.85")] * 3
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        kill = Killer(pool, reports, 2)
        with pytest.warns(RuntimeWarning, match="BrokenProcessPool"):
            answer = foldproof.injective(net, box=box, threads=1, executor=pool, proof=proof, progress=kill)
    assert len(kill.killed) == 2 and answer.verdict == "proved" and answer.proof.checked
    expect_others_in_their_place(reports)
    assert foldproof.check(proof, net)


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
        answer = foldproof.radius(coupled, at=COUPLED_AT, max_radius="1.25", executor=pool)
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

    answer = foldproof.radius(coupled, at=COUPLED_AT, max_radius="1.25", threads=1, executor=Fickle())
    assert answer.lower == 1.25 and answer.proof.checked
    assert {report["lost"] for report in reports} == {True, False}


def test_a_network_travels_once_to_each_worker(coupled, reports):
    sent = []

    class Counting(ThreadPoolExecutor):
        def submit(self, f, /, key, pickled, request, part):
            sent.append(pickled is not None)
            return super().submit(f, key, pickled, request, part)

    with Counting(2) as pool:
        foldproof.radius(coupled, at=COUPLED_AT, max_radius="1.25", threads=1, executor=pool)
    assert len(reports) > 3 and sent.count(True) == 1


@pytest.mark.parametrize("reply, what", [(None, "says that it does not hold the network it was sent"),
                                         ("text", "returned str instead of bytes")])
def test_replies_that_make_no_sense_are_lost_parts(lorenz, reports, reply, what):
    class Senseless(ThreadPoolExecutor):
        def submit(self, f, /, *arguments, **named):
            return super().submit(lambda: reply)

    with Senseless(2) as pool, pytest.warns(RuntimeWarning, match=what):
        answer = foldproof.radius(lorenz, at=[0, 0, 0], threads=1, executor=pool, time=30)
    assert answer.status == "solved" and answer.proof.checked and all(report["lost"] for report in reports)


class Unreliable(Executor):
    """Workers on threads. A part goes well, comes late, is lost or damaged on either way, or gets another's reply."""

    _max_workers = 3

    def __init__(self, seed):
        self.random, self.earlier, self.inside = Random(seed), [b""], ThreadPoolExecutor(3)

    def submit(self, f, /, key, pickled, request, part):
        fate = self.random.choice(["well", "well", "late", "lost", "request", "reply", "another's"])
        drawn = Random(self.random.random())

        def work():
            if fate == "lost":
                raise RuntimeError("lost")
            reply = f(key, pickled, damaged(request, drawn) if fate == "request" and request else request, part)
            if fate == "late":
                time.sleep(0.01 * drawn.random())
            if not reply:  # it wants the network
                return reply
            self.earlier.append(reply)
            if fate == "another's":
                return drawn.choice(self.earlier)
            return damaged(reply, drawn) if fate == "reply" else reply

        return self.inside.submit(work)


def damaged(data, random):
    """Cut short, longer, a byte missing, a bit or eight bytes wrong."""
    at = random.randrange(len(data))
    return random.choice([data[:at], data + b"\0", data[:at] + data[at + 1:],
                          data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1:],
                          data[:at] + random.choice([b"\0", b"\xff", b"\x7f"]) * 8 + data[at + 8:]])


@pytest.fixture
def easy(lorenz):
    """easy(name): a question that is cut into parts nevertheless, and its radius."""
    def question(name):
        if name == "lorenz":
            return lorenz, {"at": [0, 0, 0], "max_radius": "0.9"}, Fraction("0.800188")
        layers = [([[float(w) for w in row] for row in matrix], [float(b) for b in bias])
                  for matrix, bias in zoo_layers(name.removesuffix(" tall"))]
        if name.endswith(" tall"):  # one more output, the sum of the others: nothing else collides
            matrix, bias = layers[-1]
            layers[-1] = ([*matrix, [sum(column) for column in zip(*matrix)]], [*bias, sum(bias)])
        known = ZOO[name.removesuffix(" tall")]
        return (foldproof.load(layers), {"at": known["centre"], "max_radius": known["search_radius"]},
                Fraction(known["r_star_Linf"]))

    return question


@pytest.mark.parametrize("name, kinds", [("branch2", "b"), ("branch4", "l"), ("branch4_b", "lb"),
                                         ("branch4_b tall", "a"), ("lorenz", "mlb")])
def test_no_executor_changes_an_answer(name, kinds, easy, reports, monkeypatch):
    """Nor without the checker: what comes back late, damaged, or for another part is not merged."""
    monkeypatch.setattr(_frontier.Workers, "part_seconds", 0.001)
    net, question, radius = easy(name)
    for seed in range(12):
        pool = Unreliable(seed)
        with pool.inside, warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            answer = foldproof.radius(net, **question, threads=1 + seed % 2, executor=pool, check=seed % 4 == 0)
        assert answer.status == "solved" and answer.upper is not None, seed
        slack = Fraction(1, 10**6) if name == "lorenz" else 0  # of the radius as it is written above
        assert answer.lower <= radius + slack and radius - slack <= answer.upper, seed
        assert answer.proof.attempts == 1 and answer.proof.checked == (seed % 4 == 0), seed
    assert {report["kind"] for report in reports if not report["lost"]} >= set(kinds)
    assert any(report["lost"] for report in reports)


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
        foldproof.radius(coupled, at=COUPLED_AT, executor=4)


def test_a_worker_refuses_a_request_about_another_network(coupled, lorenz, reports):
    requests = []

    class Keeping(ThreadPoolExecutor):
        def submit(self, f, /, key, pickled, request, part):
            requests.append(request)
            return super().submit(f, key, pickled, request, part)

    with Keeping(1) as pool:
        foldproof.radius(coupled, at=COUPLED_AT, max_radius="1.25", threads=1, executor=pool, check=False)
    request = max(requests, key=len)
    assert _core.PartSolver(coupled._core).answer(request)
    with pytest.raises(foldproof.InputError, match="another network"):
        _core.PartSolver(lorenz._core).answer(request)
    with pytest.raises(foldproof.InputError, match="damaged"):
        _core.PartSolver(coupled._core).answer(request[:-3])
