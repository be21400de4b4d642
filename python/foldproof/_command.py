"""The programs of the wheel, `foldproof` and `foldproof-check`, as commands on the path."""

import os
import sys


def _become(program: str) -> None:
    path = os.path.join(os.path.dirname(__file__), "bin", program)
    os.execv(path, [program, *sys.argv[1:]])


def main() -> None:
    _become("foldproof")


def check() -> None:
    _become("foldproof-check")
