"""What the page says with numbers: tables, figures and values made from records, by their place in page.html.

One function per section; each adds to `places` (name: text) and `figures` (name: Plotly figure).
"""

import html
import json
import math
from pathlib import Path

import figures as draw
from questions import (ATTRACTOR_POINTS, EULER_B, FIG2, FIG4, NETWORK_B, OWN, PICTURED, RESNETS, TABLE1, TAUS,
                       TOY_POINTS)

NETS = json.loads((Path(__file__).resolve().parent / "nets" / "nets.json").read_text())
WINDOW = [[-5, 10], [-5, 10]]
CLOSER = [[-3, 6], [-3, 6]]
TRAINED = [(-1.5, -1.5), (5, -1.5), (5, 5.5), (-1.5, 5.5), (-1.5, -1.5)]
KINDS = {"closed curve": "an invariant curve", "period": "a cycle of {} steps", "fixed point": "a fixed point",
         "escapes": "escapes", "other": "neither a cycle nor a curve"}


# ---------------------------------------------------------------- pieces of HTML

def escape(text):
    return html.escape(str(text))


def panel(title, name):
    return f'<div class="panel"><h4>{title}</h4><div class="plot" data-figure="{name}"></div></div>\n'


def commands(answers, names):
    items = "".join(f"<li><code>{escape(answers[name]['command'])}</code></li>\n" for name in names)
    return f'<details class="command"><summary>Commands</summary><ol>\n{items}</ol></details>'


def row(head, *cells):
    """A cell that begins with > is a number, set to the right."""
    texts = "".join(f'<td class="number">{c[1:]}</td>' if c.startswith(">") else f"<td>{c}</td>" for c in cells)
    return f'<tr><th scope="row">{head}</th>{texts}</tr>\n'


def seconds(value):
    if value < 0.0995:
        return f"{value * 1000:.0f} ms"
    return f"{value:.1f} s" if value < 99.5 else f"{value:,.0f} s"


def point(at):
    """A centre as given on the command line."""
    return f"({at.replace(',', ', ')})"


def digits(lower, upper):
    """Both ends of a bracket with as many digits as tell them apart; the lower end is cut off, the upper rounded up."""
    for places in range(12, 2, -1):
        low, high = math.floor(lower * 10 ** places), math.ceil(upper * 10 ** places)
        if high - low <= 9:
            break
    return f"{low / 10 ** places:.{places}f}", f"{high / 10 ** places:.{places}f}"


def bracket(ball):
    """What is proved and what is refuted about one radius of a record."""
    lower, upper = ball["radius"]["lower"], ball["radius"]["upper"]
    if upper is None:
        return f"proved to {lower:g}, the whole ball asked about"
    if lower == upper == 0:
        return "0"
    low, high = digits(lower, upper)
    return f'<span class="ends">{low} to {high}</span>'


def spent(ball):
    """Search and check of one radius."""
    return ball["effort"]["seconds"] + ball["proof"]["check_seconds"]


def nearest(record):
    """The other input of Problem 2 that the record found."""
    x, y = record["witness"]["x"], record["witness"]["y"]
    return y if x == record["center"] else x


def locus(answer):
    """The polylines of a record of j0 in the plane."""
    record = answer["record"]
    return draw.broken([record["points"][k] for k in indices] for indices in record["lines"])


def overlap(one, two):
    """Two brackets that may be about one number."""
    a, b = one["radius"], two["radius"]
    return a["lower"] < b["upper"] and b["lower"] < a["upper"]


# ---------------------------------------------------------------- the table paper / MILP / foldproof

def milp_cells(answer, ball):
    """The recorded MILP answer, its time, how many times faster the record was, and whether the two answers agree."""
    if answer is None:
        return '<span class="quiet">not asked</span>', ">", ">", ""
    took = answer["cpu_seconds"]
    ratio = f"{took / spent(ball):,.0f}"
    lower, upper, proved, refuted = answer["lower"], answer["upper"], ball["radius"]["lower"], ball["radius"]["upper"]
    if answer["status"] == "time":
        known = f"pair at {upper:g}; " if upper is not None else ""
        return f"{known}not decided", f">over {seconds(took)}", f">over {ratio}", ""
    text = f'<span class="ends">{lower:.6f} to {upper:.6f}</span>' if upper is not None else f"all of {lower:g}"
    verdict = "yes"
    if refuted is not None and lower >= refuted:
        verdict = '<span class="tag bad">no</span> it certifies a ball that holds an exact colliding pair'
    elif upper is not None and upper <= proved:
        gap = answer["pair"]["image_gap"]
        verdict = f'<span class="tag bad">no</span> the images of its pair differ by {gap:.0e}; that ball is proved'
    return text, f">{seconds(took)}", f">{ratio}", verdict


