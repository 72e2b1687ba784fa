"""The examples of the vendor's page: read to typed objects, written back to equal JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.resources import files
from itertools import product
from typing import Any

from crmkit.relenta import (
    Activity,
    ActivityInput,
    Contact,
    ContactInput,
    CustomField,
    CustomFieldType,
    LabeledValue,
    Mailbox,
)
from tests.clients.conftest import MakeClient
from tests.clients.harness import both, failures, page, reply, sync_alone

asynchronous = sync_alone

WIRE: dict[str, Any] = json.loads(
    (files("crmkit_generated") / "relenta" / "wire.json").read_text("utf-8")
)
EXAMPLES = {
    name: example["value"]["data"] for name, example in WIRE["components"]["examples"].items()
}
SCHEMA_NAMES: list[str] = sorted(
    {
        name
        for model in ("Contact", "Activity", "CustomField")
        for name in WIRE["components"]["schemas"][model]["properties"]
    }
)
MODELS: dict[str, Any] = {
    "ContactPage": Contact,
    "ActivityPage": Activity,
    "CustomFieldList": CustomField,
}
INPUTS: dict[str, Any] = {"Contact": ContactInput, "Activity": ActivityInput}
BODIES = {
    name: example["value"]
    for name in INPUTS
    for example in WIRE["components"]["requestBodies"][name]["content"]["application/json"][
        "examples"
    ].values()
}


def without_empty(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tree without the members that are null or empty, which count as absent."""
    return {name: value for name, value in tree.items() if value not in (None, "", [])}


