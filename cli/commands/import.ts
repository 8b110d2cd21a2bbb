import type { ConfigChange, ConfigOutcome } from '../../machines/schema/config.ts';
import { ask, canAsk } from '../ask.ts';
import { type Context, text } from '../command.ts';
import { type ConfigFile, readJsonFile, withEnvironment } from '../config-file.ts';
import { connect } from '../connect.ts';
import { EXIT } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { type ForeignTool, fromForeign, TOOLS } from '../foreign-config.ts';
import { note, out, outJson, paint, shown } from '../print.ts';
import { startProgress } from '../progress.ts';

const SIGN = { add: '+', change: '~', replace: '±', remove: '-' } as const;

/** `executor import <file>`: makes the set-up what the file says; `--plan` only shows the difference. */
export async function run({ entry, words, flags, json }: Context): Promise<number> {
  const config = withEnvironment(fileOf(words[0]!, text(flags, 'from')));
  const request = { config, ...(flags.prune && { prune: true }) };
  const daemon = await connect(entry);
  const { changes } = await daemon.ask<{ changes: ConfigChange[] }>({ method: 'POST', path: '/api/config/plan', body: request });
  if (flags.plan || changes.length === 0) return outPlan(changes, json);
  const programs = changes.filter(({ runs }) => runs);
  if (programs.length > 0 && !flags.yes) await agree(programs);
  const progress = startProgress('applying');
  const outcome = await daemon
    .ask<ConfigOutcome>({ method: 'POST', path: '/api/config', body: request, idleMs: 600_000 })
    .finally(() => progress.end());
  if (json) outJson(outcome);
  else for (const change of outcome.changes) out(`${lineOf(change)}${restOf(change)}`);
  if (outcome.changes.some(({ error }) => error)) return EXIT.failed;
  return outcome.changes.some(({ authorizeUrl }) => authorizeUrl) ? EXIT.login : EXIT.ok;
}

/** What came of a change besides that it was made. */
function restOf({ error, authorizeUrl }: ConfigOutcome['changes'][number]): string {
  if (error) return `: ${shown(error.message)}`;
  return authorizeUrl ? `: log in at ${authorizeUrl}` : '';
}

function fileOf(file: string, from: string | undefined): ConfigFile {
  if (from === undefined) return readJsonFile(file) as ConfigFile;
  if (!(TOOLS as readonly string[]).includes(from))
    throw new UsageError(`nothing can be taken from "${from}"`, `Tools: ${TOOLS.join(', ')}`);
  return fromForeign(from as ForeignTool, readJsonFile(file));
}

function outPlan(changes: ConfigChange[], json: boolean): number {
  if (json) outJson({ changes });
  else if (changes.length === 0) out('no changes');
  else for (const change of changes) out(lineOf(change));
  return EXIT.ok;
}

function lineOf({ op, what, name, fields, runs }: ConfigChange): string {
  const colour = op === 'remove' ? 'red' : op === 'add' ? 'green' : 'yellow';
  const detail = [...(fields ? [fields.join(', ')] : []), ...(runs ? [`runs: ${runs.join(' ')}`] : [])].join('; ');
  return `${paint(colour, SIGN[op])} ${what} ${shown(name)}${detail ? ` (${shown(detail)})` : ''}`;
}

/** Adding a command is running a program as this user: it is shown, and has to be agreed to. */
async function agree(programs: ConfigChange[]): Promise<void> {
  note('These programs will be started on this machine, as you:');
  for (const { name, runs } of programs) note(`  ${shown(name)}: ${shown(runs!.join(' '))}`);
  if (!canAsk()) throw new UsageError('the file has programs to run; look at them and say --yes', 'executor import <file> --yes');
  if (!(await ask('Add them?'))) throw new UsageError('nothing was changed');
}
