"""Tables of other programs: every real file opens or says why not, and what was written is read."""

import csv
import io
import json
import os
import sys
import tempfile
import threading
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.errors import InvalidError
from crm_cli.formats.headers import score
from crm_cli.formats.source import SAMPLE
from crm_cli.formats.table import Cells, RaggedRow, Table, open_table

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
SPECTRUM = DATA / "ugly_csv" / "csv-spectrum"
NEEDS_DATA = pytest.mark.skipif(not DATA.is_dir(), reason=f"the public sample files are not in {DATA}")
FOLDERS = ("ugly_csv", "exports", "crm_maven", "crm_zoho")
FILES = sorted(path for folder in FOLDERS for path in (DATA / folder).rglob("*") if path.is_file())


def written(folder: Path, content: str | bytes, name: str = "file.csv") -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def everything(path: str, **options: object) -> tuple[Table, list[Cells]]:
    with open_table(path, **options) as table:  # type: ignore[arg-type]
        return table, [cells for _, cells in table.rows()]


def records(path: Path) -> list[dict[str, str | None]]:
    table, rows = everything(str(path))
    return [dict(zip(table.header, cells, strict=True)) for cells in rows]


@NEEDS_DATA
@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DATA)))
def test_every_real_file_opens_or_says_why_not(path: Path) -> None:
    if (path.parent.name, path.name) == ("csvkit", "empty.csv"):
        with pytest.raises(InvalidError, match="is empty"):
            open_table(str(path))
        return
    table, rows = everything(str(path), is_header=lambda cells: score("contact", cells))
    assert table.header == [name.strip() for name in table.header]
    assert all(table.header)
    assert len(set(table.header)) == len(table.header)
    assert all(len(cells) == len(table.header) for cells in rows)


@NEEDS_DATA
@pytest.mark.parametrize("path", sorted((SPECTRUM / "csvs").glob("*.csv")), ids=lambda path: path.stem)
def test_the_spectrum_reads_as_its_json_says(path: Path) -> None:
    wanted = json.loads((SPECTRUM / "json" / f"{path.stem}.json").read_bytes())
    wanted = wanted if isinstance(wanted, list) else [wanted]
    if (
        path.stem == "newlines_crlf"
    ):  # the file was stored with LF, its JSON says CR LF: the true one is beside it
        path = SPECTRUM / "npm_2.0.0_true_crlf" / path.name
    if path.stem == "location_coordinates":  # the JSON gives another phone number than the file
        wanted[0]["Contact Phone Number"] = "2095257564"
    assert records(path) == wanted


@NEEDS_DATA
def test_the_spectrums_json_reads_as_its_csv() -> None:
    for path in (SPECTRUM / "csvs").glob("[cejqsu]*.csv"):
        assert records(SPECTRUM / "json" / f"{path.stem}.json") == records(path)


@NEEDS_DATA
@pytest.mark.parametrize(
    ("file", "line", "first"),
    [
        ("exports/linkedin_labeldekho/Connections.csv", 5, "First Name"),
        ("ugly_csv/csvlint/title-row.csv", 2, "Foo"),
        ("ugly_csv/csvkit/test_skip_lines.csv", 4, "a"),
        ("ugly_csv/csvkit/mac_newlines.csv", 1, "a"),
        ("ugly_csv/csvkit/no_header_row3.csv", 0, "column 1"),
        ("ugly_csv/csvkit/test_header_newline.csv", 1, "start end"),
    ],
)
def test_the_header_is_found(file: str, line: int, first: str) -> None:
    with open_table(str(DATA / file)) as table:
        assert (table.header_line, table.header[0]) == (line, first)


LETTER = st.one_of(st.characters(exclude_categories=["C"]), st.sampled_from(' ,;\t|"\n\r\x0b\x85'))
CELL = st.text(LETTER, max_size=12)


@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_writer_writes_is_read_back(
    rows: list[list[str]], delimiter: str, end: str, encoding: str
) -> None:
    out = io.StringIO()
    # Before Python 3.13 the writer leaves a CR bare among LF line ends, where no reader can tell it from one.
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL if end == "\r\n" else csv.QUOTE_ALL
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([["Name", "Email", "Phone"], *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), out.getvalue().encode(encoding), "file")
        table, read = everything(path, is_header=lambda cells: score("contact", cells), encoding=encoding)
    assert (table.delimiter, table.header) == (delimiter, ["Name", "Email", "Phone"])
    assert read == [cells for cells in rows if any(map(str.strip, cells))]


