#!/usr/bin/env python3
"""Draws docs/fold.svg, the picture of the README, from four records about nets/brusselator.onnx.

Left the states: J0 exactly, the proved ball of Problem 1 and the place of the pair that ends it (too close to be two
dots), the ball of Problem 2 and another state with the image of the centre.
Right the same plane one step later, folded over along the image of J0.

Run:  python3 paper/picture.py [--program build/foldproof]
"""

import argparse
import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NET, AT, BOX = "nets/brusselator.onnx", "1,2.1", "-2:4,-1.5:5"
INK, QUIET, GRID, FOLD = "#1c2430", "#5b6675", "#d9dde3", "#b3361d"
SHEET, PROVED, PAIR = "#6f9fc8", "#12634a", "#8b1a6b"
SIZE, TOP = 360, 64


def ask(program, *arguments):
    command = [str(program), *arguments, "--quiet", "--json", "-"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return json.loads(done.stdout)


class Panel:
    """A square window of the plane at a place of the picture."""

    def __init__(self, left, low, side):
        self.left, self.low, self.side = left, low, side
        self.shapes = []

    def at(self, p):
        scale = SIZE / self.side
        return self.left + (p[0] - self.low[0]) * scale, TOP + SIZE - (p[1] - self.low[1]) * scale

    def line(self, points, colour, width, extra=""):
        path = "M" + "L".join("{:.1f} {:.1f}".format(*self.at(p)) for p in points)
        if len(set(path[1:].split("L"))) == 1:
            return   # too short to be seen
        self.shapes.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{extra}/>')

    def square(self, center, radius, colour, extra):
        x, y = self.at((center[0] - radius, center[1] + radius))
        side = 2 * radius * SIZE / self.side
        place = f'x="{x:.1f}" y="{y:.1f}" width="{side:.1f}" height="{side:.1f}"'
        self.shapes.append(f'<rect {place} stroke="{colour}" {extra}/>')

    def dot(self, p, colour):
        x, y = self.at(p)
        look = f'r="5.5" fill="{colour}" stroke="white" stroke-width="1.5"'
        self.shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" {look}/>')

    def ring(self, p, colour):
        x, y = self.at(p)
        look = f'r="5" fill="white" stroke="{colour}" stroke-width="2.5"'
        self.shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" {look}/>')

    def drawn(self, name):
        return (f'<clipPath id="{name}"><rect x="{self.left}" y="{TOP}" width="{SIZE}" height="{SIZE}"/></clipPath>\n'
                f'<g clip-path="url(#{name})">\n' + "\n".join(self.shapes) + "\n</g>\n")


def text(x, y, words, colour=INK, size=14, weight=400):
    return f'<text x="{x}" y="{y}" fill="{colour}" font-size="{size}" font-weight="{weight}">{words}</text>\n'


def picture(radius, pseudo, locus, image):
    states, after = Panel(24, (-2.4, -1.2), 6.6), Panel(476, (-2.4, -1.2), 6.6)
    center = radius["center"]
    other = next(p for p in (pseudo["witness"]["x"], pseudo["witness"]["y"]) if p != center)
    sheet = next(view for view in image["picture"]["views"] if view["image"])["image"]
    common = [eval_fraction(v) for v in pseudo["witness"]["f_exact"]]
    for k in range(17):
        share = k / 16
        states.line([(-2 + 6 * share, -1.5), (-2 + 6 * share, 5)], GRID, 0.8)
        states.line([(-2, -1.5 + 6.5 * share), (4, -1.5 + 6.5 * share)], GRID, 0.8)
    half = len(sheet["lines"]) // 2   # one direction of the grid, then the other
    for line in sheet["lines"][:half:2] + sheet["lines"][half::2]:
        after.line(line, SHEET, 0.6, ' stroke-opacity="0.75"')
    for segment in sheet["fold"]:
        after.line([segment[:2], segment[2:]], FOLD, 1.6, ' stroke-linecap="round"')
    states.square(center, pseudo["radius"]["lower"], PAIR, 'fill="none" stroke-width="1.6" stroke-dasharray="6 4"')
    states.square(center, radius["radius"]["lower"], PROVED, f'fill="{PROVED}" fill-opacity="0.16" stroke-width="2"')
    for line in locus["lines"]:
        states.line([locus["points"][k] for k in line], FOLD, 2)
    states.ring(radius["witness"]["x"], PROVED)
    arrows = ""
    x1, y1 = after.at(common)
    for p, bend in ((center, 70), (other, -60)):
        x0, y0 = states.at(p)
        curve = (f"M{x0:.1f} {y0:.1f}C{x0 + 140:.1f} {y0 + bend:.1f} {x1 - 160:.1f} {y1 + bend:.1f} "
                 f"{x1 - 7:.1f} {y1 + bend / 20:.1f}")
        arrows += f'<path d="{curve}" fill="none" stroke="{PAIR}" stroke-width="1.6" marker-end="url(#tip)"/>\n'
        states.dot(p, PAIR)
    after.dot(common, PAIR)
    low, high, near = radius["radius"]["lower"], radius["radius"]["upper"], pseudo["radius"]["lower"]
    height, first, second = TOP + SIZE + 66, TOP + SIZE + 26, TOP + SIZE + 48
    labels = (
        text(24, 30, "Where does this network fold?", size=19, weight=650)
        + text(24, 52, "states of a learned Brusselator step", QUIET)
        + text(476, 52, "the same plane one step later: it folds over", QUIET)
        + text(24, first, f"■ proved invertible to {low:.6f}  ○ not to {high:.6f}", PROVED, weight=600)
        + text(24, second, "━ the fold, J₀: all of it, exactly", FOLD, weight=600)
        + text(476, first, "● the centre and another state: one image", PAIR, weight=600)
        + text(476, second, f"┅ no such state nearer than {near:.5f}, proved", PAIR, weight=600))
    tip = (f'<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
           f'<path d="M0 0L8 4L0 8z" fill="{PAIR}"/></marker>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 {height}" font-family="system-ui, sans-serif">\n'
            "<title>The fold of a learned Brusselator step, a certified ball, and two states with one image</title>\n"
            f'<defs>{tip}</defs>\n<rect width="860" height="{height}" rx="12" fill="#ffffff"/>\n'
            + states.drawn("states") + after.drawn("after") + arrows + labels + "</svg>\n")


def eval_fraction(exact):
    numerator, _, denominator = exact.partition("/")
    return int(numerator) / int(denominator or 1)


def main():
    parser = argparse.ArgumentParser(description="draw the README's picture")
    parser.add_argument("--program", type=Path, default=ROOT / "build" / "foldproof")
    program = parser.parse_args().program.resolve()
    drawing = picture(ask(program, "radius", NET, "--at", AT), ask(program, "pseudo", NET, "--at", AT),
                      ask(program, "j0", NET, f"--box={BOX}"), ask(program, "injective", NET, f"--box={BOX}"))
    (ROOT / "docs" / "fold.svg").write_text(drawing)
    print(f"docs/fold.svg: {len(drawing) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
