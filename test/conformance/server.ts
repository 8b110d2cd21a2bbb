import { daemonWithReference } from './daemon.ts';
import { ALPHA, type Outcome, RELEASE, suite, type Verdict } from './suite.ts';
import { printed, settle, type Table } from './table.ts';

/**
 * The server scenarios of the official conformance suite, against a reference server of ours directly, and against the same server added
 * as a source, through `/mcp/<namespace>`; and those that need no tools of their own against `/mcp`. `--write` puts the tables into
 * `test/README.md`; without it, a result that differs from them fails the run. `--only <scenario>` shows why one fails.
 */
const LEGS = [
  { version: RELEASE, revision: '2025-06-18' },
  { version: RELEASE, revision: '2025-11-25' },
  { version: ALPHA, revision: '2025-11-25' },
  { version: ALPHA, revision: '2026-07-28' },
] as const;

/** What asks for nothing but the protocol: no tool, resource or prompt that only a test server has. */
const OWN = new Set([
  'server-initialize',
  'server-session-lifecycle',
  'server-stateless',
  'server-sse-multiple-streams',
  'ping',
  'tools-list',
  'resources-list',
  'prompts-list',
  'dns-rebinding-protection',
  'sep-2164-resource-not-found',
  'caching',
  'http-header-validation',
  'input-required-result-unsupported-methods',
]);

/** The scenarios of the Tasks extension, which no revision's suite has. */
const TASKS = [
  'tasks-lifecycle',
  'tasks-capability-negotiation',
  'tasks-wire-fields',
  'tasks-request-state-removal',
  'tasks-mrtr-input',
  'tasks-request-headers',
  'tasks-dispatch-and-envelope',
  'tasks-required-task-error',
  'tasks-mrtr-composition',
];

const MARK: Record<Verdict, string> = { passed: '✓', failed: '✗', untestable: '–' };
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;

const daemon = await daemonWithReference();
/** The newer suite gives up on a scenario after 30 s, which a busy machine may need. */
const patient = (version: string) => (version === ALPHA ? ['--timeout', '120000'] : []);
const runOne = (scenario: string) => suite(ALPHA).run('server', ['--url', daemon.tasks, '--scenario', scenario, ...patient(ALPHA)]);
const run = (version: string, revision: string, url: string) =>
  suite(version).run('server', [
    '--url',
    url,
    '--spec-version',
    revision,
    ...patient(version),
    ...(only ? ['--scenario', only] : ['--suite', 'all']),
  ]);

const columns = LEGS.map(({ version, revision }) => `${version}, ${revision}`);
const transparency = new Map<string, string[]>();
const own = new Map<string, string[]>();
const tasks: string[][] = [];
const put = (table: Map<string, string[]>, scenario: string, column: number, cell: string) => {
  const cells = table.get(scenario) ?? columns.map(() => '');
  cells[column] = cell;
  table.set(scenario, cells);
};
const explain = (where: string, { scenario, failures }: Outcome) => {
  for (const failure of failures) console.error(`${where}: ${scenario}: ${failure}`);
};

try {
  for (const [column, { version, revision }] of LEGS.entries()) {
    const place = daemon.places[revision.startsWith('2025') ? '2025' : '2026'];
    const direct = await run(version, revision, place.direct);
    const through = new Map((await run(version, revision, place.through)).map(outcome => [outcome.scenario, outcome]));
    for (const outcome of direct) {
      const ours = through.get(outcome.scenario);
      put(transparency, outcome.scenario, column, `${MARK[outcome.verdict]} ${ours ? MARK[ours.verdict] : '?'}`);
      explain(`${columns[column]}, direct`, outcome);
      if (ours) explain(`${columns[column]}, through us`, ours);
    }
    for (const outcome of await run(version, revision, daemon.own)) {
      if (!OWN.has(outcome.scenario)) continue;
      put(own, outcome.scenario, column, MARK[outcome.verdict]);
      explain(`${columns[column]}, /mcp`, outcome);
    }
  }
  for (const scenario of TASKS.filter(name => only === undefined || name === only)) {
    for (const outcome of await runOne(scenario)) {
      tasks.push([outcome.scenario, MARK[outcome.verdict]]);
      explain('tasks', outcome);
    }
  }
} finally {
  await daemon.close();
}

const rows = (table: Map<string, string[]>) =>
  [...table].map(([scenario, cells]) => [scenario, ...cells]).sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
const tables: Table[] = [
  { name: 'conformance: transparency', columns, rows: rows(transparency) },
  { name: 'conformance: /mcp', columns, rows: rows(own) },
  { name: 'conformance: tasks', columns: [`${ALPHA}, 2026-07-28`], rows: tasks.sort((a, b) => (a[0]! < b[0]! ? -1 : 1)) },
];
for (const table of tables) console.log(`\n${table.name}\n${printed(table)}`);
if (!only) {
  const differences = tables.flatMap(table => settle(table, { write: process.argv.includes('--write') }));
  for (const difference of differences) console.error(difference);
  process.exitCode = differences.length > 0 ? 1 : 0;
}
