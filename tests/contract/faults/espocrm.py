"""Faults of the mocks of EspoCRM and AutoCRM, which have one source."""

from __future__ import annotations

import re

from tests.contract.faults.fault import Fault
from tests.contract.faults.wire import WireExchange


def _rows(exchange: WireExchange) -> list[dict[str, object]]:
    """Return the rows of a list; [] if the reply is none."""
    tree = exchange.tree
    rows = tree.get("list") if isinstance(tree, dict) else None
    return rows if isinstance(rows, list) else []


def _short_total(exchange: WireExchange) -> None:
    """Count one record less on every page but the first."""
    if re.search(r"offset=[1-9]", exchange.query) and _rows(exchange):
        exchange.tree["total"] -= exchange.tree["total"] > 0


def _without_reason(exchange: WireExchange) -> None:
    """Leave out why something is forbidden."""
    if exchange.status == 403:
        exchange.headers.pop("x-status-reason", None)


def _stale_read(exchange: WireExchange) -> None:
    """Answer the first read after an update with what was read before."""
    if exchange.status != 200:
        return
    if exchange.method in {"PUT", "PATCH"}:
        exchange.memory["changed", exchange.path] = True
    elif exchange.method == "GET" and not exchange.query:
        former = exchange.memory.get(exchange.path)
        exchange.memory[exchange.path] = exchange.body
        if former is not None and exchange.memory.pop(("changed", exchange.path), False):
            exchange.body = former


def _swapped(exchange: WireExchange) -> None:
    """Swap the second and the third of a list that is sorted as the request asks."""
    rows = _rows(exchange)
    if "orderBy" in exchange.query and len(rows) > 2:
        rows[1], rows[2] = rows[2], rows[1]


def _empty_strings(exchange: WireExchange) -> None:
    """Show an empty string in lists where a description is null."""
    for row in _rows(exchange):
        if row.get("description", "") is None:
            row["description"] = ""


def _question_marks(exchange: WireExchange) -> None:
    """Keep three bytes of a character at most, as MySQL's utf8 does."""
    exchange.body = re.sub(rb"\\ud[89ab]..\\ud[c-f]..", b"?", exchange.body)


def _unknown_is_forbidden(exchange: WireExchange) -> None:
    """Say 403 where a contact does not exist."""
    if exchange.status == 404 and "/Contact/" in exchange.path and exchange.method == "GET":
        exchange.status = 403


def _created_without_names(exchange: WireExchange) -> None:
    """Leave the names of linked records out of the reply to a creation."""
    if exchange.method == "POST" and isinstance(exchange.tree, dict):
        exchange.tree.pop("accountName", None)


def _lower_case_currencies(exchange: WireExchange) -> None:
    """Show the codes of currencies in lower case in every third row."""
    for row in _rows(exchange)[2::3]:
        code = row.get("amountCurrency")
        if isinstance(code, str):
            row["amountCurrency"] = code.lower()


