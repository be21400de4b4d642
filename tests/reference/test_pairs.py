"""Random pairs of tiny networks, and networks with more outputs than inputs, against brute force over pairs of
cells."""

import json
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import pytest

pytest.importorskip("numpy")
pytest.importorskip("onnx")

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "python"))

from brute_force_pairs import pair_radius  # noqa: E402
from networks import ZOO, save_layers  # noqa: E402

PROGRAM = os.environ.get("FOLDPROOF", str(TESTS.parent / "build" / "foldproof"))
RADIUS = 4


def layer(rng, rows, columns, bias=2):
    """Small integers; no row is zero."""
    W = [[rng.randint(-3, 3) for _ in range(columns)] for _ in range(rows)]
    for row in W:
        if not any(row):
            row[rng.randrange(columns)] = 1
    return {"W": W, "b": [rng.randint(-bias, bias) for _ in range(rows)]}


def chain(rng, n, hidden, m):
    sizes = [n, *hidden, m]
    return [layer(rng, after, before) for before, after in zip(sizes, sizes[1:])]


def after(A, g):
    """The network g(A(x))."""
    last, first = A[-1], g[0]
    W = [[sum(a * b for a, b in zip(row, column)) for column in zip(*last["W"])] for row in first["W"]]
    b = [sum(a * v for a, v in zip(row, last["b"])) + c for row, c in zip(first["W"], first["b"])]
    return A[:-1] + [{"W": W, "b": b}] + g[1:]


def blind(A, row):
    """The network A(row.x, row.x, ...): all inputs enter in one combination."""
    first = A[0]
    return [{"W": [[sum(w) * v for v in row] for w in first["W"]], "b": first["b"]}] + A[1:]


def question(index):
    """(family, A, B, centre); B None: Problem 1 of A, which has more outputs than inputs."""
    rng = random.Random(f"pairs {index}")
    n = 1 + index % 2
    centre = [Fraction(rng.randint(-2, 2)) for _ in range(n)]
    hidden = [rng.randint(2, 3)] if n == 2 else [3, 2][:rng.randint(1, 2)]
    family = ("unlike", "function", "blind", "tall", "wide", "deeper")[index // 2 % 6]
    A = chain(rng, n, hidden, n)
    if family == "unlike":
        return family, A, chain(rng, n, hidden, n), centre
    if family == "function":
        return family, A, after(A, chain(rng, n, [2], rng.randint(1, 2))), centre
    if family == "blind":
        row = [rng.choice([-2, -1, 1, 2]) for _ in range(n)]
        return family, blind(A, row), blind(chain(rng, n, hidden, rng.randint(1, 3)), row), centre
    if family == "tall":
        return family, chain(rng, n, hidden, n + rng.randint(1, 2)), None, centre
    if family == "wide":
        return family, chain(rng, n, hidden, max(1, n - 1)), chain(rng, n, hidden, n), centre
    return family, chain(rng, n, hidden + [2], n + 1), chain(rng, n, hidden, n), centre


def ask(folder, *arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments), "--json", "-", "--threads", "1", "--time", "60"],
                          capture_output=True, text=True, cwd=folder)
    assert done.returncode in (0, 3), done.stderr
    return json.loads(done.stdout)


def judge(part, exact):
    """What is wrong with a bracket; exact None: there is no pair."""
    radius = part["radius"]
    said = [] if part["proof"]["checked"] else [f"not checked: {part['proof']['refused']}"]
    if part["status"] != "solved":
        said.append(f"not closed: {part['stop_reason']}, {radius}")
    lower = Fraction(radius["lower_exact"])
    upper = radius["upper_exact"] and Fraction(radius["upper_exact"])
    if exact is None:
        return said + ([f"refuted at {upper}, but no pair exists"] if upper is not None else [])
    if lower > exact:
        said.append(f"proved {float(lower)}, but a pair exists at {exact}")
    if upper is not None and upper < exact:
        said.append(f"refuted at {float(upper)}, but the first pair is at {exact}")
    if upper is None and part["status"] == "solved":
        said.append(f"solved without a pair, but one exists at {exact}")
    return said


def findings(index, folder):
    family, A, B, centre = question(index)
    at = "--at=" + ",".join(map(str, centre))
    save_layers(folder / f"{index}a.onnx", [(part["W"], part["b"]) for part in A])
    if B is None:
        record = ask(folder, "radius", f"{index}a.onnx", at, "--max-radius", RADIUS)
        return [f"{index} {family}: {line}" for line in judge(record, pair_radius(A, None, centre, RADIUS))]
    save_layers(folder / f"{index}b.onnx", [(part["W"], part["b"]) for part in B])
    record = ask(folder, "factor", f"{index}a.onnx", f"{index}b.onnx", at, "--max-radius", RADIUS)
    return [f"{index} {family} {name}: {line}" for name, first, second in (("r_AB", A, B), ("r_BA", B, A))
            for line in judge(record[name], pair_radius(first, second, centre, RADIUS))]


def test_program_agrees_with_brute_force(tmp_path):
    assert Path(PROGRAM).is_file(), f"{PROGRAM} is not built; run 'make build'"
    with ThreadPoolExecutor(2) as pool:
        found = [line for lines in pool.map(lambda index: findings(index, tmp_path), range(96)) for line in lines]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", [name for name, net in ZOO.items() if net["r_star_Linf"] != "inf"])
def test_brute_force_gives_the_exact_answers_of_the_zoo(name):
    net = ZOO[name]
    assert pair_radius(net["layers"], None, net["centre"], net["search_radius"]) == Fraction(net["r_star_Linf"])
