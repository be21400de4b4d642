"""foldproof.sweep: one question at many points, on processes and threads of this machine."""

import concurrent.futures
import contextlib
import dataclasses
import html
import importlib
import itertools
import json
import math
import os
import re
import signal
import subprocess
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import foldproof
from networks_api import BRUSSELATOR, ROOT, VANDERPOL, without_effort

WITH_PARAMETER = ROOT / "tests" / "data" / "nets" / "brus3_b.onnx"
HARD = ROOT / "tests" / "data" / "nets" / "cb6_64x2.onnx"  # minutes at (1, 2.1, 1, 2.1, 1, 2.1)
HARD_POINT = [1, "2.1"] * 3
POINTS = [[1 + i / 20, 2.1 - i / 30] for i in range(8)]


@pytest.fixture(scope="module")
def net():
    return foldproof.load(BRUSSELATOR)


def workers_of(parent):
    """The processes of sweeps that `parent` runs."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            begun_by = int(entry.read_text().rsplit(")", 1)[1].split()[1])
            if begun_by == parent and b"foldproof._processes" in entry.with_name("cmdline").read_bytes():
                found.append(int(entry.parent.name))
    return found


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def start(script, *arguments):
    return subprocess.Popen([sys.executable, "-c", script, *map(str, arguments)], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


# ---------------------------------------------------------------- what it answers


@pytest.mark.parametrize("question", ["radius", "pseudo"])
@pytest.mark.parametrize("pool", [None, concurrent.futures.ThreadPoolExecutor], ids=["processes", "threads"])
def test_every_answer_is_the_one_that_the_question_alone_gives(net, question, pool):
    with pool(2) if pool else contextlib.nullcontext() as executor:
        found = foldproof.sweep(net, POINTS, question=question, executor=executor, norm="l1", gap=1e-4).collect()
    alone = [getattr(foldproof, question)(net, at=point, norm="l1", gap=1e-4, threads=1) for point in POINTS]
    assert [without_effort(result.answer) for result in found] == [without_effort(answer) for answer in alone]
    assert [result.index for result in found] == list(range(len(POINTS)))
    assert found.lower.tolist() == [answer.lower for answer in alone]
    assert found.upper.tolist() == [answer.upper for answer in alone]
    assert found.status == "solved" and found.failures == []
    assert found.summary.least_lower_exact == min(answer.lower_exact for answer in alone)
    assert found.summary.least_upper_exact == min(answer.upper_exact for answer in alone)
    assert found.summary.worst.index == int(np.argmin(found.upper))


def test_boxes_and_outputs_can_be_swept(net):
    boxes = np.array([[[0.9, 1.1], [2.0, 2.2]], [[0, 3], [0, 3]]])
    verdicts = foldproof.sweep(net, boxes, question="injective").collect()
    assert verdicts.verdicts.tolist() == ["proved", "refuted"]
    assert verdicts.summary.verdicts == {"proved": 1, "refuted": 1} and verdicts.summary.worst.index == 1
    assert net.exact(verdicts[1].answer.witness.x_exact) == net.exact(verdicts[1].answer.witness.y_exact)

    outputs = [net.exact(point) for point in ([1, 2], [2, "0.5"])]
    box = [(-2, 5), (-2, 6)]
    sets = foldproof.sweep(net, outputs, question="preimages", box=box).collect()
    alone = foldproof.preimages(net, of=outputs, box=box)
    assert sets.counts.tolist() == [found.count for found in alone.sets]
    assert [result.answer.sets[0].points_exact for result in sets] == [found.points_exact for found in alone.sets]


def test_networks_and_values_of_a_parameter_are_axes_of_the_arrays():
    other = foldproof.load(VANDERPOL)
    found = foldproof.sweep([BRUSSELATOR, other], POINTS[:3], max_radius="0.1").collect()
    assert found.lower.shape == (2, 3)
    assert found.lower[1, 2] == foldproof.radius(other, at=POINTS[2], max_radius="0.1", threads=1).lower
    assert [result.place for result in found] == [(net, point) for net in range(2) for point in range(3)]

    values = ["1.8", Fraction(2), 2.2]
    found = foldproof.sweep([WITH_PARAMETER], POINTS[:2], parameter=(2, values), max_radius="0.5").collect()
    assert found.lower.shape == (1, 3, 2)
    alone = foldproof.radius(WITH_PARAMETER, at=POINTS[1], fix={2: 2.2}, max_radius="0.5", threads=1)
    assert found.lower[0, 2, 1] == alone.lower and found[5].value == Fraction(2.2)
    assert found[5].answer.record["network"] == alone.record["network"]


def test_layers_are_one_network_and_a_list_of_them_is_several():
    fold = [(np.array([[1.0], [1.0]]), np.array([0.0, -1.0])), (np.array([[1.0, -3.0]]), np.array([0.0]))]
    one = foldproof.sweep(fold, [["0.5"], ["0.7"]]).collect()
    assert one.lower.shape == (2,) and not np.isnan(one.lower).any()
    two = foldproof.sweep([fold, fold], [["0.5"], ["0.7"]]).collect()
    assert two.lower.tolist() == [one.lower.tolist()] * 2


@pytest.mark.parametrize("arguments, python", [
    (["--at", "1,2.1", "--sweep", "2=1.8:2.2:3"], dict(points=[[1, "2.1"]], parameter=(2, ["1.8", "2", "2.2"]))),
    (["--along", "points.csv", "--fix", "2=2"], dict(points=["1,2.1", "1.5,2"], fix={2: 2}))])
def test_the_record_is_that_of_the_command_line(tmp_path, arguments, python):
    (tmp_path / "points.csv").write_text("1,2.1\n1.5,2\n")
    command = [Path(foldproof.__file__).parent / "bin" / "foldproof", "radius", WITH_PARAMETER, *arguments, "--gap",
               "0.001", "--json", "-", "--threads", "1"]
    theirs = json.loads(subprocess.run(command, capture_output=True, check=True, cwd=tmp_path, timeout=60).stdout)
    found = foldproof.sweep(WITH_PARAMETER, gap=0.001, **python).collect()
    ours = json.loads(found.to_json())
    schema = json.loads((ROOT / "docs" / "record.schema.json").read_text())
    jsonschema.validate(ours, schema)
    for record in (ours, theirs):
        for point in record["points"]:
            point["answer"]["proof"]["check_seconds"] = point["answer"]["effort"] = None
            point["answer"]["network"]["file"] = point["answer"]["network"]["sha256"] = None
            point["at_exact"] = [str(Fraction(entry)) for entry in point["at_exact"]]
        record.update(seconds=None, threads=None, along=None, network=None)
    assert ours == theirs
    found.report(tmp_path / "sweep.html")
    page = (tmp_path / "sweep.html").read_text()
    assert "Every point" in page and "taken from a file" not in page
    again = eval(html.unescape(re.search(r'<pre id="command"><code>(.*?)</code>', page)[1]), {"foldproof": foldproof})
    assert again.lower.tolist() == found.lower.tolist()


def test_a_proof_of_every_point_is_kept(tmp_path, net):
    found = foldproof.sweep([net], POINTS[:3], proofs=tmp_path / "proofs", gap=1e-3).collect()
    names = [f"network-00-point-{index:04}.proof" for index in range(3)]
    assert sorted(entry.name for entry in (tmp_path / "proofs").iterdir()) == names
    for result, name in zip(found, names):
        assert result.answer.proof.file == str(tmp_path / "proofs" / name)
        assert foldproof.check(result.answer.proof.file, net)


def test_a_limit_of_time_is_for_each_point():
    found = foldproof.sweep(HARD, [HARD_POINT, HARD_POINT], time=0.2).collect()
    assert [result.answer.status for result in found] == ["stopped", "stopped"]
    assert (found.status, found.stop_reason) == ("stopped", "time") and (found.lower > 0).all()


# ---------------------------------------------------------------- streaming


class Watched(concurrent.futures.ThreadPoolExecutor):
    """Notes what it is given."""

    def __init__(self):
        super().__init__(1)
        self.open, self.most, self.sources, self.tasks = 0, 0, 0, 0

    def submit(self, f, task):
        self.tasks += 1
        self.open += 1
        self.most = max(self.most, self.open)
        self.sources += task.source is not None
        future = super().submit(f, task)
        future.add_done_callback(lambda _: self.__setattr__("open", self.open - 1))
        return future


def test_points_without_end_are_taken_as_they_are_needed():
    taken = []

    def endless():
        for i in itertools.count():
            taken.append(i)
            yield 1 + i / 1000, "2.1"

    with foldproof.sweep(BRUSSELATOR, endless(), max_radius="0.01", check=False) as sweep:
        assert sweep.total is None
        for _, result in zip(range(60), sweep):
            assert result.answer.lower > 0
    assert 60 <= len(taken) < 80
    assert sweep.summary.stop_reason == "interrupt" and sweep.summary.answered == 60
    assert next(sweep, None) is None


def test_outstanding_tasks_are_bounded_and_networks_are_sent_a_few_times():
    fold = [(np.array([[1.0], [2.0]]), np.array([0.125, -1.0])), (np.array([[1.0, -3.0]]), np.array([0.0]))]
    with Watched() as executor:
        points = ([i / 100] for i in range(150))
        found = foldproof.sweep(fold, points, executor=executor, outstanding=20, check=False).collect()
    assert len(found) == 150 and found.status == "solved"
    assert executor.most <= 20 and 1 <= executor.sources <= 8
    assert executor.tasks == 150 + executor.sources


def test_a_script_needs_no_guard_and_the_bar_counts(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(f"import foldproof\nprint('once')\n"
                      f"found = foldproof.sweep({str(BRUSSELATOR)!r}, {POINTS[:4]!r}, max_radius='0.1', workers=2,\n"
                      f"                        progress=True).collect()\nprint(len(found), found.status)\n")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert done.stdout == "once\n4 solved\n", done.stderr
    assert "4/4" in done.stderr and "Traceback" not in done.stderr


def test_a_script_ends_quietly_with_a_sweep_half_done_and_networks_held_by_threads():
    script = ("import sys, foldproof\n"
              "from concurrent.futures import ThreadPoolExecutor\n"
              "with ThreadPoolExecutor(1) as executor:\n"
              "    next(foldproof.sweep(sys.argv[1], [[1, 2], [1, 1]], executor=executor))\n"
              "half = foldproof.sweep(sys.argv[1], [[1, 2]] * 50)\n"
              "next(half)\n")
    run = start(script, BRUSSELATOR)
    assert run.communicate(timeout=60) == ("", "") and run.returncode == 0


# ---------------------------------------------------------------- failures


def test_a_point_that_cannot_be_asked_keeps_its_sentence(net):
    points = [[1, 2.1], [1, math.nan], [1, 2, 3], "1,x", 5, [1.1, 2.1], [1, 2.1]]
    found = foldproof.sweep(net, iter(points), max_radius="0.1").collect()
    assert [result.index for result in found.failures] == [1, 2, 3, 4]
    for result, words in zip(found.failures, ("not a finite number", "3 coordinates", "'x'", "one a row")):
        assert words in result.failure
    assert found.status == "open" and found[0].answer.lower == found[6].answer.lower
    assert np.isnan(found.lower).tolist() == [False, True, True, True, True, False, False]
    assert np.isinf(found.upper[0])
    record = json.loads(found.to_json())
    jsonschema.validate(record, json.loads((ROOT / "docs" / "record.schema.json").read_text()))
    assert "not a finite number" in found.html()


def test_a_mistake_that_all_points_share_is_said_once(net):
    with pytest.raises(foldproof.InputError, match="norm"):
        foldproof.sweep(net, POINTS, norm="l3").collect()
    with pytest.raises(foldproof.InputError, match="point 0 has 3 coordinates"):
        foldproof.sweep(net, [[1, 2, 3], [4, 5, 6]]).collect()


BAD = {
    "empty list": (dict(points=[]), "there is none"),
    "empty array": (dict(points=np.empty((0, 2))), "there is none"),
    "empty generator": (dict(points=iter(())), "there is none"),
    "one point": (dict(points=np.array([1, 2.1])), r"shape \(2,\)"),
    "numbers": (dict(points=[1, 2.1]), "a list of numbers"),
    "wrong width": (dict(points=np.ones((4, 3))), "2 free inputs"),
    "text": (dict(points="1,2.1"), "points: str"),
    "not a list": (dict(points=7), "points: int"),
    "flat boxes": (dict(points=np.ones((4, 2)), question="injective"), "shape"),
    "no network": (dict(nets=[]), "the list is empty"),
    "question": (dict(question="j0"), "'j0' is not known"),
    "option of another question": (dict(question="preimages", norm="l1"), "takes no norm"),
    "no box": (dict(question="preimages"), "give box="),
    "executor": (dict(executor="dask"), "str is not a concurrent.futures.Executor"),
    "both": (dict(executor=concurrent.futures.ThreadPoolExecutor(1), workers=2), "either"),
    "workers": (dict(workers=0), "workers: 0"),
    "norm": (dict(norm="l3"), "norm: 'l3' is not known; give 'linf'"),
    "gap": (dict(gap=-1), "gap: -1 is not between 0 and 1"),
    "progress": (dict(progress="yes"), "progress: 'yes'"),
    "fix": (dict(fix=[0]), r"fix: \[0\] is not a dictionary"),
    "no path": (dict(results=3), "results: 3 is not a path"),
    "threads": (dict(threads=1.5), "threads: 1.5"),
    "time": (dict(time=-1), "time: -1"),
    "nan time": (dict(time=math.nan), "time: nan"),
    "parameter": (dict(parameter=2), "not a pair"),
    "parameter without values": (dict(parameter=(1, [])), "no value"),
    "parameter not a number": (dict(parameter=(1, ["a"])), "value 0"),
    "parameter out of range": (dict(parameter=(7, [1, 2])), "7"),
    "swept and fixed": (dict(parameter=(1, [1, 2]), fix={1: 2}), "both swept and fixed"),
    "folder": (dict(proofs=str(BRUSSELATOR)), "cannot be one"),
    "results": (dict(results="/nowhere/at/all.jsonl"), "cannot be kept there"),
}


@pytest.mark.parametrize("change, words", BAD.values(), ids=BAD)
def test_bad_input_is_one_clear_sentence(change, words):
    with pytest.raises(foldproof.InputError, match=words) as caught:
        foldproof.sweep(**(dict(nets=BRUSSELATOR, points=POINTS) | change)).collect()
    assert "\n" not in str(caught.value)


def kill_workers_from(moment, times):
    """Kills this process's workers, each of `times` times once `moment` is there and there are some that work."""

    def run():
        moment.wait(30)
        for _ in range(times):
            wait_until(lambda: workers_of(os.getpid()))
            time.sleep(0.4)  # they start, and are asked
            for child in workers_of(os.getpid()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_a_point_that_kills_its_worker_twice_is_a_failure_and_the_others_are_answered():
    easy = foldproof.load([(np.eye(6), np.full(6, 100.0)), (np.eye(6), np.ones(6))])
    moment, results = threading.Event(), []
    killer = kill_workers_from(moment, 2)
    for result in foldproof.sweep([easy, HARD], [HARD_POINT], max_radius=3, workers=2, check=False):
        results.append(result)
        moment.set()  # the easy one is answered: whoever works now works on the hard one
    killer.join()
    assert [result.network.name for result in results] == [easy.name, str(HARD)]
    assert results[0].answer.lower == 3
    assert "lost 2 times" in results[1].failure and "SIGKILL" in results[1].failure


def test_a_killed_worker_costs_no_answer(net):
    found = []
    sweep = foldproof.sweep(net, POINTS * 5, workers=2)
    for result in sweep:
        found.append(result)
        if len(found) in (3, 20):
            os.kill(workers_of(os.getpid())[0], signal.SIGKILL)
    assert sorted(result.index for result in found) == list(range(len(POINTS) * 5))
    assert all(result.answer for result in found) and sweep.summary.status == "solved"


def test_a_pool_that_breaks_as_a_whole_is_replaced(net):
    import multiprocessing

    with concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        pool.submit(os.getpid).result()
        found = []
        for result in foldproof.sweep(net, POINTS * 3, executor=pool):
            found.append(result)
            if len(found) == 3:
                for process in list(pool._processes):
                    os.kill(process, signal.SIGKILL)
        with pytest.raises(concurrent.futures.BrokenExecutor):
            pool.submit(os.getpid)
    assert sorted(result.index for result in found) == list(range(len(POINTS) * 3))
    assert all(result.answer for result in found)


class Loses(concurrent.futures.Executor):
    """Takes every task and cancels it."""

    def submit(self, f, task):
        future = concurrent.futures.Future()
        future.cancel()
        future.set_running_or_notify_cancel()
        return future


def test_an_executor_that_is_of_no_use_ends_the_sweep(net):
    found = foldproof.sweep(net, ([1, 2] for _ in itertools.count()), executor=Loses()).collect()
    assert (found.status, found.stop_reason) == ("stopped", "executor")
    assert "in a row" in found.summary.trouble and 0 < len(found) <= 100
    pool = concurrent.futures.ThreadPoolExecutor(1)
    pool.shutdown()
    found = foldproof.sweep(net, POINTS, executor=pool).collect()
    assert (found.stop_reason, len(found)) == ("executor", 0) and "shutdown" in found.summary.trouble


class Foreign(concurrent.futures.ThreadPoolExecutor):
    """Its workers are of another version, or have no foldproof at all."""

    def __init__(self, what):
        super().__init__(1)
        self.what = what

    def submit(self, f, task):
        if self.what == "version":
            return super().submit(f, dataclasses.replace(task, version="0.0.1"))
        return super().submit(importlib.import_module, "foldproof_that_is_not_there")


@pytest.mark.parametrize("what, words", [
    ("version", "a worker of the executor has foldproof"), ("import", "cannot import")])
def test_workers_without_this_foldproof_are_said_so_once(net, what, words):
    with pytest.raises(foldproof.InputError, match=words), Foreign(what) as executor:
        foldproof.sweep(net, POINTS, executor=executor).collect()


@pytest.mark.parametrize("python, words", [("/bin/false", "exit code 1"), ("/not/there", "No such file")])
def test_workers_that_cannot_start_are_said_so_once(net, monkeypatch, python, words):
    monkeypatch.setattr(sys, "executable", python)
    with pytest.raises(RuntimeError, match=f"could not be started: .*{words}"):
        foldproof.sweep(net, POINTS).collect()


# ---------------------------------------------------------------- going on where it ended

RESTARTABLE = """
import sys, foldproof
points = [[1 + i / 500, "2.1"] for i in range(80)]
sweep = foldproof.sweep(sys.argv[1], points, results=sys.argv[2], max_radius="0.7", workers=2)
found = sweep.collect()
print(found.status, len(found), found.summary.restored, sum(found.lower.tolist()), flush=True)
"""


def lines(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_a_run_that_was_killed_is_taken_up_without_loss(tmp_path):
    file = tmp_path / "partial.jsonl"
    run = start(RESTARTABLE, BRUSSELATOR, file)
    wait_until(lambda: lines(file) > 20)
    workers = workers_of(run.pid)
    assert len(workers) == 2
    run.kill()
    run.communicate(timeout=20)
    wait_until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers), 5)
    there = lines(file) - 1
    assert 20 <= there < 80
    with file.open("ab") as torn:
        torn.write(b'{"place": 79, "index": 79, "netw')

    words, errors = start(RESTARTABLE, BRUSSELATOR, file).communicate(timeout=60)
    status, count, restored, total = words.split()
    assert (status, count, int(restored)) == ("solved", "80", there), errors
    entries = [json.loads(line) for line in file.read_text().splitlines()]
    assert sorted(entry["place"] for entry in entries[1:]) == list(range(80))  # each was asked once
    for entry in entries[1::20]:  # also of those from before
        alone = foldproof.radius(BRUSSELATOR, at=entry["point"], max_radius="0.7", threads=1)
        assert without_effort(foldproof.from_json(json.dumps(entry["answer"]))) == without_effort(alone)
    assert float(total) == sum(entry["answer"]["radius"]["lower"]
                               for entry in sorted(entries[1:], key=lambda e: e["place"]))