def comparison(answers, milp):
    rows = []

    def group(title):
        rows.append(f'<tr class="group"><th scope="colgroup" colspan="8">{title}</th></tr>\n')

    def compare(text, published, name, ball):
        says, took, ratio, verdict = milp_cells(milp.get(name), ball)
        proved = f'<span class="good">{bracket(ball)}</span>'
        paper = f">{published:.6f}" if published else ">"
        rows.append(row(text, paper, says, took, proved, f">{seconds(spent(ball))}", ratio, verdict))

    for title, questions in (("Fig. 2: scalar network 1-10-10-1", FIG2),
                             ("Fig. 4: Brusselator network, b = 2.1", FIG4)):
        group(title)
        for q in questions:
            problem = "r, Problem 1" if q.command == "radius" else "R, Problem 2"
            compare(f"{problem}, at {point(q.at)}", q.published, q.name, answers[q.name]["record"])
    group("Table 1: Van der Pol network A and its pruned versions B, centre (0, 0)")
    for q in TABLE1:
        for direction, a, b in (("AB", q.network, q.second), ("BA", q.second, q.network)):
            compare(f"r<sub>{direction}</sub>, B = {q.second}", None, f"table1 {a} {b}",
                    answers[q.name]["record"][f"r_{direction}"])
    return "".join(rows)


# ---------------------------------------------------------------- sections

def overview(run, milp, places):
    answers = run["answers"]
    records = [a["record"] for a in answers.values()]
    parts = [r[direction] for r in records if r["question"] == "factor" for direction in ("r_AB", "r_BA")]
    swept = [p["answer"] for r in records if r["question"] == "sweep" for p in r["points"]]
    proofs = [r["proof"] for r in records + parts + swept if r.get("proof")]
    ratios = sorted(milp[q.name]["cpu_seconds"] / spent(answers[q.name]["record"]) for q in FIG4)
    places |= {"questions": f"{len(records) + len(swept):,}", "all_seconds": seconds(run["seconds"]),
               "checked": f"{sum(p['checked'] for p in proofs):,} of {len(proofs):,}",
               "ratios": f"{ratios[0]:,.0f}–{ratios[-1]:,.0f}×"}


def scalar(answers, places, figures):
    """Fig. 2."""
    get = lambda command, at: answers[f"fig2 {command} {at}"]["record"]
    radius, pseudo = ([get(command, at) for at in TOY_POINTS] for command in ("radius", "pseudo"))
    figures["scalar"] = draw.scalar_example(answers[PICTURED]["record"]["picture"], radius, pseudo)
    places["scalar_rows"] = "".join(
        row(f"x = {one['center'][0]:g}", bracket(one), bracket(two), f"{nearest(two)[0]:.7f}")
        for one, two in zip(radius, pseudo))
    places["scalar_commands"] = commands(answers, [q.name for q in FIG2])


def attractors(answers, places, figures):
    """Fig. 3."""
    for kind, values in (("euler", EULER_B), ("network", NETWORK_B)):
        panels = ""
        for b in values:
            orbit = answers[f"fig3 {kind} orbit {b}"]["record"]
            sets = answers[f"fig3 {kind} inverses {b}"]["record"]["sets"]
            inverses = [entry["x"] for one in sets for entry in one["points"]]
            traces = [draw.dots(inverses, "sheet-a", "inverse of a state of the attractor", size=3)]
            traces.append(draw.line(locus(answers[f"fig3 {kind} j0 {b}"]), "fold", "J0"))
            if kind == "network":
                traces.append(draw.line(TRAINED, "quiet", "where it was trained", "dot"))
            traces.append(draw.dots(orbit["points"], "attractor", "attractor", size=3))
            figures[f"attractor-{kind}-{b}"] = draw.plane(traces, WINDOW)
            kinds = KINDS[orbit["kind"]].format(orbit["period"])
            panels += panel(f"b = {b}: {kinds}, {counted(sets)}", f"attractor-{kind}-{b}")
        places[f"attractor_{kind}"] = panels
    shown = [f"fig3 {kind} {what} {b}" for kind, b in (("euler", EULER_B[0]), ("network", NETWORK_B[0]))
             for what in ("orbit", "inverses", "j0")]
    places["attractor_commands"] = commands(answers, shown)


def counted(sets):
    """How many inverses the values have in the window."""
    counts = sorted({len(one["points"]) for one in sets})
    return f"{counts[0]} inverses each" if len(counts) == 1 else f"{counts[0]} to {counts[-1]} inverses"


