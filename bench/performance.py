"""Turns measured results into PERFORMANCE.md.

What.  Two tables (our times and memory; every baseline beside ours with its answer, time, ratio and what it
gets wrong) and the facts needed to read them: processor, versions, dates, commands.  Why a file of its own:
the page is written from results.json alone, so it can be rewritten without measuring again.
"""

import json
import statistics
from fractions import Fraction

import frontier
import package
import sweep

PARTS = (package, sweep, frontier)  #: measured by programs of their own
METHODS = {"gurobi-published": "Gurobi, as published", "gurobi": "Gurobi", "highs": "HiGHS", "scip": "SCIP",
           "marabou-below": "Marabou, 0.98 r", "marabou-above": "Marabou, 1.02 r"}


def seconds(value):
    return f"{value:.3f}" if value < 1 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def radius(record):
    """The bracket as a person writes it."""
    lower, upper = record["radius"]["lower"], record["radius"]["upper"]
    if upper is None:
        return f"at least {lower:.7g}"
    return f"{lower:.7f} to {upper:.7f}"


def ratio(theirs, ours, finished):
    value = theirs / ours
    text = f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
    return text if finished else f"over {text}"


def charged(result):
    """Seconds a baseline is charged: the processor time of its one thread, which other work on the machine
    does not lengthen."""
    return min(result["seconds"], result.get("cpu_seconds", result["seconds"]))


def baseline_answer(result):
    status = result["status"]
    if result.get("solver") == "marabou":
        return {"pair": f"a pair in radius {result['radius']:.4f}, {result.get('distance', 0):.1g} apart",
                "no pair": f"no pair {result['eps']:g} apart in radius {result['radius']:.4f}",
                "time": f"nothing at radius {result['radius']:.4f}"}.get(status, status)
    if status.startswith("failed"):
        return status
    upper = "?" if result["upper"] is None else f"{result['upper']:.7f}"
    return f"{result['lower']:.7f} to {upper}"


def finished(result):
    return result["status"] in ("solved", "pair", "no pair") or result["status"].startswith("injective")


def judgement(result, ours, pair):
    """What the baseline's answer gets wrong, judged by the exact pair and the proved radius."""
    if result["status"].startswith("failed"):
        return ""
    if not finished(result):
        return "not finished"
    record = ours["record"]
    proved = record["radius"]["lower"]
    if result.get("solver") == "marabou":
        if result["status"] == "no pair" and pair and Fraction(pair["radius"]) <= Fraction(result["radius"]):
            return f"pairs closer than {result['eps']:g} are not seen; an exact one lies in that ball"
        if result["status"] == "pair":
            gap = f"the images of its pair differ by {result['image_gap']:.0e}"
            if result["radius"] <= proved:
                return f"**wrong**: that ball is proved invertible; {gap}"
            return f"the answer is right, its pair is not: {gap}" if result["image_gap"] > 1e-6 else gap
        if result["status"] == "no pair":
            return f"only pairs {result['eps']:g} apart are excluded"
        return ""
    notes = []
    if pair and pair.get("collides") and Fraction(pair["radius"]) <= Fraction(result["lower"]):
        excess = result["lower"] - pair["radius_double"]
        notes.append(f"**wrong**: the ball it certifies holds an exact colliding pair {pair['distance']:.1e} apart "
                     f"(radius too large by {excess:.1e} at least)")
    elif record["radius"]["upper"] is not None and result["lower"] > record["radius"]["upper"]:
        notes.append("**wrong**: certified beyond the refuted radius")
    if result["upper"] is not None and result["upper"] <= proved:
        notes.append("**wrong**: refutes a ball that is proved invertible")
    worst = max((h["image_gap"] for h in result["history"] if "image_gap" in h), default=0)
    if worst > 0:
        notes.append(f"its pairs collide only up to {worst:.0e}")
    return "; ".join(notes)


