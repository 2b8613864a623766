"""Public documents for machines that know nothing of us: postings as schema.org has them, and the sitemap."""