JSON_VALUE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])), st.integers(), st.booleans(), st.none()
)


@given(
    objects=st.lists(st.dictionaries(st.sampled_from("abc"), JSON_VALUE, min_size=1), min_size=1, max_size=6),
    lines=st.booleans(),
    indent=st.sampled_from([None, 2]),
)
def test_objects_are_read_back(objects: list[dict[str, object]], lines: bool, indent: int | None) -> None:
    if lines:
        text = "\n".join(json.dumps(each, ensure_ascii=False) for each in objects)
    else:
        text = json.dumps(objects, indent=indent)
    with tempfile.TemporaryDirectory() as folder:
        table, rows = everything(written(Path(folder), text, "x.jsonl" if lines else "x.json"))
    assert table.header == list(dict.fromkeys(key for each in objects for key in each))
    wanted = [[_as_cell(each.get(key)) for key in table.header] for each in objects]
    assert rows == [cells for cells in wanted if any(cells)]


def _as_cell(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def test_json_keeps_numbers_as_written_and_nests_as_json(tmp_path: Path) -> None:
    text = '[{"n": 12.50, "big": 1e400, "b": true, "l": [1.0, "é", {"k": null}], "z": null},\n{"n": -0}]'
    table, rows = everything(written(tmp_path, text, "x"))
    assert table.kind == "json"
    assert rows == [["12.50", "1e400", "true", '[1.0,"é",{"k":null}]', None], ["-0", None, None, None, None]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"a": 1},\n{"a": }]', "line 2: not JSON"),
        ('[{"a": 1},\n', "ends before the list does"),
        ('[{"a": 1}] x', "something follows"),
        ('[{"a": 1},\n3]', "line 2: every record must be an object"),
        ('{"a": "\\ud800"}', "half a character"),
        ('{"a": ' + "[" * 99_999 + "]" * 99_999 + "}", "nested too deeply"),
        ('{"a": ' + "[" * 600 + "]" * 600 + "}", "nested too deeply"),
        ('{"a": "never closed', "not JSON"),
    ],
)
def test_broken_json_names_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InvalidError, match=words):
        everything(written(tmp_path, text, "x.json"))


def test_objects_larger_than_the_buffer_and_many_are_streamed(tmp_path: Path) -> None:
    text = "\n".join(json.dumps({"id": at, "text": "x" * (at * 1000)}) for at in range(200))
    with open_table(written(tmp_path, text, "x.jsonl")) as table:
        rows = list(table.rows())
    assert [line for line, _ in rows] == list(range(1, 201))
    assert [len(cells[1] or "") for _, cells in rows] == [at * 1000 for at in range(200)]


def test_lines_are_counted_where_rows_start(tmp_path: Path) -> None:
    path = written(tmp_path, 'Notes:\r\n\r\nName,Note\r\nAnn,"one\r\ntwo"\r\n\r\n,\r\nBob,x\r\n')
    with open_table(path) as table:
        assert (table.preamble, table.header_line) == (["Notes:"], 3)
        assert list(table.rows()) == [(4, ["Ann", "one\r\ntwo"]), (8, ["Bob", "x"])]
        assert list(table.rows()) == list(table.rows())


def test_short_rows_are_padded_and_long_ones_marked(tmp_path: Path) -> None:
    _, rows = everything(written(tmp_path, "a,b,c\nx\nx,,\nx,y,z,,\nx,y,z,,!\n"))
    assert rows[:3] == [["x", None, None], ["x", "", ""], ["x", "y", "z"]]
    assert isinstance(rows[3], RaggedRow)
    assert (list(rows[3]), rows[3].extra) == (["x", "y", "z"], ["", "!"])
    assert not isinstance(rows[2], RaggedRow)


def test_headers_that_repeat_or_are_missing_get_names(tmp_path: Path) -> None:
    table, rows = everything(written(tmp_path, '\ufeff Email ,Email,"Email (2)",,x,\na,b,c,d,e,\n'))
    assert table.header == ["Email", "Email (2)", "Email (2) (2)", "column 4", "x"]
    assert rows == [["a", "b", "c", "d", "e"]]
    assert len(table.notes) == 3


