"""The sections of the page: text, tables and figures made from records, one function per experiment of the paper."""

import html
from dataclasses import dataclass, field

import figures as draw
from questions import FIG2, FIG4, TABLE1, TOY_POINTS


@dataclass
class Part:
    id: str
    short: str
    title: str
    body: str
    figures: dict = field(default_factory=dict)


def escape(text):
    return html.escape(str(text))


def plot(name, low=False):
    return f'<div class="plot{" low" if low else ""}" data-figure="{name}"></div>'


def panel(title, name):
    return f'<div class="panel"><h4>{title}</h4>{plot(name)}</div>'


def key(*entries):
    """(swatch class, colour, text) each."""
    items = "".join(f'<li style="color: var(--{colour})"><i class="{swatch}"></i><span style="color: var(--quiet)">{text}'
                    "</span></li>" for swatch, colour, text in entries)
    return f'<ul class="key">{items}</ul>'


def figure(inner, caption):
    return f"<figure>{inner}<figcaption>{caption}</figcaption></figure>\n"


def commands(answers, names):
    items = "".join(f"<li><code>{escape(answers[name]['command'])}</code></li>" for name in names)
    return f'<details class="command"><summary>Commands</summary><ol>{items}</ol></details>\n'


def table(caption, head, rows):
    cells = "".join(f'<th scope="col"{" class=number" if h.startswith(">") else ""}>{h.lstrip(">")}</th>' for h in head)
    return (f'<div class="scroll"><table><caption>{caption}</caption><thead><tr>{cells}</tr></thead><tbody>\n'
            + "\n".join(rows) + "\n</tbody></table></div>\n")


def row(head, *cells):
    """A cell that begins with > is a number, set to the right."""
    texts = "".join(f'<td class="number">{c[1:]}</td>' if c.startswith(">") else f"<td>{c}</td>" for c in cells)
    return f'<tr><th scope="row">{head}</th>{texts}</tr>'


def seconds(value):
    if value < 0.0995:
        return f"{value * 1000:.0f} ms"
    return f"{value:.1f} s" if value < 99.5 else f"{value:,.0f} s"