def replies(node: object, at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every example of a reply in the document, with its path."""
    if isinstance(node, dict):
        for name, example in node.get("examples", {}).items() if "schema" in node else ():
            if (
                "value" in example
                and isinstance(example["value"], dict)
                and "status" in example["value"]
            ):
                yield f"{at}/{name}", example["value"]
        for name, child in node.items():
            yield from replies(child, f"{at}/{name}")


REPLIES = dict(replies(WIRE))


def test_document_has_examples() -> None:
    """The document has the vendor's lists, saves and refusals, so that no test below is empty."""
    assert set(EXAMPLES) == set(MODELS)
    assert {name: len(rows) for name, rows in EXAMPLES.items()} == {
        "ContactPage": 2,
        "ActivityPage": 2,
        "CustomFieldList": 6,
    }
    assert set(BODIES) == set(INPUTS)
    assert {value["code"] for value in REPLIES.values()} == {200, 400, 401, 404}


@both
def test_reads_contacts_of_vendor_page(client: MakeClient) -> None:
    """The vendor page's contacts are typed objects with every value."""
    crm = client(page(*EXAMPLES["ContactPage"]), page())

    bond, evil = crm(lambda crm: crm.contacts.list())

    assert type(bond) is Contact
    assert (bond.id, bond.full_name, bond.first_name, bond.last_name) == (
        33103982,
        "James Bond",
        "James",
        "Bond",
    )
    assert bond.dt_created == datetime(2016, 1, 5, 12, 3, 32, tzinfo=UTC)
    assert bond.dt_modified == datetime(2016, 1, 5, 14, 3, 33, tzinfo=UTC)
    assert bond.emails == ["james.bond@mi6.gov.uk"]
    assert bond.title is None
    assert bond.company == "British Secret Service"
    assert bond.comment is None
    for name in ("phone", "url", "fax", "messenger", "twitter", "linkedin", "facebook"):
        assert getattr(bond, name) == [], name
    assert (bond.groups, bond.tags) == ([], [])
    assert (bond.text, bond.address) == ("", "")
    assert bond.do_not_mass_email is False
    assert bond.additional_properties == {}

    assert evil.id == 33077973
    assert evil.comment == "Claims that he's the Princess of Canada."
    assert evil.phone == [
        LabeledValue("800-VIRTUCON7", "toll-free"),
        LabeledValue("703-123-4567", "Cell"),
    ]
    assert evil.url == [LabeledValue("virtucon.biz")]
    assert evil.messenger == [LabeledValue("drevil8387", "Skype")]
    assert evil.twitter == [LabeledValue("AbsoluteEvil")]
    assert evil.facebook == [
        LabeledValue("https://www.facebook.com/pages/Dr-Evil/351058975168", "personal")
    ]
    assert evil.address == (
        "(Secret Lair)\nUnderground in the Nevada desert\r\nSomewhere outside Las Vegas"
    )
    assert evil.groups == ["Cold", "Qualified", "Beyond evil", "Absolute evil"]
    assert evil.tags == ["Good guys", "New tag for evil guys", "Very evil"]
    assert evil.additional_properties == {
        "Occupation": "Evil doctor and a nice guy",
        "T-shirt_size": "XL",
        "Featured_in": "The Spy Who Shagged Me;Austin Powers 4",
        "Skills": "Startups and Entrepreneurship",
    }


@both
def test_reads_activities_of_vendor_page(client: MakeClient) -> None:
    """The vendor page's activities are typed objects with every value."""
    crm = client(page(*EXAMPLES["ActivityPage"]), page())

    lunch, other = crm(lambda crm: crm.activities.list())

    powers = Mailbox("austin.powers@mi6.gov.uk", "Austin Powers")
    assert type(lunch) is Activity
    assert (lunch.id, other.id) == (33104113, 33104112)
    assert (lunch.activity_type, lunch.label, lunch.status) == ("default", "Lunch", "open")
    assert lunch.calendar_id == "1"
    assert lunch.all_day is True
    assert lunch.dt_created == datetime(2016, 1, 9, 15, 5, 29, tzinfo=UTC)
    assert lunch.dt_modified == datetime(2016, 1, 21, 16, 21, 42, tzinfo=UTC)
    assert lunch.dt_start == lunch.dt_end == datetime(2016, 1, 21, 19, tzinfo=UTC)
    assert lunch.rrule == ""
    assert lunch.author == powers
    assert lunch.users == [powers]
    assert lunch.contacts == [
        Mailbox("ivana.humpalot@kgb.ru", "Ivana Humpalot"),
        Mailbox("assassinmustafa@gmail.com", "Mustafa"),
    ]
    assert (lunch.subject, lunch.body) == ("Discuss placement subject", "Discuss placement body")


@both
def test_reads_custom_fields_of_vendor_page(client: MakeClient) -> None:
    """The vendor page's custom fields are typed objects with every value."""
    crm = client(page(*EXAMPLES["CustomFieldList"]))

    fields = crm(lambda crm: crm.custom_fields.list())

    assert [type(field) for field in fields] == [CustomField] * 6
    assert [(field.id, field.type_, field.key, field.label) for field in fields] == [
        (33078803, CustomFieldType.TEXT, "Occupation", "Occupation"),
        (33078800, CustomFieldType.SINGLE_CHOICE, "T-shirt_size", "T-shirt size"),
        (33078801, CustomFieldType.MULTIPLE_CHOICE, "Featured_in", "Featured in"),
        (33101174, CustomFieldType.TEXT, "Hours", "Hours"),
        (33101635, CustomFieldType.TEXT, "Skills", "Skills"),
        (33102253, CustomFieldType.DATE, "DOB", "DOB"),
    ]
    assert [field.choices for field in fields[:3]] == [
        [],
        ["S", "M", "L", "XL", "XXL"],
        ["International Man of Mystery", "The Spy Who Shagged Me", "Goldmember", "Austin Powers 4"],
    ]
    assert all(field.default_value == "" for field in fields)


def test_to_dict_writes_back_what_was_read() -> None:
    """An example of a list survives `from_dict` and `to_dict`."""

    def check(name: str) -> None:
        for row in EXAMPLES[name]:
            before = json.dumps(row)

            assert without_empty(MODELS[name].from_dict(row).to_dict()) == without_empty(row)
            assert json.dumps(row) == before, "from_dict changed its argument"

    assert failures(check, product(MODELS)) == []


def test_to_dict_writes_back_body() -> None:
    """An example of a request body survives `from_dict` and `to_dict`, and nothing is added."""

    def check(name: str) -> None:
        assert INPUTS[name].from_dict(BODIES[name]).to_dict() == BODIES[name]

    assert failures(check, product(INPUTS)) == []


@both
def test_sends_model_as_vendor_page_shows(client: MakeClient) -> None:
    """A save with a model sends the example's JSON and nothing else."""

    def check(name: str) -> None:
        kind = {"contacts": "Contact", "activities": "Activity"}[name]
        model = INPUTS[kind].from_dict(BODIES[kind])
        crm = client(reply({"status": True, "code": 200, "data": {"id": 33104663}}))

        assert crm(lambda crm: getattr(crm, name).save(model)) == 33104663
        assert crm.seen[0].json == BODIES[kind]
        assert crm.seen[0].headers["content-type"] == "application/json"

    assert failures(check, product(["contacts", "activities"])) == []


@both
def test_sends_contact_keywords_as_vendor_page_shows(client: MakeClient) -> None:
    """A save with keywords sends the example's JSON and nothing else."""
    crm = client(reply({"status": True, "code": 200, "data": {"id": 33104663}}))

    crm(
        lambda crm: crm.contacts.save(
            full_name="Dr. Evil",
            emails=["ceo@virtucon.biz"],
            title="CEO",
            company="Virtucon",
            phone=[
                LabeledValue("800-VIRTUCON7", "toll-free"),
                LabeledValue("703-123-4567", "Cell"),
            ],
            groups=["Cold", "Qualified", "Beyond evil", "Absolute evil"],
            extra={
                "Occupation": "Evil doctor and a nice guy",
                "T-shirt_size": "XL",
                "Featured_in": "The Spy Who Shagged Me;Austin Powers 4",
            },
        )
    )

    assert crm.seen[0].method == "POST"
    assert crm.seen[0].path == "/api/v3/contact.save.json"
    assert crm.seen[0].json == BODIES["Contact"]


@both
def test_sends_activity_keywords_as_vendor_page_shows(client: MakeClient) -> None:
    """An activity's save with keywords sends the example's JSON and nothing else."""
    crm = client(reply({"status": True, "code": 200, "data": {"id": 2312789}}))
    start = datetime(2016, 1, 21, 19, tzinfo=UTC)

    id = crm(
        lambda crm: crm.activities.save(
            activity_type="default",
            label="Lunch",
            all_day=True,
            dt_start=start,
            dt_end=start,
            users=[Mailbox("austin.powers@mi6.gov.uk", "Austin Powers")],
            contacts=[
                Mailbox("ivana.humpalot@kgb.ru", "Ivana Humpalot"),
                Mailbox("assassinmustafa@gmail.com", "Mustafa"),
            ],
            subject="Discuss placement subject",
            body="Discuss placement body",
        )
    )

    assert id == 2312789
    assert crm.seen[0].path == "/api/v3/activity.save.json"
    assert crm.seen[0].json == BODIES["Activity"]
