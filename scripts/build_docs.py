"""Build the documentation into site/: offline, strictly, with every link checked.

    .venv/bin/python scripts/build_docs.py

The pages of the API reference are written anew before each build, one for each package, from the
names that the packages export; they are not committed, as are not the pages that come of it.
"""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "site"
REFERENCE = ROOT / "docs" / "reference"

#: The packages of the reference by page, and what is said of each.
PACKAGES = {
    "crmkit": "What is common to all clients. Each CRM's own names are on a page of their own.",
    "crmkit.relenta": "See also [Relenta](../crm/relenta.md).",
    "crmkit.autocrm": "`crmkit.espocrm` has the same names. See also [AutoCRM](../crm/autocrm.md) "
    "and [EspoCRM](../crm/espocrm.md).",
    "crmkit.onepagecrm": "See also [OnePageCRM](../crm/onepagecrm.md).",
    "crmkit.monica": "See also [Monica](../crm/monica.md).",
    "crmkit.contract": "See also [contract checks](../contract.md).",
    "crmkit_mock": "See also [testing your code](../testing.md).",
}
#: What callers reach without importing it, or import from a module that has no list of names.
FURTHER = {
    "crmkit": ["crmkit.core.client.SyncSettings", "crmkit.core.client.AsyncSettings"],
    "crmkit.autocrm": ["crmkit.autocrm.where", "crmkit.autocrm.webhooks"],
    "crmkit_mock": [
        "crmkit_mock.crm.MockCRM",
        "crmkit_mock.pytest_plugin.CRMFixture",
        "crmkit_mock.journal.Journal",
        "crmkit_mock.clock.Clock",
    ],
}


# -- the reference -----------------------------------------------------------------------------


def exported(package: str) -> list[str]:
    """Return the public names of a package in their order."""
    module = importlib.import_module(package)
    names = getattr(module, "__all__", None) or [
        name for name in vars(module) if not name.startswith("_")
    ]
    # Standard types that models need are exported along with them.
    ours = [name for name in names if "Decimal" not in name]
    return sorted(set(ours), key=str.lower)


def entry(package: str, name: str) -> list[str]:
    """Return the lines of a page for a name."""
    crm = package.rpartition(".")[2]
    models = ROOT / "generated" / "crmkit_generated" / crm / "models" / "__init__.py"
    path = f"{package}.{name}"
    if models.exists() and f'"{name}"' in models.read_text("utf-8"):
        # A package takes over all models by `*`, which readers of source do not see through.
        anchor, path = path, f"crmkit_generated.{crm}.models.{name}"
        option = "    options: {show_root_full_path: false}"
        return [f'<span id="{anchor}"></span>', "", f"::: {path}", option, ""]
    return [f"::: {path}", ""]


def resources(package: str) -> list[str]:
    """Return the paths of the resource classes of a CRM, without their async counterparts."""
    crm = package.rpartition(".")[2]
    folder = ROOT / "generated" / "crmkit_generated" / crm / "resources"
    found = []
    for path in sorted(folder.glob("[!_]*.py")):
        module = f"crmkit_generated.{crm}.resources.{path.stem}"
        names = re.findall(r"^class ((?!Async)\w+)\(", path.read_text("utf-8"), re.MULTILINE)
        found += [f"{module}.{name}" for name in names]
    return found


def page(package: str) -> str:
    """Return the page of a package."""
    names = exported(package)
    crm = package in {"crmkit.relenta", "crmkit.autocrm", "crmkit.onepagecrm", "crmkit.monica"}
    sections = {"Names": [f"{package}.{name}" for name in names]}
    if crm:
        main = importlib.import_module("crmkit").__all__
        clients = [name for name in names if name in main and name not in {"File", "UNSET"}]
        inputs = [name for name in names if name.endswith("Input")]
        rest = [name for name in names if name not in {*clients, *inputs}]
        sections = {
            "Clients": [f"{package}.{name}" for name in clients],
            "Resources": resources(package),
            "What is read, and values": [f"{package}.{name}" for name in rest],
            "What is written": [f"{package}.{name}" for name in inputs],
        }
    if package in FURTHER:
        sections["Further"] = FURTHER[package]
    lines = [f"# {package}", "", PACKAGES[package], ""]
    for title, paths in sections.items():
        if title == "Resources":
            lines += [
                "## Resources",
                "",
                "Attributes of the client, such as `crm.contacts`. The async client's have the",
                "same methods, to be awaited; lists are iterated with `async for`.",
                "",
            ]
        else:
            lines += [f"## {title}", ""]
        for path in paths:
            home, _, name = path.rpartition(".")
            lines += entry(package, name) if home == package else [f"::: {path}", ""]
    return "\n".join(lines)


def write_reference() -> None:
    """Write the pages of the reference."""
    shutil.rmtree(REFERENCE, ignore_errors=True)
    REFERENCE.mkdir()
    for package in PACKAGES:
        name = package.removeprefix("crmkit.")
        (REFERENCE / f"{name}.md").write_text(page(package), "utf-8")


# -- checks of what was built ------------------------------------------------------------------


class Page(HTMLParser):
    """The links, anchors and loaded files of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag refers to."""
        found = {name: value for name, value in attrs if value}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "link" and found.get("rel") in {"stylesheet", "icon", "preload", "preconnect"}:
            self.loaded.append(found["href"])
        elif "src" in found:
            self.loaded.append(found["src"])


def problems(site: Path) -> list[str]:
    """Return the links that lead nowhere, and what would be loaded from elsewhere."""
    pages = {path: Page(path.read_text("utf-8")) for path in site.rglob("*.html")}
    found = []
    for path, page in pages.items():
        place = path.relative_to(site).as_posix()
        if place == "404.html":
            continue  # its links begin at the root of the server
        for link in page.links:
            url = urlsplit(link)
            if url.scheme or url.netloc:
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                found.append(f"{place}: {link}: no such page")
            elif target in pages and unquote(url.fragment) not in pages[target].anchors | {""}:
                found.append(f"{place}: {link}: no such place on the page")
        found += [
            f"{place}: loads {link} from elsewhere" for link in page.loaded if urlsplit(link).netloc
        ]
    for style in site.rglob("*.css"):
        for link in re.findall(r"url\(\s*[\"']?(https?:)?//", style.read_text("utf-8")):
            found.append(f"{style.name}: loads {link} from elsewhere")
    return found


def undocumented(site: Path) -> list[str]:
    """Return the public names that the reference lacks, and the private ones that it has."""
    anchors: set[str] = set()
    for path in (site / "reference").rglob("*.html"):
        anchors |= Page(path.read_text("utf-8")).anchors
    wanted = {f"{package}.{name}" for package in PACKAGES for name in exported(package)}
    # Parameters and modules between may have any name; what is shown has its own, last.
    private = {
        anchor
        for anchor in anchors
        if re.fullmatch(r"crmkit[\w.]*\._[a-z]\w*", anchor) or "._" in anchor.replace(".__", "")
    }
    return [
        *(f"{name} is not documented" for name in sorted(wanted - anchors)),
        *(f"{name} is private" for name in sorted(private)),
    ]


def main() -> int:
    """Build, check, and return the exit status."""
    write_reference()
    shutil.rmtree(SITE, ignore_errors=True)
    build = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    done = subprocess.run(build, check=False, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
        return done.returncode
    found = problems(SITE) + undocumented(SITE)
    for problem in found:
        print(problem, file=sys.stderr)
    if not found:
        print(f"{SITE / 'index.html'}: {len(list(SITE.rglob('*.html')))} pages")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
