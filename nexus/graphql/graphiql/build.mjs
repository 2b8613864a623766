// Bundles the explorer into the folder named on the command line:
//
//     node build.mjs <folder>
//
// Every file name carries a hash of its content, so that each may be cached for ever. `manifest.json`
// names the files a page starts from and all the files there are.

import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = process.argv[2];
if (!folder) {
  console.error("usage: node build.mjs <folder>");
  process.exit(2);
}

const shared = {
  absWorkingDir: here,
  // GraphiQL takes Prettier's parsers from their old addresses, where a bundler finds scripts without named exports.
  alias: {
    "prettier/parser-babel": "prettier/plugins/babel",
    "prettier/parser-graphql": "prettier/plugins/graphql",
  },
  bundle: true,
  entryNames: "[name]-[hash]",
  legalComments: "linked",
  logLevel: "warning",
  metafile: true,
  minify: true,
  outdir: folder,
  target: "es2022",
};

// GraphiQL's fonts come as data: URLs inside its style sheets. As files, a browser loads only those
// whose characters are on the page.
const fontFiles = {
  name: "font-files",
  setup({ onResolve, onLoad }) {
    const fonts = [];
    onResolve({ filter: /^data:font\// }, ({ path }) => {
      const [, type, content] = path.match(/^data:font\/(\w+);base64,(.+)$/s);
      return { path: `${fonts.push(content) - 1}/font.${type}`, namespace: "font" };
    });
    onLoad({ filter: /.*/, namespace: "font" }, ({ path }) => ({
      contents: Buffer.from(fonts[Number.parseInt(path)], "base64"),
      loader: "file",
    }));
  },
};

/** The built file of each entry point, by the entry point's own path. */
function entryFiles({ metafile }) {
  const outputs = Object.entries(metafile.outputs).filter(([, output]) => output.entryPoint);
  return Object.fromEntries(outputs.map(([path, output]) => [output.entryPoint, basename(path)]));
}

// The workers of the editor are scripts of their own: a browser starts each from a URL.
const workers = {
  editor: "node_modules/monaco-editor/esm/vs/editor/editor.worker.js",
  graphql: "node_modules/monaco-graphql/esm/graphql.worker.js",
  json: "node_modules/monaco-editor/esm/vs/language/json/json.worker.js",
};
const workerFiles = entryFiles(await build({ ...shared, entryPoints: workers, format: "iife" }));

const page = await build({
  ...shared,
  assetNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  define: {
    "process.env.NODE_ENV": '"production"',
    WORKERS: JSON.stringify(Object.fromEntries(Object.entries(workers).map(([k, path]) => [k, workerFiles[path]]))),
  },
  entryPoints: { explorer: "src/explorer.jsx", icon: "src/icon.svg" },
  format: "esm",
  jsx: "automatic",
  loader: { ".svg": "copy", ".ttf": "file" },
  plugins: [fontFiles],
  splitting: true,
});
const outputs = Object.entries(page.metafile.outputs);
const [script, { cssBundle: style }] = outputs.find(([, output]) => output.entryPoint === "src/explorer.jsx");
const [icon] = outputs.find(([path]) => path.endsWith(".svg"));

// The style sheet of the page holds those of the scripts that are loaded later, too.
for (const [path] of outputs) {
  if (path.endsWith(".css") && path !== style) await rm(join(here, path));
}

// WhiteNoise hands out the `.gz` beside a file to whoever accepts it.
for (const name of await readdir(folder)) {
  if (/\.(js|css|svg|txt)$/.test(name)) {
    await writeFile(join(folder, `${name}.gz`), gzipSync(await readFile(join(folder, name)), { level: 9 }));
  }
}

const manifest = {
  script: basename(script),
  style: basename(style),
  icon: basename(icon),
  files: (await readdir(folder)).sort(),
};
await writeFile(join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
