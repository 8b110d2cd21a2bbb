import { typeName } from '../schema/types.ts';

/** Names that TypeScript or the client itself has already. */
const TAKEN = [
  'Record Promise Array Object String Number Boolean Symbol Date Function Error Proxy JSON Map Set Partial Readonly Required Pick Omit',
  'ExecutorHttp ExecutorFault ExecutorAnswer ExecutorCallOptions ExecutorFetch ExecutorClientOptions ExecutorPausedError ExecutorRequestError',
  'ExecutorTools ExecutorClient Then',
].flatMap(line => line.toLowerCase().split(' '));

/** Gives each type of a file a PascalCase name of its own: a second of the same name gets a number, in the order they are asked for. */
export function createTypeNames(): (wanted: string) => string {
  const used = new Set(TAKEN);
  return wanted => {
    const base = typeName(wanted);
    let name = base;
    for (let n = 2; used.has(name.toLowerCase()); n++) name = `${base}${n}`;
    used.add(name.toLowerCase());
    return name;
  };
}
