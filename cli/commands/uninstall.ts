import type { Context } from '../command.ts';
import { localOnly } from '../daemon/local-only.ts';
import { out, outJson } from '../print.ts';
import { serviceHere } from '../service/here.ts';

/** `executor uninstall`: stops and removes the service. What is stored stays. */
export async function run({ json }: Context): Promise<undefined> {
  localOnly();
  const service = serviceHere();
  const removed = (await service?.uninstall()) ?? false;
  if (json) outJson({ installed: false, removed });
  else out(removed ? `removed: ${service!.kind} ${service!.file}` : 'no service is installed');
}
