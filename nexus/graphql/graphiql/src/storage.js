// What GraphiQL keeps between visits. Request headers hold a person's token and are never kept;
// GraphiQL leaves them out of its tabs by itself, but writes them into its history.

const HISTORIES = ["graphiql:queries", "graphiql:favorites"];

function withoutHeaders(value) {
  return JSON.stringify(JSON.parse(value, (key, held) => (key === "headers" ? undefined : held)));
}

/** Whether this browser has no tabs of an earlier visit. */
export function isFirstVisit() {
  return localStorage.getItem("graphiql:tabState") === null;
}

export const storage = {
  getItem: (name) => localStorage.getItem(name),
  setItem: (name, value) => localStorage.setItem(name, HISTORIES.includes(name) ? withoutHeaders(value) : value),
  removeItem: (name) => localStorage.removeItem(name),
  clear: () => localStorage.clear(),
  get length() {
    return localStorage.length;
  },
};
