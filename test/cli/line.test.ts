import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands } from '../../cli/commands.ts';
import { UsageError } from '../../cli/failure.ts';
import { checkWords, readLine } from '../../cli/line.ts';

const refusal = (argv: string[]) => {
  try {
    const { command, words } = readLine(argv);
    if (command) checkWords(command, words);
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return `${error.message} | ${error.hint ?? ''}`;
  }
  return undefined;
};

test('reads the longest command, its words and its flags, wherever the flags stand', () => {
  const { command, words, flags } = readLine(['--json', 'tools', 'search', '--limit', '3', 'create', 'an', 'issue']);
  assert.equal(command?.name, 'tools search');
  assert.deepEqual(words, ['create', 'an', 'issue']);
  assert.deepEqual(flags, { json: true, limit: '3' });
});

test('keeps values as they were typed', () => {
  const { flags, words } = readLine(['resume', '--execution-id', '007', '--note=', '--content', '-', '--remember', '1e3']);
  assert.deepEqual(flags, { 'execution-id': '007', note: '', content: '-', remember: '1e3' });
  assert.deepEqual(words, []);
});

test('takes values and words that begin with a dash', () => {
  assert.equal(readLine(['resume', '--execution-id', 'e', '--note', '-not this']).flags.note, '-not this');
  assert.deepEqual(readLine(['call', 'a.b.c', '--', '-x=1', '--wait']).words, ['a.b.c', '-x=1', '--wait']);
  assert.deepEqual(readLine(['call', 'a.b.c', 'n=-5', '-']).words, ['a.b.c', 'n=-5', '-']);
});

test('collects a flag that may be given again', () => {
  assert.deepEqual(readLine(['add', 'u', '--header', 'A=1', '--header=B=2']).flags.header, ['A=1', 'B=2']);
  assert.match(refusal(['add', 'u', '--name', 'a', '--name', 'b'])!, /--name is given twice/);
});

test('a command by its shorter name', () => {
  assert.equal(readLine(['executions', '--state', 'failed']).command?.name, 'executions list');
});

const REFUSED: [string[], RegExp][] = [
  [['tools', 'search'], /<query\.\.\.> is missing \| Usage: executor tools search <query\.\.\.>/],
  [['tools', 'search', 'x', '--lmit', '3'], /unknown flag --lmit for "executor tools search" \| Did you mean --limit\?/],
  [['sources', '--zzz'], /unknown flag --zzz for "executor sources" \| All flags: executor sources --help/],
  [['sources', '--limit', '3'], /unknown flag --limit/],
  [['tools', 'search', '--frobnicate'], /unknown flag --frobnicate .* Words that begin with "-" go behind "--"\./],
  [['sources', 'extra'], /too many words: "extra" \| Usage: executor sources/],
  [['executions', 'shwo', 'x'], /unknown command "executions shwo" \| Did you mean "executor executions show"\?/],
  [['refresh', 'a', 'b'], /too many words: "b" \| Usage: executor refresh <namespace>/],
  [['sources', '--json=yes'], /--json takes no value/],
  [['tools', 'search', 'x', '--limit'], /--limit needs a value: --limit <n>/],
  [['resume', '--note', '--yes', '--execution-id', 'e'], /--note needs a value/],
  [['policy', 'set', 'a.*'], /<allow\|ask\|block> is missing/],
];
for (const [argv, expected] of REFUSED) {
  test(`refuses: executor ${argv.join(' ')}`, () => assert.match(refusal(argv) ?? 'not refused', expected));
}

test('every command has an example that its own table accepts', () => {
  for (const command of commands) {
    assert.ok(command.examples.length > 0, command.name);
    for (const example of command.examples) {
      const argv = [...example.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(word => word[1] ?? word[2] ?? word[3]!);
      const line = readLine(argv);
      assert.equal(line.command, command, example);
      if (!line.flags.help) checkWords(command, line.words);
    }
  }
});