def test_known_names_decide_where_shape_cannot(tmp_path: Path) -> None:
    path = written(tmp_path, "Report of,May\nmade by,me\nName,Email\nAnn,ann@example.org\n")
    table, _ = everything(path, is_header=lambda cells: score("contact", cells))
    assert table.header == ["Name", "Email"]
    assert table.preamble == ["Report of,May", "made by,me"]


def test_words_in_data_do_not_make_a_header(tmp_path: Path) -> None:
    path = written(tmp_path, "Kunde,Quelle,Kanal,Name\nA,Web,Post,x\nB,Email,Phone,y\n")
    table, rows = everything(path, is_header=lambda cells: score("contact", cells))
    assert table.header_line == 1
    assert len(rows) == 2


@pytest.mark.parametrize("header_row", [True, False])
def test_the_user_says_whether_there_is_a_header(tmp_path: Path, header_row: bool) -> None:
    table, rows = everything(written(tmp_path, "1,2\n3,4\n"), header_row=header_row)
    assert table.header == (["1", "2"] if header_row else ["column 1", "column 2"])
    assert len(rows) == (1 if header_row else 2)


@pytest.mark.parametrize(
    ("text", "delimiter", "row"),
    [
        ("a;b;c\n1,5;2,5;3\n2,5;3,5;4\n", ";", ["1,5", "2,5", "3"]),
        ("name;address\nA;1 Main St, Oslo\nB;2 Main St, Rome\n", ";", ["A", "1 Main St, Oslo"]),
        ("sep=|\na|b\n1;2|3\n", "|", ["1;2", "3"]),
        ('a, b\n"x, y", "z"\n', ",", ["x, y", "z"]),
        ('a,b\n"say \\"hi\\", she said",2\n', ",", ['say "hi", she said', "2"]),
        (" 00004 1 19970101  2   29.33\r\n 00021 2 19970118 13   33.33\r\n", " ", ["00004", "1", "19970101"]),
    ],
)
def test_dialects_are_told_apart(tmp_path: Path, text: str, delimiter: str, row: list[str]) -> None:
    table, rows = everything(written(tmp_path, text))
    assert table.delimiter == delimiter
    assert rows[0][: len(row)] == row


def test_options_win_over_detection(tmp_path: Path) -> None:
    path = written(tmp_path, "a\tb,é\n1\t2,3\n".encode("cp437"))
    table, rows = everything(path, delimiter="tab", encoding="cp437")
    assert (table.header, rows) == (["a", "b,é"], [["1", "2,3"]])
    with pytest.raises(InvalidError, match="no encoding is called"):
        open_table(path, encoding="klingon")
    with pytest.raises(InvalidError, match="no encoding is called"):
        open_table(path, encoding="base64")
    with pytest.raises(InvalidError, match="no delimiter"):
        open_table(path, delimiter="::")


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("name,city\nJosé,Málaga\nZoë,Köln\n", "cp1252", "cp1252"),
        ("name,city\nJosé,Málaga\n", "utf-16", "utf-16"),
        ("name,city\nJosé,Málaga\n", "utf-16-be", "utf-16-be"),
        ("имя,город\nИван,Москва\nПётр,Казань\n", "cp1251", "cp1251"),
        ("imię,miasto\nMichał,Kraków\nMałgorzata,Wąchock\n", "cp1250", "cp1250"),
        ("نام,شهر\nعلی رضایی,تهران\nمریم,شیراز\nبهرام,تبریز\n".replace("ی", "ي"), "cp1256", "cp1256"),
    ],
)
def test_encodings_are_told_apart(tmp_path: Path, text: str, encoding: str, found: str) -> None:
    table, rows = everything(written(tmp_path, text.encode(encoding)))
    assert table.encoding == found
    assert [table.header, *rows] == [line.split(",") for line in text.splitlines()]


@pytest.mark.parametrize(
    ("letters", "encoding", "found"),
    [
        ("José,Málaga", "cp1252", "cp1252"),
        ("José,Málaga", "utf-8", "utf-8"),
        ("Иван,Москва\nПётр,Казань", "cp1251", "cp1251"),
        ("Michał,Kraków\nMałgorzata,Wąchock", "cp1250", "cp1250"),
        ("表示,十六\n花子,東京都", "cp932", "cp932"),
        ("José,Málaga", "utf-16-le", "utf-16-le"),
    ],
)
def test_an_encoding_that_shows_late_is_told_too(
    tmp_path: Path, letters: str, encoding: str, found: str
) -> None:
    lines = SAMPLE // 4
    content = "name,city\n" + "Ann,Oslo\n" * lines + letters + "\n"
    table, rows = everything(written(tmp_path, content.encode(encoding)))
    assert table.encoding == found
    assert rows[lines:] == [line.split(",") for line in letters.split("\n")]


