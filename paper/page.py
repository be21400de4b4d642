#!/usr/bin/env python3
"""Makes the page of the paper's experiments from answers: paper/out/paper.html, one file that works offline.

What.  Reads the records that ask.py kept and the recorded MILP answers (milp.json), and writes the page: page.html,
page.css and page.js with the numbers of contents.py, the figures of figures.py and Plotly's script from its wheel.

Run:  .venv/bin/python paper/page.py [--answers paper/out/answers.json] [-o paper/out/paper.html]
"""

import argparse
import importlib.util
import json
from pathlib import Path

from contents import contents, escape

HERE = Path(__file__).resolve().parent


def plotly():
    """The plotting script of the Plotly wheel."""
    wheel = Path(importlib.util.find_spec("plotly").origin).parent
    return (wheel / "package_data" / "plotly.min.js").read_text()


def recorded(milp):
    """When and where the MILP column was recorded."""
    dates = sorted({answer["date"] for answer in milp["answers"].values()})
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    return (f"The MILP column is a recorded run ({when}, Gurobi {milp['gurobipy']}, one thread, "
            f"{milp['machine']['processor']}; paper/milp.py). Gurobi is not needed for this page and was not run now.")


def page(run, milp, script):
    """The page as text."""
    places, figures = contents(run, milp["answers"])
    places |= {
        "css": (HERE / "page.css").read_text(), "js": (HERE / "page.js").read_text(), "plotly": script,
        "version": escape(next(iter(run["answers"].values()))["record"]["foldproof"]),
        "date": escape(run["date"]), "machine": escape(run["machine"]), "milp_note": escape(recorded(milp)),
        "milp_short": f"recorded, Gurobi {escape(milp['gurobipy'])}",
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
