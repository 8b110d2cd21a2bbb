import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The suites that count: the newest release, and the newest one that knows 2026-07-28. */
export const RELEASE = '0.1.16';
export const ALPHA = '0.2.0-alpha.12';

/** What came of a scenario; `untestable` when nothing failed but what the suite itself calls not testable. */
export type Verdict = 'passed' | 'failed' | 'untestable';

export interface Outcome {
  scenario: string;
  verdict: Verdict;
  /** The names of the checks that failed, with the reason. */
  failures: string[];
}

interface Check {
  id: string;
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  errorMessage?: string;
  details?: { untestable?: boolean };
}

/** The suite wants a newer Node.js than this project does. */
const NODE_MAJOR = 22;
const HOME = join(import.meta.dirname, '../../node_modules/.cache/executor-conformance');

/** A suite of a version, installed on demand beside the project's own packages, without running scripts. */
export function suite(version: string) {
  const directory = install(version, [`@modelcontextprotocol/conformance@${version}`]);
  const entry = join(directory, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
  return {
    /** Runs scenarios, all that there are for the revision unless one is named, and reads what came of each. */
    run: (mode: 'server' | 'client', args: string[]): Promise<Outcome[]> => run(entry, mode, args),

    /** The client scenarios there are, each with the revisions it belongs to. */
    clientScenarios(): { scenario: string; revisions: string[] }[] {
      const said = execFileSync(node(), [entry, 'list', '--client'], { encoding: 'utf8' });
      return [...said.matchAll(/^ +- (\S+) \[([^\]]*)\]/gm)].map(([, scenario, revisions]) => ({
        scenario: scenario!,
        revisions: revisions!.split(',').map(each => each.trim()),
      }));
    },
  };
}

async function run(entry: string, mode: 'server' | 'client', args: string[]): Promise<Outcome[]> {
  const results = mkdtempSync(join(tmpdir(), 'executor-conformance-'));
  try {
    const said = await new Promise<string>(resolve => {
      const options = { cwd: results, maxBuffer: 64 * 1024 * 1024 };
      execFile(node(), [entry, mode, ...args, '-o', results], options, (_, stdout, stderr) => resolve(stdout + stderr));
    });
    const outcomes = collect(results, mode);
    // A single scenario may be one that this suite or revision does not have.
    if (outcomes.length === 0 && !args.includes('--scenario')) throw new Error(`the suite gave no results: ${said.slice(-2000)}`);
    return outcomes;
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

/** `<mode>-<scenario>-<time>/checks.json`, and a folder level deeper for names with a slash. */
function collect(results: string, mode: string): Outcome[] {
  return readdirSync(results, { recursive: true })
    .map(String)
    .filter(path => path.endsWith('checks.json'))
    .map(path => {
      const folder = path.split(/[\\/]/).slice(0, -1).join('/');
      const scenario = folder.replace(new RegExp(`^${mode}-`), '').replace(/-\d{4}-\d{2}-\d{2}T[\d-]+Z?$/, '');
      return outcomeOf(scenario, JSON.parse(readFileSync(join(results, path), 'utf8')) as Check[]);
    })
    .sort((a, b) => (a.scenario < b.scenario ? -1 : 1));
}

function outcomeOf(scenario: string, checks: Check[]): Outcome {
  const failed = checks.filter(({ status }) => status === 'FAILURE');
  const real = failed.filter(({ details }) => !details?.untestable);
  const verdict = real.length > 0 ? 'failed' : failed.length > 0 ? 'untestable' : 'passed';
  return { scenario, verdict, failures: real.map(({ id, errorMessage }) => `${id}: ${errorMessage ?? ''}`) };
}

const isNew = Number(process.versions.node.split('.', 1)[0]) >= NODE_MAJOR;
const platform = process.platform === 'win32' ? 'win' : process.platform;
const nodePackage = `node-${platform}-${process.arch}`;

/** This Node.js when it is new enough, else one from npm. */
export function node(): string {
  if (isNew) return process.execPath;
  const directory = install(nodePackage, [`${nodePackage}@${NODE_MAJOR}`]);
  return join(directory, 'node_modules', nodePackage, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/** Installs packages into a folder of their own, once. */
export function install(name: string, packages: string[]): string {
  const { directory, isThere, npm, args, options, done } = installation(name, packages);
  if (isThere) return directory;
  execFileSync(npm, args, { ...options, stdio: ['ignore', 'ignore', 'inherit'] });
  done();
  return directory;
}

/**
 * Installs what suites need, side by side. False when the registry cannot be reached, which says nothing about us.
 * @throws Error for any other reason
 */
export async function installed(versions: readonly string[]): Promise<boolean> {
  const wanted = versions.map(version => installation(version, [`@modelcontextprotocol/conformance@${version}`]));
  if (!isNew) wanted.push(installation(nodePackage, [`${nodePackage}@${NODE_MAJOR}`]));
  const ends = await Promise.all(
    wanted.map(async ({ isThere, npm, args, options, done }) => {
      if (isThere) return undefined;
      const failure = await new Promise<string | undefined>(resolve => {
        execFile(npm, args, { ...options, timeout: UNREACHABLE_MS }, (error, _, stderr) => {
          resolve(error ? (error.killed ? 'ETIMEDOUT' : stderr || error.message) : undefined);
        });
      });
      if (failure === undefined) done();
      return failure;
    }),
  );
  const failures = ends.filter(end => end !== undefined);
  const other = failures.find(failure => !UNREACHABLE.test(failure));
  if (other !== undefined) throw new Error(`npm could not install what the survey needs: ${other}`);
  return failures.length === 0;
}

/** What npm calls it when nobody answers. */
const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EIDLETIMEOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|E50\d)\b/;
const UNREACHABLE_MS = 240_000;

function installation(name: string, packages: string[]) {
  const directory = join(HOME, name);
  const isThere = existsSync(join(directory, 'installed'));
  if (!isThere) {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'package.json'), '{"private":true}');
    console.error(`installing ${packages.join(' ')}`);
  }
  const retries = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];
  return {
    directory,
    isThere,
    npm: process.platform === 'win32' ? 'npm.cmd' : 'npm',
    args: ['install', '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...retries, ...packages],
    options: { cwd: directory, shell: process.platform === 'win32' },
    done: () => writeFileSync(join(directory, 'installed'), ''),
  };
}
