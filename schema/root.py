"""The roots: a list of fields, no logic."""

import graphene

from schema.account import mutations as account_mutations
from schema.account import queries as account_queries
from schema.company import queries as company_queries
from schema.core import nodes as node_queries
from schema.core.inputs import apply_one_of
from schema.core.scalars import apply_specifications
from schema.job import mutations as job_mutations
from schema.job import queries as job_queries
from schema.taxonomy import queries as taxonomy_queries


class Query(graphene.ObjectType):
    """What can be read."""

    node = node_queries.node
    nodes = node_queries.nodes
    viewer = account_queries.viewer
    job = job_queries.job
    jobs = job_queries.job_list
    company = company_queries.company
    companies = company_queries.company_list
    categories = taxonomy_queries.categories
    skills = taxonomy_queries.skills
    occupations = taxonomy_queries.occupations
    places = taxonomy_queries.places


class Mutation(graphene.ObjectType):
    """What can be done."""

    token_create = account_mutations.TokenCreate.field()
    job_duplicate_dismiss = job_mutations.JobDuplicateDismiss.field()


schema = graphene.Schema(query=Query, mutation=Mutation)
apply_one_of(schema.graphql_schema)
apply_specifications(schema.graphql_schema)