ESPOCRM = [
    Fault(
        "espocrm-not-like-finds-null",
        "recorded: nothing is true of null but isNull",
        "espocrm/comparisons.py",
        "value is not None and (matches(",
        "is_negated if value is None else (matches(",
    ),
    Fault(
        "espocrm-between-without-its-end",
        "recorded: between has both ends",
        "espocrm/value_filters.py",
        'high = column.test("<=", _bound(bounds, 1))',
        'high = column.test("<", _bound(bounds, 1))',
    ),
    Fault(
        "espocrm-underscore-is-no-wildcard",
        "recorded: like takes SQL patterns, in which _ is one character",
        "espocrm/folding.py",
        '{"%": ".*", "_": "."}.get(char)',
        '{"%": ".*"}.get(char)',
    ),
    Fault(
        "espocrm-starts-with-is-contains",
        "recorded: startsWith looks at the start",
        "espocrm/value_filters.py",
        '"startsWith": ("LIKE", "{}%"),',
        '"startsWith": ("LIKE", "%{}%"),',
    ),
    Fault(
        "espocrm-nested-and-is-or",
        "page: where items of type and",
        "espocrm/where.py",
        "            return self._group(item)\n",
        "            if within:\n"
        '                item = _Item("or", item.attribute, item.value, item.raw, item.items)\n'
        "            return self._group(item)\n",
    ),
    Fault(
        "espocrm-array-none-of-without-empty",
        "recorded: arrayNoneOf finds records without any item",
        "espocrm/value_filters.py",
        "return lambda record: not has_any(record)",
        "return lambda record: bool(items(record)) and not has_any(record)",
    ),
    Fault(
        "espocrm-200-records-refused",
        "recorded: maxSize may be 200",
        "espocrm/search.py",
        "max_size is not None and max_size > MAX_SIZE",
        "max_size is not None and max_size >= MAX_SIZE",
    ),
    Fault(
        "espocrm-offset-of-related-lists",
        "page: offset and maxSize, pages together are the whole list",
        "espocrm/lists.py",
        "    records = found[search.offset : search.offset + search.max_size]",
        "    records = found[search.offset : max(search.offset, search.max_size)]",
    ),
    Fault(
        "espocrm-own-records-of-all",
        "recorded: level own, lists have own records only",
        "espocrm/lists.py",
        'owner = None if level == "all" else session.user.id',
        "owner = None",
    ),
    Fault(
        "espocrm-total-of-all-users",
        "recorded: level own, the total counts own records only",
        "espocrm/lists.py",
        "count = session.data.count(entity.name, order.index, owner)",
        "count = session.data.count(entity.name, order.index)",
    ),
    Fault(
        "espocrm-null-sorts-last",
        "recorded: null comes first in ascending order",
        "espocrm/ordering.py",
        "        return (0, 0)\n",
        "        return (3, 0)\n",
    ),
    Fault(
        "espocrm-people-by-last-name",
        "recorded: people are sorted by first name, then last name",
        "espocrm/ordering.py",
        '(record.get("firstName"), record.get("lastName"))',
        '(record.get("lastName"), record.get("firstName"))',
    ),
    Fault(
        "espocrm-addresses-by-country-only",
        "recorded: an address sorts by country, city and street",
        "espocrm/ordering.py",
        '_ADDRESS_PARTS = ("Country", "City", "Street")',
        '_ADDRESS_PARTS = ("Country",)',
    ),
    Fault(
        "espocrm-deleted-records-stay-linked",
        "recorded: a deleted record is in no related list",
        "espocrm/relations.py",
        "found = [data.find(link.entity, row.far(link.near)) for row in rows]",
        "found = [data.find_any(link.entity, row.far(link.near)) for row in rows]",
    ),
    Fault(
        "espocrm-links-seen-from-one-side",
        "recorded: a link is listed at both of its records",
        "espocrm/data.py",
        '_BY_RIGHT = Index(lambda row: (row["right"],))',
        '_BY_RIGHT = Index(lambda row: (row["left"],))',
    ),
    Fault(
        "espocrm-names-of-the-deleted",
        "recorded: the name of a deleted account is null at its contacts",
        "espocrm/data.py",
        "record = self.find(entity, id)\n        return None if",
        "record = self.find_any(entity, id)\n        return None if",
    ),
    Fault(
        "espocrm-unlinked-child-keeps-type",
        "recorded: unlinking clears parentId and parentType",
        "espocrm/relations.py",
        '{**other, "parentId": None, "parentType": None}',
        '{**other, "parentId": None}',
    ),
    Fault(
        "espocrm-modified-by-its-creator",
        "recorded: modifiedById is who changed the record last",
        "espocrm/records.py",
        'stamps["modifiedById"] = session.user.id',
        'stamps["modifiedById"] = before.get("createdById")',
    ),
    Fault(
        "espocrm-old-versions-win",
        "recorded: 409 modified for a change that is based on an old version",
        "espocrm/records.py",
        "if to_int(header) == version:",
        "if to_int(header) <= version:",
    ),
    Fault(
        "espocrm-deleted-twice",
        "recorded: deleting a deleted record is 404",
        "espocrm/records.py",
        'if record is None and action == "read" and session.user.is_admin:',
        'if record is None and (session.user.is_admin or action == "delete") and action != "edit":',
    ),
    Fault(
        "espocrm-everybody-restores",
        "recorded: only administrators restore records",
        "espocrm/records.py",
        """    if not session.user.is_admin:
        raise forbidden("")
    record = session.data.find_any""",
        """    record = session.data.find_any""",
    ),
    Fault(
        "espocrm-filter-by-hidden-fields",
        "recorded: a hidden field cannot be filtered by",
        "espocrm/where.py",
        "if field is not None and field.name in session.user.hidden(entity.name):",
        "if field is not None and field.name in ():",
    ),
    Fault(
        "espocrm-hidden-fields-selected",
        "recorded: a hidden field is not returned, selected or not",
        "espocrm/list_responses.py",
        "field.name not in session.user.hidden(entity.name) and field.since <= session.release",
        "field.since <= session.release",
    ),
    Fault(
        "espocrm-addresses-in-lower-case",
        "recorded: an e-mail address is shown as it was spelt",
        "espocrm/addresses.py",
        'return {"emailAddress": address, "lower"',
        'return {"emailAddress": address.lower(), "lower"',
    ),
    Fault(
        "espocrm-type-of-phones-lost",
        "recorded: phoneNumberData has the type that was sent",
        "espocrm/addresses.py",
        "kind = default_type if kind is None else kind",
        "kind = default_type",
    ),
    Fault(
        "espocrm-opted-out-forever",
        "recorded: emailAddressIsOptedOut false undoes true",
        "espocrm/addresses.py",
        "!= loaded[field.name + suffix]\n        }\n        if changed:",
        "!= loaded[field.name + suffix] and values[field.name + suffix]\n        }\n"
        "        if changed:",
    ),
    Fault(
        "espocrm-last-days-without-today",
        "recorded: lastXDays has today in it",
        "espocrm/date_filters.py",
        '("lessThanOrEquals", last.isoformat())',
        '("lessThan", last.isoformat())',
    ),
    Fault(
        "espocrm-quarters-begin-too-early",
        "recorded: currentQuarter; March is in the first one",
        "espocrm/date_filters.py",
        "begin = (today.month - 1) // months * months",
        "begin = (today.month - (months != 3)) // months * months",
    ),
    Fault(
        "espocrm-time-zone-ignored",
        "recorded: timeZone of a where item decides when a date begins",
        "espocrm/date_filters.py",
        "zone = php_zone(SERVER_TIME_ZONE if name is None else str(name))",
        "zone = php_zone(str(name or SERVER_TIME_ZONE)) and php_zone(SERVER_TIME_ZONE)",
    ),
    Fault(
        "espocrm-on-has-the-next-midnight",
        "recorded: on ends with the last second of its date",
        "espocrm/date_filters.py",
        "timedelta(days=1, seconds=-1) if is_day",
        "timedelta(days=1) if is_day",
    ),
    Fault(
        "espocrm-minutes-of-offsets-ignored",
        "recorded: datetimes with an offset become UTC",
        "espocrm/datetimes.py",
        "minutes=int(match[3] or 0))",
        "minutes=0)",
    ),
    Fault(
        "espocrm-further-addresses-no-duplicates",
        "recorded: any shared e-mail address makes a duplicate",
        "espocrm/duplicates.py",
        'entries = record.get("emailAddressData") or []',
        "entries: list[Any] = []",
    ),
    Fault(
        "espocrm-first-follower-only",
        "recorded: all users of ids follow",
        "espocrm/followers.py",
        "    for user_id in _ids(session):\n"
        '        record = _find(session, entity, id, ("edit", "stream"))\n'
        "        user = ",
        "    for user_id in _ids(session)[:1]:\n"
        '        record = _find(session, entity, id, ("edit", "stream"))\n'
        "        user = ",
    ),
    Fault(
        "espocrm-where-beside-ignored",
        "recorded: where beside searchParams selects, too",
        "espocrm/search.py",
        "replace(search, where=(*search.where, *beside.where))",
        "replace(search, where=search.where or beside.where if params is None else search.where)",
    ),
    Fault(
        "espocrm-converted-contact-without-account",
        "recorded: the contact of a converted lead belongs to its account",
        "espocrm/leads.py",
        'if part is not ACCOUNT and "Account" in created:',
        'if part is OPPORTUNITY and "Account" in created:',
    ),
    Fault(
        "espocrm-lead-stays-in-progress",
        "recorded: a converted lead has the status Converted, also when it was converted before",
        "espocrm/leads.py",
        '        "status": "Converted",\n',
        '        "status": "Converted" if created else lead.get("status"),\n',
    ),
    Fault(
        "espocrm-chunks-the-other-way-round",
        "recorded: chunks make up the file in the order in which they come",
        "espocrm/attachments.py",
        "content = session.data.read_file(id) + chunk",
        "content = chunk + session.data.read_file(id)",
    ),
    Fault(
        "espocrm-file-names-in-ascii",
        "recorded: Content-Disposition has filename* for other names",
        "espocrm/attachments.py",
        "    if ascii_name != name:\n",
        "    if not ascii_name:\n",
    ),
    Fault(
        "espocrm-inactive-users-log-in",
        "recorded: 401 for a user who is not active",
        "espocrm/authentication.py",
        "if login is None or not self._is_active(login):",
        "if login is None:",
    ),
    Fault(
        "espocrm-unknown-type-before-key",
        "recorded: 401 for a wrong key, whatever else is wrong",
        "espocrm/server.py",
        "        login = authenticator.authenticate(request)\n        if login is None and",
        '        if "entityType" in path_parameters:\n'
        '            find_entity(path_parameters["entityType"])\n'
        "        login = authenticator.authenticate(request)\n        if login is None and",
    ),
    Fault(
        "espocrm-history-without-what-was-not-held",
        "recorded: history has meetings that were held, and those that were not",
        "espocrm/activities.py",
        '        "Meeting": ("Held", "Not Held"),\n',
        '        "Meeting": ("Held",),\n',
    ),
    Fault(
        "espocrm-all-targets-opted-out",
        "recorded: optedOut lists the targets that did",
        "espocrm/target_lists.py",
        'and link is not None and row.columns.get("optedOut")',
        'and link is not None and "optedOut" in row.columns',
    ),
    Fault(
        "espocrm-more-where-there-is-none",
        "recorded: total -2 where nothing follows",
        "espocrm/global_search.py",
        "-1 if is_negative or len(found) > end else -2",
        "-1 if is_negative or len(found) >= end else -2",
    ),
    Fault(
        "espocrm-note-on-two-pages",
        "recorded: beforeNumber is not among what comes before it",
        "espocrm/stream_lists.py",
        'note["number"] < (int(before)',
        'note["number"] <= (int(before)',
    ),
    Fault(
        "espocrm-locked-records-deleted",
        "recorded: 409 cannotRemoveLockedRecord",
        "espocrm/locking.py",
        """    if is_lockable(session, entity) and record.get("isLocked"):
        raise _conflict("cannotRemove""",
        """    if is_lockable(session, entity) and record.get("isLocked") == 2:
        raise _conflict("cannotRemove""",
    ),
    Fault(
        "espocrm-meeting-declined-is-mine",
        "recorded: onlyMy leaves out meetings that the user declined",
        "espocrm/named_filters.py",
        'row is not None and row.columns.get("status") != "Declined"',
        "row is not None",
    ),
    Fault(
        "espocrm-copied-files-are-empty",
        "recorded: the copy of a file has its content",
        "espocrm/attachments.py",
        '    session.data.write_file(record["id"], session.data.read_file(file["id"]))\n',
        "",
    ),
    Fault(
        "espocrm-list-keeps-removed-items",
        "recorded: mass update with the action remove",
        "espocrm/mass_actions.py",
        "return [item for item in stored if item not in value]",
        "return [item for item in stored if item not in value[:1]]",
    ),
    Fault(
        "espocrm-wire-total-of-later-pages", "page: total is that of all pages", wire=_short_total
    ),
    Fault("espocrm-wire-403-without-reason", "recorded: X-Status-Reason", wire=_without_reason),
    Fault("espocrm-wire-stale-read", "document: what is written is read back", wire=_stale_read),
    Fault("espocrm-wire-swapped", "page: orderBy", wire=_swapped),
    Fault(
        "espocrm-wire-null-description",
        "recorded: a description that is not set is null",
        wire=_empty_strings,
    ),
    Fault(
        "espocrm-wire-question-marks",
        "document: what is sent is read back, emoji included",
        wire=_question_marks,
    ),
    Fault("espocrm-wire-unknown-is-403", "recorded: 404", wire=_unknown_is_forbidden),
    Fault(
        "espocrm-wire-created-without-names",
        "recorded: the reply to a creation has accountName",
        wire=_created_without_names,
    ),
    Fault(
        "espocrm-wire-currencies-in-lower-case",
        "recorded: codes of currencies in upper case",
        wire=_lower_case_currencies,
    ),
]

