import type { Change, ShownRequest } from '../machines/schema/call.ts';
import type { Rule, Verdict } from '../machines/schema/policy.ts';
import type { Principal } from '../machines/schema/principal.ts';
import type { Tool } from '../machines/schema/tool.ts';
import { DEFAULT_CONNECTION } from './call-facts.ts';
import { alwaysAsks } from './judgement.ts';
import type { UpstreamRequest } from './kinds/kind.ts';
import { folded, isSecretName, MASK, masked } from './mask.ts';

/** Strings longer than this are folded in what an approver is shown. */
const FOLD = 2000;

/** What the approver is shown: exactly what will be sent, secrets masked, long values folded. */
export function shownRequest(asked: {
  tool: Tool;
  input: Readonly<Record<string, unknown>>;
  request: UpstreamRequest;
  connection: string | undefined;
  verdict: Verdict;
  principal: Principal;
  difference: Change[] | undefined;
}): ShownRequest {
  const { tool, input, request, connection, verdict, difference } = asked;
  return {
    tool: tool.path,
    source: tool.source,
    effect: tool.effect,
    description: folded(tool.description.split('\n', 1)[0] ?? '', FOLD) as string,
    method: request.method,
    url: shownUrl(request.url),
    ...(connection !== undefined && { connection }),
    input: shownInput(tool, input),
    rule: verdict,
    ...(difference && { difference }),
    ...(!alwaysAsks(tool, input) && { suggested: suggestedRule(asked) }),
  };
}

/** An input as a person is shown it. */
export const shownInput = (tool: Tool, input: unknown): unknown => folded(masked(input, secretsOf(tool)), FOLD);

/** The narrowest rule that would let this call run from now on: this tool, principal and connection, and the same thing on the other side. */
function suggestedRule({ tool, input, connection, principal }: Parameters<typeof shownRequest>[0]): Rule {
  const { parameters = [] } = tool.binding as { parameters?: readonly { name: string; in: string; as?: string }[] };
  const where = parameters.flatMap(({ name, in: place, as = name }) => {
    const value = input[as];
    const isNamed = place === 'path' && (typeof value === 'string' || typeof value === 'number') && !isSecretName(as);
    return isNamed ? [{ path: `/${as.replaceAll('~', '~0').replaceAll('/', '~1')}`, equals: value }] : [];
  });
  return {
    pattern: tool.path,
    decision: 'allow',
    when: {
      connection: connection ?? DEFAULT_CONNECTION,
      principal: principal.id,
      ...(where.length > 0 && { arguments: where.slice(0, 32) }),
    },
  };
}

/** What the schema itself says is secret: passwords, and what is only ever written. */
function secretsOf({ inputSchema }: Tool): (path: readonly string[]) => boolean {
  const { properties } = typeof inputSchema === 'object' ? (inputSchema as { properties?: Record<string, unknown> }) : {};
  const secrets = new Set<string>();
  for (const [name, schema] of Object.entries(properties ?? {})) {
    const { format, writeOnly } = (typeof schema === 'object' && schema !== null ? schema : {}) as { format?: string; writeOnly?: boolean };
    if (format === 'password' || writeOnly === true) secrets.add(name);
  }
  return path => path.length === 1 && secrets.has(path[0]!);
}

function shownUrl(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  for (const name of new Set(url.searchParams.keys())) if (isSecretName(name)) url.searchParams.set(name, MASK);
  return url.search === '' ? text : (folded(url.href.replaceAll(encodeURIComponent(MASK), MASK), FOLD) as string);
}
