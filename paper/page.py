#!/usr/bin/env python3
"""Makes the page of the paper's experiments from answers: paper/out/paper.html, one file that works offline.

What.  Reads the records that ask.py kept and the recorded MILP answers (milp.json), and writes the page: page.html,
page.css and page.js with the text of sections.py, the figures of figures.py and Plotly's script from its wheel.

Run:  .venv/bin/python paper/page.py [--answers paper/out/answers.json] [-o paper/out/paper.html]
"""

import argparse
import importlib.util
import json
from pathlib import Path

from sections import escape, sections, tiles

HERE = Path(__file__).resolve().parent


def plotly():
    """The plotting script of the Plotly wheel."""
    wheel = Path(importlib.util.find_spec("plotly").origin).parent
    return (wheel / "package_data" / "plotly.min.js").read_text()


def page(answers, milp, script):
    """The page as text."""
    parts = sections(answers["answers"], milp["answers"])
    figures = {name: figure for part in parts for name, figure in part.figures.items()}
    kinds = sorted({a["date"] for a in milp["answers"].values()})
    note = (f"The MILP column is a recorded run ({kinds[0] if len(kinds) == 1 else f'{kinds[0]} to {kinds[-1]}'}, Gurobi "
            f"{milp['gurobipy']}, one thread, {milp['machine']['processor']}; paper/milp.py): Gurobi is not "
            "needed for this page and was not run for it.")
    places = {
        "css": (HERE / "page.css").read_text(), "js": (HERE / "page.js").read_text(), "plotly": script,
        "version": escape(next(iter(answers["answers"].values()))["record"]["foldproof"]),
        "date": answers["date"], "machine": escape(answers["machine"]), "seconds": f"{answers['seconds']:.0f}",
        "milp_note": escape(note), "tiles": tiles(answers, milp["answers"]),
        "nav": "".join(f'<a href="#{part.id}">{part.short}</a>\n' for part in parts),
        "sections": "\n".join(f'<section id="{part.id}">\n<h2>{part.title}</h2>\n{part.body}</section>' for part in parts),
        # '<' occurs in strings only, where an escape means the same; nothing can end the script element.
        "figures": json.dumps(figures, separators=(",", ":")).replace("<", "\\u003c"),
    }
    pieces = (HERE / "page.html").read_text().split("{{")
    result = [pieces[0]]
    for piece in pieces[1:]:
        name, rest = piece.split("}}", 1)
        result += [places[name], rest]
    return "".join(result)


def main():
    parser = argparse.ArgumentParser(description="make the page of the paper's experiments")
    parser.add_argument("--answers", type=Path, default=HERE / "out" / "answers.json")
    parser.add_argument("-o", "--output", type=Path, default=HERE / "out" / "paper.html")
    arguments = parser.parse_args()
    text = page(json.loads(arguments.answers.read_text()), json.loads((HERE / "milp.json").read_text()), plotly())
    arguments.output.write_text(text)
    print(f"{arguments.output}: {len(text) / 1e6:.1f} MB; open it in a browser")


if __name__ == "__main__":
    main()
