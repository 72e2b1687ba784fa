"""The clients in Pyodide, CPython 3.14 in WebAssembly: a browser's Python, here in Node.js.

There are neither sockets nor threads: calls go through a transport of the caller's.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

#: The package carries the interpreter: nothing else is fetched.
PYODIDE = "pyodide@314.0.7"
#: What clients import, save `ssl`, `sqlite3` and the like, which Pyodide leaves to those who ask.
PACKAGES = (
    *("anyio", "attr", "attrs", "certifi", "h11", "httpcore", "httpx", "idna"),
    *("crmkit", "crmkit_generated", "typing_extensions"),
)

MISSING = [program for program in ("node", "npm") if shutil.which(program) is None]
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(MISSING), reason=f"not run in Pyodide: no {' and no '.join(MISSING)}"),
]

START = """
import { readFileSync } from "node:fs";
import { loadPyodide } from "pyodide";
try {
  const python = await loadPyodide();
  const packages = new Uint8Array(readFileSync("packages.zip"));
  python.unpackArchive(packages, "zip", { extractDir: "/packages" });
  python.runPython("import sys; sys.path.insert(0, '/packages')");
  await python.runPythonAsync(readFileSync("program.py", "utf-8"));
} catch (error) {
  // Without its stack, which quotes megabytes of one line.
  console.error(String(error.message));
  process.exitCode = 1;
}
"""

PROGRAM = """
import json
import sys

import httpx

import crmkit


def answer(request):
    if request.headers["X-Relenta-Department-Key"] != "k":
        return httpx.Response(401, json={"status": False, "code": 401, "message": "Unauthorized"})
    if request.method == "POST":
        saved.append(json.loads(request.content))
        data = {"id": 7}
    elif request.url.params["page"] == "1":
        data = [{"id": "7", "full_name": "Ada", "phone": "1 (home);2"}]
    else:
        data = []
    return httpx.Response(200, json={"status": True, "code": 200, "data": data})


saved = []
settings = {"account": "a", "transport": httpx.MockTransport(answer)}
with crmkit.Relenta(department_key="k", **settings) as crm:
    assert crm.contacts.save(full_name="Ada", tags=["x", "y"]) == 7
    (contact,) = crm.contacts.list()
    assert [phone.value for phone in contact.phone] == ["1", "2"], contact
    assert contact.to_dict()["id"] == "7", contact.to_dict()
async with crmkit.AsyncRelenta(department_key="k", **settings) as crm:
    assert await crm.contacts.save(full_name="Bob") == 7
    assert [contact.full_name async for contact in crm.contacts.list()] == ["Ada"]
assert [body["full_name"] for body in saved] == ["Ada", "Bob"], saved
with crmkit.Relenta(department_key="other", **settings) as crm:
    try:
        crm.contacts.list().first()
    except crmkit.AuthenticationError as error:
        assert not error.maybe_processed
    else:
        raise AssertionError("not refused")


def thing(request):
    return httpx.Response(200, json=replies[request.url.host])


replies = {
    "espocrm.example": {"total": 1, "list": [{"id": "1", "name": "Ada"}]},
    "monica.example": {"data": {"id": 5, "name": "Family", "object": "tag"}},
    "onepagecrm.example": {"status": 0, "message": "OK", "timestamp": 1, "data": {"version": "1"}},
}
transport = httpx.MockTransport(thing)
with crmkit.EspoCRM(base_url="https://espocrm.example", api_key="k", transport=transport) as crm:
    assert [contact.name for contact in crm.contacts.list().take(1)] == ["Ada"]
with crmkit.Monica(base_url="https://monica.example/api", token="t", transport=transport) as crm:
    assert crm.tags.get(5).name == "Family"
print("done", *sys.version_info[:2])
"""


def test_clients_work_in_pyodide(tmp_path: Path) -> None:
    """Sync and async calls, decoding, encoding and errors are what they are elsewhere."""
    (tmp_path / "start.mjs").write_text(START, "utf-8")
    (tmp_path / "program.py").write_text(PROGRAM, "utf-8")
    with zipfile.ZipFile(tmp_path / "packages.zip", "w") as archive:
        for name in PACKAGES:
            spec = importlib.util.find_spec(name)
            assert spec is not None
            assert spec.origin is not None
            origin = Path(spec.origin)
            root = origin.parent.parent if origin.name == "__init__.py" else origin.parent
            paths = origin.parent.rglob("*") if origin.name == "__init__.py" else [origin]
            for path in paths:
                if path.is_file() and "__pycache__" not in path.parts:
                    archive.write(path, path.relative_to(root))
    npm = shutil.which("npm") or "npm"
    quiet = ("--no-audit", "--no-fund", "--loglevel=error")
    for command in ((npm, "install", *quiet, PYODIDE), ("node", "start.mjs")):
        done = subprocess.run(
            command,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "npm_config_update_notifier": "false"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, (command, done.stdout[-3000:], done.stderr[-3000:])

    assert done.stdout.split() == ["done", "3", "14"]
