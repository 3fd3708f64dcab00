"""What the bytes at the start of a file say: its encoding, or that it is no text at all.

A byte order mark decides; then UTF-16 by its zero bytes; then UTF-8, which no other text resembles. What is
left is an old code page: words made wholly of high bytes are another script and are told apart by statistics,
single accents among plain letters are Windows-1252 unless it would put a sign inside a word.
"""

import codecs
import re

from crm_cli.errors import InvalidError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16, so it is asked first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KINDS = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"{\\rtf", "an RTF document"),
)
_MARKUP = re.compile(rb"\s*<(\?xml|!doctype|html)", re.IGNORECASE)
_CARDS = re.compile(rb"\s*BEGIN:V(CARD|CALENDAR)", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_TOO_MANY_CONTROLS = 0.1
_FEW_CONTROLS = 16
_WORD = re.compile(rb"[A-Za-z\x80-\xff]+")
_TOKEN = re.compile(rb"[^\x00-\x2f:-?]+")
"""What stands between signs that are no byte of a letter in any code page."""
_SIGN_IN_WORD = re.compile(r"[^\W\d_][¡-©«-¶¸¹»-¿][^\W\d_]")
_ENOUGH_BYTES = 8
_CODE_PAGES = ["cp1256", "cp1251", "cp1253", "cp1255", "cp1250", "koi8_r", "cp866", "cp874"]
_CODE_PAGES += ["cp932", "euc_jp", "gb18030", "big5", "euc_kr"]


def is_workbook(sample: bytes) -> bool:
    """Whether bytes begin an Excel workbook (.xlsx)."""
    return sample.startswith(b"PK\x03\x04") and (b"xl/" in sample or b"[Content_Types].xml" in sample)


def refuse_binary(name: str, sample: bytes) -> None:
    """Raise InvalidError saying what the file looks like, where it is no table of text."""
    kind = next((kind for magic, kind in _KINDS if sample.startswith(magic)), None)
    if kind is None and _MARKUP.match(sample):
        kind = "a web page or XML"
    if kind is None and (card := _CARDS.match(sample)):
        kind = "a vCard file" if card[1].upper() == b"CARD" else "a calendar file"
    if kind is None and _is_binary(sample):
        kind = "binary data"
    if kind:
        raise InvalidError(f"{name} looks like {kind}, not a table; save it as CSV, JSON or JSON Lines")


def encoding_of(sample: bytes, *, whole: bool) -> tuple[str, str | None]:
    """Tell a text's encoding from its first bytes.

    Args:
        sample: the beginning of the file.
        whole: whether that is all of it, so that a cut-off last character is an error.

    Returns:
        The codec's name, and a note for the user where it is a guess.
    """
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name, None
    if wide := _utf16(sample):
        return wide, f"read as {wide}, which its zero bytes suggest; --encoding decides otherwise"
    if _decodes(sample, "utf-8", whole=whole) or _mostly_utf8(sample):
        return "utf-8", None
    end = len(sample) if whole else max(sample.rfind(b"\n"), sample.rfind(b"\r"))
    guess = _code_page(sample[: end + 1])  # a letter of two bytes that is cut in half would be none
    return guess, f"not UTF-8: read as {guess}; --encoding decides otherwise"


def check_encoding(name: str) -> str:
    """Give the codec that the user named (UTF-8 with or without its mark); raise InvalidError if unknown."""
    try:
        "a".encode(name)  # refuses what encodes no text, such as base64
        canonical = codecs.lookup(name).name
    except (LookupError, ValueError):
        raise InvalidError(
            f'no encoding is called "{name}"; write utf-8, cp1252, utf-16 or the like'
        ) from None
    return "utf-8-sig" if canonical == "utf-8" else canonical


def _is_binary(sample: bytes) -> bool:
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)) or _utf16(sample):
        return False
    return len(_CONTROL.findall(sample)) > max(_FEW_CONTROLS, _TOO_MANY_CONTROLS * len(sample))


def _utf16(sample: bytes) -> str | None:
    """Name UTF-16 without a mark: its separators, spaces and digits leave zeros at every other byte only."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) < max(3, len(sample) / 24) or min(even, odd) > max(even, odd) / 8:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _decodes(sample: bytes, encoding: str, *, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample, whole)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(sample: bytes) -> bool:
    """Tell UTF-8 with a few broken bytes, which is to be refused at its line, from another encoding."""
    text = sample.decode("utf-8", "replace")
    broken = text.count("\ufffd") - sample.count(b"\xef\xbf\xbd")
    return sum(letter > "\x7f" for letter in text) - broken > 4 * broken


def _code_page(sample: bytes) -> str:
    words = [word for word in _WORD.findall(sample) if not word.isascii()]
    high = sum(not chr(letter).isascii() for word in words for letter in word)
    western = _decodes(sample, "cp1252", whole=True)
    accents_only = 2 * high < sum(map(len, words)) or high < _ENOUGH_BYTES
    if western and accents_only and not _SIGN_IN_WORD.search(sample.decode("cp1252")):
        return "cp1252"
    from charset_normalizer import from_bytes

    telling = b"\n".join(word for word in _TOKEN.findall(sample) if not word.isascii())
    best = from_bytes(telling, cp_isolation=_CODE_PAGES).best()
    return best.encoding if best else "cp1252" if western else "latin-1"
