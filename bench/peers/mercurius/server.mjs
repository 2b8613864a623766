// Mercurius on Fastify, compiled by its JIT, with a loader of hand-written SQL for each relation.
import Fastify from "fastify";
import mercurius from "mercurius";
import pg from "pg";

import { schema } from "./schema.mjs";
import * as sql from "./sql.mjs";

// Timestamps stay text: a Date for each would only be turned into text again.
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => text);
const pool = new pg.Pool({ max: 8 });

// A named statement is prepared once per connection.
async function rows(name, values) {
  return (await pool.query({ name, text: sql[name], values })).rows;
}

// The rows of each key, in the order of the keys.
async function grouped(name, keys) {
  const groups = new Map(keys.map((key) => [key, []]));
  for (const row of await rows(name, [keys])) groups.get(row.owner).push(row);
  return keys.map((key) => groups.get(key));
}

const idsOf = (queries) => queries.map(({ obj }) => obj.id);

const resolvers = {
  Query: {
    jobs: (_, { first }) => rows("jobs", [first]),
    companies: (_, { first }) => rows("companies", [first]),
    job: async (_, { slug }) => (await rows("job", [slug.split("-").pop()]))[0] ?? null,
  },
};

const loaders = {
  Job: {
    async company(queries) {
      const keys = queries.map(({ obj }) => obj.company_id);
      const found = await rows("companiesById", [[...new Set(keys)]]);
      const byId = new Map(found.map((company) => [company.id, company]));
      return keys.map((key) => byId.get(key));
    },
    places: (queries) => grouped("places", idsOf(queries)),
    skills: (queries) => grouped("skills", idsOf(queries)),
    salary: async (queries) => (await grouped("salaries", idsOf(queries))).map(([pay]) => (pay ? payOf(pay) : null)),
  },
  Company: {
    async jobs(queries) {
      const found = await rows("jobsOfCompanies", [idsOf(queries), queries[0].params.first]);
      const groups = new Map(queries.map(({ obj }) => [obj.id, []]));
      for (const row of found) groups.get(row.company_id).push(row);
      return queries.map(({ obj }) => groups.get(obj.id));
    },
  },
};

function payOf({ period, min, max, currency, digits }) {
  const money = (minor) => (minor === null ? null : { amount: String(Number(minor) / 10 ** digits), currency });
  return { period, min: money(min), max: money(max) };
}

const app = Fastify();
app.register(mercurius, { schema, resolvers, loaders, jit: 1 });
await app.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
