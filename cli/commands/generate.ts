import { relative } from 'node:path';
import { type Context, text } from '../command.ts';
import { connect, type Daemon } from '../connect.ts';
import { EXIT } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { formatOf, type GeneratedFile, generate, isCurrent, writeWhole } from '../generated-files.ts';
import { count, note, outJson } from '../print.ts';
import { startProgress } from '../progress.ts';

/** `executor generate`: the typed catalog, written to files, checked against them, or printed (`--output -`). */
export async function run({ entry, json, flags }: Context): Promise<number> {
  const format = formatOf(text(flags, 'format'));
  const wanted = { format, source: text(flags, 'source'), output: text(flags, 'output') };
  if (wanted.output === '-' && format === 'both') throw new UsageError('two files cannot go to stdout', 'Choose one: --format typescript');
  const daemon = await connect(entry);
  if (flags.watch) return (await import('../watch-catalog.ts')).watchCatalog(daemon, current => write(current, wanted, json));
  const files = await working(() => generate(daemon, wanted));
  if (wanted.output === '-') {
    process.stdout.write(files[0]!.text);
    return EXIT.ok;
  }
  return flags.check ? check(files, json) : tell(files, json);
}

async function write(daemon: Daemon, wanted: Parameters<typeof generate>[1], json: boolean): Promise<void> {
  tell(await generate(daemon, wanted), json);
}

/** Writes what is not current and says so. */
function tell(files: GeneratedFile[], json: boolean): number {
  const told = files.map(generated => {
    const changed = !isCurrent(generated);
    if (changed) writeWhole(generated);
    return { ...facts(generated), changed };
  });
  if (json) outJson({ files: told });
  else for (const { file, bytes, changed } of told) note(`${shorter(file)}: ${changed ? count(bytes, 'byte') : 'up to date'}`);
  return EXIT.ok;
}

function check(files: GeneratedFile[], json: boolean): number {
  const told = files.map(generated => ({ ...facts(generated), current: isCurrent(generated) }));
  if (json) outJson({ files: told });
  else
    for (const { file, current } of told)
      note(`${shorter(file)}: ${current ? 'up to date' : 'out of date; make it again: executor generate'}`);
  return told.every(({ current }) => current) ? EXIT.ok : EXIT.failed;
}

const facts = ({ format, file, text: content }: GeneratedFile) => ({ format, file, bytes: Buffer.byteLength(content) });

const shorter = (file: string): string => relative(process.cwd(), file) || file;

async function working<T>(work: () => Promise<T>): Promise<T> {
  const progress = startProgress('reading the catalog');
  try {
    return await work();
  } finally {
    progress.end();
  }
}
