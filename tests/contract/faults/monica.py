"""Faults of Monica's mock."""

from __future__ import annotations

import re

from tests.contract.faults.fault import Fault
from tests.contract.faults.wire import WireExchange


def _stale_read(exchange: WireExchange) -> None:
    """Answer the first read after an update with what was read before."""
    if exchange.status != 200:
        return
    if exchange.method == "PUT":
        exchange.memory["changed", exchange.path] = True
    elif exchange.method == "GET":
        former = exchange.memory.get(exchange.path)
        exchange.memory[exchange.path] = exchange.body
        if former is not None and exchange.memory.pop(("changed", exchange.path), False):
            exchange.body = former


def _short_total(exchange: WireExchange) -> None:
    """Count one item less on every page but the first."""
    meta = exchange.tree.get("meta") if isinstance(exchange.tree, dict) else None
    if meta and meta["current_page"] > 1 and meta["total"]:
        meta["total"] -= 1


def _swapped(exchange: WireExchange) -> None:
    """Swap the second and the third of a list that is sorted as the request asks."""
    if "sort=" in exchange.query and exchange.status == 200:
        data = exchange.tree.get("data")
        if isinstance(data, list) and len(data) > 2:
            data[1], data[2] = data[2], data[1]


def _third_row_without_contact(exchange: WireExchange) -> None:
    """Say null for the contact of every third task or debt of a list."""
    if exchange.path.endswith(("/tasks", "/debts")) and isinstance(exchange.tree, dict):
        data = exchange.tree.get("data")
        for row in data[2::3] if isinstance(data, list) else []:
            row["contact"] = None


def _code_of_unknown(exchange: WireExchange) -> None:
    """Say code 32 where a record does not exist."""
    error = exchange.tree.get("error") if isinstance(exchange.tree, dict) else None
    if isinstance(error, dict) and error.get("error_code") == 31:
        error["error_code"] = 32


def _question_marks(exchange: WireExchange) -> None:
    """Keep three bytes of a character at most, as MySQL's utf8 does."""
    exchange.body = re.sub(rb"\\ud[89ab]..\\ud[c-f]..", b"?", exchange.body)


def _without_rates(exchange: WireExchange) -> None:
    """Leave out how many requests are left."""
    exchange.headers.pop("x-ratelimit-remaining", None)


def _empty_strings(exchange: WireExchange) -> None:
    """Show an empty string for a nickname that is not set."""
    data = exchange.tree.get("data") if isinstance(exchange.tree, dict) else None
    for row in data if isinstance(data, list) else [data]:
        if isinstance(row, dict) and row.get("object") == "contact" and row["nickname"] is None:
            row["nickname"] = ""


