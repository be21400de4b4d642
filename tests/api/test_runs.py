"""A call as a guest of its interpreter: signals, threads, processes, exceptions, time, types."""

import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from networks_api import NETS, PACKAGE, ROOT

import foldproof

HARD = """
import sys, foldproof
def told(news):
    if news["regions"] > 0:
        print("searching", flush=True)
net = foldproof.load(sys.argv[1])
"""


def told(process, word):
    """Reads its output until a line that begins so."""
    for line in process.stdout:
        if line.startswith(word):
            return line.split()
    raise AssertionError(f"it ended without {word!r}: {process.stderr.read()}")


class TestSignals:
    def test_control_c_gives_the_bracket_so_far(self, script):
        process = script(HARD + """
answer = foldproof.radius(net, at="1,2.1,1,2.1,1,2.1", progress=told, threads=1)
print("bracket", answer.status, answer.stop_reason, answer.lower, answer.upper, answer.proof.checked, flush=True)
""", NETS / "cb6_64x2.onnx")
        told(process, "searching")
        process.send_signal(signal.SIGINT)
        status, reason, lower, upper, checked = told(process, "bracket")[1:]
        assert (status, reason, checked) == ("stopped", "interrupt", "True")
        assert 0 < float(lower) and process.wait(timeout=20) == 0
        assert upper == "None" or float(lower) < float(upper)
        assert process.stderr.read() == ""

    def test_a_second_control_c_raises(self, script):
        process = script(HARD + """
import time
try:
    foldproof.radius(net, at="1,2.1,1,2.1,1,2.1", progress=told)
    time.sleep(20)  # where the second one falls if the engine was quick to stop
except KeyboardInterrupt:
    print("raised", flush=True)
print("alive", foldproof.radius([([[2.0]], [0.0])], at=[0]).lower, flush=True)
""", NETS / "cb6_64x2.onnx")
        told(process, "searching")
        process.send_signal(signal.SIGINT)
        time.sleep(0.15)
        process.send_signal(signal.SIGINT)
        told(process, "raised")
        assert told(process, "alive") == ["alive", "10.0"] and process.wait(timeout=20) == 0

    def test_control_c_within_the_listener_is_the_first_one_too(self, hard):
        pressed = []

        def listener(news):
            if not pressed:
                pressed.append(True)
                signal.raise_signal(signal.SIGINT)

        answer = foldproof.radius(hard[0], at=hard[1], progress=listener, check=False)
        assert answer.stop_reason == "interrupt"

    def test_another_signal_s_handler_may_raise(self, hard):
        class Alarm(Exception):
            pass

        def handler(number, frame):
            raise Alarm

        before = signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        try:
            start = time.monotonic()
            with pytest.raises(Alarm):
                foldproof.radius(hard[0], at=hard[1], check=False)
            assert time.monotonic() - start < 5
        finally:
            signal.signal(signal.SIGALRM, before)

    def test_a_call_on_another_thread_is_not_interrupted_by_the_first_one_s_handlers(self, brusselator):
        answers = []
        worker = threading.Thread(target=lambda: answers.append(foldproof.radius(brusselator, at=[1, "2.1"])))
        worker.start()
        worker.join(timeout=20)
        assert answers[0].status == "solved"


class TestThreads:
    def test_other_threads_run_during_a_search(self, hard):
        counted, over = [0], threading.Event()

        def count():
            while not over.is_set():
                counted[0] += 1
                time.sleep(0.001)

        worker = threading.Thread(target=count)
        worker.start()
        foldproof.radius(hard[0], at=hard[1], time=0.5, check=False, threads=1)
        over.set()
        worker.join()
        assert counted[0] > 20

    def test_two_questions_at_once(self, brusselator):
        answers = [None, None]

        def ask(k):
            answers[k] = foldproof.radius(brusselator, at=[1, "2.1"], threads=1)

        workers = [threading.Thread(target=ask, args=(k,)) for k in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=30)
        assert answers[0].record["radius"] == answers[1].record["radius"] and answers[0].proof.checked


