import re
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from accounts.models import User
from nexus.management.commands import entity_diagram


def test_committed_diagram_is_up_to_date():
    call_command("entity_diagram", check=True)


def test_missing_and_changed_files_fail_the_check(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="out of date"):
        call_command("entity_diagram", check=True)
    call_command("entity_diagram", stdout=StringIO())
    call_command("entity_diagram", check=True)
    path = tmp_path / "docs" / "entities.md"
    path.write_text(path.read_text() + "\n")
    with pytest.raises(CommandError, match="out of date"):
        call_command("entity_diagram", check=True)


def test_check_writes_nothing(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError):
        call_command("entity_diagram", check=True)
    assert list(tmp_path.iterdir()) == []


def test_every_table_column_and_relation_is_there():
    text = entity_diagram.document()
    for app in entity_diagram.APPS:
        for model in apps.get_app_config(app).get_models():
            block = re.search(rf"^  {model.__name__} {{$(.*?)^  }}$", text, re.MULTILINE | re.DOTALL)
            assert block is not None, model
            columns = [line.split()[1] for line in block[1].strip().splitlines()]
            assert columns == [field.column for field in model._meta.concrete_fields]
            assert f"| `{model.__name__}` | " in text
            for field in model._meta.concrete_fields:
                if field.remote_field:
                    one, many = field.related_model.__name__, model.__name__
                    assert re.search(rf"^  {one} \|[|o]--o[{{|] {many} : {field.name}$", text, re.MULTILINE)


def test_keys_and_null_are_shown():
    text = entity_diagram.document()
    assert "    uuid id PK\n" in text
    assert "    uuid company_id FK\n" in text
    assert "    varchar(254) email UK\n" in text
    assert '    timestamptz email_verified_at "null"\n' in text
    assert "  Category |o--o{ Job : category\n" in text
    assert "  Company ||--o{ Job : company\n" in text


def test_a_model_without_a_docstring_is_refused(monkeypatch):
    monkeypatch.setattr(User, "__doc__", "User(id, email)")
    with pytest.raises(CommandError, match=r"accounts\.models\.user\.User has no docstring"):
        entity_diagram.document()
