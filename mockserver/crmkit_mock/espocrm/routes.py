"""Which operation a request is for, as the server's router decides.

The server has one list of routes with a method each. It looks for an exact path with the method,
then for a pattern with the method; so a method that a special path lacks goes to the patterns for
records, links and actions of any entity type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from crmkit_mock.espocrm.controllers import (
    OF_ADMINISTRATORS,
    OTHER_RECORDS,
    PREFERENCES,
    WITHOUT_LINKS,
    WITHOUT_RECORDS,
)
from crmkit_mock.espocrm.entity_types import ENTITY_TYPES
from crmkit_mock.espocrm.errors import (
    APIError,
    action_not_found,
    bad_request,
    forbidden,
    not_found,
    router_page,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crmkit_mock.documents import Document, Operation

#: Methods in the order in which `Allow` names them: those of exact paths first, then of patterns.
_EXACT = ("GET", "POST", "PATCH", "PUT", "DELETE")
_PATTERNS = ("GET", "POST", "DELETE", "OPTIONS", "PUT", "PATCH")
#: Methods of /{controller}/action/{action}, whether or not the controller has the action.
_ACTION_METHODS = ("GET", "POST", "PUT")
#: What the generic operations do: the name of the controller's action, and the right it needs.
_ACTIONS = {
    "records_list": ("list", "read"),
    "records_create": ("create", "create"),
    "records_get": ("read", "read"),
    "records_update": ("update", "edit"),
    "records_update_patch": ("update", "edit"),
    "records_delete": ("delete", "delete"),
    "records_related": ("listLinked", "read"),
    "records_link": ("createLink", "edit"),
    "records_unlink": ("removeLink", "edit"),
}
_OF_PREFERENCES = frozenset({"read", "update"})
_LINK_ACTIONS = frozenset({"listLinked", "createLink", "removeLink"})
#: Operations that stand for an action of a controller without records, whatever the id.
_INSTEAD = {
    ("Settings", "read"): "settings_get",
    ("Settings", "update"): "settings_update",
    ("I18n", "read"): "i18n_get",
    ("Metadata", "read"): "metadata_get",
}
#: Operations whose action has another name, or another controller, than their path says.
_OTHER_ACTIONS = {
    "app_greeting": ("index", "ApiIndex"),
    "stream_list": ("list", "Stream"),
    "stream_record": ("list", "Stream"),
    "stream_posts": ("listPosts", "Stream"),
}
#: Operations whose route names only the controller, which has no action for HEAD.
_WITHOUT_ACTION = frozenset({"metadata_get", "i18n_get", "settings_get", "layouts_get"})
#: Methods of routes that the document lacks, by the operation that has the path.
_UNDOCUMENTED = {"settings_get": "PATCH", "layouts_get": "PUT"}
#: The release that brought an operation.
_SINCE = {"app_openapi": (9, 3)}


class MissingAction(Exception):
    """A route exists, but not the action of its controller; authentication comes first.

    Args:
        error: The response to an authenticated request.
        html: Whether its content type is text/html.
    """

    def __init__(self, error: APIError, *, html: bool = False) -> None:
        super().__init__(str(error))
        self.error = error
        self.html = html


def find(
    document: Document, profile: str, release: tuple[int, ...], method: str, path: str
) -> tuple[Operation, dict[str, str]]:
    """Return the operation of a request, and its path parameters.

    Args:
        document: The wire document.
        profile: Name of the kind of server, which has only its own operations.
        release: The release that is imitated.
        method: Method of the request.
        path: Path of the request, decoded.

    Raises:
        APIError: 404 or 405, as the router answers.
        MissingAction: the controller has no such action.
    """
    if path == "/" and method not in {"GET", "HEAD"}:
        # It is a file to the web server, which answers without EspoCRM.
        raise APIError(405, page="405 Not Allowed", by_web_server=True)
    path = path[:1] + path[1:2].upper() + path[2:]
    steps = path.split("/")[1:]
    is_action = len(steps) == 3 and steps[1] == "action" and bool(steps[0] and steps[2])
    allowed: dict[bool, set[str]] = {True: set(), False: set()}
    wanted = "GET" if method == "HEAD" else method
    for operations, params, exact in _matches(document, profile, release, path):
        operation = operations.get(wanted)
        is_link = is_action and "/action/" not in operation.path if operation else False
        if operation is not None and not (is_link and wanted in _ACTION_METHODS):
            instead = _with_action(document, operation, method, steps)
            if instead is not None:
                return instead, {}
            # The server decodes them twice.
            return operation, {name: unquote(value) for name, value in params.items()}
        allowed[exact] |= operations.keys()
        more = {_UNDOCUMENTED.get(operation.id, "") for operation in operations.values()}
        allowed[exact] |= more - {""}
    if is_action and method == "GET" and steps[0] in ENTITY_TYPES:
        if steps[2] in {"index", "list"}:
            return document.operation("records_list"), {"entityType": steps[0]}
        if steps[2] == "read" or (steps[2] == "listLinked" and steps[0] not in WITHOUT_LINKS):
            raise MissingAction(bad_request("No ID."))
    if is_action and wanted in _ACTION_METHODS:
        raise MissingAction(_missing(method, steps[2], steps[0]))
    if is_action:
        allowed[False] |= {*_ACTION_METHODS}
    names = [*(name for name in _EXACT if name in allowed[True])]
    names += (name for name in _PATTERNS if name in allowed[False] and name not in names)
    if not names:
        raise router_page(404)
    raise router_page(405, {"Allow": ", ".join(names)})


def _matches(
    document: Document, profile: str, release: tuple[int, ...], path: str
) -> Iterator[tuple[Mapping[str, Operation], dict[str, str], bool]]:
    for operations, params, exact in document.matches(path):
        known = {
            method: operation
            for method, operation in operations.items()
            if profile in operation.node.get("x-crmkit-profile", [profile])
            and release >= _SINCE.get(operation.id, ())
        }
        yield known, params, exact


def _with_action(
    document: Document, operation: Operation, method: str, steps: list[str]
) -> Operation | None:
    """Check that the controller has the action of a route.

    Returns:
        The operation that it stands for, where that is another one.

    Raises:
        MissingAction: it has not.
    """
    action, right = _ACTIONS.get(operation.id, ("", ""))
    if operation.id in _OTHER_ACTIONS:
        action, controller = _OTHER_ACTIONS[operation.id]
    else:
        controller = steps[0]
    if operation.id in ACTION_CLASSES:
        return None
    if method == "HEAD":
        if operation.id in _WITHOUT_ACTION:
            raise MissingAction(bad_request("No action for method `HEAD`."), html=True)
        if operation.path.endswith("/attendees"):
            action = "attendees"
        action = action or {1: "list", 2: "read"}.get(len(steps), "listLinked")
        raise MissingAction(_missing(method, action, controller))
    if right and controller in WITHOUT_RECORDS:
        if (controller, action) in _INSTEAD and method != "PATCH":
            return document.operation(_INSTEAD[controller, action])
        raise MissingAction(_missing(method, action, controller))
    if controller == PREFERENCES:
        if action in _OF_PREFERENCES and method != "PATCH":
            return None
        raise MissingAction(_missing(method, "index" if action == "list" else action, controller))
    if controller in WITHOUT_LINKS and action in _LINK_ACTIONS:
        raise MissingAction(_missing(method, action, controller))
    if right and controller in OTHER_RECORDS:
        is_closed = controller in OF_ADMINISTRATORS
        what = f"access to '{controller}'" if is_closed else f"{right} access"
        raise MissingAction(forbidden(f"No {what}."))
    return None


def _missing(method: str, action: str, controller: str) -> APIError:
    names = (ENTITY_TYPES, WITHOUT_RECORDS, OTHER_RECORDS, (PREFERENCES,))
    if any(controller in known for known in names):
        return action_not_found(method, action, controller)
    return not_found(f"Controller '{controller}' does not exist.")


#: Operations of action classes. Their errors have PHP's content type, text/html, since they
#: choose that of their reply last; those of controllers have application/json.
ACTION_CLASSES = frozenset(
    {
        "actions_run", "activities_busy_ranges", "activities_calendar", "activities_list",
        "activities_upcoming", "app_about", "app_destroy_token", "app_openapi",
        "attachments_chunk", "attachments_copy", "attachments_download", "currency_rates_get",
        "currency_rates_update", "email_templates_prepare", "emails_mark_important",
        "emails_mark_read", "emails_mark_unread", "emails_move_to_folder", "emails_move_to_trash",
        "emails_restore_from_trash", "emails_unmark_important", "emails_unread_counts",
        "exports_create", "exports_status", "followers_add", "followers_list", "followers_remove",
        "imports_revert", "imports_run", "imports_upload", "kanban_get", "mass_actions_run",
        "mass_actions_status", "me", "notes_pin", "notes_react", "notes_unpin", "notes_unreact",
        "records_users_access", "search_email_addresses", "search_records", "stars_add",
        "stars_remove", "stream_attachments", "stream_list_all", "target_lists_opted_out",
        "users_acl",
    }
)  # fmt: skip
