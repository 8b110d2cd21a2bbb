import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commands } from '../../cli/commands.ts';
import { type Case, table } from './golden/table.ts';
import { CLI, openRig, type Rig } from './rig.ts';

// With EXECUTOR_GOLDEN=write what the commands say now is written down; look at the difference before it is committed.
const writes = process.env.EXECUTOR_GOLDEN === 'write';
// What there is of a service manager, and how paths look, is Linux's.
const skip = process.platform !== 'linux';

let rig: Rig;
const env: Record<string, string> = {};
before(async () => {
  if (skip) return;
  rig = await openRig();
  await rig.addShop();
  // A service manager that agrees to everything, and to nobody but us.
  const bin = join(rig.home, 'bin');
  mkdirSync(bin);
  const systemctl = `#!/bin/sh
case "$2" in
  restart) exec "${process.execPath}" "${CLI}" daemon start ;;
  disable) exec "${process.execPath}" "${CLI}" daemon stop ;;
esac
`;
  for (const [name, text] of Object.entries({ systemctl, loginctl: '#!/bin/sh\n' })) {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
  env.PATH = `${bin}:${process.env.PATH}`;
});
after(() => rig?.close());

const file = (command: string) => fileURLToPath(new URL(`./golden/${command.replace(' ', '-')}.txt`, import.meta.url));
const readGolden = (command: string) => (existsSync(file(command)) ? readFileSync(file(command), 'utf8') : '');

/** What differs from run to run is replaced by names, and columns are as wide as they are. */
const same = (text: string) =>
  rig
    .golden(text.replace(/(exec_)?tok_[A-Za-z0-9_-]+/g, '<token>'))
    .replaceAll(rig.home, '<home>')
    .replace(/partial-\d+/g, 'partial-<pid>')
    .replaceAll(process.execPath, '<node>')
    .replace(/"[^"\n]*\/dist\//g, '"<package>/dist/')
    .replace(/code=[A-Za-z0-9_-]+/g, 'code=<code>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/restore-\d{4}-[\dTZ.-]+/g, 'restore-<time>')
    .replace(/\b[0-9a-f]{64}\b/g, '<hash>')
    .replace(/[\d,]+ (bytes|entries|logs)\b( \([^)]*\))?/g, '<n> $1')
    .replace(/version"?:? ?"?\d+\.\d+\.\d+/g, match => match.replace(/\d.*/, '<version>'))
    .replace(/(?<=\S) {2,}/g, '  ');

/** Where it says so, an execution of this run. */
async function filled({ args }: Case): Promise<string[]> {
  const settled = async () => {
    await rig.run(['call', 'shop', 'books', 'list']);
    return (JSON.parse((await rig.run(['executions', 'list', '--limit', '1', '--json'])).stdout) as { items: { id: string }[] }).items[0]!
      .id;
  };
  const started = async (code: string, ...flags: string[]) =>
    JSON.parse((await rig.run(['run', '-', '--json', ...flags], { input: code })).stdout) as { id: string; interactions: { id: string }[] };
  let question = '';
  const words: string[] = [];
  for (const word of args) {
    if (word === '<paused>') words.push(await rig.pause());
    else if (word === '<settled>') words.push(args.includes('--action') ? await answered() : await settled());
    else if (word === '<plan>') words.push((await started('return await tools.shop.orders.create({ book: 1 })', '--simulate')).id);
    else if (word === '<program>') {
      const two = await started('return await Promise.all([1, 2].map(book => tools.shop.orders.create({ book })))');
      question = two.interactions[0]!.id;
      words.push(two.id);
    } else words.push(word === '<question>' ? question : word);
  }
  return words;
}

/** A call that was accepted. */
async function answered(): Promise<string> {
  const id = await rig.pause();
  await rig.run(['resume', '--execution-id', id]);
  return id;
}

const texts = new Map<string, string>();
for (const each of table) {
  const { command, as, args, input, head } = each;
  const line = ['executor', command, ...args].join(' ');
  test(`${as}: ${line}${each.unreachable ? ', out of reach' : ''}`, { skip }, async () => {
    const words = [...command.split(' '), ...(await filled(each))];
    const ran = await rig.run(words, {
      env: { ...env, ...(each.unreachable && { EXECUTOR_URL: 'http://127.0.0.1:9' }) },
      ...(input !== undefined && { input }),
    });
    const stdout = same(head === undefined ? ran.stdout : ran.stdout.split('\n').slice(0, head).join('\n'));
    const said = `$ ${line}\n(${as}: exit ${ran.code})\n${stdout.replace(/^/gm, '  ').trimEnd()}\n(stderr)\n${same(ran.stderr).replace(/^/gm, '  ').trimEnd()}\n`;
    texts.set(command, (texts.get(command) ?? '') + said.replace(/\n\n+/g, '\n'));
    if (as === 'ok') assert.equal(ran.code, 0, said);
    if (as === 'paused') assert.ok(ran.code === 3 || command === 'executions show', said);
    if (as === 'error') assert.ok(ran.code! > 0 && ran.code !== 3, said);
    if (!writes)
      assert.ok(readGolden(command).includes(said.replace(/\n\n+/g, '\n')), `${said}is not in ${file(command)}:\n${readGolden(command)}`);
  });
}

test('every command of the menu has a golden run that is ok and one that is an error', () => {
  for (const { name, hidden } of commands) {
    if (hidden) continue;
    const kinds = table.filter(({ command }) => command === name).map(({ as }) => as);
    assert.ok(kinds.includes('ok') && kinds.includes('error'), `${name} has ${kinds.join(', ') || 'none'}`);
  }
  for (const name of ['call', 'run', 'resume'])
    assert.ok(
      table.some(({ command, as }) => command === name && as === 'paused'),
      name,
    );
});

test('what the commands say is written down', { skip: skip || !writes }, () => {
  for (const [command, text] of texts) writeFileSync(file(command), text);
});
