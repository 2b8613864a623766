import { ask, isSignedIn, keep } from "./api";
import * as documents from "./generated/graphql";

type Said = { text: string }[];
type Shown = { node: documents.CardFragment; match?: { reasons: Said; gaps: Said } };
type Page = { edges: Shown[]; pageInfo: { hasNextPage: boolean; endCursor?: string | null } };

const $ = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const say = (text: string) => ($("said").textContent = text);

// Everything from the board is set as text, never as mark-up.
const element = (name: string, textContent: string, className = "") =>
  Object.assign(document.createElement(name), { textContent, className });

function card({ node, match }: Shown): HTMLElement {
  const item = element("li", "");
  const pay = node.salary?.max && `up to ${node.salary.max.amount} ${node.salary.currency}`;
  const facts = [node.company.name, ...node.places.map((at) => at.place?.name ?? at.text), pay];
  item.append(element("h2", node.title), element("p", facts.filter(Boolean).join(" · ")));
  for (const reason of match?.reasons ?? []) item.append(element("span", reason.text, "reason"));
  for (const gap of match?.gaps ?? []) item.append(element("span", gap.text, "gap"));
  if (isSignedIn()) item.append(saveButton(node));
  return item;
}

function saveButton(job: { id: string; isSaved: boolean }): HTMLElement {
  const button = element("button", job.isSaved ? "Saved" : "Save");
  button.onclick = () =>
    trying(async () => {
      const changed = { job: job.id };
      await (job.isSaved ? ask(documents.UnsaveDocument, changed) : ask(documents.SaveDocument, changed));
      button.replaceWith(saveButton({ ...job, isSaved: !job.isSaved }));
    });
  return button;
}

/** Show the first page of something, and a button for each next one. */
async function list(read: (after?: string | null) => Promise<Page>, after?: string | null): Promise<void> {
  const { edges, pageInfo } = await read(after);
  if (!after) $("jobs").replaceChildren();
  $("jobs").append(...edges.map(card));
  $("next").hidden = !pageInfo.hasNextPage;
  $("next").onclick = () => trying(() => list(read, pageInfo.endCursor));
  if (!after && edges.length === 0) say("Nothing found.");
}

const search = () =>
  list(async (after) => {
    const { jobSearch } = await ask(documents.SearchDocument, { query: $<HTMLInputElement>("query").value, after });
    const { value, precision } = jobSearch.totalCount;
    const instead = jobSearch.correction && `for “${jobSearch.correction.query}”`;
    say([value, precision === "AT_LEAST" && "or more", "jobs", instead].filter(Boolean).join(" "));
    return jobSearch;
  });

const feed = () =>
  list(async (after) => {
    const found = (await ask(documents.FeedDocument, { after })).viewer?.feed;
    if (!found) throw new Error("Sign in to see your feed.");
    say(found.newSince.value ? `${found.newSince.value} new jobs` : "Jobs for you");
    return found;
  });

async function signIn(): Promise<void> {
  const { email, password } = Object.fromEntries(new FormData($<HTMLFormElement>("sign-in"))) as Record<string, string>;
  const { tokenCreate } = await ask(documents.SignInDocument, { email: email!, password: password! });
  if (tokenCreate.userErrors[0]) throw new Error(tokenCreate.userErrors[0].message);
  keep(tokenCreate);
  await home();
}

async function signOut(): Promise<void> {
  await ask(documents.SignOutDocument, {}).finally(() => keep(null));
  await home();
}

function offer(): void {
  $("sign-in").hidden = isSignedIn();
  $("feed").hidden = $("sign-out").hidden = !isSignedIn();
}

const home = () => (isSignedIn() ? feed() : search());
const trying = (act: () => Promise<void>) => act().catch((error: Error) => say(error.message)).finally(offer);
$("feed").onclick = () => trying(feed);
$("sign-out").onclick = () => trying(signOut);
for (const [id, act] of [["search", search], ["sign-in", signIn]] as const) {
  $(id).onsubmit = (event) => (event.preventDefault(), void trying(act));
}
void trying(home);
