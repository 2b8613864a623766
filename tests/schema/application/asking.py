"""Applying and reading applications, as clients do it."""

from typing import Any

from accounts.models import User
from schema.core import ids
from tests.door import Answer, send

SUBMIT = """
mutation Submit($input: ApplicationSubmitInput!) {
  applicationSubmit(input: $input) { application { id status } userErrors { code field message } }
}
"""
DRAFT = """
mutation Draft($input: ApplicationDraftInput!) {
  applicationDraft(input: $input) {
    applicationDraft { id version coverLetter answers { question { id } text isYes } }
    userErrors { code field }
  }
}
"""
WITHDRAW = """
mutation Withdraw($input: ApplicationWithdrawInput!) {
  applicationWithdraw(input: $input) {
    application { id status progress { kind status } availableActions }
    userErrors { code field message }
  }
}
"""
FORM = """
mutation Form($input: FormUpdateInput!) {
  formUpdate(input: $input) {
    job { apply { form { version } } form { version questions { id knockOut { isYes optionIds below above } } } }
    form { version }
    userErrors { code field message }
  }
}
"""
OWN = """
query Own($status: ApplicationStatus, $first: Int, $after: String) {
  viewer {
    applications(status: $status, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { id status submittedAt progress { at kind status } timeline { at kind status } availableActions }
    }
  }
}
"""


def job_id(job: Any) -> str:
    """The global id of a job."""
    return ids.encode("Job", job.pk)


def application_id(application: Any) -> str:
    """The global id of an application."""
    return ids.encode("Application", application.pk)


def told(document: str, by: User | None, **values: Any) -> Any:
    """The payload of a mutation."""
    (payload,) = send(document, {"input": values}, by=by).data.values()
    return payload


def own(by: User, **variables: Any) -> Any:
    """What somebody applied for."""
    return send(OWN, variables, by=by).data["viewer"]["applications"]


def shown(by: User | None, application: Any, fields: str) -> Answer:
    """Fields of an application, asked for by its id."""
    query = f"query($id: ID!) {{ node(id: $id) {{ ... on Application {{ {fields} }} }} }}"
    return send(query, {"id": application_id(application)}, by=by)
