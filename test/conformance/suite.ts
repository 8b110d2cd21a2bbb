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

/** This Node.js when it is new enough, else one from npm. */
export function node(): string {
  if (Number(process.versions.node.split('.', 1)[0]) >= NODE_MAJOR) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const directory = install(name, [`${name}@${NODE_MAJOR}`]);
  return join(directory, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/** Installs packages into a folder of their own, once. */
export function install(name: string, packages: string[]): string {
  const directory = join(HOME, name);
  if (existsSync(join(directory, 'installed'))) return directory;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{"private":true}');
  console.error(`installing ${packages.join(' ')}`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['install', '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...packages];
  execFileSync(npm, args, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
  writeFileSync(join(directory, 'installed'), '');
  return directory;
}
