"""Type checkers agree with what is emitted, and see what callers get wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.codegen.checkout import ROOT, Checkout

#: Every line marked with an error has to be one, and no other.
USER = """\
import datetime
from typing import Any, assert_type

from crmkit.core.codec.labeled import LabeledValue, Mailbox
from crmkit.core.paging import AsyncPager, Pager
from crmkit_generated.kinds.models import Branch, Color, Leaf, Mood, Part
from crmkit_generated.kinds.models import Dog, Everything, EverythingInput, LenientInput
from crmkit_generated.kinds.models import Noise, PhoneInput, Wolf, Zoo
from crmkit_generated.kinds.resources import AsyncResources, Resources


def reading(crm: Resources, one: Everything) -> None:
    assert_type(crm.things.list(), Pager[Everything])
    assert_type(crm.branches.list().collect(), list[Branch])
    assert_type(crm.branches.names(), Pager[str])
    assert_type(crm.things.get(1), Everything)
    assert_type(crm.version(), str)
    assert_type(crm.everyone().first(), Leaf | None)
    assert_type(crm.branches.find(name="x"), bool)
    assert_type(one.text_given, str)
    assert_type(one.text_maybe, str | None)
    assert_type(one.instant_given, datetime.datetime)
    assert_type(one.date_given_or_null, datetime.date | None)
    assert_type(one.digits_given, int)
    assert_type(one.words_maybe_null, list[str])
    assert_type(one.labels_given, list[LabeledValue])
    assert_type(one.people_given, list[Mailbox])
    assert_type(one.part_given, Part)
    assert_type(one.parts_maybe, list[Part])
    assert_type(one.closed_given, Color)
    assert_type(one.open_given, Mood | str)
    assert_type(one.numbers_given, list[float])
    assert_type(one.unix_given, datetime.datetime)
    assert_type(one.dmy_maybe, datetime.date | None)
    assert_type(one.bit_given, bool)
    assert_type(one.country_given, str)
    assert_type(one.espo_given, datetime.datetime)
    assert_type(one.plain_given, str | float)
    assert_type(one.either_given, list[int] | Part | str)
    assert_type(one.map_given, dict[str, str])
    assert_type(one.commas_maybe_null, list[str])
    assert_type(one.dates_given, list[datetime.date])
    assert_type(one.grid_given, list[list[int]])
    assert_type(one.gaps_given, list[str | None])
    assert_type(one.to_dict(), dict[str, Any])
    assert_type(Everything.from_dict({}), Everything)


async def awaiting(crm: AsyncResources) -> None:
    assert_type(crm.things.list(), AsyncPager[Everything])
    assert_type(await crm.things.get(1), Everything)
    assert_type(await crm.version(), str)


def forms(zoo: Zoo) -> LenientInput:
    assert_type(zoo.star, Dog | Wolf)
    assert_type(zoo.animals, list[Dog | Wolf | str])
    assert_type(zoo.births, dict[str, list[datetime.date | None]])
    assert_type(zoo.noises, Noise | str | list[str] | None)
    return LenientInput(
        count=7,
        flag=True,
        when=datetime.datetime.now(datetime.UTC),
        phones=[PhoneInput("work", "1"), {"type": "home", "number": "2"}],
    )


def wrong(crm: Resources, one: Everything, new: EverythingInput) -> None:
    crm.things.list(page=1)  # error: call-arg
    crm.things.list(type_=1)  # error: arg-type
    crm.things.get("1")  # error: arg-type
    crm.things.update(1, nonsense="x")  # error: call-arg
    crm.things.create(one)  # error: arg-type
    one.text_given = None  # error: assignment
    one.closed_given = "red"  # error: assignment
    new.closed_given = "red"
    new.text_given = None  # error: assignment
    one.text_maybe.upper()  # error: union-attr
    crm.nonsense  # error: attr-defined
"""


def test_mypy_is_strict_about_everything(kinds_checkout: Checkout, tmp_path: Path) -> None:
    """Strict mypy finds nothing in a package of all kinds, and in a user's code what is wrong."""
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
        *(user, kinds_checkout.package / "kinds"),
    ]
    roots = [ROOT / "overrides", kinds_checkout.package.parent]
    done = subprocess.run(
        command,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": os.pathsep.join(map(str, roots))},
        capture_output=True,
        text=True,
    )
    found = {
        f"{line.partition(': error')[0]}: [{line.rpartition('[')[2]}"
        for line in done.stdout.splitlines()
        if ": error: " in line
    }

    assert found == expected, done.stdout + done.stderr
