import { type Context, text } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { UnreachableError, UsageError } from './failure.ts';
import { openBrowser } from './open-browser.ts';
import { note, out, outJson } from './print.ts';
import { untilStopped } from './until-stopped.ts';

/** `executor web --foreground`: the daemon in this terminal, on the same data directory, until Ctrl-C. */
export async function runForeground({ flags, json }: Context): Promise<number> {
  process.umask(0o077);
  const host = text(flags, 'host');
  const port = readPort(text(flags, 'port'));
  const { serve } = await import('../transports/serve.ts');
  const stopped = untilStopped();
  const running = await serve({
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(flags['require-token'] && { requireToken: true }),
    ...(Array.isArray(flags['allowed-host']) && { allowedHosts: flags['allowed-host'] }),
    log: note,
    onFatal: error => {
      note(`ends: ${error instanceof Error ? error.message : String(error)}`);
      process.exit(EXIT.failed);
    },
  }).catch((error: Error) => {
    throw new UnreachableError(error.message, { cause: error });
  });
  note(`Listening at ${running.url}. Ctrl-C stops it.`);
  const link = await running.createSignInLink();
  const opened = !json && !flags['no-browser'] && (await openBrowser(link));
  if (json) outJson({ url: running.url, link });
  else if (!opened) {
    out(link);
    note('The link signs in once, within 5 minutes; another one: executor web --no-browser');
  }
  await Promise.race([stopped, running.closed]);
  await running.close();
  return EXIT.ok;
}

function readPort(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const port = Number(given);
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || given === '')
    throw new UsageError(`--port must be a number from 0 to 65535, not ${JSON.stringify(given)}`);
  return port;
}
