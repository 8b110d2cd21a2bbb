import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Arrived, answerJson, type Ending, recordUpstream } from '../upstream-recorder.ts';

const FILE = fileURLToPath(new URL('../../node_modules/@octokit/openapi/generated/api.github.com.json', import.meta.url));
const LANGUAGES = ['Go', 'Rust', 'TypeScript'];
export const REPOSITORIES = 50;
const ISSUES = 65;

/** GitHub's real description, and behind it enough of an API for programs to have something to do: pages, limits, failures. */
export async function openGithubApi(t: Ending) {
  const refusals = new Map<string, number>();
  const upstream = await recordUpstream(t, (request, res) => {
    const { method, path } = request;
    if (path === '/api.github.com.json') {
      res.writeHead(200, { 'content-type': 'application/json' });
      return createReadStream(FILE).pipe(res);
    }
    const [status, body] = method === 'GET' ? read(request, refusals) : write(request, upstream.count(`${method} ${path}`));
    return answerJson(res, status, body);
  });
  return {
    ...upstream,
    source: { url: `${upstream.origin}/api.github.com.json`, namespace: 'github', baseUrl: upstream.origin, allowPrivate: true },
  };
}

const page = <T>(all: T[], query: URLSearchParams): T[] => {
  const size = Number(query.get('per_page') ?? 30);
  const from = (Number(query.get('page') ?? 1) - 1) * size;
  return all.slice(from, from + size);
};

const repositories = Array.from({ length: REPOSITORIES }, (_, i) => ({
  name: `repo${i}`,
  stargazers_count: (i * 37) % 101,
  archived: i % 10 === 0,
}));
const issuesOf = (repo: string) =>
  Array.from({ length: ISSUES }, (_, i) => ({
    number: i + 1,
    title: `${repo} issue ${i + 1}`,
    labels: i % 3 === 0 ? [{ name: 'bug' }] : [],
    comments: i % 7,
    user: { login: `user${i % 4}` },
    created_at: new Date(Date.UTC(2026, 0, 1 + (i % 28))).toISOString(),
  }));

function read({ path, query }: Arrived, refusals: Map<string, number>): [number, unknown] {
  const [, top, owner = '', repo = '', what = ''] = path.split('/');
  if (top === 'orgs') return [200, page(repositories, query)];
  if (top === 'search') return [200, { total_count: 2, items: repositories.slice(0, 2) }];
  if (top === 'users') return owner === 'nobody' ? [404, { message: 'Not Found' }] : [200, { login: owner, followers: owner.length }];
  if (top !== 'repos') return [404, { message: 'Not Found' }];
  if (repo === 'busy') {
    const refused = (refusals.get(path) ?? 0) + 1;
    refusals.set(path, refused);
    if (refused <= 2) return [429, { message: 'API rate limit exceeded' }];
  }
  if (repo === 'missing') return [404, { message: 'Not Found' }];
  if (repo === 'broken') return [502, { message: 'Bad gateway' }];
  if (what === 'issues') return [200, page(issuesOf(repo), query)];
  if (what === 'languages') return [200, { [LANGUAGES[repo.length % 3]!]: 1000 + repo.length }];
  if (what === 'contributors')
    return [
      200,
      [
        { login: 'ada', contributions: 7 },
        { login: 'bob', contributions: 3 },
      ],
    ];
  if (what === 'pulls') return [200, repo === 'repo3' ? [] : [{ number: 9, draft: repo === 'repo1', title: 'Add x' }]];
  if (what === 'releases') return [200, [{ tag_name: 'v2.0.0', body: 'x'.repeat(90_000) }]];
  if (what === 'commits')
    return [
      200,
      [
        { sha: 'a'.repeat(40), commit: { message: 'fix: one\n\nmore' } },
        { sha: 'b'.repeat(40), commit: { message: 'feat: two' } },
      ],
    ];
  return [200, { name: repo, full_name: `${owner}/${repo}`, stargazers_count: repo.length }];
}

function write({ text, path }: Arrived, count: number): [number, unknown] {
  const sent = text === '' ? {} : (JSON.parse(text) as object);
  if (path.endsWith('/labels')) return [200, (sent as { labels: string[] }).labels.map(name => ({ name }))];
  return [201, { number: count, ...sent }];
}
