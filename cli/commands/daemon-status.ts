import type { Context } from '../command.ts';
import { dataDirectory } from '../daemon/files.ts';
import { locate } from '../daemon/locate.ts';
import { noteVersion } from '../daemon/outdated.ts';
import { timeOf } from '../execution-table.ts';
import { EXIT } from '../exit-codes.ts';
import { request } from '../http.ts';
import { out, outJson } from '../print.ts';

/** `executor daemon status`; with `EXECUTOR_URL`, of that daemon. */
export async function run({ json, version }: Context): Promise<number> {
  const named = process.env.EXECUTOR_URL;
  return named ? statusOf(named, json) : statusHere(json, version);
}

async function statusHere(json: boolean, own: string): Promise<number> {
  const dataDir = dataDirectory();
  const running = await locate(dataDir);
  if (json) {
    const { pid, url, version, startedAt } = running ?? {};
    outJson({ running: running !== undefined, pid, url, version, startedAt, dataDir });
  } else if (running) {
    out(`running: ${running.url} (pid ${running.pid}, version ${running.version}, since ${timeOf(running.startedAt)})`);
    out(`data:    ${dataDir}`);
  } else {
    out(`not running (data: ${dataDir})`);
  }
  if (running) noteVersion(running.version, own);
  return running ? EXIT.ok : EXIT.unreachable;
}

async function statusOf(url: string, json: boolean): Promise<number> {
  const { body } = await request(url, { path: '/healthz', idleMs: 5_000 });
  const { pid, version } = (body ?? {}) as { pid?: number; version?: string };
  if (json) outJson({ running: true, pid, url, version });
  else out(`running: ${url} (version ${version ?? 'unknown'})`);
  return EXIT.ok;
}
