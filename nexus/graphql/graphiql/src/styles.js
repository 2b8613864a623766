// Each style sheet once. `graphiql/style.css` is not used: it holds a second copy of Monaco's.
import "@graphiql/react/font/roboto.css";
import "@graphiql/react/font/fira-code.css";
import "monaco-graphql/esm/monaco-editor.js";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./explorer.css";