def test_ctrl_c_of_the_whole_group_gives_what_is_there_and_no_interrupted_answer_is_kept(tmp_path):
    file = tmp_path / "partial.jsonl"
    run = start(RESTARTABLE, BRUSSELATOR, file)
    wait_until(lambda: lines(file) > 10)
    os.killpg(run.pid, signal.SIGINT)
    words, errors = run.communicate(timeout=20)
    assert run.returncode == 0 and errors == ""
    status, count, restored, _ = words.split()
    assert status == "stopped" and restored == "0" and 9 <= int(count) < 80
    entries = [json.loads(line) for line in file.read_text().splitlines()][1:]
    assert len(entries) == int(count) and {entry["answer"]["status"] for entry in entries} == {"solved"}


class CtrlC:
    """Ctrl-C at the line of that number of the sweep's own code."""

    FILES = "_sweep.py", "_sweep_file.py", "_interrupts.py"

    def __init__(self, line):
        self.left, self.answering = line, False

    def __call__(self, frame, event, _):
        if Path(frame.f_code.co_filename).name not in self.FILES:
            return None
        self.left -= event == "line"
        if event == "line" and self.left == 0:
            sys.settrace(None)
            while frame is not None:
                self.answering |= frame.f_code.co_name == "_counted"
                frame = frame.f_back
            signal.raise_signal(signal.SIGINT)
        return self


