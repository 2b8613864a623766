"""Hiring: companies and their teams, postings, and what they are described with."""
