import type { ExecutionView } from '../../machines/schema/execution.ts';
import type { Asking } from './asking.ts';

const PREVIEW_BYTES = 16 * 1024;

/** Above this, something is shown as a preview: the whole would flood a model's context (CONTRACT, sections 7 and 8). */
export const SHOWN_BYTES = 64 * 1024;

/** What stands for a result that is too large: its beginning, its size, and how to get the rest. Never a silent cut. */
export interface Preview {
  truncated: true;
  bytes: number;
  preview: string;
  more: string;
}

/** Whether a view's result is only its beginning. */
export function isPreview(result: unknown): result is Preview {
  if (typeof result !== 'object' || result === null) return false;
  const { truncated, bytes, preview } = result as Partial<Preview>;
  return truncated === true && typeof bytes === 'number' && bytes > SHOWN_BYTES && typeof preview === 'string';
}

/** A view for a model: where the runtime shows only a preview of the result, a longer one that says how a model gets on. */
export async function readable(view: ExecutionView, { runtime, principal, baseUrl }: Asking): Promise<ExecutionView> {
  if (!isPreview(view.result)) return view;
  const { bytes } = view.result;
  const whole = await runtime.executions.result(view.id, principal);
  const result: Preview = {
    truncated: true,
    bytes,
    preview: beginning(whole, PREVIEW_BYTES),
    more: `The result has ${bytes} bytes; "preview" is the beginning of its JSON. For the rest ${
      view.kind === 'program'
        ? 'return less from a program that only reads'
        : 'call the tool again with a narrower input (its page, limit, filter or field arguments) if it only reads'
    }, or fetch all of it from ${baseUrl}/api/executions/${view.id}/result (bearer token; a Range header gives parts).`,
  };
  return { ...view, result };
}

/** The first bytes of a UTF-8 text, never ending within a character. */
function beginning(text: Uint8Array, bytes: number): string {
  let end = Math.min(bytes, text.length);
  while (end > 0 && end < text.length && (text[end]! & 0xc0) === 0x80) end--;
  return new TextDecoder().decode(text.subarray(0, end));
}
