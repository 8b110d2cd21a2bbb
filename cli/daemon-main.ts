import { keepLogShort } from './daemon/rotate-log.ts';
import { EXIT_HELD } from './daemon-exit.ts';
import { untilStopped } from './until-stopped.ts';

/** The background daemon's process: serves the data directory until it is asked to stop, by a signal or over HTTP. */
async function main(): Promise<number> {
  process.umask(0o077);
  const stopped = untilStopped();
  const log = (line: string) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);
  // A runtime that cannot write must not act: whoever needs it starts a new one.
  const onFatal = (error: unknown) => {
    log(`ends: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exit(1);
  };
  try {
    const { serve } = await import('../transports/serve.ts');
    const running = await serve({ log, onFatal });
    keepLogShort(running.runtime.dataDir, log);
    await Promise.race([stopped, running.closed]);
    log('stopping');
    await running.close();
    return 0;
  } catch (error) {
    const { message, details } = error as Error & { details?: { reason?: unknown } };
    log(message);
    return details?.reason === 'locked' ? EXIT_HELD : 1;
  }
}

process.exit(await main());
