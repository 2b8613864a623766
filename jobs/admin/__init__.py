"""Hiring, for those who run the platform. What has rules is written by services; what programs write is only shown."""

from jobs.admin import company, email_template, job, moderation, search, source, taxonomy

__all__ = ["company", "email_template", "job", "moderation", "search", "source", "taxonomy"]
