import type { GetPromptResult, Prompt, ReadResourceResult, Resource, ResourceTemplateType } from '@modelcontextprotocol/server';
import { image, PNG, text } from './content.ts';

export const RESOURCES: Resource[] = [
  { uri: 'test://static-text', name: 'static-text', description: 'A text', mimeType: 'text/plain' },
  { uri: 'test://static-binary', name: 'static-binary', description: 'An image', mimeType: 'image/png' },
  { uri: 'test://watched-resource', name: 'watched-resource', description: 'A text that changes', mimeType: 'text/plain' },
];

export const TEMPLATES: ResourceTemplateType[] = [
  { uriTemplate: 'test://template/{id}/data', name: 'template', description: 'Data by id', mimeType: 'application/json' },
];

/** The contents of a resource, or undefined when there is none. */
export function readResource(uri: string): ReadResourceResult | undefined {
  if (uri === 'test://static-text') {
    return { contents: [{ uri, mimeType: 'text/plain', text: 'This is the content of the static text resource.' }] };
  }
  if (uri === 'test://static-binary') return { contents: [{ uri, mimeType: 'image/png', blob: PNG }] };
  if (uri === 'test://watched-resource') return { contents: [{ uri, mimeType: 'text/plain', text: 'Watched resource content' }] };
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  if (id === undefined) return undefined;
  const data = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
  return { contents: [{ uri, mimeType: 'application/json', text: data }] };
}

const argument = (name: string) => ({ name, description: `The ${name}`, required: true });

export const PROMPTS: Prompt[] = [
  { name: 'test_simple_prompt', description: 'A prompt without arguments' },
  { name: 'test_prompt_with_arguments', description: 'A prompt with arguments', arguments: [argument('arg1'), argument('arg2')] },
  { name: 'test_prompt_with_embedded_resource', description: 'A prompt with a resource', arguments: [argument('resourceUri')] },
  { name: 'test_prompt_with_image', description: 'A prompt with an image' },
];

/** The prompt that asks before it answers; 2026-07-28 only. */
export const ASKING_PROMPT: Prompt = { name: 'test_input_required_result_prompt', description: 'A prompt that asks first' };

type Content = GetPromptResult['messages'][number]['content'];
const messages = (...contents: Content[]): GetPromptResult => ({ messages: contents.map(content => ({ role: 'user', content })) });

/** A prompt with its arguments filled in, or undefined when there is none. */
export function getPrompt(name: string, args: Record<string, string> = {}): GetPromptResult | undefined {
  switch (name) {
    case 'test_simple_prompt':
      return messages(text('This is a simple prompt for testing.'));
    case 'test_prompt_with_arguments':
      return messages(text(`Prompt with arguments: arg1='${args.arg1}', arg2='${args.arg2}'`));
    case 'test_prompt_with_embedded_resource':
      return messages(
        {
          type: 'resource',
          resource: { uri: args.resourceUri ?? '', mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
        },
        text('Please process the embedded resource above.'),
      );
    case 'test_prompt_with_image':
      return messages(image, text('Please analyze the image above.'));
    default:
      return undefined;
  }
}
