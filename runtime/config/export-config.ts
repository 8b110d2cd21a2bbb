import type { Config, SourceConfig } from '../../machines/schema/config.ts';
import type { Policy, Rule } from '../../machines/schema/policy.ts';
import type { SourceContext } from '../../machines/schema/source.ts';
import type { Documents } from '../documents.ts';
import type { KnownSources } from '../known-sources.ts';
import type { SettingsStore } from '../settings.ts';
import type { ConnectionsConfig } from './connections-config.ts';

export interface Configured {
  readonly known: KnownSources;
  readonly documents: Documents;
  readonly policies: { list(): readonly Policy[] };
  readonly settings: SettingsStore;
  readonly accounts: Pick<ConnectionsConfig, 'export'>;
}

/** Everything that is set up, as a file says it: of secrets only that they are there. The same set-up gives the same file. */
export async function exportConfig({ known, documents, policies, settings, accounts }: Configured): Promise<Config> {
  const sources: Record<string, SourceConfig> = {};
  for (const { id, state, context } of known.all()) {
    if (state !== 'removed') sources[id] = await sourceConfig(context, documents);
  }
  const rules = policies.list().flatMap(policy => ruleOf(policy) ?? []);
  const connections = accounts.export();
  return {
    sources,
    ...(Object.keys(connections).length > 0 && { connections }),
    policies: rules.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    settings: settings.get(),
  };
}

/** A rule as a person wrote it; one that was remembered from an approval is no configuration. */
function ruleOf(policy: Policy): Rule | undefined {
  if ('remembered' in policy && policy.remembered !== undefined) return undefined;
  const { pattern, decision, ...rest } = policy as Policy & Partial<Rule>;
  const { when, expiresAt } = rest as { when?: unknown; expiresAt?: string };
  return { pattern, decision, ...(when !== undefined && { when }), ...(expiresAt !== undefined && { expiresAt }) } as Rule;
}

/** What two rules have in common when one replaces the other: pattern and condition. */
export const keyOf = (rule: Rule): string => JSON.stringify([rule.pattern, (rule as { when?: unknown }).when ?? null]);

/** One source as a file says it. */
export async function sourceConfig(context: SourceContext, documents: Documents): Promise<SourceConfig> {
  const { origin, wantedKind, givenName, baseUrl, headers, env, allowPrivate, idempotent, trusted, documentUrl, endpoint } = context;
  const where: SourceConfig =
    'command' in origin
      ? { command: origin.command, ...(origin.args.length > 0 && { args: origin.args }), ...(origin.cwd && { cwd: origin.cwd }) }
      : 'url' in origin
        ? { url: origin.url }
        : { spec: await textOf(documents, origin.document), ...(endpoint && documentUrl && { url: documentUrl }) };
  return {
    ...where,
    ...(wantedKind && !('command' in origin) && { kind: wantedKind }),
    ...(givenName && { name: givenName }),
    ...(baseUrl && { baseUrl }),
    ...(headers && { headers: unsaid(headers.names) }),
    ...(env && { env: unsaid(env.names) }),
    ...(allowPrivate && { allowPrivate }),
    ...(idempotent && idempotent.length > 0 && { idempotent }),
    ...(trusted && { trusted }),
  };
}

const unsaid = (names: readonly string[]): Record<string, null> => Object.fromEntries([...names].sort().map(name => [name, null]));

/** A document that is JSON is given as an object: a person can read it in the file. */
async function textOf(documents: Documents, document: Parameters<Documents['take']>[0]): Promise<string | Record<string, unknown>> {
  const bytes = await documents.take(document);
  const text = new TextDecoder().decode(bytes);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // YAML, or SDL: given as it is.
  }
  return text;
}
