"""Benefits and work permits are read where a text offers them, and not where it speaks of something else."""

import pytest

from jobs.importers import perks
from jobs.models import Benefit, VisaSponsorship

OFFERED, NOT_OFFERED = VisaSponsorship.OFFERED, VisaSponsorship.NOT_OFFERED


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Medical, dental and vision from day one.", {Benefit.HEALTH_INSURANCE}),
        ("Benefits: medical fully covered; 401k match after 1 year; flexible schedule; unlimited PTO", {
            Benefit.RETIREMENT, Benefit.FLEXIBLE_HOURS, Benefit.PAID_LEAVE,
        }),
        ("We offer health insurance and a pension.", {Benefit.HEALTH_INSURANCE, Benefit.RETIREMENT}),
        ("Perks: lunch, a gym around the corner, parking", {Benefit.MEALS, Benefit.WELLNESS, Benefit.TRANSPORT}),
        ("## What we offer\n\n- Health insurance\n- Childcare\n", {Benefit.HEALTH_INSURANCE, Benefit.CHILDCARE}),
        ("Competitive salary and equity. Annual bonus.", {Benefit.EQUITY, Benefit.BONUS}),
        ("16 weeks of paid parental leave, relocation assistance", {Benefit.PARENTAL_LEAVE, Benefit.RELOCATION}),
        ("A yearly education budget to keep learning", {Benefit.LEARNING}),
        ("30 Tage Urlaub, Jobticket und betriebliche Altersvorsorge", {
            Benefit.PAID_LEAVE, Benefit.TRANSPORT, Benefit.RETIREMENT,
        }),
        ("Tickets restaurant, RTT et mutuelle d'entreprise", {Benefit.MEALS, Benefit.HEALTH_INSURANCE}),
    ],
)  # fmt: skip
def test_what_is_offered_is_found(text: str, found: set[Benefit]) -> None:
    assert set(perks.benefits(text)) == found


@pytest.mark.parametrize(
    "text",
    [
        "We sell health insurance to small firms.",
        "You know the healthcare sector and pension law.",
        "Diversity, equity and inclusion are close to our heart.",
        "You plan the lunch menu and order snacks.",
        "You design stock control for retail.",
        "This position is not eligible for consideration for an equity/RSU grant.",
        "Relocation assistance is not available.",
        "No relocation assistance.",
        "## Your profile\n\n- Knowledge of health insurance\n- Retirement planning\n",
        "## What we offer\n\nA good team.\n\n## Your tasks\n\n- Sell dental insurance\n- Childcare\n",
        "",
    ],
)
def test_what_is_spoken_of_otherwise_is_left(text: str) -> None:
    assert perks.benefits(text) == []


def test_in_a_list_of_benefits_a_word_is_enough() -> None:
    assert perks.listed(["Health insurance", "Gym", "a dog"]) == [Benefit.HEALTH_INSURANCE, Benefit.WELLNESS]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Visa sponsorship available.", OFFERED),
        ("We sponsor visas for this role.", OFFERED),
        ("ONSITE | Full-time | VISA SPONSORSHIP", OFFERED),
        ("Visa Sponsorship: Available for the Netherlands", OFFERED),
        ("We provide relocation and visa support.", OFFERED),
        ("We do not sponsor visas.", NOT_OFFERED),
        ("We cannot sponsor visas and must hire in the US.", NOT_OFFERED),
        ("We’re not able to sponsor visas at this time.", NOT_OFFERED),
        ("We are unable to sponsor or take over sponsorship of employment Visas in the U.S.", NOT_OFFERED),
        ("Sorry, no Visa sponsorship at this time.", NOT_OFFERED),
        ("Not eligible for visa sponsorship", NOT_OFFERED),
        ("Visa sponsorship is not provided.", NOT_OFFERED),
        ("U.S. citizenship required", NOT_OFFERED),
        ("You work in the US without the need for sponsorship.", NOT_OFFERED),
        ("We sponsor local football. Will you now or in the future require sponsorship?", None),
        ("Our customers use Visa cards.", None),
        ("Must be a U.S. citizen or permanent resident.", None),
        ("Visa sponsorship available. We do not sponsor visas.", None),
        ("", None),
    ],
)
def test_what_is_said_of_work_permits(text: str, said: VisaSponsorship | None) -> None:
    assert perks.visa(text) is said
