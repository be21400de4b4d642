"""Pictures: every kind of record is drawn, with what it says in the right places; cards in notebooks are safe."""

import base64
import io
import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import matplotlib
import numpy as np
import pytest
from networks_api import NETS, ROOT
from matplotlib import pyplot
from matplotlib.collections import LineCollection, PolyCollection
from PIL import Image

import foldproof
from foldproof import InputError, _plot

BOX = [("-1.5", 4), ("-1.5", 5)]


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def drawn(answer, brusselator, toy, lorenz):
    """An answer of every kind of picture."""
    return {
        "plane": answer,
        "l2": foldproof.radius(brusselator, at=[1, "2.1"], norm="l2", scale=[1, 2], gap=1e-3),
        "pseudo": foldproof.pseudo(brusselator, at=[1, 2]),
        "proved box": foldproof.injective(brusselator, box=[("0.8", "1.2"), (2, "2.3")]),
        "refuted box": foldproof.injective(brusselator, box=[(0, 2), (1, 3)]),
        "j0": foldproof.j0(brusselator, box=[(-3, 3), (-3, 3)]),
        "graph": foldproof.radius(toy, at=[1]),
        "graph j0": foldproof.j0(toy, box=[(-5, 5)]),
        "mesh": foldproof.j0(lorenz, box=[(0, 4), (-10, -6), (-4, 0)]),
        "slices": foldproof.radius(NETS / "cb4_32x2.onnx", at="1,2.1,1,2.1", gap=1e-2),
        "preimages": foldproof.preimages(brusselator, of=["0.9", 2], box=BOX),
        "many preimages": foldproof.preimages(brusselator, of=[[0.9 + 0.02 * k, 2] for k in range(8)], box=BOX),
        "factor": foldproof.factor(NETS / "vdp_A.onnx", NETS / "vdp_B4.onnx", at=[0, 0], gap=1e-2),
    }


KINDS = ["plane", "l2", "pseudo", "proved box", "refuted box", "j0", "graph", "graph j0", "mesh", "slices", "preimages",
         "many preimages", "factor"]


def key(ax):
    return {text.get_text(): handle
            for text, handle in zip(ax.get_legend().get_texts(), ax.get_legend().legend_handles)}


def axes_of(plotted):
    return plotted if isinstance(plotted, tuple) else (plotted,)


