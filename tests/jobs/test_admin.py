import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from jobs.models import Company, Job
from jobs.selectors.job import live
from kernel.errors import Forbidden
from tests.admin_client import admin_client
from tests.factories import CompanyFactory, JobFactory, MembershipFactory, PlaceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return UserFactory(platform_admin=True)


@pytest.fixture
def client(person):
    return admin_client(person)


def form_of(client, job, **changes):
    """What a browser would send after these changes."""
    form = client.get(reverse("admin:jobs_job_change", args=[job.pk])).context["adminform"].form
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {name: value for name, value in data.items() if value is not None} | changes
    for prefix in ("locations", "remote_eligibility", "compensations", "job_skills", "sources", "revisions"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data


def send(client, job, data):
    return client.post(reverse("admin:jobs_job_change", args=[job.pk]), data)


def act(client, action, *jobs, **extra):
    data = {"action": action, "_selected_action": [str(job.pk) for job in jobs], **extra}
    answer = client.post(reverse("admin:jobs_job_changelist"), data)
    assert answer.status_code == 302
    return sorted(str(message) for message in get_messages(answer.wsgi_request))


def test_edit_renders_the_description_and_leaves_a_revision(client, person):
    job = JobFactory(places=[PlaceFactory()])
    data = form_of(
        client, job, description_source="# New\n\n<script>", employment_types=["full_time"], seniority="lead"
    )
    assert send(client, job, data).status_code == 302
    job.refresh_from_db()
    assert job.description_html == "<h2>New</h2><p>&lt;script&gt;</p>"
    assert job.description_text == "New\n\n<script>"
    assert (job.employment_types, job.seniority) == (["full_time"], "lead")
    assert (job.version, job.current_revision) == (2, 1)
    assert job.revisions.get().actor_id == person.pk
    assert job.locations.count() == 1


def test_edit_from_a_stale_form_is_refused(client):
    job = JobFactory()
    stale = form_of(client, job, title="Mine")
    assert send(client, job, form_of(client, job, title="Theirs")).status_code == 302
    answer = send(client, job, stale)
    assert any("Somebody else" in str(message) for message in get_messages(answer.wsgi_request))
    job.refresh_from_db()
    assert (job.title, job.version) == ("Theirs", 2)


def test_description_that_cannot_be_rendered_is_a_fault_of_the_form(client):
    job = JobFactory()
    answer = send(client, job, form_of(client, job, description_source="x" * 100_001))
    assert "description_source" in answer.context["adminform"].form.errors
    job.refresh_from_db()
    assert job.version == 1


def test_rule_of_the_database_is_a_fault_of_the_form(client):
    job = JobFactory()
    answer = send(client, job, form_of(client, job, apply_kind="url"))
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors


@pytest.mark.parametrize(
    "field", ["lifecycle", "public_id", "version", "first_published_at", "description_html", "company"]
)
def test_what_services_and_the_database_write_is_not_taken(client, field):
    job = JobFactory()
    before = getattr(job, field)
    send(client, job, form_of(client, job, **{field: "draft"}))
    job.refresh_from_db()
    assert getattr(job, field) == (before + 1 if field == "version" else before)


def test_publish_tells_of_each(client):
    draft = JobFactory(draft=True, company__verified_at=timezone.now())
    published, closed = JobFactory(), JobFactory(closed=True)
    told = act(client, "publish", draft, published, closed)
    assert told == ["1 published.", "1 refused: This job is already published.", "1 refused: This job is closed."]
    assert Job.objects.filter(live(), pk=draft.pk).exists()


def test_close_without_a_reason_is_refused(client):
    job = JobFactory()
    assert 'name="reason"' in client.get(reverse("admin:jobs_job_changelist")).content.decode()
    (told,) = act(client, "close", job, reason="")
    assert told.startswith("1 refused: A job is closed as one of")


def test_close_takes_the_reason(client):
    job = JobFactory()
    assert act(client, "close", job, reason="moderation") == ["1 closed."]
    job.refresh_from_db()
    assert (job.lifecycle, job.close_reason) == ("closed", "moderation")


def test_action_on_too_many_is_refused(client, monkeypatch):
    monkeypatch.setattr("accounts.staff.table.MOST_AT_ONCE", 1)
    drafts = [JobFactory(draft=True), JobFactory(draft=True)]
    assert act(client, "publish", *drafts) == ["At most 1 jobs at once."]
    assert Job.objects.filter(lifecycle="draft").count() == 2


def test_description_of_a_company_is_rendered(client):
    data = {
        "name": "Ada & Co",
        "slug": "ada-co",
        "kind": "employer",
        "status": "active",
        "description_source": "We *care*.",
    }
    assert client.post(reverse("admin:jobs_company_add"), data).status_code == 302
    company = Company.objects.get(slug="ada-co")
    assert (company.description_html, company.description_text) == ("<p>We <em>care</em>.</p>", "We care.")


def test_slug_of_a_company_stays(client):
    company = CompanyFactory(slug="first")
    data = {"name": "Renamed", "slug": "second", "kind": "employer"}
    data |= {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert client.post(reverse("admin:jobs_company_change", args=[company.pk]), data).status_code == 302
    company.refresh_from_db()
    assert (company.name, company.slug) == ("Renamed", "first")


def pick(client, model, action, *rows):
    """Choose an action of the list of companies or memberships; what the page says."""
    url = reverse(f"admin:jobs_{model}_changelist")
    client.get(url)  # shows what was said before
    answer = client.post(url, {"action": action, "_selected_action": [str(row.pk) for row in rows]})
    return sorted(str(message) for message in get_messages(answer.wsgi_request))


def test_a_suspended_company_is_off_the_board_until_it_is_restored(client, person):
    job = JobFactory()
    company = job.company
    assert pick(client, "company", "suspend", company) == ["1 suspended."]
    assert not Job.objects.filter(live(), pk=job.pk).exists()
    entry = AuditEntry.objects.get(act="company.suspend")
    assert (entry.actor_id, entry.company_id) == (person.pk, company.pk)
    assert (entry.before, entry.after) == ({"status": "active"}, {"status": "suspended"})
    assert pick(client, "company", "suspend", company) == ["1 refused: This company is suspended, not active."]
    assert pick(client, "company", "restore", company) == ["1 restored."]
    assert Job.objects.filter(live(), pk=job.pk).exists()


def test_a_change_of_a_company_is_written_down(client, person):
    company = CompanyFactory(website="https://old.example")
    data = {"name": company.name, "kind": "employer", "website": "https://new.example"}
    data |= {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert client.post(reverse("admin:jobs_company_change", args=[company.pk]), data).status_code == 302
    assert Company.objects.get(pk=company.pk).version == company.version + 1
    entry = AuditEntry.objects.get(act="admin.company.update")
    assert (entry.actor_id, entry.company_id, entry.target_id) == (person.pk, company.pk, str(company.pk))
    assert (entry.before, entry.after) == ({"website": "https://old.example"}, {"website": "https://new.example"})


def test_what_the_database_refuses_leaves_no_entry(client, monkeypatch):
    company = CompanyFactory(website="https://old.example")

    def refuse(*_args, **_options):
        raise Forbidden

    monkeypatch.setattr("accounts.staff.acting.audit.record", refuse)
    data = {"name": "Renamed", "kind": "employer"}
    data |= {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    client.post(reverse("admin:jobs_company_change", args=[company.pk]), data)
    company.refresh_from_db()
    assert company.name != "Renamed", "the change and its entry stand or fall together"


def test_publishing_and_closing_are_written_down(client, person):
    job = JobFactory(draft=True, company__verified_at=timezone.now())
    act(client, "publish", job)
    entry = AuditEntry.objects.get(act="admin.job.published")
    assert (entry.actor_id, entry.target_id) == (person.pk, str(job.pk))


def test_a_member_gets_another_role_and_the_last_owner_stays(client, person):
    owner = MembershipFactory(role="owner")
    member = MembershipFactory(company=owner.company, role="recruiter")
    url = reverse("admin:jobs_membership_change", args=[member.pk])
    assert client.post(url, {"role": "admin"}).status_code == 302
    member.refresh_from_db()
    assert member.role == "admin"
    assert AuditEntry.objects.filter(act="member.change", actor_id=person.pk).exists()
    assert pick(client, "membership", "suspend", member) == ["1 suspended."]
    client.post(reverse("admin:jobs_membership_delete", args=[owner.pk]), {"post": "yes"})
    owner.refresh_from_db()
    assert owner.role == "owner"
