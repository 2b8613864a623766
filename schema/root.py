"""The roots: a list of fields, no logic."""

import graphene
from graphql import specified_directives

from schema.account import mutations as account_mutations
from schema.account import queries as account_queries
from schema.company import queries as company_queries
from schema.core import nodes as node_queries
from schema.core.caching import apply_public, public
from schema.core.costs import COST, LIST_SIZE, apply_costs
from schema.core.inputs import apply_one_of
from schema.core.scalars import apply_specifications
from schema.job import mutations as job_mutations
from schema.job import queries as job_queries
from schema.taxonomy import queries as taxonomy_queries
from schema.usage import queries as usage_queries


class Query(graphene.ObjectType):
    """What can be read."""

    node = node_queries.node
    nodes = node_queries.nodes
    viewer = account_queries.viewer
    job = public(job_queries.job)
    jobs = public(job_queries.job_list)
    company = public(company_queries.company)
    companies = public(company_queries.company_list)
    categories = public(taxonomy_queries.categories)
    skills = public(taxonomy_queries.skills)
    occupations = public(taxonomy_queries.occupations)
    places = public(taxonomy_queries.places)
    rate_limit = usage_queries.rate_limit
    cost_of = usage_queries.cost_of


class Mutation(graphene.ObjectType):
    """What can be done."""

    token_create = account_mutations.TokenCreate.field()
    job_duplicate_dismiss = job_mutations.JobDuplicateDismiss.field()


schema = graphene.Schema(query=Query, mutation=Mutation, directives=[*specified_directives, COST, LIST_SIZE])
apply_one_of(schema.graphql_schema)
apply_public(schema.graphql_schema, Query)
apply_specifications(schema.graphql_schema)
apply_costs(schema.graphql_schema)
