"""Puts our own way in before the admin."""

from django.contrib.admin.apps import AdminConfig


class NexusAdminConfig(AdminConfig):
    """The admin, whose site is `accounts.staff.site.Site`."""

    default_site = "accounts.staff.site.Site"
