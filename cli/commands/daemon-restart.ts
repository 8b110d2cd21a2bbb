import type { Context } from '../command.ts';
import { localOnly } from '../daemon/local-only.ts';
import { startDaemon } from '../daemon/start.ts';
import { stopDaemon } from '../daemon/stop.ts';
import { out, outJson } from '../print.ts';

/** `executor daemon restart` */
export async function run({ entry, json }: Context): Promise<undefined> {
  localOnly();
  await stopDaemon();
  const { pid, url, version, startedAt } = await startDaemon(entry);
  if (json) outJson({ running: true, pid, url, version, startedAt });
  else out(`started: ${url} (pid ${pid})`);
}
