/* global WORKERS -- the built file of each worker, put in by build.mjs */

globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    return new Worker(new URL(WORKERS[label] ?? WORKERS.editor, import.meta.url));
  },
};
