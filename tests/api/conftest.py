"""The package as the build left it, here and in processes that tests start; FOLDPROOF_PACKAGE names another folder."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from networks_api import COUPLED, NETS, PACKAGE, ROOT

sys.path.insert(0, PACKAGE)
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (PACKAGE, os.environ.get("PYTHONPATH"))))
os.environ["MPLBACKEND"] = "agg"
# Tests that were started in the background of a shell inherit that Ctrl-C is ignored, as would all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

import foldproof  # noqa: E402
from foldproof import _frontier  # noqa: E402
from networks import zoo_layers  # noqa: E402


@pytest.fixture(scope="session")
def brusselator():
    return foldproof.load(ROOT / "nets" / "brusselator.onnx")


@pytest.fixture(scope="session")
def answer(brusselator):
    """The answer of the README."""
    return foldproof.radius(brusselator, at=["1", "2.1"], threads=1)


@pytest.fixture(scope="session")
def toy():
    """One input, one output."""
    return foldproof.load(NETS / "toy1d_s1.onnx")


@pytest.fixture(scope="session")
def lorenz():
    """Three inputs, three outputs."""
    return foldproof.load(NETS / "lorenz3_32x2.onnx")


@pytest.fixture(scope="session")
def coupled():
    """Two coupled Brusselators: half a second or two alone."""
    return foldproof.load(COUPLED)


@pytest.fixture
def reports(monkeypatch):
    """What became of the parts of a question that workers do; they are handed out from the start, and small."""
    kept = []
    monkeypatch.setattr(_frontier.Workers, "report", lambda self, report: kept.append(report))
    monkeypatch.setattr(_frontier.Workers, "warm_up", 0.0)
    monkeypatch.setattr(_frontier.Workers, "part_seconds", 0.05)
    return kept


@pytest.fixture(scope="session")
def hard():
    """A question that takes minutes: a network, and a point to ask at."""
    return foldproof.load(NETS / "cb6_64x2.onnx"), "1,2.1,1,2.1,1,2.1"


@pytest.fixture(scope="session")
def zoo():
    """zoo(name): a network of zoo.json, from its layers."""
    return lambda name: foldproof.load(
        [([[float(w) for w in row] for row in matrix], [float(b) for b in bias]) for matrix, bias in zoo_layers(name)])


@pytest.fixture
def script(tmp_path):
    """script(text) starts a Python program that may use foldproof; its output is text."""
    started = []

    def start(text, *arguments):
        file = tmp_path / f"script{len(started)}.py"
        file.write_text(text)
        started.append(subprocess.Popen([sys.executable, str(file), *map(str, arguments)], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()
