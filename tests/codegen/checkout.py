"""A temporary checkout for each test: documents in, generated files out."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "generate.py"

Tree = dict[str, Any]

#: The smallest document that has one of everything that the tests of refusals change. Its top-level
#: members are in the order in which people write them.
BASE: Tree = {
    "openapi": "3.1.0",
    "info": {"title": "Notes API", "version": "1"},
    "tags": [{"name": "notes", "description": "Notes of the account."}],
    "x-crmkit-envelope": "data",
    "paths": {
        "/notes": {
            "get": {
                "operationId": "notes_list",
                "tags": ["notes"],
                "summary": "List the notes.",
                "x-crmkit-paging": {"strategy": "page", "number": "page", "size": "size"},
                "x-crmkit-evidence": ["page: Notes"],
                "parameters": [
                    {"name": "page", "in": "query", "schema": {"type": "integer"}},
                    {"name": "size", "in": "query", "schema": {"type": "integer"}},
                ],
                "responses": {
                    "200": {
                        "description": "A page.",
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/NotePage"}
                            }
                        },
                    }
                },
            },
            "post": {
                "operationId": "notes_create",
                "tags": ["notes"],
                "summary": "Create a note.",
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/NoteInput"}}
                    }
                },
                "responses": {
                    "200": {
                        "description": "Created.",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Saved"}}
                        },
                    }
                },
            },
        },
    },
    "components": {
        "schemas": {
            "NotePage": {
                "type": "object",
                "properties": {
                    "data": {"type": "array", "items": {"$ref": "#/components/schemas/Note"}}
                },
            },
            "Saved": {"type": "object", "properties": {"data": {"type": "integer"}}},
            "Note": {
                "type": "object",
                "required": ["id"],
                "properties": {"id": {"type": "integer"}, "title": {"type": "string"}},
            },
            "NoteInput": {
                "type": "object",
                "properties": {"title": {"type": "string", "description": "Its title."}},
            },
        }
    },
}


def base() -> Tree:
    """Return a copy of the base document, to be changed."""
    return copy.deepcopy(BASE)


@dataclass(frozen=True)
class Done:
    """The result of a run of the script."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Checkout:
    """A folder with `openapi/` and `generated/`."""

    root: Path

    @property
    def package(self) -> Path:
        """The generated package."""
        return self.root / "generated" / "crmkit_generated"

    def write(self, document: Tree | str, name: str = "notes") -> Path:
        """Write a document, which is a tree or YAML."""
        text = document if isinstance(document, str) else to_yaml(document)
        path = self.root / "openapi" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def generate(self, *arguments: str, **environment: str) -> Done:
        """Run the script on this checkout, in a new process."""
        done = subprocess.run(
            [sys.executable, SCRIPT, "--root", self.root, *arguments],
            check=False,
            cwd=self.root,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def files(self) -> dict[str, bytes]:
        """Return the content of the generated package by path; paths of folders end with a slash.

        Files that Python compiles on import are left out.
        """
        contents: dict[str, bytes] = {}
        for path in self.package.rglob("*"):
            if "__pycache__" in path.parts:
                continue
            name = path.relative_to(self.package).as_posix()
            contents.update({f"{name}/": b""} if path.is_dir() else {name: path.read_bytes()})
        return contents


def to_yaml(document: Tree) -> str:
    """Write a tree as YAML, in the order of its members and without anchors."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - as in its base
        return True
