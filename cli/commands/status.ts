import type { Context } from '../command.ts';
import { dataDirectory } from '../daemon/files.ts';
import { localOnly } from '../daemon/local-only.ts';
import { locate } from '../daemon/locate.ts';
import { noteVersion } from '../daemon/outdated.ts';
import { timeOf } from '../execution-table.ts';
import { EXIT } from '../exit-codes.ts';
import { out, outJson } from '../print.ts';
import { serviceHere } from '../service/here.ts';

/** `executor status`: the service, and the daemon however it was started. Exits 6 when none runs. */
export async function run({ json, version }: Context): Promise<number> {
  localOnly();
  const service = serviceHere();
  const state = (await service?.state()) ?? 'absent';
  const dataDir = dataDirectory();
  const daemon = await locate(dataDir);
  if (json) {
    const { pid, url, startedAt } = daemon ?? {};
    const about = { kind: service?.kind, file: service?.file, installed: state !== 'absent', running: state === 'running' };
    outJson({ service: about, running: daemon !== undefined, pid, url, version: daemon?.version, startedAt, dataDir });
  } else {
    out(`service: ${state === 'absent' ? 'not installed' : `${state} (${service!.kind} ${service!.file})`}`);
    out(
      `daemon:  ${daemon ? `${daemon.url} (pid ${daemon.pid}, version ${daemon.version}, since ${timeOf(daemon.startedAt)})` : 'not running'}`,
    );
    out(`data:    ${dataDir}`);
  }
  if (daemon) noteVersion(daemon.version, version);
  return daemon ? EXIT.ok : EXIT.unreachable;
}
