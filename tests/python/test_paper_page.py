"""The page of `make paper`, built from a recorded run: tests/data/paper_answers.json.gz.

That file is paper/out/answers.json of a run, packed with gzip -9n."""

import gzip
import json
import re
import sys
from html.parser import HTMLParser

import pytest

from networks import ROOT

sys.path += [str(ROOT / "paper")]
import contents  # noqa: E402
import page  # noqa: E402
from questions import FIG2, FIG4, FIGURES, QUESTIONS, TABLE1  # noqa: E402

ANSWERS = json.loads(gzip.decompress((ROOT / "tests" / "data" / "paper_answers.json.gz").read_bytes()))
MILP = json.loads((ROOT / "paper" / "milp.json").read_text())


class Reader(HTMLParser):
    """Element ids, plot places, and whether every element is closed."""

    VOID = {"meta", "br", "img", "input", "link"}

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.plots, self.loads, self.links = [], [], [], [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in self.VOID:
            self.open.append(tag)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.plots += [attributes["data-figure"]] if "data-figure" in attributes else []
        self.loads += [attributes[name] for name in ("src",) if name in attributes]
        self.links += [attributes["href"]] if "href" in attributes else []

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag


@pytest.fixture(scope="module")
def text():
    return page.page(ANSWERS, MILP, "'plotting script'")


@pytest.fixture(scope="module")
def read(text):
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    return reader


def test_the_page_is_whole_and_offline(text, read):
    assert read.loads == [] and all(link.startswith("#") for link in read.links)
    assert {link[1:] for link in read.links} <= set(read.ids) and len(set(read.ids)) == len(read.ids)
    assert "{{" not in text and "None" not in re.sub(r"<script.*?</script>", "", text, flags=re.S)


def test_every_place_for_a_figure_has_one(text, read):
    figures = json.loads(re.search(r'id="figures">\n(.*?)</script>', text, re.S).group(1))
    assert sorted(read.plots) == sorted(figures)
    assert all(trace["x"] for figure in figures.values() for trace in figure["traces"])


def test_colours_of_figures_are_in_the_style_sheet(text):
    css = (ROOT / "paper" / "page.css").read_text()
    dark = css[css.index("prefers-color-scheme"):]
    for name in set(re.findall(r"var\((--[a-z0-9-]+)\)", text)):
        assert css.count(f"{name}:") == 2 and f"{name}:" in dark, name


def test_the_recorded_run_asks_todays_questions():
    asked = [(q.name, q.arguments("paper/nets")) for q in QUESTIONS] + FIGURES
    assert {name: answer["command"] for name, answer in ANSWERS["answers"].items()} == {
        name: " ".join(["foldproof", *arguments]) for name, arguments in asked}


def test_the_table_has_both_answers_of_every_radius(text):
    table = text[text.index('id="table"'):]
    for question in FIG2 + FIG4:
        radius = ANSWERS["answers"][question.name]["record"]["radius"]
        assert f">{contents.digits(radius['lower'], radius['upper'])[0]} to" in table
        assert f">{MILP['answers'][question.name]['lower']:.6f} to" in table
    assert table.count("r<sub>AB</sub>") == table.count("r<sub>BA</sub>") == len(TABLE1) == 9
    for question in FIG4:
        assert f"{question.published:.6f}" in table


def test_a_wrong_certificate_of_the_milp_is_called_wrong():
    ball = {"radius": {"lower": 1.0, "upper": 1.1}, "effort": {"seconds": 1}, "proof": {"check_seconds": 1}}
    base = {"status": "solved", "cpu_seconds": 6}
    assert contents.milp_cells(base | {"lower": 0.9, "upper": 1.2}, ball)[3] == "yes"
    assert "colliding pair" in contents.milp_cells(base | {"lower": 1.15, "upper": 1.2}, ball)[3]
    pair = {"lower": 0.8, "upper": 0.9, "pair": {"image_gap": 1e-5}}
    assert "images of its pair differ" in contents.milp_cells(base | pair, ball)[3]
    assert contents.milp_cells(base | {"lower": 0.9, "upper": 1.2}, ball)[2] == ">3"


@pytest.mark.parametrize("lower, upper, shown", [
    (0.69751996, 0.69752066, ("0.6975199", "0.6975207")),
    (2.769569620684279, 2.7695721132991813, ("2.769569", "2.769573")),
    (0.5, 0.5000004, ("0.5000000", "0.5000004")), (1.0, 1.9, ("1.000", "1.900"))])
def test_brackets_are_rounded_outwards(lower, upper, shown):
    assert contents.digits(lower, upper) == shown


def test_the_milp_column_is_said_to_be_recorded(text):
    assert "is a recorded run" in text and MILP["gurobipy"] in text