MONICA = [
    Fault(
        "monica-limit-100-refused",
        "recorded: a page may have 100 items",
        "monica/lists.py",
        '_limit(query.get("limit")) > MAX_LIMIT:',
        '_limit(query.get("limit")) >= MAX_LIMIT:',
    ),
    Fault(
        "monica-an-empty-last-page",
        "recorded: last_page is the last page that has items",
        "monica/lists.py",
        "last = max(1, math.ceil(total / page.exact_limit))",
        "last = int(total // page.exact_limit) + 1",
    ),
    Fault(
        "monica-next-of-the-last-page",
        "recorded: next is null on the last page",
        "monica/lists.py",
        "if page.number < last else None",
        "if page.number <= last else None",
    ),
    Fault(
        "monica-to-of-a-short-page",
        "recorded: meta.to is the number of the page's last item",
        "monica/lists.py",
        '"to": page.offset + len(data) if data else None',
        '"to": page.offset + page.limit if data else None',
    ),
    Fault(
        "monica-updated-at-never-descending",
        "page: sort, a minus reverses",
        "monica/records.py",
        'order.startswith("-")) for order in orders]',
        'order.startswith("-") and order != "-updated_at") for order in orders]',
    ),
    Fault(
        "monica-archived-contacts-listed",
        "recorded: lists leave out archived contacts",
        "monica/records.py",
        'return ("found", "listed") if contact["is_active"] else ("found",)',
        'return ("found", "listed")',
    ),
    Fault(
        "monica-partial-contacts-listed",
        "recorded: lists and searches leave out partial contacts",
        "monica/records.py",
        'if contact["is_partial"] or contact["deleted_at"]:',
        'if contact["deleted_at"]:',
    ),
    Fault(
        "monica-companies-of-the-first-account",
        "recorded: an account lists its own records",
        "monica/lists.py",
        "    account = session.account.id\n    total",
        '    account = 1 if kind == "company" else session.account.id\n    total',
    ),
    Fault(
        "monica-deleted-contacts-under-tags",
        "recorded: a deleted contact is in no list",
        "monica/tags.py",
        'contact["tags"] if "listed" in visibility(contact) else ()',
        'contact["tags"]',
    ),
    Fault(
        "monica-names-of-the-deleted",
        "recorded: records of a deleted contact show null for it",
        "monica/short_contact.py",
        'is_missing = contact is None or contact["deleted_at"]',
        "is_missing = contact is None",
    ),
    Fault(
        "monica-partial-contacts-stay",
        "recorded: a partial contact goes with its last relationship",
        "monica/relationships.py",
        '        and not records.count_of("relationship", account, BY_OWNER, other["id"])\n',
        '        and records.count_of("relationship", account, BY_OWNER, other["id"]) < 0\n',
    ),
    Fault(
        "monica-reverse-keeps-its-type",
        "recorded: an update of a relationship changes both directions",
        "monica/relationships.py",
        "if reverse is not None and new_type is not None:\n            self.save",
        "if reverse is None and new_type is not None:\n            self.save",
    ),
    Fault(
        "monica-remaining-one-too-many",
        "recorded: X-RateLimit-Remaining counts the request itself",
        "monica/rate_limit.py",
        "str(LIMIT - window.requests - 1)",
        "str(LIMIT - window.requests)",
    ),
    Fault(
        "monica-429-without-retry-after",
        "recorded: 429 with Retry-After",
        "monica/rate_limit.py",
        '            headers["Retry-After"] = str(left)\n',
        "",
    ),
    Fault(
        "monica-one-limit-for-all",
        "recorded: the limit is counted for each user",
        "monica/server.py",
        'self._rate_limit.take("address" if is_public else str(account.id))',
        'self._rate_limit.take("address")',
    ),
    Fault(
        "monica-search-wants-all-words",
        "recorded: a search finds contacts with any of its words",
        "monica/search.py",
        "return any(pattern.fullmatch(text) for pattern in patterns for text in texts)",
        "return all(any(pattern.fullmatch(text) for text in texts) for pattern in patterns)",
    ),
    Fault(
        "monica-search-without-nickname",
        "recorded: a search looks into names, nickname, description and job",
        "monica/search.py",
        '"last_name", "nickname", "description"',
        '"last_name", "description"',
    ),
    Fault(
        "monica-set-tags-replaces",
        "recorded: setTags adds to the tags of a contact",
        "monica/tags.py",
        '[*(id for id in contact["tags"] if id != tag["id"]), tag["id"]]',
        '[tag["id"]]',
    ),
    Fault(
        "monica-tags-by-case",
        "recorded: a tag is found by its name in any case",
        "monica/tags.py",
        '_BY_NAME = Index(lambda tag: [folded(tag["name"])])',
        '_BY_NAME = Index(lambda tag: [tag["name"]])',
    ),
    Fault(
        "monica-tags-of-other-accounts-set",
        "recorded: unsetTags answers 404 for a tag of another account",
        "monica/tags.py",
        'if session.records.read("tag", session.account.id, id) is None:',
        'if session.records.find("tag", id) is None:',
    ),
    Fault(
        "monica-description-stays",
        "recorded: an update clears a description that is not sent",
        "monica/contacts.py",
        'description = record["description"] = values.get("description")',
        'description = record["description"] = values.get("description") or former',
    ),
    Fault(
        "monica-the-dead-stay-dead",
        "recorded: is_deceased false undoes true",
        "monica/contacts.py",
        'contact["is_dead"] = values["is_deceased"]',
        'contact["is_dead"] = contact["is_dead"] or values["is_deceased"]',
    ),
    Fault(
        "monica-year-is-known",
        "recorded: a date without a year has is_year_unknown true",
        "monica/special_dates.py",
        '"is_age_based": False, "is_year_unknown": not year}',
        '"is_age_based": False, "is_year_unknown": False}',
    ),
    Fault(
        "monica-age-from-next-year",
        "recorded: by age, the year is the current one less the age",
        "monica/special_dates.py",
        "_rolled_over(current_year - age, 1, 1)",
        "_rolled_over(current_year - age + 1, 1, 1)",
    ),
    Fault(
        "monica-weekly-reminder-in-the-past",
        "recorded: a reminder is planned after today",
        "monica/reminders.py",
        "count = (today - first).days // days + 1",
        "count = (today - first).days // days",
    ),
    Fault(
        "monica-upcoming-in-any-year",
        "page: upcoming reminders of one month",
        "monica/reminders.py",
        "if int(planned[:4]) * 12 + int(planned[5:7]) - 1 == month and",
        "if int(planned[5:7]) - 1 == month % 12 and",
    ),
    Fault(
        "monica-last-call-after-deletion",
        "recorded: last_called is that of the latest call that is left",
        "monica/calls.py",
        "        _set_last_called(session, record, latest)\n",
        "        del latest\n",
    ),
    Fault(
        "monica-last-activity-of-former-attendees",
        "recorded: last_activity_together follows the attendees",
        "monica/activities.py",
        '_update_last_activity(session, record["account_id"], [*former, *record["contacts"]])',
        '_update_last_activity(session, record["account_id"], record["contacts"])',
    ),
    Fault(
        "monica-gifts-counted-as-debts",
        "recorded: statistics of a contact count its records of each kind",
        "monica/contact_responses.py",
        '    "gift": "number_of_gifts",\n    "debt": "number_of_debts",\n',
        '    "debt": "number_of_gifts",\n    "gift": "number_of_debts",\n',
    ),
    Fault(
        "monica-favorites-forever",
        "recorded: is_favorited false undoes true",
        "monica/notes.py",
        'bool(values.get("is_favorited", record["is_favorited"]))',
        'bool(values.get("is_favorited") or record["is_favorited"])',
    ),
    Fault(
        "monica-reopened-task-is-completed",
        "recorded: completed_at is null while a task is open",
        "monica/notes.py",
        'session.now if values["completed"] else None',
        'session.now if values["completed"] else record["completed_at"]',
    ),
    Fault(
        "monica-money-by-float",
        "recorded: an amount is read back to the cent",
        "monica/values.py",
        "int((Decimal(text) * 100).to_integral_value(ROUND_HALF_UP))",
        "int(float(text) * 100)",
    ),
    Fault(
        "monica-last-message-deleted",
        "page: Delete a message, that of the id",
        "monica/conversations.py",
        'record["messages"].remove(message["id"])',
        'record["messages"].remove(record["messages"][0])',
    ),
    Fault(
        "monica-contact-fields-in-lower-case",
        "recorded: the content of a contact field is read back",
        "monica/contact_fields.py",
        '"content": values["data"],',
        '"content": values["data"].lower(),',
    ),
    Fault(
        "monica-addresses-keep-what-is-cleared",
        "recorded: an update of an address clears what is not sent",
        "monica/addresses.py",
        "            place.update(changes, updated_at=session.now)\n",
        "            changes = {key: new for key, new in changes.items() if new is not None}\n"
        "            place.update(changes, updated_at=session.now)\n",
    ),
    Fault(
        "monica-occupations-without-company",
        "recorded: the occupations at a company go with it",
        "monica/addresses.py",
        'records.remove("occupation", occupation)',
        'records.read("occupation", occupation["account_id"], occupation["id"])',
    ),
    Fault(
        "monica-company-stays",
        "recorded: an update of work clears what is not sent",
        "monica/contact_parts.py",
        "contact[name] = None if is_empty(values.get(name)) else values[name]",
        "contact[name] = values.get(name) or contact[name]",
    ),
    Fault(
        "monica-pets-lose-their-names",
        "recorded: the name of a pet stays if none is sent",
        "monica/life_events.py",
        '        if "name" in values:\n            record["name"] = _name(values["name"])\n',
        '        record["name"] = _name(values.get("name"))\n',
    ),
    Fault(
        "monica-limit-before-token",
        "recorded: without a token 401, whatever else is wrong",
        "monica/server.py",
        "        is_public = operation.id in PUBLIC_OPERATIONS\n",
        "        check_limit_and_sort(\n"
        '            self._session(ACCOUNTS["ada"], path_parameters, request=request)\n'
        "        )\n"
        "        is_public = operation.id in PUBLIC_OPERATIONS\n",
    ),
    Fault(
        "monica-gift-recipient-not-checked",
        "recorded: 404 for a recipient of another account",
        "monica/gifts.py",
        '            session.read("contact", values["recipient_id"])\n',
        "            pass\n",
    ),
    Fault(
        "monica-search-total-of-a-page",
        "recorded: meta.total is the number of all that a search finds",
        "monica/lists.py",
        "_envelope(session, page, data, len(items), meta)",
        "_envelope(session, page, data, min(len(items), page.offset + len(data)), meta)",
    ),
    Fault(
        "monica-wire-stale-read",
        "recorded: what is written is read back",
        wire=_stale_read,
    ),
    Fault(
        "monica-wire-total-of-later-pages",
        "recorded: meta.total is that of all pages",
        wire=_short_total,
    ),
    Fault(
        "monica-wire-swapped",
        "page: sort",
        wire=_swapped,
    ),
    Fault(
        "monica-wire-third-row-without-contact",
        "recorded: tasks and debts show their contact",
        wire=_third_row_without_contact,
    ),
    Fault(
        "monica-wire-code-of-unknown",
        "recorded: code 31",
        wire=_code_of_unknown,
    ),
    Fault(
        "monica-wire-question-marks",
        "document: what is sent is read back, emoji included",
        wire=_question_marks,
    ),
    Fault(
        "monica-wire-without-remaining",
        "recorded: X-RateLimit-Remaining with every reply",
        wire=_without_rates,
    ),
    Fault(
        "monica-wire-empty-nicknames",
        "recorded: a nickname that is not set is null",
        wire=_empty_strings,
    ),
    Fault(
        "monica-strings-not-trimmed",
        "page: strings are trimmed",
        "monica/session.py",
        "        return value.strip() or None",
        "        return value or None",
    ),
    Fault(
        "monica-zeros-in-front-lost",
        "recorded: the content of a contact field is read back",
        "monica/contact_fields.py",
        '        record["content"] = values["data"]',
        '        record["content"] = values["data"].lstrip("0") or "0"',
    ),
    Fault(
        "monica-gifts-keep-what-is-cleared",
        "recorded: an update of a gift clears what is not sent",
        "monica/resource.py",
        "                record[name] = values.get(name)\n",
        "                record[name] = values.get(name, record.get(name))\n",
    ),
    Fault(
        "monica-debts-lose-their-reason",
        "recorded: the reason of a debt stays if none is sent",
        "monica/gifts.py",
        'record.update({**values, "amount"',
        'record.update({"reason": None, **values, "amount"',
    ),
    Fault(
        "monica-labels-cleared",
        "recorded: labels stay if none are sent",
        "monica/contact_fields.py",
        '_label_ids(session, values) or record["labels"]',
        "_label_ids(session, values)",
    ),
    Fault(
        "monica-emotions-cleared",
        "recorded: emotions of an activity stay if none are sent",
        "monica/activities.py",
        '"emotions": columns["emotions"] or record["emotions"]',
        '"emotions": columns["emotions"]',
    ),
    Fault(
        "monica-partial-forever",
        "recorded: is_partial false undoes true",
        "monica/contacts.py",
        'record["is_partial"] = bool(values["is_partial"])',
        'record["is_partial"] = bool(values["is_partial"]) or record["is_partial"]',
    ),
    Fault(
        "monica-messages-stay-mine",
        "page: written_by_me of a message is what was sent last",
        "monica/conversations.py",
        'changed = {**message, **values, "created_at"',
        'changed = {**message, **values, "written_by_me": message["written_by_me"], "created_at"',
    ),
    Fault(
        "monica-61-requests-a-minute",
        "recorded: the 61st request is refused",
        "monica/rate_limit.py",
        "        if window.requests >= LIMIT:",
        "        if window.requests > LIMIT:",
    ),
    Fault(
        "monica-windows-last-too-long",
        "recorded: a window lasts 60 seconds",
        "monica/rate_limit.py",
        "if not 0 <= passed < WINDOW or",
        "if not 0 <= passed <= WINDOW or",
    ),
    Fault(
        "monica-page-0-has-no-rows",
        "recorded: what is not a positive number is page 1",
        "monica/lists.py",
        "\\+?0*([1-9][0-9]{0,17})",
        "\\+?0*([1-9][0-9]{0,17}|0)",
    ),
    Fault(
        "monica-20-rows-by-themselves",
        "recorded: a page has 15 items",
        "monica/lists.py",
        "DEFAULT_LIMIT = 15",
        "DEFAULT_LIMIT = 20",
    ),
    Fault(
        "monica-names-of-254",
        "recorded: names have 255 characters at most",
        "monica/validation.py",
        "php_types.size(value) > max_length:\n            messages.append",
        "php_types.size(value) >= max_length:\n            messages.append",
    ),
    Fault(
        "monica-upcoming-of-the-first-account",
        "recorded: an account sees its own reminders",
        "monica/reminders.py",
        "session.records.all(self.kind, session.account.id)",
        "session.records.all(self.kind, 1)",
    ),
    Fault(
        "monica-photos-of-other-accounts",
        "recorded: 404 for a photo of another account",
        "monica/gifts.py",
        'photo = session.read("photo", int(session.path_params["photo_id"]))',
        'photo = session.records.find("photo", int(session.path_params["photo_id"])) or {}',
    ),
    Fault(
        "monica-me-of-another-account",
        "recorded: 404 for a contact of another account",
        "monica/account.py",
        'contact = session.read("contact", values["contact_id"])',
        'contact = session.records.find("contact", values["contact_id"]) or {}',
    ),
    Fault(
        "monica-introduced-by-anybody",
        "recorded: 404 for a contact of another account",
        "monica/contact_parts.py",
        '        if through:\n            session.read("contact", through)\n',
        '        if through and not session.exists("contact", through):\n'
        '            session.read("contact", through)\n',
    ),
    Fault(
        "monica-field-types-of-anybody",
        "recorded: 404 for a type of another account",
        "monica/conversations.py",
        '        session.read("contactfieldtype", values["contact_field_type_id"])\n'
        "        columns",
        '        session.exists("contactfieldtype", values["contact_field_type_id"])\n'
        "        columns",
    ),
    Fault(
        "monica-search-of-the-first-account",
        "recorded: a search finds an account's own contacts",
        "monica/contacts.py",
        'session.records.select(self.kind, session.account.id, index, "found")',
        'session.records.select(self.kind, 1, index, "found")',
    ),
    Fault(
        "monica-archived-not-found",
        "recorded: searches find archived contacts",
        "monica/records.py",
        'return ("found", "listed") if contact["is_active"] else ("found",)',
        'return ("found", "listed") if contact["is_active"] else ()',
    ),
    Fault(
        "monica-archived-written-to",
        "recorded: 422 for an archived contact",
        "monica/resource.py",
        "    is_readonly_when_archived: ClassVar[bool] = True",
        "    is_readonly_when_archived: ClassVar[bool] = False",
    ),
    Fault(
        "monica-archived-tagged",
        "recorded: 422 for an archived contact",
        "monica/tags.py",
        '    if not contact["is_active"]:',
        '    if contact["is_partial"]:',
    ),
    Fault(
        "monica-archived-deleted",
        "recorded: 422 for an archived contact",
        "monica/contacts.py",
        '        if not contact["is_active"]:\n'
        "            raise archived_contact()\n"
        "        delete",
        "        delete",
    ),
    Fault(
        "monica-tokens-in-any-case",
        "document: 401 for a wrong token",
        "monica/authentication.py",
        "self._accounts.get(match[1]) if match",
        "self._accounts.get(match[1].lower()) if match",
    ),
    Fault(
        "monica-tokens-by-their-beginning",
        "document: 401 for a wrong token",
        "monica/authentication.py",
        "        account = self._accounts.get(match[1]) if match else None\n",
        "        known = (a for t, a in self._accounts.items() if match and "
        "match[1].startswith(t))\n"
        "        account = next(known, None)\n",
    ),
    Fault(
        "monica-days-of-utc",
        "recorded: a day begins in the user's time zone",
        "monica/session.py",
        "self.clock.now().astimezone(ZoneInfo(self.account.timezone)).date()",
        "self.clock.now().date()",
    ),
    Fault(
        "monica-offsets-reckoned",
        "recorded: an offset is dropped",
        "monica/php_dates.py",
        "    text = str(value).strip()\n    if text.startswith",
        "    text = str(value).strip()\n"
        '    if re.search(r"T.*[+-]\\d\\d:\\d\\d$", text):\n'
        "        return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)\n"
        "    if text.startswith",
    ),
    Fault(
        "monica-reminders-clamped-to-months",
        "recorded: what is beyond the end of a month rolls over",
        "monica/reminders.py",
        "day = start + timedelta(days=day.day - 1)",
        "day = start + timedelta(days=min(day.day, 28) - 1)",
    ),
    Fault(
        "monica-reminded-today",
        "recorded: a reminder is planned after today",
        "monica/reminders.py",
        "        while day <= today:",
        "        while day < today:",
    ),
    Fault(
        "monica-calls-by-their-creation",
        "recorded: the latest call comes first",
        "monica/calls.py",
        '    order = ("-called_at",)\n    contact_order = order\n',
        '    contact_order = ("-called_at",)\n',
    ),
    Fault(
        "monica-tags-unsorted",
        "recorded: tags come by name",
        "monica/tags.py",
        '    order = ("name",)\n',
        "",
    ),
    Fault(
        "monica-favorited-at-stays",
        "recorded: favorited_at is null for what is no favorite",
        "monica/notes.py",
        'session.now if values.get("is_favorited") else None\n\n\nclass',
        'session.now if values.get("is_favorited") else record["favorited_at"]\n\n\nclass',
    ),
    Fault(
        "monica-me-of-the-first-account",
        "recorded: each user has a contact of its own",
        "monica/account.py",
        'session.settings.set(f"me {session.account.id}", contact["id"])',
        'session.settings.set("me 1", contact["id"])',
    ),
    Fault(
        "monica-first-tag-unset",
        "recorded: unsetTag takes a list",
        "monica/tags.py",
        '        for item in session.validate(_TAGS)["tags"]:',
        '        for item in session.validate(_TAGS)["tags"][:1]:',
    ),
    Fault(
        "monica-one-attendee",
        "recorded: all contacts of an activity take part",
        "monica/activities.py",
        "    for value in contacts:\n",
        "    for value in contacts[:1]:\n",
    ),
    Fault(
        "monica-fields-found-by-their-middle",
        "recorded: a search by field looks at the beginning",
        "monica/search.py",
        "_like(f\"{match['start']}%\")",
        "_like(f\"%{match['start']}%\")",
    ),
    Fault(
        "monica-search-without-middle-name",
        "recorded: a search looks into all names",
        "monica/search.py",
        '("first_name", "middle_name", "last_name"',
        '("first_name", "last_name"',
    ),
    Fault(
        "monica-years-without-the-first",
        "recorded: statistics of calls by year",
        "monica/records.py",
        "int(oldest[:4]) - 1, -1)]",
        "int(oldest[:4]), -1)]",
    ),
    Fault(
        "monica-total-of-the-account",
        "recorded: meta.total counts the contact's records",
        "monica/lists.py",
        "    total = session.records.count_of(kind, account, index, key)",
        "    total = session.records.count_of(kind, account, index, key if key == "
        '"listed" else None) or session.records.count_of(kind, account, index, key)',
    ),
    Fault(
        "monica-places-stay",
        "recorded: the place of an address goes with it",
        "monica/addresses.py",
        '            session.records.remove("place", place)',
        '            session.records.save("place", place)',
    ),
    Fault(
        "monica-fields-outlive-their-type",
        "recorded: contact fields go with their type",
        "monica/contact_fields.py",
        '            records.remove("contactfield", field)',
        '            records.save("contactfield", field)',
    ),
    Fault(
        "monica-messages-in-any-conversation",
        "page: a message belongs to a conversation",
        "monica/conversations.py",
        '        if id not in conversation["messages"]:',
        '        if not session.exists("message", id):',
    ),
    Fault(
        "monica-births-without-reminder",
        "recorded: birthdate_add_reminder adds a reminder",
        "monica/contacts.py",
        'if values.get(f"{name}_add_reminder"):',
        'if values.get(f"{name}_add_reminder") and name != "birthdate":',
    ),
    Fault(
        "monica-birth-reminders-stay",
        "recorded: a birthday that changes has a new reminder",
        "monica/special_dates.py",
        '            session.records.remove("reminder", former)',
        '            session.records.save("reminder", former)',
    ),
    Fault(
        "monica-deaths-of-the-living",
        "recorded: the date of death goes when is_deceased does",
        "monica/contacts.py",
        'values["is_deceased_date_known"] and bool(values["is_deceased"])',
        'values["is_deceased_date_known"]',
    ),
    Fault(
        "monica-activity-types-outlive-category",
        "assumed: types go with their category",
        "monica/activities.py",
        '            records.remove("activityType", type_)',
        '            records.save("activityType", type_)',
    ),
    Fault(
        "monica-accents-in-tags",
        "recorded: a tag is found whatever its accents",
        "monica/collation.py",
        "if not unicodedata.combining(char))\n    return plain",
        "if char)\n    return plain",
    ),
    Fault(
        "monica-with-in-place-of-without-fields",
        "recorded: with=contactfields brings the contact fields",
        "monica/contact_responses.py",
        'session.query.get("with") == "contactfields":',
        'session.query.get("with") == "contact_fields":',
    ),
    Fault(
        "monica-newest-notes-oldest",
        "recorded: the newest notes come with a contact",
        "monica/contact_responses.py",
        "limit=_NEWEST_NOTES, reverse=True",
        "limit=_NEWEST_NOTES",
    ),
    Fault(
        "monica-last-called-by-the-last-sent",
        "recorded: last_called never goes back",
        "monica/calls.py",
        'max(former or "", call["called_at"])',
        'call["called_at"]',
    ),
    Fault(
        "monica-sort-descending-by-time-only",
        "page: sort, a minus reverses",
        "monica/records.py",
        '_reversed(record[column] or "") if reverse',
        '_reversed((record[column] or "")[:10]) if reverse',
    ),
    Fault(
        "monica-tag-slug-stays",
        "recorded: the slug of a tag is made of its name",
        "monica/tags.py",
        'record.update(name=values["name"], name_slug=_slug(values["name"]))',
        'record.update(name=values["name"])',
    ),
    Fault(
        "monica-debts-do-not-move",
        "recorded: an update moves a debt to another contact",
        "monica/gifts.py",
        '        self.assign(session, record, values["contact_id"])\n'
        '        record.update({**values, "amount"',
        '        record.update({**values, "contact_id": record["contact_id"], "amount"',
    ),
    Fault(
        "monica-years-counted-as-others",
        "recorded: statistics of calls by year",
        "monica/records.py",
        "self._kind, account, self._by_year, (None, year))",
        "self._kind, account, self._by_year, (None, str(int(year) - (year == '2025'))))",
    ),
    Fault(
        "monica-photos-twice-in-a-gift",
        "recorded: a photo is in a gift once",
        "monica/gifts.py",
        '        if photo["id"] not in record["photos"]:\n',
        '        if photo["id"]:\n',
    ),
    Fault(
        "monica-fifty-rows-at-most",
        "document: a page may have 100 rows",
        "monica/lists.py",
        "if match else 1, int(exact), exact)",
        "if match else 1, min(int(exact), 50), exact)",
    ),
    Fault(
        "monica-degrees-rounded",
        "live 4.1.2: a latitude keeps 14 digits",
        "monica/columns.py",
        'number = float(f"{number:.14g}")',
        'number = float(f"{number:.6g}")',
    ),
    Fault(
        "monica-reverse-by-own-name",
        "live 4.1.2: a relationship type names the type of its reverse",
        "monica/relationships.py",
        'if record["name"] == type_["name_reverse_relationship"]:',
        'if record["name"] == type_["name"]:',
    ),
    Fault(
        "monica-every-week",
        "recorded: a reminder comes every so many weeks",
        "monica/reminders.py",
        "days = step * _DAYS_OF_WEEK",
        "days = _DAYS_OF_WEEK",
    ),
    Fault(
        "monica-tags-keep-their-place",
        "recorded: a tag that a contact has already becomes its last",
        "monica/tags.py",
        '[*(id for id in contact["tags"] if id != tag["id"]), tag["id"]]',
        '[*contact["tags"], *({tag["id"]} - {*contact["tags"]})]',
    ),
    Fault(
        "monica-photos-twice",
        "recorded: a gift has a photo once, however often it is given",
        "monica/gifts.py",
        'if photo["id"] not in record["photos"]:',
        "if photo is not None:",
    ),
    Fault(
        "monica-first-tag-only",
        "page: unsetTag takes off all tags that are named",
        "monica/tags.py",
        '            contact["tags"] = [tag for tag in contact["tags"] if tag != id]\n',
        '            contact["tags"] = [tag for tag in contact["tags"] if tag != id]\n'
        "            break\n",
    ),
    Fault(
        "monica-introduction-stays",
        "live 4.1.2: what is not sent of an introduction is cleared",
        "monica/contact_parts.py",
        'contact["first_met_through"] = through\n',
        'contact["first_met_through"] = through or contact["first_met_through"]\n',
    ),
    Fault(
        "monica-job-stays",
        "recorded: what is not sent of the work is cleared",
        "monica/contact_parts.py",
        "contact[name] = None if is_empty(values.get(name)) else values[name]",
        "contact[name] = contact[name] if is_empty(values.get(name)) else values[name]",
    ),
    Fault(
        "monica-met-reminders-stay",
        "recorded: the reminder of a date goes with it",
        "monica/contact_parts.py",
        '        clear_date_reminder(session, contact, "first_met_date")\n',
        "",
    ),
]
