"""A program that PyInstaller has frozen: it needs no Python, and the clients work in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from crmkit_mock import MockServer

pytestmark = pytest.mark.long

PROGRAM = """
import asyncio
import sys

import crmkit

for name in ("Relenta", "AutoCRM", "EspoCRM", "OnePageCRM", "Monica"):
    getattr(crmkit, name), getattr(crmkit, "Async" + name)

url, key = sys.argv[1:]
settings = {"base_url": url, "department_key": key}


async def count():
    async with crmkit.AsyncRelenta(**settings) as crm:
        return len(await crm.contacts.list().collect())


with crmkit.Relenta(**settings) as crm:
    crm.contacts.save(full_name="Frozen", emails=["frozen@example.com"])
    names = [contact.full_name for contact in crm.contacts.list()]
with crmkit.Relenta(base_url=url, department_key="0" * 32) as stranger:
    try:
        stranger.contacts.list().first()
    except crmkit.CRMError as error:
        refusal = type(error).__name__
print(sys.frozen, names[-1], asyncio.run(count()) == len(names), refusal)
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command and return its output; fail with all of its output if it fails."""
    done = subprocess.run(command, check=False, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"{command} failed:\n{done.stdout}{done.stderr}", pytrace=False)
    return done.stdout


def test_frozen_program_makes_calls(tmp_path: Path) -> None:
    """PyInstaller finds all that clients need by itself, though they load it at first use."""
    (tmp_path / "program.py").write_text(PROGRAM, "utf-8")
    run(
        *(sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"),
        "program.py",
        cwd=tmp_path,
    )
    frozen = (
        tmp_path / "dist" / "program" / ("program.exe" if sys.platform == "win32" else "program")
    )
    with MockServer() as mock:
        printed = run(
            frozen,
            mock.relenta.base_url,
            mock.relenta.credentials["department_key"],
            cwd=tmp_path,
        )

    assert printed.split() == ["True", "Frozen", "True", "AuthenticationError"]
