-- What PostGraphile's documentation calls custom queries and computed columns: the board's rule of what is live.
CREATE OR REPLACE FUNCTION live_jobs() RETURNS SETOF jobs_job LANGUAGE sql STABLE AS $$
  SELECT job.* FROM jobs_job job JOIN jobs_company company ON company.id = job.company_id
  WHERE job.lifecycle = 'published' AND job.moderation IN ('clear', 'flagged') AND job.visibility = 'public'
    AND job.published_at <= now() AND job.expires_at > now() AND company.status = 'active'
  ORDER BY job.published_at DESC, job.id DESC
$$;

CREATE OR REPLACE FUNCTION jobs_company_live_jobs(company jobs_company) RETURNS SETOF jobs_job LANGUAGE sql STABLE AS $$
  SELECT job.* FROM jobs_job job
  WHERE job.company_id = company.id AND job.lifecycle = 'published' AND job.moderation IN ('clear', 'flagged')
    AND job.visibility = 'public' AND job.published_at <= now() AND job.expires_at > now()
    AND company.status = 'active'
  ORDER BY job.published_at DESC, job.id DESC
$$;

CREATE OR REPLACE FUNCTION active_companies() RETURNS SETOF jobs_company LANGUAGE sql STABLE AS $$
  SELECT company.* FROM jobs_company company WHERE company.status = 'active' ORDER BY company.name, company.id
$$;
