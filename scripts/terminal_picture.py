"""Write docs/assets/terminal.svg and family.svg: what commands print on the mock, as pictures.

    .venv/bin/python scripts/terminal_picture.py

The commands really run, against a mock server in this process; a test compares the pictures with
what they print now.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

from crmkit_mock import MockServer

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "docs" / "assets"
COMMANDS = (
    "crmkit list espocrm contacts --select name,account_name,created_at --format table",
    "crmkit list monica contacts --format csv --select complete_name,gender --limit 2",
    "crmkit export monica contacts notes --out backup --format parquet",
    "crmkit sync espocrm contacts --to crm.duckdb",
)
MAIN = "import sys; from crmkit.cli import main; sys.exit(main())"
WIDTH, LINE, LEFT, TOP = 92, 19, 16, 52


def printed(command: str, environment: dict[str, str], folder: str) -> list[str]:
    """Return what a command prints on a terminal of the picture's width."""
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *command.split()[1:]],
        check=True,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return [line.rstrip() for line in done.stdout.splitlines() if line.strip()]


def transcript() -> list[str]:
    """Return commands, with `$ ` before them, and what they print."""
    lines: list[str] = []
    with MockServer() as mock, tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            # Rich draws as on a terminal, and as wide.
            "FORCE_COLOR": "1",
            "TERM": "dumb",
            "NO_COLOR": "1",
            "COLUMNS": str(WIDTH),
            "ESPOCRM_BASE_URL": mock.espocrm.base_url,
            "ESPOCRM_API_KEY": mock.espocrm.credentials["api_key"],
            "MONICA_BASE_URL": mock.monica.base_url,
            "MONICA_TOKEN": mock.monica.credentials["token"],
        }
        for command in COMMANDS:
            lines += [f"$ {command}", *printed(command, environment, folder), ""]
    return lines[:-1]


def picture(lines: list[str]) -> str:
    """Return the picture of a terminal with these lines."""
    height = TOP + LINE * len(lines) + 8
    width = LEFT * 2 + round(WIDTH * 7.85)
    rows = []
    for number, line in enumerate(lines):
        if line:
            color = "#8fd6a8" if line.startswith("$ ") else "#dfe6ee"
            place = f'x="{LEFT}" y="{TOP + LINE * number + 4}" fill="{color}"'
            rows.append(f'<text {place} xml:space="preserve">{escape(line)}</text>')
    buttons = [
        f'<circle cx="{22 + 20 * number}" cy="19" r="6" fill="{color}"/>'
        for number, color in enumerate(("#e8695f", "#e0b04c", "#62b563"))
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"',
            f'     width="{width}" role="img" font-size="13"',
            '     font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace">',
            "<title>crmkit at a terminal</title>",
            f'<rect width="{width}" height="{height}" rx="9" fill="#17202b"/>',
            *buttons,
            *rows,
            "</svg>\n",
        ]
    )


def family() -> str:
    """Return the picture that the example of families draws."""
    with MockServer() as mock, tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "MONICA_BASE_URL": mock.monica.base_url,
            "MONICA_TOKEN": mock.monica.credentials["token"],
        }
        file = Path(folder, "family.svg")
        example = ROOT / "examples" / "family_graph.py"
        command: tuple[str | Path, ...] = (sys.executable, example, file)
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
        return file.read_text("utf-8")


def pictures() -> dict[Path, str]:
    """Return the pictures by file."""
    return {
        ASSETS / "terminal.svg": picture(transcript()),
        ASSETS / "family.svg": family(),
    }


if __name__ == "__main__":
    ASSETS.mkdir(exist_ok=True)
    for path, text in pictures().items():
        path.write_text(text, "utf-8")
