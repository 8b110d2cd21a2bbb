import { FaultError } from '../machines/schema/fault.ts';
import type { SourceContext } from '../machines/schema/source.ts';
import { hashOf } from './canonical.ts';
import type { openSecrets } from './secrets.ts';
import type { Op, Store } from './store.ts';

type Handle = NonNullable<SourceContext['env']>;

const NAME = /^[A-Za-z_][A-Za-z0-9_.()-]*$/;

/** The environment of commands, which holds secrets more often than not: sealed in the store, opened when the command is started. */
export function createSealedEnv(store: Store, secrets: ReturnType<typeof openSecrets>) {
  const reveal = ({ env }: Pick<SourceContext, 'env'>): Record<string, string> | undefined =>
    env && (secrets.reveal(env.secret) as Record<string, string>);

  return {
    /** @throws FaultError invalid_arguments for what no program can be given */
    seal(env: Record<string, string>): { handle: Handle; ops: Op[] } {
      for (const [name, value] of Object.entries(env)) {
        if (!NAME.test(name)) throw new FaultError('invalid_arguments', `"${name}" is no name of an environment variable`);
        if (value.includes('\0')) throw new FaultError('invalid_arguments', `the value of ${name} has a zero byte in it`);
      }
      const { handle, sealed } = secrets.seal(env);
      return { handle: { secret: handle, names: Object.keys(env) }, ops: [store.put(store.secret, handle, sealed)] };
    },

    of: reveal,

    same: (source: SourceContext, env: Record<string, string> | undefined): boolean => hashOf(reveal(source) ?? {}) === hashOf(env ?? {}),

    drop: ({ secret }: Handle): Op[] => [store.del(store.secret, secret)],
  };
}
export type SealedEnv = ReturnType<typeof createSealedEnv>;
