"""What mkdocs takes from the program and the scripts when it builds the site (make docs): a hook of mkdocs.yml.

- cli.md: what --help of every command of the program says;
- gallery.md: the scripts of examples/, what they print and the pictures they save;
- pictures/NAME.svg: a page that shows one saves it in its own Python blocks, which are run for it;
- performance.md, changelog.md, contributing.md, hacking.md: the files of the root.

So nothing on the site can differ from what the program does.  Without the built program, or if a block or a script
fails, the build fails.
"""

import re
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

sys.path.insert(0, str(Path(__file__).resolve().parent))
from code_blocks import PROGRAM, ROOT, BlockError, environment, furnish, run_page  # noqa: E402

# Pages made from files of the root, and how links to them are written in docs/, where they work on a code host.
FROM_ROOT = {f"{name}.md": f"{name.lower()}.md" for name in ("PERFORMANCE", "CHANGELOG", "CONTRIBUTING", "HACKING")}
WIDE = "---\nhide: [toc]\n---\n\n"
PICTURE = re.compile(r"!\[[^\]]*\]\(pictures/([\w-]+\.svg)\)")


def said_by_program(*arguments):
    try:
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise PluginError(f"the command reference is what {PROGRAM} says of itself, and it cannot be run ({error}); "
                          "build it with 'make build'") from None


LISTS = {"Positionals:": "argument", "Options:": "option", "Subcommands:": "command"}


def table(what, lines):
    """Lines of --help, `  --at X    the point`, as a table."""
    rows = [re.fullmatch(r"  (\S.*?)(?: {2,}(.*))?", line).groups() for line in lines]
    cells = [f"| `{name}` | {re.sub(r'([*_|])', lambda found: f'&#{ord(found[1])};', escape(text or ''))} |"
             for name, text in rows]
    return "\n".join([f"| {what} | |", "|---|---|", *cells])


def help_page(text):
    """What --help prints, with its lists as tables."""
    parts = []
    for paragraph in text.strip().split("\n\n"):
        lines = paragraph.splitlines()
        usage = [line for line in lines if line.startswith("Usage: ")]
        if lines[0] in LISTS:
            parts.append(table(LISTS[lines[0]], lines[1:]))
        elif usage:
            parts.append("\n".join(line for line in lines if line not in usage) +
                         f"\n\n```text\n{usage[0].removeprefix('Usage: ')}\n```")
        elif lines[0].startswith("Example: "):
            parts.append("\n".join(f"```text\n{line.removeprefix('Example: ')}\n```" for line in lines))
        else:
            parts.append(paragraph)
    return "\n\n".join(parts)


def cli_page():
    overview = said_by_program("--help")
    commands = re.findall(r"^  (\w+) {2,}\S", overview.split("Subcommands:")[1], re.MULTILINE)
    if not commands:
        raise PluginError("no commands were found in what 'foldproof --help' prints")
    parts = ["# Command line", "What `foldproof --help` and `foldproof COMMAND --help` print. "
             "[What a verdict means](meaning.md) says what the answers claim.", help_page(overview)]
    for command in commands:
        # The line on exit codes is the same for all commands; it is said once, at the end.
        text, codes = re.fullmatch(r"(.*?\n)(Exit codes: .*)\n", said_by_program(command, "--help"), re.DOTALL).groups()
        parts.append(f"## {command}\n\n{help_page(text)}")
    answers = [f"- {code.strip()}" for code in codes.removeprefix("Exit codes: ").rstrip(".").split(", ")]
    return "\n\n".join([*parts, "## Exit codes", "\n".join(answers)]) + "\n"


def run_example(script, folder):
    """What a script of examples/ prints; its pictures stay in the folder."""
    done = subprocess.run([sys.executable, script], cwd=folder, env=environment(folder), capture_output=True, text=True)
    if done.returncode != 0:
        raise PluginError(f"{script} ended with exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def gallery_page(pictures):
    """The page; its pictures are added to `pictures`, by name."""
    text = (ROOT / "examples" / "README.md").read_text()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        furnish(folder)

        def show(found):
            script = ROOT / "examples" / found[1]
            printed = run_example(script, folder)
            picture = script.stem + ".svg"
            pictures[picture] = (folder / picture).read_text()
            return (f"![What {script.name} draws](pictures/{picture})\n\n```text\n{printed}```\n\n"
                    f"```python title=\"examples/{script.name}\"\n{script.read_text()}```\n")

        return re.sub(r"^`(\w+\.py)`$", show, text, flags=re.MULTILINE)


def pictures_of(page):
    names = PICTURE.findall(page.read_text())
    if not names:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        try:
            run_page(page, folder)
        except BlockError as error:
            raise PluginError(str(error)) from None
        missing = [name for name in names if not (Path(folder) / name).is_file()]
        if missing:
            raise PluginError(f"{page} shows {missing[0]}, and no block of it saves that picture")
        return {name: (Path(folder) / name).read_text() for name in names}


def on_files(files, config):
    pictures = {}
    pages = {"cli.md": cli_page(), "gallery.md": gallery_page(pictures)}
    pages |= {page: WIDE * (page == "performance.md") + (ROOT / name).read_text() for name, page in FROM_ROOT.items()}
    for page in sorted(Path(config.docs_dir).glob("*.md")):
        pictures |= pictures_of(page)
    generated = pages | {f"pictures/{name}": text for name, text in pictures.items()}
    for name, text in generated.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown, page, **_):
    """Links out of docs/ and links of the root's files into docs/, as links of the site."""
    if page.file.src_uri in FROM_ROOT.values():
        markdown = markdown.replace("](docs/", "](")
        markdown = re.sub(r"\[([^\]]*)\]\((?:README\.md|LICENSE)\)", r"\1", markdown)
    for name, target in FROM_ROOT.items():
        markdown = markdown.replace(f"](../{name}", f"]({target}").replace(f"]({name}", f"]({target}")
    return markdown


def on_page_content(html, page, **_):
    """Roles of docstrings, :class:`Network`, are names to a reader."""
    return re.sub(r":(?:attr|class|func|meth|mod):(?=<code)", "", html) if page.file.src_uri == "api.md" else html
