/** A token of a GraphQL value: punctuation, a block string, a string, a number, or a name. */
const TOKEN = /"""[\s\S]*?"""|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[_A-Za-z]\w*|[[\]{}:]/g;

/** The JSON of a GraphQL literal (section 2.9), such as the default of an argument; undefined when it is none. An enum value is its name. */
export function jsonOf(literal: string): unknown {
  const tokens = literal.match(TOKEN) ?? [];
  let at = 0;
  try {
    const value = read();
    return at === tokens.length ? value : undefined;
  } catch {
    // A server wrote something that is no literal: the default is documentation, so it is left out.
    return undefined;
  }

  function read(): unknown {
    const token = tokens[at++];
    if (token === undefined) throw new SyntaxError('the literal ends early');
    if (token === '[') return list();
    if (token === '{') return object();
    if (token.startsWith('"""')) return token.slice(3, -3).trim();
    if (token === 'null' || token === 'true' || token === 'false' || /^["\d-]/.test(token)) return JSON.parse(token);
    if (/^\w/.test(token)) return token;
    throw new SyntaxError(`unexpected ${token}`);
  }

  function list(): unknown[] {
    const items: unknown[] = [];
    while (tokens[at] !== ']') items.push(read());
    at++;
    return items;
  }

  function object(): Record<string, unknown> {
    const members: [string, unknown][] = [];
    while (tokens[at] !== '}') {
      const name = tokens[at];
      if (name === undefined || tokens[at + 1] !== ':') throw new SyntaxError('a field has a name and a value');
      at += 2;
      members.push([name, read()]);
    }
    at++;
    return Object.fromEntries(members);
  }
}