def our_table(results):
    lines = ["| case | radius | limit | 1 thread, s | 2 threads, s | speed-up | goal, s | peak memory, MiB |",
             "|---|---|---|---|---|---|---|---|"]
    for name, result in results["cases"].items():
        ours = result.get("foldproof")
        if not ours or "failed" in ours:
            lines.append(f"| {name} | {ours['failed'] if ours else 'not run'} | | | | | | |")
            continue
        record, two = ours["record"], result.get("foldproof_2")
        status = "" if record["status"] == "solved" else f" ({record['status']})"
        second = seconds(two["seconds"]) if two else ""
        gain = f"{ours['seconds'] / two['seconds']:.2f}" if two else ""
        goal = f"{result['target']:g}" if result.get("target") else ""
        lines.append(f"| {name} | {radius(record)}{status} | {record['limit'] or ''} | {seconds(ours['seconds'])} | "
                     f"{second} | {gain} | {goal} | {ours['peak_mib']:.0f} |")
    return lines


def proof_table(results):
    lines = ["| case | search alone, s | search writing the proof, s | checker, s | checker / search | leaves | pairs "
             "| bytes | bytes per leaf or pair | checker's peak memory, MiB |",
             "|---|---|---|---|---|---|---|---|---|---|"]
    ratios, whole = [], []
    for name, result in results["cases"].items():
        proof = result.get("proof")
        if not proof or "failed" in proof:
            lines.append(f"| {name} | {proof['failed'] if proof else 'not run'} | | | | | | | | |")
            continue
        ratios.append(proof["check_seconds"] / proof["search_seconds"])
        whole.append((proof["search_seconds"] + proof["check_seconds"]) / proof["bare_seconds"])
        lines.append(f"| {name} | {seconds(proof['bare_seconds'])} | {seconds(proof['search_seconds'])} | "
                     f"{seconds(proof['check_seconds'])} | {ratios[-1]:.2f} | {proof['leaves']:,} | {proof['pairs']:,} "
                     f"| {proof['bytes']:,} | {proof['bytes'] / (proof['leaves'] + proof['pairs']):.1f} | "
                     f"{proof['check_peak_mib']:.0f} |")
    if ratios:
        lines += ["", f"Median of checker / search: {statistics.median(ratios):.2f}; largest {max(ratios):.2f}. Search "
                      f"and check together against the search alone: median {statistics.median(whole):.2f}, largest "
                      f"{max(whole):.2f}."]
    return lines


def baseline_table(results):
    lines = ["| case | method | answer | time, s | ours, s | ratio | what is wrong with it | date |",
             "|---|---|---|---|---|---|---|---|"]
    for name, result in results["cases"].items():
        ours = result.get("foldproof")
        if not result.get("baselines") or not ours or "failed" in ours:
            continue
        own = seconds(ours["seconds"])
        lines.append(f"| {name} | **foldproof** | {radius(ours['record'])} | {own} | | | | {results['date']} |")
        for method, other in result["baselines"].items():
            if other["status"].startswith("failed"):
                lines.append(f"| | {METHODS[method]} | {other['status']} | | {own} | | | {other['date']} |")
                continue
            over = "" if finished(other) else "over "
            lines.append(f"| | {METHODS[method]} | {baseline_answer(other)} | {over}{seconds(charged(other))} | {own} "
                         f"| {ratio(charged(other), ours['seconds'], finished(other))} | "
                         f"{judgement(other, ours, result.get('pair'))} | "
                         f"{other['date']}{', busy' if other.get('busy') else ''} |")
    return lines


def question_table(results):
    lines = ["| question | answer | threads | search, s | goal, s | with the check, s | goal, s | search "
             "/ the question beside | peak memory, MiB |", "|---|---|---|---|---|---|---|---|---|"]
    for name, result in results["questions"].items():
        if "failed" in result:
            lines.append(f"| {name} | {result['failed']} | | | | | | | |")
            continue
        beside = results["questions"].get(result["beside"])
        share = f"{result['search_seconds'] / beside['search_seconds']:.1f}" if beside else ""
        goals = [f"{result[key]:g}" if result[key] else "" for key in ("target", "checked_target")]
        refused = f" (**{result['unchecked']} proofs not accepted**)" if result["unchecked"] else ""
        lines.append(f"| {name} | {result['answer']}{refused} | {result['threads']} | "
                     f"{seconds(result['search_seconds'])} | {goals[0]} | {seconds(result['checked_seconds'])} | "
                     f"{goals[1]} | {share} | {result['peak_mib']:.0f} |")
    return lines


