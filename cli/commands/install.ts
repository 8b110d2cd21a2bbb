import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Context } from '../command.ts';
import { localOnly } from '../daemon/local-only.ts';
import { stopDaemon } from '../daemon/stop.ts';
import { UnreachableError } from '../failure.ts';
import { note, out, outJson } from '../print.ts';
import { startProgress } from '../progress.ts';
import { daemonProgram, serviceHere } from '../service/here.ts';
import { untilServing } from '../service/until-serving.ts';

/** `executor install`: the daemon as a service of the system, which survives logout and reboot. `--print` only shows its unit. */
export async function run({ entry, json, flags }: Context): Promise<undefined> {
  localOnly();
  const service = serviceHere();
  const program = daemonProgram(entry);
  if (flags.print) {
    if (!service) throw none(`there is no service for ${process.platform}`);
    return json ? outJson({ kind: service.kind, file: service.file, unit: service.unit(program) }) : out(service.unit(program).trimEnd());
  }
  const why = service ? await service.unavailable() : `there is no service for ${process.platform}`;
  if (!service || why) throw none(why ?? '');
  mkdirSync(dirname(program.log), { recursive: true, mode: 0o700 });
  // One daemon per data directory: the one in the background gives way to the service's. What waits is kept.
  await stopDaemon();
  const progress = startProgress('installing the service');
  try {
    const notes = await service.install(program);
    const { url } = await untilServing(program.log);
    if (json) outJson({ installed: true, kind: service.kind, file: service.file, url, notes });
    else {
      out(`installed: ${service.kind} ${service.file}`);
      out(`running:   ${url}`);
      for (const line of notes) note(line);
    }
  } finally {
    progress.end();
  }
}

const none = (why: string): UnreachableError => new UnreachableError(`${why}. Run the daemon without a service: executor daemon start`);
