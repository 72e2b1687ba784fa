"""A mock with a plain client and crmkit's client before it, and what all CRMs' lists are asked."""

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
from tests.contract.exchanges import Fault, Recorder
from tests.contract.validation import Judge

Row = dict[str, Any]

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
LISTS = ("", "a", "a;b", "a (x);b", ";", "Ann <a@b.c>;d@e.f")


@dataclass(frozen=True)
class Listing:
    """A list of records and how they come about: what a CRM has to say to be checked.

    Args:
        name: The resource's name in the client.
        list_path: Path of the list.
        save_path: Path that creates, and updates what has an id.
        create_path: Path that only creates; None if there is none.
        values: Strategies for what a client may write, by member, in the wire's form.
        default_size: Rows of a page when nothing is said.
        biggest: The largest page size.
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


CONTACTS = Listing(
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
ACTIVITIES = Listing(
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
LISTINGS = (CONTACTS, ACTIVITIES)


@dataclass
class World:
    """A mock without records, and two ways to it that are both recorded."""

    mocks: MockCRMs
    http: httpx.Client
    crm: Relenta
    recorder: Recorder
    judge: Judge
    others: list[httpx.Client] = field(default_factory=list)

    def rows(self, listing: Listing, http: httpx.Client | None = None, **query: int) -> list[Row]:
        """Return one page as it is on the wire."""
        reply = (http or self.http).get(listing.list_path, params=query)
        assert reply.status_code == 200, reply.text
        rows: list[Row] = reply.json()["data"]
        return rows

    def everything(self, listing: Listing, http: httpx.Client | None = None) -> list[Row]:
        """Return all rows, page after page of the largest size, up to an empty one."""
        rows: list[Row] = []
        page = 1
        while found := self.rows(listing, http, page=page, page_size=listing.biggest):
            rows += found
            page += 1
        return rows

    def save(self, listing: Listing, body: Row, path: str | None = None) -> int:
        """Save a record and return the id that the reply names."""
        reply = self.http.post(path or listing.save_path, json=body)
        assert reply.status_code == 200, reply.text
        id: int = reply.json()["data"]["id"]
        return id

    def row(self, listing: Listing, id: int) -> Row:
        """Return the one row that has an id."""
        rows = [row for row in self.everything(listing) if int(row["id"]) == id]
        assert len(rows) == 1, f"{len(rows)} rows have the id {id}"
        return rows[0]

    def conforms(self) -> None:
        """Check that every exchange so far is what the document says."""
        assert self.judge.judge(self.recorder.exchanges) == []


_JUDGE = Judge(wire("relenta"))


@contextmanager
def relenta(fault: Fault | None = None) -> Generator[World]:
    """Open a world with Relenta's mock.

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
        yield World(mocks, plain("agents"), crm, recorder, _JUDGE, [plain("laboratory")])


def same(sent: Any, shown: Any) -> bool:
    """Return whether a list shows a value that was sent: null, "" and absence are all no value."""
    return (sent or None) == (shown or None)
