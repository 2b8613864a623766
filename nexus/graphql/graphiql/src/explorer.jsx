import { createRoot } from "react-dom/client";

import "./styles.js";
import "./workers.js";

import { DOC_EXPLORER_PLUGIN } from "@graphiql/plugin-doc-explorer";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { GraphiQL } from "graphiql";

import { examplesPlugin } from "./examples.jsx";
import { fetcherFor } from "./fetcher.js";
import { isFirstVisit, storage } from "./storage.js";

const TABS_AT_FIRST = 3;

const { endpoint, examples } = JSON.parse(document.getElementById("explorer-data").textContent);
const firstVisit = isFirstVisit();
const plugins = [examplesPlugin(examples), HISTORY_PLUGIN];

createRoot(document.getElementById("explorer")).render(
  <GraphiQL
    fetcher={fetcherFor(endpoint)}
    storage={storage}
    plugins={plugins}
    referencePlugin={DOC_EXPLORER_PLUGIN}
    visiblePlugin={firstVisit && examples.length ? plugins[0] : undefined}
    defaultTabs={examples.length ? examples.slice(0, TABS_AT_FIRST) : undefined}
    // GraphiQL fills the query of the first default tab in by itself, but not its variables.
    initialVariables={firstVisit ? examples[0]?.variables : undefined}
    inputValueDeprecation
    schemaDescription
    shouldPersistHeaders={false}
    isHeadersEditorEnabled
  >
    <GraphiQL.Logo>
      <span className="nexus-logo">Nexus</span>
    </GraphiQL.Logo>
  </GraphiQL>,
);
