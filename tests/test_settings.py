"""The settings: each checked, all together in a file that stays as its owner wrote it; and `crm init`."""

import stat
import tomllib
from pathlib import Path

import pytest
from conftest import Crm, Terminal

from crm_cli import config
from crm_cli.config import settings, surroundings

REMARK = "# mine, do not touch\n"


@pytest.fixture
def file(store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the settings are kept; not there yet."""
    path = store.parent / "settings" / "crm.toml"
    monkeypatch.setenv("CRM_CONFIG", str(path))
    return path


def write(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")


def editor(tmp_path: Path, script: str) -> dict[str, str]:
    """An editor that does what a shell script does to the file `$1`."""
    path = tmp_path / "editor.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return {"EDITOR": str(path)}


def test_without_a_file_everything_has_its_default(crm: Crm, file: Path) -> None:
    rows = {row["key"]: row for row in crm("config", "list", "-o", "json").json}
    assert set(config.SETTINGS) <= set(rows)
    assert rows["week_start"] == {
        "key": "week_start",
        "value": "monday",
        "default": "monday",
        "meaning": "First day of the week",
    }
    assert crm("config", "get", "currency").out == "USD\n"
    assert crm("config", "get", "currency", env={"LC_ALL": "de_DE.UTF-8"}).out == "EUR\n"
    assert not file.exists()


def test_set_get_unset(crm: Crm, file: Path) -> None:
    assert crm("config", "set", "me", " Jane Doe ").code == 0
    assert crm("config", "set", "currency", "eur").code == 0
    assert crm("config", "set", "columns.deal", "id,name,amount").code == 0
    assert crm("config", "set", "rates.USD", "0.92").code == 0
    assert tomllib.loads(file.read_text()) == {
        "me": "Jane Doe", "currency": "EUR", "columns": {"deal": "id,name,amount"}, "rates": {"USD": "0.92"},
    }  # fmt: skip
    assert crm("config", "get", "me").out == "Jane Doe\n"
    assert crm("config", "get", "rates.USD").out == "0.92\n"
    assert crm("config", "unset", "rates.USD").code == 0
    assert crm("config", "get", "rates.USD").out == "\n"
    assert crm("config", "path").out == f"{file}\n"


def test_the_file_is_its_owners_and_stays_as_written(crm: Crm, file: Path) -> None:
    write(file, REMARK + 'zone = "UTC"\n\n[columns]\ndeal = "id,name"\n')
    crm("config", "set", "me", "Jane")
    crm("config", "set", "columns.contact", "id,name,email")
    text = file.read_text()
    assert text.startswith(REMARK)
    assert tomllib.loads(text) == {
        "zone": "UTC", "me": "Jane", "columns": {"deal": "id,name", "contact": "id,name,email"},
    }  # fmt: skip
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_link_stays_a_link(crm: Crm, file: Path, tmp_path: Path) -> None:
    target = tmp_path / "dotfiles.toml"
    target.write_text(REMARK)
    file.parent.mkdir()
    file.symlink_to(target)
    crm("config", "set", "me", "Jane")
    assert file.is_symlink()
    assert tomllib.loads(target.read_text()) == {"me": "Jane"}


@pytest.mark.parametrize(
    ("key", "value", "hint"),
    [
        ("currency", "XXQ", "EUR"),
        ("currency", "euros", "EUR"),
        ("zone", "Mars/Olympus", "Europe/Berlin"),
        ("country", "ZZ", "NL"),
        ("email", "jane@example.org,nobody", "nobody"),
        ("date_order", "dym", "dmy, mdy, ymd"),
        ("week_start", "friday", "monday"),
        ("decimal", ";", "."),
        ("working_hours", "17:00-09:00", "09:00-17:00"),
        ("working_hours", "9-5", "09:00-17:00"),
        ("partner_hours", "two days", "48"),
        ("columns.deal", "id,amont", "amount"),
        ("columns.deals", "id", "deal"),
        ("rates.XXQ", "1", "XXQ"),
        ("rates.USD", "0.00", "0.92"),
        ("rates.USD", "cheap", "0.92"),
        ("curency", "EUR", "currency"),
        ("columns.", "id", "columns"),
    ],
)
def test_what_cannot_be_is_refused_with_a_hint(crm: Crm, file: Path, key: str, value: str, hint: str) -> None:
    refused = crm("config", "set", key, value)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("crm: ")
    assert hint in refused.err
    assert not file.exists()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("me = ", "not TOML"),
        ('week_start = "someday"', "week_start"),
        ('columns = "id"', "columns"),
        ('[rates]\nUSD = "x"', "rates.USD"),
    ],
)
def test_a_broken_file_is_named_and_not_written_over(crm: Crm, file: Path, text: str, named: str) -> None:
    write(file, text)
    for words in (["contact", "list"], ["config", "list"], ["config", "set", "me", "Jane"]):
        refused = crm(*words)
        assert (refused.code, refused.err.count("\n")) == (2, 1)
        assert named in refused.err
        assert str(file) in refused.err
        assert "crm config edit" in refused.err
    assert file.read_text() == text


def test_a_file_may_say_numbers_and_lists_and_what_we_do_not_know(crm: Crm, file: Path) -> None:
    write(
        file,
        'partner_hours = 24\nemail = ["a@example.org", "b@example.org"]\nfuture = 1\nrates = {USD = 0.92}\n',
    )
    assert crm("config", "get", "partner_hours").out == "24\n"
    assert crm("config", "get", "email").out == "a@example.org,b@example.org\n"
    assert crm("config", "get", "rates.USD").out == "0.92\n"


def test_bytes_that_are_no_text(crm: Crm, file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b'me = "\xff"')
    assert "UTF-8" in crm("contact", "list").err


def test_a_place_that_cannot_be_read(crm: Crm, file: Path) -> None:
    file.mkdir(parents=True)
    for words in (["contact", "list"], ["config", "set", "me", "Jane"], ["config", "edit"]):
        refused = crm(*words)
        assert (refused.code, refused.err.count("\n")) == (2, 1)
        assert f"cannot read {file}" in refused.err


def test_edit_begins_with_every_setting(crm: Crm, file: Path, tmp_path: Path) -> None:
    said = crm("config", "edit", env=editor(tmp_path, 'cp "$1" "$1.seen"; echo \'me = "Jane"\' >> "$1"'))
    assert said.code == 0
    assert tomllib.loads(file.read_text()) == {"me": "Jane"}
    assert all(f"\n#{key} = " in file.read_text() for key in config.SETTINGS)


def test_every_line_of_the_template_is_valid(file: Path) -> None:
    lines = [line.removeprefix("#") for line in settings.template().splitlines()]
    settings.replace("\n".join(line for line in lines if not line.startswith(" ")))
    assert config.load().get("columns.deal").startswith("id,")
    assert file.exists()


def test_edit_refuses_what_is_broken_and_loses_nothing(crm: Crm, file: Path, tmp_path: Path) -> None:
    write(file, 'me = "Jane"\n')
    refused = crm("config", "edit", env=editor(tmp_path, 'echo \'currency = "XXQ"\' > "$1"'))
    assert refused.code == 2
    assert file.read_text() == 'me = "Jane"\n'
    draft = Path(refused.err.split()[-1])
    assert draft.read_text() == 'currency = "XXQ"\n'
    assert crm("config", "edit", env=editor(tmp_path, 'echo \'curency = "EUR"\' > "$1"')).code == 2
    assert crm("config", "edit", env=editor(tmp_path, "exit 1")).code == 2
    assert crm("config", "edit", env=editor(tmp_path, ":")).err == "nothing was changed\n"
    assert crm("config", "edit", env={"EDITOR": "no-such-editor"}).code == 2
    assert file.read_text() == 'me = "Jane"\n'


def test_edit_mends_a_broken_file(crm: Crm, file: Path, tmp_path: Path) -> None:
    write(file, "me = ")
    assert crm("config", "edit", env=editor(tmp_path, 'echo \'me = "Jane"\' > "$1"')).code == 0
    assert crm("config", "get", "me").out == "Jane\n"


def test_init_without_a_terminal_names_its_options(crm: Crm, file: Path, store: Path) -> None:
    refused = crm("init")
    assert refused.code == 2
    assert (
        "--me, --email, --currency, --zone, --country, --week-start, --date-order, --decimal, or -y"
        in refused.err
    )
    assert not file.exists()
    assert not store.exists()


def test_init_takes_options_and_makes_the_store(crm: Crm, file: Path, store: Path) -> None:
    said = crm(
        "init", "--me", "Jane Doe", "--currency", "eur", "--date-order", "dmy", "--zone", "Europe/Paris"
    )
    assert said.code == 0
    assert tomllib.loads(file.read_text()) == {
        "me": "Jane Doe", "currency": "EUR", "date_order": "dmy", "zone": "Europe/Paris",
    }  # fmt: skip
    assert store.exists()
    assert str(store) in said.err
    assert str(file) in said.err
    assert crm("deal", "add", "Wheels", "--amount", "5").code == 0
    assert crm("deal", "list", "--columns", "currency,owner").out == "EUR\tJane Doe\n"


def test_init_refuses_before_it_writes(crm: Crm, file: Path, store: Path) -> None:
    assert crm("init", "--me", "Jane", "--currency", "XXQ").code == 2
    assert "'Narnia' does not go here" in crm("init", "--me", "Jane", "--country", "Narnia").err
    store.write_text("no store")
    assert crm("init", "--me", "Jane").code == 5
    assert not file.exists()


def test_init_again_keeps_what_is_not_named(crm: Crm, file: Path) -> None:
    crm("init", "--me", "Jane", "--currency", "EUR")
    crm("company", "add", "Acme")
    crm("init", "--me", "Ann", "--country", "germany")
    assert tomllib.loads(file.read_text()) == {"me": "Ann", "currency": "EUR", "country": "DE"}
    assert crm("company", "list", "--count").out == "1\n"


def test_init_takes_what_the_system_says(crm: Crm, file: Path) -> None:
    said = crm("init", "-y", "--me", "Jane", env={"LC_ALL": "en_US.UTF-8", "TZ": "America/New_York"})
    assert said.code == 0
    assert tomllib.loads(file.read_text()) == {
        "me": "Jane", "currency": "USD", "zone": "America/New_York", "country": "US",
        "week_start": "sunday", "date_order": "mdy", "decimal": ".",
    }  # fmt: skip


def test_init_asks_in_a_terminal(terminal: Terminal, file: Path, store: Path) -> None:
    clear = "\x15"
    answers = [
        ("Your name", f"{clear}Jane Doe\r"),
        ("e-mail", "nobody\r"),
        ("write one like", f"{clear}jane@example.org\r"),
        ("Currency", f"{clear}chf\r"),
        ("Time zone", f"{clear}Europe/Zurich\r"),
        ("Country", "\r"),
        ("First day", "\r"),
        ("Order", "\r"),
        ("Decimal", "\x1b[B\r"),
    ]
    said = terminal("init", answers=answers, env={"CRM_CONFIG": str(file), "LC_ALL": "de_CH.UTF-8"})
    assert said.code == 0
    assert tomllib.loads(file.read_text()) == {
        "me": "Jane Doe", "email": "jane@example.org", "currency": "CHF", "zone": "Europe/Zurich",
        "country": "CH", "week_start": "monday", "date_order": "dmy", "decimal": ",",
    }  # fmt: skip
    assert store.exists()


@pytest.mark.parametrize(
    ("locale", "order", "start", "mark"),
    [
        ("en_US.UTF-8", "mdy", "sunday", "."),
        ("de_DE.UTF-8", "dmy", "monday", ","),
        ("en_GB", "dmy", "monday", "."),
        ("sv_SE", "ymd", "monday", ","),
        ("fa_IR", "ymd", "saturday", "."),
        ("C.UTF-8", "", "monday", "."),
        ("xx_YY", "", "monday", "."),
    ],
)
def test_the_locale_tells_how_dates_and_numbers_are_written(
    monkeypatch: pytest.MonkeyPatch, store: Path, locale: str, order: str, start: str, mark: str
) -> None:
    assert store
    monkeypatch.setenv("LANG", locale)
    assert (surroundings.date_order(), surroundings.week_start(), surroundings.decimal()) == (
        order,
        start,
        mark,
    )
