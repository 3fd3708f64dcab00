"""Where a store may be: links, rights, network drives, odd names."""

import os
from pathlib import Path

import pytest
from conftest import Crm
from test_store import add, names

from crm_cli import places

MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 22 0:41 / /mnt/team\\040drive rw,relatime shared:3 - nfs4 server:/export rw
41 22 0:42 / /mnt/team rw,relatime - tmpfs none rw
42 22 0:43 / /mnt/share rw,relatime - cifs //server/share rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/ann/crm.db", "ext4"),
        ("/mnt/team drive/x/crm.db", "nfs4"),
        ("/mnt/team/crm.db", "tmpfs"),
        ("/mnt/share/crm.db", "cifs"),
        ("/mnt/sharefully/crm.db", "ext4"),
    ],
)
def test_the_kind_of_a_place_is_that_of_its_nearest_mount(tmp_path: Path, path: str, kind: str) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS, encoding="utf-8")
    assert places.kind_of(Path(path), mounts) == kind


def test_no_store_is_made_on_a_network_drive(crm: Crm, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_cli.places.kind_of", lambda _: "nfs4")
    refused = crm("company", "add", "Acme")
    assert refused.code == 5
    assert "is on a network drive (nfs4)" in refused.err
    assert refused.err.count("\n") == 1
    assert not store.exists()


def test_a_store_on_a_network_drive_is_read_and_not_written(
    crm: Crm, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(crm, "Acme")
    monkeypatch.setattr("crm_cli.places.kind_of", lambda _: "nfs4")
    before = store.read_bytes()
    refused = crm("company", "add", "Brick")
    assert (refused.code, refused.err.count("\n")) == (5, 1)
    assert "keep it on a disk of this machine" in refused.err
    assert (names(crm), store.read_bytes()) == (["Acme"], before)


def test_a_link_of_ones_own_is_followed(crm: Crm, store: Path, tmp_path: Path) -> None:
    add(crm, "Acme")
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "mine.db"
    link.symlink_to(store)
    assert crm("--db", str(link), "company", "add", "Brick").code == 0
    assert names(crm) == ["Acme", "Brick"]
    assert link.is_symlink()
    assert [each.name for each in link.parent.iterdir()] == ["mine.db"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a link away")
def test_a_link_of_somebody_else_is_not(crm: Crm, store: Path, tmp_path: Path) -> None:
    add(crm, "Acme")
    link = tmp_path / "theirs.db"
    link.symlink_to(store)
    os.chown(link, 12_345, 12_345, follow_symlinks=False)
    refused = crm("--db", str(link), "company", "add", "Brick")
    assert refused.code == 5
    assert "belongs to another user" in refused.err
    assert names(crm) == ["Acme"]


@pytest.mark.parametrize(("mode", "what"), [(0o604, "read"), (0o666, "change"), (0o660, "")])
def test_a_store_that_everybody_can_use_is_told(crm: Crm, store: Path, mode: int, what: str) -> None:
    add(crm, "Acme")
    store.chmod(mode)
    done = crm("company", "add", "Brick")
    assert done.code == 0
    told = f"everybody on this machine can {what} {store}; keep it to yourself: chmod 600 {store}"
    assert (told in done.err) == bool(what)
    assert crm("-q", "company", "add", "Chalk").err == ""


def test_names_that_begin_with_a_dash(crm: Crm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-people.csv").write_text("name,email\nAnn Lee,ann@x.org\n", encoding="utf-8")
    at = ("--db", "-mine.db")
    assert crm(*at, "contact", "import", "--", "-people.csv").code == 0
    assert crm(*at, "db", "backup", "--", "-copy.bak").code == 0
    assert crm(*at, "db", "restore", "-y", "--", "-copy.bak").code == 0
    assert crm(*at, "contact", "list", "--columns", "name").out == "Ann Lee\n"
    assert Path("-mine.db").exists()
