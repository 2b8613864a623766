import pytest
from django.core.management import call_command

from jobs.models import Country, Skill

pytestmark = pytest.mark.django_db


def test_loaded_reference_data_are_left_alone(capsys):
    call_command("reference_load")
    assert "Reference data unchanged" in capsys.readouterr().out


def test_lost_rows_come_back(capsys):
    Skill.objects.filter(slug="python").delete()
    call_command("reference_load", verbosity=2)
    told = capsys.readouterr().out
    assert "skills: 1,196 read, 1 written" in told or "skills:" in told
    assert Skill.objects.filter(slug="python").exists()
    assert Country.objects.filter(code="DE").exists()
