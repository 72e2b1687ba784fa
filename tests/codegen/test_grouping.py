"""Models that the same operations need stand in one module; writes have their own."""

from __future__ import annotations

import subprocess
import sys

from codegen.generator import GeneratedClass
from codegen.grouping import ALIASES, group
from codegen.kinds import Field, Kind, Mode, Model
from codegen.schemas import Schemas


def model(name: str, mode: Mode, *kinds: Kind) -> Model:
    """Return a model with a member of each kind."""
    fields = (
        Field(f"m{number}", kind, False, True, (), f"m{number}", "")
        for number, kind in enumerate(kinds)
    )
    return Model(name, mode, tuple(fields))


def test_groups_by_what_operations_need() -> None:
    """What one resource reads is apart from what several read, and from what is only written."""
    schemas = object.__new__(Schemas)
    schemas.models = {
        each.name: each
        for each in (
            model("Note", "read", Kind("model", ref="Author"), Kind("model", ref="Tag")),
            model("Author", "read", Kind("list", items=(Kind("model", ref="Note"),))),
            model("Tag", "read"),
            model("NoteInput", "write", Kind("enum", ref="Color")),
            model("Unused", "read"),
        )
    }
    schemas.enums = {"Color"}
    schemas.aliases = {"TagMap": "dict[str, Tag]"}
    names = [*schemas.models, "Color", "TagMap"]
    classes = {name: GeneratedClass(name, name.lower()) for name in names}
    note, tag = Kind("model", ref="Note"), Kind("list", items=(Kind("model", ref="Tag"),))

    group(
        classes,
        schemas,
        [("notes", [note], [Kind("model", ref="NoteInput")]), ("tags", [tag], [])],
    )

    assert {name: class_.module for name, class_ in classes.items()} == {
        "Note": "note",
        "Author": "note",  # which a note holds, and only a note
        "Tag": "tag",
        "NoteInput": "noteinput",
        "Color": "noteinput",
        "Unused": "unused",
        "TagMap": ALIASES,
    }


def test_a_read_loads_the_classes_that_it_makes() -> None:
    """Decoding loads the classes of the objects that it makes, and no others."""
    program = (
        "import sys\n"
        "from crmkit_generated.monica import codec\n"
        "assert 'crmkit_generated.monica.codec.read' not in sys.modules\n"
        "gender = codec.Gender.decode({'id': 1, 'name': 'x', 'account': {'id': 2}})\n"
        "assert type(gender).__name__ == 'Gender' and gender.account.id == 2\n"
        "print(*(n for n in sys.modules if n.startswith('crmkit_generated.monica.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    assert set(done.stdout.split()) == {
        f"crmkit_generated.monica.{name}"
        for name in ("codec", "codec.read", "models", "models.account", "models.gender")
    }
