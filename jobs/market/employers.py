"""The rows of the market's companies."""

from random import Random

from jobs.market import shown
from jobs.market.chance import Chance, Draw
from jobs.market.companies import Employer
from jobs.market.postings import moment
from jobs.market.prose import number_words, words
from jobs.market.sheets import NULL, Sheet, quoted_array, text
from jobs.models import Company

SHARE_VERIFIED = 0.6


class Employers:
    """The sheet of companies."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self.companies = Sheet(
            Company, "id", "created_at", "updated_at", "name", "slug", "kind", "website", "description_source",
            "description_html", "description_text", "size_band", "industry_id", "headquarters_id", "benefits",
            "verified_at",
        )  # fmt: skip

    def add(self, employer: Employer) -> None:
        chance = self._chance.of(Draw.NAMES, 1_000_000 + employer.number)
        language = employer.land.languages.items[0]
        source = _description(chance, employer, language)
        html, readable = shown.markdown(source)
        created = moment(employer.created)
        self.companies.add(
            employer.key, created, created, text(employer.name), employer.slug, employer.trade.company_kind,
            f"https://{employer.domain}", text(source), text(html), text(readable), employer.size_band,
            str(employer.trade.id), str(employer.towns[0].id), quoted_array(_benefits(chance, language)),
            created if chance.random() < SHARE_VERIFIED else NULL,
        )  # fmt: skip


def _description(chance: Random, employer: Employer, language: str) -> str:
    """Two sentences, the first of the company's sector, in the language that most of its postings are in."""
    hooks = words(language)["hooks"]
    slots = {
        "company": employer.name,
        "town": employer.towns[0].name,
        "people": number_words(words(language), employer.people),
        "year": employer.year,
        "n": chance.randrange(max(3, words(language)["least"]), 15),
    }
    return " ".join(chance.choice(hooks[part]).format_map(slots) for part in (employer.trade.sector, "any"))


def _benefits(chance: Random, language: str) -> list[str]:
    offers = chance.sample(words(language)["offer"]["any"], 5)
    return [offer.format(n=chance.randrange(max(3, words(language)["least"]), 15)) for offer in offers]
