"""Mutations of companies."""

from typing import Any

import graphene

from accounts.errors import TooManyAttempts
from jobs.errors import (
    CompanyChangedMeanwhile,
    CompanyInactive,
    DomainNotProved,
    DomainRefused,
    DomainTaken,
    DomainUnreachable,
    TooManyCompanies,
)
from jobs.models import DomainMethod
from jobs.services import company_domain, company_profile, follow
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.viewer import Scope, Viewer
from schema.company.inputs import CompanyChanges, CompanyDetails, company_changes
from schema.company.types import Company, CompanyDomain
from schema.core import ids
from schema.core.inputs import plain_value
from schema.core.mutations import Mutation
from schema.core.types import enum_of

COMPANY = "input.companyId"


class CompanyCreate(Mutation):
    """Open a company, whose owner is whoever creates it. One person owns ten at most."""

    errors = (Forbidden, Invalid, TooManyCompanies)
    cost = 100
    is_idempotent = True

    class Input:
        name = graphene.String(
            required=True, description="Its trading name, 1 to 200 characters. Others may have the same."
        )
        details = graphene.InputField(CompanyDetails, description="What else it says of itself.")

    company = graphene.Field(Company, description="The company; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, name: str, details: dict[str, Any] | None = None) -> dict[str, Any]:
        changes = company_changes(details or {}, "details")
        return {"company": company_profile.create(by=viewer, name=name, details=changes)}


class CompanyUpdate(Mutation):
    """Change what a company says of itself. For its admins and owners, and platform admins."""

    errors = (NotFound, Forbidden, Invalid, CompanyChangedMeanwhile)
    cost = 100
    scope = Scope.COMPANY_WRITE

    class Input:
        id = graphene.ID(required=True, description="The company.")
        version = graphene.Int(
            description="The version that the changes were made from: refused where there is a newer one. Left out, "
            "the changes are made whatever others wrote meanwhile."
        )
        changes = graphene.InputField(CompanyChanges, required=True, description="What is to be changed.")

    company = graphene.Field(Company, description="The company as it is now; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, id: str, changes: dict[str, Any], version: int | None = None) -> dict[str, Any]:
        company = company_profile.update(
            by=viewer,
            company_id=ids.decode_as("Company", id, argument="input.id"),
            changes=company_changes(changes, "changes"),
            version=version,
        )
        return {"company": company}


class CompanyVerifyDomain(Mutation):
    """Prove that a domain is a company's own, in two steps. For the company's admins and owners.

    First ask, with a `method`: for DNS the answer has the record to make; for e-mail a link is mailed to an address at
    the domain, good for 24 hours. Then repeat it without a `method`, and with the link's `token` if there is one. The
    company is verified with its first domain, as long as the proof stays where it is: it is looked for once a week.
    """

    errors = (
        NotFound,
        Forbidden,
        Invalid,
        CompanyInactive,
        DomainRefused,
        DomainTaken,
        DomainNotProved,
        DomainUnreachable,
        TooManyAttempts,
    )
    cost = 100
    scope = Scope.COMPANY_WRITE
    is_idempotent = True

    class Input:
        company_id = graphene.ID(required=True, description="The company.")
        domain = graphene.String(
            required=True, description="The domain, as example.com. Not one at which everybody can have mail."
        )
        method = graphene.InputField(
            enum_of(DomainMethod), description="How it will be proved, to ask; left out, the proof is looked for."
        )
        email = graphene.String(description="Where the link is mailed to, an address at the domain; with EMAIL only.")
        token = graphene.String(description="The token of the mailed link.")

    domain = graphene.Field(CompanyDomain, description="The domain as it stands now; null when refused.")

    @classmethod
    def run(
        cls,
        viewer: Viewer,
        *,
        company_id: str,
        domain: str,
        method: Any = None,
        email: str | None = None,
        token: str | None = None,
    ) -> dict[str, Any]:
        key = ids.decode_as("Company", company_id, argument=COMPANY)
        if method is None:
            row = company_domain.confirm(by=viewer, company_id=key, domain=domain, token=token)
        else:
            row = company_domain.ask(by=viewer, company_id=key, domain=domain, method=plain_value(method), email=email)
        return {"domain": row}


class CompanyFollow(Mutation):
    """Follow a company, for oneself: the company is not told. To follow it again changes nothing."""

    errors = (NotFound, Forbidden)
    scope = Scope.PROFILE_WRITE

    class Input:
        company_id = graphene.ID(required=True, description="The company.")

    company = graphene.Field(Company, description="The company; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, company_id: str) -> dict[str, Any]:
        key = ids.decode_as("Company", company_id, argument=COMPANY)
        return {"company": follow.follow(by=viewer, company_id=key)}


class CompanyUnfollow(Mutation):
    """Follow a company no longer. Where it was not followed, nothing changes."""

    errors = (NotFound, Forbidden)
    scope = Scope.PROFILE_WRITE

    class Input:
        company_id = graphene.ID(required=True, description="The company.")

    company = graphene.Field(Company, description="The company; null when refused.")

    @classmethod
    def run(cls, viewer: Viewer, *, company_id: str) -> dict[str, Any]:
        key = ids.decode_as("Company", company_id, argument=COMPANY)
        return {"company": follow.unfollow(by=viewer, company_id=key)}
