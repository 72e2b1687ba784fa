"""The documentation: its code runs, it builds, and every link leads somewhere."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import build_docs
import httpx
import pytest
import terminal_picture
import typer

from crmkit.cli.app import app
from crmkit_mock import MockServer

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs"
PAGES = sorted(path for path in FOLDER.rglob("*.md") if "reference" not in path.parts)
CONFIGURATION = tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))["project"]
#: Names that code on a page about one CRM may read from the environment.
CRMS = ("relenta", "autocrm", "espocrm", "onepagecrm", "monica")


def blocks(path: Path, language: str = "python") -> list[tuple[int, str]]:
    """Return the blocks of a page in a language, with their lines."""
    text = path.read_text("utf-8")
    return [
        (text.count("\n", 0, match.start()) + 1, match[1])
        for match in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        if not match[1].startswith("--8<--")
    ]


def source(page: Path) -> str:
    """Return a module that runs all blocks of a page, each as a function or as tests of its own."""
    parts = ["import pytest\n"]
    for line, block in blocks(page):
        if "def test_" in block:
            # Names of tests and helpers are the page's; a page has each once.
            parts.append(block)
        else:
            parts.append(
                f"def test_line_{line}():\n"
                f"    code = compile({block!r}, 'line {line}', 'exec')\n"
                f"    exec(code, {{'__name__': '__main__'}})\n"
            )
    return "\n\n".join(parts)


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """Return an environment in which `Relenta()` and the others speak to a mock server."""
    with MockServer() as mock:
        variables = dict(os.environ)
        for name in CRMS:
            crm = getattr(mock, name)
            for argument, value in {"base_url": crm.base_url, **crm.credentials}.items():
                variables[f"{name}_{argument}".upper()] = value
        yield variables


def run_suite(folder: Path, environment: dict[str, str], *options: str) -> str:
    """Run the tests of a folder, which all pass, and return what pytest prints."""
    fixed = ("-q", "-p", "no:cacheprovider", "--rootdir", str(folder))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *fixed, *options, str(folder)],
        check=False,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_code_runs(environment: dict[str, str], tmp_path: Path) -> None:
    """Every block of Python of every page runs as it is, with warnings as errors."""
    count = 0
    for page in PAGES:
        # Tests of contract checks need a server of the reader's own; test_contract_blocks has them.
        if blocks(page) and page.name != "contract.md":
            name = "_".join(page.relative_to(FOLDER).with_suffix("").parts)
            (tmp_path / f"test_{name}.py").write_text(source(page), "utf-8")
            count += len(blocks(page))
    run_suite(tmp_path, environment, "-W", "error")
    assert count >= 20


def test_contract_blocks_run(environment: dict[str, str], tmp_path: Path) -> None:
    """The suites on the page about contract checks pass against a server that is right."""
    code = "\n\n".join(block for _, block in blocks(FOLDER / "contract.md"))
    # Our hook does not greet on the mock: the statement about it is changed into a true one.
    code = code.replace('contact["description"] == "Hello"', 'contact["description"] is None')
    code = code.replace("requests=200", "requests=30")
    (tmp_path / "test_contract_page.py").write_text(code, "utf-8")

    assert "2 passed" in run_suite(tmp_path, environment)


def test_tracing_of_async_clients_leaks_nothing(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """The recipe for tracing keeps searches and ids out of the spans of async clients too."""
    ((_, recipe),) = blocks(FOLDER / "tracing.md")
    before, found, _ = recipe.partition("with EspoCRM() as crm:\n")
    assert found
    code = f"""{before}
import anyio
from crmkit import AsyncEspoCRM

async def main():
    async with AsyncEspoCRM() as crm:
        eva = await crm.contacts.list(text_filter="Eva").first()
        await crm.contacts.get(eva.id)
        return eva.id

id = anyio.run(main)
spans = exporter.get_finished_spans()
assert len(spans) == 2
assert not [span for span in spans if "Eva" in span.to_json() or id in span.to_json()]
print("nothing")
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        check=False,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert done.stdout == "nothing\n", done.stderr


