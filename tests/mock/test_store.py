"""The store: files of its own kind only, state over a restart, threads."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import fsum
from pathlib import Path
from random import Random

import pytest

from crmkit_mock import MockCRMs, MockServer
from crmkit_mock.store import (
    APPLICATION_ID,
    SCHEMA_VERSION,
    Collection,
    Index,
    Store,
    StoreError,
)
from tests.mock.plain import Relenta, client_for, refusal


def test_state_survives_a_restart(tmp_path: Path) -> None:
    """With a database file records, ids, clock and limits are there after a restart."""
    path = tmp_path / "crm.db"
    with MockCRMs(db=path) as mocks, client_for(mocks.relenta) as http:
        relenta = Relenta(mocks.relenta, http)
        relenta.save(full_name="Kept")
        relenta.save(id=33103982, title="Agent")
        mocks.relenta.plan_limit(contacts=7)
        before = mocks.snapshot()
    with MockServer(db=path, seed="empty") as server, client_for(server.relenta) as http:
        relenta = Relenta(server.relenta, http)
        assert server.snapshot() == before
        assert [contact["full_name"] for contact in relenta.contacts()] == [
            "James Bond",
            "Dr. Evil",
            "Kept",
        ]
        assert relenta.save(full_name="Next") == 33104664
        relenta.refused(401, full_name="Over the limit")


def test_a_killed_process_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    """Every save that was answered is there after the process died without closing."""
    path = tmp_path / "crm.db"
    code = f"""
import os, httpx
from crmkit_mock import MockCRMs
mock = MockCRMs(db={str(path)!r}).relenta
key = mock.credentials["department_key"]
http = httpx.Client(base_url=mock.base_url, transport=mock.transport)
http.headers["X-Relenta-Department-Key"] = key
for number in range(50):
    assert http.post("/contact.save.json", json={{"full_name": str(number)}}).status_code == 200
os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    with MockCRMs(db=path) as mocks, client_for(mocks.relenta) as http:
        names = [one["full_name"] for one in Relenta(mocks.relenta, http).contacts()]
    assert names[2:] == [str(number) for number in range(50)]


def foreign_files(folder: Path) -> dict[str, Path]:
    """Create files that are not ours; return them by the reason for their rejection."""
    files = {
        "not an SQLite database": b"just text, and long enough to hold a header: " + b"." * 100,
        "not an SQLite database ": b"SQLite format 3\0",
        "not an SQLite database  ": b"\0" * 4096,
    }
    paths: dict[str, Path] = {}
    for number, (reason, content) in enumerate(files.items()):
        path = folder / f"{number}.db"
        path.write_bytes(content)
        paths[reason] = path
    for reason, statements in {
        "another program": "CREATE TABLE t (x)",
        "schema 99": f"PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version=99;"
        " CREATE TABLE t (x)",
        "cannot be used": f"PRAGMA application_id={APPLICATION_ID};"
        f" PRAGMA user_version={SCHEMA_VERSION}; CREATE TABLE t (x)",
    }.items():
        path = folder / f"{reason}.db"
        connection = sqlite3.connect(path)
        connection.executescript(statements)
        connection.close()
        paths[reason] = path
    damaged = folder / "damaged.db"
    with MockCRMs(db=damaged) as mocks:
        assert mocks.relenta.name == "relenta"
    damaged.write_bytes(damaged.read_bytes()[:-5000])
    return {**paths, "cannot be used as a database": damaged}


