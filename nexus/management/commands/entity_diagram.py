"""Writes docs/entities.md from the models: one diagram and one table an app."""

import inspect
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.models import Field, ForeignKey, GeneratedField, Model, OneToOneField

APPS = ("accounts", "jobs", "nexus")
TITLE = """\
# Entities

Made from the models by `python manage.py entity_diagram`; change those, not this. A column is not null unless it says
so. A line ends in a crow's foot where there are many, in a circle where there may be none.
"""
# PostgreSQL's names, in the short forms that a diagram has room for.
SHORT_TYPES = {
    "timestamp with time zone": "timestamptz",
    "double precision": "float8",
    "boolean": "bool",
    "integer": "int",
}


class Command(BaseCommand):
    """`entity_diagram` writes the file; with `--check` it only says whether the file is up to date."""

    requires_system_checks = ()  # those ask the database; models are enough
    help = "Write docs/entities.md from the models; --check: fail if it is out of date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail if the file is out of date.")

    def handle(self, *, check: bool, **options: object) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "entities.md"
        text = document()
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"{path.name} written.")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError("docs/entities.md is out of date: run `python manage.py entity_diagram`.")


def document() -> str:
    """The whole file, the same for the same models."""
    return "\n".join([TITLE, *(section(app) for app in APPS)])


def section(app: str) -> str:
    """One app: what its rows are, then how they hang together."""
    models = sorted(apps.get_app_config(app).get_models(), key=lambda model: model.__name__)
    table = [f"| `{model.__name__}` | {description(model)} |" for model in models]
    diagram = [line for model in models for line in (*entity(model), *relations(model))]
    return "\n".join(
        [
            f"## {app}",
            "",
            "| entity | a row is |",
            "|---|---|",
            *table,
            "",
            "```mermaid",
            "erDiagram",
            *diagram,
            "```",
            "",
        ]
    )


def description(model: type[Model]) -> str:
    """The model's own docstring, on one line."""
    text = " ".join(inspect.cleandoc(model.__doc__ or "").split())
    if not text or text.startswith(f"{model.__name__}("):  # Django writes that where nobody wrote anything
        raise CommandError(f"{model.__module__}.{model.__name__} has no docstring.")
    return text.replace("|", "\\|")


def entity(model: type[Model]) -> Iterator[str]:
    """The table's columns, in Mermaid."""
    yield f"  {model.__name__} {{"
    for field in model._meta.concrete_fields:
        keys = ", ".join(keys_of(field))
        yield "    " + " ".join(part for part in (type_of(field), field.column, keys, remark(field)) if part)
    yield "  }"


def type_of(field: Field) -> str:
    """The column's type in PostgreSQL. The length of a text stays; Mermaid takes no spaces."""
    name = field.db_type(connection) or ""
    return SHORT_TYPES.get(name, name).replace(" ", "_")


def keys_of(field: Field) -> Iterator[str]:
    if field.primary_key:
        yield "PK"
    if isinstance(field, ForeignKey):
        yield "FK"
    if field.unique and not field.primary_key:
        yield "UK"


def remark(field: Field) -> str:
    if isinstance(field, GeneratedField):
        return '"generated"'
    return '"null"' if field.null else ""


def relations(model: type[Model]) -> Iterator[str]:
    """A line for each foreign key, named after the field."""
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey):
            one = "|o" if field.null else "||"
            many = "o|" if isinstance(field, OneToOneField) else "o{"
            yield f"  {field.related_model.__name__} {one}--{many} {model.__name__} : {field.name}"
