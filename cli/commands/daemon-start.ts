import type { Context } from '../command.ts';
import { localOnly } from '../daemon/local-only.ts';
import { locate } from '../daemon/locate.ts';
import { startDaemon } from '../daemon/start.ts';
import { out, outJson } from '../print.ts';

/** `executor daemon start` */
export async function run({ entry, json }: Context): Promise<undefined> {
  localOnly();
  const running = await locate();
  const { pid, url, version, startedAt } = running ?? (await startDaemon(entry));
  if (json) outJson({ running: true, pid, url, version, startedAt });
  else out(`${running ? 'already running' : 'started'}: ${url} (pid ${pid})`);
}
