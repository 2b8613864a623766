"""`uploadCreate`, `uploadComplete`, `resumeMakeDefault`, `resumeDelete` and what `viewer.resumes` says."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile

from accounts.models import User
from jobs.models import File, FilePurpose, MembershipRole
from jobs.services import file as service
from jobs.services import file_store
from kernel.viewer import Viewer
from schema.core import ids
from tests import hiring_board
from tests.door import send
from tests.factories import HiringTeamFactory, JobFactory, MembershipFactory, UserFactory
from tests.files import own_store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_store")]
__all__ = ["own_store"]

CREATE = """
    mutation ($input: UploadCreateInput!) {
        uploadCreate(input: $input) {
            file { id name state size } upload { url method headers { name value } expiresAt }
            userErrors { code field }
        }
    }
"""
COMPLETE = """
    mutation ($input: UploadCompleteInput!) {
        uploadComplete(input: $input) { file { id state mime link } userErrors { code field isRetryable } }
    }
"""
MAKE_DEFAULT = """
    mutation ($id: ID!) { resumeMakeDefault(input: {resumeId: $id}) { resume { isDefault } userErrors { code } } }
"""
DELETE = """
    mutation ($id: ID!) { resumeDelete(input: {resumeId: $id}) { resume { id file { id } } userErrors { code } } }
"""
RESUMES = "{ viewer { resumes { id isDefault createdAt file { id name state mime link } } } }"
FILE = "query ($id: ID!) { node(id: $id) { ... on File { name link } } }"


@pytest.fixture
def person() -> User:
    return UserFactory()


def create(by: User, **values: Any) -> Any:
    values = {"purpose": "RESUME", "name": "cv.txt", "size": 3} | values
    return send(CREATE, {"input": values}, by=by).data["uploadCreate"]


def complete(by: User, file_id: str, **more: Any) -> Any:
    return send(COMPLETE, {"input": {"fileId": file_id, **more}}, by=by).data["uploadComplete"]


def ready(by: User, purpose: str = "resume") -> File:
    file = service.create(by=Viewer(user_id=by.pk), purpose=purpose, name="cv.txt", size=3)
    file_store.put(file, ContentFile(b"Ada"))
    service.complete(by=Viewer(user_id=by.pk), file_id=file.pk)
    service.look_at(file.pk)
    file.refresh_from_db()
    return file


def test_a_resume_is_brought_and_kept(person: User) -> None:
    made = create(person)
    assert made["userErrors"] == []
    assert made["file"] | {"id": ""} == {"id": "", "name": "cv.txt", "state": "AWAITED", "size": 3}
    assert made["upload"]["method"] == "PUT"
    assert {"name": "Content-Length", "value": "3"} in made["upload"]["headers"]
    assert urlsplit(made["upload"]["url"]).path.startswith("/uploads/")
    file_id = made["file"]["id"]
    assert complete(person, file_id)["userErrors"] == [
        {"code": "FILE_NOT_READY", "field": ["input", "fileId"], "isRetryable": True}
    ]
    file_store.put(File.objects.get(), ContentFile(b"Ada"))
    done = complete(person, file_id, isDefault=True)
    assert done["file"] == {"id": file_id, "state": "WAITING", "mime": "text/plain", "link": None}
    service.look_at(File.objects.get().pk)
    (kept,) = send(RESUMES, by=person).data["viewer"]["resumes"]
    assert kept["isDefault"]
    assert kept["file"]["state"] == "READY"
    assert urlsplit(kept["file"]["link"]).path.startswith("/files/")


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"size": 0}, "FILE_REFUSED", "size"),
        ({"size": 10_000_001}, "FILE_REFUSED", "size"),
        ({"size": None}, "INVALID", "size"),
        ({"name": None}, "INVALID", "name"),
        ({"name": "/"}, "INVALID", "name"),
        ({"sha256": "x"}, "INVALID", "sha256"),
    ],
)
def test_what_cannot_be_brought_is_told(person: User, values: dict[str, Any], code: str, field: str) -> None:
    made = create(person, **values)
    assert made["userErrors"] == [{"code": code, "field": ["input", field]}]
    assert made["file"] is made["upload"] is None


def test_too_many_files_and_too_many_tries_are_refused(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_FILES", 0)
    assert create(person)["userErrors"][0]["code"] == "TOO_MANY_FILES"
    for _ in range(99):
        service.throttles.hit("upload", account=str(person.pk))
    assert create(person)["userErrors"][0]["code"] == "TOO_MANY_ATTEMPTS"


def test_the_same_key_makes_one_file(person: User) -> None:
    first, second = create(person, idempotencyKey="k"), create(person, idempotencyKey="k")
    assert first["file"] == second["file"]
    assert second["upload"]["url"]
    assert File.objects.count() == 1


def test_what_came_and_is_not_taken_is_told(person: User) -> None:
    made = create(person)
    file_store.put(File.objects.get(), ContentFile(b"MZ\x90"))
    assert complete(person, made["file"]["id"])["userErrors"][0]["code"] == "FILE_REFUSED"
    assert complete(UserFactory(), made["file"]["id"])["userErrors"][0]["code"] == "NOT_FOUND"


def test_the_default_can_be_another_and_a_resume_can_go(person: User) -> None:
    ready(person)
    ready(person)
    newest, first = send(RESUMES, by=person).data["viewer"]["resumes"]
    assert (newest["isDefault"], first["isDefault"]) == (False, True)
    assert send(MAKE_DEFAULT, {"id": newest["id"]}, by=person).data["resumeMakeDefault"]["resume"]["isDefault"]
    gone = send(DELETE, {"id": newest["id"]}, by=person).data["resumeDelete"]
    assert gone["resume"]["id"] == newest["id"]
    assert send(DELETE, {"id": newest["id"]}, by=person).data["resumeDelete"]["userErrors"] == [{"code": "NOT_FOUND"}]
    (left,) = send(RESUMES, by=person).data["viewer"]["resumes"]
    assert (left["id"], left["isDefault"]) == (first["id"], True)
    assert send(MAKE_DEFAULT, {"id": first["id"]}, by=UserFactory()).data["resumeMakeDefault"]["userErrors"] == [
        {"code": "NOT_FOUND"}
    ]


@pytest.mark.parametrize("how", ["resume", "answer"])
def test_with_an_application_those_see_a_file_who_may_read_all_of_it(person: User, how: str) -> None:
    file = ready(person, how)
    job = JobFactory()
    values: dict[str, Any] = {"resume": file} if how == FilePurpose.RESUME else {"answers": {"q": str(file.pk)}}
    hiring_board.application(job, person, **values)
    recruiter = MembershipFactory(company=job.company, role=MembershipRole.RECRUITER).user
    manager = MembershipFactory(company=job.company, role=MembershipRole.HIRING_MANAGER).user
    interviewer = MembershipFactory(company=job.company, role=MembershipRole.INTERVIEWER).user
    idle_manager = MembershipFactory(company=job.company, role=MembershipRole.HIRING_MANAGER).user
    HiringTeamFactory(job=job, user=manager)
    HiringTeamFactory(job=job, user=interviewer)
    elsewhere = MembershipFactory(role=MembershipRole.OWNER).user

    def sees(user: User) -> bool:
        node = send(FILE, {"id": ids.encode("File", file.pk)}, by=user).data["node"]
        return node is not None and node["link"] is not None

    assert [sees(user) for user in (person, recruiter, manager)] == [True, True, True]
    assert [sees(user) for user in (interviewer, idle_manager, elsewhere, UserFactory())] == [False] * 4
    assert [sees(UserFactory(platform_role=role)) for role in ("moderator", "admin")] == [False, False]
