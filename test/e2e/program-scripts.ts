/** Programs as models write them, what a person says to what they ask, and what must come of them. */
export interface Script {
  title: string;
  code: string;
  /** What the person says to each question in turn; the last counts for all that follow. Without any, nothing may be asked. */
  says?: readonly ('accept' | 'decline')[];
  result?: unknown;
  error?: { code: string; details?: Record<string, unknown> };
  /** How many writes must have arrived, by `METHOD path`. */
  writes?: Record<string, number>;
}

const o = `{ owner: 'me', repo: 'demo' }`;

export const scripts: readonly Script[] = [
  {
    title: 'pages through all issues',
    code: `
      const all = [];
      for (let page = 1; ; page++) {
        const issues = await tools.github.issues.listForRepo({ owner: 'me', repo: 'demo', per_page: 30, page });
        all.push(...issues);
        if (issues.length < 30) break;
      }
      return { count: all.length, last: all.at(-1).number };`,
    result: { count: 65, last: 65 },
  },
  {
    title: 'fans out over 50 repositories and sums up',
    code: `
      const repos = await tools.github.repos.listForOrg({ org: 'acme', per_page: 100 });
      const languages = await Promise.all(repos.map(repo => tools.github.repos.listLanguages({ owner: 'acme', repo: repo.name })));
      const bytes: Record<string, number> = {};
      for (const one of languages) for (const [name, count] of Object.entries(one)) bytes[name] = (bytes[name] ?? 0) + Number(count);
      return { repos: repos.length, languages: Object.keys(bytes).sort() };`,
    result: { repos: 50, languages: ['Go', 'TypeScript'] },
  },
  {
    title: 'fans out five at a time',
    code: `
      const queue = Array.from({ length: 23 }, (_, i) => 'repo' + i);
      const stars = {};
      const worker = async () => {
        for (let name; (name = queue.shift()); ) stars[name] = (await tools.github.repos.get({ owner: 'acme', repo: name })).stargazers_count;
      };
      await Promise.all([1, 2, 3, 4, 5].map(worker));
      return Object.keys(stars).length;`,
    result: 23,
  },
  {
    title: 'tries again on 429, waiting longer each time',
    code: `
      async function withRetry(fn, tries = 5) {
        for (let attempt = 0; ; attempt++) {
          try { return await fn(); } catch (e) {
            if (!(e instanceof ToolError) || e.status !== 429 || attempt >= tries) throw e;
            await sleep(2 ** attempt * 5);
          }
        }
      }
      const repo = await withRetry(() => tools.github.repos.get({ owner: 'me', repo: 'busy' }));
      return repo.full_name;`,
    result: 'me/busy',
  },
  {
    title: 'gives up on what stays broken, with the error',
    code: `
      let tries = 0;
      for (;;) {
        try { return await tools.github.repos.get({ owner: 'me', repo: 'broken' }); } catch (e) { if (++tries === 3) return { tries, code: e.code, status: e.status }; }
      }`,
    result: { tries: 3, code: 'upstream_http_error', status: 502 },
  },
  {
    title: 'groups and counts',
    code: `
      const issues = await tools.github.issues.listForRepo({ owner: 'me', repo: 'demo', per_page: 100 });
      const byUser = new Map();
      for (const { user } of issues) byUser.set(user.login, (byUser.get(user.login) ?? 0) + 1);
      return byUser;`,
    result: { user0: 17, user1: 16, user2: 16, user3: 16 },
  },
  {
    title: 'filters, sorts and maps',
    code: `
      const repos = await tools.github.repos.listForOrg({ org: 'acme', per_page: 50 });
      return repos.filter(r => !r.archived).sort((a, b) => b.stargazers_count - a.stargazers_count).slice(0, 3).map(({ name }) => name);`,
    result: ['repo19', 'repo49', 'repo8'],
  },
  {
    title: 'two approvals in a row, the second made of the first',
    code: `
      const issue = await tools.github.issues.create({ owner: 'me', repo: 'two', title: 'Tracking' });
      const comment = await tools.github.issues.createComment({ owner: 'me', repo: 'two', issue_number: issue.number, body: 'See #' + issue.number });
      return [issue.title, comment.body];`,
    says: ['accept'],
    result: ['Tracking', 'See #1'],
    writes: { 'POST /repos/me/two/issues': 1, 'POST /repos/me/two/issues/1/comments': 1 },
  },
  {
    title: 'allSettled with denials',
    code: `
      const results = await Promise.allSettled(['a', 'b', 'c'].map(title => tools.github.issues.create({ owner: 'me', repo: 'settled', title })));
      return results.map(r => r.status === 'fulfilled' ? r.value.title : r.reason.code);`,
    says: ['accept', 'decline', 'accept'],
    result: ['a', 'approval_denied', 'c'],
    writes: { 'POST /repos/me/settled/issues': 2 },
  },
  {
    title: 'Promise.all with a denial fails as a whole, and the rest is withdrawn',
    code: `await Promise.all(['a', 'b'].map(title => tools.github.issues.create({ owner: 'me', repo: 'whole', title })));`,
    says: ['decline'],
    error: { code: 'approval_denied', details: { line: 1 } },
    writes: { 'POST /repos/me/whole/issues': 0 },
  },
  {
    title: 'catches a denial and does something else',
    code: `
      try {
        await tools.github.repos.delete({ owner: 'me', repo: 'precious' });
        return 'deleted';
      } catch (e) {
        if (e.code !== 'approval_denied') throw e;
        const { full_name } = await tools.github.repos.get({ owner: 'me', repo: 'precious' });
        return 'kept ' + full_name;
      }`,
    says: ['decline'],
    result: 'kept me/precious',
    writes: { 'DELETE /repos/me/precious': 0 },
  },
  {
    title: 'reads while it asks',
    code: `
      const [created, zen, user] = await Promise.all([
        tools.github.issues.create({ owner: 'me', repo: 'mixed', title: 'x' }),
        tools.github.repos.get({ owner: 'me', repo: 'mixed' }),
        tools.github.users.getByUsername({ username: 'ada' }),
      ]);
      return [created.title, zen.full_name, user.followers];`,
    says: ['accept'],
    result: ['x', 'me/mixed', 3],
  },
  {
    title: 'a race between a read and a question',
    code: `return await Promise.race([tools.github.issues.create({ owner: 'me', repo: 'race', title: 'x' }), tools.github.repos.get({ owner: 'me', repo: 'race' })]);`,
    result: { name: 'race', full_name: 'me/race', stargazers_count: 4 },
    writes: { 'POST /repos/me/race/issues': 0 },
  },
  {
    title: 'Promise.any skips what fails',
    code: `return (await Promise.any(['missing', 'broken', 'good'].map(repo => tools.github.repos.get({ owner: 'me', repo })))).name;`,
    result: 'good',
  },
  {
    title: 'finds the tool first',
    code: `
      const { items } = await tools.$search('list issues of a repository', { source: 'github', limit: 20 });
      const path = items.find(tool => tool.path === 'github.issues.listForRepo').path;
      const { inputSchema } = await tools.$describe(path);
      const issues = await tools[path]({ owner: 'me', repo: 'demo', per_page: 2 });
      return [inputSchema.required.sort(), issues.length];`,
    result: [['owner', 'repo'], 2],
  },
  {
    title: 'a wrong name is told with a near one, and mended',
    code: `
      try { await tools.github.issues.listForRepository(${o}); } catch (e) {
        return [e.code, /listForRepo/.test(e.message + JSON.stringify(e.details))];
      }`,
    result: ['tool_not_found', true],
  },
  {
    title: 'wrong arguments are told with the path',
    code: `
      try { await tools.github.issues.listForRepo({ owner: 'me', repo: 'demo', perpage: 5 }); } catch (e) {
        return [e.code, e.message.includes('perpage')];
      }`,
    result: ['invalid_arguments', true],
  },
  { title: 'a bare arrow function', code: `async () => (await tools.github.repos.get(${o})).name`, result: 'demo' },
  {
    title: 'export default',
    code: `export default async function main({ tools }) { return (await tools.github.repos.get(${o})).full_name; }`,
    result: 'me/demo',
  },
  {
    title: 'a fenced block',
    code: '```ts\nconst { name }: { name: string } = await tools.github.repos.get(' + o + ');\nname\n```',
    result: 'demo',
  },
  {
    title: 'the last expression is the result',
    code: `const a = await tools.github.repos.get(${o});\n({ stars: a.stargazers_count })`,
    result: { stars: 4 },
  },
  {
    title: 'types, interfaces, generics and enums of TypeScript',
    code: `
      interface Repo { name: string; stargazers_count: number }
      type Named<T extends { name: string }> = Record<string, T>;
      const index: Named<Repo> = {};
      for (const repo of (await tools.github.repos.listForOrg({ org: 'acme', per_page: 3 })) as Repo[]) index[repo.name] = repo;
      const total = Object.values(index).reduce<number>((sum, { stargazers_count }) => sum + stargazers_count, 0);
      return { total, first: index['repo1']!.name satisfies string };`,
    result: { total: 111, first: 'repo1' },
  },
  {
    title: 'dates and chance are there',
    code: `
      const issues = await tools.github.issues.listForRepo({ owner: 'me', repo: 'demo', per_page: 100 });
      const since = new Date('2026-01-20').getTime();
      return [issues.filter(i => Date.parse(i.created_at) >= since).length, Math.random() < 1, typeof crypto.randomUUID()];`,
    result: [18, true, 'string'],
  },
  {
    title: 'a large answer is cut down inside',
    code: `const [release] = await tools.github.repos.listReleases(${o}); return { tag: release.tag_name, size: release.body.length };`,
    result: { tag: 'v2.0.0', size: 90_000 },
  },
  {
    title: 'commits become a changelog',
    code: `
      const commits = await tools.github.repos.listCommits(${o});
      const lines = commits.map(c => c.commit.message.split('\\n')[0]).map(m => m.match(/^(\\w+): (.*)$/)).filter(Boolean);
      return lines.map(([, kind, what]) => '- ' + what + ' (' + kind + ')').join('\\n');`,
    result: '- one (fix)\n- two (feat)',
  },
  {
    title: 'errors of its own keep their words and line',
    code: `const repos = await tools.github.repos.listForOrg({ org: 'acme' });\nif (repos.length < 100)\n  throw new Error('only ' + repos.length);`,
    error: { code: 'invalid_arguments', details: { line: 3 } },
  },
  {
    title: 'an error of a tool that nobody catches',
    code: `const user = await tools.github.users.getByUsername({ username: 'nobody' });\nreturn user;`,
    error: { code: 'upstream_http_error', details: { status: 404, line: 1 } },
  },
  {
    title: 'too many calls',
    code: `for (;;) tools.shop.books.get({ id: 'mmm' });`,
    error: { code: 'limit_exceeded', details: { limit: 'calls' } },
  },
  {
    title: 'the cheapest books that are in stock',
    code: `
      const { items } = await tools.shop.books.search({ limit: 10 });
      const cheap = items.filter(book => book.stock > 4).sort((a, b) => a.price - b.price);
      emit('Cheapest: ' + cheap[0].title);
      return cheap.slice(0, 2).map(({ id, price }) => ({ id, price }));`,
    result: [
      { id: 'goose', price: 12.9 },
      { id: 'mmm', price: 31 },
    ],
  },
  {
    title: 'orders within a budget, each approved',
    code: `
      let budget = 80;
      const placed = [];
      for (const id of ['ddia', 'mmm', 'sicp']) {
        const book = await tools.shop.books.get({ id });
        if (book.price > budget) continue;
        const order = await tools.shop.orders.create({ bookId: id, quantity: 1, customer: 'budget' });
        budget -= order.total;
        placed.push(order.bookId);
      }
      return { placed, budget };`,
    says: ['accept'],
    result: { placed: ['ddia', 'mmm'], budget: 6.5 },
  },
  {
    title: 'both sources in one program',
    code: `
      const [{ items }, repo] = await Promise.all([tools.shop.books.search({ q: 'programming' }), tools.github.repos.get({ owner: 'me', repo: 'reading' })]);
      const issue = await tools.github.issues.create({ owner: 'me', repo: repo.name, title: 'Read ' + items[0].title });
      return issue.title;`,
    says: ['accept'],
    result: 'Read The Practice of Programming',
    writes: { 'POST /repos/me/reading/issues': 1 },
  },
  {
    title: 'labels what has none, after a person has agreed once for each',
    code: `
      const issues = await tools.github.issues.listForRepo({ owner: 'me', repo: 'labels', per_page: 4 });
      const bare = issues.filter(i => i.labels.length === 0);
      const done = await Promise.all(bare.map(async ({ number }) => {
        const labels = await tools.github.issues.addLabels({ owner: 'me', repo: 'labels', issue_number: number, labels: ['triage'] });
        return [number, labels.map(l => l.name)];
      }));
      return Object.fromEntries(done);`,
    says: ['accept'],
    result: { 2: ['triage'], 3: ['triage'] },
  },
];