@pytest.mark.parametrize("collected", [True, False], ids=["collected", "taken one by one"])
def test_what_is_given_and_what_is_in_the_file_agree_wherever_ctrl_c_comes(toy, tmp_path, collected):
    given_up = 0
    with concurrent.futures.ThreadPoolExecutor(1) as executor:
        for line in itertools.count(1):
            file, found, ctrl_c = tmp_path / f"{line}.jsonl", [], CtrlC(line)
            sweep = foldproof.sweep(toy, [[2], ["x"], [3]], results=file, executor=executor, max_radius="0.1",
                                    check=False)
            sys.settrace(ctrl_c)
            try:
                if collected:
                    found = sweep.collect()
                else:
                    for result in sweep:
                        found.append(result)
            except KeyboardInterrupt:  # before the first answer is looked for, or after the last one
                given_up += 1
                assert not ctrl_c.answering
                sweep.close()
                continue
            finally:
                sys.settrace(None)
            if ctrl_c.left > 0:
                break
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
            entries = [json.loads(entry) for entry in file.read_text().splitlines()][1:]
            answered = sorted(result.index for result in found if result.answer)
            assert sorted(entry["place"] for entry in entries) == answered
            assert sweep.summary.answered + sweep.summary.failed == len(found)
    assert line > 200 and given_up < line / 10


