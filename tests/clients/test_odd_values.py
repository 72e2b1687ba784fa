"""One value that is not as documented never costs the record, the page or the update."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import attrs
import httpx
import pytest
from pydantic import TypeAdapter, ValidationError

from crmkit import DecodeError
from crmkit.espocrm import Opportunity
from tests.clients.harness import new_client

CRMS = ("autocrm", "monica", "onepagecrm", "relenta")
ODD: list[Any] = [0.5, {}, {"x": []}, [[]], [7, "x"], True, 7, -(10**18), "0000-00-00", "x|y;z"]


def models() -> Iterator[tuple[str, Any, Any]]:
    """Yield the names, classes and codecs of all models that replies hold."""
    for crm in CRMS:
        package: Any = import_module(f"crmkit_generated.{crm}.models")
        read = import_module(f"crmkit_generated.{crm}.codec.read")
        for name in package.__all__:
            codec = getattr(read, f"{name}_codec", None)
            if codec is not None and "keep_odd" in codec.decode.__code__.co_names:
                yield f"{crm} {name}", getattr(package, name), codec


def least(cls: Any) -> dict[str, Any]:
    """Return the smallest tree that a model is read from."""
    for tree in ({}, {"id": "1"}, {"id": 1}):
        try:
            cls.from_dict(tree)
        except DecodeError as error:
            assert error.path == "id"
        else:
            return tree
    raise AssertionError(cls)


def wire_names(codec: Any) -> list[str]:
    """Return the wire names of a model's members, but for its id."""
    constants = codec.decode.__code__.co_consts
    names = [name for name in constants if isinstance(name, str) and name != "id"]
    return [name for name in names if name.replace("_", "").isalnum()]


def respond(body: object, content_type: str = "application/json") -> httpx.MockTransport:
    """Return a transport that answers every request alike."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": content_type}
    return httpx.MockTransport(lambda _: httpx.Response(200, content=content, headers=headers))


@pytest.mark.parametrize("crm", CRMS)
def test_every_member_of_every_model(crm: str) -> None:
    """Whatever stands in a member, the model is read, and all that came is written back."""
    count = 0
    for label, cls, codec in models():
        if not label.startswith(crm):
            continue
        tree = least(cls)
        for name in wire_names(codec):
            for value in ODD:
                thing = cls.from_dict({**tree, name: value})
                written = thing.to_dict()
                if name in thing.additional_properties:
                    assert thing.additional_properties[name] is value, (label, name, value)
                    assert written[name] == value, (label, name, value)
                    count += 1
                assert cls.from_dict(written) == thing, (label, name, value)

    assert count > 300


def test_every_model_can_be_copied_and_shown() -> None:
    """Any model can be pickled, copied, taken apart by attrs, and its tree written as JSON."""
    for label, cls, _ in models():
        thing = cls.from_dict({**least(cls), "unknown": [1]})

        assert pickle.loads(pickle.dumps(thing)) == thing == copy.deepcopy(thing), label
        assert attrs.asdict(thing)["additional_properties"] == {"unknown": [1]}
        assert json.loads(json.dumps(thing.to_dict())) == dict(thing), label


PAGES: dict[str, tuple[Callable[[list[Any]], Any], str, Any]] = {
    "EspoCRM": (lambda rows: {"list": rows, "total": len(rows)}, "accounts", "1"),
    "Monica": (lambda rows: {"data": rows, "meta": {"total": len(rows)}}, "contacts", 1),
    "OnePageCRM": (lambda rows: {"data": {"contacts": rows, "maxpage": 1}}, "contacts", "a"),
    "Relenta": (lambda rows: {"data": rows}, "contacts", 1),
}


def listed(crm: str, rows: list[Any], *, take: int) -> Any:
    """Return the list of a client that gets some rows."""
    body, resource, _ = PAGES[crm]
    client = new_client(crm, transport=respond(body(rows)))
    return getattr(client, resource).list().take(take)


@pytest.mark.parametrize("crm", PAGES)
@pytest.mark.parametrize("bad", [None, 5, "x", [], {}, {"id": None}, {"id": {}}], ids=repr)
def test_rows_before_a_bad_row_come_first(crm: str, bad: Any) -> None:
    """A row that is not an object, or has no id, is a DecodeError when its turn comes."""
    id = PAGES[crm][2]
    rows = [{"id": id * n if isinstance(id, str) else n} for n in range(1, 71)]
    records = iter(listed(crm, [*rows[:63], bad, *rows[63:]], take=70))

    assert len([next(records) for _ in range(63)]) == 63
    with pytest.raises(DecodeError) as caught:
        next(records)
    assert "[63]" in caught.value.path


@pytest.mark.parametrize("crm", PAGES)
def test_short_rows_are_read(crm: str) -> None:
    """A body as people write it in a test is read: an id, a name and nothing else."""
    name = {"EspoCRM": "name", "OnePageCRM": "firstname", "Relenta": "full_name"}.get(crm)
    row = {"id": PAGES[crm][2], name or "first_name": "A"}

    (record,) = listed(crm, [row], take=1)

    assert getattr(record, name or "first_name") == "A"
    assert record.additional_properties == {}


def test_each_client_reports_a_member_once(caplog: pytest.LogCaptureFixture) -> None:
    """The log names an odd member once for each client, with its views, and shows no value."""
    body = {"list": [{"id": "1", "createdAt": "secret"}, {"id": "2", "createdAt": "secret"}]}
    for _ in range(2):
        crm = new_client("EspoCRM", transport=respond(body))
        for view in (crm, crm.with_options(max_retries=0)):
            view.accounts.list().take(2).collect()
            view.contacts.list().take(2).collect()

    texts = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(texts) == 4
    assert texts[0].startswith("espocrm: Account.createdAt cannot be read: it is not in the doc")
    assert texts[1].startswith("espocrm: Contact.createdAt cannot be read")
    assert "secret" not in "".join(texts)


@pytest.mark.parametrize(
    ("crm", "row", "attribute"),
    [
        ("EspoCRM", {"id": "1", "createdAt": "0000-00-00 00:00:00"}, "created_at"),
        ("Relenta", {"id": "1", "dt_created": "0000-00-00 00:00:00"}, "dt_created"),
        ("Monica", {"id": 1, "created_at": "-0001-11-30T00:00:00Z"}, "created_at"),
        ("Monica", {"id": 1, "stay_in_touch_frequency": "7"}, "stay_in_touch_frequency"),
        ("OnePageCRM", {"id": "a", "vip": "perhaps"}, "vip"),
        ("OnePageCRM", {"id": "a", "nextaction": "call"}, "nextaction"),
    ],
)
def test_reads_rows_with_odd_members(crm: str, row: dict[str, Any], attribute: str) -> None:
    """Zero dates, numbers in strings and objects of another form are None, and written back."""
    name = next(name for name in row if name != "id")
    (record,) = listed(crm, [row], take=1)

    assert getattr(record, attribute) is None
    assert record.additional_properties == {name: row[name]}
    assert record.to_dict()[name] == row[name]


@pytest.mark.parametrize("seconds", [10**18, -(10**18), 2**63 - 1, 253402300800, 10**400])
def test_reads_times_beyond_the_calendar(seconds: int) -> None:
    """Seconds that no calendar reaches cost nothing but themselves, in models and in the view."""
    body = {"status": 0, "timestamp": seconds, "data": {"version": "1.2"}}
    crm = new_client("OnePageCRM", transport=respond(body))

    assert crm.api_version()
    assert crm.view.timestamp is None


XML = """<hash><status type="integer">0</status><data><contacts type="array"><contact><id>a</id>
<vip>perhaps</vip><firstname>Tom <b>x</b></firstname><nextaction>call</nextaction>
<tags><tag>x</tag></tags><pendingdeal nil="true"/></contact></contacts><maxpage>1</maxpage></data>
</hash>"""
YAML = """status: 0
data:
  maxpage: 1
  contacts:
  - id: a
    vip: perhaps
    firstname: [Tom, x]
    nextaction: call
    tags: x
    pendingdeal: ~
