import { pathOf } from '../call-input.ts';
import type { Context } from '../command.ts';
import { connect } from '../connect.ts';
import { type Description, outHeading, outParameters } from '../describe.ts';
import { out, outJson, shown } from '../print.ts';

/** `executor tools describe <path>` */
export async function run({ entry, json, words }: Context): Promise<undefined> {
  const tool = await (await connect(entry)).ask<Description>({ path: `/api/tools/${encodeURIComponent(pathOf(words))}` });
  if (json) return outJson(tool);
  outHeading(tool);
  out('');
  outParameters(tool.inputSchema);
  out('');
  out(shown(tool.typescript));
}
