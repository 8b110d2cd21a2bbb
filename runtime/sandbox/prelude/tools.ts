/** The `tools` proxy: paths are made up as they are named, and only calling one asks the host. */
export const TOOLS = `
show('ToolError', ToolError);

const wrong = message => new ToolError({ code: 'invalid_arguments', message });
const enumerate = path => new T(
  (path ? 'tools.' + path : 'tools') + ' cannot be listed or tested for members. Find tools with await tools.$search("what you want to do"' +
  (path ? ', { source: "' + split(path, '.')[0] + '" }' : '') + ') and read one with await tools.$describe("source.group.name").');

const plain = (value, what) => {
  if (value === undefined) return undefined;
  if (value === null || typeof value !== 'object' || isArray(value)) throw wrong(what + ' must be an object, not ' + (isArray(value) ? 'an array' : value === null ? 'null' : 'a ' + typeof value) + '.');
  return value;
};
const word = (value, name) => {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw wrong(name + ' must be a string.');
  return value;
};
const text = (value, what) => {
  try {
    return stringify(value);
  } catch (error) {
    throw wrong(what + ' must be JSON: ' + (field(error, 'message') ?? 'it cannot be written as such') + '.');
  }
};

/** Asks what a function makes of the arguments; what is wrong with them rejects. */
const asking = (kind, make) => {
  let request;
  try { request = make(); } catch (error) { return rejected(error); }
  return ask(kind, request);
};

const call = (path, input, options) => asking('call', () => {
  const given = plain(options, 'The second argument of tools.' + path);
  const request = {
    __proto__: null,
    path,
    input: plain(input, 'The input of tools.' + path) ?? {},
    connection: word(given?.connection, 'connection'),
    idempotencyKey: word(given?.idempotencyKey, 'idempotencyKey'),
  };
  return text(request, 'The input of tools.' + path);
});

const search = (query, options) => asking('search', () => {
  const given = plain(options, 'The second argument of tools.$search');
  return text({
    __proto__: null, query: word(query, 'query') ?? '', source: word(given?.source, 'source'), limit: given?.limit, cursor: word(given?.cursor, 'cursor'),
  }, 'The options of tools.$search');
});

const about = path => asking('describe', () => {
  const named = typeof path === 'function' ? paths(path) : word(path, 'path');
  if (!named) throw wrong('tools.$describe wants the path of a tool.');
  return stringify({ __proto__: null, path: named });
});

const pathOf = new WeakMap();
const paths = proxy => mapGet(pathOf, proxy);
const INSPECTED = { __proto__: null, then: 1, toJSON: 1, prototype: 1, constructor: 1, inspect: 1, '': 1 };

const node = path => {
  const known = create(null);
  const refuse = () => { throw new T('tools is read-only.'); };
  const list = () => { throw enumerate(path); };
  const proxy = new Proxy(() => {}, {
    __proto__: null,
    get(_, key) {
      if (typeof key === 'symbol') {
        if (key === Symbol.toPrimitive) return () => (path ? 'tools.' + path : 'tools');
        if (key === Symbol.iterator || key === Symbol.asyncIterator) throw enumerate(path);
        return undefined;
      }
      if (!path && key === '$search') return search;
      if (!path && key === '$describe') return about;
      if (key in INSPECTED) return undefined;
      if (path && (key === 'toString' || key === 'valueOf')) return () => 'tools.' + path;
      return (known[key] ??= node(path ? path + '.' + key : key));
    },
    apply(_, self, args) {
      if (!path) throw new T('tools is no function: name a tool, e.g. await tools.<source>.<group>.<name>({…}).');
      return call(path, args[0], args[1]);
    },
    construct() { throw new T('tools.' + path + ' is no class: call it without new.'); },
    ownKeys: list, has: list, getOwnPropertyDescriptor: list,
    set: refuse, defineProperty: refuse, deleteProperty: refuse, setPrototypeOf: refuse, preventExtensions: refuse,
    getPrototypeOf: () => null,
  });
  mapSet(pathOf, proxy, path);
  return proxy;
};
show('tools', node(''));
`;
