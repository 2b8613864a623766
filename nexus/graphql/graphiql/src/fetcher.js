/** The operation without a name that its document lacks: right after a change of tab, GraphiQL still sends the old one. */
function consistent({ operationName, ...operation }) {
  const isThere = operationName && new RegExp(`\\b${operationName}\\b`).test(operation.query);
  return isThere ? { ...operation, operationName } : operation;
}

/** A function that sends one operation to the endpoint and resolves to the GraphQL response. */
export function fetcherFor(endpoint) {
  return async (operation, { headers } = {}) => {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: {
        Accept: "application/graphql-response+json, application/json;q=0.9",
        "Content-Type": "application/json",
        ...headers,
      },
      body: JSON.stringify(consistent(operation)),
    });
    const body = await response.text();
    try {
      return JSON.parse(body);
    } catch {
      throw new Error(`The server answered ${response.status} ${response.statusText}, and not in JSON: ${body.slice(0, 500)}`);
    }
  };
}
