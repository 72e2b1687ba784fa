"""What a read returns may be passed to a write."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from crmkit import EspoCRM, Monica, OnePageCRM, Relenta
from crmkit.autocrm import EmailAddressInput
from crmkit_generated.autocrm import models as espo
from crmkit_generated.monica import models as monica
from crmkit_generated.onepagecrm import models as onepagecrm
from crmkit_mock import MockCRMs
from tests.clients.harness import new_client


@pytest.fixture
def crm(mocks: MockCRMs) -> Any:
    """A client of the mock EspoCRM."""
    mock = mocks.espocrm
    return EspoCRM(base_url=mock.base_url, transport=mock.transport, **mock.credentials)


def test_appends_to_nested_lists(crm: EspoCRM) -> None:
    """Addresses, numbers and reminders that were read are kept where another is added."""
    contact = crm.contacts.create(
        last_name="A",
        email_address_data=[EmailAddressInput("a@x.example", primary=True, opt_out=True)],
        phone_number_data=[espo.PhoneNumberInput("+36201111111", type_="Home", primary=True)],
    )
    crm.contacts.update(
        contact.id,
        email_address_data=[
            *contact.email_address_data,
            EmailAddressInput("b@x.example", primary=False),
        ],
        phone_number_data=[
            *contact.phone_number_data,
            espo.PhoneNumberInput("+36202222222", primary=False),
        ],
    )
    start = datetime(2100, 1, 15, 9, 0, tzinfo=UTC)  # servers drop reminders that are past
    user: Any = crm.me().user
    meeting = crm.meetings.create(
        name="M",
        assigned_user_id=user.id,
        date_start=start,
        date_end=start,
        reminders=[espo.ReminderInput(seconds=300, type_="Popup")],
    )
    crm.meetings.update(
        meeting.id,
        reminders=[*meeting.reminders, espo.ReminderInput(seconds=3600, type_="Email")],
    )

    read = crm.contacts.get(contact.id)
    assert [one.email_address for one in read.email_address_data] == ["a@x.example", "b@x.example"]
    assert [one.opt_out for one in read.email_address_data] == [True, False]
    assert read.phone_number_data[0].type_ == "Home"
    assert len(read.phone_number_data) == 2
    found = {one.type_: one.seconds for one in crm.meetings.get(meeting.id).reminders}
    assert found == {"Popup": 300, "Email": 3600}


def test_writes_a_whole_record_that_was_read(crm: EspoCRM) -> None:
    """A record that was read may be written: what it has not is left as it is."""
    made = crm.opportunities.create(
        name="A", amount=Decimal("10.50"), close_date=date(2024, 2, 29), extra={"cX": 1}
    )
    before = crm.opportunities.get(made.id)
    before.name = "B"
    crm.opportunities.update(made.id, before)
    other = crm.opportunities.create(before)

    for record in (crm.opportunities.get(made.id), crm.opportunities.get(other.id)):
        assert (record.name, record.amount, record.close_date) == (
            "B",
            Decimal("10.50"),
            date(2024, 2, 29),
        )


def sent(name: str, call: Any, **reply: Any) -> Any:
    """Return the JSON body of the last request that a call makes."""
    bodies: list[bytes] = []

    def handle(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        return httpx.Response(200, json=reply)

    call(new_client(name, transport=httpx.MockTransport(handle)))
    return json.loads(bodies[-1])


def test_writes_odd_members_as_they_came() -> None:
    """A nested member that could not be read, and one that is unknown, are written as they came."""
    wire = {"emailAddress": "a@x", "optOut": "perhaps", "more": [1], "lower": "a@x"}
    read = espo.EmailAddress.from_dict(wire)

    body = sent("EspoCRM", lambda crm: crm.contacts.update("1", email_address_data=[read]), id="1")

    (written,) = body["emailAddressData"]
    assert written == {name: wire[name] for name in ("emailAddress", "optOut", "more")}


def test_update_of_a_list_row_clears_nothing() -> None:
    """A row of a list lacks what lists do not show: writing it back sends none of that."""
    row = espo.Contact.from_dict({"id": "1", "firstName": "A", "lastName": None})

    body = sent("EspoCRM", lambda crm: crm.contacts.update("1", row), id="1")

    assert body == {"firstName": "A"}


def test_merging_updates_take_what_was_read() -> None:
    """A contact of Monica may be written back, and so may a tag."""
    contact = monica.Contact.from_dict({"id": 1, "first_name": "A", "is_partial": False})
    tag = monica.Tag.from_dict({"id": 1, "name": "A"})
    data = {"id": 1, "first_name": "A", "nickname": "N", "is_partial": False}

    assert sent("Monica", lambda crm: crm.contacts.update(1, contact), data=data)["nickname"] == "N"
    assert sent("Monica", lambda crm: crm.tags.create(tag), data={"id": 1}) == {"name": "A"}


def test_onepagecrm_numbers_with_unknown_members() -> None:
    """A member that the server's string form has no place for is left out of what was read."""
    phone = onepagecrm.Phone.from_dict({"type": "work", "number": "1", "new": True})
    made = onepagecrm.ContactInput(lastname="A", phones=[phone, {"type": "home", "number": "2"}])

    assert made.to_dict()["phones"] == "work|1,home|2"


@pytest.mark.parametrize(
    ("client", "value"),
    [
        (Monica, espo.Contact.from_dict({"id": "1"})),
        (EspoCRM, monica.Contact.from_dict({"id": 1})),
        (EspoCRM, espo.Account.from_dict({"id": "1"})),
        (OnePageCRM, onepagecrm.Action.from_dict({"id": "1"})),
        (Relenta, {"full_name": "A"}),
    ],
)
def test_refuses_models_of_other_things(client: type[Any], value: Any) -> None:
    """What was read of another thing, or of another CRM, is refused."""
    with pytest.raises(TypeError, match="expected ContactInput, got"):
        new_client(client.__name__).contacts.create(value)
