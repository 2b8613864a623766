import { pick, useGraphiQL, useGraphiQLActions } from "@graphiql/react";

function ExamplesIcon(props) {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" height="1em" {...props}>
      <rect x="3" y="4" width="18" height="16" rx="2" />
      <path d="M7 9l3 3-3 3M13 15h4" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

function Examples({ examples }) {
  const { addTab, changeTab } = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor } = useGraphiQL(pick("tabs", "queryEditor", "variableEditor"));

  function open(example) {
    const existing = tabs.findIndex((tab) => tab.query === example.query);
    if (existing >= 0) {
      changeTab(existing);
      return;
    }
    addTab();
    queryEditor.setValue(example.query);
    variableEditor.setValue(example.variables ?? "");
  }

  return (
    <section aria-label="Examples" className="nexus-examples">
      <h2>Examples</h2>
      <ul>
        {examples.map((example) => (
          <li key={example.name}>
            <button type="button" className="graphiql-un-styled" disabled={!queryEditor} onClick={() => open(example)}>
              <strong>{example.title}</strong>
              <span>{example.description}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A pane of the sidebar that lists the examples and opens each in a tab of its own. */
export function examplesPlugin(examples) {
  return { title: "Examples", icon: ExamplesIcon, content: () => <Examples examples={examples} /> };
}
