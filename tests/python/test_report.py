"""The record obeys its schema, and the page shows what it says in a real browser, wide and narrow, light and dark."""

import io
import json
import shutil
import subprocess

import jsonschema
import numpy as np
import pytest
from PIL import Image

from networks import ROOT

NETS = ROOT / "tests" / "data" / "nets"
SCHEMA = json.loads((ROOT / "docs" / "record.schema.json").read_text())
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

# name: network, question, its arguments, how many plots the page has at least
CASES = {
    "line": ("toy1d_s1.onnx", "radius", ["--at=-1"], 1),
    "plane": ("brus_A.onnx", "radius", ["--at", "1,2.1"], 2),
    "space": ("lorenz3_32x2.onnx", "radius", ["--at", "0,0,0", "--gap", "1e-2"], 2),
    "box": ("brus_A.onnx", "injective", ["--box", "0.5:1.5,1.5:2.5"], 2),
}


@pytest.fixture(scope="module")
def reports(program, tmp_path_factory):
    """reports(name): the record and the page of a case, made once."""
    folder = tmp_path_factory.mktemp("reports")

    def make(name):
        network, question, arguments, plots = CASES[name]
        record, page = folder / f"{name}.json", folder / f"{name}.html"
        if not page.exists():
            done = program.run(question, NETS / network, *arguments, "--json", record, "--report", page)
            assert done.returncode == 0, done.stderr
        return record, page, plots

    return make


def browse(folder, url, width, height, *options):
    """A screenshot as an array, and what the page wrote to the console."""
    picture = folder / "page.png"
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr",
         f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=10000", f"--screenshot={picture}",
         f"--window-size={width},{height}", *options, url],
        capture_output=True, text=True, timeout=120)
    assert picture.exists(), done.stderr
    console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    return np.asarray(Image.open(io.BytesIO(picture.read_bytes())).convert("RGB")), console


def dump_of(folder, url):
    """The page's elements after its script ran."""
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}",
         "--virtual-time-budget=10000", "--dump-dom", url], capture_output=True, text=True, timeout=120)
    return done.stdout


def colours(pixels):
    return len(np.unique(pixels.reshape(-1, 3), axis=0))


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", CASES)
def test_records_obey_the_schema(reports, name):
    record, _, _ = reports(name)
    jsonschema.validate(json.loads(record.read_text()), SCHEMA, cls=jsonschema.Draft202012Validator)
    assert record.stat().st_size < 2_000_000


def test_the_schema_is_strict(reports):
    record = json.loads(reports("plane")[0].read_text())
    wrong = [dict(record, extra=1), {key: record[key] for key in record if key != "norm"},
             dict(record, radius=dict(record["radius"], lower="1")), dict(record, question="injective"),
             dict(record, limit="cliff"), dict(record, witness=dict(record["witness"], z=[]))]
    for changed in wrong:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(changed, SCHEMA, cls=jsonschema.Draft202012Validator)


def test_a_page_is_made_from_a_record_alone(program, reports, tmp_path):
    record, page, _ = reports("plane")
    again = tmp_path / "again.html"
    done = program.run("report", record, "-o", again)
    assert done.returncode == 0, done.stderr
    carried = [text.read_text().split('id="record">')[1].split("</script>")[0] for text in (page, again)]
    assert json.loads(carried[0]) == json.loads(carried[1]) == json.loads(record.read_text())


@needs_browser
@pytest.mark.parametrize("name", CASES)
def test_pages_draw_their_pictures(reports, tmp_path, name):
    _, page, plots = reports(name)
    pixels, console = browse(tmp_path, page.as_uri(), 1400, 1000)
    assert console == []
    assert colours(pixels[450:, 120:1280]) > 100, "the pictures are empty"
    assert dump_of(tmp_path, page.as_uri()).count('class="main-svg"') >= plots


@needs_browser
def test_dark_is_dark(reports, tmp_path):
    _, page, _ = reports("plane")
    light, _ = browse(tmp_path, page.as_uri(), 1400, 1000)
    dark, console = browse(tmp_path, page.as_uri(), 1400, 1000, "--force-dark-mode")
    assert console == []
    assert light.mean() > 180 and dark.mean() < 90
    assert colours(dark[450:, 120:1280]) > 100


@needs_browser
def test_a_narrow_page_fits(reports, tmp_path):
    _, page, _ = reports("plane")
    frame = tmp_path / "frame.html"
    frame.write_text(f'<body style="margin:0;background:#f0f"><iframe src="{page.as_uri()}" '
                     'style="width:400px;height:1500px;border:0"></iframe></body>')
    pixels, console = browse(tmp_path, frame.as_uri(), 600, 1500)
    assert console == []
    inside = pixels[:, :400]
    assert colours(inside) > 100
    assert not (inside == (255, 0, 255)).all(axis=2).any()
    # Nothing sticks out: the page keeps its margin on both sides.
    margin = pixels[100:1400, 394:400].reshape(-1, 3)
    assert (margin == margin[0]).all()


@needs_browser
def test_a_hostile_record_stays_text(program, reports, tmp_path):
    record = json.loads(reports("plane")[0].read_text())
    attack = "</script><script>document.title='broken'</script>\"'><img src=x onerror=\"document.title='broken'\">"
    record["network"]["file"] = attack
    record["network"]["sha256"] = attack
    record["witness"]["x_exact"][0] = attack
    record["picture"]["views"][0]["boxes"]["tests"][attack] = [[0, 1, 0, 1]]
    record["picture"]["thinned"] = [attack]
    file, page = tmp_path / "hostile.json", tmp_path / "hostile.html"
    file.write_text(json.dumps(record))
    done = program.run("report", file, "-o", page)
    assert done.returncode == 0, done.stderr
    _, console = browse(tmp_path, page.as_uri(), 1400, 1000)
    assert console == []
    dom = dump_of(tmp_path, page.as_uri())
    assert "<title>broken" not in dom and "<img" not in dom