"""


@pytest.mark.parametrize(("format_", "text"), [("xml", XML), ("yaml", YAML)])
def test_reads_odd_members_in_other_formats(format_: str, text: str) -> None:
    """In XML and YAML, too, what is not as documented costs the member alone."""
    crm = new_client("OnePageCRM", transport=respond(text.encode()), format=format_)
    (contact,) = crm.contacts.list().take(1)

    assert (contact.id, contact.vip, contact.firstname, contact.nextaction) == ("a", *[None] * 3)
    assert contact.pendingdeal is None
    assert contact["vip"] == "perhaps"
    assert contact["nextaction"] == "call"


def test_updates_write_back_what_could_not_be_read() -> None:
    """An update that reads, merges and writes sends an odd member as the server has it."""
    contact = {"id": 1, "is_partial": False, "first_name": 7, "nickname": ["x"]}
    bodies: list[dict[str, Any]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            bodies.append(json.loads(request.content))
        return httpx.Response(200, json={"data": contact})

    crm = new_client("Monica", transport=httpx.MockTransport(handle))
    crm.contacts.update(1, description="new")

    assert bodies[0]["description"] == "new"
    assert (bodies[0]["first_name"], bodies[0]["nickname"]) == (7, ["x"])


def test_envelopes_with_odd_members() -> None:
    """An envelope without its status, or with one in a string, is read for its data."""
    for status in ({}, {"status": "true"}, {"status": 1}, {"status": None}):
        crm = new_client("Relenta", transport=respond({**status, "data": {"id": 7}}))
        assert crm.contacts.save(full_name="x") == 7
    moment = {"status": "0", "timestamp": "soon", "data": {"version": "1.2"}}
    crm = new_client("OnePageCRM", transport=respond(moment))
    assert crm.api_version()


def test_pydantic_writes_what_to_dict_writes() -> None:
    """A model in an annotation, as of a FastAPI route, is validated and written as the wire is."""
    wire = {"id": "1", "name": "A", "amount": 1.5, "closeDate": "0000-00-00", "cX": [1]}
    deal = Opportunity.from_dict(wire)
    adapter = TypeAdapter(list[Opportunity])

    assert adapter.dump_python([deal], mode="json") == [deal.to_dict()]
    assert json.loads(adapter.dump_json([deal])) == [deal.to_dict()]
    assert adapter.validate_python([deal]) == [deal] == adapter.validate_python([wire])
    assert adapter.validate_json(json.dumps([wire])) == [deal]
    assert adapter.json_schema(mode="serialization")["items"]["type"] == "object"
    with pytest.raises(ValidationError):
        adapter.validate_python([{"name": "no id"}])
