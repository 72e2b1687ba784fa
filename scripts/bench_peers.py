"""What the bench compares with: an installed wheel, the stock generator, pydantic and msgspec.

The environment of development cannot say how fast a first touch is: other packages there make httpx
itself slower to import, and modules of a source tree may be compiled in each process.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

ROOT = Path(__file__).resolve().parent.parent

Job = tuple[Callable[[], object], Callable[[], object]]
"""Decoding and encoding of a page."""


def run(*command: object) -> None:
    """Run a command, whose output is shown only if it fails."""
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{command[0]}: {done.stderr or done.stdout}")


def installed(folder: Path) -> Path:
    """Return the interpreter of a new environment with the wheel and what it needs, compiled."""
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "wheel")
    (wheel,) = (folder / "wheel").glob("*.whl")
    run(sys.executable, "-m", "venv", folder / "venv")
    python = folder / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", wheel)
    run(python, "-m", "compileall", "-q", folder / "venv" / "lib")
    return python


def other_libraries(folder: Path) -> None:
    """Install the libraries to compare with where only this process finds them."""
    packages = ("pydantic>=2", "msgspec")
    run(sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, *packages)
    sys.path.append(str(folder))


def element(part: str) -> dict[str, str | None]:
    """Return the value and the label of `value (label)`."""
    value, separator, label = part[:-1].rpartition(" (") if part.endswith(")") else ("", "", "")
    return {"value": value, "label": label} if separator else {"value": part, "label": None}


def joined(items: list[Any]) -> str:
    """Return elements as the wire has them."""
    return ";".join(
        item
        if isinstance(item, str)
        else f"{item.value} ({item.label})"
        if item.label
        else item.value
        for item in items
    )


class Peers:
    """Other ways to read and write a page of Relenta's contacts.

    Args:
        rows: The rows.
        text: The same as JSON.
    """

    def __init__(self, rows: list[Any], text: bytes) -> None:
        sys.path.insert(0, str(ROOT / "scripts"))
        from codegen.derive import derive
        from codegen.document import load

        self._rows, self._text = rows, text
        self._derived = derive(load(ROOT / "openapi/relenta.yaml", "openapi/relenta.yaml"))
        fields = self._derived.schemas.models["Contact"].fields
        self._kinds = {field.wire: field.kind for field in fields}
        self._labeled = {
            name: kind.items[0].name == "labeled"
            for name, kind in self._kinds.items()
            if kind.name == "separated"
        }

    def _split(self, contact: dict[str, Any]) -> dict[str, Any]:
        tree = {**contact, "id": int(contact["id"])}
        for name, labeled in self._labeled.items():
            parts = contact[name].split(";") if contact.get(name) else []
            tree[name] = [element(part) for part in parts] if labeled else parts
        return tree

    def stock(self) -> Job:
        """Return what the generator alone makes of the document, `;` lists split before."""
        from codegen.generator import run_generator
        from openapi_python_client import Project
        from openapi_python_client.config import Config, ConfigFile, MetaType

        folder = Path(tempfile.mkdtemp(prefix="crmkit-stock-"))
        config = Config.from_sources(
            ConfigFile(post_hooks=[]),
            MetaType.NONE,
            folder,
            "utf-8",
            overwrite=False,
            output_path=folder / "stock_relenta",
        )
        document = run_generator(self._derived.document, self._derived.schemas)
        with contextlib.redirect_stdout(io.StringIO()):  # it prints the folder's name
            Project(openapi=document, config=config).build()
        sys.path.insert(0, str(folder))
        model = importlib.import_module("stock_relenta.models").Contact
        shutil.rmtree(folder)
        json = importlib.import_module("json")

        def read() -> list[Any]:
            return [model.from_dict(self._split(row)) for row in json.loads(self._text)]

        objects = read()
        return read, lambda: json.dumps([contact.to_dict() for contact in objects])

    def pydantic(self) -> Job:
        """Return a model of pydantic with the same members, which keeps unknown ones too."""
        pydantic: Any = importlib.import_module("pydantic")
        labeled: Any = pydantic.create_model("Labeled", value=(str, ...), label=(str | None, None))
        write = pydantic.PlainSerializer(joined)

        def split(text: str) -> list[str]:
            return text.split(";") if text else []

        def split_labeled(text: str) -> list[Any]:
            return [element(part) for part in split(text)]

        def annotation(name: str) -> Any:
            match self._kinds[name].name:
                case "digits":
                    return int
                case "datetime":
                    return datetime | None
                case "separated" if self._labeled[name]:
                    reader = pydantic.BeforeValidator(split_labeled)
                    return Annotated[list[labeled], reader, write]
                case "separated":
                    return Annotated[list[str], pydantic.BeforeValidator(split), write]
                case _:
                    return Any

        members: Any = {
            name: (annotation(name), [] if name in self._labeled else None) for name in self._kinds
        }
        config = pydantic.ConfigDict(extra="allow")
        contact: Any = pydantic.create_model("Contact", __config__=config, **members)
        adapter = pydantic.TypeAdapter(list[contact])
        objects = adapter.validate_json(self._text)
        return partial_of(adapter.validate_json, self._text), partial_of(adapter.dump_json, objects)

    def msgspec(self) -> Job:
        """Return a bound: structs whose lists stay strings, and that lose unknown members."""
        msgspec: Any = importlib.import_module("msgspec")
        plain = {"datetime": datetime | None}
        members = [
            (name, plain.get(kind.name, str if kind.name in {"separated", "digits"} else Any), None)
            for name, kind in self._kinds.items()
        ]
        contact: Any = msgspec.defstruct("Contact", members)
        decoder, encoder = msgspec.json.Decoder(list[contact]), msgspec.json.Encoder()
        objects = decoder.decode(self._text)
        return partial_of(decoder.decode, self._text), partial_of(encoder.encode, objects)


def partial_of(function: Callable[[Any], object], value: Any) -> Callable[[], object]:
    """Return a job that calls a function with one value."""
    return lambda: function(value)
