"""graphene-django's own view, as its installation page shows it."""

from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from graphene_django.views import GraphQLView

from bench.peers.graphene.schema import schema

urlpatterns = [path("graphql", csrf_exempt(GraphQLView.as_view(schema=schema)))]
