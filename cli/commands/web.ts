import type { Context } from '../command.ts';
import { connect } from '../connect.ts';
import { UsageError } from '../failure.ts';
import { openBrowser } from '../open-browser.ts';
import { note, out, outJson } from '../print.ts';

const FOREGROUND_ONLY = ['port', 'host', 'require-token', 'allowed-host'];

/** `executor web` */
export async function run(context: Context): Promise<number | undefined> {
  const { entry, flags, json } = context;
  if (flags.foreground) return (await import('../foreground.ts')).runForeground(context);
  const needless = FOREGROUND_ONLY.find(name => flags[name] !== undefined);
  if (needless)
    throw new UsageError(`--${needless} needs --foreground`, 'In the background, EXECUTOR_PORT and EXECUTOR_HOST say where to listen.');
  const daemon = await connect(entry);
  const { url } = await daemon.ask<{ url: string }>({ method: 'POST', path: '/api/session/link', body: {} });
  if (json) return outJson({ url });
  if (flags['no-browser']) {
    out(url);
    return note('The link signs in once, within 5 minutes.');
  }
  if (await openBrowser(url)) return note(`Opened ${daemon.url}`);
  out(url);
  note('No browser could be opened: open the link within 5 minutes, it signs in once.');
}
