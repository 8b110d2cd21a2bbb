/** What a secret is shown as. */
export const MASK = '••••••';

/** Names of values that nobody is to read over a shoulder: whole words of the name, so that `tokens` of a text or `passage` are none. */
const SECRET_WORDS = new Set([
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'apikey',
  'credential',
  'credentials',
  'authorization',
  'cookie',
  'pin',
  'cvv',
  'cvc',
]);
const SECRET_PAIRS = /(^| )(api|private|access|secret|signing|encryption|client) ?(key|secret|token)( |$)/;

/** Whether an argument is a secret by its name. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .toLowerCase()
    .trim();
  return SECRET_PAIRS.test(words) || words.split(' ').some(word => SECRET_WORDS.has(word));
}

/** Text that carries its own proof of being a key, wherever it stands. */
const KEY_LIKE =
  /\b(sk-[\w-]{16,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*|exec_(?:owner|tok)_[\w-]{20,})/g;

/** Leaves out the values that are secrets: by their names, by what a schema says of them, or by what they look like. */
export function masked(
  value: unknown,
  isSecret: (path: readonly string[]) => boolean = () => false,
  path: readonly string[] = [],
): unknown {
  if (typeof value === 'string') return value.replace(KEY_LIKE, MASK);
  if (Array.isArray(value)) return value.map(item => masked(item, isSecret, path));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const at = [...path, name];
      const hide = (isSecretName(name) || isSecret(at)) && item !== null && typeof item !== 'boolean';
      return [name, hide && !(typeof item === 'object') ? MASK : hide ? maskedAll(item) : masked(item, isSecret, at)];
    }),
  );
}

/** Below a name that says secret everything is one. */
function maskedAll(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskedAll);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, maskedAll(item)]));
  return MASK;
}

/** Long strings keep their beginning and say how much was left out; long lists keep their first items. */
export function folded(value: unknown, characters: number, items = 1000): unknown {
  if (typeof value === 'string') {
    return value.length > characters ? `${value.slice(0, characters)}… (${value.length} characters)` : value;
  }
  if (Array.isArray(value)) {
    const kept = value.slice(0, items).map(item => folded(item, characters, items));
    return value.length > items ? [...kept, `… (${value.length} items)`] : kept;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const kept = entries.slice(0, items).map(([name, item]) => [name, folded(item, characters, items)]);
  return Object.fromEntries(entries.length > items ? [...kept, ['…', `(${entries.length} members)`]] : kept);
}

const BRIEF_CHARACTERS = 200;
const BRIEF_BYTES = 2048;

/** A value as the record keeps it: masked, and small whatever it was. */
export function brief(value: unknown): unknown {
  const short = folded(masked(value), BRIEF_CHARACTERS, 20);
  const json = JSON.stringify(short) ?? 'null';
  return json.length <= BRIEF_BYTES ? short : { cut: json.slice(0, BRIEF_BYTES / 2), characters: json.length };
}
