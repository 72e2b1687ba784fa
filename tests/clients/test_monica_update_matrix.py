"""An update changes what is passed and nothing else, whatever dates a contact has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.clients.conftest import MakeClient
from tests.clients.harness import Driver, failures, sync_alone

asynchronous = sync_alone

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20
UNDATED: dict[str, Any] = {
    "is_birthdate_known": False,
    "is_deceased": False,
    "is_deceased_date_known": False,
}


def _born(**parts: Any) -> dict[str, Any]:
    named = {f"birthdate_{name}": value for name, value in parts.items()}
    return {"is_birthdate_known": True, **named}


def _died(**parts: Any) -> dict[str, Any]:
    named = {f"deceased_date_{name}": value for name, value in parts.items()}
    return {"is_deceased": True, "is_deceased_date_known": True, **named}


BIRTHS: dict[str, dict[str, Any]] = {
    "birth unknown": {},
    "born with year and reminder": _born(day=29, month=2, year=2000, add_reminder=True),
    "born without year": _born(day=29, month=2),
    "born without year with reminder": _born(day=29, month=2, add_reminder=True),
    "born by age": _born(is_age_based=True, age=40),
    "born by age with reminder": _born(is_age_based=True, age=40, add_reminder=True),
    "born by age 0": _born(is_age_based=True, age=0),
    "born in a year of three digits": _born(day=1, month=1, year=999),
}
DEATHS: dict[str, dict[str, Any]] = {
    "alive": {},
    "dead": {"is_deceased": True},
    "died with year and reminder": _died(day=3, month=4, year=2020, add_reminder=True),
    "died without year": _died(day=3, month=4),
}


def create_contact(crm: Driver, birth: str, death: str, *, partial: bool = False) -> int:
    """Create a contact that has a value wherever a contact can have one; return its id."""
    id: int = crm(
        lambda crm: crm.contacts.create(
            first_name="Ada",
            middle_name="King",
            last_name="Lovelace",
            nickname="Countess",
            description="analyst",
            gender_id=1,
            is_partial=partial,
            **{**UNDATED, **BIRTHS[birth], **DEATHS[death]},
        )
    ).id
    if partial:
        return id
    photo = crm(lambda crm: crm.photos.create(contact_id=id, photo=PNG)).id
    for fill in (
        lambda crm: crm.contacts.update_work(id, job="Programmer", company="Engines"),
        lambda crm: crm.contacts.update_food(id, food_preferences="figs"),
        lambda crm: crm.contacts.update_introduction(
            id,
            is_date_known=True,
            is_age_based=False,
            day=2,
            month=3,
            add_reminder=True,
            general_information="at a party",
            where="London",
            met_through_contact_id=1,
        ),
        lambda crm: crm.contacts.set_tags(id, ["x", "y"]),
        lambda crm: crm.contacts.update_avatar(id, source="photo", photo_id=photo),
    ):
        crm(fill)
    return id


def flat(tree: Any, path: str = "") -> dict[str, Any]:
    """Return the leaves of a tree by their paths."""
    if isinstance(tree, dict) and tree:
        branches = [(f"{path}.{name}" if path else name, tree[name]) for name in tree]
    elif isinstance(tree, list) and tree:
        branches = [(f"{path}.{index}", item) for index, item in enumerate(tree)]
    else:
        return {path: tree}
    return {at: leaf for name, branch in branches for at, leaf in flat(branch, name).items()}


def leaves_of(crm: Driver, id: int) -> dict[str, Any]:
    """Return all members of a contact and its reminders, by path.

    Left out are the time of the update, and a reminder's id and the first name in its title: an
    update may replace the reminder.
    """
    leaves = flat(crm(lambda crm: crm.contacts.get(id)).to_dict())
    del leaves["updated_at"]
    reminders = crm(lambda crm: crm.reminders.list(contact_id=id))
    for record in reminders:
        title = record.title.replace("Byron", "Ada")
        leaves[f"reminder {title!r}"] = (
            record.initial_date,
            record.frequency_type,
            record.frequency_number,
            record.delible,
        )
    return leaves


def changed(crm: Driver, id: int, update: Callable[[Any], Any]) -> dict[str, Any]:
    """Make an update, and return the new values of the leaves that changed.

    Added and removed leaves count; a removed one is None.
    """
    before = leaves_of(crm, id)
    crm(update)
    after = leaves_of(crm, id)
    return {
        path: after.get(path)
        for path in before.keys() | after.keys()
        if path not in before or path not in after or before[path] != after[path]
    }


def test_update_of_first_name_changes_nothing_else(monica: MakeClient) -> None:
    """A new first name changes the names that include it, and nothing else."""
    crm = monica()
    # Every pair of birth, death and full or partial.
    cases = [
        (birth, death, (row + column) % 2 == 1)
        for row, birth in enumerate(BIRTHS)
        for column, death in enumerate(DEATHS)
    ]

    def check(birth: str, death: str, partial: bool) -> None:
        id = create_contact(crm, birth, death, partial=partial)
        after = changed(crm, id, lambda crm: crm.contacts.update(id, first_name="Byron"))
        assert after.pop("complete_name").startswith("Byron King Lovelace (Countess)")
        assert after == {"first_name": "Byron", "initials": "BKL"}

    assert failures(check, cases) == []


def test_update_of_job_changes_nothing_else(monica: MakeClient) -> None:
    """A new job changes the job alone: company, dates and first meeting stay."""
    crm = monica()
    id = create_contact(crm, "born without year with reminder", "died with year and reminder")
    after = changed(crm, id, lambda crm: crm.contacts.update_work(id, job="Poet"))
    assert after == {"information.career.job": "Poet"}


def test_update_of_introduction_changes_nothing_else(monica: MakeClient) -> None:
    """A new story changes the story alone: date, friend and reminder of the meeting stay."""
    crm = monica()
    id = create_contact(crm, "born without year with reminder", "died with year and reminder")
    after = changed(
        crm, id, lambda crm: crm.contacts.update_introduction(id, general_information="by post")
    )
    assert after == {"information.how_you_met.general_information": "by post"}
