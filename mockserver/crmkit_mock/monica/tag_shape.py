"""What replies show of a tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmkit_mock.monica.short_contact import account_of

if TYPE_CHECKING:
    from crmkit_mock.monica.call import Tree
    from crmkit_mock.monica.records import Row


def tag_shape(row: Row) -> Tree:
    """Build what replies show of a tag."""
    return {
        "id": row["id"],
        "object": "tag",
        "name": row["name"],
        "name_slug": row["name_slug"],
        "account": account_of(row),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
