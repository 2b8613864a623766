"""Reference rows: the words that postings and people are described with.

They are loaded from `jobs/data`, and enlarged by official taxonomies. There is one vocabulary: a concept of a taxonomy
that we have a row for is linked to it by its code, and only others become rows of their own.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class TaxonomyScheme(models.TextChoices):
    """Who says so: this board's own vocabulary or an official taxonomy."""

    NEXUS = "nexus", "The vocabulary that ships with Nexus, and what the operator added"
    ESCO = "esco", "ESCO, the European Commission's classification of occupations and skills"
    ONET = "onet", "O*NET, the occupations and technologies of the U.S. Department of Labor"
    ISCO = "isco", "ISCO-08, the occupation groups of the International Labour Organization"
    NAICS = "naics", "NAICS, the North American Industry Classification System"


def _scheme(help_text: str) -> "models.CharField[str, str]":
    # The database knows the default, too: rows also come by COPY, with the columns that they have.
    return models.CharField(
        max_length=8,
        choices=TaxonomyScheme,
        default=TaxonomyScheme.NEXUS,
        db_default=TaxonomyScheme.NEXUS,
        help_text=help_text,
    )


def _is_retired() -> "models.BooleanField[bool, bool]":
    return models.BooleanField(
        default=False,
        db_default=False,
        help_text="No longer in the edition of its taxonomy that was loaded last; kept for what points at it.",
    )


class ExternalCode(models.Model):
    """What a taxonomy calls one of our rows."""

    scheme = _scheme("The taxonomy.")
    code = models.CharField(
        max_length=200,
        help_text="Its identifier there: ESCO's UUID, a code of O*NET, ISCO-08 or NAICS, a technology's name in O*NET.",
    )
    title = models.CharField(max_length=200, blank=True, help_text="Its name there, where known.")
    is_retired = _is_retired()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.scheme} {self.code}"


class Country(models.Model):
    """A country by its ISO 3166-1 alpha-2 code."""

    code = models.CharField(primary_key=True, max_length=2)
    name = models.CharField(max_length=100)
    continent = models.CharField(max_length=2, help_text="AF, AN, AS, EU, NA, OC or SA.")

    class Meta:
        verbose_name_plural = "countries"

    def __str__(self) -> str:
        return self.name


class Currency(models.Model):
    """A currency by its ISO 4217 code."""

    code = models.CharField(primary_key=True, max_length=3)
    name = models.CharField(max_length=100)
    digits = models.PositiveSmallIntegerField(
        help_text="Decimal places between the unit and the minor unit: 2 for EUR, 0 for JPY."
    )

    class Meta:
        verbose_name_plural = "currencies"

    def __str__(self) -> str:
        return self.code


class FxRate(models.Model):
    """What a currency was worth on a day: how many units of it one euro bought. `manage.py fx_load` brings them."""

    currency = models.ForeignKey(Currency, on_delete=models.CASCADE, related_name="rates", db_index=False)
    on_date = models.DateField(help_text="The day that it was set on.")
    per_euro = models.DecimalField(max_digits=20, decimal_places=8, help_text="Units of the currency for one euro.")

    class Meta:
        verbose_name = "exchange rate"
        constraints = [
            models.UniqueConstraint(fields=["currency", "on_date"], name="fx_rate_is_unique"),
            models.CheckConstraint(condition=models.Q(per_euro__gt=0), name="fx_rate_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency_id} {self.on_date}"


class Region(models.Model):
    """A first-level division of a country: a state, a province."""

    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="regions")
    code = models.CharField(max_length=20, help_text="GeoNames admin1 code.")
    name = models.CharField(max_length=100)
    abbreviation = models.CharField(max_length=10, blank=True, help_text="As on an envelope: CA, ON.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["country", "code"], name="region_is_unique_in_country")]

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """A town of more than 15,000 people, as GeoNames knows it. The key is the GeoNames id."""

    id = models.IntegerField(primary_key=True)
    name = models.CharField(max_length=200, help_text="In its own spelling.")
    ascii_name = models.CharField(max_length=200)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="places")
    region_code = models.CharField(
        max_length=20, blank=True, help_text="GeoNames admin1 code of the state or province."
    )
    region_name = models.CharField(max_length=100, blank=True, help_text="Name of the state or province, where known.")
    latitude = models.FloatField(help_text="Degrees north.")
    longitude = models.FloatField(help_text="Degrees east.")
    timezone = models.CharField(max_length=64, help_text="IANA time zone.")
    population = models.PositiveIntegerField(help_text="How many people live there.")

    class Meta:
        indexes = [
            models.Index(fields=["latitude", "longitude"], name="place_position"),
            models.Index(fields=["country", "-population", "id"], name="place_country"),
            models.Index(fields=["-population", "id"], name="place_population"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(latitude__range=(-90, 90)), name="place_latitude_on_earth"),
            models.CheckConstraint(condition=models.Q(longitude__range=(-180, 180)), name="place_longitude_on_earth"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.country_id}"


class PlaceName(models.Model):
    """A folded name by which a text may mention a place: lower case, without accents."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "name"], name="place_name_is_unique")]
        indexes = [models.Index(fields=["name"], name="place_name_prefix", opclasses=["varchar_pattern_ops"])]


class Industry(models.Model):
    """What a company is in the business of. Those of a taxonomy lie below ours."""

    slug = models.SlugField(max_length=60, unique=True, help_text="Stands for the industry in addresses.")
    name = models.CharField(max_length=100, help_text="In English.")
    # Industries are too few for an index to be of use.
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", db_index=False
    )
    scheme = _scheme("Whose word it is.")
    is_retired = _is_retired()

    class Meta:
        verbose_name_plural = "industries"

    def __str__(self) -> str:
        return self.name


class IndustryCode(ExternalCode):
    """What a taxonomy calls an industry. Finer codes of the taxonomy lead to the industry that they are part of."""

    industry = models.ForeignKey(Industry, on_delete=models.CASCADE, related_name="codes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="industry_code_is_unique")]


class Category(models.Model):
    """A field of work. Categories form a tree; a job has one."""

    slug = models.SlugField(max_length=60, unique=True, help_text="Stands for the category in addresses.")
    name = models.CharField(max_length=100, help_text="In English.")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=200, unique=True, help_text="Slugs from the root, each followed by a slash.")
    depth = models.PositiveSmallIntegerField(help_text="0 for a root.")
    position = models.PositiveSmallIntegerField(help_text="Order among siblings.")

    class Meta:
        verbose_name_plural = "categories"
        indexes = [models.Index(fields=["path"], name="category_subtree", opclasses=["varchar_pattern_ops"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True, depth=0) | models.Q(parent__isnull=False, depth__gt=0),
                name="category_depth_fits_parent",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Occupation(models.Model):
    """What people call a kind of work, whatever a posting's title says."""

    slug = models.SlugField(max_length=80, unique=True, help_text="Stands for the occupation in addresses.")
    title = models.CharField(max_length=120, help_text="In English.")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="occupations")
    preparation = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="How much preparation it takes, by O*NET's job zones: from 1, little or none, to 5, extensive.",
    )
    scheme = _scheme("Whose word it is.")
    is_retired = _is_retired()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(preparation__isnull=True) | models.Q(preparation__range=(1, 5)),
                name="occupation_preparation_is_known",
            )
        ]

    def __str__(self) -> str:
        return self.title


class OccupationCode(ExternalCode):
    """What a taxonomy calls an occupation. A group of ISCO-08 has many occupations, any other code has one."""

    occupation = models.ForeignKey(Occupation, on_delete=models.CASCADE, related_name="codes")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code", "occupation"], name="occupation_code_is_unique"),
            models.UniqueConstraint(
                fields=["scheme", "code"],
                condition=~models.Q(scheme=TaxonomyScheme.ISCO),
                name="occupation_code_has_one_meaning",
            ),
        ]


class OccupationName(models.Model):
    """A folded title that a taxonomy has for an occupation of its own, whatever that is to us.

    Several of its occupations may be one of ours, which is too wide to say what a title means: each keeps its names.
    """

    code = models.ForeignKey(OccupationCode, on_delete=models.CASCADE, related_name="names", db_index=False)
    name = models.CharField(max_length=120)
    scheme = _scheme("Whose word it is.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "name"], name="occupation_name_is_unique")]


class OccupationTerm(models.Model):
    """A folded title or abbreviation by which a posting may name an occupation."""

    occupation = models.ForeignKey(Occupation, on_delete=models.CASCADE, related_name="terms")
    term = models.CharField(max_length=120)
    is_abbreviation = models.BooleanField(default=False, db_default=False)
    scheme = _scheme("Whose word it is.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["occupation", "term"], name="occupation_term_is_unique")]
        indexes = [models.Index(fields=["term"], name="occupation_term")]


class OccupationLabel(models.Model):
    """A folded title that a taxonomy has for an occupation and that is not safe to read in a posting.

    It may be another occupation's, too, or hide a term of ours. It is there to be looked for, and decides nothing.
    """

    occupation = models.ForeignKey(Occupation, on_delete=models.CASCADE, related_name="labels")
    label = models.CharField(max_length=120)
    scheme = _scheme("Whose word it is.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["occupation", "label", "scheme"], name="occupation_label_is_unique")
        ]
        indexes = [models.Index(fields=["label"], name="occupation_label_prefix", opclasses=["varchar_pattern_ops"])]


class RelatedOccupation(models.Model):
    """An occupation that is like another, as a taxonomy sees it."""

    occupation = models.ForeignKey(Occupation, on_delete=models.CASCADE, related_name="relations")
    related = models.ForeignKey(Occupation, on_delete=models.CASCADE, related_name="+")
    rank = models.PositiveSmallIntegerField(help_text="1 is the closest.")
    scheme = _scheme("Whose word it is.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["occupation", "related", "scheme"], name="related_occupation_is_unique"),
            models.CheckConstraint(
                condition=~models.Q(occupation=models.F("related")), name="related_occupation_is_another"
            ),
        ]


class SkillKind(models.TextChoices):
    """What sort of thing a skill is."""

    TECHNICAL = "technical", "Knowledge or a method of a trade"
    TOOL = "tool", "Something one works with"
    LANGUAGE = "language", "A language that people speak"
    PROFESSIONAL = "professional", "A way of working, in any trade"
    CERTIFICATION = "certification", "A licence or certificate"


class Skill(models.Model):
    """Something that a job asks for and a person can do."""

    slug = models.SlugField(max_length=80, unique=True, help_text="Stands for the skill in addresses.")
    name = models.CharField(max_length=120, help_text="As practitioners write it.")
    kind = models.CharField(max_length=16, choices=SkillKind, help_text="What sort of thing it is.")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="skills")
    aliases = ArrayField(models.CharField(max_length=120), default=list, help_text="Other spellings, lower case.")
    is_ambiguous = models.BooleanField(
        default=False, help_text="The bare name is also an everyday word, and is only trusted in its own spelling."
    )
    scheme = _scheme("Whose word it is.")
    is_retired = _is_retired()

    class Meta:
        indexes = [models.Index(fields=["name", "id"], name="skill_name")]

    def __str__(self) -> str:
        return self.name


class SkillCode(ExternalCode):
    """What a taxonomy calls a skill."""

    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="codes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="skill_code_is_unique")]


class SkillAlias(models.Model):
    """A folded spelling by which a text may mention a skill. No two skills share one."""

    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="spellings")
    alias = models.CharField(max_length=120, unique=True)
    scheme = _scheme("Whose word it is.")

    class Meta:
        verbose_name_plural = "skill aliases"
        indexes = [models.Index(fields=["alias"], name="skill_alias_prefix", opclasses=["varchar_pattern_ops"])]


class SkillLabel(models.Model):
    """A folded name that a taxonomy has for a skill and that is not safe to read in a text.

    Most are sentences and everyday words ("manage staff", "history"). It is there to be looked for, and decides
    nothing.
    """

    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="labels")
    label = models.CharField(max_length=120)
    scheme = _scheme("Whose word it is.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["skill", "label", "scheme"], name="skill_label_is_unique")]
        indexes = [models.Index(fields=["label"], name="skill_label_prefix", opclasses=["varchar_pattern_ops"])]


class SkillRelevance(models.TextChoices):
    """How much of an occupation a skill is."""

    ESSENTIAL = "essential", "Part of the occupation wherever it is practised"
    OPTIONAL = "optional", "Depends on the employer and on the speciality"


class OccupationSkill(models.Model):
    """A skill that an occupation takes, as a taxonomy sees it."""

    occupation = models.ForeignKey(Occupation, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="occupations")
    relevance = models.CharField(
        max_length=16, choices=SkillRelevance, help_text="How much of the occupation the skill is."
    )
    is_hot = models.BooleanField(
        default=False,
        db_default=False,
        help_text="O*NET calls it a hot technology: employers often name it in their postings.",
    )
    scheme = _scheme("Whose word it is.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["occupation", "skill", "scheme"], name="occupation_skill_is_unique")
        ]


class TaxonomyEdition(models.Model):
    """What was loaded last of a taxonomy, so that the same is not loaded again."""

    scheme = models.CharField(primary_key=True, max_length=8, choices=TaxonomyScheme)
    fingerprint = models.CharField(max_length=200)
    loaded_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.scheme
