"""Relenta's mock with a plain HTTP client and crmkit's client, whose exchanges are recorded."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from hypothesis import strategies as st

from crmkit import Relenta
from crmkit_mock import MockCRMs
from tests.contract.account_documents import wire
from tests.contract.exchange_validation import ExchangeValidator
from tests.contract.exchanges import Fault, Recorder

Row = dict[str, Any]

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
LISTS = ("", "a", "a;b", "a (x);b", ";", "Ann <a@b.c>;d@e.f")


@dataclass(frozen=True)
class Resource:
    """A list of records, and the paths that write them.

    Args:
        name: The resource's name in the client.
        list_path: Path of the list.
        save_path: Path that creates, and updates what has an id.
        create_path: Path that only creates; None if there is none.
        values: Strategies for what a client may write, by member, in the wire's form.
        default_size: Rows of a page where no size is sent.
        biggest: Largest page size.
    """

    name: str
    list_path: str
    save_path: str
    create_path: str | None
    values: Mapping[str, st.SearchStrategy[Any]]
    default_size: int = 100
    biggest: int = 500

    def sent(self) -> st.SearchStrategy[Row]:
        """Return a strategy for bodies without an id."""
        return st.fixed_dictionaries({}, optional=dict(self.values))


CONTACTS = Resource(
    "contacts",
    "/contact.list.json",
    "/contact.save.json",
    "/contact.create.json",
    {
        **dict.fromkeys(("title", "company", "comment", "text", "address"), TEXT | st.none()),
        **dict.fromkeys(
            ("phone", "url", "fax", "emails", "groups", "tags"), st.sampled_from(LISTS)
        ),
        "do_not_mass_email": st.booleans(),
    },
)
ACTIVITIES = Resource(
    "activities",
    "/activity.list.json",
    "/activity.save.json",
    None,
    {
        **dict.fromkeys(("label", "subject", "body", "rrule", "calendar_id"), TEXT | st.none()),
        **dict.fromkeys(("users", "contacts"), st.sampled_from(LISTS)),
        **dict.fromkeys(
            ("dt_start", "dt_end"),
            st.sampled_from(["", None, "2016-01-21T19:00:00Z", "1999-12-31T23:59:59Z"]),
        ),
        "all_day": st.booleans(),
        "status": TEXT,
    },
)
RESOURCES = (CONTACTS, ACTIVITIES)


@dataclass
class Harness:
    """A mock without records, and two clients whose exchanges are recorded."""

    mocks: MockCRMs
    http: httpx.Client
    crm: Relenta
    recorder: Recorder
    validator: ExchangeValidator
    others: list[httpx.Client] = field(default_factory=list)

    def rows(self, resource: Resource, http: httpx.Client | None = None, **query: int) -> list[Row]:
        """Return one page as the wire has it."""
        reply = (http or self.http).get(resource.list_path, params=query)
        assert reply.status_code == 200, reply.text
        rows: list[Row] = reply.json()["data"]
        return rows

    def everything(self, resource: Resource, http: httpx.Client | None = None) -> list[Row]:
        """Return all rows, from pages of the largest size up to an empty one."""
        rows: list[Row] = []
        page = 1
        while page_rows := self.rows(resource, http, page=page, page_size=resource.biggest):
            rows += page_rows
            page += 1
            assert page < 100, "the list does not end"
        return rows

    def save(self, resource: Resource, body: Row, path: str | None = None) -> int:
        """Save a record and return the id that the reply names."""
        reply = self.http.post(path or resource.save_path, json=body)
        assert reply.status_code == 200, reply.text
        id: int = reply.json()["data"]["id"]
        return id

    def row(self, resource: Resource, id: int) -> Row:
        """Return the row with an id."""
        rows = [row for row in self.everything(resource) if int(row["id"]) == id]
        assert len(rows) == 1, f"{len(rows)} rows have the id {id}"
        return rows[0]

    def conforms(self) -> None:
        """Check that every exchange so far is valid by the document."""
        assert self.validator.all_errors(self.recorder.exchanges) == []


_VALIDATOR = ExchangeValidator(wire("relenta"))


@contextmanager
def relenta(fault: Fault | None = None) -> Generator[Harness]:
    """Open a harness.

    Args:
        fault: What goes wrong between the clients and the mock.
    """
    with ExitStack() as stack:
        mocks = stack.enter_context(MockCRMs(seed="empty"))
        mock = mocks.relenta
        assert mock.transport is not None
        recorder = Recorder(mock.transport, mock.base_url, fault)

        def plain(department: str) -> httpx.Client:
            key = mock.departments[department]["department_key"]
            headers = {"X-Relenta-Department-Key": key}
            return stack.enter_context(
                httpx.Client(base_url=mock.base_url, transport=recorder, headers=headers)
            )

        key = mock.credentials["department_key"]
        crm = stack.enter_context(
            Relenta(base_url=mock.base_url, department_key=key, transport=recorder)
        )
        yield Harness(mocks, plain("agents"), crm, recorder, _VALIDATOR, [plain("laboratory")])


def same(sent: Any, shown: Any) -> bool:
    """Return whether a list shows a value that was sent: null, "" and absence mean the same."""
    return (sent or None) == (shown or None)