@pytest.fixture
def kept(tmp_path, net):
    """A finished file of results."""
    path = tmp_path / "results.jsonl"
    foldproof.sweep(net, POINTS[:4], results=path, max_radius="0.1").collect()
    return path


def test_what_is_in_the_file_is_not_asked_again_and_more_points_may_follow(net, kept):
    before = kept.read_bytes()
    with Watched() as executor:
        found = foldproof.sweep(net, POINTS[:6], results=kept, max_radius="0.1", executor=executor).collect()
    assert executor.tasks <= 2 + executor.sources
    assert [result.restored for result in found] == [True] * 4 + [False] * 2
    assert found[1].answer.to_json() and found.status == "solved" and found.summary.restored == 4
    assert found[1].answer.lower == foldproof.radius(net, at=POINTS[1], max_radius="0.1").lower
    assert kept.read_bytes().startswith(before)


@pytest.mark.parametrize("cut", [1, 40, 700])
def test_a_torn_end_is_cut_off(net, kept, cut):
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-cut])
    found = foldproof.sweep(net, POINTS[:4], results=kept, max_radius="0.1").collect()
    assert [result.restored for result in found].count(False) == 1 and found.status == "solved"
    assert len(kept.read_bytes().splitlines()) == 5
    assert kept.read_bytes().startswith(b"\n".join(whole.splitlines()[:4]))


