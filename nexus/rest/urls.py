"""The endpoints of the REST mirror. `nexus.rest.answering` finds them here; Django does not serve them by itself."""

from django.urls import path

from nexus.rest.companies import Companies, OneCompany
from nexus.rest.jobs import Jobs, JobsOfCompany, OneJob
from nexus.rest.search import Search, Suggest
from nexus.rest.taxonomy import Categories, OneCategory, OnePlace, OneSkill, Places, Skills

urlpatterns = [
    path("api/v1/jobs", Jobs.as_view(), name="jobs"),
    path("api/v1/jobs/<str:key>", OneJob.as_view(), name="job"),
    path("api/v1/companies", Companies.as_view(), name="companies"),
    path("api/v1/companies/<str:key>", OneCompany.as_view(), name="company"),
    path("api/v1/companies/<str:key>/jobs", JobsOfCompany.as_view(), name="companyJobs"),
    path("api/v1/search", Search.as_view(), name="search"),
    path("api/v1/suggest", Suggest.as_view(), name="suggest"),
    path("api/v1/categories", Categories.as_view(), name="categories"),
    path("api/v1/categories/<str:key>", OneCategory.as_view(), name="category"),
    path("api/v1/skills", Skills.as_view(), name="skills"),
    path("api/v1/skills/<str:key>", OneSkill.as_view(), name="skill"),
    path("api/v1/places", Places.as_view(), name="places"),
    path("api/v1/places/<str:key>", OnePlace.as_view(), name="place"),
]
