import { FaultError } from '../../machines/schema/fault.ts';
import type { PlannedWrite } from '../../machines/schema/program.ts';
import type { Blobs } from '../blobs.ts';
import { DEFAULT_CONNECTION } from '../call-facts.ts';
import type { Catalog } from '../catalog.ts';
import type { Dispatch } from '../dispatch.ts';
import type { Judgement } from '../judgement.ts';
import { isInSlice, type Principals } from '../principals.ts';
import type { AskedCall, AskedStep } from './answering.ts';

/**
 * Answers the calls of a program that is only tried out: reads are carried out where the rules let them run; of everything else nothing is
 * sent, and what the program gets is a sample of what the tool says it answers with. What it would have done is its plan.
 */
export function createSimulation(parts: {
  catalog: Catalog;
  judgement: Judgement;
  dispatch: Dispatch;
  principals: Principals;
  blobs: Blobs;
}) {
  const { catalog, judgement, dispatch, principals, blobs } = parts;

  /**
   * @returns undefined for a read that is to be carried out
   * @throws FaultError what the call itself would end with: invalid_arguments, tool_not_found, tool_blocked
   */
  return ({ program, principal, request }: AskedStep): AskedCall | undefined => {
    const { path, input, connection } = request as { path: string; input: Record<string, unknown>; connection?: string };
    const slice = principals.current(principal);
    if (!slice || !isInSlice(slice, path)) throw new FaultError('tool_not_found', `there is no tool ${path}`);
    const { tool } = catalog.find(path);
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      throw new FaultError('invalid_arguments', 'the input must be a JSON object');
    }
    catalog.validate(tool, input);
    const used = dispatch.standing(tool, connection).connection;
    const facts = { principal, connection: used ?? connection ?? DEFAULT_CONNECTION, input, program, client: principal.client };
    const { decision, rule } = judgement.of(tool, facts);
    if (decision === 'block') {
      throw new FaultError('tool_blocked', `${path} is blocked`, { details: { rule } });
    }
    if (tool.effect === 'read' && decision === 'allow') return undefined;
    const planned: PlannedWrite = {
      tool: path,
      input,
      effect: tool.effect,
      decision,
      definition: tool.hash,
      ...(connection !== undefined && { connection }),
    };
    const value = catalog.outputSample(path);
    return { end: value === undefined ? { ok: true } : { ok: true, value: blobs.keep(value) }, request: blobs.keep(planned) };
  };
}
export type Simulation = ReturnType<typeof createSimulation>;
