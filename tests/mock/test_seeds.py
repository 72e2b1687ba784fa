"""Seeds of one's own: records by CRM and kind, checked against the documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from crmkit_mock import MockCRMs, MockServer
from crmkit_mock.cli import main
from tests.mock.espo import Espo
from tests.mock.espo import client_for as espo_client
from tests.mock.plain import Relenta, client_for

SEED: dict[str, Any] = {
    "relenta": {
        "custom_fields": [{"label": "Eye colour"}],
        "contacts": [{"id": "7", "full_name": "Ada", "Eye_colour": "grey"}],
    },
    "espocrm": {
        "Account": [{"id": "acme", "name": "Acme"}],
        "Contact": [{"id": "ada", "lastName": "Lovelace", "accountId": "acme"}],
    },
    "monica": {
        "contacts": [{"id": 900, "first_name": "Ada"}, {"first_name": "Next"}],
        "notes": [{"contact_id": 900, "body": "b"}],
    },
    "onepagecrm": {
        "contacts": [{"id": "4fcc70926381900000000aaa", "lastname": "Ada"}],
        "notes": [{"cid": "4fcc70926381900000000aaa", "body": "b", "date": "01.06.2012"}],
    },
}


@pytest.fixture
def seed_file(tmp_path: Path) -> Path:
    """The seed as a file."""
    path = tmp_path / "seed.json"
    path.write_text(json.dumps(SEED), encoding="utf-8")
    return path


def everything(mocks: MockCRMs) -> list[str]:
    """Return names of the contacts of each CRM, as their APIs list them."""
    names: list[str] = []
    with client_for(mocks.relenta) as http:
        names += [contact["full_name"] for contact in Relenta(mocks.relenta, http).contacts()]
    with espo_client(mocks.espocrm) as http:
        names += [row["accountName"] for row in Espo(mocks.espocrm, http).records("/Contact")]
    token = {"Authorization": f"Bearer {mocks.monica.credentials['token']}"}
    with httpx.Client(transport=mocks.monica.transport, headers=token) as http:
        names += [
            row["first_name"]
            for row in http.get(f"{mocks.monica.base_url}/contacts").json()["data"]
        ]
    return names


def test_a_mock_starts_with_the_records_of_a_file(seed_file: Path) -> None:
    """A path, a str and the tree itself give the same records; reset goes back to them."""
    for source in (str(seed_file), seed_file, SEED):
        with MockCRMs(seed=source) as mocks:
            assert everything(mocks) == ["Ada", "Acme", "Ada", "Next"]
            mocks.relenta.add("contacts", {"full_name": "Later"})
            mocks.seed("empty")
            assert everything(mocks) == []
            mocks.reset()
            assert everything(mocks) == ["Ada", "Acme", "Ada", "Next"]
            assert mocks.monica.add("contacts", {}) == 902
            assert mocks.monica.add("contacts", {"id": 500}) == 500
            assert mocks.monica.add("contacts", {}) == 903


def test_one_crm_is_seeded_by_its_part(mocks: MockCRMs, seed_file: Path) -> None:
    """`seed` of a CRM takes its part of a seed, and refuses one that has none."""
    mocks.relenta.seed(seed_file)
    with client_for(mocks.relenta) as http:
        assert [one["id"] for one in Relenta(mocks.relenta, http).contacts()] == ["7"]
    with pytest.raises(ValueError, match="has no records of relenta"):
        mocks.relenta.seed({"monica": {}})
    mocks.relenta.seed({})
    with client_for(mocks.relenta) as http:
        assert Relenta(mocks.relenta, http).contacts() == []


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ([], "expected an object of CRMs, got list"),
        ({"relnta": {}}, "there is no CRM 'relnta', only relenta, "),
        ({"relenta": []}, "relenta: expected an object of records by kind"),
        ({"relenta": {"contacts": {}}}, r"relenta\.contacts: expected a list of records, got dict"),
        (
            {"relenta": {"contacts": [None]}},
            r"relenta\.contacts\[0\]: expected an object, got None",
        ),
        ({"relenta": {"people": [{}]}}, r"relenta\.people\[0\]: kind must be one of contacts"),
        (
            {"relenta": {"contacts": [{}, {"full_name": 5}]}},
            r"relenta\.contacts\[1\]: full_name: 5 is not of type",
        ),
        ({"espocrm": {"Contact": [{"lastNam": "x"}]}}, "did you mean 'lastName'?"),
        ({"espocrm": {"Contact": [{"lastName": 5}]}}, "lastName: 5 is not of type"),
        ({"espocrm": {"contacts": [{}]}}, "entity type must be one of .*Contact"),
        ({"monica": {"contacts": [{"id": 0}]}}, "id must be an int >= 1, got 0"),
        ({"monica": {"contacts": [{"id": 1}, {"id": 1}]}}, r"contacts\[1\]: there is a contact"),
        ({"monica": {"notes": [{"body": "x", "contact_id": 99}]}}, r"monica\.notes\[0\]: "),
        ({"onepagecrm": {"contacts": [{"lastname": "x", "id": "1"}]}}, "24 hexadecimal digits"),
        (
            {"relenta": {"schema": 2, "settings": {}, "records": []}},
            r"relenta: is a snapshot, not a seed: use restore\(\)",
        ),
    ],
)
def test_rejects_invalid_seeds(
    tree: Any, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake is named with its place, before anything starts and any file is created."""
    path = tmp_path / "seed.json"
    path.write_text(json.dumps(tree), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        MockCRMs(seed=path)
    with pytest.raises(ValueError, match=message):
        MockServer(seed=str(path)).start()
    database = tmp_path / "crm.db"
    assert main(["serve", "--port", "0", "--seed", str(path), "--db", str(database)]) == 2
    line = capsys.readouterr().err
    assert line.startswith(f"crmkit-mock: seed {path}: ")
    assert line.count("\n") == 1
    assert not database.exists()


def test_rejects_unreadable_seeds(tmp_path: Path) -> None:
    """A seed that does not exist or is not JSON is named."""
    broken = tmp_path / "broken.json"
    broken.write_bytes(b"{")
    for source, message in (
        (tmp_path / "none.json", "No such file"),
        (broken, "not valid JSON"),
        (tmp_path, "Is a directory"),
        ("nope", "seed must be one of demo, empty, got 'nope'; records of your own come in"),
        (5, "seed must be one of demo, empty, got 5"),
    ):
        with pytest.raises(ValueError, match=message):
            MockCRMs(seed=source)  # type: ignore[arg-type]  # refused here too


def test_a_failed_seed_changes_nothing(mocks: MockCRMs) -> None:
    """A seed with a mistake in its last record leaves all CRMs as they were."""
    before = mocks.snapshot()
    bad = {**SEED, "autocrm": {"Lead": [{"lastName": []}]}}
    with pytest.raises(ValueError, match=r"autocrm\.Lead\[0\]"):
        mocks.seed(bad)
    assert mocks.snapshot() == before


def test_the_control_plane_takes_trees_but_no_files(
    either: Relenta, seed_file: Path, tmp_path: Path
) -> None:
    """Over HTTP a seed is a name or a tree: a path is not read."""
    origin = either.mock.base_url.removesuffix(either.mock.base_path)
    url = f"{origin}/__mock__/seed"
    reply = either.http.post(url, json={"seed": SEED})
    assert reply.json()["seed"] == "of your own"
    assert [one["id"] for one in either.contacts()] == ["7"]
    either.http.post(url, json={"crm": "relenta", "seed": {"relenta": {"contacts": [{}]}}})
    assert len(either.contacts()) == 1
    for seed in (str(seed_file), str(tmp_path / "none.json"), {"relenta": {"contacts": [1]}}):
        refused = either.http.post(url, json={"seed": seed})
        assert refused.status_code == 400, seed
        assert "No such file" not in refused.text
    assert len(either.contacts()) == 1