def pixels(ax):
    """What is drawn, as an array of colours."""
    file = io.BytesIO()
    ax.figure.savefig(file, format="png", dpi=40)
    return np.asarray(Image.open(file).convert("RGB"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_view_of_every_kind_is_drawn(drawn, kind):
    answer = drawn[kind]
    assert answer.views
    seen = set()
    for view in answer.views:
        axes = axes_of(answer.plot(view=view, boxes=True))
        image = pixels(axes[0])
        assert len(np.unique(image.reshape(-1, 3), axis=0)) > 20  # not an empty axis
        assert all(ax.get_legend() is not None and ax.get_xlabel() and ax.get_ylabel() for ax in axes)
        seen.add(image.tobytes())
        pyplot.close("all")
    assert len(seen) == len(answer.views)  # no two are alike


class TestPlane:
    def test_the_balls_the_centre_and_the_pair_are_where_they_are(self, drawn):
        answer = drawn["plane"]
        ax = answer.plot()
        marks = {mark.get_marker(): (mark.get_xdata()[0], mark.get_ydata()[0]) for mark in ax.lines}
        for symbol, point in (("+", answer.center), ("o", answer.witness.x), ("D", answer.witness.y)):
            assert marks[symbol] == pytest.approx(tuple(point), rel=1e-4)
        outlines = {matplotlib.colors.to_hex(part.get_colors()[0]): part.get_segments()[0] for part in ax.collections
                    if isinstance(part, LineCollection) and len(part.get_segments()) == 1}
        for color, radius in ((_plot.PROVED, answer.lower), (_plot.REFUTED, answer.upper)):
            assert np.abs(outlines[color] - answer.center).max() == pytest.approx(radius, rel=1e-4)
        assert {"ball, proved", "ball, refuted", "centre", "x", "y", "orientation kept",
                "fold (J0), exact"} <= set(key(ax))
        assert ax.get_aspect() == 1 and (ax.get_xlabel(), ax.get_ylabel()) == ("input 0", "input 1")

    def test_a_round_ball_is_drawn_round(self, drawn):
        answer = drawn["l2"]
        (proved,) = [part.get_segments()[0] for part in answer.plot().collections
                     if isinstance(part, LineCollection)
                     and matplotlib.colors.to_hex(part.get_colors()[0]) == _plot.PROVED]
        distances = np.linalg.norm((proved - answer.center) / [1, 2], axis=1)
        assert np.allclose(distances, answer.lower, rtol=1e-3)

    def test_colours_are_those_of_the_page(self):
        css = (ROOT / "src" / "report" / "assets" / "report.css").read_text()
        light = dict(re.findall(r"--([\w-]+): (#\w+);", css[:css.index("@media")]))
        names = {"ink": "INK", "quiet": "QUIET", "plot-up": "UP", "plot-up-strong": "UP_STRONG", "plot-down": "DOWN",
                 "plot-down-strong": "DOWN_STRONG", "plot-zero": "ZERO", "plot-sheet": "SHEET",
                 "plot-sheet-soft": "SHEET_SOFT", "plot-turned": "TURNED", "plot-fold": "FOLD", "plot-proved": "PROVED",
                 "plot-refuted": "REFUTED", "plot-x": "X", "plot-y": "Y"}
        ours = {name: getattr(_plot, constant) for name, constant in names.items()}
        assert ours == {name: light[name] for name in names}
        script = (ROOT / "src" / "report" / "assets" / "report.js").read_text()
        tests = dict(re.findall(r"(\w+): \[('#\w+', '[^']+')\]",
                                script[script.index("const TESTS"):script.index("const CURVES")]))
        assert tests == {name: f"'{color}', '{text}'" for name, (color, text) in _plot.TESTS.items()}

    def test_a_determinant_is_blue_where_it_has_the_sign_of_the_centre(self):
        shades = _plot._shades(np.array([[1000.0, 1.0, 0.0, -1.0, -1000.0]]))
        ends_and_middle = [matplotlib.colors.to_hex(shade) for shade in shades[0][[0, 2, 4]]]
        assert ends_and_middle == [_plot.UP_STRONG, _plot.ZERO, _plot.DOWN_STRONG]
        assert shades[0][1][2] > shades[0][1][0] and shades[0][3][0] > shades[0][3][2]

    def test_the_boxes_of_the_proof_are_drawn_if_asked_for(self, drawn):
        answer = drawn["plane"]
        tests = answer.picture["views"][0]["boxes"]["tests"]
        assert not any(isinstance(part, PolyCollection) for part in answer.plot().collections)
        ax = answer.plot(boxes=True)
        boxes = [part for part in ax.collections if isinstance(part, PolyCollection)]
        assert sum(len(part.get_paths()) for part in boxes) == sum(map(len, tests.values()))
        assert {_plot.TESTS[test][1] for test in tests} <= set(key(ax))

    @pytest.mark.parametrize("at, shown", [
        (["1/2", 0], {"orientation kept", "turned over"}), ([2, 0], {"orientation kept", "flat"}),
        ([9, 0], {"flat"})])
    def test_the_key_names_the_signs_that_are_there(self, at, shown):
        """Around (x, 0), (|x|, y) up to x = 3, and constant in x beyond."""
        net = [(np.array([[1, 0], [-1, 0], [1, 0], [0, 1], [0, -1]]), np.array([0, 0, -3, 0, 0])),
               (np.array([[1, 1, -1, 0, 0], [0, 0, 0, 1, -1]]), np.zeros(2))]
        assert set(key(foldproof.radius(net, at=at).plot())) & {"orientation kept", "turned over", "flat"} == shown

    @pytest.mark.parametrize("near", [1, 2**-12, 2**-40])
    def test_radius_zero_shows_the_surroundings_of_the_centre(self, near):
        """(|x|, y) with a hinge at y = `near`, so that the pair at the centre (0, 0) is that near to it."""
        net = [(np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [0, 1], [0, -1]]), np.array([0, 0, 0, 0, -near, -near])),
               (np.array([[1, 1, 0, 0, 0, 0], [0, 0, 1, -1, 1, -1]]), np.zeros(2))]
        answer = foldproof.radius(net, at=[0, 0])
        assert answer.upper == 0 and answer.limit == "fold" and np.abs(answer.witness.x).max() <= near
        ax = answer.plot()
        assert all(0.5 <= high - low <= 3 and low < 0 < high for low, high in (ax.get_xlim(), ax.get_ylim()))
        (fold,) = [part.get_segments() for part in ax.collections if isinstance(part, LineCollection)]
        ends = np.array(fold).reshape(-1, 2)
        assert np.ptp(ends[:, 1]) == pytest.approx(np.ptp(ax.get_ylim()), rel=1e-3)  # from edge to edge

    def test_the_fold_of_the_box_is_told_from_what_lies_beyond(self, drawn):
        answer = drawn["j0"]
        ax = answer.plot()
        assert {"fold (J0), exact", "fold beyond the box"} <= set(key(ax))
        (strong,) = [part.get_segments() for part in ax.collections
                     if isinstance(part, LineCollection) and part.get_linewidth()[0] == 2.0]
        assert len(strong) == len(answer.lines) and max(np.abs(line).max() for line in strong) == 3

    def test_every_piece_of_the_grid_is_drawn_once(self, drawn):
        view = drawn["j0"].picture["views"][0]
        parts = _plot._sheets(view)
        pieces = sum(len(piece) - 1 for part in parts.values() for piece in part)
        assert pieces == len(view["image"]["lines"]) * (view["image"]["samples"] - 1) and all(parts.values())


