"""The built wheel and sdist with the oldest and the newest dependencies that they allow."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import venv
from pathlib import Path

import pytest

from tests.test_wheel import ROOT, run

sys.path.insert(0, str(ROOT / "scripts"))

import oldest

# One worker builds once for all of these, and installs one after the other.
pytestmark = [pytest.mark.long, pytest.mark.xdist_group("wheel")]

#: What a user does first with each part.
JOURNEY = """
    import json, subprocess, sys
    from datetime import date
    from pathlib import Path

    import duckdb, orjson, pyarrow.parquet
    from crmkit import EspoCRM, Monica, OnePageCRM, Relenta
    from crmkit_mock import MockServer

    crmkit = str(Path(sys.executable).with_name("crmkit"))

    def command(*arguments, **environment):
        done = subprocess.run(
            [crmkit, *arguments], capture_output=True, text=True, env=environment, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    with MockServer() as server:
        mock = server.monica
        with Monica(base_url=mock.base_url, **mock.credentials) as crm:
            made = crm.contacts.create(
                first_name="Vesper", gender_id=1, is_birthdate_known=False, is_deceased=False,
                is_deceased_date_known=False,
            )
            assert made.id in [contact.id for contact in crm.contacts.list()]
        for client, mock in (
            (EspoCRM, server.espocrm), (OnePageCRM, server.onepagecrm), (Relenta, server.relenta)
        ):
            with client(base_url=mock.base_url, **mock.credentials) as crm:
                assert crm.contacts.list().first() is not None
        mock = server.onepagecrm
        with OnePageCRM(base_url=mock.base_url, format="yaml", **mock.credentials) as crm:
            assert crm.contacts.list().first() is not None
        mock = server.espocrm
        variables = {
            "ESPOCRM_BASE_URL": mock.base_url, "ESPOCRM_API_KEY": mock.credentials["api_key"]
        }
        rows = command("list", "espocrm", "contacts", "--format", "jsonl", **variables)
        for format in ("csv", "parquet", "duckdb"):
            out = ("--out", format, "--format", format)
            command("export", "espocrm", "contacts", *out, **variables)
        count = len(rows.splitlines())
        assert count > 0
        (path,) = Path("parquet").glob("*.parquet")
        assert pyarrow.parquet.read_table(path).num_rows == count
        (path,) = Path("duckdb").glob("*.duckdb")
        with duckdb.connect(path, read_only=True) as database:
            assert database.execute("SELECT count(*) FROM contacts").fetchone() == (count,)
        command("contract", "espocrm", "--requests", "20", **variables)
    print("installed")
"""


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an sdist and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.mark.parametrize("pattern", ["*.whl", "*.tar.gz"])
@pytest.mark.parametrize("dependencies", ["oldest", "newest"])
def test_what_users_install_works(
    dist: Path, dependencies: str, pattern: str, tmp_path: Path
) -> None:
    """All extras install from a registry, and clients, mocks and command do their first things."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip = (python, "-m", "pip", "--disable-pip-version-check", "--quiet")
    (built,) = dist.glob(pattern)
    pins = oldest.oldest(*oldest.extras()) if dependencies == "oldest" else []
    (tmp_path / "constraints.txt").write_text("\n".join(pins), "utf-8")
    done = subprocess.run(
        (*pip, "install", "-c", "constraints.txt", f"{built}[{','.join(oldest.extras())}]"),
        check=False, cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    if "No matching distribution" in done.stderr and "from versions: none" in done.stderr:
        pytest.skip("no registry can be reached")
    assert done.returncode == 0, done.stderr
    assert run(*pip, "check", cwd=tmp_path) in ("", "No broken requirements found.\n")

    code = textwrap.dedent(JOURNEY)
    assert run(python, "-I", "-W", "error", "-c", code, cwd=tmp_path) == "installed\n"
