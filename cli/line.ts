import { parseArgs } from 'node:util';
import { type Command, type Flag, GLOBAL_FLAGS } from './command.ts';
import { commands } from './commands.ts';
import { UsageError } from './failure.ts';
import { nearest } from './nearest.ts';

/** A command line, read: what to do, on what, how. */
export interface Line {
  command: Command | undefined;
  /** The words of the command line that belong to no flag, without the command's own. */
  words: string[];
  flags: Record<string, string | boolean | string[] | undefined>;
}

/**
 * Reads a command line against the table. Node's tokens, not sade's: those turn `007` into 7 and cannot take a value that starts
 * with `-`.
 * @throws UsageError naming what is wrong and what is near
 */
export function readLine(argv: readonly string[]): Line {
  const declared = new Map(
    Object.entries({ ...GLOBAL_FLAGS, ...Object.assign({}, ...commands.map(command => command.flags)) }) as [string, Flag][],
  );
  const options = Object.fromEntries(
    [...declared].map(([name, flag]) => [
      name,
      { type: flag.value ? 'string' : 'boolean', ...(flag.short && { short: flag.short }) } as const,
    ]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true, allowPositionals: true });
  const given = tokens.filter(token => token.kind === 'positional').map(token => token.value);
  const { command, words } = commandOf(given);
  if (command?.passes) return readPassing(argv, tokens, command, given.length - words.length, name => declared.has(name));
  const allowed = { ...GLOBAL_FLAGS, ...command?.flags };
  const flags: Line['flags'] = {};
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const flag = allowed[token.name];
    if (!flag) throw unknownFlag(token.rawName, command, Object.keys(allowed));
    flags[token.name] = readValue(token, flag, flags[token.name], name => declared.has(name));
  }
  return { command, words, flags };
}

/**
 * A line with another program's in it: `add npx -y some-server --root /tmp --name files`. Our own long flags are ours wherever they stand,
 * all else belongs to the program once it was named; behind `--` everything does.
 */
function readPassing(
  argv: readonly string[],
  tokens: NonNullable<ReturnType<typeof parseArgs>['tokens']>,
  command: Command,
  own: number,
  isFlag: (name: string) => boolean,
): Line {
  const allowed = { ...GLOBAL_FLAGS, ...command.flags };
  const words: string[] = [];
  const flags: Line['flags'] = {};
  let [named, isTheirs, last] = [0, false, -1];
  for (const token of tokens) {
    if (token.kind === 'option-terminator') isTheirs = true;
    else if (token.kind === 'positional') {
      if (named++ >= own) words.push(token.value);
    } else {
      const flag = allowed[token.name];
      if (flag && !isTheirs && (words.length === 0 || token.rawName.startsWith('--'))) {
        flags[token.name] = readValue(token, flag, flags[token.name], isFlag);
        continue;
      }
      if (words.length === 0) throw unknownFlag(token.rawName, command, Object.keys(allowed));
      // As it was typed: `-yq` comes as two tokens, and a value that was taken for another flag's is a word of its own.
      if (token.index !== last) words.push(argv[token.index]!);
      if (token.value !== undefined && !token.inlineValue) words.push(token.value);
      last = token.index;
    }
  }
  return { command, words, flags };
}

/** The command whose words the line begins with, the longest first, and what is left of the line. */
function commandOf(given: readonly string[]): { command: Command | undefined; words: string[] } {
  for (let length = Math.min(2, given.length); length > 0; length--) {
    const name = given.slice(0, length).join(' ');
    const command = commands.find(each => each.name === name || each.alias === name);
    if (command) return { command, words: given.slice(length) };
  }
  return { command: undefined, words: [...given] };
}

function readValue(
  token: { name: string; rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
  flag: Flag,
  before: Line['flags'][string],
  isFlag: (name: string) => boolean,
) {
  const { rawName, value, inlineValue } = token;
  if (!flag.value) {
    if (inlineValue) throw new UsageError(`${rawName} takes no value`);
    return true;
  }
  const swallowed = !inlineValue && value?.startsWith('--') && isFlag(value.slice(2));
  if (value === undefined || swallowed) throw new UsageError(`${rawName} needs a value: ${rawName} <${flag.value}>`);
  if (flag.many) return [...((before as string[] | undefined) ?? []), value];
  if (before !== undefined) throw new UsageError(`${rawName} is given twice`);
  return value;
}

function unknownFlag(rawName: string, command: Command | undefined, allowed: string[]): UsageError {
  const near = nearest(rawName.replace(/^-+/, ''), allowed);
  const name = command ? `executor ${command.name}` : 'executor';
  const dashes = command?.usage.includes('...') ? '. Words that begin with "-" go behind "--".' : '';
  const hint = near ? `Did you mean --${near}?` : `All flags: ${name} --help${dashes}`;
  return new UsageError(`unknown flag ${rawName}${command ? ` for "${name}"` : ''}`, hint);
}

/** Says that no command is called so, and which one is near. */
export function unknownCommand(words: readonly string[]): UsageError {
  const groups = new Set(commands.map(command => command.name.split(' ')[0]!));
  const typed = words.slice(0, groups.has(words[0] ?? '') ? 2 : 1).join(' ');
  const names = [...commands.flatMap(command => [command.name, ...(command.alias ? [command.alias] : [])]), ...groups];
  const near = nearest(typed, names) ?? nearest(words.slice(0, 2).join(' '), names);
  return new UsageError(`unknown command "${typed}"`, near ? `Did you mean "executor ${near}"?` : 'All commands: executor --help');
}

/** Checks the number of words against the command's usage: `<needed>`, `[optional]`, `<many...>`. */
export function checkWords(command: Command, words: readonly string[]): void {
  const slots = command.usage ? command.usage.split(' ') : [];
  const missing = slots.filter(slot => slot.startsWith('<'))[words.length];
  if (missing) throw new UsageError(`${missing} is missing`, `Usage: executor ${command.name} ${command.usage}`);
  if (slots.at(-1)?.includes('...') || words.length <= slots.length) return;
  const name = command.alias ?? command.name;
  if (slots.length === 0 && commands.some(each => each.name.startsWith(`${name} `) && each !== command))
    throw unknownCommand([name, ...words]);
  throw new UsageError(
    `too many words: ${JSON.stringify(words[slots.length])}`,
    `Usage: executor ${command.name} ${command.usage}`.trimEnd(),
  );
}
