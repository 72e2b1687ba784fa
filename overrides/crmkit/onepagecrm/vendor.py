"""How OnePageCRM speaks HTTP: formats, login, clock, and the envelope `{timestamp, status, …}`."""

from __future__ import annotations

import re
from copy import copy
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl
from weakref import WeakKeyDictionary

from crmkit.core import errors
from crmkit.core.call import new_call
from crmkit.core.codec import json
from crmkit.core.codec.decode_errors import reject
from crmkit.core.fork import Lock
from crmkit.core.http import without_body
from crmkit.core.vendor import ErrorInfo, Vendor

from .signature import SIGNATURE, UID, key_bytes, sign
from .view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from crmkit.core.call import Call
    from crmkit.core.http import Request, Response
    from crmkit.core.operation import Operation
    from crmkit.core.vendor import SendsCalls

MEDIA_TYPES = {"json": "application/json", "xml": "application/xml", "yaml": "text/yaml"}
_CLASSES: dict[int, type[errors.StatusError]] = {
    **dict.fromkeys((101, 103, 104, 105), errors.AuthenticationError),
    102: errors.PermissionDeniedError,
    106: errors.NotFoundError,
    107: errors.ConflictError,
    **dict.fromkeys((108, 109), errors.ValidationError),
    **dict.fromkeys((201, 202), errors.QuotaExceededError),
    999: errors.ServerError,
}
"""Classes of the status codes (page: API 1.2, Response codes)."""
_EXPIRED, _BAD_TOKEN, _SERVER_ERROR = 101, 104, 999
_AUTH = re.compile(r"/auth/(login|logout|change_api_key)\.[a-z]+$")
_GENERATION = "crmkit.onepagecrm.generation"
_SEEN = "crmkit.onepagecrm.seen"


class _Key(NamedTuple):
    """The key that signs. `generation` counts keys, to know which one signed a request."""

    uid: str
    text: str
    generation: int