#: What only AutoCRM does.
AUTOCRM = [
    Fault(
        "autocrm-delete-says-true",
        "page: Delete Record, an empty body",
        "espocrm/profiles.py",
        "    silent_delete=True,\n",
        "    silent_delete=False,\n",
    ),
    Fault(
        "autocrm-unlink-ignores-the-query",
        "page: Relationships, unlinking by ?id=",
        "espocrm/profiles.py",
        "    unlinks_by_query=True,\n",
        "    unlinks_by_query=False,\n",
    ),
    Fault(
        "autocrm-datetimes-without-offset",
        "page: Read Record, datetimes with the offset of the server's time zone",
        "espocrm/datetimes.py",
        "return utc.astimezone(time_zone(SERVER_TIME_ZONE)).isoformat()",
        "return utc.isoformat()",
    ),
    Fault(
        "autocrm-mass-skips-last",
        "page: Mass Update, all records that are named",
        "espocrm/mass_actions.py",
        'params = {"ids": body.get("ids")}',
        'params = {"ids": (body.get("ids") or [])[:-1] or body.get("ids")}',
    ),
    Fault(
        "autocrm-mass-by-where-all",
        "document: a mass update by a search changes what is found",
        "espocrm/mass_actions.py",
        '{"where": body.get("where") or []}',
        '{"where": []}',
    ),
    Fault(
        "autocrm-conversion-without-opportunity",
        "page: Lead Conversion, all records that are asked for",
        "espocrm/leads.py",
        "    lead = _find(session, id)\n    for name",
        "    lead = _find(session, id)\n"
        '    if "id" not in session.body:\n'
        '        sent.pop("Opportunity", None)\n'
        "    for name",
    ),
    Fault(
        "autocrm-winter-always",
        "page: Read Record, the offset is that of the zone at the time",
        "espocrm/datetimes.py",
        "return utc.astimezone(time_zone(SERVER_TIME_ZONE)).isoformat()",
        "return utc.astimezone(timezone(timedelta(hours=1))).isoformat()",
    ),
    Fault(
        "autocrm-drafts-are-sent",
        "document: a draft is not sent",
        "espocrm/emails.py",
        '        sent.setdefault("status", "Sending")\n',
        '        sent["status"] = "Sending" if sent.get("status") in (None,'
        ' "Draft") else sent["status"]\n',
    ),
    Fault(
        "autocrm-sender-replaced",
        "document: a sender that is sent is kept",
        "espocrm/emails.py",
        '        sent.setdefault("from", SYSTEM_ADDRESS)\n',
        '        sent["from"] = SYSTEM_ADDRESS\n',
    ),
    Fault(
        "autocrm-name-split-at-first-space",
        "page: Create Record, the last word of a name is the last name",
        "espocrm/rules.py",
        'name.strip().rpartition(" ")',
        'name.strip().partition(" ")',
    ),
    Fault(
        "autocrm-name-over-parts",
        "document: parts of a name that are sent are kept",
        "espocrm/rules.py",
        '        and not (sent.get("firstName") or sent.get("lastName"))\n',
        "",
    ),
    Fault(
        "autocrm-lists-without-offset",
        "page: Read Record, datetimes have offsets in lists as well",
        "espocrm/responses.py",
        "    if isinstance(tree, list):\n        return [_with_offsets(item) for item in tree]\n",
        "    if isinstance(tree, list):\n        return tree\n",
    ),
]


