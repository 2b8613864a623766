import { RefreshDocument, type TypedDocumentString } from "./generated/graphql";

const ENDPOINT = new URLSearchParams(location.search).get("api") ?? "http://127.0.0.1:8000/graphql";
const KEPT = "nexus.refresh";

type Tokens = { token?: string | null; expiresAt?: string | null; refreshToken?: string | null };
type Refusal = { message: string; extensions?: { code?: string } };

// The access token lives in memory, for five minutes; the refresh token where the next visit finds it.
let access: { token: string; until: number } | null = null;

export const isSignedIn = () => localStorage.getItem(KEPT) !== null;

export function keep(tokens: Tokens | null): void {
  if (tokens?.token && tokens.refreshToken) {
    access = { token: tokens.token, until: Date.parse(tokens.expiresAt ?? "") - 15_000 };
    localStorage.setItem(KEPT, tokens.refreshToken);
  } else {
    access = null;
    localStorage.removeItem(KEPT);
  }
}

// A refresh token is good once: of several tabs one exchanges it, the others wait and take what it got.
function token(): Promise<string | null> {
  return navigator.locks.request(KEPT, async () => {
    if (access && Date.now() < access.until) return access.token;
    const refreshToken = localStorage.getItem(KEPT);
    if (refreshToken === null) return null;
    keep((await send(RefreshDocument, { refreshToken }, null)).tokenRefresh);
    return access?.token ?? null;
  });
}

async function send<R, V>(document: TypedDocumentString<R, V>, variables: V, bearer: string | null): Promise<R> {
  const response = await fetch(ENDPOINT, {
    method: "POST",
    headers: {
      Accept: "application/graphql-response+json",
      "Content-Type": "application/json",
      ...(bearer && { Authorization: `Bearer ${bearer}` }),
    },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const { data, errors }: { data?: R; errors?: Refusal[] } = await response.json();
  if (data) return data;
  throw new Error(errors?.[0]?.message ?? response.statusText, { cause: errors?.[0]?.extensions?.code });
}

/** Ask the board, as whoever is signed in. A token that is refused is exchanged for a new one, once. */
export async function ask<R, V>(document: TypedDocumentString<R, V>, variables: V): Promise<R> {
  const bearer = await token();
  try {
    return await send(document, variables, bearer);
  } catch (error) {
    if (!bearer || (error as Error).cause !== "UNAUTHENTICATED") throw error;
    if (access?.token === bearer) access = null;
    return send(document, variables, await token());
  }
}