def test_rejects_foreign_files(tmp_path: Path) -> None:
    """A foreign file is rejected in one line, and neither it nor its folder changes."""
    paths = foreign_files(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for reason, path in paths.items():
        with pytest.raises(StoreError) as caught:
            MockCRMs(db=path)
        text = str(caught.value)
        assert reason.strip() in text
        assert str(path) in text
        assert "\n" not in text
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_rejects_folders(tmp_path: Path) -> None:
    """A folder, and a file in a folder that does not exist, are rejected."""
    for path in (tmp_path, tmp_path / "nowhere" / "crm.db"):
        with pytest.raises(StoreError, match=str(path)):
            MockCRMs(db=path)


def test_fills_an_empty_file(tmp_path: Path) -> None:
    """A file without content, as mktemp creates it, is filled."""
    path = tmp_path / "crm.db"
    path.touch()
    with MockCRMs(db=path) as mocks:
        assert mocks.relenta.snapshot()["records"]
    assert path.read_bytes()[68:72] == APPLICATION_ID.to_bytes(4, "big")


def test_a_file_serves_one_mock_at_a_time(tmp_path: Path) -> None:
    """A second mock on the same file is rejected as long as the first is open."""
    path = tmp_path / "crm.db"
    with MockCRMs(db=path), pytest.raises(StoreError, match="locked"):
        MockCRMs(db=path)
    with MockCRMs(db=path):
        pass


def test_transactions_nest() -> None:
    """The outermost transaction decides: what an inner one wrote goes with it."""
    store = Store()
    records = store.collection("crm", "thing")

    def fail() -> None:
        with store.transaction():
            with store.transaction():
                records.insert("t", "1", {"a": 1})
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert records.count() == 0
    with store.transaction():
        records.insert("t", "1", {"a": 1})
    assert records.get("t", "1") == {"a": 1}
    store.close()


def test_a_collection_keeps_order_and_tenants_apart() -> None:
    """Records are separate by CRM, kind and tenant, in order, and returned as copies."""
    store = Store()
    records = store.collection("crm", "thing")
    for id in ("b", "a", "c"):
        records.insert("t", id, {"id": id})
    for other in (("crm", "other", "t"), ("other", "thing", "t"), ("crm", "thing", "u")):
        store.collection(*other[:2]).insert(other[2], "x", {})
    assert [one["id"] for one in records.page("t")] == ["b", "a", "c"]
    assert records.page("t", limit=1, offset=1) == [{"id": "a"}]
    assert records.page("t", limit=5, offset=3) == []
    assert (records.count("t"), records.count()) == (3, 4)
    with pytest.raises(ValueError, match="exists"):
        records.insert("t", "a", {})
    assert records.replace("t", "a", {"id": "A"})
    assert not records.replace("t", "nope", {})
    assert records.delete("t", "b")
    assert not records.delete("t", "b")
    assert [one["id"] for one in records.page("t")] == ["A", "c"]
    copy = records.get("t", "c")
    assert copy is not None
    copy["id"] = "changed"
    assert records.get("t", "c") == {"id": "c"}
    assert records.get("t", "nope") is None
    store.close()


def in_transaction(store: Store, *steps: Callable[[], object]) -> None:
    """Take steps in one transaction."""
    with store.transaction():
        for step in steps:
            step()


def test_memory_and_file_have_the_same_state(tmp_path: Path) -> None:
    """After saves, refusals, restores and rollbacks a restart finds the state of before."""
    path = tmp_path / "crm.db"
    with MockCRMs(db=path) as mocks, client_for(mocks.relenta) as http:
        mock = mocks.relenta
        relenta = Relenta(mock, http)
        relenta.save(full_name="One")
        snapshot = mocks.snapshot()
        relenta.refused(400, Nope="x")
        relenta.refused(404, id=1)
        with pytest.raises(ZeroDivisionError):
            in_transaction(
                mock.store,
                lambda: mock.clock.advance(1000),
                lambda: mock.add_custom_field("Undone"),
                lambda: relenta.save(Undone="x"),
                lambda: 1 / 0,
            )
        assert mocks.snapshot() == snapshot
        assert "Undone" in relenta.refused(400, Undone="x")
        mock.seed("empty")
        mock.add_custom_field("Kept")
        mocks.restore(snapshot)
        assert "Kept" in relenta.refused(400, Kept="x")
        assert relenta.save(full_name="Two") == 33104664
        mock.clock.advance(60)
        before = mocks.snapshot()
    with MockCRMs(db=path) as mocks:
        assert mocks.snapshot() == before


def test_clearing_one_crm_keeps_the_settings_of_another() -> None:
    """Settings that wait for the end of a transaction outlive the clearing of another CRM."""
    store = Store()
    one, two = store.settings("one"), store.settings("two")
    with store.transaction():
        one.set("a", 1)
        two.set("a", 2)
        store.clear("one")
        one.set("b", 3)
    assert (one.get("a"), one.get("b"), two.get("a")) == (None, 3, 2)
    store.clear()
    assert (one.get("b"), two.get("a")) == (None, None)
    store.close()


def test_settings_are_copies() -> None:
    """Changing a value that was set or read changes no setting."""
    settings = (store := Store()).settings("crm")
    value: dict[str, object] = {"a": (1, 2)}
    settings.set("x", value)
    value["b"] = 1
    settings.get("x")["c"] = 1
    assert settings.get("x") == {"a": [1, 2]}
    assert store.snapshot("crm")["settings"] == {"x": {"a": [1, 2]}}
    store.close()


def test_a_view_is_computed_again_when_a_record_changed() -> None:
    """A view is returned again until a record of its kind changes, or changes back."""
    store = Store()
    records = store.collection("crm", "thing")
    records.insert("t", "1", {"a": 1})
    assert records.view("t", len) == 1
    assert records.view("t", str) is records.view("t", str)
    seen: list[int] = []
    with pytest.raises(ZeroDivisionError):
        in_transaction(
            store,
            lambda: records.insert("t", "2", {"a": 1}),
            lambda: seen.append(records.view("t", len)),
            lambda: 1 / 0,
        )
    assert seen == [2]
    assert records.view("t", len) == 1
    assert records.view("u", len) == 0
    records.replace("t", "1", {"a": 2})
    assert records.view("t", str) == "[{'a': 2}]"
    records.delete("t", "1")
    assert records.view("t", len) == 0
    store.close()


BY_TAG = Index(lambda record: record["tags"], amount=lambda record: record.get("rank", 0) / 10)
BY_RANK = Index(order=lambda record: record["rank"])
BY_RANK_DOWN = Index(lambda record: [record["rank"] > 1], lambda record: record["rank"], True)
INDEXES = (BY_TAG, BY_RANK, BY_RANK_DOWN)


def found_by_index(records: Collection) -> dict[str, list[str]]:
    """Return ids by index and key, walked in pages of two, and check the counts."""
    found: dict[str, list[str]] = {}
    for index in INDEXES:
        for key in records.keys("t", index):
            count = records.count_of("t", index, key)
            pages = [
                records.find("t", index, key, limit=2, offset=offset)
                for offset in range(0, count + 1, 2)
            ]
            ids = [record["id"] for page in pages for record in page]
            backwards = records.find("t", index, key, reverse=True)
            assert [record["id"] for record in reversed(backwards)] == ids
            assert records.find("t", index, key, reverse=True, limit=1) == backwards[:1]
            assert records.find_ids("t", index, key) == ids
            assert len(ids) == count
            tenths = fsum(record["rank"] / 10 for page in pages for record in page)
            assert records.total_of("t", index, key) == (tenths if index is BY_TAG else 0)
            found[f"{INDEXES.index(index)} {key}"] = ids
    return found


def found_by_reading(records: Collection) -> dict[str, list[str]]:
    """Return what `found_by_index` must, from all records."""
    found: dict[str, list[str]] = {}
    for record in records.page("t"):
        for tag in dict.fromkeys(record["tags"]):
            found.setdefault(f"0 {tag}", []).append(record["id"])
    by_rank = sorted(records.page("t"), key=lambda record: record["rank"])
    by_rank_down = sorted(records.page("t"), key=lambda record: -record["rank"])
    for record in by_rank:
        found.setdefault("1 None", []).append(record["id"])
    for record in by_rank_down:
        found.setdefault(f"2 {record['rank'] > 1}", []).append(record["id"])
    return found


def test_indexes_follow_every_write_rollback_and_restart(tmp_path: Path) -> None:
    """An index has what reading all records would find, whatever was written and undone."""
    chance = Random(7)  # noqa: S311 - it guards nothing
    store = Store(tmp_path / "crm.db")
    records = store.collection("crm", "thing")
    records.insert("other tenant", "1", {"id": "1", "tags": ["a"], "rank": 1})

    snapshot = store.snapshot("crm")

    def write() -> None:
        id = str(chance.randrange(12))
        tags = [chance.choice("abc") for _ in range(chance.randrange(4))]
        record = {"id": id, "tags": tags, "rank": chance.randrange(4)}
        match chance.randrange(3):
            case 0:
                records.delete("t", id)
            case 1:
                records.replace("t", id, record)
            case _:
                if records.get("t", id) is None:
                    records.insert("t", id, record)

    for number in range(150):
        if number % 3 == 0:
            before = records.page("t")
            with pytest.raises(ZeroDivisionError):
                in_transaction(store, write, write, write, write, lambda: 1 / 0)
            assert records.page("t") == before
        else:
            in_transaction(store, write, write)
        if number == 70:
            snapshot = store.snapshot("crm")
        if number == 100:
            store.close()
            store = Store(tmp_path / "crm.db")
            records = store.collection("crm", "thing")
        assert found_by_index(records) == found_by_reading(records)
    with pytest.raises(ZeroDivisionError):
        in_transaction(store, write, lambda: store.restore("crm", snapshot), write, lambda: 1 / 0)
    assert found_by_index(records) == found_by_reading(records)
    store.restore("crm", snapshot)
    assert records.page("t") == [row[4] for row in snapshot["records"] if row[1] == "t"]
    assert found_by_index(records) == found_by_reading(records)
    assert store.changed_in_place() == []
    store.close()


def test_records_as_they_are_kept_are_shared_and_watched() -> None:
    """`read`, `all` and `find` return one object; `changed_in_place` names who was changed."""
    store = Store()
    records = store.collection("crm", "thing")
    records.insert("t", "1", {"tags": ["a"]})
    record = records.read("t", "1")
    assert record is records.all("t")[0] is records.find("t", BY_TAG, "a")[0]
    assert record is not None
    record["tags"] = []
    assert store.changed_in_place() == ["crm thing t 1"]
    assert records.get("t", "1") == {"tags": ["a"]}
    store.close()


def test_a_value_that_cannot_be_written_rolls_back() -> None:
    """An error at the end of a transaction keeps nothing, and the store goes on."""
    store = Store()
    settings, records = store.settings("crm"), store.collection("crm", "thing")
    with pytest.raises(UnicodeEncodeError):
        in_transaction(
            store, lambda: records.insert("t", "1", {}), lambda: settings.set("\ud800", 1)
        )
    assert (records.count(), settings.get("\ud800")) == (0, None)
    with pytest.raises(UnicodeEncodeError):
        settings.set("\ud800", 1)
    assert settings.get("\ud800") is None
    records.insert("t", "1", {})
    settings.set("a", 1)
    assert (records.count(), settings.get("a")) == (1, 1)
    store.close()


def test_threads_never_share_an_id(either: Relenta) -> None:
    """Concurrent saves from many threads all get ids of their own and are all stored."""

    def save(_: int) -> list[int]:
        with client_for(either.mock) as http:
            return [Relenta(either.mock, http).save(full_name="X") for _ in range(20)]

    with ThreadPoolExecutor(8) as pool:
        ids = [id for some in pool.map(save, range(8)) for id in some]
    assert sorted(ids) == list(range(33104663, 33104663 + 160))
    assert len(either.contacts(page_size=500)) == 162


def test_a_file_that_disappears_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A write is refused and undone when its file was removed or replaced; reads go on."""
    path = tmp_path / "crm.db"
    for replace in (False, True):
        with MockCRMs(db=path) as mocks, client_for(mocks.relenta) as http:
            relenta = Relenta(mocks.relenta, http)
            relenta.save(full_name="Kept")
            moved = path.rename(tmp_path / "moved.db")
            if replace:
                path.write_bytes(moved.read_bytes())
            for reply in (
                http.post("/contact.save.json", json={"full_name": "Lost"}),
                http.post("/contact.save.json", json={"full_name": "Lost"}),
            ):
                assert "the file was removed or replaced" in refusal(reply, 500)
            assert "removed or replaced" in caplog.text
            assert [one["full_name"] for one in relenta.contacts()][-1] == "Kept"
            control = (
                f"{mocks.relenta.base_url.removesuffix(mocks.relenta.base_path)}/__mock__/reset"
            )
            reply = http.post(control)
            assert (reply.status_code, reply.json().keys()) == (500, {"error"})
            path.unlink(missing_ok=True)
            moved.rename(path)
            assert relenta.save(full_name="Goes on")
        path.unlink()


def test_a_full_disk_is_reported_and_undone(tmp_path: Path) -> None:
    """A write for which there is no room is 500 with the reason; what was stored before stays."""
    path = tmp_path / "crm.db"
    with MockCRMs(db=path) as mocks, client_for(mocks.relenta) as http:
        relenta = Relenta(mocks.relenta, http)
        relenta.save(full_name="Kept")
        database = mocks.store._database._db
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        database.execute(f"PRAGMA max_page_count={pages}")
        message = refusal(http.post("/contact.save.json", json={"full_name": "x" * 100_000}), 500)
        assert "full" in message
        assert "nothing of this was stored" in message
        names = [one["full_name"] for one in relenta.contacts()]
        assert names[-1] == "Kept"
        database.execute("PRAGMA max_page_count=100000")
        assert relenta.save(full_name="Next")
    with MockCRMs(db=path) as mocks, client_for(mocks.relenta) as http:
        names = [one["full_name"] for one in Relenta(mocks.relenta, http).contacts()]
        assert names[-2:] == ["Kept", "Next"]
