// One statement for each list and each relation; the names are those by which the server asks for them.
const LIVE = `
  job.lifecycle = 'published' AND job.moderation IN ('clear', 'flagged') AND job.visibility = 'public'
  AND job.published_at <= now() AND job.expires_at > now() AND company.status = 'active'`;

const JOB = `
  job.id, job.title, job.public_id AS slug, job.published_at AS "publishedAt", job.workplace,
  job.employment_types AS "employmentTypes", job.seniority, job.company_id`;

const LIVE_JOBS = `SELECT ${JOB} FROM jobs_job job JOIN jobs_company company ON company.id = job.company_id WHERE ${LIVE}`;

export const jobs = `${LIVE_JOBS} ORDER BY job.published_at DESC, job.id DESC LIMIT $1`;

export const job = `${LIVE_JOBS} AND job.public_id = $1`;

export const companies = `
  SELECT id, name, slug FROM jobs_company WHERE status = 'active' ORDER BY name, id LIMIT $1`;

export const companiesById = `SELECT id, name, slug FROM jobs_company WHERE id = ANY($1::uuid[])`;

export const jobsOfCompanies = `
  SELECT page.* FROM unnest($1::uuid[]) WITH ORDINALITY AS owner (id, number)
  CROSS JOIN LATERAL (
    ${LIVE_JOBS} AND job.company_id = owner.id ORDER BY job.published_at DESC, job.id DESC LIMIT $2
  ) AS page
  ORDER BY owner.number, page."publishedAt" DESC, page.id DESC`;

export const places = `
  SELECT location.job_id AS owner, location.text, location.is_primary AS "isPrimary",
    CASE WHEN place.id IS NOT NULL THEN json_build_object(
      'name', place.name, 'country', json_build_object('code', country.code, 'name', country.name)
    ) END AS place
  FROM jobs_joblocation location
  LEFT JOIN jobs_place place ON place.id = location.place_id
  LEFT JOIN jobs_country country ON country.code = place.country_id
  WHERE location.job_id = ANY($1::uuid[])
  ORDER BY location.is_primary DESC, location.position`;

export const skills = `
  SELECT link.job_id AS owner, link.necessity, json_build_object('name', skill.name) AS skill
  FROM jobs_jobskill link JOIN jobs_skill skill ON skill.id = link.skill_id
  WHERE link.job_id = ANY($1::uuid[])
  ORDER BY link.necessity DESC, skill.name, link.id`;

export const salaries = `
  SELECT pay.job_id AS owner, pay.period, pay.min_minor AS min, pay.max_minor AS max, pay.currency_id AS currency,
    currency.digits
  FROM jobs_compensation pay JOIN jobs_currency currency ON currency.code = pay.currency_id
  WHERE pay.kind = 'base' AND pay.job_id = ANY($1::uuid[])`;