class OnePageCRMVendor(Vendor):
    """What is peculiar to OnePageCRM, and what a client and its views share.

    Args:
        form: Format of the replies.
        uid: Id of the user, or None to log in first.
        key: The user's key in Base64, or None to log in first.
        login: E-mail address of the user, or None.
        password: Password of the user, or None.

    Attributes:
        view: The newest state that replies carried.
    """

    name = "onepagecrm"
    credential_headers = (UID, SIGNATURE)

    def __init__(
        self, form: str, uid: str | None, key: str | None, login: str | None, password: str | None
    ) -> None:
        self.settings: Mapping[str, str] = {"format": form}
        self.accept = MEDIA_TYPES[form]
        self.view = View()
        self._key = _Key(uid, key, 0) if uid and key else None
        self._login = (login, password) if login and password else None
        self._secrets = {text for text in (key, password) if text}
        self._generations = 0
        self._offset = 0
        self._now: Callable[[], float]
        self._guard = Lock()
        self._logins = 0
        self._refusal: errors.CRMError | None = None
        self._sent = WeakKeyDictionary["Request", tuple[str, str]]()

    # -- credentials -------------------------------------------------------------------------------

    def secrets(self) -> Iterable[str]:
        """Return all keys and passwords that there have been: servers may go on taking them."""
        return self._secrets

    async def prepare(self, sender: SendsCalls, call: Call) -> None:
        """Log in if there is no key yet: once for all threads and tasks that wait for it.

        Raises:
            CRMError: The login failed. All that waited for it get this error.
        """
        self._now = sender.io.time
        if self._signs() or self._login is None or call.operation.name == "auth.login":
            return
        before = self._logins
        async with sender.io.lock():
            if self._signs():  # meanwhile
                return
            if self._refusal is not None and self._logins != before:
                raise copy(self._refusal)
            self._refusal = None
            try:
                await self._log_in(sender, *self._login)
            except errors.CRMError as error:
                self._refusal = copy(error)
                raise
            finally:
                self._logins += 1

    def _signs(self) -> bool:
        return self._key is not None

    async def _log_in(self, sender: SendsCalls, login: str, password: str) -> None:
        from crmkit_generated.onepagecrm.operations import AUTH_LOGIN

        fields = {"login": login, "password": password}
        # Of the call that needs the key, nothing was sent.
        with errors.processed(False):
            try:
                # Tried once: the call that needs the key is repeated with all that belongs to it.
                once = new_call(self, sender.settings, AUTH_LOGIN, {}, {"max_retries": 0}, fields)
                await sender.reply(once)
            except errors.DecodeError as error:
                error.response = None  # a key may stand in it
                raise
            if self._key is None:
                raise errors.DecodeError("has no key", path="data", operation="auth.login")

    def authenticate(self, request: Request) -> None:
        """Sign the request, unless it is a login (page: API 2.3 manual, Request authorization)."""
        key = self._key
        request.extensions[_SEEN] = self.view.seen
        if _action(request) == "login":
            fields = dict(parse_qsl(request.content.decode()))
            self._sent[request] = fields.get("login", ""), fields.get("password", "")
            self._secrets.add(fields.get("password", ""))
        elif key is not None:
            request.extensions[_GENERATION] = key.generation
            sign(request, key.uid, key_bytes(key.text), int(self._now()) + self._offset)

    def redact(self, request: Request) -> None:
        """Replace user and signature, and a body that holds a password."""
        super().redact(request)
        if b"password=" in request.content:  # a form's values have no bare `=`
            without_body(request)

    def recover(self, error: errors.StatusError) -> str | None:
        """Set the clock by the server's, or get another key. Of such a call nothing was done."""
        if error.code == _EXPIRED:
            seconds = error.body.get("timestamp")
            if type(seconds) is not int:
                return None
            self._offset = seconds - int(self._now())
            return "clock"
        generation = getattr(error.request, "extensions", {}).get(_GENERATION)
        if error.code != _BAD_TOKEN or generation is None:
            return None
        with self._guard:
            if self._key is not None and self._key.generation == generation:
                if self._login is None:
                    return None
                self._key = None
        return "session"

    # -- replies -----------------------------------------------------------------------------------

    def decode(self, response: Response, operation: Operation) -> Any:
        """Return the tree that a body holds, the same in all formats.

        Raises:
            ValueError: It cannot be read.
            TypeError: It does not have the documented form.
        """
        content = response.content
        # What was asked for decides, which `crm.request` may choose for itself.
        path = response.request.url.path
        extension = path.rpartition(".")[2]
        if not content or extension not in {"xml", "yaml"}:
            return json.loads(content, exact=operation.exact) if content else None
        from .shapes import reply_shape, reply_text, template_of

        text = reply_text(content, response.charset_encoding)
        # A call of the user's own has no template; it may be of an operation all the same.
        template = operation.path if "{" in operation.path else template_of(path)
        shape = reply_shape(template, operation.method)
        if extension == "xml":
            from .xml import read_xml

            return read_xml(text, shape)
        from .yaml import read_yaml

        return read_yaml(text, shape)

    def on_response(self, response: Response, tree: Any) -> None:
        """Take over side elements and keys.

        Raises:
            DecodeError: A key does not have the documented form.
        """
        if type(tree) is not dict:
            return
        self.view.renew(tree, response.request.extensions.get(_SEEN, 0))
        action = _action(response.request)
        if action is None or self.error_info(response, tree) is not None:
            return
        if action == "logout":
            # With a password, the next call logs in. Without one, the server has the last word.
            self._key = None if self._login is not None else self._key
            return
        data = tree.get("data")
        uid, text = (data.get("uid"), data.get("key")) if type(data) is dict else (None, None)
        with self._guard:
            if action == "change_api_key" and self._key is not None:
                uid = self._key.uid
            if type(uid) is not str or type(text) is not str or not _can_sign(uid, text):
                # Without the response, in which the key may stand.
                raise errors.DecodeError("expected a user and a key that can sign", path="data")
            # A login made by the caller decides who the user is from now on.
            self._login = self._sent.pop(response.request, self._login)
            self._secrets.add(text)
            self._generations += 1
            self._key = _Key(uid, text, self._generations)

    def check_envelope(self, tree: Any) -> None:
        """Check that a success is an envelope; one with data needs no code.

        Raises:
            TypeError: It is not.
        """
        if type(tree) is not dict or (type(_code(tree)) is not int and "data" not in tree):
            reject(tree, "an object with an integer member 'status'")

    def error_info(self, response: Response, tree: Any) -> ErrorInfo | None:
        """Return what went wrong, by the envelope's code under any HTTP status.

        Too many requests have no code of their own: HTTP 429 says so, not 999.
        """
        code = _code(tree) if type(tree) is dict else None
        if type(code) is int and code != 0:
            by_http = errors.class_of(response.status_code)  # errors.StatusError for success
            limited = code == _SERVER_ERROR and by_http is errors.RateLimitError
            kind = by_http if limited else _CLASSES.get(code, by_http)
            return ErrorInfo(kind, self.message(response, tree), code)
        info = super().error_info(response, tree)
        if info is not None and response.status_code == 406 and not response.content:
            info.hint = "unknown format: the path must end in .json, .xml or .yaml"
        return info


def _code(envelope: dict[str, Any]) -> Any:
    """Return the code of an envelope, an integer also if it came as a string."""
    code = envelope.get("status")
    return int(code) if type(code) is str and re.fullmatch("[0-9]{1,9}", code) else code


def _action(request: Request) -> str | None:
    """Return which call about keys a request is, or None."""
    match = _AUTH.search(request.url.path)
    return match[1] if match is not None else None


def _can_sign(uid: str, key: str) -> bool:
    try:
        return bool(uid.isascii() and uid.isprintable() and key_bytes(key))
    except ValueError:
        return False
