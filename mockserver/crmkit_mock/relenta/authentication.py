"""Authentication: a key in a header, one for each department."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.relenta.errors import unauthorized

if TYPE_CHECKING:
    from crmkit_mock.messages import Request

KEY_HEADER = "x-relenta-department-key"
#: Keys by department. The first is the key of the page's samples.
DEPARTMENTS = {
    "agents": "8e222f0167df75f78449921176c570ca",
    "laboratory": "5b0e7c94d1a84f3e9c62ab17f08d35e1",
}
_DEPARTMENT_BY_KEY = {key: name for name, key in DEPARTMENTS.items()}


class Authenticator:
    """Finds out which department a request belongs to."""

    def authenticate(self, request: Request) -> str:
        """Return the name of the department whose key a request carries.

        Raises:
            Refusal: 401, the key is missing or unknown.
        """
        department = _DEPARTMENT_BY_KEY.get(request.headers.get(KEY_HEADER, ""))
        if department is None:
            raise unauthorized()
        return department
