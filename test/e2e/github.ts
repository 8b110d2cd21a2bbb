import { createReadStream, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { answerJson, type Ending, recordUpstream } from '../upstream-recorder.ts';

const FILE = fileURLToPath(new URL('../../node_modules/@octokit/openapi/generated/api.github.com.json', import.meta.url));
const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);

/** How many operations GitHub's description has, counted without any of our code. */
export function countOperations(): number {
  const { paths } = JSON.parse(readFileSync(FILE, 'utf8')) as { paths: Record<string, object> };
  return Object.values(paths).flatMap(item => Object.keys(item).filter(key => METHODS.has(key))).length;
}

/** A loopback server that gives GitHub's real description, stands in for its API, and records what reaches it. */
export async function openGithub(t: Ending) {
  const upstream = await recordUpstream(t, ({ method, path, text }, res) => {
    if (path === '/api.github.com.json') {
      res.writeHead(200, { 'content-type': 'application/json' });
      return createReadStream(FILE).pipe(res);
    }
    if (method === 'POST') return answerJson(res, 201, { number: upstream.count(`POST ${path}`), ...JSON.parse(text || '{}') });
    return answerJson(res, 200, [{ number: 1, title: 'The first issue' }]);
  });
  const spec = `${upstream.origin}/api.github.com.json`;
  return { ...upstream, spec, source: { url: spec, namespace: 'github', baseUrl: upstream.origin, allowPrivate: true } };
}
