"""Faults of OnePageCRM's mock."""

from __future__ import annotations

from tests.contract.faults.fault import Fault
from tests.contract.faults.wire import WireExchange


def _stale_read(exchange: WireExchange) -> None:
    """Answer the first read after an update with what was read before."""
    path = exchange.path.rpartition(".")[0]
    if exchange.method == "PUT":
        exchange.memory["changed", path] = True
    elif exchange.method == "GET" and "/contacts/" in path:
        former = exchange.memory.get(exchange.path)
        exchange.memory[exchange.path] = exchange.body
        if former is not None and exchange.memory.pop(("changed", path), False):
            exchange.body = former


def _escaped_twice(exchange: WireExchange) -> None:
    """Escape the ampersands of XML twice."""
    if exchange.path.endswith(".xml"):
        exchange.body = exchange.body.replace(b"&amp;", b"&amp;amp;")


def _code_of_unknown(exchange: WireExchange) -> None:
    """Say invalid data, 108, where a record does not exist."""
    if exchange.tree.get("status") == 106:
        exchange.tree["status"] = 108


def _media_type(exchange: WireExchange) -> None:
    """Send XML as HTML."""
    if exchange.path.endswith(".xml"):
        exchange.headers["content-type"] = "text/html; charset=utf-8"


def _without_statuses(exchange: WireExchange) -> None:
    """Leave out the side element `statuses` after an update."""
    if exchange.method == "PUT" and "/contacts/" in exchange.path:
        exchange.tree.pop("statuses", None)


def _short_count(exchange: WireExchange) -> None:
    """Count one contact less on every page but the first."""
    data = exchange.tree.get("data")
    if isinstance(data, dict) and data.get("page", 1) > 1 and data.get("count"):
        data["count"] -= 1


def _yaml_tabs(exchange: WireExchange) -> None:
    """Lose the tabs of strings in YAML."""
    if exchange.path.endswith(".yaml"):
        exchange.body = exchange.body.replace(b"\\t", b" ")


