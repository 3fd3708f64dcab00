"""Headers of other programs: what each of the common exports means, and what must not be mistaken."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.formats.headers import _fields, recognise, score
from crm_cli.formats.table import open_table

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
NEEDS_DATA = pytest.mark.skipif(not DATA.is_dir(), reason=f"the public sample files are not in {DATA}")
NOUNS = [
    noun for noun in json.loads(Path("crm_cli/formats/headers.json").read_text("utf-8")) if noun != "every"
]


def meant(noun: str, *names: str, also: str = "") -> dict[str, str]:
    return {names[at]: field for at, field in recognise(noun, names, {*_fields(noun), also}).items()}


SHEETS = """
company: account=name sector=industry year_established=- revenue=annual_revenue employees=employees
    office_location=country subsidiary_of=parent
deal: opportunity_id=external_id sales_agent=owner product=product account=company deal_stage=stage
    engage_date=opened_on close_date=closed_on close_value=amount
user: sales_agent=name manager=manager regional_office=region
user: USER_ID=external_id First+Name=first_name Last+Name=last_name Email=email
product: product=name series=category sales_price=list_price
product: PRODUCTID=external_id Product+Name=name Product+Owner=owner Product+Code=code Product+Active=active
    Product+Category=category Cost=cost Quantity+In+Stock=in_stock Taxable=-
company: ACCOUNTID=external_id Account+Name=name Account+Owner+Id=owner.external_id Account+Owner=owner
    Account+Type=type Industry=industry Website=website Tasks+Involved=-
contact: CONTACTID=external_id Last+Name=last_name Contact+Owner+Id=owner.external_id Contact+Owner=owner
    Account+Id=company.external_id Email=email Lead+Source=source Mobile=phone Created+Time=created_at
lead: LEADID=external_id Last+Name=last_name Company=company_name Lead+Owner=owner Email=email Mobile=phone
    Lead+Status=status Created+Time=created_at CONVERTED=converted month_Created+Time1=-
campaign: CAMPAIGNID=external_id Campaign+Name=name Type=type Status=status Start+Date=starts_on
    End+Date=ends_on Expected+Revenue=expected_revenue Budgeted+Cost=budget Actual+Cost=cost
task: Task+Owner=owner Subject=subject Created+Time=created_at Due+Date=due Status=status
contact: Name=name Given+Name=first_name Family+Name=last_name E-mail+1+-+Type=- E-mail+1+-+Value=email
    Organization+1+-+Title=title Phone+1+-+Value=phone
contact: Title=salutation First+Name=first_name Job+Title=title E-mail+Address=email
contact: Title=title Email=email
contact: Vorname=first_name Nachname=last_name E-Mail-Adresse=email Unternehmen=company Position=title
contact: نام=first_name نام+خانوادگی=last_name موبايل=phone شهر=city کد+مشتری=external_id
contact: نام=name موبایل=phone
contact: نام=first_name نام+خانوادگی=last_name نام+نمایشی=name
contact: Name=last_name Vorname=first_name
deal: Record+ID=external_id Deal+Name=name Associated+Company+IDs=company.external_id Deal+Stage=stage
deal: Deal+-+ID=external_id Deal+-+Title=name Deal+-+Closing+Date=expected_close Person+-+Email=-
case: number=number incident_state=status opened_at=created_at made_sla=sla_result
    reopen_count=reopened_count caller_id=contact.external_id
invoice: invoiceNumber=number customerID=company.external_id InvoiceDate=issued_on SettledDate=paid_on
"""


@pytest.mark.parametrize("sheet", SHEETS.strip().replace("\n    ", " ").splitlines())
def test_what_headers_mean(sheet: str) -> None:
    noun, _, columns = sheet.partition(": ")
    wanted = dict(column.replace("+", " ").split("=") for column in columns.split())
    found = meant(noun, *wanted)
    assert {name: found.get(name, "-") for name in wanted} == wanted


def test_each_field_takes_one_column_and_the_best() -> None:
    assert meant("contact", "Mobile", "Phone", "Work Phone") == {"Phone": "phone"}
    assert meant("contact", "Mobile", "Work Phone") == {"Work Phone": "phone"}
    assert meant("contact", "Email", "E-mail") == {"Email": "email"}


def test_a_field_of_that_name_keeps_its_column() -> None:
    assert meant("contact", "position", "email") == {"position": "title", "email": "email"}
    assert meant("contact", "position", "email", also="position") == {
        "position": "position",
        "email": "email",
    }


def test_only_known_fields_are_given() -> None:
    assert recognise("contact", ["Account Id", "Email"], {"email"}) == {1: "email"}
    assert recognise("contact", ["Account Id"], {"company"}) == {0: "company.external_id"}


@pytest.mark.parametrize("noun", NOUNS)
def test_our_own_names_mean_themselves(noun: str) -> None:
    names = sorted(_fields(noun))
    assert recognise(noun, names, set(names)) == dict(enumerate(names))


@given(st.sampled_from(NOUNS), st.lists(st.text(max_size=8), max_size=6))
def test_any_row_is_scored(noun: str, cells: list[str]) -> None:
    assert 0 <= score(noun, cells) <= len(cells)


def test_data_scores_lower_than_names() -> None:
    assert score("contact", ["Ann", "ann@example.org", "+44 20 0000 0000"]) == 0
    assert score("contact", ["Name", "Email", "Phone"]) == 3


@NEEDS_DATA
def test_real_header_rows_are_recognised() -> None:
    with open_table(str(DATA / "exports/headers/header_rows_from_public_code.tsv")) as table:
        rows = [cells for _, cells in table.rows()]
    assert len(rows) == 27
    for _, what, _, header, _ in rows:
        noun = "company" if "compan" in (what or "") else "deal" if "deal" in (what or "") else "contact"
        if "opportunity" in (what or ""):
            noun = "deal"
        if "custom object" not in (what or ""):
            assert score(noun, next(csv.reader([header or ""]))) >= 3