def lines_of(language: str, command: str) -> list[list[str]]:
    """Return the commands of a name in all shell blocks, each split into words."""
    return [
        shlex.split(line.removeprefix("&& "), comments=True)
        for page in [ROOT / "README.md", *PAGES]
        for _, block in blocks(page, language)
        for line in re.findall(rf"(?:^|&& ){command} .*", block, re.MULTILINE)
    ]


def test_commands_exist() -> None:
    """Every `crmkit` in a shell block names a command and options that there are."""
    root: Any = typer.main.get_command(app)
    lines = lines_of("sh", "crmkit")
    for words in lines:
        if words[1] == "mock":
            continue  # handed on as it is to crmkit-mock
        command = root if words[1].startswith("--") else root.commands[words[1]]
        options = {word.split("=")[0] for word in words if word.startswith("--")}
        names = {name for parameter in command.params for name in parameter.opts}

        assert options <= names | {"--help"}, words
    assert len(lines) >= 15


def test_other_languages_control_the_mock() -> None:
    """The requests by curl on the page about testing are answered as it says."""
    with MockServer(seed="empty") as mock:
        calls = lines_of("sh", "curl")
        for words in calls:
            (url,) = [word for word in words if word.startswith("http")]
            method = words[words.index("-X") + 1] if "-X" in words else "GET"
            content = words[words.index("-d") + 1] if "-d" in words else None
            address = url.replace("http://127.0.0.1:8600", mock.url)
            reply = httpx.request(method, address, content=content, trust_env=False)

            assert reply.status_code in {200, 201}, (words, reply.text)
    assert len(calls) >= 4


def pages_of(navigation: object) -> list[str]:
    """Return the pages that a navigation names, in their order."""
    if isinstance(navigation, str):
        return [navigation]
    children = navigation.values() if isinstance(navigation, dict) else navigation
    return [page for child in children for page in pages_of(child)]  # type: ignore[attr-defined]  # a list


def test_every_page_can_be_found() -> None:
    """The navigation has each page once, those of the reference included."""
    named = pages_of(CONFIGURATION["nav"])
    reference = [f"reference/{name.removeprefix('crmkit.')}.md" for name in build_docs.PACKAGES]

    assert len(named) == len(set(named))
    assert {page for page in named if "reference" not in page} == {
        page.relative_to(FOLDER).as_posix() for page in PAGES
    }
    assert {page for page in named if "reference" in page} == set(reference)


def test_links_between_files_lead_somewhere() -> None:
    """A relative link of a page names a page or a picture that is there."""
    missing = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text("utf-8"))
        if not (page.parent / target).exists() and not target.startswith("reference/")
    ]

    assert missing == []


def test_reference_names_everything_public() -> None:
    """Each public name has an entry in the page of its package, and no private one has."""
    for package in build_docs.PACKAGES:
        text = build_docs.page(package)
        for name in build_docs.exported(package):
            entry = rf'^(?:::: {package}\.{name}$|<span id="{package}\.{name}">)'
            assert re.search(entry, text, re.MULTILINE), name
        assert re.search(r"^::: .*\._", text, re.MULTILINE) is None


def test_sees_links_that_lead_nowhere(tmp_path: Path) -> None:
    """A missing page, a missing place on a page and a file from elsewhere are seen."""
    (tmp_path / "a.html").write_text(
        '<h1 id="here"></h1><a href="#here"></a><a href="b.html#there"></a><a href="c/"></a>'
        '<script src="https://cdn.example/x.js"></script>',
        "utf-8",
    )
    (tmp_path / "b.html").write_text('<a href="a.html#here"></a>', "utf-8")
    (tmp_path / "s.css").write_text("@import url(https://fonts.example/x)", "utf-8")

    found = build_docs.problems(tmp_path)

    assert len(found) == 4
    for words in ("b.html#there", "c/: no such page", "cdn.example", "s.css"):
        assert any(words in problem for problem in found), words


@pytest.mark.long
def test_pictures_show_what_is_printed() -> None:
    """The pictures are what the commands and the example print now."""
    for path, text in terminal_picture.pictures().items():
        assert path.read_text("utf-8") == text, f"{path.name}: run scripts/terminal_picture.py"


@pytest.mark.long
def test_documentation_builds() -> None:
    """The documentation builds without a warning, with every link and public name in place."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "build_docs.py"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr
