"""What people wrote into applications and drafts that the viewer has been shown, and what the posting then said."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.fields.json import KT

from jobs.models import Application, ApplicationDraft, JobRevision, QuestionKind
from jobs.selectors import form as forms
from jobs.selectors.form import Option, Question
from kernel.reading import Reading
from kernel.viewer import Viewer


class GivenAnswer(NamedTuple):
    """A question of a form, and what was answered; the value is as `jobs.services.answers` keeps it."""

    question: Question
    value: Any

    def plain(self, *kinds: QuestionKind) -> Any:
        """The value, where the question is of one of the kinds."""
        return self.value if self.question.kind in kinds else None

    @property
    def file_id(self) -> UUID | None:
        """The file that answers the question."""
        key = self.plain(QuestionKind.FILE)
        return None if key is None else UUID(key)

    @property
    def chosen(self) -> list[Option]:
        """The options that were chosen, in the order of the question."""
        chosen = self.plain(QuestionKind.CHOICE, QuestionKind.CHOICES) or []
        keys = [chosen] if isinstance(chosen, str) else chosen
        return [option for option in self.question.options if option.id in keys]


_TEXTS = Reading(lambda: Application.objects.only("answers", "cover_letter", "form_version_id"))


def _postings() -> QuerySet[JobRevision]:
    rows: QuerySet[JobRevision] = JobRevision.objects.only("number").annotate(
        title=KT("content__title"),
        language=KT("content__language"),
        description=KT("content__description_source"),
        format=KT("content__description_format"),
        made_at=F("created_at"),
    )
    return rows


_POSTINGS = Reading(_postings)


def cover_letters(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, str | None]:
    """The letters of applications."""
    return {key: row.cover_letter or None for key, row in _TEXTS.one(keys).items()}


def answers(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[GivenAnswer]]:
    """The answers of applications, in the order of the questions."""
    return _answers(viewer, _TEXTS.one(keys).values())


def draft_answers(viewer: Viewer, keys: Collection[UUID]) -> dict[UUID, list[GivenAnswer]]:
    """The answers of the viewer's own drafts, in the order of the questions."""
    rows = ApplicationDraft.objects.filter(pk__in=keys, user=viewer.user_id).only("answers", "form_version_id")
    return _answers(viewer, rows)


def _answers(viewer: Viewer, rows: Iterable[Application | ApplicationDraft]) -> dict[UUID, list[GivenAnswer]]:
    given = {row.pk: row for row in rows}
    found = forms.by_id(viewer, {row.form_version_id for row in given.values() if row.form_version_id is not None})
    return {
        key: [
            GivenAnswer(question, row.answers[question.id])
            for question in found[row.form_version_id].questions
            if question.id in row.answers
        ]
        for key, row in given.items()
        if row.form_version_id in found
    }


def postings(viewer: Viewer, keys: Collection[int]) -> dict[int, JobRevision]:
    """What postings said when somebody applied, by revision."""
    return _POSTINGS.one(keys)
