import type { ConnectionContext } from '../machines/schema/connection.ts';
import { type Fault, FaultError, toFault } from '../machines/schema/fault.ts';
import type { SourceContext } from '../machines/schema/source.ts';
import type { Tool } from '../machines/schema/tool.ts';
import { accountRead } from './account-read.ts';
import type { Dispatch } from './dispatch.ts';
import type { Judgement } from './judgement.ts';
import type { Passthrough } from './kinds/mcp/passthrough.ts';
import { labelOf } from './oauth/label.ts';

/** What a look at an account came to; undefined when its source has nothing that could be asked at little cost. */
export type Checked = { identity?: string; fault?: Fault } | undefined;

/** Looking is a person's own act. */
const OWNER = { id: 'owner', name: 'owner' };

/** It is to answer within this time: somebody looks at it. */
const CHECK_MS = 20_000;

/**
 * Looks whether an account works, by a cheap read of its source: the one that says whose account it is, `{__typename}`, or an MCP server's
 * list of tools. What a rule blocks is not asked.
 */
export function createCheckAccount(parts: {
  sourceOf: (namespace: string) => SourceContext;
  reads: (namespace: string) => AsyncIterable<Tool>;
  judgement: Judgement;
  dispatch: Dispatch;
  passthrough: (namespace: string, connection: string) => Passthrough;
}) {
  const { sourceOf, reads, judgement, dispatch, passthrough } = parts;

  async function ask({ source, name }: ConnectionContext, signal: AbortSignal): Promise<Checked> {
    if (sourceOf(source).kind === 'mcp') {
      await passthrough(source, name).check({ signal });
      return {};
    }
    const found = await accountRead(allowed(source, name));
    if (!found) return undefined;
    const { tool, tellsWhose } = found;
    const request = dispatch.request(tool, {});
    const body = JSON.stringify({ query: '{ __typename }' });
    const sending = { id: 'check', input: {}, principal: OWNER.id, connection: name, signal };
    const reading = await dispatch.send(tool, tellsWhose ? request : { ...request, body }, sending);
    // What came of a credential that is refused stands in the connection already.
    if (reading.login) return { fault: { code: 'login_required', message: reading.login.message } };
    if (reading.error) return { fault: reading.error };
    const identity = tellsWhose ? labelOf(reading.data) : undefined;
    return identity === undefined ? {} : { identity };
  }

  async function* allowed(source: string, connection: string): AsyncIterable<Tool> {
    const facts = { connection, principal: OWNER, input: {} };
    for await (const tool of reads(source)) if (judgement.of(tool, facts).decision !== 'block') yield tool;
  }

  return async (context: ConnectionContext): Promise<Checked> => {
    try {
      return await ask(context, AbortSignal.timeout(CHECK_MS));
    } catch (error) {
      if (error instanceof FaultError) return { fault: toFault(error) };
      throw error;
    }
  };
}
export type CheckAccount = ReturnType<typeof createCheckAccount>;
