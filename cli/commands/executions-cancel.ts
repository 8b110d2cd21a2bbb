import type { ExecutionView } from '../../machines/schema/execution.ts';
import type { Context } from '../command.ts';
import { connect } from '../connect.ts';
import { paintState } from '../execution-table.ts';
import { out, outJson } from '../print.ts';
import { executionPath } from '../settle.ts';

/** `executor executions cancel <id>` */
export async function run({ entry, json, words }: Context): Promise<undefined> {
  const daemon = await connect(entry);
  const view = await daemon.ask<ExecutionView>({ method: 'POST', path: `${executionPath(words[0]!)}/cancel`, body: {} });
  if (json) outJson(view);
  else out(`${view.id} is ${paintState(view.state)}`);
}
