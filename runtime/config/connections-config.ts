import type { ConfigChange, ConnectionConfig } from '../../machines/schema/config.ts';
import type { ConnectionInput, ConnectionView } from '../../machines/schema/connection.ts';
import { FaultError } from '../../machines/schema/fault.ts';
import { isReference } from '../auth/references.ts';
import { fieldNamed } from '../auth/values.ts';
import type { SealedCredential } from '../credentials.ts';
import { connectionId, type KnownConnection, type KnownConnections } from '../known-connections.ts';
import type { Runtime } from '../runtime.ts';
import type { Vault } from '../vault.ts';

type Values = Readonly<Record<string, string>>;

/** Connections of a configuration file, by `<namespace>/<name>`: their values are references to secrets, and null is what is stored. */
export function createConnectionsConfig(parts: { known: KnownConnections; vault: Vault; connections: Runtime['connections'] }) {
  const { known, vault, connections } = parts;

  const stored = ({ context }: KnownConnection): Values =>
    context.secret === undefined ? {} : vault.open<SealedCredential>(context.secret).values;

  /** A value that says where the secret is, is no secret; of every other it is said only that it is there. */
  function configOf(connection: KnownConnection): ConnectionConfig {
    const { source, name, method, grant } = connection.context;
    const values = Object.entries(stored(connection)).map(([field, value]) => [field, isReference(value) ? value : null] as const);
    const siblings = known.of(source);
    return {
      method: method.id,
      ...(values.length > 0 && { values: Object.fromEntries(values.sort(([a], [b]) => (a < b ? -1 : 1))) }),
      ...(grant && grant.scopes.length > 0 && { scopes: [...grant.scopes].sort() }),
      ...(siblings.length > 1 && known.default(source)?.context.name === name && { default: true }),
    };
  }

  const isSameValue = (have: string | undefined, wanted: string | null): boolean => {
    if (have === undefined || wanted === null || have === wanted) return have !== undefined;
    // The file's variable was read where the file is applied; what is stored may name the daemon's own.
    return have.startsWith('env:') && process.env[have.slice('env:'.length)] === wanted;
  };

  function isSameValues(connection: KnownConnection, wanted: Readonly<Record<string, string | null>>): boolean {
    const have = stored(connection);
    const named = Object.entries(wanted).map(([name, value]) => [fieldNamed(connection.context.method, name) ?? name, value] as const);
    const given = new Set(named.map(([field]) => field));
    return Object.keys(have).every(field => given.has(field)) && named.every(([field, value]) => isSameValue(have[field], value));
  }

  /** Which members of a connection differ from what a file says of them. */
  function differing(connection: KnownConnection, wanted: ConnectionConfig): string[] {
    const { method, grant, flow, secret, source, name } = connection.context;
    // A login that is under way has been given what it is given; it is for the person now.
    const isUnderWay = flow !== undefined && secret === undefined;
    const granted = new Set(grant?.scopes);
    return [
      ...(wanted.method !== undefined && wanted.method !== method.id && wanted.method !== method.kind ? ['method'] : []),
      ...(wanted.values && !isUnderWay && !isSameValues(connection, wanted.values) ? ['values'] : []),
      ...(wanted.scopes && grant && !wanted.scopes.every(scope => granted.has(scope)) ? ['scopes'] : []),
      ...(wanted.default && known.default(source)?.context.name !== name ? ['default'] : []),
    ];
  }

  /** The file's values with those that are stored filled in. */
  function completed(id: string, values: Readonly<Record<string, string | null>>): Record<string, string> {
    const connection = known.get(id);
    const have = connection ? stored(connection) : {};
    const fieldOf = (name: string) => (connection && fieldNamed(connection.context.method, name)) ?? name;
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const found = value ?? have[fieldOf(name)];
        if (found === undefined) {
          const message = `${id}: nothing is stored for ${name}; say where it is, as "env:NAME"`;
          throw new FaultError('invalid_arguments', message, { details: { connection: id, field: name } });
        }
        return [name, found];
      }),
    );
  }

  return {
    /** Every connection as a file says it. A login that has not come to anything yet is no configuration. */
    export(): Record<string, ConnectionConfig> {
      const settled = known.all().filter(({ context }) => context.method.kind === 'none' || context.secret !== undefined);
      return Object.fromEntries(settled.map(connection => [connection.id, configOf(connection)]));
    },

    /**
     * What a file would change of the connections.
     * @param gone whether the source is removed, or becomes another one, before
     */
    plan(wanted: Readonly<Record<string, ConnectionConfig>>, gone: (source: string) => boolean, prune: boolean): ConfigChange[] {
      const changes: ConfigChange[] = [];
      for (const [id, connection] of Object.entries(wanted)) {
        const existing = known.get(id);
        if (!existing || gone(existing.context.source)) {
          changes.push({ op: 'add', what: 'connection', name: id });
          continue;
        }
        const fields = differing(existing, connection);
        if (fields.length > 0) changes.push({ op: 'change', what: 'connection', name: id, fields });
      }
      if (!prune) return changes;
      const left = known.all().filter(({ id, context }) => !wanted[id] && !gone(context.source));
      return [...changes, ...left.map(({ id }): ConfigChange => ({ op: 'remove', what: 'connection', name: id }))];
    },

    /** Makes one change of a plan. A login has to be finished by a person: then the view has the link. */
    async make({ op, name: id, fields = [] }: ConfigChange, wanted: ConnectionConfig = {}): Promise<ConnectionView | undefined> {
      const [source, name] = id.split('/') as [string, string];
      if (op === 'remove') {
        await connections.remove(source, name);
        return undefined;
      }
      if (op === 'change' && fields.every(field => field === 'default')) return connections.prefer(source, name);
      const existing = known.get(connectionId(source, name));
      const values = wanted.values ? completed(id, wanted.values) : existing && stored(existing);
      return connections.connect({
        source,
        name,
        ...(wanted.method !== undefined && { method: wanted.method }),
        ...(values && { values }),
        ...(wanted.scopes && { scopes: wanted.scopes }),
        ...(wanted.default && { default: true }),
      } satisfies ConnectionInput);
    },
  };
}
export type ConnectionsConfig = ReturnType<typeof createConnectionsConfig>;
