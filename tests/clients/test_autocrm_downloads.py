"""Downloads of files, to memory and to disk."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from crmkit import NotFoundError
from tests.clients.conftest import MakeEspo
from tests.clients.harness import both, reply, sync_alone

asynchronous = sync_alone

CONTENT = "Příliš žluťoučký".encode() + bytes(range(256))
FILE = reply(CONTENT, 200, {"Content-Type": "text/plain"})


def test_downloads_bytes(espo: MakeEspo) -> None:
    """Without a target the bytes are returned, whatever their media type."""
    crm = espo(FILE)

    assert crm(lambda crm: crm.attachments.download("f1")) == CONTENT
    assert crm.seen[0].path == "/api/v1/Attachment/file/f1"


@both
def test_downloads_to_path(espo: MakeEspo, tmp_path: Path) -> None:
    """A file appears under its name, replaces one that was there, and nothing else appears."""
    target = tmp_path / "note.txt"
    crm = espo(FILE)
    for path in (target, str(target)):
        target.write_text("old")
        assert crm(lambda crm: crm.attachments.download("f1", path)) == b""  # noqa: B023 - done at once
        assert target.read_bytes() == CONTENT
        assert list(tmp_path.iterdir()) == [target]


def test_downloads_to_open_file(espo: MakeEspo) -> None:
    """An open file gets the bytes at its position, and stays open."""
    sink = io.BytesIO()
    sink.write(b"head")
    crm = espo(FILE)

    crm(lambda crm: crm.attachments.download("f1", sink))

    assert sink.getvalue() == b"head" + CONTENT


@both
def test_failed_download_keeps_old_file(espo: MakeEspo, tmp_path: Path) -> None:
    """After a failed download the old file is there, and no part of the new one."""
    target = tmp_path / "note.txt"
    target.write_text("old")
    crm = espo(reply(None, 404, {"X-Status-Reason": ""}))

    with pytest.raises(NotFoundError):
        crm(lambda crm: crm.attachments.download("f1", target))

    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_missing_folder_is_file_not_found(espo: MakeEspo, tmp_path: Path) -> None:
    """A target that cannot be written is Python's own error, before anything is sent."""
    crm = espo(FILE)

    with pytest.raises(FileNotFoundError):
        crm(lambda crm: crm.attachments.download("f1", tmp_path / "none" / "x"))

    assert crm.seen == []
