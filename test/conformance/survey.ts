import type { daemonWithReference } from './daemon.ts';
import { ALPHA, type Outcome, RELEASE, suite, type Verdict } from './suite.ts';
import type { Table } from './table.ts';

type Daemon = Awaited<ReturnType<typeof daemonWithReference>>;

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

/** The scenarios of the Tasks extension, which no revision's suite has; the longest first. */
const TASKS = [
  'tasks-mrtr-input',
  'tasks-lifecycle',
  'tasks-dispatch-and-envelope',
  'tasks-wire-fields',
  'tasks-mrtr-composition',
  'tasks-request-state-removal',
  'tasks-required-task-error',
  'tasks-capability-negotiation',
  'tasks-request-headers',
];

const MARK: Record<Verdict, string> = { passed: '✓', failed: '✗', untestable: '–' };

/** One run of a suite against one address. */
interface Job {
  /** The table and the column that its results belong to, and where in a cell of two. */
  table: 'transparency' | '/mcp' | 'tasks';
  column: number;
  place: number;
  version: string;
  revision?: string;
  url: string;
  /** Of the extension only one scenario can be asked for at a time. */
  scenario?: string;
}

export interface Asked {
  /** One scenario. */
  only?: string | undefined;
  /** Only these versions of the suite; the columns of others stay empty. */
  versions?: readonly string[];
}

/** A survey's tables, and why each scenario failed that did. */
export interface Survey {
  tables: Table[];
  failures: string[];
}

/**
 * The server scenarios of the official suite: against the reference directly, against the same server added as a source, through
 * `/mcp/<namespace>`, and, those that need no tools of their own, against `/mcp`. What is asked of different servers is asked at the same
 * time. The suite's own clocks are short for a busy machine: what did not pass is asked once more when all else is done, alone.
 */
export async function survey(daemon: Daemon, { only, versions = [RELEASE, ALPHA] }: Asked = {}): Promise<Survey> {
  const legs = LEGS.flatMap(({ version, revision }, column): Job[] => {
    if (!versions.includes(version)) return [];
    const { direct, through } = daemon.places[revision.startsWith('2025') ? '2025' : '2026'];
    const leg = { column, version, revision };
    return [
      { ...leg, table: 'transparency', place: 0, url: direct },
      { ...leg, table: 'transparency', place: 1, url: through },
      { ...leg, table: '/mcp', place: 0, url: daemon.own },
    ];
  });
  const tasks = TASKS.filter(name => only === undefined || name === only).map(
    (scenario): Job => ({ table: 'tasks', column: 0, place: 0, version: ALPHA, url: daemon.tasks, scenario }),
  );
  const isThrough = ({ table, place }: Job) => table === 'transparency' && place === 1;
  const lanes = [
    legs.filter(isThrough),
    legs.filter(job => !isThrough(job)),
    tasks.filter((_, n) => n % 2 === 0),
    tasks.filter((_, n) => n % 2 === 1),
  ];
  const found: Found[] = [];
  await Promise.all(
    lanes.map(async lane => {
      for (const job of lane) found.push(...(await asked(job, only)));
    }),
  );
  for (const one of found.filter(({ outcome }) => outcome.verdict !== 'passed')) {
    const [again] = await asked(one.job, one.outcome.scenario);
    if (again) one.outcome = again.outcome;
  }
  return { tables: tablesOf(found), failures: found.flatMap(explained) };
}

interface Found {
  job: Job;
  outcome: Outcome;
}

async function asked(job: Job, only: string | undefined): Promise<Found[]> {
  const { version, revision, url, scenario = only } = job;
  const outcomes = await suite(version).run('server', [
    '--url',
    url,
    ...(revision === undefined ? [] : ['--spec-version', revision]),
    // The newer suite gives up on a scenario after 30 s.
    ...(version === ALPHA ? ['--timeout', '120000'] : []),
    ...(scenario === undefined ? ['--suite', 'all'] : ['--scenario', scenario]),
  ]);
  return outcomes.filter(outcome => job.table !== '/mcp' || OWN.has(outcome.scenario)).map(outcome => ({ job, outcome }));
}

const columns = LEGS.map(({ version, revision }) => `${version}, ${revision}`);

function tablesOf(found: Found[]): Table[] {
  return [
    { name: 'conformance: transparency', columns, rows: rowsOf(found, 'transparency') },
    { name: 'conformance: /mcp', columns, rows: rowsOf(found, '/mcp') },
    { name: 'conformance: tasks', columns: [`${ALPHA}, 2026-07-28`], rows: rowsOf(found, 'tasks') },
  ];
}

/** By scenario, in each cell the marks by place; where one is missing that another place has, a question mark. */
function rowsOf(found: Found[], table: Job['table']): string[][] {
  const own = found.filter(({ job }) => job.table === table);
  const width = table === 'tasks' ? 1 : columns.length;
  const places = table === 'transparency' ? [0, 1] : [0];
  const scenarios = [...new Set(own.map(({ outcome }) => outcome.scenario))].sort();
  return scenarios.map(scenario => {
    const cells = Array.from({ length: width }, (_, column) => {
      const marks = places.map(place => {
        const one = own.find(({ job, outcome }) => job.column === column && job.place === place && outcome.scenario === scenario);
        return one ? MARK[one.outcome.verdict] : '?';
      });
      return marks.every(mark => mark === '?') ? '' : marks.join(' ');
    });
    return [scenario, ...cells];
  });
}

function explained({ job: { table, place, column }, outcome: { scenario, failures } }: Found): string[] {
  const where = table === 'transparency' ? `${columns[column]}, ${place === 0 ? 'direct' : 'through us'}` : table;
  return failures.map(failure => `${where}: ${scenario}: ${failure}`);
}
