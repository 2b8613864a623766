import { ask, isSignedIn, keep } from "./api";
import * as documents from "./generated/graphql";

type Feed = NonNullable<NonNullable<documents.FeedQuery["viewer"]>["feed"]>;
type Shown = { node: documents.CardFragment } & Partial<Feed["edges"][number]>;
type Page = { said: string; edges: Shown[]; pageInfo: Feed["pageInfo"]; newSince?: Feed["newSince"] };

const $ = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const say = (text: string) => ($("said").textContent = text);
const count = ({ value, precision }: Feed["newSince"], what: string) =>
  `${value}${precision === "AT_LEAST" ? " or more" : ""} ${what}${value === 1 && precision === "EXACT" ? "" : "s"}`;

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
      const { done } = await ask(job.isSaved ? documents.UnsaveDocument : documents.SaveDocument, { job: job.id });
      if (done.userErrors[0]) throw new Error(done.userErrors[0].message);
      button.replaceWith(saveButton({ ...job, isSaved: !job.isSaved }));
    });
  return button;
}

let asked = 0;
/** Show the first page of something, and a button for each next one; of what was asked for meanwhile, only the last. */
async function list(read: (after?: string | null) => Promise<Page>, after?: string | null): Promise<void> {
  const mine = ++asked;
  const { said, edges, pageInfo, newSince } = await read(after);
  if (mine !== asked) return;
  if (!after) $("jobs").replaceChildren();
  $("jobs").append(...edges.map(card));
  $("new").hidden = !newSince?.value;
  $("next").hidden = !pageInfo.hasNextPage;
  $("next").onclick = () => trying(() => list(read, pageInfo.endCursor));
  say(after || edges.length ? said : "Nothing found.");
}

const search = () =>
  list(async (after) => {
    const { jobSearch } = await ask(documents.SearchDocument, { query: $<HTMLInputElement>("query").value, after });
    const instead = jobSearch.correction ? ` for “${jobSearch.correction.query}”` : "";
    return { ...jobSearch, said: count(jobSearch.totalCount, "job") + instead };
  });

const feed = (refresh = false) =>
  list(async (after) => {
    const found = (await ask(documents.FeedDocument, { after, refresh: refresh && !after })).viewer?.feed;
    if (!found) throw new Error("Sign in to see your feed.");
    return { ...found, said: found.newSince.value ? count(found.newSince, "new job") : "Jobs for you" };
  });

async function signIn(): Promise<void> {
  const { email, password } = Object.fromEntries(new FormData($<HTMLFormElement>("sign-in"))) as Record<string, string>;
  const { tokenCreate } = await ask(documents.SignInDocument, { email: email!, password: password! });
  if (tokenCreate.userErrors[0]) throw new Error(tokenCreate.userErrors[0].message);
  keep(tokenCreate);
  await home();
}

const signOut = () => ask(documents.SignOutDocument, {}).finally(() => keep(null)).then(home);

function offer(): void {
  $("sign-in").hidden = isSignedIn();
  $("feed").hidden = $("sign-out").hidden = !isSignedIn();
}

const home = () => (isSignedIn() ? feed() : search());
const trying = (act: () => Promise<void>) => act().catch((error: Error) => say(error.message)).finally(offer);
$("feed").onclick = () => trying(feed);
$("new").onclick = () => trying(() => feed(true));
$("sign-out").onclick = () => trying(signOut);
for (const [id, act] of [["search", search], ["sign-in", signIn]] as const) {
  $(id).onsubmit = (event) => (event.preventDefault(), void trying(act));
}
void trying(home);
