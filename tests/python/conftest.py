"""The program under test and small networks to ask it about."""

import json
import subprocess
from pathlib import Path

import pytest

from networks import PROGRAM, ROOT, save_layers, zoo_layers


class Program:
    """Runs foldproof and checks what holds for every run."""

    path = PROGRAM

    def run(self, *arguments, timeout=60, **options):
        command = [self.path, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, **options)

    def answer(self, *arguments, code=0, **options):
        """The record of a solving command or of info."""
        done = self.run(*arguments, "--json", "-", **options)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    def refuses(self, *arguments, says=(), **options):
        """One clear sentence on standard error, nothing else, exit code 2."""
        done = self.run(*arguments, **options)
        assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
        assert done.stdout == ""
        lines = done.stderr.splitlines()
        assert len(lines) == 1 and lines[0].startswith("foldproof: "), done.stderr
        assert 20 < len(lines[0]) < 400, done.stderr
        for word in says:
            assert word in lines[0], f"{word!r} is not in: {lines[0]}"
        return lines[0]


@pytest.fixture(scope="session")
def program():
    assert Path(PROGRAM).is_file(), f"{PROGRAM} is not built; run 'make build'"
    return Program()


@pytest.fixture(scope="session")
def zoo(tmp_path_factory):
    """zoo(name): the ONNX file of a network of zoo.json."""
    folder = tmp_path_factory.mktemp("zoo")

    def path(name):
        file = folder / f"{name}.onnx"
        return file if file.exists() else save_layers(file, zoo_layers(name))

    return path


@pytest.fixture(scope="session")
def nets():
    return ROOT / "nets"


@pytest.fixture(scope="session")
def hard(nets):
    """A question that takes minutes: a network, and a point to ask at."""
    return ROOT / "tests" / "data" / "nets" / "cb6_64x2.onnx", "1,2.1,1,2.1,1,2.1"
