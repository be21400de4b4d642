"""The pictures of records on matplotlib axes, as the page draws them (src/report/assets/report.js), in its colours."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ._core import InputError

try:
    from matplotlib import colors
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PolyCollection
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    from matplotlib.ticker import MaxNLocator
except ModuleNotFoundError:
    raise InputError("plots need matplotlib, which is not installed; run: pip install 'foldproof[plot]'") from None

if TYPE_CHECKING:
    from matplotlib.artist import Artist

    from ._answers import Answer

Picture = dict[str, Any]
Point = Sequence[float]
Style = Literal["-", "--", ":"] | tuple[float, tuple[float, float]]
STYLES: tuple[Style, ...] = ("-", "--", ":")
DASHES: Style = (0, (6, 6))  # wide enough that what is below is seen between them

INK, QUIET = "#1c2430", "#5b6675"
UP, UP_STRONG = "#c3d8ec", "#9dbfdf"
DOWN, DOWN_STRONG = "#f6dcbf", "#ebc090"
ZERO = "#b9b4a8"
SHEET, SHEET_SOFT, TURNED = "#2f6ea8", "#a9c3dc", "#c46a1b"
FOLD, PROVED, REFUTED = "#7c2a14", "#12634a", "#a3432b"
X, Y = "#8b1a6b", "#3d3bb3"
# Okabe and Ito's colours: told apart by colour-blind readers.
CURVES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
SURFACE, FLAT = "#56b4e9", "#e69f00"
TESTS = {
    "determinant": ("#0072b2", "proved: one linear piece"),
    "perron": ("#009e73", "proved: all slopes at once"),
    "slopes": ("#cc79a7", "proved: slope by slope"),
    "monotone": ("#56b4e9", "proved: monotone"),
    "cells": ("#d55e00", "proved: piece by piece"),
    "apart": ("#56b4e9", "told apart"),
    "secant": ("#0072b2", "secant test"),
    "cone": ("#cc79a7", "cone"),
    "change": ("#e69f00", "holds a point of J0"),
    "open": ("#d55e00", "left open"),
}
ROLES = {"plane": "inputs", "zoom": "close-up of the pair", "axes": "slice through the centre",
         "witness": "slice through the centre, x and y"}
MANY_SETS = 7  #: preimages of so many outputs are coloured by number, without a legend


def draw(answer: Answer, ax: Axes | None, view: str | None, boxes: bool) -> Axes:
    """Draws one view on the axis, a new one if there is none."""
    if not (ax is None or isinstance(ax, Axes)):
        raise InputError(f"plot: {ax!r} is not an axis; give one of matplotlib, or leave it out for a new one")
    ax = _axis(answer) if ax is None else ax
    _draw(answer, ax, view, boxes)
    return ax


def draw_both(answers: Sequence[Answer], axes: Sequence[Axes] | None, view: str | None,
              boxes: bool) -> tuple[Axes, ...]:
    """One view of each answer, side by side."""
    if axes is None:
        from matplotlib import pyplot

        _, axes = pyplot.subplots(1, len(answers), figsize=(6.0 * len(answers), 6.2), layout="constrained")
    elif (not isinstance(axes, Iterable) or len(axes) != len(answers) or
          not all(isinstance(ax, Axes) for ax in axes)):
        raise InputError(f"plot: {len(answers)} axes of matplotlib are needed, one per network")
    for answer, ax in zip(answers, axes, strict=True):
        _draw(answer, ax, view, boxes)
    return tuple(axes)


def png(answers: Sequence[Answer]) -> str:
    """The first view of each answer, side by side, as a data URI that needs no pyplot."""
    shown = [answer for answer in answers if answer.views]
    if not shown:
        return ""
    figure = Figure(figsize=(5.2 * len(shown), 5.4), layout="constrained")
    for k, answer in enumerate(shown):
        flat = answer.views[0] != "mesh"
        _draw(answer, figure.add_subplot(1, len(shown), k + 1, projection=None if flat else "3d"), None, False)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=130, metadata={"Software": None})
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _axis(answer: Answer) -> Axes:
    from matplotlib import pyplot

    figure = pyplot.figure(figsize=(6.4, 6.4), layout="constrained")
    return figure.add_subplot(projection="3d" if "mesh" in answer.views else None)


def _draw(answer: Answer, ax: Axes, view: str | None, boxes: bool) -> None:
    names = answer.views
    if not names:
        raise InputError("plot: this answer has no picture, as those of networks with unlike numbers of inputs and "
                         "outputs; its numbers are in .record")
    name = names[0] if view is None else view
    if name not in names:
        raise InputError(f"plot: there is no view {name!r}; choose one of {', '.join(map(repr, names))}")
    picture = answer.picture
    assert picture is not None
    canvas = _Canvas(ax, answer, boxes)
    kinds: dict[str, Callable[[_Canvas, Picture], None]] = {"graph": _graph, "mesh": _mesh, "preimages": _preimages,
                                                            "line": _line}
    if name in kinds:
        kinds[name](canvas, picture)
    else:
        role, _, outputs = name.partition(" ")
        chosen = next(one for one in picture["views"] if one["role"] == role)
        (_outputs if outputs else _inputs)(canvas, chosen)
    canvas.finish(name)


class _Canvas:
    """An axis, the key below it, and what is asked about the answer while drawing."""

    def __init__(self, ax: Axes, answer: Answer, boxes: bool) -> None:
        self.ax = ax
        self.record = answer.record
        self.f = str(getattr(answer, "_letter", "f"))
        self.boxes = boxes
        self.locus = self.record.get("question") == "j0"
        self.box = self.locus or self.record.get("question") == "injective"
        self.proved_box = self.record.get("verdict") == "proved"
        self.key: list[Artist] = []

    def lines(self, segments: Iterable[Any], name: str | None, color: str, width: float, style: Style = "-",
              above: float = 2) -> None:
        drawn = [np.asarray(segment, dtype=np.float64) for segment in segments]
        if not drawn:
            return
        self.ax.add_collection(LineCollection(drawn, colors=color, linewidths=width, linestyles=style, zorder=above,
                                              capstyle="round"), autolim=False)
        if name is not None:
            shown: Style = "--" if style == DASHES else style
            self.key.append(Line2D([], [], color=color, linewidth=max(width, 1.5), linestyle=shown, label=name))

    def closed(self, polygon: Sequence[Point], name: str, color: str, width: float, style: Style = "-") -> None:
        if polygon:
            self.lines([[*polygon, polygon[0]]], name, color, width, style, above=4)

    def mark(self, point: Point | None, name: str, symbol: str, size: float, color: str, filled: bool) -> None:
        if point is not None:
            style: dict[str, Any] = {"marker": symbol, "markersize": size, "markeredgecolor": color,
                                     "linestyle": "none", "markeredgewidth": 1.8,
                                     "markerfacecolor": color if filled else "none"}
            self.ax.plot([point[0]], [point[1]], zorder=6, scalex=False, scaley=False, **style)
            self.key.append(Line2D([], [], label=name, **style))

    def patch(self, name: str, color: str, alpha: float = 1) -> None:
        self.key.append(Patch(facecolor=colors.to_rgba(color, alpha), edgecolor=color, linewidth=0.8, label=name))

    def pair(self, x: Point | None, y: Point | None) -> None:
        self.mark(x, "x", "o", 10, X, False)
        self.mark(y, "y", "D", 5, Y, True)

    def frame(self, labels: Sequence[str], window: Sequence[Point]) -> None:
        self.ax.set(xlabel=labels[0], ylabel=labels[1], xlim=window[0], ylim=window[1])
        self.ax.xaxis.set_major_locator(MaxNLocator(6))  # long numbers, as of close-ups, stay apart

    def finish(self, view: str) -> None:
        self.ax.tick_params(colors=QUIET, labelsize=9)
        if self.key:
            self.ax.legend(handles=self.key, loc="upper center", bbox_to_anchor=(0.5, 0),
                           borderaxespad=4 if self.ax.name != "3d" else 0.5, ncols=2 if len(self.key) < 7 else 3,
                           frameon=False, fontsize=9)
        role = ROLES.get(view.partition(" ")[0])
        title = "" if role in (None, "inputs") else role
        if view.endswith(" outputs"):
            title = "outputs" if role == "inputs" else f"{role}: outputs"
        if self.f != "f":
            title = f"network {self.f}" + (f": {title}" if title else "")
        if title:
            self.ax.set_title(title, fontsize=11, color=INK)


def _inputs(canvas: _Canvas, view: Picture) -> None:
    """A window of a plane of inputs: the sign and size of the determinant, the fold, the balls, the pair."""
    field = np.asarray(view["determinant"], dtype=np.float64) * (view["sign"] or 1)
    (left, right), (bottom, top) = view["window"]
    dx, dy = (right - left) / (field.shape[1] - 1) / 2, (top - bottom) / (field.shape[0] - 1) / 2
    canvas.ax.imshow(_shades(field), extent=(left - dx, right + dx, bottom - dy, top + dy), origin="lower",
                     aspect="auto", interpolation="nearest", zorder=0)
    for there, name, color in (((field > 0).any(), "orientation kept", UP_STRONG),
                               ((field < 0).any(), "turned over", DOWN_STRONG), ((field == 0).any(), "flat", ZERO)):
        if there:
            canvas.patch(name, color)
    fold = "fold (J0), exact" if view["exact_fold"] else "fold"
    if canvas.locus and canvas.record["lines"]:  # the answer is about the box alone
        points = np.asarray(canvas.record["points"], dtype=np.float64)
        canvas.lines(_segments(view["fold"]), "fold beyond the box", FOLD, 0.7, ":")
        canvas.lines([points[list(line)] for line in canvas.record["lines"]], fold, FOLD, 2.0)
    else:
        canvas.lines(_segments(view["fold"]), fold, FOLD, 1.4)
    if canvas.boxes and view["boxes"]:
        for test, sides in view["boxes"]["tests"].items():
            color, words = TESTS.get(test, ("#888888", "another test"))
            corners = [[(a, c), (b, c), (b, d), (a, d)] for a, b, c, d in sides]
            canvas.ax.add_collection(PolyCollection(corners, facecolors=colors.to_rgba(color, 0.16), linewidths=0.6,
                                                    edgecolors=colors.to_rgba(color, 0.75), zorder=1), autolim=False)
            canvas.patch(words, color, 0.16)
    canvas.closed(view["lower"], "ball, proved", PROVED, 2.8)
    if canvas.box:
        canvas.closed(view["upper"], "the box", PROVED if canvas.proved_box else QUIET, 1.6)
    else:
        canvas.closed(view["upper"], "ball, refuted", REFUTED, 1.6, DASHES)
    canvas.mark(view["center"], "middle" if canvas.box else "centre", "+", 9, INK, True)
    canvas.pair(view["x"], view["y"])
    canvas.frame(view["labels"], view["window"])
    if 0.25 < (right - left) / (top - bottom) < 4:
        canvas.ax.set_aspect("equal")


def _shades(field: NDArray[np.float64]) -> NDArray[np.float64]:
    """Colours of determinants in thousandths of a large one."""
    def between(weak: str, strong: str) -> NDArray[np.float64]:
        share = np.minimum(np.abs(field) / 1000, 1)[..., None]
        ends = np.array([colors.to_rgb(weak), colors.to_rgb(strong)])
        mixed: NDArray[np.float64] = (1 - share) * ends[0] + share * ends[1]
        return mixed

    signs = field[..., None]
    down = np.where(signs < 0, between(DOWN, DOWN_STRONG), colors.to_rgb(ZERO))
    return np.where(signs > 0, between(UP, UP_STRONG), down)


def _segments(quadruples: Iterable[Sequence[float]]) -> list[list[Point]]:
    return [[(a, b), (c, d)] for a, b, c, d in quadruples]


def _outputs(canvas: _Canvas, view: Picture) -> None:
    """The image of a grid over the window: where the map folds, the sheet covers outputs twice."""
    image = view["image"]
    parts = _sheets(view)
    outside = "grid outside the box" if canvas.box else "grid outside the ball"
    canvas.lines(parts["outside"], outside, SHEET_SOFT, 0.7, above=1)
    canvas.lines(parts["turned"], "grid turned over", TURNED, 0.7, above=2)
    canvas.lines(parts["inside"], "grid in the box" if canvas.box else "grid in the proved ball", SHEET, 0.7, above=2)
    canvas.lines(_segments(image["fold"]), "image of the fold", FOLD, 1.8, above=3)
    edge = image["lower"] or image["upper"]
    canvas.closed(edge, "edge of the box" if canvas.box else "edge of the ball", PROVED, 2.4)
    canvas.mark(image["center"], "image of the middle" if canvas.box else "image of the centre", "+", 9, INK, True)
    canvas.mark(image["common"], f"{canvas.f}(x) = {canvas.f}(y)", "*", 12, X, True)
    everything = np.concatenate([np.asarray(line) for line in image["lines"]])
    low, high = everything.min(axis=0), everything.max(axis=0)
    room = 0.04 * np.where(high > low, high - low, 1)
    minus = " minus that of x" if view["role"] == "zoom" else ""
    canvas.frame((f"output 0{minus}", f"output 1{minus}"), np.stack([low - room, high + room], axis=1).tolist())


def _sheets(view: Picture) -> dict[str, list[list[Point]]]:
    """Pieces of the image of the grid: of the ball, of what is outside, and of what is turned over."""
    from matplotlib.path import Path

    field = np.asarray(view["determinant"], dtype=np.float64) * (view["sign"] or 1)
    images, samples, count = view["image"]["lines"], view["image"]["samples"], len(view["image"]["lines"]) // 2
    (left, right), (bottom, top) = view["window"]
    ball = view["lower"] or view["upper"]
    along = (np.arange(samples - 1) + 0.5) / (samples - 1)
    parts: dict[str, list[list[Point]]] = {"inside": [], "outside": [], "turned": []}
    for number, points in enumerate(images):
        across = number < count
        fixed = np.full(samples - 1, (number if across else number - count) / (count - 1))
        s, t = (along, fixed) if across else (fixed, along)
        nearest = [np.rint(share * (extent - 1)).astype(int) for share, extent in zip((t, s), field.shape, strict=True)]
        turned = field[nearest[0], nearest[1]] < 0
        middles = np.stack([left + (right - left) * s, bottom + (top - bottom) * t], axis=1)
        inside = Path(ball).contains_points(middles) if ball else np.zeros(samples - 1, dtype=bool)
        kinds = np.where(turned, "turned", np.where(inside, "inside", "outside"))
        starts = [0, *(np.flatnonzero(kinds[1:] != kinds[:-1]) + 1), len(kinds)]
        for start, end in zip(starts, starts[1:]):
            parts[str(kinds[start])].append(points[start:end + 1])
    return parts


def _graph(canvas: _Canvas, picture: Picture) -> None:
    """One input and one output: the graph."""
    x, f = np.asarray(picture["x"]), np.asarray(picture["f"])
    room = 0.06 * (f.max() - f.min() or 1.0)
    floor, ceiling = f.min() - room, f.max() + room
    center, pair = picture["center"], picture["pair"]

    def interval(ends: Point | None, name: str, color: str, filled: bool) -> None:
        if ends is not None:
            canvas.ax.axvspan(ends[0], ends[1], facecolor=colors.to_rgba(color, 0.13 if filled else 0), edgecolor=color,
                              linewidth=1.2, linestyle="-" if filled else "--", zorder=0)
            if filled:
                canvas.patch(name, color, 0.13)
            else:
                canvas.key.append(Line2D([], [], color=color, linewidth=1.5, linestyle="--", label=name))

    if canvas.box:
        interval(picture["upper"], "the interval", PROVED if canvas.proved_box else QUIET, True)
    else:
        interval(picture["lower"], "interval, proved", PROVED, True)
        interval(picture["upper"], "interval, refuted", REFUTED, False)
    if canvas.boxes:
        for test, sides in picture["boxes"]["tests"].items():
            color, words = TESTS.get(test, ("#888888", "another test"))
            canvas.lines([[(side[0], floor), (side[1], floor)] for side in sides], words, color, 5)
    steps = np.diff(f)
    start = min(int(np.abs(x - center[0]).argmin()), len(steps) - 1)
    kept = steps * (np.sign(steps[start]) or 1) > 0
    pieces = np.stack([np.stack([x[:-1], f[:-1]], axis=1), np.stack([x[1:], f[1:]], axis=1)], axis=1)
    canvas.lines(pieces[kept], f"{canvas.f}, direction kept", SHEET, 2.2)
    canvas.lines(pieces[~kept], f"{canvas.f}, turned back", TURNED, 2.2)
    for k, point in enumerate(picture.get("folds", ())):
        canvas.mark(point, "J0", "o", 6, FOLD, True)
        if k > 0:
            canvas.key.pop()
    if pair is not None:
        canvas.lines([[(end, pair["f"]) for end in picture["window"]]], "common value", QUIET, 1.0, ":")
    canvas.mark(center, "middle" if canvas.box else "centre", "+", 9, INK, True)
    if pair is not None:
        canvas.pair((pair["x"], pair["f"]), (pair["y"], pair["f"]))
    canvas.frame(("input", f"output {canvas.f}"), (picture["window"], (floor - room / 2, ceiling)))


def _line(canvas: _Canvas, picture: Picture) -> None:
    """The outputs along the line through x and y: they come back to their values at x."""
    t, outputs = np.asarray(picture["line"]["t"]), np.asarray(picture["line"]["outputs"])
    for k, values in enumerate(outputs):
        canvas.lines([np.stack([t, values], axis=1)], f"output {k}", CURVES[k % len(CURVES)], 2.0, STYLES[k % 3])
    canvas.pair((0, 0), (1, 0))
    room = 0.06 * (float(np.ptp(outputs)) or 1.0)
    canvas.frame(("share of the way from x to y", "output minus that of x"),
                 ((float(t.min()), float(t.max())), (float(outputs.min()) - room, float(outputs.max()) + room)))
    canvas.ax.set_title("along the line through x and y", fontsize=11, color=INK)


def _preimages(canvas: _Canvas, picture: Picture) -> None:
    """Two inputs: the inputs of the box with the outputs that were asked about."""
    sets = canvas.record["sets"]
    canvas.lines(_segments(picture["fold"]), "fold", REFUTED, 1.2)
    many = len(sets) >= MANY_SETS
    hues = [CURVES[k % len(CURVES)] for k in range(len(sets))]
    for flat_hue, found in zip(hues, sets, strict=True):
        canvas.lines([(flat["x"], flat["y"]) for flat in found["flats"]], None, flat_hue, 2.6)
    points = np.array([point["x"] for found in sets for point in found["points"]]).reshape(-1, 2)
    numbers = np.repeat(np.arange(len(sets)), [len(found["points"]) for found in sets])
    if many:
        drawn = canvas.ax.scatter(points[:, 0], points[:, 1], c=numbers, s=22, zorder=5, cmap="viridis")
        figure = canvas.ax.get_figure()
        assert figure is not None
        figure.colorbar(drawn, ax=canvas.ax, label="output", shrink=0.8, ticks=MaxNLocator(integer=True))
    else:
        canvas.ax.scatter(points[:, 0], points[:, 1], c=[hues[number] for number in numbers], s=48, zorder=5)
        for k, found in enumerate(sets):
            if found["points"] or found["flats"]:
                name = "preimages" if len(sets) == 1 else f"preimages of output {k}"
                canvas.key.append(Line2D([], [], marker="o", linestyle="none", color=hues[k], markersize=6, label=name))
    canvas.frame(("input 0", "input 1"), picture["window"])
    canvas.ax.set_aspect("equal")


def _mesh(canvas: _Canvas, picture: Picture) -> None:
    """Three inputs: the surface on which the map folds."""
    from mpl_toolkits.mplot3d import Axes3D  # type: ignore[import-untyped]
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection  # type: ignore[import-untyped]

    ax = canvas.ax
    if not isinstance(ax, Axes3D):
        raise InputError("plot: this picture has three dimensions; give an axis made with projection='3d', or none")
    vertices = np.array(picture["points"], dtype=np.float64).T.reshape(-1, 3)
    for corners, color, alpha, name in ((picture["triangles"], SURFACE, 1.0, "fold (J0)"),
                                        (picture["flats"], FLAT, 0.5, "around flat pieces")):
        if corners[0]:
            triangles = vertices[np.array(corners).T]
            ax.add_collection3d(Poly3DCollection(triangles, facecolors=_lit(triangles, color, alpha), linewidths=0))
            canvas.patch(name, color, alpha)
    (x0, x1), (y0, y1), (z0, z1) = picture["window"]
    ax.set(xlabel="input 0", ylabel="input 1", zlabel="input 2", xlim=(x0, x1), ylim=(y0, y1), zlim=(z0, z1))
    ax.view_init(elev=22, azim=39)
    ax.set_box_aspect((1, 1, 1), zoom=0.9)


def _lit(triangles: NDArray[np.float64], color: str, alpha: float) -> NDArray[np.float64]:
    """Colours of triangles under a lamp; both sides alike."""
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    facing = np.abs(normals / np.where(lengths > 0, lengths, 1) @ (np.array([0.5, 0.25, 0.83])))
    lit: NDArray[np.float64] = np.array(colors.to_rgba(color, alpha)) * np.ones((len(triangles), 1))
    lit[:, :3] *= (0.5 + 0.5 * facing)[:, None]
    return lit
