import { toFault } from '../../../machines/schema/fault.ts';
import type { Principal } from '../../../machines/schema/principal.ts';
import type { Dispatch } from '../../dispatch.ts';
import { type BuiltinParts, runBuiltin } from './run.ts';
import { BUILTIN } from './tools.ts';

/** The last hop of a built-in tool is the runtime itself. The way there is that of every call: judged, approved, recorded. */
export function withBuiltin(
  dispatch: Dispatch,
  parts: { runtime: () => BuiltinParts; principalOf: (id: string) => Principal; base: () => string },
): Dispatch {
  const target = {};
  return {
    ...dispatch,
    request: (tool, input, key) =>
      tool.source === BUILTIN
        ? { method: 'CALL', url: `${BUILTIN}:${String(tool.binding.builtin)}`, headers: {} }
        : dispatch.request(tool, input, key),
    target: tool => (tool.source === BUILTIN ? target : dispatch.target(tool)),
    standing: (tool, connection) => (tool.source === BUILTIN ? {} : dispatch.standing(tool, connection)),
    mayRepeat: tool => tool.source !== BUILTIN && dispatch.mayRepeat(tool),
    async send(tool, request, sending) {
      if (tool.source !== BUILTIN) return dispatch.send(tool, request, sending);
      try {
        const by = parts.principalOf(sending.principal);
        return { data: await runBuiltin(String(tool.binding.builtin), sending.input, { ...parts.runtime(), base: parts.base }, by) };
      } catch (error) {
        // It was answered: that it failed is its result, not a doubt about whether it happened.
        return { error: toFault(error) };
      }
    },
  };
}