def test_a_box_is_green_only_if_it_is_proved(drawn):
    colors = {kind: matplotlib.colors.to_hex(key(drawn[kind].plot())["the box"].get_color())
              for kind in ("proved box", "refuted box")}
    assert colors == {"proved box": _plot.PROVED, "refuted box": _plot.QUIET}


def test_a_graph_shows_the_interval_and_the_common_value(drawn):
    answer = drawn["graph"]
    ax = answer.plot()
    spans = sorted(patch.get_x() for patch in ax.patches)
    assert spans == pytest.approx([1 - answer.upper, 1 - answer.lower], abs=1e-12)
    assert {"interval, proved", "interval, refuted", "f, direction kept", "f, turned back",
            "common value"} <= set(key(ax))
    assert list(key(drawn["graph j0"].plot())).count("J0") == 1


def test_a_surface_needs_three_dimensions(drawn):
    ax = drawn["mesh"].plot()
    assert ax.name == "3d" and len(ax.collections[0].get_facecolors()) == len(drawn["mesh"].triangles)
    with pytest.raises(InputError, match="projection='3d'"):
        drawn["mesh"].plot(pyplot.subplots()[1])


def test_preimages_are_where_they_are(drawn):
    answer = drawn["preimages"]
    (points,) = [part.get_offsets() for part in answer.plot().collections if not isinstance(part, LineCollection)]
    assert np.array_equal(points, answer.sets[0].points) and len(points) == answer.count > 0
    assert len(drawn["many preimages"].plot().figure.axes) == 2  # the colour bar


