"""The other questions of the comparison: Problems 2 and 3, norms, the fold, preimages, sweeps, and their goals.

What.  A question is one or several commands of foldproof, run one after the other as processes, and timed twice:
without the check of the proofs (--no-check) and with it.  Where the published method answers the same question, the
mixed-integer program runs beside it.  `target` is the goal in seconds for the search, `checked_target` with the check.

Why here.  cases.py asks one question of many networks; these are many questions of few.
"""

import json
import random
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import measure

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
NETS = ROOT / "tests" / "data" / "nets"
MILP = ("gurobi", "highs", "scip")
PLANE = "--box=-1.5:4,-1.5:5"


@dataclass(frozen=True)
class Question:
    name: str
    commands: tuple                     # of tuples: the arguments of foldproof
    threads: int = 2
    target: float | None = None
    checked_target: float | None = None
    beside: str | None = None           # another question; the ratio of the two times is shown
    network: str | None = None          # for the baselines: network, point, question and second network
    at: str = ""
    problem: str = ""
    second: str | None = None
    baselines: tuple = ()
    limit: float = 60.0

    def network_options(self):
        """Options of the baseline beside the network, see measure.baseline."""
        second = ["--second", str(ROOT / self.second)] if self.second else []
        start = ["--start", "8"] if self.problem == "pseudo" else []
        return [f"--at={self.at}", "--question", self.problem, *second, *start]


def one(name, command, net, at, *options, baselines=MILP, **more):
    """A question about one point, on one thread, with the mixed-integer program beside it."""
    return Question(name, ((command, net, f"--at={at}", *options),), threads=1, network=net, at=at,
                    problem=command, baselines=baselines, **more)


BRUS, VDP = "tests/data/nets/brus_A.onnx", "tests/data/nets/vdp_A.onnx"
A, PRUNED = "paper/nets/vdp_A.onnx", tuple(f"paper/nets/vdp_B{k}.onnx" for k in range(1, 10))

# Networks that get an output more, see observable.py.
TALL = (("brus_A", "1,2.1"), ("brus_64x2", "1,2.1"), ("lorenz3_32x2", "0,0,0"))

QUESTIONS = (
    one("radius, brus_A at (1,2.1)", "radius", BRUS, "1,2.1", baselines=()),
    one("pseudo, brus_A at (1,2.1)", "pseudo", BRUS, "1,2.1", beside="radius, brus_A at (1,2.1)"),
    one("radius, l1, brus_A at (1,2.1)", "radius", BRUS, "1,2.1", "--norm=l1", baselines=(),
        beside="radius, brus_A at (1,2.1)"),
    one("radius, l2, brus_A at (1,2.1)", "radius", BRUS, "1,2.1", "--norm=l2", baselines=(),
        beside="radius, brus_A at (1,2.1)"),
    one("radius, vdp_A at (0,0)", "radius", VDP, "0,0", baselines=()),
    one("pseudo, vdp_A at (0,0)", "pseudo", VDP, "0,0", beside="radius, vdp_A at (0,0)"),
    one("radius, l1, vdp_A at (0,0)", "radius", VDP, "0,0", "--norm=l1", baselines=(), beside="radius, vdp_A at (0,0)"),
    one("radius, l2, vdp_A at (0,0)", "radius", VDP, "0,0", "--norm=l2", baselines=(), beside="radius, vdp_A at (0,0)"),
    *(Question(f"factor, vdp_A and pruned {Path(b).stem[4:]}, both directions", (("factor", A, b, "--at=0,0"),),
               threads=1, network=A, at="0,0", problem="factor", second=b, baselines=MILP)
      for b in (PRUNED[0], PRUNED[6])),
    *(Question(f"radius, {net} and one more output, at ({at})",
               (("radius", "{folder}/" + net + ".onnx", f"--at={at}"),), threads=1)
      for net, at in TALL),
    Question("Table 1: all 18 radii", tuple(("factor", A, b, "--at=0,0") for b in PRUNED),
             target=2, checked_target=4),
    Question("j0, brus_256x2 on [-1.5,4]x[-1.5,5]", (("j0", "tests/data/nets/brus_256x2.onnx", PLANE),), target=5),
    Question("j0, lorenz3 on [-2,2]^3", (("j0", "tests/data/nets/lorenz3_32x2.onnx", "--box=-2:2,-2:2,-2:2"),)),
    Question("preimages of 1,000 outputs, brus_A", (("preimages", BRUS, "--at=@{folder}/points.csv", PLANE),),
             target=5),
    Question("sweep of 100 parameter values, brus3_b",
             (("radius", "tests/data/nets/brus3_b.onnx", "--at=1,2.1", "--sweep=2=1.8:3:100"),), target=10),
)