class TestListeners:
    def test_hear_what_is_proved(self, hard):
        heard = []
        answer = foldproof.radius(hard[0], at=hard[1], time=0.5, check=False, progress=heard.append)
        assert set(heard[0]) == {"phase", "lower", "upper", "local_lower", "regions", "pairs", "open", "seconds"}
        assert len(heard) >= 3 and all(one["seconds"] <= two["seconds"] for one, two in zip(heard, heard[1:]))
        assert all(one["lower"] <= two["lower"] <= answer.lower for one, two in zip(heard, heard[1:]))

    @pytest.mark.parametrize("raised", [ValueError, SystemExit])
    def test_may_raise_and_end_the_search(self, hard, raised):
        def listener(news):
            raise raised("enough")

        start = time.monotonic()
        with pytest.raises(raised, match="enough"):
            foldproof.radius(hard[0], at=hard[1], progress=listener, check=False)
        assert time.monotonic() - start < 5

    def test_may_ask_a_question_themselves(self, hard):
        inner = []
        foldproof.radius(hard[0], at=hard[1], time=0.3, check=False,
                         progress=lambda news: inner.append(foldproof.radius([([[2.0]], [0.0])], at=[0]).lower))
        assert set(inner) == {10.0}

    def test_that_cannot_be_called_are_refused(self, brusselator):
        with pytest.raises(foldproof.InputError, match="progress: 'bar'"):
            foldproof.radius(brusselator, at=[1, 2], progress="bar")


def radius_of(net, at):
    return foldproof.radius(net, at=at, threads=1)


class TestProcesses:
    @pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
    def test_questions_in_other_processes(self, method, answer, brusselator):
        with ProcessPoolExecutor(1, mp_context=get_context(method)) as pool:
            there = pool.submit(radius_of, brusselator, ["1", "2.1"]).result(timeout=60)
        assert there.record["radius"] == answer.record["radius"] and there.proof.checked
        assert pickle.loads(pickle.dumps(there)) == there

    @pytest.mark.parametrize("ask", ["sweep(NET, [[1, '2.1']] * 3, gap=1e-2, executor=pool).collect().status",
                                     "radius(NET, at=[1, '2.1'], gap=1e-2, executor=pool).status"])
    def test_a_script_without_a_guard_asks_once(self, ask, tmp_path):
        """Each process that is spawned runs the script again; what it asks there is refused with the reason."""
        script = tmp_path / "script.py"
        script.write_text("import multiprocessing, foldproof\nfrom concurrent.futures import ProcessPoolExecutor\n"
                          f"NET = {str(ROOT / 'nets' / 'brusselator.onnx')!r}\n"
                          "with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context('spawn')) as pool:\n"
                          f"    print(foldproof.{ask})\n")
        done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
        assert done.stdout == "solved\n" and "under: if __name__ == '__main__'" in done.stderr

    def test_an_input_error_comes_back_from_a_process(self, brusselator):
        with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
            with pytest.raises(foldproof.InputError, match="coordinate"):
                pool.submit(radius_of, brusselator, [1]).result(timeout=60)


class TestThePackage:
    def test_shows_what_it_offers_and_nothing_else(self):
        names = {name for name in dir(foldproof) if not name.startswith("_")}
        assert names == set(foldproof.__all__)

    def test_is_imported_without_what_only_some_calls_need(self):
        heavy = ["numpy", "torch", "matplotlib", "tqdm", "onnx", "concurrent.futures.process"]
        script = f"import sys, foldproof; print([m for m in {heavy} if m in sys.modules])"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"

    def test_has_strict_types(self):
        command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", ROOT / "build" / "mypy_cache",
                   "-p", "foldproof"]
        done = subprocess.run(command, capture_output=True, text=True, env={"MYPYPATH": PACKAGE, "PATH": ""})
        assert done.returncode == 0, done.stdout + done.stderr
