import type { Answer, CallContext, Interaction } from '../machines/schema/call.ts';
import type { ResumeInput } from '../machines/schema/execution.ts';
import { FaultError } from '../machines/schema/fault.ts';
import type { Tool } from '../machines/schema/tool.ts';
import { bindingOf } from './binding.ts';
import type { Blobs } from './blobs.ts';
import type { Catalog } from './catalog.ts';
import { checkDepth } from './depth.ts';
import type { Dispatch } from './dispatch.ts';
import { checkForm } from './forms.ts';

type Input = Record<string, unknown>;
type Content = Partial<Pick<Answer, 'content' | 'result' | 'input' | 'binding'>>;

/** What comes with an answer: a form's fields, edited arguments, what a person says the upstream answered. Checked before anything changes. */
export function createAnswerContent(parts: { catalog: Catalog; dispatch: Dispatch; blobs: Blobs }) {
  const { catalog, dispatch, blobs } = parts;

  const bound = (tool: Tool, input: Input, connection: string | undefined): string =>
    bindingOf(tool, dispatch.request(tool, input), input, dispatch.standing(tool, connection).connection);

  /** Whether the call is still the one a person was shown: the same definition, account and place. */
  function isAsShown({ binding }: Interaction, tool: Tool, { input, connection }: CallContext): boolean {
    try {
      return binding === bound(tool, blobs.value(input) as Input, connection);
    } catch {
      // What was asked for cannot even be said of the tool there is now.
      return false;
    }
  }

  function edited(given: unknown, context: CallContext, interaction: Interaction): Content {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      throw new FaultError('invalid_arguments', 'content.input must be a JSON object');
    }
    checkDepth(given);
    const { tool } = catalog.of(context);
    const input = given as Input;
    catalog.validate(tool, input);
    // Without a binding of its own, an edit is asked about again: it began with something else than there is now.
    return { input: blobs.keep(input), ...(isAsShown(interaction, tool, context) && { binding: bound(tool, input, context.connection) }) };
  }

  /** @throws FaultError invalid_arguments, tool_not_found */
  return ({ action, content: given }: ResumeInput, context: CallContext, interaction: Interaction): Content => {
    if (interaction.kind === 'form') {
      if (action !== 'accept') return {};
      checkForm(interaction, given);
      return given ? { content: blobs.keep(given) } : {};
    }
    if (action === 'happened') return { result: blobs.keep(given?.result ?? null) };
    return action === 'accept' && given?.input !== undefined ? edited(given.input, context, interaction) : {};
  };
}
