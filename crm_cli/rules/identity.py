"""What of a company's name and addresses tells which company it is: the bare name, its own domain.

Legal forms say what a company is, not which: Acme, Acme Inc. and Acme GmbH are taken for one. An address at a
free mail provider says nothing of a company.
"""

import re

from crm_cli.values import emails
from crm_cli.values.folding import fold

_FORMS = """
ab ag aps as asa bhd bv bvba co company corp corporation cv doo eirl ek eood ev gbr gmbh hf inc incorporated
kft kg kgaa kk lda limited llc llp lp ltd ltda mbh nv ood ohg oo ooo oy oyj pao plc pllc pt pte pty pvt
sa sae sarl sas sasu sca scrl se sia sl slu snc spa sprl spzoo srl sro tbk ug uab vof zao zrt
ао зао ооо оао пао شرکت شركة
"""
_PROVIDERS = """
126.com 163.com aliyun.com aol.com bk.ru chmail.ir comcast.net daum.net fastmail.com free.fr gmail.com
gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hanmail.net hey.com hotmail.co.uk hotmail.com
hotmail.de hotmail.es hotmail.fr hotmail.it icloud.com inbox.ru laposte.net libero.it list.ru live.co.uk
live.com live.fr mac.com mail.com mail.ru me.com msn.com naver.com orange.fr outlook.com outlook.de
outlook.fr pm.me posteo.de proton.me protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com
seznam.cz sina.com t-online.de tuta.com tutanota.com ukr.net verizon.net wanadoo.fr web.de wp.pl
yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.it
yandex.com yandex.ru ymail.com zoho.com
"""
LEGAL_FORMS = frozenset(map(fold, _FORMS.split()))
FREE_MAIL = frozenset(_PROVIDERS.split())
_MARKS = re.compile(r"[^\w\s&+]")
_GAPS = re.compile(r"(?<=\b\w)\s+(?=\w\b)")


def bare_name(name: str) -> str:
    """A company's name folded, without punctuation and legal forms; all of it where nothing else is left."""
    words = _GAPS.sub("", _MARKS.sub(" ", fold(name).replace(".", ""))).split()
    left = [word for word in words if word not in LEGAL_FORMS]
    return " ".join(left or words)


def own_domain(website: str | None, email: str | None = None) -> str | None:
    """The domain of a company's web address, else of its e-mail; None at a free mail provider."""
    if website:
        host = re.sub(r"^[a-z]+://", "", website.strip().casefold())
        host = re.split(r"[/?#:]", host, maxsplit=1)[0].removeprefix("www.")
        if "." in host:
            return host
    domain = emails.domain(email) if email else ""
    return domain if domain and domain not in FREE_MAIL else None