def test_a_torn_first_line_is_written_again(net, kept):
    kept.write_bytes(kept.read_bytes()[:30])
    assert foldproof.sweep(net, POINTS[:4], results=kept, max_radius="0.1").collect().summary.restored == 0
    assert lines(kept) == 5


OTHER = {
    "option": (dict(max_radius="0.2"), "options differ"),
    "limit": (dict(time=5), "options differ"),
    "question": (dict(question="pseudo"), "question differ"),
    "network": (dict(nets=VANDERPOL), "networks differ"),
    "more networks": (dict(nets=[BRUSSELATOR, VANDERPOL]), "networks differ"),
    "points": (dict(points=[POINTS[1], POINTS[0]]), "about \\['1', '21/10'\\]|about .*which is not that point"),
}


@pytest.mark.parametrize("change, words", OTHER.values(), ids=OTHER)
def test_the_file_of_another_sweep_is_refused_and_left_alone(kept, change, words):
    before = kept.read_bytes()
    with pytest.raises(foldproof.InputError, match=words):
        asked = dict(nets=BRUSSELATOR, points=POINTS[:4], max_radius="0.1", results=kept) | change
        foldproof.sweep(**asked).collect()
    assert kept.read_bytes() == before


@pytest.mark.parametrize("text", ["my notes", "my notes\n", '{"a": 1}\n', "\x00\x00\n1\n", "[1]\n"])
def test_a_file_that_is_no_sweep_is_refused_and_left_alone(net, tmp_path, text):
    file = tmp_path / "file"
    file.write_text(text)
    with pytest.raises(foldproof.InputError, match="not a file of results"):
        foldproof.sweep(net, POINTS, results=file)
    assert file.read_text() == text