def digits(lower, upper):
    """Both ends of a bracket with as many digits as tell them apart; the lower end is cut off, the upper rounded up."""
    for places in range(3, 12):
        low, high = int(lower * 10 ** places), -int(-upper * 10 ** places // 1)
        if high - low <= 9 and high > low:
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
    return f"{low} to {high}"


def milp_cells(answer, ball, taken):
    """The recorded MILP answer, its time, how many times faster the record was, and how the two answers agree."""
    if answer is None:
        return "", "", "", ""
    spent = answer.get("cpu_seconds", 0)
    if answer["status"] == "time":
        known = f"pair at {answer['upper']:g}; " if answer["upper"] is not None else ""
        return f"{known}not decided in {answer['limit']} s", f">{seconds(spent)}", "", ""
    lower, upper, proved, refuted = answer["lower"], answer["upper"], ball["radius"]["lower"], ball["radius"]["upper"]
    if upper is None:
        text, verdict = f"all of {lower:g}", "agrees" if refuted is None else "wrong"
    else:
        text, verdict = f"{lower:.6f} to {upper:.6f}", "agrees"
    if refuted is not None and lower >= refuted:
        verdict = '<span class="tag bad">MILP wrong</span> it certifies a ball that holds an exact colliding pair'
    elif upper is not None and upper <= proved:
        verdict = (f'<span class="tag bad">MILP wrong</span> the images of its pair differ by '
                   f"{answer['pair']['image_gap']:.0e}; that ball is proved")
    return text, f">{seconds(spent)}", f">{spent / taken:,.0f}" if taken else "", verdict


def comparison(answers, milp):
    """The table paper / MILP here / foldproof, over everything with a radius."""
    head = ("Question", ">Paper", "MILP here", ">its time", "foldproof: proved, refuted", ">its time, with check",
            ">times faster", "Do they agree?")
    rows = []
    for title, questions in (("Fig. 2: scalar network 1-10-10-1", FIG2), ("Fig. 4: Brusselator network, b = 2.1", FIG4),
                             ("Fig. 5 and Table 1: Van der Pol, A and its pruned versions, centre (0, 0)", TABLE1)):
        shown = [q for q in questions if q.name in answers]
        if shown:
            rows.append(f'<tr class="group"><th scope="colgroup" colspan="{len(head)}">{title}</th></tr>')
        for q in shown:
            record, taken = answers[q.name]["record"], answers[q.name]["seconds"]
            ball = record["r_AB"] if q.command == "factor" else record
            text, spent, ratio, verdict = milp_cells(milp.get(q.name), ball, taken)
            rows.append(row(described(q), f">{q.published:.6f}" if q.published else ">", text, spent or ">",
                            f'<span class="good">{bracket(ball)}</span>', f">{seconds(taken)}", ratio or ">", verdict))
    return table("Radii in the maximum norm. foldproof closes every bracket to one part in a million, the MILP to one in a "
                 "thousand; its time is processor time, ours the wall clock of the whole run, proof and check included.",
                 head, rows)


def described(q):
    point = "x = " + q.at.replace("-", "−") if "," not in q.at else f"({q.at.replace(',', ', ')})"
    if q.command == "factor":
        return f"r<sub>AB</sub>, A = {q.network}, B = {q.second}"
    return f"{'r, Problem 1' if q.command == 'radius' else 'R, Problem 2'}, {point}"


def tiles(answers, milp):
    """The first numbers of the page."""
    records = [a["record"] for a in answers["answers"].values()]
    parts = [r[direction] for r in records if r["question"] == "factor" for direction in ("r_AB", "r_BA")]
    proofs = [r["proof"] for r in records + parts if r.get("proof")]
    checked = sum(p["checked"] for p in proofs)
    ratios = sorted(milp[q.name]["cpu_seconds"] / answers["answers"][q.name]["seconds"] for q in FIG4)
    facts = (("questions answered", f"{len(records):,}"),
             ("proofs accepted by the independent checker", f"{checked:,} of {len(proofs):,}"),
             ("all of them, on this machine", seconds(answers["seconds"])),
             ("faster than the MILP in Gurobi on the Brusselator network", f"{ratios[0]:,.0f} to {ratios[-1]:,.0f} times"))
    return "".join(f"<div><dd>{value}</dd><dt>{name}</dt></div>\n" for name, value in facts)


def scalar(answers):
    get = lambda command, at: answers[f"fig2 {command} {at}"]["record"]
    curve = answers["fig2 curve"]["record"]["picture"]
    drawn = draw.scalar_example(curve, [get("radius", at) for at in TOY_POINTS], [get("pseudo", at) for at in TOY_POINTS])
    rows = [row(f"x = {at.replace('-', '−')}", bracket(get("radius", at)), bracket(get("pseudo", at)),
                f"{nearest(get('pseudo', at)):.7f}") for at in TOY_POINTS]
    body = (
        "<p>A random network from one input to one output, with two hidden layers of ten neurons, at three points. Problem 1 "
        "asks for the largest interval around the point on which the function is one-to-one: it ends where the function "
        "turns. Problem 2 asks how far the next input with the same output is: the function may well turn before that.</p>\n"
        + figure(plot("fig2", low=True) + key(("", "curve", "the network"), ("dot", "proved", "centre; around it the certified "
                 "interval"), ("cross", "pair", "nearest other input with the same output")),
                 "Every end of a certified interval is exact to one part in a million, and a proof says so. The intervals are "
                 "shaded.")
        + table("", ("Centre", "r, Problem 1", "R, Problem 2", "the other input"), rows)
        + commands(answers, [q.name for q in FIG2]))
    return Part("scalar", "Fig. 2: one input", "One input, three points <small>(Fig. 2)</small>", body, {"fig2": drawn})


def nearest(record):
    """The other input of Problem 2 that the record found."""
    x, y, c = record["witness"]["x"], record["witness"]["y"], record["center"]
    return (y if x == c else x)[0]


def sections(answers, milp):
    compared = Part("table", "The table", "Paper, MILP, foldproof", "<p>Where both answer, the two methods can be "
                    "compared. " + comparison(answers, milp))
    return [scalar(answers), compared]
