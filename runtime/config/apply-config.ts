import type { Config, ConfigChange, ConfigOutcome, ConfigRequest, SourceConfig } from '../../machines/schema/config.ts';
import type { ConnectionView } from '../../machines/schema/connection.ts';
import { FaultError, toFault } from '../../machines/schema/fault.ts';
import type { Rule } from '../../machines/schema/policy.ts';
import type { Principal } from '../../machines/schema/principal.ts';
import type { SettingsPatch } from '../../machines/schema/settings.ts';
import type { SourceInput, SourcePatch } from '../../machines/schema/source.ts';
import type { Runtime } from '../runtime.ts';
import type { SealedEnv } from '../sealed-env.ts';
import type { SealedHeaders } from '../sealed-headers.ts';
import type { ConnectionsConfig } from './connections-config.ts';
import { type Configured, exportConfig, keyOf } from './export-config.ts';
import { planConfig } from './plan-config.ts';

/** So long a source gets to be ready before applying goes on. */
const READY_SECONDS = 240;

type Secrets = Readonly<Record<string, string | null>>;

/** Configuration as code: what is set up can be given as a file, and a file can be compared with it and applied to it. */
export function createConfig(
  parts: Configured & {
    sources: Runtime['sources'];
    accounts: ConnectionsConfig;
    audit: Pick<Runtime['audit'], 'note'>;
    headers: SealedHeaders;
    env: SealedEnv;
    policies: Configured['policies'] & {
      put(rule: Rule, by: Principal): Promise<unknown>;
      remove(id: string, by: Principal): Promise<void>;
    };
  },
): Runtime['config'] {
  const { known, sources, policies, settings, accounts, audit } = parts;

  /** What is stored of a source's secrets. */
  const stored = (namespace: string, field: 'headers' | 'env'): Record<string, string> => {
    const context = known.context(namespace);
    return (context && (field === 'headers' ? parts.headers.of(context) : parts.env.of(context))) ?? {};
  };

  const isSame = (namespace: string, field: 'headers' | 'env', values: Secrets): boolean => {
    const have = stored(namespace, field);
    const names = new Set([...Object.keys(have), ...Object.keys(values)]);
    return [...names].every(
      name => Object.hasOwn(values, name) && (values[name] === null ? Object.hasOwn(have, name) : values[name] === have[name]),
    );
  };

  /** The file's secrets with those that are stored filled in. */
  function completed(namespace: string, field: 'headers' | 'env', values: Secrets | undefined): Record<string, string> | undefined {
    if (values === undefined) return undefined;
    const have = stored(namespace, field);
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const known_ = value ?? have[name];
        if (known_ === undefined) {
          const message = `${namespace}: nothing is stored for ${field}.${name}; say where it is, as "env:NAME"`;
          throw new FaultError('invalid_arguments', message, { details: { source: namespace, field, name } });
        }
        return [name, known_];
      }),
    );
  }

  async function add(namespace: string, source: SourceConfig): Promise<void> {
    const { name, idempotent, trusted, headers, env, ...input } = source;
    const secretHeaders = completed(namespace, 'headers', headers);
    const secretEnv = completed(namespace, 'env', env);
    if (known.get(namespace) && known.get(namespace)!.state !== 'removed') await sources.remove(namespace);
    const request = { ...input, namespace, ...(secretHeaders && { headers: secretHeaders }), ...(secretEnv && { env: secretEnv }) };
    await sources.add(request as SourceInput);
    await ready(namespace);
    const patch: SourcePatch = { ...(name && { name }), ...(idempotent && { idempotent }), ...(trusted !== undefined && { trusted }) };
    if (Object.keys(patch).length > 0) await change(namespace, patch);
  }

  async function change(namespace: string, patch: SourcePatch): Promise<void> {
    await sources.update(namespace, patch);
    await ready(namespace);
  }

  async function ready(namespace: string): Promise<void> {
    const { state, error } = await sources.wait(namespace, { seconds: READY_SECONDS });
    if (state === 'failed' && error) throw new FaultError(error.code, `${namespace}: ${error.message}`);
  }

  /** Only what differs; what the file leaves out and was there is turned off. */
  function patchOf(namespace: string, source: SourceConfig, fields: readonly string[]): SourcePatch {
    const { headers, env, ...plain } = source;
    const off: SourcePatch = { allowPrivate: false, idempotent: [], trusted: false, headers: {}, env: {} };
    const wanted: SourcePatch = {
      ...(plain as SourcePatch),
      ...(headers && { headers: completed(namespace, 'headers', headers)! }),
      ...(env && { env: completed(namespace, 'env', env)! }),
    };
    return Object.fromEntries(
      fields.flatMap(field => {
        const value = wanted[field as keyof SourcePatch] ?? off[field as keyof SourcePatch];
        return value === undefined ? [] : [[field, value]];
      }),
    ) as SourcePatch;
  }

  /** @returns the connection, where one was made */
  async function make(planned: ConfigChange, config: Config, by: Principal): Promise<ConnectionView | undefined> {
    const { op, what, name, fields = [] } = planned;
    if (what === 'connection') return makeConnection(planned, config, by);
    if (what === 'setting') {
      await settings.update({ [name]: config.settings?.[name as keyof SettingsPatch] } as SettingsPatch, by);
    } else if (what === 'policy') {
      const rules = (config.policies ?? []).filter(rule => rule.pattern === name);
      if (op !== 'remove') for (const rule of rules) await policies.put(rule, by);
      else {
        const keys = new Set(rules.map(keyOf));
        const gone = policies.list().filter(policy => policy.pattern === name && !keys.has(keyOf(policy as Rule)));
        for (const { id } of gone) await policies.remove(id, by);
      }
    } else if (op === 'remove') await sources.remove(name);
    else if (op === 'change') await change(name, patchOf(name, config.sources![name]!, fields));
    else await add(name, config.sources![name]!);
    return undefined;
  }

  async function makeConnection(planned: ConfigChange, config: Config, by: Principal): Promise<ConnectionView | undefined> {
    const wanted = config.connections?.[planned.name];
    const made = await accounts.make(planned, wanted);
    const told = wanted && { ...wanted, ...(wanted.values && { values: Object.keys(wanted.values) }) };
    await audit.note(by, planned.op === 'remove' ? 'connection.remove' : 'connection.connect', planned.name, told);
    return made;
  }

  const plan = async ({ config, prune = false }: ConfigRequest): Promise<ConfigChange[]> =>
    planConfig(await exportConfig(parts), config, {
      prune,
      isSame,
      connections: (wanted, gone) => accounts.plan(wanted, gone, prune),
    });

  return {
    export: () => exportConfig(parts),
    plan,

    /** Makes each change by itself: one that cannot be made does not keep the others from being made. */
    async apply(request, by) {
      const changes: ConfigOutcome['changes'] = [];
      for (const planned of await plan(request)) {
        try {
          const { authorizeUrl, error } = (await make(planned, request.config, by)) ?? {};
          changes.push({ ...planned, ...(authorizeUrl && { authorizeUrl }), ...(error && { error }) });
        } catch (error) {
          const { code, message } = toFault(error);
          changes.push({ ...planned, error: { code, message } });
        }
      }
      return { changes };
    },
  };
}
