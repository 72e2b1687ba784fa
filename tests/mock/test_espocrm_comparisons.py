"""How EspoCRM's lists compare values: collation, patterns, and attributes without a column."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from crmkit_mock import MockCRMs
from crmkit_mock.espocrm.folding import fold, like, like_form, sort_key
from tests.mock.espo import Espo, brackets, client_for, error_reason, where

#: Strings that the collation holds for equal, as a real server did.
EQUAL = (
    ("Praha", "praha ", "PRAHA"),
    ("Žďár", "zdar"),
    ("straße", "strasse"),
    ("œuf", "oeuf"),
    ("½", "1⁄2"),
    ("İstanbul", "istanbul"),
    ("ﬁn", "fin"),
    ("か", "ガ"),
    ("\N{GRINNING FACE}", "\N{ROCKET}"),
)
#: Strings that it keeps apart.
DIFFERENT = (
    ("Łódź", "Lódź"), ("æon", "aeon"), ("ısı", "isi"), ("и", "й"), ("ẞ", "ss"), (" a", "a"),
)  # fmt: skip
#: Strings in its order.
SORTED = (
    "-1", '"q"', "(x)", "#1", "$2", "007", "½", "5", "50%", "5abc", "a b", "a_b", "a-b", "a.b",
    "a@b", "A1", "a10", "a2", "aeon", "ångström", "Æon", "b\\c", "dakovo", "đakovo", "ð", "ﬁn",
    "istanbul", "ısı", "lodz", "Łódź", "ñandu", "o'Neil", "œuf", "ore", "Ostrava", "øre", "praha",
    "straße", "thing", "z", "Zebra", "þing", "αβγ", "нет", "日本", "ẞ", "\N{GRINNING FACE}",
)  # fmt: skip


def test_collation_ignores_case_accents_and_padding() -> None:
    """Equal strings fold to the same; letters of their own stay apart."""
    for group in EQUAL:
        assert len({fold(text) for text in group}) == 1, group
    for first, second in DIFFERENT:
        assert fold(first) != fold(second), (first, second)


def test_collation_sorts_marks_digits_and_letters_as_the_server() -> None:
    """Marks come before digits, digits before letters, and letters without a base after it."""
    assert sorted(set(SORTED), key=sort_key) == [*SORTED]


def test_patterns_have_wildcards_and_backslashes() -> None:
    """`%` and `_` match anything, a backslash makes the next character literal."""
    cases = (
        ("%", "", True), ("50\\%", "50%", True), ("50\\%", "50x", False), ("a_b", "axb", True),
        ("%\\", "x\\", True), ("zd%", "Žďár", True), ("ss", "ß", False), ("praha", "Praha ", False),
    )  # fmt: skip
    for pattern, text, matches in cases:
        assert bool(like(pattern).fullmatch(like_form(text))) == matches, (pattern, text)


@pytest.fixture(scope="module")
def espo() -> Iterator[Espo]:
    """A mock of the newest release with records for the filters; no test changes them."""
    with MockCRMs(seed="empty") as mocks, client_for(mocks.espocrm) as http:
        crm = mocks.espocrm
        first = crm.add("Account", {"name": "A", "cRating": 0, "cTags": ["vip"], "cTier": "A"})
        crm.add("Account", {"name": "B", "cRating": 5, "cLinks": ["https://x/"], "cTier": "C"})
        crm.add("Account", {"name": "C", "cRating": None, "cTier": "C"})
        mails = [
            {"emailAddress": text, "lower": text, "primary": text[0] == "x", "optOut": True,
             "invalid": False}
            for text in ("x@x.example", "y@x.example")
        ]  # fmt: skip
        crm.add("Contact", {"firstName": "Ann", "lastName": "Bee", "emailAddressData": mails})
        contact = {"lastName": "Cee", "phoneNumber": "+420601111222", "accountId": first}
        crm.add("Contact", {**contact, "accountsColumns": {first: {"role": "CEO"}}})
        crm.add("Opportunity", {"name": "O", "amount": 10, "amountCurrency": "USD"})
        crm.add("Task", {"name": "Day", "dateEndDate": "2024-01-25", "dateEnd": "2024-01-25 23:00"})
        crm.add("Task", {"name": "Time", "dateEnd": "2024-01-25 22:30:00"})
        crm.clock.set(datetime(2024, 1, 25, 12, tzinfo=UTC))
        yield Espo(crm, http)


def _item(type_: str, attribute: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return {"type": type_, "attribute": attribute, "value": value, **more}


def test_looked_up_attributes_compare_as_the_server_defines(espo: Espo) -> None:
    """Any address counts, a missing one differs from all; names are compared part by part."""
    zoned = {"dateTime": "true", "timeZone": "Europe/Prague"}
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("Contact", _item("equals", "emailAddress", "Y@X.example"), "Ann Bee"),
        ("Contact", _item("notEquals", "emailAddress", "y@x.example"), "Cee"),
        ("Contact", _item("isNull", "emailAddress"), "Cee"),
        ("Contact", _item("notIn", "phoneNumber", ["+420601111222"]), ""),
        ("Contact", _item("notEquals", "phoneNumber", "+420601111222"), "Ann Bee"),
        ("Contact", _item("isTrue", "emailAddressIsOptedOut"), "Ann Bee"),
        ("Contact", _item("isFalse", "emailAddressIsOptedOut"), "Cee"),
        ("Contact", _item("startsWith", "name", "bee"), "Ann Bee"),
        ("Contact", _item("equals", "name", "Bee Ann"), "Ann Bee"),
        # A part that is null makes the whole unknown.
        ("Contact", _item("notEquals", "name", "x"), "Ann Bee"),
        ("Contact", _item("in", "name", ["Cee"]), ""),
        ("Contact", _item("equals", "title", "ceo"), "Cee"),
        ("Contact", _item("isNull", "title"), "Ann Bee"),
        ("Account", _item("arrayAnyOf", "cTags", ["VIP"]), "A"),
        ("Account", _item("contains", "cLinks", "https:\\\\/"), "B"),
        ("Account", _item("equals", "cRating", "5abc"), "B"),
        ("Account", _item("equals", "cRating", ""), "A"),
        ("Account", _item("like", "cRating", "5"), "B"),
        # Whole days are compared by their date, others by their time.
        ("Task", _item("on", "dateEnd", "2024-01-25", **zoned), "Time Day"),
        ("Task", _item("on", "dateEnd", "2024-01-26", **zoned), ""),
        ("Task", _item("future", "dateEnd", **zoned), "Time"),
    ]
    for entity, item, names in cases:
        assert " ".join(espo.find(entity, item)) == names, (entity, item)


def test_attributes_without_a_column_crash_the_query_last(espo: Espo) -> None:
    """What the database refuses is an error only if everything else is allowed."""
    crashing = (
        ("Contact", _item("greaterThan", "name", "x")),
        ("Contact", _item("equals", "isFollowed", "1")),
        ("Contact", _item("equals", "emailAddressIsOptedOut", "1")),
        ("Opportunity", _item("in", "amountConverted", ["1"])),
        ("Task", _item("isTrue", "isOverdue")),
        ("Task", _item("equals", "parentName", "x")),
        ("Account", _item("equals", "contactsIds", "x")),
    )
    for entity, item in crashing:
        reply = espo.http.get(f"/{entity}", params=where(item))
        reason = error_reason(reply, 400) or ""
        assert reason.endswith("A real server answers 500."), (entity, item)
        second = where(item, _item("in", "name", "x"))
        assert error_reason(espo.http.get(f"/{entity}", params=second), 400) == (
            "Bad where item 'in'."
        )
    assert espo.http.get("/Contact", params={"primaryFilter": "accountActive"}).status_code == 400


def test_groups_ignore_items_that_php_finds_empty(espo: Espo) -> None:
    """Within "and" and "or", "0" and nothing are no value; "or" takes one of all."""
    tier, zero = _item("equals", "cTier", "C"), _item("equals", "cRating", "0")
    all_of = _item("arrayAllOf", "cTags", ["vip", "nope"])
    cases: list[tuple[str, list[dict[str, Any]], str]] = [
        ("or", [tier, zero], "C B"),
        ("and", [zero], "C B A"),
        ("or", [], "C B A"),
        ("or", [all_of], "A"),
        ("and", [all_of], ""),
    ]
    for kind, items, names in cases:
        found = espo.find("Account", {"type": kind, "value": items})
        assert " ".join(found) == names, (kind, items)


def test_lists_have_what_the_server_loads_for_a_selection(espo: Espo) -> None:
    """Links bring ids, names and columns; addresses, followers and reminders never come."""
    always = {"id", "createdAt", "createdById", "assignedUserId"}
    cases: list[tuple[str, str, set[str]]] = [
        ("Account", "emailAddressData,isFollowed,followersIds", {"isStarred"}),
        ("Account", "cPapersIds", {"isStarred", "cPapersIds", "cPapersNames", "cPapersTypes"}),
        ("Task", "dateEnd", {"parentName", "dateEnd", "status"}),
        ("Task", "reminders,isOverdue", {"parentName"}),
        ("Opportunity", "contactsColumns",
         {"accountId", "accountName", "contactsIds", "contactsNames", "contactsColumns"}),
        ("Opportunity", "contactsIds",
         {"accountId", "accountName", "contactsIds", "contactsNames", "contactsColumns",
          "contactId"}),
    ]  # fmt: skip
    for entity, select, more in cases:
        found = espo.records(f"/{entity}", select=select, orderBy="createdAt", maxSize=1)
        assert found[0].keys() == always | more, (entity, select)
    users = espo.records("/User", select="title")
    assert {"name", "userName", "type", "isActive"} <= users[0].keys()


def test_reasons_and_amounts_of_releases_before_10(espo: Espo) -> None:
    """9.2 repeats reasons, sorts amounts in the base currency, and has a filter of teams."""
    with MockCRMs(seed="empty", espocrm_version="9.2") as mocks, client_for(mocks.espocrm) as http:
        old = Espo(mocks.espocrm, http)
        for one in (old, espo):
            one.mock.add("Opportunity", {"name": "P", "amount": 20, "amountCurrency": "CZK"})
        old.mock.add("Opportunity", {"name": "O", "amount": 10, "amountCurrency": "USD"})
        names = [
            [row["name"] for row in one.records("/Opportunity", orderBy="amount")]
            for one in (old, espo)
        ]
        assert names == [["P", "O"], ["O", "P"]]
        denied = brackets({"where": [{"type": "not", "value": []}]})
        reason = "Sub-queries are forbidden in where."
        assert error_reason(http.get("/Account", params=denied), 400) == f"{reason} {reason}"
        assert error_reason(espo.http.get("/Account", params=denied), 400) == reason
        teams = {"boolFilterList[0]": "onlyMyTeam"}
        assert http.get("/Account", params=teams).json()["total"] == 0
        assert espo.http.get("/Account", params=teams).status_code == 400


def test_global_search_sorts_by_type_and_name() -> None:
    """9.2 has the types the other way round; each type adds attributes of its own."""
    expected = {"10.0": ["Account", "Lead", "Opportunity"]}
    expected["9.2"] = expected["10.0"][::-1]
    for release, scopes in expected.items():
        with MockCRMs(seed="empty", espocrm_version=release) as mocks:
            for entity in ("Lead", "Opportunity", "Account"):
                name = "lastName" if entity == "Lead" else "name"
                more = {"Lead": {"status": "New"}, "Opportunity": {"stage": "Proposal"}}
                mocks.espocrm.add(entity, {name: "Same", **more.get(entity, {})})
            with client_for(mocks.espocrm) as http:
                found = http.get("/GlobalSearch", params={"q": "sam"}).json()
        assert [row["_scope"] for row in found["list"]] == scopes, release
        members = {row["_scope"]: row.keys() - {"id", "name", "_scope"} for row in found["list"]}
        assert members["Account"] == set()
        assert members["Opportunity"] == {"stage"}
        assert members["Lead"] == {"status", "accountName", "emailAddress", "phoneNumber"}
