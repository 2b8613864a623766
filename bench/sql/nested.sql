SELECT json_build_object('data', json_build_object('companies', json_agg(json_build_object(
  'id', company.id, 'name', company.name,
  'jobs', (
    SELECT coalesce(json_agg(json_build_object(
      'id', job.id, 'title', job.title, 'publishedAt', job.published_at,
      'skills', (
        SELECT coalesce(json_agg(json_build_object(
          'necessity', link.necessity, 'skill', json_build_object('name', skill.name)
        ) ORDER BY link.necessity DESC, skill.name, link.id), '[]')
        FROM jobs_jobskill link JOIN jobs_skill skill ON skill.id = link.skill_id
        WHERE link.job_id = job.id
      )
    ) ORDER BY job.published_at DESC, job.id DESC), '[]')
    FROM (
      SELECT job.id, job.title, job.published_at FROM jobs_job job
      WHERE job.company_id = company.id AND job.lifecycle = 'published' AND job.moderation IN ('clear', 'flagged')
        AND job.visibility = 'public' AND job.published_at <= now() AND job.expires_at > now()
      ORDER BY job.published_at DESC, job.id DESC LIMIT 10
    ) AS job
  )
) ORDER BY company.name, company.id)))::text
FROM (
  SELECT id, name FROM jobs_company WHERE status = 'active' ORDER BY name, id LIMIT 50
) AS company
