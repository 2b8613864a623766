"""Strawberry's own view, as its Django page shows it."""

from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from strawberry.django.views import GraphQLView

from bench.peers.strawberry.schema import schema

urlpatterns = [path("graphql", csrf_exempt(GraphQLView.as_view(schema=schema)))]