@pytest.mark.parametrize("cut", [0, 1])
def test_a_letter_at_the_end_of_the_sample_may_be_cut_in_half(tmp_path: Path, cut: int) -> None:
    start = "name,city\n" + "花子,東京都\n" * 10
    start += "x" * (SAMPLE - len(start.encode("cp932")) - 2 * 5 + cut) + "花子花子花子花子花子\n"
    table, rows = everything(written(tmp_path, start.encode("cp932")))
    assert (table.encoding, rows[0]) == ("cp932", ["花子", "東京都"])


def test_a_letter_that_nobody_looked_for_is_refused_at_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_cli.formats.source._FAR", 2 * SAMPLE)
    lines = SAMPLE // 4
    path = written(tmp_path, b"name,city\n" + b"Ann,Oslo\n" * lines + b"Jos\xe9,M\xe1laga\n")
    with pytest.raises(InvalidError, match=rf"line {lines + 2}: byte 0xE9 is not utf-8"):
        everything(path)


@pytest.mark.parametrize("where", [50, SAMPLE + 50])
def test_a_stray_byte_is_refused_at_its_line(tmp_path: Path, where: int) -> None:
    lines = ["name,city", *["Zoë,Köln"] * (SAMPLE // 8)]
    content = "\n".join(lines).encode()
    where = content.index(b"\n", where) + 1
    broken = content[:where] + b"\xff" + content[where:]
    line = content[:where].count(b"\n") + 1
    with pytest.raises(InvalidError, match=rf"line {line}: byte 0xFF is not utf-8"):
        everything(written(tmp_path, broken))


def test_a_quote_that_never_closes_is_refused_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="line 3: a quote opens"):
        everything(written(tmp_path, 'a,b\n1,2\n3,"4\n5,6\n'))


def test_nul_bytes_are_kept(tmp_path: Path) -> None:
    assert everything(written(tmp_path, "name,note\nAnn,x\0y\nBob,plain\n"))[1] == [
        ["Ann", "x\0y"],
        ["Bob", "plain"],
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n \n", "is empty"),
        (b"PK\x03\x04....xl/workbook.xml", "cannot be read as a workbook"),
        (b"PK\x03\x04....", "ZIP archive"),
        (b"\x89PNG\r\n", "PNG picture"),
        (b"<!DOCTYPE html><table>", "web page"),
        (b"BEGIN:VCARD\r\n", "vCard"),
        (bytes(range(32)) * 9, "binary data"),
    ],
)
def test_what_is_no_table_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(InvalidError, match=words):
        open_table(written(tmp_path, content))


def test_nothing_to_open(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="does not exist"):
        open_table(str(tmp_path / "none.csv"))
    with pytest.raises(InvalidError, match="is a directory"):
        open_table(str(tmp_path))
    with pytest.raises(InvalidError, match="cannot be read"):
        open_table("a\0b")


def test_standard_input_is_read_twice_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"a,b\n1,2\n")))
    with open_table("-") as table:
        assert list(table.rows()) == list(table.rows()) == [(2, ["1", "2"])]
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"")))
    with pytest.raises(InvalidError, match="standard input is empty"):
        open_table("-")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_read_twice(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("a,b\n1,2\n",))
    writer.start()
    with open_table(str(pipe)) as table:
        writer.join()
        assert list(table.rows()) == list(table.rows()) == [(2, ["1", "2"])]


@pytest.mark.parametrize("name", ["x.csv", "x.json", "x.jsonl"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, name: str) -> None:
    row = {"a": "x" * 3_000, "b": "y"}
    lines = [f"{row['a']},{row['b']}"] if name == "x.csv" else [json.dumps(row)]
    text = ("\n" if name != "x.json" else ",\n").join(lines * 4_000)
    head, tail = {"x.csv": ("a,b\n", ""), "x.json": ("[", "]"), "x.jsonl": ("", "")}[name]
    path = written(tmp_path, head + text + tail, name)
    del text
    tracemalloc.start()
    with open_table(path) as table:
        assert sum(1 for _ in table.rows()) == 4_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < Path(path).stat().st_size / 3