ESPOCRM += [
    Fault(
        "espocrm-lines-keep-whitespace",
        "recorded: a varchar is trimmed",
        "espocrm/sanitizing.py",
        "        values[field.name] = trim(value) or None\n",
        "        values[field.name] = value or None\n",
    ),
    Fault(
        "espocrm-texts-trimmed",
        "recorded: a text keeps its whitespace",
        "espocrm/sanitizing.py",
        '    if values[field.name] == "":\n        values[field.name] = None\n',
        "    if isinstance(values[field.name], str):\n"
        "        values[field.name] = trim(values[field.name]) or None\n",
    ),
    Fault(
        "espocrm-defaults-for-what-is-not-sent",
        "recorded: an update leaves what is not sent",
        "espocrm/records.py",
        "    record = {**before, **accepted.values}\n",
        "    record = {**before, **defaults(entity), **accepted.values}\n",
    ),
    Fault(
        "espocrm-false-is-not-sent",
        "recorded: false undoes true",
        "espocrm/records.py",
        "    record = {**before, **accepted.values}\n",
        "    record = {**before, **{k: v for k, v in accepted.values.items() if v is not False}}\n",
    ),
    Fault(
        "espocrm-lines-of-one-more",
        "recorded: 400 for more than maxLength characters",
        "espocrm/values.py",
        "len(sent.value) <= limit\n",
        "len(sent.value) <= limit + 1\n",
    ),
    Fault(
        "espocrm-related-lists-of-all-users",
        "recorded: level own, related lists have own records only",
        "espocrm/lists.py",
        '        if ((level == "all" and not checked) or session.user.finds(entity.name, record))',
        '        if (records is not None or (level == "all" and not checked) or '
        "session.user.finds(entity.name, record))",
    ),
    Fault(
        "espocrm-sorted-by-hidden-fields",
        "recorded: a hidden field cannot be sorted by",
        "espocrm/ordering.py",
        "if field is not None and field.name in session.user.hidden(entity.name):",
        "if field is not None and field.name in ():",
    ),
    Fault(
        "espocrm-hidden-in-groups",
        "recorded: a hidden field cannot be filtered by",
        "espocrm/where.py",
        "    for nested in item.items:\n        _check(session, entity, nested)\n",
        "    for nested in item.items[:1]:\n        _check(session, entity, nested)\n",
    ),
    Fault(
        "espocrm-created-by-the-system",
        "recorded: createdById is who created",
        "espocrm/records.py",
        '"createdById": session.user.id}',
        '"createdById": SYSTEM_ID}',
    ),
    Fault(
        "espocrm-versions-stand-still",
        "recorded: versionNumber goes up with each change",
        "espocrm/records.py",
        'before.get("versionNumber", 1) + 1\n    saving',
        'before.get("versionNumber", 1) + (session.user.kind != "admin")\n    saving',
    ),
    Fault(
        "espocrm-restored-by-nobody-twice",
        "recorded: 409 for what is not deleted",
        "espocrm/records.py",
        '    if not record["deleted"]:\n        if session',
        '    if not record["deleted"] and record["createdById"] == session.user.id:\n'
        "        if session",
    ),
    Fault(
        "espocrm-keys-with-more",
        "document: 401 for a wrong key",
        "espocrm/authentication.py",
        '"apiKey", key.lower())\n        # The',
        '"apiKey", key.lower()[:32])\n        # The',
    ),
    Fault(
        "espocrm-signatures-by-their-beginning",
        "page: a request is signed with HMAC",
        "espocrm/authentication.py",
        "hmac.compare_digest(digest, expected.hexdigest().encode())",
        "hmac.compare_digest(digest[:60], expected.hexdigest().encode()[:60])",
    ),
    Fault(
        "espocrm-days-end-at-noon",
        "recorded: between ends with its last day",
        "espocrm/date_filters.py",
        "return timedelta(days=1, seconds=-1) if is_day else timedelta()",
        "return timedelta(hours=23) if is_day else timedelta()",
    ),
    Fault(
        "espocrm-before-includes-the-day",
        "recorded: before a day is before its midnight",
        "espocrm/date_filters.py",
        '            return "lessThan", _utc(start)',
        '            return "lessThanOrEquals", _utc(start)',
    ),
    Fault(
        "espocrm-older-with-the-day",
        "recorded: olderThanXDays",
        "espocrm/date_filters.py",
        '            return [("lessThan", _moved(today, -days).isoformat())]',
        '            return [("lessThanOrEquals", _moved(today, -days).isoformat())]',
    ),
    Fault(
        "espocrm-winter-time-all-year",
        "recorded: a day begins at midnight of its zone",
        "espocrm/date_filters.py",
        "    now = session.clock.now().astimezone(zone).replace(microsecond=0)\n",
        "    now = session.clock.now().astimezone(zone).replace(microsecond=0)\n"
        "    winter = datetime(now.year, 1, 1, tzinfo=now.tzinfo).utcoffset()\n"
        '    now = now.astimezone(__import__("datetime").timezone(winter or timedelta()))\n',
    ),
    Fault(
        "espocrm-minus-offsets-added",
        "recorded: datetimes with an offset become UTC",
        "espocrm/datetimes.py",
        'timezone(-offset if match[1] == "-" else offset)',
        "timezone(offset)",
    ),
    Fault(
        "espocrm-numbers-as-strings",
        "recorded: numbers are sorted as numbers",
        "espocrm/ordering.py",
        "        return (1, value)\n",
        "        return (1, str(value))\n",
    ),
    Fault(
        "espocrm-ties-the-other-way",
        "recorded: ties come in the order of ids",
        "espocrm/ordering.py",
        '        record["id"],\n    )',
        '        "",\n    )',
    ),
    Fault(
        "espocrm-choices-by-name",
        "recorded: enums are sorted by the order of their options",
        "espocrm/ordering.py",
        "places = {fold(option): place for place, option in enumerate(options)}",
        "places = {fold(option): place for place, option in enumerate(sorted(options))}",
    ),
    Fault(
        "espocrm-one-id-of-a-mass-action",
        "recorded: all of ids are changed",
        "espocrm/mass_actions.py",
        "for id in dict.fromkeys(selection))",
        "for id in list(dict.fromkeys(selection))[:2])",
    ),
    Fault(
        "espocrm-one-unlinked",
        "recorded: DELETE takes several ids",
        "espocrm/links.py",
        "    return _for_each(session, ids, lambda other: _unlink(session, entity, "
        "id, name, other))",
        "    return _for_each(session, ids[:1], lambda other: _unlink(session, "
        "entity, id, name, other))",
    ),
    Fault(
        "espocrm-one-follower-removed",
        "recorded: all users of ids follow no longer",
        "espocrm/followers.py",
        "    for user_id in _ids(session):\n"
        '        record = _find(session, entity, id, ("edit", "stream"))\n'
        "        session.data.unrelate",
        "    for user_id in _ids(session)[:1]:\n"
        '        record = _find(session, entity, id, ("edit", "stream"))\n'
        "        session.data.unrelate",
    ),
    Fault(
        "espocrm-one-email-marked",
        "page: ids of e-mails",
        "espocrm/inbox.py",
        "    for id in _ids(session):\n"
        "        _set(session, id, state)\n"
        "    return True\n"
        "\n"
        "\n"
        "def mark",
        "    for id in _ids(session)[:1]:\n"
        "        _set(session, id, state)\n"
        "    return True\n"
        "\n"
        "\n"
        "def mark",
    ),
    Fault(
        "espocrm-not-equals-with-null",
        "recorded: notEquals is not true of null",
        "espocrm/comparisons.py",
        "return lambda value: value is not None and not equal(value)",
        "return lambda value: value is None or not equal(value)",
    ),
    Fault(
        "espocrm-below-zero-is-nothing",
        "recorded: numbers below zero compare as such",
        "espocrm/comparisons.py",
        "number, compare = to_number(operand), _ORDERED[operator]",
        "number, compare = abs(to_number(operand)), _ORDERED[operator]",
    ),
    Fault(
        "espocrm-equals-by-case",
        "recorded: equals compares without case",
        "espocrm/comparisons.py",
        "return lambda value: value is not None and fold(value) == wanted",
        "return lambda value: value is not None and value == operand",
    ),
    Fault(
        "espocrm-or-of-the-first-two",
        "page: where items of type or",
        "espocrm/where.py",
        "tests = [test for one in item.items if",
        "tests = [test for one in item.items[:2] if",
    ),
    Fault(
        "espocrm-only-my-of-everybody",
        "recorded: onlyMy",
        "espocrm/named_filters.py",
        "    return lambda record: record.get(key) == user\n",
        "    return lambda record: record.get(key) in (user, None)\n",
    ),
    Fault(
        "espocrm-last-bool-filter-counts",
        "recorded: bool filters are joined by or",
        "espocrm/named_filters.py",
        "return lambda record: not tests or any(test(record) for test in tests)",
        "return lambda record: not tests or all(test(record) for test in tests)",
    ),
    Fault(
        "espocrm-role-of-former-title",
        "recorded: the title is the contact's role",
        "espocrm/linking.py",
        '        data.relate(link, record["id"], account, {"role": title})',
        '        data.relate(link, record["id"], account, {"role": (saving.before or '
        '{}).get("title")})',
    ),
    Fault(
        "espocrm-primary-account-linked-once",
        "recorded: the primary account is among the accounts",
        "espocrm/linking.py",
        "        if account != before:\n",
        "        if before is None and account != before:\n",
    ),
    Fault(
        "espocrm-unlinked-from-another",
        "recorded: unlinking from another record changes nothing",
        "espocrm/relations.py",
        'case "children" if other.get("parentId") == record["id"]:',
        'case "children":',
    ),
    Fault(
        "espocrm-next-account-lost",
        "recorded: the next account becomes the main one",
        "espocrm/relations.py",
        "    return next((row.far(accounts.near) for row in rows), None)",
        "    return None if rows else None",
    ),
    Fault(
        "espocrm-opt-out-of-one-record",
        "recorded: flags are those of the address",
        "espocrm/addresses.py",
        "            share(session.data, field, {**current[0], **changed})\n",
        "            share(session.data, field, {**current[0], **{k: v for k, v in "
        "changed.items() if v}})\n",
    ),
    Fault(
        "espocrm-addresses-by-case",
        "recorded: an address is found in any case",
        "espocrm/duplicates.py",
        "return {value.lower() for value in values",
        "return {value for value in values",
    ),
    Fault(
        "espocrm-names-alone-duplicates",
        "recorded: first and last name make a duplicate",
        "espocrm/duplicates.py",
        '        first, last = record.get("firstName") or "", record.get("lastName") or ""',
        '        first, last = "", record.get("lastName") or ""',
    ),
    Fault(
        "espocrm-duplicates-of-the-deleted",
        "recorded: what is deleted is no duplicate",
        "espocrm/duplicates.py",
        'name = None if record["deleted"] else _folded_name',
        "name = _folded_name",
    ),
    Fault(
        "espocrm-chunks-beyond-the-size",
        "recorded: a file takes no more than its size",
        "espocrm/attachments.py",
        "    if len(content) > size:\n",
        "    if len(content) > size + 1:\n",
    ),
    Fault(
        "espocrm-unlocked-by-nobody",
        "recorded: 400 for what is not locked",
        "espocrm/locking.py",
        '    if bool(record.get("isLocked")) == locked:\n',
        '    if locked and bool(record.get("isLocked")) == locked:\n',
    ),
    Fault(
        "espocrm-locked-and-changed",
        "recorded: 409 for a change of what is locked",
        "espocrm/locking.py",
        '_CHANGEABLE = frozenset({"assignedUser"',
        '_CHANGEABLE = frozenset({"description", "assignedUser"',
    ),
    Fault(
        "espocrm-history-of-the-deleted",
        "recorded: history has no deleted records",
        "espocrm/activities.py",
        "        for other in session.data.all(name)\n"
        '        if other.get("status") in statuses[name]',
        "        for other in session.data.all(name)\n"
        '        if other.get("status") in (*statuses[name], "Planned")',
    ),
    Fault(
        "espocrm-durations-shrink",
        "recorded: an event that is moved keeps its duration",
        "espocrm/event_rules.py",
        '    if "dateEnd" in saving.values or "dateEndDate" in saving.values:',
        '    if "dateEnd" in saving.values or saving.record.get("status") == "Held":',
    ),
    Fault(
        "espocrm-midnights-in-utc",
        "recorded: whole days begin at midnight of the server",
        "espocrm/event_rules.py",
        "    zone = time_zone(SERVER_TIME_ZONE)\n    derived",
        '    zone = time_zone("UTC")\n    derived',
    ),
    Fault(
        "espocrm-attendees-uninvited",
        "recorded: who is assigned takes part",
        "espocrm/rules.py",
        'users: Record = {} if assigned in ids else {"usersIds": [*ids, assigned]}',
        'users: Record = {} if assigned in ids or ids else {"usersIds": [*ids, assigned]}',
    ),
    Fault(
        "espocrm-probability-stays",
        "recorded: the stage sets the probability",
        "espocrm/rules.py",
        '        derived["probability"] = record["probability"] = STAGES[stage]\n',
        '        derived["probability"] = record["probability"] = (\n'
        '            STAGES[stage] if saving.before is None else record["probability"]\n'
        "        )\n",
    ),
    Fault(
        "espocrm-notes-of-other-records",
        "recorded: a stream has its record's notes",
        "espocrm/stream_lists.py",
        "    found = [note for note in notes if all(test(note) for test in tests)]",
        "    found = [note for note in notes if any(test(note) for test in tests) or not tests]",
    ),
    Fault(
        "espocrm-deleted-in-global-search",
        "recorded: a search finds no deleted records",
        "espocrm/global_search.py",
        '        matches.sort(key=lambda record: sort_key(display_name(record) or ""))\n',
        "        matches.sort(key=lambda record: sort_key(display_name(record) or "
        '""), reverse=True)\n',
    ),
    Fault(
        "espocrm-linked-with-all-is-any",
        "recorded: linkedWithAll wants all",
        "espocrm/link_filters.py",
        "        return lambda record: ids <= linked(record)\n",
        "        return lambda record: bool(ids & linked(record))\n",
    ),
    Fault(
        "espocrm-offset-on-the-first-page",
        "page: offset",
        "espocrm/search.py",
        '    offset = params.get("offset") or 0\n',
        '    offset = max(0, (params.get("offset") or 0) - (params.get("maxSize") == 3))\n',
    ),
    Fault(
        "espocrm-unread-counts-all",
        "page: notReadCounts",
        "espocrm/inbox.py",
        '        if state is None or state.get("isRead") or email',
        "        if state is None or email",
    ),
    Fault(
        "espocrm-parent-of-a-lead-lost",
        "recorded: accountId follows the parent",
        "espocrm/rules.py",
        '            inherited[f"{kind.lower()}Id"] = id',
        '            inherited[f"{kind.lower()}Id"] = inherited.get("accountId") or id',
    ),
    Fault(
        "espocrm-null-choices-first",
        "recorded: what is no option comes last in either direction",
        "espocrm/ordering.py",
        "            last = -1 if descending else len(options)\n",
        "            last = len(options)\n",
    ),
    Fault(
        "espocrm-folders-mark-read",
        "live 10.0.0: a move to a folder leaves e-mails unread",
        "espocrm/inbox.py",
        '    state["inArchive"] = folder == "archive"\n',
        '    state["inArchive"] = folder == "archive"\n    state["isRead"] = True\n',
    ),
    Fault(
        "espocrm-import-whole-numbers",
        "page: amounts of an import have decimals after the decimal mark",
        "espocrm/import_values.py",
        '("." + right if mark else "")',
        '("." + right[:0] if mark else "")',
    ),
    Fault(
        "espocrm-import-in-utc",
        "page: times of an import are in its time zone",
        "espocrm/import_values.py",
        "moment.replace(tzinfo=formats.zone)",
        "moment.replace(tzinfo=UTC)",
    ),
    Fault(
        "espocrm-import-by-any-key",
        "page: an import updates the record that has all values of updateBy",
        "espocrm/imports.py",
        "if all(str(_value",
        "if any(str(_value",
    ),
    Fault(
        "espocrm-import-reverts-but-one",
        "page: reverting an import deletes what it has created",
        "espocrm/imports.py",
        'for record_id in done["ids"]:',
        'for record_id in done["ids"][1:]:',
    ),
    Fault(
        "espocrm-captured-twice",
        "live 10.0.0: a form creates no second lead for an address",
        "espocrm/leads.py",
        "if isinstance(address, str) and session.data.with_address",
        "if isinstance(address, int) and session.data.with_address",
    ),
    Fault(
        "espocrm-captured-by-case",
        "live 10.0.0: an address is known in any case",
        "espocrm/leads.py",
        'session.data.with_address("Lead", address.lower())',
        'session.data.with_address("Lead", address.swapcase().swapcase())',
    ),
    Fault(
        "espocrm-converted-without-contact",
        "recorded: the opportunity of a conversion has the contact",
        "espocrm/leads.py",
        '        sent.setdefault("contactId", created["Contact"]["id"])\n',
        '        sent.setdefault("contactId", None)\n',
    ),
    Fault(
        "espocrm-templates-keep-line-ends",
        "live: line ends of a value become breaks in HTML",
        "espocrm/email_templates.py",
        'value.replace("\\n", "<br />\\n") if is_html',
        "value if is_html",
    ),
    Fault(
        "espocrm-templates-in-utc",
        "live: templates show times in the time zone of the settings",
        "espocrm/email_templates.py",
        "moment.astimezone(time_zone(SERVER_TIME_ZONE)).strftime",
        "moment.strftime",
    ),
    Fault(
        "espocrm-links-made-again-lose-columns",
        "live 10.0.0: a link that is made again keeps its role or status",
        "espocrm/data.py",
        "        elif columns:\n",
        "        else:\n            columns = columns or {}\n"
        '            row = {**row, "columns": initial or {}}\n',
    ),
    Fault(
        "espocrm-links-come-back-bare",
        "live 10.0.0: a link that was taken off comes back with its columns",
        "espocrm/data.py",
        'known = (initial or {}) if former is None else former["columns"]',
        "known = initial or {}",
    ),
    Fault(
        "espocrm-exports-sort-columns",
        "page: an export has the attributes in the order that is sent",
        "espocrm/exports.py",
        "names = [str(name) for name in attributes]",
        "names = sorted(str(name) for name in attributes)",
    ),
    Fault(
        "espocrm-exports-from-the-start",
        "page: an export takes offset and maxSize of a search",
        "espocrm/exports.py",
        "found[first : first + size]",
        "found[:size]",
    ),
    Fault(
        "espocrm-chunks-in-front",
        "live: chunks of a file are joined in their order",
        "espocrm/attachments.py",
        "content = session.data.read_file(id) + chunk",
        "content = chunk + session.data.read_file(id)",
    ),
    Fault(
        "espocrm-copies-without-content",
        "live: the copy of a file has its content",
        "espocrm/attachments.py",
        'session.data.write_file(record["id"], session.data.read_file(file["id"]))',
        'session.data.write_file(record["id"], b"")',
    ),
    Fault(
        "espocrm-one-reaction-a-note",
        "live: each user has a reaction to a note",
        "espocrm/notes.py",
        "{**note.get(REACTIONS, {}), session.user.id: kind}",
        "{session.user.id: kind}",
    ),
    Fault(
        "espocrm-six-pinned",
        "live: a record has five pinned notes at most",
        "espocrm/notes.py",
        "if pinned >= _MOST_PINNED:",
        "if pinned > _MOST_PINNED:",
    ),
    Fault(
        "espocrm-busy-when-canceled",
        "live: canceled events keep nobody busy",
        "espocrm/calendars.py",
        'event["status"] in _CANCELED or is_ignored',
        "is_ignored",
    ),
    Fault(
        "espocrm-merges-forget-addresses",
        "live: a merged record has the addresses of all",
        "espocrm/actions.py",
        "if entry.get(name) not in known:",
        "if not known:",
    ),
    Fault(
        "espocrm-merges-leave-posts",
        "live: posts move to the record that stays",
        "espocrm/actions.py",
        'if note.get("type") in _MOVED_NOTES:',
        'if note.get("type") in _MOVED_NOTES - {"Post"}:',
    ),
    Fault(
        "espocrm-converts-upside-down",
        "page: an amount is converted by the rates",
        "espocrm/currency_conversion.py",
        "rate = rates.get(code, 1) / rates.get(target, 1)",
        "rate = rates.get(target, 1) / rates.get(code, 1)",
    ),
    Fault(
        "espocrm-boards-show-deferred",
        "live: a board has no column for tasks that are deferred",
        "espocrm/kanban.py",
        '"Task": {"Canceled", "Deferred"}',
        '"Task": {"Canceled"}',
    ),
    Fault(
        "espocrm-names-in-ascii",
        "live: a file is downloaded under its own name",
        "espocrm/attachments.py",
        "    if ascii_name != name:",
        "    if not ascii_name:",
    ),
]