def test_a_given_axis_is_drawn_on_and_returned(drawn):
    figure, axes = pyplot.subplots(1, 2)
    assert drawn["plane"].plot(axes[1]) is axes[1]
    assert drawn["factor"].plot(axes) == tuple(axes)
    assert drawn["factor"].ab.plot(axes[0]) is axes[0]
    assert pyplot.get_fignums() == [figure.number]
    assert [ax.get_title() for ax in drawn["factor"].plot()] == ["network A", "network B"]
    for wrong in (axes[0], axes[:1], 3, [3, 4]):
        with pytest.raises(InputError, match="2 axes"):
            drawn["factor"].plot(wrong)


def test_an_unknown_view_and_no_picture_are_said(drawn):
    with pytest.raises(InputError, match="plot: 3 is not an axis; give one of matplotlib"):
        drawn["plane"].plot(ax=3)
    with pytest.raises(InputError, match="'outline'; choose one of 'plane', 'plane outputs'"):
        drawn["plane"].plot(view="outline")
    bare = foldproof.from_json(drawn["plane"].to_json(picture=False))
    assert bare.views == ()
    with pytest.raises(InputError, match="no picture"):
        bare.plot()


class Strict(HTMLParser):
    """Every tag is closed in order, none is a script, nothing is fetched."""

    def __init__(self):
        super().__init__()
        self.open, self.text, self.images = [], "", []

    def handle_starttag(self, tag, attributes):
        assert tag in {"div", "p", "table", "tr", "th", "td", "img"}
        assert {name for name, _ in attributes} <= {"style", "src", "alt"}
        if tag == "img":
            self.images.append(dict(attributes)["src"])
        else:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(html):
    parser = Strict()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


class TestCards:
    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_has_one(self, drawn, kind):
        page = read(drawn[kind]._repr_html_())
        (source,) = page.images
        assert source.startswith("data:image/png;base64,")
        image = Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2])))
        assert image.width > 500 and image.height > 500
        assert "accepted by the independent checker" in page.text and "ReLU neurons" in page.text
        assert page.text.startswith(re.search("<h1>(.*?)</h1>", drawn[kind].html()).group(1))
        assert pyplot.get_fignums() == []

    def test_numbers_are_those_of_the_answer(self, drawn):
        answer = drawn["plane"]
        text = read(answer._repr_html_()).text
        assert f"proved radius{str(answer.lower)[:9]}" in text and "(1, 2.1)" in text
        assert f"{answer.witness.x[0]:.10g}" in text and f"{answer.proof.leaves} leaves" in text

    def test_hostile_names_are_escaped(self, brusselator):
        name = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"
        answer = foldproof.radius(foldproof.load(brusselator, name=name), at=[1, 2], gap=0.1)
        assert name in read(answer._repr_html_()).text

    def test_an_answer_without_a_check_says_so(self, brusselator):
        answer = foldproof.radius(brusselator, at=[1, 2], gap=0.1, check=False)
        assert "not checked" in read(answer._repr_html_()).text

    def test_a_refused_answer_claims_nothing(self, drawn):
        record = json.loads(drawn["plane"].to_json())
        record["proof"] |= {"checked": False, "refused": "line 7"}
        assert "REFUSED: line 7; nothing is claimed" in read(foldproof.from_json(json.dumps(record))._repr_html_()).text

    def test_without_matplotlib_the_words_remain(self):
        done = subprocess.run([sys.executable, "-c", f"""
import sys
sys.modules["matplotlib"] = None
import foldproof
answer = foldproof.radius({str(ROOT / 'nets' / 'brusselator.onnx')!r}, at=[1, "2.1"])
print(answer._repr_html_())
try:
    answer.plot()
except foldproof.InputError as error:
    print(error)
"""], capture_output=True, text=True, check=True)
        html, sentence = done.stdout.splitlines()
        assert "One-to-one, up to a sharp limit" in read(html).text and read(html).images == []
        assert sentence == "plots need matplotlib, which is not installed; run: pip install 'foldproof[plot]'"