ONEPAGECRM = [
    Fault(
        "onepagecrm-count-of-everybody",
        "page: List of contacts, count is the number of contacts that the list shows",
        "onepagecrm/contact_lists.py",
        "return len(contacts), contacts[offset : offset + limit]",
        "return self.account.contacts.count(), contacts[offset : offset + limit]",
    ),
    Fault(
        "onepagecrm-an-empty-last-page",
        "page: List of contacts, maxpage is the number of pages",
        "onepagecrm/contacts.py",
        "max(1, ceil(count / size))",
        "max(1, count // size + 1)",
    ),
    Fault(
        "onepagecrm-contact-101-missing",
        "document: pages together are the whole list",
        "onepagecrm/contact_lists.py",
        "            offset += _BATCH\n",
        "            offset += _BATCH + 1\n",
    ),
    Fault(
        "onepagecrm-search-without-company",
        "page: List of contacts, search is in names and company",
        "onepagecrm/contact_lists.py",
        '_SEARCHED = ("firstname", "lastname", "company")',
        '_SEARCHED = ("firstname", "lastname")',
    ),
    Fault(
        "onepagecrm-update-forgets-addition",
        "page: system tags; an update does not change when a contact was added",
        "onepagecrm/contacts.py",
        'contact |= {**_read(session.params), "edited": unix_time(account.now)}',
        'contact = {"id": contact["id"], **EMPTY, **_read(session.params),'
        ' "edited": unix_time(account.now)}',
    ),
    Fault(
        "onepagecrm-vip-cannot-be-unset",
        "page: Update contact, a PUT replaces the contact; vip 1, then 0",
        "onepagecrm/contacts.py",
        'contact |= {**_read(session.params), "edited": unix_time(account.now)}',
        'contact |= {**_read(session.params), "edited": unix_time(account.now),'
        ' "vip": contact["vip"] or _read(session.params)["vip"]}',
    ),
    Fault(
        "onepagecrm-undo-without-actions",
        "page: Undo delete restores the contact with what it had",
        "onepagecrm/contacts.py",
        '    for action in trash["actions"]:\n        account.actions.add(action)\n',
        "",
    ),
    Fault(
        "onepagecrm-undo-without-tags",
        "document: every tag that a contact has is in the list of tags",
        "onepagecrm/contacts.py",
        "    add_contact(account, contact)\n    for action",
        "    account.contacts.add(contact)\n    for action",
    ),
    Fault(
        "onepagecrm-oldest-notes",
        "page: a contact is shown with its newest notes",
        "onepagecrm/contacts.py",
        "limit=3, reverse=True)[::-1]",
        "limit=3)",
    ),
    Fault(
        "onepagecrm-phones-without-leading-zeros",
        "document: what is sent is read back",
        "onepagecrm/values.py",
        "name: rest.strip(_WHITESPACE)}",
        'name: rest.strip(_WHITESPACE).lstrip("0")}',
    ),
    Fault(
        "onepagecrm-won-deals-are-pending",
        "page: system tag pending_deals",
        "onepagecrm/indexes.py",
        'note["deal"]["status"] == "pending"',
        'note["deal"]["status"] != "lost"',
    ),
    Fault(
        "onepagecrm-done-actions-wait",
        "page: system tag waiting; a contact whose action is done does not wait",
        "onepagecrm/indexes.py",
        'if action["waiting"] and not action["done"]:',
        'if action["waiting"]:',
    ),
    Fault(
        "onepagecrm-statuses-without-waiting",
        "page: side element statuses, `all` counts all contacts",
        "onepagecrm/side_elements.py",
        '"count": account.contacts.count()',
        '"count": account.contacts.count() - account.actions.count(WAITING)',
    ),
    Fault(
        "onepagecrm-recent-a-second-longer",
        "document: the count of a system tag is that of its list",
        "onepagecrm/contact_lists.py",
        "(contact[time] or 0) > since",
        "(contact[time] or 0) >= since",
    ),
    Fault(
        "onepagecrm-won-of-the-month",
        "page: side element sales, won is of the target's period",
        "onepagecrm/side_elements.py",
        'period = Period.of(account.now.date(), target["period"])',
        'period = Period.of(account.now.date(), "month")',
    ),
    Fault(
        "onepagecrm-30-days-are-31",
        "page: Sales summary, breakdown of the last 30, 60 and 90 days",
        "onepagecrm/sales.py",
        "_closed_on(deal) > today - timedelta(days=days)",
        "_closed_on(deal) >= today - timedelta(days=days)",
    ),
    Fault(
        "onepagecrm-deals-sorted-as-strings",
        "document: closed deals come with the one closed last first",
        "onepagecrm/sales.py",
        "sorted(closed, key=_closed_on, reverse=True)",
        'sorted(closed, key=lambda deal: deal["deal"]["closed"], reverse=True)',
    ),
    Fault(
        "onepagecrm-history-without-this-period",
        "page: Sales summary, hitting_history ends with the current period",
        "onepagecrm/sales.py",
        "for count in (3, 2, 1, 0)",
        "for count in (4, 3, 2, 1)",
    ),
    Fault(
        "onepagecrm-renamed-tag-is-lost",
        "page: Rename tag, contacts keep it under the new name",
        "onepagecrm/tags.py",
        '[new if tag == old else tag for tag in contact["tags"]]',
        '[tag for tag in contact["tags"] if tag != old]',
    ),
    Fault(
        "onepagecrm-tag-of-one-is-unused",
        "page: Remove unused tags, those that no contact carries",
        "onepagecrm/tags.py",
        '        if not tag["count"]:',
        '        if tag["count"] <= 1:',
    ),
    Fault(
        "onepagecrm-tag-twice",
        "document: a tag that a contact carries is assigned without effect",
        "onepagecrm/tags.py",
        '        if name not in contact["tags"]:\n            contact["tags"].append(name)\n',
        '        contact["tags"].append(name)\n',
    ),
    Fault(
        "onepagecrm-unassign-is-no-edit",
        "page: system tag recently_edited; taking a tag off edits a contact",
        "onepagecrm/tags.py",
        '        contact["tags"].remove(name)\n    contact["edited"] = unix_time(account.now)\n',
        '        contact["tags"].remove(name)\n',
    ),
    Fault(
        "onepagecrm-oldest-action-reopened",
        "page: Undo done reopens the action that was closed last",
        "onepagecrm/actions.py",
        '{**done[0], "done": False, "closed": None}',
        '{**done[-1], "done": False, "closed": None}',
    ),
    Fault(
        "onepagecrm-second-open-action-by-update",
        "document: a contact has one open action at most",
        "onepagecrm/actions.py",
        '    action = {"id": former["id"], **_read(session)}\n'
        "    _require_only_open(account, action)\n",
        '    action = {"id": former["id"], **_read(session)}\n',
    ),
    Fault(
        "onepagecrm-next-action-with-date",
        "page: Actions, a next action has no date",
        "onepagecrm/actions.py",
        '"date": None if next_ else date,',
        '"date": date,',
    ),
    Fault(
        "onepagecrm-open-action-deleted",
        "page: Delete action, only one that is done",
        "onepagecrm/actions.py",
        'if not action["done"]:\n        raise refusal(Code.INVALID, "An action that is not',
        'if not action:\n        raise refusal(Code.INVALID, "An action that is not',
    ),
    Fault(
        "onepagecrm-update-closes-today",
        "document: a deal that is closed keeps the date on which it was",
        "onepagecrm/notes.py",
        '_read_deal(account, params, note["deal"]["closed"])',
        "_read_deal(account, params, None)",
    ),
    Fault(
        "onepagecrm-amount-without-cents",
        "document: what is sent is read back",
        "onepagecrm/notes.py",
        'float(params.get("amount", 0))',
        'float(int(params.get("amount", 0)))',
    ),
    Fault(
        "onepagecrm-stage-of-closed-deals",
        "page: List of contact notes, deal_stage of pending deals only",
        "onepagecrm/notes.py",
        'params.get("deal_stage") if pending and mode == "full"',
        'params.get("deal_stage") if mode == "full"',
    ),
    Fault(
        "onepagecrm-note-without-contact",
        "page: Response codes, 106 for a contact that does not exist",
        "onepagecrm/notes.py",
        '    account.contacts.require(params["cid"])\n',
        "",
    ),
    Fault(
        "onepagecrm-half-a-signature",
        "page: Calculating request signature value; every digit counts",
        "onepagecrm/authentication.py",
        """            ).encode(),
            sent.encode("latin-1"),""",
        """            ).encode()[:32],
            sent.encode("latin-1")[:32],""",
    ),
    Fault(
        "onepagecrm-signatures-of-tomorrow",
        "document: assumption, a request's time is at most 300 s from the server's, either way",
        "onepagecrm/authentication.py",
        "abs(int(time) - now.timestamp()) > SKEW",
        "now.timestamp() - int(time) > SKEW",
    ),
    Fault(
        "onepagecrm-expired-before-wrong",
        "document: 101 only for a signature that is right",
        "onepagecrm/authentication.py",
        """        settings = self._store.collection(NAME, "account").read("", uid)
""",
        """        if _TIME.fullmatch(time) and abs(int(time) - now.timestamp()) > SKEW:
            raise refusal(Code.EXPIRED, "The signature is expired")
        settings = self._store.collection(NAME, "account").read("", uid)
""",
    ),
    Fault(
        "onepagecrm-old-key-still-opens",
        "page: Change API key, the old one is invalid at once",
        "onepagecrm/authentication.py",
        'base64.b64encode(digest).decode("ascii")\n    account.save_settings()\n',
        'base64.b64encode(digest).decode("ascii")\n',
    ),
    Fault(
        "onepagecrm-one-deal-too-many",
        "page: Response message format, deals_limit_reached",
        "onepagecrm/side_elements.py",
        'account.notes.count(DEALS) >= limits["deals"]',
        'account.notes.count(DEALS) > limits["deals"]',
    ),
    Fault(
        "onepagecrm-refusals-without-notifications",
        "page: Response message format, every reply has notifications while there are any",
        "onepagecrm/server.py",
        "raise _with_notifications(error, reached) from None",
        "raise",
    ),
    Fault(
        "onepagecrm-passwords-may-differ",
        "page: user settings, confirm_password repeats the password",
        "onepagecrm/settings.py",
        'if params.get("password") != params.get("confirm_password"):',
        'if not params.get("password", "x"):',
    ),
    Fault(
        "onepagecrm-filters-of-all-accounts",
        "document: custom filters are the account's own",
        "onepagecrm/account.py",
        'tenant = "" if kind == "account" else self.uid',
        'tenant = "" if kind in ("account", "filter") else self.uid',
    ),
    Fault(
        "onepagecrm-filter-wants-city-and-state",
        "document: assumption, a filter's address is city or state",
        "onepagecrm/contact_lists.py",
        """            or any(
                (contact[name] or "").casefold()""",
        """            or all(
                (contact[name] or "").casefold()""",
    ),
    Fault(
        "onepagecrm-tag-ignores-mode",
        "page: List of contacts, only a filter makes the server ignore the mode of the list",
        "onepagecrm/contact_lists.py",
        '            conditions.append(lambda contact: contact["status"] == mode)\n',
        "            pass\n",
    ),
    Fault(
        "onepagecrm-post-spelling-without-tags",
        "page: POST and PUT of assign_tag are one operation; what changes tags carries `tags`",
        "onepagecrm/operations.py",
        '"tags_assign_post": _ASSIGN,',
        '"tags_assign_post": _edit(tags.assign),',
    ),
    Fault(
        "onepagecrm-xml-carriage-returns",
        "page: the three formats carry the same",
        "onepagecrm/rendering.py",
        ', "\\r": "&#13;"})',
        "})",
    ),
    Fault(
        "onepagecrm-xml-ampersands",
        "page: the three formats carry the same",
        "onepagecrm/rendering.py",
        '{"&": "&amp;", "<": "&lt;"',
        '{"<": "&lt;"',
    ),
    Fault(
        "onepagecrm-xml-amounts-rounded",
        "page: the three formats carry the same",
        "onepagecrm/rendering.py",
        'type="float">{value!r}<',
        'type="float">{value:.1f}<',
    ),
    Fault(
        "onepagecrm-yaml-norway",
        "document: strings that YAML 1.1 would read otherwise are quoted",
        "onepagecrm/rendering.py",
        '"n", "no", "on"',
        '"n", "on"',
    ),
    Fault(
        "onepagecrm-yaml-backslashes",
        "page: the three formats carry the same",
        "onepagecrm/rendering.py",
        """{'"': '\\\\"', "\\\\": "\\\\\\\\", """,
        """{'"': '\\\\"', "\\\\": "", """,
    ),
    Fault(
        "onepagecrm-search-description",
        "page: List of contacts, search is in names and company",
        "onepagecrm/contact_lists.py",
        '("firstname", "lastname", "company")',
        '("firstname", "lastname", "company", "description")',
    ),
    Fault(
        "onepagecrm-delete-leaves-notes",
        "document: notes go with their contact",
        "onepagecrm/contacts.py",
        "        for record in trash[name]:\n            records.remove",
        '        for record in trash[name] if name == "actions" else ():\n'
        "            records.remove",
    ),
    Fault(
        "onepagecrm-status-kept",
        "page: Update contact, members that are not sent are cleared",
        "onepagecrm/contacts.py",
        'contact |= {**_read(session.params), "edited"',
        'contact |= {**_read({"status": contact["status"], **session.params}), "edited"',
    ),
    Fault(
        "onepagecrm-deals-limit-pending",
        "page: Response message format, deals_limit_reached counts pending and closed deals",
        "onepagecrm/side_elements.py",
        'account.notes.count(DEALS) >= limits["deals"]',
        'account.notes.count(DEALS, "pending") >= limits["deals"]',
    ),
    Fault(
        "onepagecrm-too-many-from-two-beyond",
        "page: Response message format, too_many_contacts from the first one beyond the limit",
        "onepagecrm/side_elements.py",
        '"too_many_contacts" if beyond else "contacts_list_full"',
        '"too_many_contacts" if beyond > 1 else "contacts_list_full"',
    ),
    Fault(
        "onepagecrm-rename-merges",
        "document: assumption, 107 when there is a tag of the new name",
        "onepagecrm/tags.py",
        "    require_unused(account, new)\n    names",
        "    names",
    ),
    Fault(
        "onepagecrm-pages-of-100-at-most",
        "page: List of contacts, the size of a page is the user's setting",
        "onepagecrm/contacts.py",
        'account.settings["listing"]["size"]',
        'min(100, account.settings["listing"]["size"])',
    ),
    Fault(
        "onepagecrm-emails-lower",
        "document: what is sent is read back",
        "onepagecrm/values.py",
        "name: rest.strip(_WHITESPACE)}",
        'name: rest.strip(_WHITESPACE).lower() if name == "address" else rest.strip(_WHITESPACE)}',
    ),
    Fault(
        "onepagecrm-signatures-of-310-s",
        "document: assumption, a distance of more than 5 minutes is too far",
        "onepagecrm/authentication.py",
        "SKEW = 300",
        "SKEW = 310",
    ),
    Fault(
        "onepagecrm-nine-closed-deals",
        "document: closed are the ten deals closed last",
        "onepagecrm/sales.py",
        "closed[:10]",
        "closed[:9]",
    ),
    Fault(
        "onepagecrm-reopened-keeps-closed",
        "page: List of contact notes, closed is null for a pending deal",
        "onepagecrm/notes.py",
        '"closed": None if pending else closed or',
        '"closed": closed if pending else closed or',
    ),
    Fault(
        "onepagecrm-filter-all-tags",
        "document: assumption, a filter wants one of its tags",
        "onepagecrm/contact_lists.py",
        'not {*filter_["tags"]}.isdisjoint(contact["tags"])',
        '{*filter_["tags"]} <= {*contact["tags"]}',
    ),
    Fault(
        "onepagecrm-filter-part",
        "document: a filter's address is a required value, not a part of it",
        "onepagecrm/contact_lists.py",
        '(contact[name] or "").casefold() == address["value"].casefold()',
        'address["value"].casefold() in (contact[name] or "").casefold()',
    ),
    Fault(
        "onepagecrm-tag-beats-system",
        "page: List of contacts, tag is ignored together with a valid system_tag",
        "onepagecrm/contact_lists.py",
        '        system_tag = params.get("system_tag")\n',
        '        system_tag = None if params.get("tag") else params.get("system_tag")\n',
    ),
    Fault(
        "onepagecrm-action-moves",
        "document: assumption, an update that moves an action to another contact is refused",
        "onepagecrm/actions.py",
        '        raise refusal(Code.INVALID, "cid: an action stays with its contact")\n',
        "        pass\n",
    ),
    Fault(
        "onepagecrm-closed-of-actions-ignored",
        "page: Create new action, closed is the time that was sent",
        "onepagecrm/actions.py",
        'params.get("closed", unix_time(session.account.now))',
        "unix_time(session.account.now)",
    ),
    Fault(
        "onepagecrm-user-settings-keep",
        "document: settings of the user that are not sent are cleared",
        "onepagecrm/settings.py",
        "{field: params.get(field) for field in _USER}",
        "{field: params.get(field, account.settings[field]) for field in _USER}",
    ),
    Fault(
        "onepagecrm-blocked-reads",
        "page: Response codes, 102 for a blocked account, whatever it asks",
        "onepagecrm/server.py",
        'if account.settings["blocked"]:',
        'if account.settings["blocked"] and behaviour.writes:',
    ),
    Fault(
        "onepagecrm-frozen-tags",
        "page: Response message format, too_many_contacts: only contact deletion is allowed",
        "onepagecrm/operations.py",
        '_REMOVE_UNUSED = _edit(tags.remove_unused, "tags")',
        '_REMOVE_UNUSED = Behaviour(tags.remove_unused, ("tags",), writes=True)',
    ),
    Fault(
        "onepagecrm-trims-other-spaces",
        "page: Request message format, strings are trimmed of whitespace, and of nothing else",
        "onepagecrm/values.py",
        ".strip(_WHITESPACE)\n\n\ndef require_date",
        ".strip()\n\n\ndef require_date",
    ),
    Fault(
        "onepagecrm-wire-stale-read",
        "document: what is written is read back",
        wire=_stale_read,
    ),
    Fault(
        "onepagecrm-wire-escaped-twice",
        "page: the three formats carry the same",
        wire=_escaped_twice,
    ),
    Fault(
        "onepagecrm-wire-unknown-is-invalid",
        "page: Response codes, 106",
        wire=_code_of_unknown,
    ),
    Fault(
        "onepagecrm-wire-media-type-of-xml",
        "document: media type application/xml",
        wire=_media_type,
    ),
    Fault(
        "onepagecrm-wire-update-without-statuses",
        "document: an update of a contact carries statuses",
        wire=_without_statuses,
    ),
    Fault(
        "onepagecrm-wire-count-of-later-pages",
        "page: List of contacts, count is that of all pages",
        wire=_short_count,
    ),
    Fault(
        "onepagecrm-wire-yaml-tabs",
        "page: the three formats carry the same",
        wire=_yaml_tabs,
    ),
    Fault(
        "onepagecrm-a-day-more",
        "page: the breakdown is about the last 30, 60 and 90 days",
        "onepagecrm/sales.py",
        "_closed_on(deal) > today",
        "_closed_on(deal) >= today",
    ),
    Fault(
        "onepagecrm-nine-closed",
        "page: the summary has the ten deals that were closed last",
        "onepagecrm/sales.py",
        "closed[:10]",
        "closed[:9]",
    ),
    Fault(
        "onepagecrm-first-notes",
        "page: a contact shows its last three notes",
        "onepagecrm/contacts.py",
        "limit=3, reverse=True)[::-1]",
        "limit=3)",
    ),
    Fault(
        "onepagecrm-closed-anew",
        "page: a deal keeps the day on which it was closed",
        "onepagecrm/notes.py",
        "None if pending else closed or format_date",
        "None if pending else format_date",
    ),
    Fault(
        "onepagecrm-undo-forgets-notes",
        "page: undoing a deletion brings the notes back",
        "onepagecrm/contacts.py",
        '    for note in trash["notes"]:\n        account',
        '    for note in trash["notes"][:1]:\n        account',
    ),
    Fault(
        "onepagecrm-filters-by-city",
        "assumption: a filter by city_state looks at both",
        "onepagecrm/contact_lists.py",
        '"city_state": ("city", "state")',
        '"city_state": ("city",)',
    ),
    Fault(
        "onepagecrm-own-email-taken",
        "assumption: a user may keep the address",
        "onepagecrm/settings.py",
        'other["email"] == params["email"] and other["id"] != account.uid',
        'other["email"] == params["email"] and "@" in other["email"]',
    ),
]