def write_points(path):
    """1,000 points of the box, from a fixed seed."""
    draw = random.Random(1)
    path.write_text("".join(f"{draw.uniform(-1.5, 4)!r},{draw.uniform(-1.5, 5)!r}\n" for _ in range(1000)))


def bracket(radius):
    lower, upper = radius["lower"], radius["upper"]
    return f"{lower:.7f} to {upper:.7f}" if upper is not None else f"at least {lower:.7g}"


def answer(records):
    """What the records of one question say, in a few words."""
    first = records[0]
    match first["question"]:
        case "factor":
            radii = [record[way]["radius"] for record in records for way in ("r_AB", "r_BA")]
            if len(radii) == 2:
                return "; ".join(map(bracket, radii))
            lowers = [radius["lower"] for radius in radii]
            return f"{len(radii)} brackets, lower ends {min(lowers):.3f} to {max(lowers):.3f}"
        case "j0":
            pieces = len(first["triangles"]) or sum(len(line) - 1 for line in first["lines"])
            what = "triangles" if first["triangles"] else "segments"
            return f"{pieces:,} {what}, {first['enclosure']['open']} boxes open"
        case "preimages":
            return f"{first['points']:,} preimages of {len(first['sets']):,} outputs, {first['open']} boxes open"
        case "sweep":
            return f"{len(first['points'])} brackets"
    return bracket(first["radius"])


def unchecked(record):
    """How many proofs of a record, at any depth, were not accepted by the independent checker."""
    if isinstance(record, list):
        return sum(map(unchecked, record))
    if not isinstance(record, dict):
        return 0
    return (record.get("checked") is False) + sum(map(unchecked, record.values()))


def ask(binary, question, folder, repeats):
    """Median seconds of all commands of a question one after the other, without and with the check of their proofs."""
    def placed(part):
        return str(ROOT / part.format(folder=folder)) if part.endswith(".onnx") else part.format(folder=folder)

    commands = [[str(binary), *map(placed, command), "--threads", str(question.threads), "--time", str(question.limit),
                 "--quiet"] for command in question.commands]
    times = {"search": [], "checked": []}
    memory = 0.0
    while len(times["checked"]) < repeats and sum(times["checked"]) < 60:
        for kind, more in ("search", ["--no-check"]), ("checked", []):
            total = 0.0
            for command in commands:
                code, seconds, usage, _ = measure.run([*command, *more], question.limit + 60, one_thread=False)
                if code not in (0, 3):
                    return {"failed": f"exit code {code}"}
                total += seconds
                memory = max(memory, usage.ru_maxrss / 1024)
            times[kind].append(total)
    records = []
    for command in commands:
        code, _, _, text = measure.run([*command, "--json", "-"], question.limit + 60, one_thread=False)
        records.append(json.loads(text))
    return {"answer": answer(records), "status": sorted({r.get("status", "solved") for r in records}),
            "unchecked": unchecked(records), "search_seconds": statistics.median(times["search"]),
            "checked_seconds": statistics.median(times["checked"]), "runs": len(times["checked"]), "peak_mib": memory}


def run_all(arguments, results, recorded, keep):
    """Every question, and its baselines unless they are recorded; `keep` stores what is new."""
    with tempfile.TemporaryDirectory() as folder:
        write_points(Path(folder) / "points.csv")
        for net, _ in TALL:
            subprocess.run([arguments.python, str(HERE / "observable.py"), str(NETS / f"{net}.onnx"),
                            f"{folder}/{net}.onnx"], check=True)
        for question in QUESTIONS:
            if arguments.only and arguments.only not in question.name:
                continue
            known = recorded.setdefault(question.name, {})
            for method in question.baselines:
                if not arguments.recorded and (arguments.baselines is None or method in arguments.baselines):
                    known[method] = measure.baseline(arguments.python, ROOT / question.network, question, method)
                    known[method].pop("history", None)
                    keep()
            result = ask(arguments.binary, question, folder, arguments.repeats)
            results[question.name] = result | {
                "threads": question.threads, "target": question.target, "checked_target": question.checked_target,
                "beside": question.beside, "baselines": {m: known[m] for m in question.baselines if m in known}}
            print(f"{question.name}: {result.get('answer', result)}; {result.get('search_seconds', 0):.3f} s, "
                  f"with check {result.get('checked_seconds', 0):.3f} s", flush=True)
