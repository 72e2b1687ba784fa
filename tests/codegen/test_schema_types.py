"""Generated code is typed, and a type checker reports callers' errors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.codegen.checkout import ROOT, Checkout

#: mypy must report exactly the lines that are marked with an error.
USER = """\
import datetime
from decimal import Decimal
from typing import Any, assert_type

from crmkit.core.codec.labeled import LabeledValue, Mailbox
from crmkit.core.paging import AsyncPager, Pager
from crmkit_generated.schema_cases.models import Branch, Color, Leaf, Mood, Part
from crmkit_generated.schema_cases.models import Dog, Everything, EverythingInput, LenientInput
from crmkit_generated.schema_cases.models import Noise, PhoneInput, Wolf, Zoo
from crmkit_generated.schema_cases.resources import AsyncResources, Resources


def reading(crm: Resources, thing: Everything) -> None:
    assert_type(crm.things.list(), Pager[Everything])
    assert_type(crm.branches.list().collect(), list[Branch])
    assert_type(crm.branches.names(), Pager[str])
    assert_type(crm.things.get(1), Everything)
    assert_type(crm.version(), str)
    assert_type(crm.everyone().first(), Leaf | None)
    assert_type(crm.branches.find(name="x"), bool)
    assert_type(thing.str_required, str | None)
    assert_type(thing.str_optional, str | None)
    assert_type(thing.datetime_required, datetime.datetime | None)
    assert_type(thing.date_required_nullable, datetime.date | None)
    assert_type(thing.digits_required, int | None)
    assert_type(thing.semicolon_separated_optional_nullable, list[str])
    assert_type(thing.labeled_values_required, list[LabeledValue])
    assert_type(thing.mailboxes_required, list[Mailbox])
    assert_type(thing.model_required, Part | None)
    assert_type(thing.models_optional, list[Part])
    assert_type(thing.enum_required, Color | None)
    assert_type(thing.open_enum_required, Mood | str | None)
    assert_type(thing.floats_required, list[float])
    assert_type(thing.unix_required, datetime.datetime | None)
    assert_type(thing.dmy_optional, datetime.date | None)
    assert_type(thing.bit_required, bool | None)
    assert_type(thing.country_required, str | None)
    assert_type(thing.espo_datetime_required, datetime.datetime | None)
    assert_type(thing.decimal_required, Decimal | None)
    assert_type(thing.scalars_required, str | float | None)
    assert_type(thing.union_required, list[int] | Part | str | None)
    assert_type(thing.map_required, dict[str, str] | None)
    assert_type(thing.comma_separated_optional_nullable, list[str])
    assert_type(thing.dates_required, list[datetime.date])
    assert_type(thing.nested_lists_required, list[list[int]])
    assert_type(thing.optional_items_required, list[str | None])
    assert_type(thing.to_dict(), dict[str, Any])
    assert_type(Everything.from_dict({}), Everything)


async def awaiting(crm: AsyncResources) -> None:
    assert_type(crm.things.list(), AsyncPager[Everything])
    assert_type(await crm.things.get(1), Everything)
    assert_type(await crm.version(), str)


def forms(zoo: Zoo) -> LenientInput:
    assert_type(zoo.star, Dog | Wolf | None)
    assert_type(zoo.animals, list[Dog | Wolf | str])
    assert_type(zoo.births, dict[str, list[datetime.date | None]] | None)
    assert_type(zoo.noises, Noise | str | list[str] | None)
    return LenientInput(
        count=7,
        flag=True,
        due=datetime.datetime.now(datetime.UTC),
        phones=[PhoneInput("work", "1"), {"type": "home", "number": "2"}],
    )


def wrong(crm: Resources, thing: Everything, new: EverythingInput) -> None:
    crm.things.list(page=1)  # error: call-arg
    crm.things.list(type_=1)  # error: arg-type
    crm.things.get("1")  # error: arg-type
    crm.things.update(1, nonsense="x")  # error: call-arg
    crm.things.create(thing)
    thing.str_required = 5  # error: assignment
    thing.enum_required = "red"  # error: assignment
    new.enum_required = "red"
    new.str_required = None  # error: assignment
    thing.str_optional.upper()  # error: union-attr
    crm.nonsense  # error: attr-defined
"""


def test_generated_code_passes_strict_mypy(schemas_checkout: Checkout, tmp_path: Path) -> None:
    """Strict mypy accepts the package of schema cases, and reports the errors in a user's code."""
    user = tmp_path / "user.py"
    user.write_text(USER, "utf-8")
    expected = {
        f"user.py:{number}: [{line.partition('# error: ')[2]}]"
        for number, line in enumerate(USER.splitlines(), 1)
        if "# error: " in line
    }
    command: list[str | Path] = [
        *(sys.executable, "-m", "mypy", "--strict", "--explicit-package-bases"),
        *("--config-file=", "--cache-dir", tmp_path / "cache"),
        *("--no-error-summary", "--hide-error-context", "--no-pretty"),
        *(user, schemas_checkout.package / "schema_cases"),
    ]
    roots = [ROOT / "overrides", schemas_checkout.package.parent]
    done = subprocess.run(
        command,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": os.pathsep.join(map(str, roots))},
        capture_output=True,
        text=True,
    )
    reported = {
        f"{line.partition(': error')[0]}: [{line.rpartition('[')[2]}"
        for line in done.stdout.splitlines()
        if ": error: " in line
    }

    assert reported == expected, done.stdout + done.stderr
