"""What the command knows of resources, from the generated package, and what shells complete."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from crmkit.cli.crms import CRMS, resource, resource_names
from crmkit.cli.resources import ACTIONS, Field, find_field
from tests.cli.conftest import Command

asked = pytest.mark.parametrize("crm", CRMS)


@asked
def test_describes_every_field(crm: str) -> None:
    """Every column and argument has a name of its own and a type that is known."""
    for name in resource_names(crm):
        found = resource(crm, name)
        lists = {"columns": found.columns}
        for action in ACTIONS:
            method = found.find(action)
            if method is not None:
                assert method.id is not None or action in {"list", "create"}
                lists[action] = method.fields
        for kind, fields in lists.items():
            names = Counter(each.name for each in fields)
            assert max(names.values(), default=1) == 1, (name, kind, names)
            odd = [each.name for each in fields if each.type.kind == "any"]
            assert odd == [], (name, kind)
            assert all(find_field(each.wire, fields) is not None for each in fields)


@asked
def test_lists_begin_with_the_id(crm: str) -> None:
    """The first column of a resource whose records have ids is the id."""
    for name in resource_names(crm):
        columns = [each.name for each in resource(crm, name).columns]
        assert "id" not in columns or columns[0] == "id" or name == "logs", (name, columns)


def test_knows_names_on_the_wire() -> None:
    """Fields go by Python's names and those of the wire, with or without a final underscore."""
    fields = resource("espocrm", "accounts").method("create").fields

    for name in ("type", "type_"):
        field = find_field(name, fields)
        assert field is not None
        assert field.name == "type_"
    assert find_field("billingAddressCity", fields) == find_field("billing_address_city", fields)
    assert find_field("nope", fields) is None


def test_labels_are_what_people_read() -> None:
    """A label is the name with spaces, or the field's own."""
    text = resource("espocrm", "accounts").columns[1].type

    assert Field("first_name", "firstName", text).label == "First name"
    assert Field("T-shirt_size", "T-shirt_size", text, title="T-shirt size").label == "T-shirt size"


def test_entity_types_are_resources() -> None:
    """An entity type of EspoCRM is its resource where there is one, open records else."""
    assert resource("espocrm", "Opportunity").name == "opportunities"
    assert resource("espocrm", "CGadget").entity_type == "CGadget"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mon", ["monica"]),
        ("monica con", ["contact_field_types", "contact_fields", "contacts", "conversations"]),
        ("monica notes --where cont", ["contact_id="]),
        ("espocrm contacts --where last", ["last_name="]),
        ("espocrm contacts --select id,last", ["id,last_name"]),
        ("monica nope --where x", []),
    ],
)
def test_shells_complete(
    words: str,
    expected: list[str],
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Names of CRMs, resources and fields are completed without a credential."""
    line = f"crmkit list {words}"
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
    monkeypatch.setenv("_CRMKIT_COMPLETE", "complete_bash")
    for name in list(os.environ):
        if name.startswith(("MONICA_", "ESPOCRM_")):
            monkeypatch.delenv(name)

    with pytest.raises(SystemExit):
        command()

    assert capsys.readouterr().out.split() == expected