def test_a_damaged_middle_is_refused(net, kept):
    damaged = kept.read_bytes().replace(b'"place": 2', b'"place": 2 2').splitlines(keepends=True)
    kept.write_bytes(b"".join(sorted(damaged, key=lambda line: b" 2 2" not in line and line is not damaged[0])))
    lines_now = kept.read_bytes().splitlines(keepends=True)
    kept.write_bytes(damaged[0] + b"".join(line for line in lines_now if line != damaged[0]))
    before = kept.read_bytes()
    with pytest.raises(foldproof.InputError, match="line 2"):
        foldproof.sweep(net, POINTS[:4], results=kept, max_radius="0.1")
    assert kept.read_bytes() == before


def test_two_runs_do_not_share_a_file(kept):
    hold = ("import sys, foldproof\n"
            "sweep = foldproof.sweep(sys.argv[1], [[1, 2]], results=sys.argv[2], max_radius='0.1')\n"
            "try: next(sweep)\n"
            "except foldproof.InputError as error: print(error)\n")
    network = foldproof.load(BRUSSELATOR)
    sweep = foldproof.sweep(network, POINTS[:4], results=kept, max_radius="0.1")
    words, errors = start(hold, BRUSSELATOR, kept).communicate(timeout=60)
    assert "being written by another sweep" in words + errors
    sweep.close()
