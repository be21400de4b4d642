"""The documentation site builds strictly, from the program and the scripts, and asks no other host for anything."""

import os
import re
import shutil
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from code_blocks import FENCE, PROGRAM  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def build(folder, **options):
    return subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
                          cwd=ROOT, capture_output=True, text=True, **options)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = build(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def words(page):
    return unescape(re.sub(r"<[^>]*>", "", page.read_text()))


class Loads(HTMLParser):
    """What a browser fetches by itself: everything but the targets of <a>."""

    def __init__(self):
        super().__init__()
        self.urls, self.links = [], []

    def handle_starttag(self, tag, attributes):
        fetched = dict(attributes)
        if tag == "a" and "href" in fetched:
            self.links.append(fetched["href"])
        elif tag != "link" or fetched.get("rel") not in ("canonical", "next", "prev"):
            self.urls += [fetched[name] for name in ("src", "href", "data") if fetched.get(name)]


def test_pages_fetch_nothing_from_other_hosts_and_what_they_fetch_is_there(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 15
    for page in pages:
        loads = Loads()
        loads.feed(page.read_text())
        assert loads.urls
        for url in loads.urls:
            if url.startswith("data:"):
                continue
            assert not re.match(r"(https?:)?//", url), f"{page.name} fetches {url}"
            if page.name != "404.html":  # which is served for any address, so that its own start at the root
                assert (page.parent / url.split("?")[0].split("#")[0]).exists(), f"{page.name}: {url} is missing"


def test_the_command_reference_is_what_the_program_says(site):
    reference = words(site / "cli.html")
    overview = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True).stdout
    commands = re.findall(r"^  (\w+) {2,}", overview, re.M)
    assert "radius" in commands
    for command in commands:
        said = subprocess.run([PROGRAM, command, "--help"], capture_output=True, text=True).stdout
        options = re.findall(r"^  (?:-\w,)?(--[\w-]+)", said, re.M)
        assert options and f"foldproof {command} [OPTIONS]" in reference
        for option in options:
            assert option in reference


def test_the_api_reference_has_every_public_name(site):
    sys.path.insert(0, str(PROGRAM.parent / "python"))
    import foldproof

    reference = (site / "api.html").read_text()
    for name in foldproof.__all__:
        assert f'id="foldproof.{name}"' in reference, f"docs/api.md does not mention foldproof.{name}"
    assert "accepted by the independent checker" in words(site / "api.html")  # a comment behind an attribute of Proof


def test_the_gallery_shows_every_script_with_known_answers(site):
    """The radii are those of nets/README.md and of brute force in tests/data."""
    gallery = words(site / "gallery.html")
    for script in (ROOT / "examples").glob("*.py"):
        assert f"examples/{script.name}" in gallery
        assert (site / "pictures" / f"{script.stem}.svg").stat().st_size > 5000
    for known in ("proved to 0.8001", "proved to 1.41019", "proved to 0.3929", "proved to 0.3656"):
        assert known in gallery


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_the_search_finds_pages_of_a_folder(site):
    """Without a server, where browsers start no workers."""
    shown = subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--virtual-time-budget=8000", "--dump-dom",
                            f"{(site / 'index.html').as_uri()}?q=preconditioner"], capture_output=True, text=True,
                           timeout=60).stdout
    assert re.search(r"[1-9]\d* matching documents?", shown)
    assert "mathematics.html" in shown.split("md-search-result__list")[1]


def test_links_of_the_repository_lead_somewhere():
    """In README, docs/ and the files beside them, links to files are to files that are there."""
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "examples" / "README.md"]:
        for target in re.findall(r"\]\(([^)#\s]+)", FENCE.sub("", page.read_text())):
            made_by_the_build = page.parent.name == "docs" and (
                target in ("cli.md", "gallery.md", "performance.md", "changelog.md", "contributing.md", "hacking.md") or
                target.startswith("pictures/"))
            if not re.match(r"https?:", target) and not made_by_the_build:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_without_the_program_the_build_fails_and_says_why(tmp_path):
    done = build(tmp_path, env=os.environ | {"FOLDPROOF": str(tmp_path / "nowhere" / "foldproof")})
    assert done.returncode != 0
    assert "build it with 'make build'" in done.stdout + done.stderr
