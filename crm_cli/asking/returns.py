"""What campaigns gave back: rates, return on cost, and lift, from what was counted of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crm_cli.asking import lift
from crm_cli.asking.campaigns import MONEY, Campaign
from crm_cli.asking.figures import money, share
from crm_cli.asking.lift import Lift, Sample
from crm_cli.values.amounts import SCALE, decimal_text

if TYPE_CHECKING:
    from fractions import Fraction

PER_CENT = 100 * SCALE
Values = dict[str, Any]


@dataclass
class Tally:
    """What came of the campaigns of one row, in one currency."""

    counts: "Counter[str]" = field(default_factory=Counter)
    amounts: "dict[str, int | Fraction]" = field(default_factory=dict)
    campaigns: list[Campaign] = field(default_factory=list)
    """Those whose people stand in this row."""

    def add(self, counts: "Counter[str]", factor: "int | Fraction") -> None:
        """Add what was counted; `factor` is what an amount is worth in the currency of the row."""
        for name, value in counts.items():
            if name in MONEY:
                self.amounts[name] = self.amounts.get(name, 0) + value * factor
            else:
                self.counts[name] += value

    @property
    def sent(self) -> int:
        """People that it went to, and impressions."""
        return self.counts["sent"] + self.counts["impressions"]

    @property
    def rated(self) -> tuple[int, int]:
        """Answers, and those they came of: without results that tell only one of the two."""
        return self.counts["responded"] - self.counts["unseen"], self.sent - self.counts["unasked"]

    @property
    def sales(self) -> int:
        """Deals won, and sales in results, in ten-thousandths: advertisements may share one."""
        return self.counts["won"] * SCALE + self.counts["sales"]

    @property
    def samples(self) -> tuple[Sample, Sample] | None:
        """Those it was sent to and those left alone; None where several campaigns are in the row, or nobody was."""
        if len(self.campaigns) != 1 or not self.campaigns[0].control.people:
            return None
        return self.campaigns[0].treated, self.campaigns[0].control

    def values(self, currency: str | None) -> Values:
        """Every figure by the name of its column."""
        counts, amounts = self.counts, self.amounts
        whole = {name: money(amounts[name], currency) for name in ("cost", "budget", "expected_revenue", "spent")
                 if amounts.get(name) is not None}  # fmt: skip
        plain = ("targeted", "responded", "leads", "deals", "campaigns", "excluded", "control", "delivered",
                 "bounced", "opted_out", "impressions", "clicks", "customers")  # fmt: skip
        return {
            **{name: counts[name] for name in plain},
            **whole,
            **self._shares(),
            **self._costs(currency),
            **self._lifts(currency),
            "sent": self.sent,
            "sales": self.sales,
            "won_amount": money(self._won, currency),
            "currency": currency,
        }

    def counted(self) -> Iterator[str]:
        """What the figures were divided by."""
        answers, asked = self.rated
        yield f"response rate {answers:,} ÷ sent {asked:,}"
        if self.counts["unasked"]:
            yield f"{self.counts['unasked']:,} impressions of results that tell no answers"
        if self.counts["unseen"]:
            yield f"{self.counts['unseen']:,} answers in results that tell no impressions"
        if self.counts["won"]:
            yield f"product costs known of {self.counts['costed']:,} of {self.counts['won']:,} deals won"
        if self.samples is None:
            return
        treated, control = self.samples
        for name, sample in (("treated", treated), ("control", control)):
            rate = share(sample.responded * 100, sample.people)
            yield (
                f"{name} {sample.responded:,} ÷ {sample.people:,} = {_four(rate)} %"
                + (f", spent {decimal_text(_each(sample) or 0)} each" if sample.spent else "")
            )
        for found, unit in ((lift.of_responses(treated, control), 100 * SCALE),
                            (lift.of_spending(treated, control), 1)):  # fmt: skip
            if found:
                value, low, high = (decimal_text(round(each * unit)) for each in found[:3])
                yield f"lift {value} ({low} to {high}), {found.verdict}"

    @property
    def _won(self) -> "int | Fraction":
        return self.amounts.get("won_amount", 0)

    def _shares(self) -> Values:
        """Rates, and how far the plan was reached."""
        cost, won = self.amounts.get("cost") or 0, self._won
        known = (
            self.counts["won"] and self.counts["costed"] == self.counts["won"] and not self.counts["sales"]
        )
        margin = self.amounts.get("margin", 0)
        expected, rate = self._expected_response(), share(*self.rated)
        return {
            "response_rate_pct": rate,
            "people_rate_pct": share(
                sum(each.treated.responded for each in self.campaigns),
                sum(each.treated.people for each in self.campaigns),
            ),
            "roi_pct": share(won - cost, cost),
            "margin_roi_pct": share(margin - cost, cost) if known else None,
            "budget_used_pct": share(cost, self.amounts.get("budget") or 0),
            "revenue_reached_pct": share(won, self.amounts.get("expected_revenue") or 0),
            "expected_response_pct": expected,
            "response_reached_pct": share(rate, expected or 0) if rate is not None else None,
        }

    def _costs(self, currency: str | None) -> Values:
        """The cost of an answer, a sale, a lead, a customer; empty where nothing is known of the cost."""
        from fractions import Fraction

        cost = self.amounts.get("cost")
        by: dict[str, int | Fraction] = {
            "cost_per_response": self.counts["responded"],
            "cost_per_sale": Fraction(self.sales, SCALE),
            "cost_per_lead": self.counts["leads"],
            "cac": self.counts["customers"],
        }
        return {name: None if cost is None else money(cost, currency, number) for name, number in by.items()}

    def _lifts(self, currency: str | None) -> Values:
        """What the row's people did more than those left alone; what they spent as far as it is in its currency."""
        if self.samples is None:
            return {}
        treated, control = self.samples
        found = _columns("lift{}_pct", "lift_verdict", lift.of_responses(treated, control), PER_CENT)
        found["control_rate_pct"] = share(control.responded, control.people)
        if (treated + control).currency == currency and (spent := lift.of_spending(treated, control)):
            found |= _columns("spent_lift{}", "spent_verdict", spent, 1)
            found |= {"spent_each": _each(treated), "control_spent_each": _each(control)}
        return found

    def _expected_response(self) -> int | None:
        """The planned share of answers, of several campaigns by the people that each went to."""
        planned = [(each.plan["expected_response_pct"], each.treated.people) for each in self.campaigns]
        known = [(pct, people) for pct, people in planned if pct is not None]
        people = sum(number for _, number in known)
        if not known or (not people and len(known) > 1):
            return None
        return round(sum(pct * number for pct, number in known) / people) if people else known[0][0]


def _columns(names: str, verdict: str, found: Lift | None, unit: int) -> Values:
    if found is None:
        return {}
    ends = {"": found.value, "_low": found.low, "_high": found.high}
    return {names.format(end): round(value * unit) for end, value in ends.items()} | {verdict: found.verdict}


def _each(sample: Sample) -> int | None:
    """What a person spent, in ten-thousandths; None of nobody."""
    return round(sample.spent / sample.people) if sample.people else None


def _four(hundredfold: int | None) -> str:
    """A share that was taken a hundredfold, with four decimals."""
    return "" if hundredfold is None else decimal_text(round(hundredfold / 100))
