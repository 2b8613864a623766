"""Postings from elsewhere: one small reader per format, one recogniser for all, one way into the tables."""
