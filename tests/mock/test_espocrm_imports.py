"""CSV files that become records, and records that become files."""

from __future__ import annotations

import zipfile
from io import BytesIO

from crmkit_mock.espocrm.csv_text import read_csv, write_csv
from tests.mock.espo import Espo, brackets, client_for, error_reason

FORMATS = {"headerRow": True, "dateFormat": "DD.MM.YYYY", "timeFormat": "HH:mm"}


def run(espocrm: Espo, text: str, attributes: list[str], **params: object) -> dict[str, object]:
    """Import a text with a header row into accounts."""
    file = espocrm.http.post("/Import/file", content=text.encode()).json()
    body = {"entityType": "Account", "attributeList": attributes, **FORMATS, **params, **file}
    result: dict[str, object] = espocrm.post("/Import", body)
    return result


def test_imports_each_value_in_the_form_of_the_file(espocrm: Espo) -> None:
    """Dates, times with a zone, decimal marks, bools, lists and quoted cells are read."""
    text = (
        "name;founded;visit;score;key;tags;notes\n"
        '"Import, One";31.12.1999;15.01.2024 09:30;1 234,5;1;vip,partner;"two\nlines ""q"""\n'
    )
    names = ["name", "cFounded", "cLastVisit", "cScore", "cIsKey", "cTags", "description"]
    zone = {"delimiter": ";", "decimalMark": ",", "timezone": "Europe/Prague"}
    result = run(espocrm, text, names, **zone)
    assert (result["countCreated"], result["countUpdated"]) == (1, 0)
    only = brackets({"where": [{"type": "equals", "attribute": "name", "value": "Import, One"}]})
    (listed,) = espocrm.records("/Account", **only)
    record = espocrm.get(f"/Account/{listed['id']}")
    assert {name: record[name] for name in names} == {
        "name": "Import, One",
        "cFounded": "1999-12-31",
        "cLastVisit": "2024-01-15 08:30:00",
        "cScore": 1234.5,
        "cIsKey": True,
        "cTags": ["vip", "partner"],
        "description": 'two\nlines "q"',
    }


def test_rows_that_fail_are_left_out(espocrm: Espo) -> None:
    """A bad value, or a missing one, costs its row alone; an empty row ends the file."""
    rows = ("Good,01.02.2020", "Bad,2020-02-01", ",01.02.2020", "Also good", "", "After")
    text = "\n".join(("name,founded", *rows))
    assert run(espocrm, text, ["name", "cFounded"])["countCreated"] == 2


def test_updates_by_columns_and_reverts(espocrm: Espo) -> None:
    """Rows update the record that the given columns find; reverting deletes the created ones."""
    before = espocrm.get("/Account")["total"]
    columns = {"action": "createAndUpdate", "updateBy": [0]}
    result = run(espocrm, "n,d\nOslo Ventures,x\nNew one,y\n", ["name", "description"], **columns)
    assert (result["countCreated"], result["countUpdated"]) == (1, 1)
    only = run(espocrm, "n\nNobody\n", ["name"], action="update", updateBy=[0])
    assert (only["countCreated"], only["countUpdated"]) == (0, 0)
    assert espocrm.post(f"/Import/{result['id']}/revert", {}) is True
    assert espocrm.get("/Account")["total"] == before


def test_import_needs_its_right_and_members(espocrm: Espo) -> None:
    """Without the scope Import it is 403, without a member or an import 400 and 404."""
    for body, reason in (
        ({}, "No `attributeList`."),
        ({"attributeList": []}, "No `attachmentId`."),
        ({"attributeList": [], "attachmentId": "x"}, "No `entityType`."),
    ):
        assert error_reason(espocrm.http.post("/Import", json=body), 400) == reason
    missing = espocrm.http.post("/Import/nope/revert")
    assert error_reason(missing, 404) == "Could not find import record."
    with client_for(espocrm.mock, "limited") as limited:
        assert error_reason(limited.post("/Import/file", content=b"x"), 403) == ""


def test_exports_are_csv_as_php_writes_it(espocrm: Espo) -> None:
    """Only cells that need it are quoted, and what looks like a formula is made harmless."""
    rows: list[list[object]] = [[1.0, True], [None, 'x"y'], ["=1", ["ž/"]], [-1.5, "-2 x"]]
    assert write_csv(["a", "b c"], rows) == (
        'a,"b c"\n1,1\n,"x""y"\n\'=1,"[""ž\\/""]"\n-1.5,"\'-2 x"\n'
    )
    id = espocrm.post("/Export", {"entityType": "Lead", "fieldList": ["name", "opportunityAmount"]})
    head = espocrm.http.get(f"/Attachment/file/{id['id']}").text.splitlines()[0]
    names = "salutationName,firstName,lastName,middleName,name"
    assert head == f"{names},opportunityAmountCurrency,opportunityAmount"
    id = espocrm.post("/Export", {"entityType": "Lead", "format": "xlsx"})
    content = espocrm.http.get(f"/Attachment/file/{id['id']}").content
    assert "xl/worksheets/sheet1.xml" in zipfile.ZipFile(BytesIO(content)).namelist()


def test_csv_rows_end_at_their_last_text() -> None:
    """Quotes may be doubled and hold line breaks; trailing empty cells are dropped."""
    text = 'a,b\r\n"x ""q"" y",2\n"l1\nl2",\n,3\n,\nz'
    rows = [["a", "b"], ['x "q" y', "2"], ["l1\nl2"], ["", "3"]]
    assert list(read_csv(text, ",", '"')) == rows
