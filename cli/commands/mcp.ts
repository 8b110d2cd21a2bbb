import type { Context } from '../command.ts';
import { connect } from '../connect.ts';

/** `executor mcp`: whoever launches it is the principal `local`, unless `EXECUTOR_TOKEN` says who it is. */
export async function run({ entry }: Context): Promise<number> {
  const { runBridge } = await import('../../transports/mcp/bridge.ts');
  const token = process.env.EXECUTOR_TOKEN;
  return runBridge({
    connect: async () => ({ url: (await connect(entry)).url, ...(token && { token }) }),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
  });
}