def question_baselines(results):
    lines = ["| question | method | answer | time, s | ours, s | ratio | date |", "|---|---|---|---|---|---|---|"]
    for name, result in results["questions"].items():
        if not result["baselines"] or "failed" in result:
            continue
        own = result["checked_seconds"]
        lines.append(f"| {name} | **foldproof** | {result['answer']} | {seconds(own)} | | | {results['date']} |")
        for method, other in result["baselines"].items():
            if other["status"].startswith("failed"):
                lines.append(f"| | {METHODS[method]} | {other['status']} | | {seconds(own)} | | {other['date']} |")
                continue
            done = finished(other)
            lines.append(f"| | {METHODS[method]} | {baseline_answer(other)} | {'' if done else 'over '}"
                         f"{seconds(charged(other))} | {seconds(own)} | {ratio(charged(other), own, done)} | "
                         f"{other['date']}{', busy' if other.get('busy') else ''} |")
    return lines


def page(results):
    machine = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    pairs = [name for name, r in results["cases"].items() if (r.get("pair") or {}).get("collides")]
    refuted = [name for name, r in results["cases"].items() if (r.get("pair") or {}).get("collides") is False]
    busy = results["load_at_start"] > 0.5
    lines = [
        "# Performance", "",
        *(["**Measured on a busy machine (load average "
           f"{results['load_at_start']} at the start): our times are too long.**", ""] if busy else []),
        f"Measured {results['date']} on {machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_gib']} GiB. Baselines: {versions}. Times are wall clock of the whole process, reading the "
        "file included; ours are medians of several runs, and include the check of the proof. Baselines ran once, on "
        "one thread each, and are charged their processor time where it is less than the wall clock. "
        "Never a timed test: nothing in `make test` depends on these numbers.", "",
        "```", *results["commands"], "```", "",
        f"Starting the program and doing nothing: {1000 * results['startup_seconds']:.0f} ms.", "",
        "## foldproof", "",
        "Brackets are closed to a relative gap of 1e-6 unless the ball asked about is proved whole.", "",
        *our_table(results), "",
        "## The cost of proof", "",
        "Every time above includes writing the proof, exporting the weights, starting the independent checker and its "
        "verdict. Here they are taken apart, on one thread; medians. The search and the checker are timed without "
        "starting the program and reading the network; the checker's time includes starting it, reading the weights, "
        "and the exact evaluation of the colliding pair. A proof of one or two leaves is mostly its header and that "
        "pair.", "",
        *proof_table(results), "",
        "## The other questions", "",
        "Whole processes, medians; a question of several commands is their sum. The search is timed with `--no-check`, "
        "then the same with the proof written and checked. \"Beside\": Problem 2 and the other norms against Problem 1 "
        "in the maximum norm at the same point. The 1,000 outputs are those of points drawn from the box.", "",
        *question_table(results), "",
        "The mixed-integer program of the same question, bisected to 1e-3 (for Problem 3 one direction only, A to B; "
        "ours is the time of both).", "",
        *question_baselines(results), "",
        "## Beside the published method and its relatives", "",
        "The published method bisects a mixed-integer program with two copies of the network; it was stopped at a "
        "relative gap of 1e-3, a thousand times coarser than ours. \"As published\" solves every program to its "
        "optimum; otherwise a solver may stop as soon as the ball is decided, which favours it. It calls a ball "
        "invertible when no pair is farther apart than 1e-4. Marabou gets the two-copy query at one radius just "
        "below and one just above ours, with a separation of 1e-3: it has no notion of a largest radius. "
        "Its pip release is known to answer \"sat\" with assignments that break ReLU constraints on product networks "
        "(its issue 844, open); a pair of its is therefore evaluated before it is believed. "
        "\"Over\" marks runs that met their time limit: the ratio is then a lower bound. \"Busy\" marks times "
        "taken while other programs used the machine.", "",
        *baseline_table(results), "",
        f"The colliding pairs of {len(pairs)} cases were evaluated again in rationals by `bench/verify_pair.py`, which "
        "shares no code with the program, and collide exactly."]
    if refuted:
        lines += ["", f"**Pairs that do not collide: {', '.join(refuted)}.**"]
    for part in PARTS:
        if part.RESULTS.exists():
            lines += ["", *part.section(json.loads(part.RESULTS.read_text()))[:-1]]
    return "\n".join(lines) + "\n"
