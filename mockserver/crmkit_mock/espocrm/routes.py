"""Which operation a request is for, as the server's router decides.

The server has one list of routes with a method each. It looks for an exact path with the method,
then for a pattern with the method; so a method that a special path lacks goes to the patterns for
records, links and actions of any entity type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from crmkit_mock.espocrm.errors import APIError, action_not_found, bad_request, router_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crmkit_mock.documents import Document, Operation

#: Methods in the order in which `Allow` names them: those of exact paths first, then of patterns.
_ORDER = {
    True: ("GET", "POST", "PATCH", "PUT", "DELETE"),
    False: ("GET", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"),
}
#: Methods of /{controller}/action/{action}, whether or not the controller has the action.
_ACTION_METHODS = ("GET", "POST", "PUT")
#: Controllers that are not of an entity type: they have no actions for records.
_WITHOUT_RECORDS = frozenset(
    {
        "Activities", "Admin", "ApiIndex", "DataPrivacy", "EntityManager", "FieldManager",
        "Formula", "I18n", "Integration", "LabelManager", "LastViewed", "Layout", "Ldap",
        "Metadata", "Oidc", "Pdf", "PopupNotification", "Settings", "Stream", "TemplateManager",
        "TwoFactorEmail", "TwoFactorSms", "UserSecurity",
    }
)  # fmt: skip
#: Names of a controller's actions, by the generic operation that stands for them.
_ACTIONS = {
    "records_list": "list",
    "records_create": "create",
    "records_get": "read",
    "records_update": "update",
    "records_update_patch": "update",
    "records_delete": "delete",
    "records_related": "listLinked",
    "records_link": "createLink",
    "records_unlink": "removeLink",
}
#: Controllers of operations whose action has another name than their path says.
_STREAM_ACTIONS = {"stream_list": "list", "stream_record": "list", "stream_posts": "listPosts"}
#: Operations whose route names only the controller, which has no action for HEAD.
_WITHOUT_ACTION = frozenset({"metadata_get", "i18n_get", "settings_get", "layouts_get"})


class MissingAction(Exception):
    """A route exists, but not the action of its controller; authentication comes first.

    Args:
        error: The response to an authenticated request.
    """

    def __init__(self, error: APIError) -> None:
        super().__init__(str(error))
        self.error = error


def find(
    document: Document, profile: str, method: str, path: str
) -> tuple[Operation, dict[str, str]]:
    """Return the operation of a request, and its path parameters.

    Args:
        document: The wire document.
        profile: Name of the kind of server, which has only its own operations.
        method: Method of the request.
        path: Path of the request, decoded.

    Raises:
        APIError: 404 or 405, as the router answers.
        MissingAction: the controller has no such action.
    """
    path = path[:1] + path[1:2].upper() + path[2:]
    steps = path.split("/")[1:]
    is_action = len(steps) == 3 and steps[1] == "action" and bool(steps[0] and steps[2])
    allowed: dict[str, None] = {}
    wanted = "GET" if method == "HEAD" else method
    for operations, params, exact in _matches(document, profile, path):
        operation = operations.get(wanted)
        is_link = is_action and "/action/" not in operation.path if operation else False
        if operation is not None and not (is_link and wanted in _ACTION_METHODS):
            _require_action(operation, method, steps)
            # The server decodes them twice.
            return operation, {name: unquote(value) for name, value in params.items()}
        allowed |= dict.fromkeys(name for name in _ORDER[exact] if name in operations)
    if is_action and wanted in _ACTION_METHODS:
        raise MissingAction(action_not_found(method, steps[2], steps[0]))
    if is_action:
        allowed = dict.fromkeys(
            name for name in _ORDER[False] if name in allowed or name in _ACTION_METHODS
        )
    if not allowed:
        raise router_page(404)
    raise router_page(405, {"Allow": ", ".join(allowed)})


def _matches(
    document: Document, profile: str, path: str
) -> Iterator[tuple[Mapping[str, Operation], dict[str, str], bool]]:
    for operations, params, exact in document.matches(path):
        yield (
            {
                method: operation
                for method, operation in operations.items()
                if profile in operation.node.get("x-crmkit-profile", [profile])
            },
            params,
            exact,
        )


def _require_action(operation: Operation, method: str, steps: list[str]) -> None:
    """Check that the controller has the action of a route that any controller has."""
    action = _ACTIONS.get(operation.id)
    if action is not None and steps[0] in _WITHOUT_RECORDS:
        raise MissingAction(action_not_found(method, action, steps[0]))
    if method != "HEAD" or operation.id in ACTION_CLASSES:
        return
    if operation.id in _WITHOUT_ACTION:
        raise MissingAction(bad_request("No action for method `HEAD`."))
    if operation.id in _STREAM_ACTIONS:
        raise MissingAction(action_not_found("HEAD", _STREAM_ACTIONS[operation.id], "Stream"))
    controller, *rest = steps
    names = {0: "list", 1: "read"}
    action = names.get(len(rest), "listLinked") if controller else "index"
    if operation.path.endswith("/attendees"):
        action = "attendees"
    raise MissingAction(action_not_found("HEAD", action, controller or "ApiIndex"))


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
