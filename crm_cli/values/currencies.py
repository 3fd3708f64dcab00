"""The currencies of ISO 4217: their codes, how many digits amounts have, and the symbols people write."""

from crm_cli.errors import InvalidError

_IN_USE = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW
KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN
NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW
UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
_WITHDRAWN = "ANG CUC HRK SLL ZWL"
_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DIGITS = "CLF UYW"
_DOLLARS = """
ARS AUD BBD BMD BND BSD BZD CAD CLP COP CUP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD SRD TTD
TWD USD UYU XCD
"""

CURRENCIES = frozenset((_IN_USE + _WITHDRAWN).split())
"""The codes of national currencies and funds in use or, for old deals, withdrawn since 2020; no metals."""

DIGITS = (
    dict.fromkeys(_NO_DIGITS.split(), 0)
    | dict.fromkeys(_THREE_DIGITS.split(), 3)
    | dict.fromkeys(_FOUR_DIGITS.split(), 4)
)
"""Digits after the decimal mark where they are not two."""

DOLLARS = frozenset(_DOLLARS.split())
"""Currencies whose own sign is `$`, so that the sign alone does not contradict them."""

SYMBOLS = {
    "$": None,
    "kr": None,
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "￥": "JPY",
    "₹": "INR",
    "₽": "RUB",
    "₩": "KRW",
    "₺": "TRY",
    "₴": "UAH",
    "₦": "NGN",
    "₫": "VND",
    "₪": "ILS",
    "₱": "PHP",
    "₸": "KZT",
    "฿": "THB",
    "﷼": "IRR",
    "ریال": "IRR",
    "zł": "PLN",
    "kč": "CZK",
    "r$": "BRL",
    "us$": "USD",
    "c$": "CAD",
    "ca$": "CAD",
    "a$": "AUD",
    "au$": "AUD",
    "nz$": "NZD",
    "hk$": "HKD",
    "s$": "SGD",
    "mx$": "MXN",
}
"""Lower-case signs and the currency each names; None where several currencies share it."""


def digits(code: str) -> int:
    """How many digits the amounts of a currency have after the decimal mark."""
    return DIGITS.get(code, 2)


def named(sign: str, currency: str | None = None) -> str | None:
    """The currency that a sign or code names, None for a shared sign; `currency` is the one expected there.

    Raises:
        InvalidError: no currency is written so.
    """
    code = sign.upper()
    if code in CURRENCIES:
        return code
    if sign in "¥￥" and currency == "CNY":
        return currency
    try:
        return SYMBOLS[sign.lower()]
    except KeyError:
        if sign in ("تومان", "تومن"):
            raise InvalidError("a toman is ten rials; write the amount in rials (IRR)") from None
        raise InvalidError(f'"{sign}" is not a currency; write an ISO 4217 code like EUR') from None