def two_points(answers, places, figures):
    """Fig. 4, left."""
    fold = locus(answers["fig3 network j0 2.1"])
    orbit = answers["fig3 network orbit 2.1"]["record"]["points"]
    places["points_panels"] = ""
    for k, at in enumerate(ATTRACTOR_POINTS):
        radius, pseudo = (answers[f"fig4 {command} {at}"]["record"] for command in ("radius", "pseudo"))
        center = radius["center"]
        figures[f"points-{k}"] = draw.plane([
            draw.line(fold, "fold", "J0"), draw.dots(orbit, "attractor", "attractor", size=3),
            draw.square(center, radius["radius"]["lower"], "proved", "r"),
            draw.square(center, pseudo["radius"]["lower"], "pair", "R", "dash"),
            draw.dots([center], "ink", "the state", size=7),
            draw.dots([nearest(pseudo)], "pair", "the nearest other state with the same image", "x", 8)], CLOSER)
        places["points_panels"] += panel(point(at), f"points-{k}")
    places["points_commands"] = commands(answers, [q.name for q in FIG4])


def time_steps(answers, places, figures):
    """Fig. 4, right."""
    for kind in ("euler", "network"):
        figures[f"steps-{kind}"] = draw.plane([
            draw.line(locus(answers[f"fig4 {kind} j0 {tau}"]), f"ramp-{k}", f"τ = {tau}", hoverinfo="name")
            for k, tau in enumerate(TAUS)], WINDOW)
    titles = {"euler": "the Euler step, b = 2", "network": "the network, b = 2"}
    places["steps_panels"] = "".join(panel(title, f"steps-{kind}") for kind, title in titles.items())
    places["steps_key"] = "".join(f'<li><i style="color: var(--ramp-{k})"></i>τ = {tau}</li>\n'
                                  for k, tau in enumerate(TAUS))
    places["steps_commands"] = commands(answers, [f"fig4 {kind} j0 {TAUS[-1]}" for kind in ("euler", "network")])


def pruned(answers, places, figures):
    """Fig. 5 and Table 1."""
    own = answers[OWN.name]["record"]
    records = [(q.second, answers[q.name]["record"]) for q in TABLE1]
    figures["pruned"] = draw.radii([(name, NETS[name], record) for name, record in records])
    least, record = min(records, key=lambda pair: pair[1]["r_BA"]["radius"]["lower"])
    orbit = answers["table1 orbit"]["record"]["points"]
    places["pruned_panels"] = ""
    for name, net, ball, colour, text in (("pruned-a", "vdp_A", own, "curve", "its own r"),
                                          ("pruned-b", least, record["r_BA"], "pair", "r<sub>BA</sub>")):
        figures[name] = draw.plane([
            draw.line(locus(answers[f"table1 j0 {net}"]), "fold", "J0"),
            draw.dots(orbit, "attractor", "limit cycle of A", size=3),
            draw.square([0, 0], ball["radius"]["lower"], colour, "the ball"),
            draw.dots([ball["witness"]["x"]], "ink", "the pair", "circle-open", 13)], [[-4, 4], [-4, 4]])
        places["pruned_panels"] += panel(f"<code>{net}</code> and {text}", name)
    places |= {"pruned_same": str(sum(overlap(r["r_AB"], own) for _, r in records)), "pruned_count": str(len(records)),
               "pruned_own": bracket(own), "pruned_commands": commands(answers, [q.name for q in TABLE1[:3]])}


def margins(answers, places, figures):
    """Beyond the paper: Problem 1 along an orbit and over a parameter."""
    along, over_b, over_tau = (answers[f"margin {name}"]["record"] for name in ("along", "b", "tau"))
    figures |= {"margin-along": draw.margin(along, "step along the attractor", by_index=True),
                "margin-b": draw.margin(over_b, "b"), "margin-tau": draw.margin(over_tau, "τ")}
    places |= {"margin_least": f"{along['least']['lower']:.6f}", "margin_step": str(along["least"]["index"]),
               "margin_states": str(len(along["points"])),
               "margin_count": str(sum(len(r["points"]) for r in (along, over_b, over_tau))),
               "margin_seconds": seconds(sum(r["seconds"] for r in (along, over_b, over_tau))),
               "margin_commands": commands(answers, [f"margin {name}" for name in ("orbit", "along", "b", "tau")])}


def residual(answers, places):
    places["residual_rows"] = ""
    for q in RESNETS:
        facts, record = NETS[q.network], answers[q.name]["record"]
        places["residual_rows"] += row(f"<code>{q.network}</code>", facts["architecture"], facts["system"], point(q.at),
                                       f'<span class="good">{bracket(record)}</span>', f">{seconds(spent(record))}")
    places["residual_commands"] = commands(answers, [q.name for q in RESNETS])


def contents(run, milp):
    """(places, figures) of the page."""
    answers, places, figures = run["answers"], {}, {}
    overview(run, milp, places)
    scalar(answers, places, figures)
    attractors(answers, places, figures)
    two_points(answers, places, figures)
    time_steps(answers, places, figures)
    pruned(answers, places, figures)
    margins(answers, places, figures)
    residual(answers, places)
    places["comparison_rows"] = comparison(answers, milp)
    return places, figures
