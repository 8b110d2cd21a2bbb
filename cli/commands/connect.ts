import type { AuthMethodView } from '../../machines/schema/auth.ts';
import type { ConnectionView } from '../../machines/schema/connection.ts';
import type { SourceView } from '../../machines/schema/source.ts';
import { canAsk } from '../ask.ts';
import { type Context, text } from '../command.ts';
import { connect, type Daemon } from '../connect.ts';
import { EXIT } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { openBrowser } from '../open-browser.ts';
import { note, out, outJson, shown } from '../print.ts';
import { startProgress } from '../progress.ts';
import { askLine, readValues } from '../secret.ts';

/** `executor connect <ns>` */
export async function run(context: Context): Promise<number> {
  const { entry, flags, words } = context;
  const [source] = words as [string];
  const daemon = await connect(entry);
  const { authMethods = [] } = await daemon.ask<SourceView>({ path: `/api/sources/${encodeURIComponent(source)}` });
  const method = await chooseMethod(authMethods, text(flags, 'method') ?? (flags.device ? 'oauth2' : undefined));
  const given = {
    ...pairs(flags.set, '--set'),
    ...fromEnvironment(flags['from-env'], method),
    ...(flags.device ? { flow: 'device' } : {}),
  };
  const scopes = flags.scope as string[] | undefined;
  const name = text(flags, 'name');
  const view = await daemon.ask<ConnectionView>({
    method: 'POST',
    path: '/api/connections',
    body: {
      source,
      method: method?.id ?? text(flags, 'method'),
      values: await fillIn(method, given),
      ...(name !== undefined && { name }),
      ...(scopes && { scopes }),
      ...(flags.default ? { default: true } : {}),
    },
    idleMs: 120_000,
  });
  return finish(daemon, view, context);
}

/** The method that was named, the only one there is, or what the person chooses. */
async function chooseMethod(methods: readonly AuthMethodView[], wanted: string | undefined): Promise<AuthMethodView | undefined> {
  if (wanted !== undefined) return methods.find(({ id }) => id === wanted) ?? methods.find(({ kind }) => kind === wanted);
  const real = methods.filter(({ kind }) => kind !== 'none' && kind !== 'custom');
  if (real.length === 0) return methods.find(({ kind }) => kind === 'custom');
  if (real.length <= 1 || !canAsk()) return real[0];
  for (const [at, { id, label }] of methods.entries()) note(`  ${at + 1}  ${shown(label)}  (${shown(id)})`);
  const answer = await askLine(`How do you want to connect? [1-${methods.length}]`, { secret: false });
  const chosen = methods[Number(answer || 1) - 1];
  if (!chosen) throw new UsageError(`${JSON.stringify(answer)} is none of these`);
  return chosen;
}

function pairs(given: Context['flags'][string], flag: string): Record<string, string> {
  const all = ((given as string[] | undefined) ?? []).map(pair => {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`${flag} takes name=value`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return Object.fromEntries(all);
}

/** `--from-env NAME` for the one secret there is, `--from-env field=NAME` for several. */
function fromEnvironment(given: Context['flags'][string], method: AuthMethodView | undefined): Record<string, string> {
  const secrets = method?.fields.filter(({ secret }) => secret) ?? [];
  const all = ((given as string[] | undefined) ?? []).map(pair => {
    const at = pair.indexOf('=');
    const variable = pair.slice(at + 1);
    const field = at > 0 ? pair.slice(0, at) : (secrets[0]?.name ?? (method?.id === 'environment' ? variable : undefined));
    if (field === undefined || (at < 1 && secrets.length > 1)) {
      throw new UsageError(`--from-env takes field=NAME here; the fields are ${secrets.map(({ name }) => name).join(', ')}`);
    }
    const value = process.env[variable];
    if (!value) throw new UsageError(`the environment variable ${variable} is empty or not set`);
    return [field, value];
  });
  return Object.fromEntries(all);
}

/** What is still missing: asked for on a terminal, else read from stdin. Secrets are never taken as arguments. */
async function fillIn(method: AuthMethodView | undefined, given: Record<string, string>): Promise<Record<string, string>> {
  const missing = (method?.fields ?? []).filter(({ name, optional }) => !optional && given[name] === undefined);
  const isCustom = method?.kind === 'custom' && Object.keys(given).length === 0;
  if (missing.length === 0 && !isCustom) return given;
  if (!canAsk()) return { ...(await readValues(missing.map(({ name }) => name))), ...given };
  if (isCustom) return askPairs();
  const typed: Record<string, string> = {};
  for (const { name, label, secret } of missing) typed[name] = await askLine(shown(label), { secret });
  return { ...typed, ...given };
}

/** Names of the person's own, as many as they want, each with its value. */
async function askPairs(): Promise<Record<string, string>> {
  const typed: Record<string, string> = {};
  for (;;) {
    const name = await askLine(Object.keys(typed).length === 0 ? 'Name' : 'Another name (empty: that is all)', { secret: false });
    if (name === '') return typed;
    typed[name] = await askLine(shown(name), { secret: true });
  }
}

/** Shows the link of a login, opens it, and stays until it has come to something. */
async function finish(daemon: Daemon, begun: ConnectionView, { flags, json }: Context): Promise<number> {
  let view = begun;
  if (isUnderWay(view)) {
    await invite(view, Boolean(flags['no-browser']));
    const progress = startProgress('waiting for the login');
    try {
      while (isUnderWay(view)) {
        const path = `/api/connections/${encodeURIComponent(view.source)}/${encodeURIComponent(view.name)}?wait=60`;
        view = await daemon.ask<ConnectionView>({ path, idleMs: 90_000 });
      }
    } finally {
      progress.end();
    }
  }
  if (json) outJson(view);
  else if (view.state === 'connected')
    out(`${shown(`${view.source}/${view.name}`)} is connected${view.identity ? ` as ${shown(view.identity)}` : ''}`);
  if (view.state === 'connected') return EXIT.ok;
  note(`${shown(`${view.source}/${view.name}`)} is ${view.state}: ${shown(view.error?.message ?? 'no reason was given')}`);
  return EXIT.login;
}

const isUnderWay = ({ state }: ConnectionView): boolean => state === 'authorizing' || state === 'awaitingConsent';

async function invite({ authorizeUrl, userCode, verificationUri, linkExpiresAt }: ConnectionView, quiet: boolean): Promise<void> {
  if (userCode) note(`Enter the code ${shown(userCode)} at ${shown(verificationUri ?? authorizeUrl ?? '')}`);
  if (!authorizeUrl) return;
  const isOpened = !quiet && !userCode && (await openBrowser(authorizeUrl));
  note(isOpened ? 'Your browser is open for the login. If it is not, open this link:' : 'Open this link to log in:');
  note(`  ${authorizeUrl}`);
  if (linkExpiresAt) note(`It is good until ${new Date(linkExpiresAt).toLocaleTimeString()}.`);
}
