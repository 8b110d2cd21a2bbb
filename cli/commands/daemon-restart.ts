import type { Context } from '../command.ts';
import { dataDirectory } from '../daemon/files.ts';
import { localOnly } from '../daemon/local-only.ts';
import { startDaemon } from '../daemon/start.ts';
import { stopDaemon } from '../daemon/stop.ts';
import { out, outJson } from '../print.ts';
import { daemonProgram, serviceHere } from '../service/here.ts';
import { untilServing } from '../service/until-serving.ts';

/** `executor daemon restart`: of the service, where that runs it. */
export async function run({ entry, json }: Context): Promise<undefined> {
  localOnly();
  const service = serviceHere();
  const own = service?.serves(dataDirectory()) && (await service.state()) === 'running' ? service : undefined;
  await stopDaemon();
  // Another one in the background would hold the directory that the service's daemon comes back for.
  await own?.start();
  const { pid, url, version, startedAt } = await (own ? untilServing(daemonProgram(entry).log) : startDaemon(entry));
  if (json) outJson({ running: true, pid, url, version, startedAt });
  else out(`started: ${url} (pid ${pid})`);
}
