import type { Context } from '../command.ts';
import { dataDirectory } from '../daemon/files.ts';
import { localOnly } from '../daemon/local-only.ts';
import { stopDaemon } from '../daemon/stop.ts';
import { note, out, outJson } from '../print.ts';
import { serviceHere } from '../service/here.ts';

/** `executor daemon stop` */
export async function run({ json }: Context): Promise<undefined> {
  localOnly();
  const stopped = await stopDaemon();
  if (json) outJson({ running: false, stopped: stopped !== undefined });
  else out(stopped ? `stopped (pid ${stopped.pid})` : 'not running');
  const service = serviceHere();
  if (service?.serves(dataDirectory())) note(`It is a ${service.kind}, and is started again; to end that: executor uninstall`);
}
