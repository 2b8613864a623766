SELECT json_build_object('data', json_build_object('job', json_build_object(
    'id', job.id, 'title', job.title, 'slug', job.public_id, 'publishedAt', job.published_at,
    'workplace', job.workplace, 'employmentTypes', job.employment_types, 'seniority', job.seniority,
    'company', json_build_object('id', job.company_id, 'name', job.company_name, 'slug', job.company_slug),
    'places', (
      SELECT coalesce(json_agg(json_build_object(
        'text', location.text, 'isPrimary', location.is_primary,
        'place', CASE WHEN place.id IS NOT NULL THEN json_build_object(
          'name', place.name, 'country', json_build_object('code', country.code, 'name', country.name)
        ) END
      ) ORDER BY location.is_primary DESC, location.position), '[]')
      FROM jobs_joblocation location
      LEFT JOIN jobs_place place ON place.id = location.place_id
      LEFT JOIN jobs_country country ON country.code = place.country_id
      WHERE location.job_id = job.id
    ),
    'skills', (
      SELECT coalesce(json_agg(json_build_object(
        'necessity', link.necessity, 'skill', json_build_object('name', skill.name)
      ) ORDER BY link.necessity DESC, skill.name, link.id), '[]')
      FROM jobs_jobskill link JOIN jobs_skill skill ON skill.id = link.skill_id
      WHERE link.job_id = job.id
    ),
    'salary', (
      SELECT json_build_object(
        'period', pay.period,
        'min', CASE WHEN pay.min_minor IS NOT NULL THEN json_build_object(
          'amount', pay.min_minor / 10::numeric ^ currency.digits, 'currency', currency.code) END,
        'max', CASE WHEN pay.max_minor IS NOT NULL THEN json_build_object(
          'amount', pay.max_minor / 10::numeric ^ currency.digits, 'currency', currency.code) END
      )
      FROM jobs_compensation pay JOIN jobs_currency currency ON currency.code = pay.currency_id
      WHERE pay.job_id = job.id AND pay.kind = 'base'
    )
  )))::text
FROM (
  SELECT job.*, company.name AS company_name, company.slug AS company_slug
  FROM jobs_job job JOIN jobs_company company ON company.id = job.company_id
  WHERE job.lifecycle = 'published' AND job.moderation IN ('clear', 'flagged') AND job.visibility = 'public'
    AND job.published_at <= now() AND job.expires_at > now() AND company.status = 'active'
    AND job.public_id = %(slug)s
) AS job
