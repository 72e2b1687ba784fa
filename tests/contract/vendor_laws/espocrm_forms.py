"""Leads from forms on web pages, and templates of e-mails with what stands in for records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.espocrm_demo import LEAD_CAPTURE_KEY

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from crmkit.contract.exchange import Reply
    from crmkit.contract.laws.scene import Scene

__all__ = ["forms", "templates"]


def forms(scene: Scene) -> None:
    """Send a form again and again: an address that a lead has makes no other one of it."""
    word = scene.talk.unique("").replace("-", "")
    path = f"/LeadCapture/{LEAD_CAPTURE_KEY}"
    first, second = f"{word}1@x.example", f"{word}2@x.example"
    expected: list[dict[str, Any]] = []
    for sent, is_new in (
        ({"firstName": "Ann", "lastName": word, "emailAddress": first}, True),
        ({"firstName": "Bob", "lastName": word, "emailAddress": first.upper()}, False),
        ({"firstName": "Eve", "lastName": word, "emailAddress": second}, True),
        ({"firstName": "Zoe", "emailAddress": second}, False),
        ({"firstName": None, "lastName": word, "emailAddress": first}, False),
        ({"lastName": f"{word}n"}, True),
        ({"lastName": f"{word}n"}, True),
        ({"lastName": word, "emailAddress": first, "status": "Dead", "source": "Call"}, False),
    ):
        scene.talk.post(path, sent, keeps=True)
        if is_new:
            shown = {"firstName": None, "emailAddress": None, **sent}
            expected.append({**shown, "status": "New", "source": "Web Site"})
        query = {"select": "firstName,lastName,emailAddress,status,source", "orderBy": "createdAt",
                 "order": "asc", "where[0][type]": "startsWith", "where[0][attribute]": "lastName",
                 "where[0][value]": word}  # fmt: skip
        listed = scene.talk.get("/Lead", query)
        scene.talk.claim(listed, "a form makes a lead of each address", _leads, listed,
                         [*expected])  # fmt: skip


def _leads(reply: Reply, expected: list[dict[str, Any]]) -> Generator[str, None, int]:
    rows = reply.tree["list"]
    if len(rows) != len(expected):
        yield f"there are {len(rows)}, expected {len(expected)}"
    for row, other in zip(rows, expected, strict=False):
        for name, value in other.items():
            if row.get(name) != value:
                yield f"{name} is {row.get(name)!r}, expected {value!r}"
    return len(expected)


#: Values of an account, and what a template has in place of them (live 10.0.0, in the form of dates
#: and the time zone of the settings).
_VALUES: dict[str, tuple[Any, str]] = {
    "description": ("two\nlines & more", "two\nlines & more"),
    "cScore": (1234.5, "1,234.50"), "cBudget": (1234567.89, "1,234,567.89"),
    "cBudgetCurrency": ("CZK", "CZK"), "cFounded": ("2026-07-01", "01.07.2026"),
    "cLastVisit": ("2026-07-15 23:30:00", "16.07.2026 01:30"),
    "cTags": (["vip", "partner"], "vip, partner"), "cIsKey": (True, "1"), "cRating": (7, "7"),
    "website": (None, ""),
}  # fmt: skip
_SCORES = ((2, "2.00"), (1.256, "1.26"), (0.1, "0.10"), (-0.004, "0.00"), (1000, "1,000.00"),
           (99.999, "100.00"), (-1234.5, "-1,234.50"))  # fmt: skip


def templates(scene: Scene) -> None:
    """Prepare a template for an address, a parent and a related record, each with and without."""
    if "cScore" not in scene.resources["Account"].members:
        return
    talk = scene.talk
    name, last = talk.unique("account"), talk.unique("Last")
    address = f"{scene.word}@x.example"
    values = {key: value for key, (value, _) in _VALUES.items()}
    account = scene.create(scene.resources["Account"], {"name": name, **values})
    contact = scene.create(scene.resources["Contact"], {
        "firstName": "Ann", "lastName": last, "accountId": account.id, "emailAddress": address,
    })  # fmt: skip
    own = [f"{{Account.{key}}}" for key in ("name", *_VALUES)]
    person = ["{Person.name}", "{Person.firstName}", "{Person.account.name}"]
    others = ["{Contact.lastName}", "{Parent.name}", "{Account.nope}", "{nope}"]
    body = "|".join((*own, *person, *others))
    by_parent = {"parentType": "Account", "parentId": account.id}
    by_relation = {"relatedType": "Contact", "relatedId": contact.id}
    for is_html in (False, True):
        template = talk.post("/EmailTemplate", {"name": talk.unique("t"), "subject": own[0],
                                                "body": body, "isHtml": is_html})  # fmt: skip
        for sent in (
            {}, {"emailAddress": address.upper()}, by_parent, by_relation,
            {**by_parent, **by_relation}, {**by_parent, "emailAddress": address},
        ):  # fmt: skip
            done = talk.post(f"/EmailTemplate/{template.id}/prepare", sent, keeps=True)
            texts: dict[str, str] = {}
            if "parentId" in sent:
                texts |= dict(
                    zip(own, (name, *(text for _, text in _VALUES.values())), strict=True)
                )
                texts["{Parent.name}"] = name
            if "emailAddress" in sent:
                texts |= dict(zip(person, (f"Ann {last}", "Ann", name), strict=True))
            if "emailAddress" in sent or "relatedId" in sent:
                texts["{Contact.lastName}"] = last
            talk.claim(done, "a template has the values of the records that are named", _filled,
                       done, own[0], body, texts, is_html)  # fmt: skip
    for score, text in _SCORES:
        scene.update(account, {"cScore": score})
        done = talk.post(f"/EmailTemplate/{template.id}/prepare", by_parent, keeps=True)
        talk.claim(done, f"a template shows {score} as {text}", _shows, done, text)


def _filled(
    reply: Reply, subject: str, body: str, texts: dict[str, str], is_html: bool
) -> Iterator[str]:
    for place, text in texts.items():
        shown = text.replace("\n", "<br />\n") if is_html else text
        subject, body = subject.replace(place, shown), body.replace(place, shown)
    if reply.tree["subject"] != subject or reply.tree["isHtml"] is not is_html:
        yield "it is another subject or form"
    found = reply.tree["body"].split("|")
    for number, text in enumerate(body.split("|")):
        if number >= len(found) or found[number] != text:
            yield f"part {number} is not {text!r}"


def _shows(reply: Reply, text: str) -> Iterator[str]:
    found = reply.tree["body"].split("|")[2]
    if found != text:
        yield f"it is {found}"
