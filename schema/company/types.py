"""Types of companies and the people who act for them."""

import graphene

from jobs.models import Company as CompanyRow
from jobs.models import CompanyDomain as CompanyDomainRow
from jobs.models import CompanyKind, DomainMethod, SizeBand
from jobs.selectors import company as companies
from jobs.selectors import company_domain as domains
from jobs.selectors import follow as follows
from jobs.selectors import job as jobs
from jobs.selectors import membership as memberships
from schema.access.types import api_keys_of_company
from schema.application.stages import email_templates_of_company, stage_template_of_company
from schema.audit.events import events_of_company
from schema.audit.lists import audit_log_of_company
from schema.core.connections import connection_of
from schema.core.loading import Computed, Relation, many
from schema.core.scalars import HTML, URL
from schema.core.types import ModelType
from schema.core.visibility import SHOWN, Rule
from schema.export.types import exports_of_company
from schema.job.inside import own_jobs_of_company
from schema.job.lists import jobs_of
from schema.taxonomy.types import Industry, Place
from schema.team.lists import invitations_of_company, members_of_company

DOMAINS = Rule("domains", "For the company's admins and owners.", batch=memberships.domains_shown)


class CompanyDescription(graphene.ObjectType):
    """What a company says of itself."""

    html = HTML(required=True, description="Sanitised; safe to show.")
    text = graphene.String(required=True, description="Without mark-up.")


class DnsRecord(graphene.ObjectType):
    """A record that somebody makes in the DNS."""

    name = graphene.String(required=True, description="Where it stands: `_nexus.example.com`.")
    type = graphene.String(required=True, description="Its type: `TXT`.")
    value = graphene.String(required=True, description="What it says.")


class CompanyDomain(ModelType):
    """A domain that a company says is its own, and how it proves that."""

    class Meta:
        model = CompanyDomainRow
        columns = ("domain", "method", "email", "verified_at")
        choices = {"method": DomainMethod}
        batch = domains.by_id
        private_to = SHOWN

    record = graphene.Field(DnsRecord, description="The record that proves it and has to stay; null where a mail does.")

    resolve_record = Computed(domains.record_of)


class Company(ModelType):
    """An employer."""

    class Meta:
        model = CompanyRow
        columns = ("name", "slug", "kind", "aliases", "website", "size_band", "benefits", "verified_at", "version")
        choices = {"kind": CompanyKind, "size_band": SizeBand}
        batch = companies.by_id

    industry = graphene.Field(Industry, description="What it is in the business of, where known.")
    headquarters = graphene.Field(Place, description="Where it is led from, where known.")
    description = graphene.Field(CompanyDescription, description="What it says of itself; null where it says nothing.")
    jobs = jobs_of("company", jobs.of_companies, jobs.counts_of_companies, description="Its live jobs.")
    own_jobs = own_jobs_of_company()
    logo = URL(description="Its logo: WebP, at most 512 pixels a side. Another logo has another address.")
    is_followed = graphene.Boolean(required=True, description="Whether the person who asks follows it.")
    members = members_of_company
    invitations = invitations_of_company
    domains = many(
        CompanyDomain,
        batch=domains.of_companies,
        at_most=domains.MOST_DOMAINS,
        description="What it says are its domains, by name.",
        visible_to=DOMAINS,
    )
    api_keys = api_keys_of_company
    audit_log = audit_log_of_company
    events = events_of_company
    exports = exports_of_company
    stage_template = stage_template_of_company()
    email_templates = email_templates_of_company()

    resolve_description = Relation(companies.descriptions, "pk")
    resolve_logo = Computed(companies.logo_url)
    resolve_is_followed = Relation(follows.is_followed, "pk")


CompanyConnection = connection_of("Company", Company, "companies")
