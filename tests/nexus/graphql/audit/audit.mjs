// Runs every audit of GraphQL over HTTP against an endpoint and prints one JSON line for each:
//
//     node audit.mjs http://127.0.0.1:8000/graphql
//
// {"id", "level": "MUST" | "SHOULD" | "MAY", "name", "ok", "reason"}

import { createRequire } from "node:module";

const packages = createRequire(new URL("../../../../nexus/graphql/graphiql/package.json", import.meta.url));
const { serverAudits } = packages("graphql-http");

/** What an audit found. One that could not end, because nothing answers or what answers is no JSON, has failed. */
async function outcome(audit) {
  try {
    const { status, reason } = await audit.fn();
    return { ok: status === "ok", reason: reason ?? null };
  } catch (error) {
    return { ok: false, reason: `could not end: ${error.message} ${error.cause ?? ""}`.trim() };
  }
}

for (const audit of serverAudits({ url: process.argv[2] })) {
  const { id, name } = audit;
  console.log(JSON.stringify({ id, level: name.split(" ")[0], name, ...(await outcome(audit)) }));
}
