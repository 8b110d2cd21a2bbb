/** Steps out, outcomes in; the program's own end. */
export const BRIDGE = `
const G = globalThis;
const { parse, stringify } = JSON;
const { apply, ownKeys } = Reflect;
const { defineProperty, freeze, create, getPrototypeOf } = Object;
const { isArray } = Array;
const plainly = Object.prototype;
const P = Promise;
const E = Error;
const T = TypeError;
const S = String;
const uncurry = method => { const call = Function.prototype.call.bind(method); return call; };
const textOf = uncurry(S.prototype.toString);
const split = uncurry(S.prototype.split);
const mapGet = uncurry(WeakMap.prototype.get);
const mapSet = uncurry(WeakMap.prototype.set);
const stepOf = new WeakMap();
const isMap = (value => { const size = uncurry(Object.getOwnPropertyDescriptor(Map.prototype, 'size').get); return v => { try { size(v); return true; } catch { return false; } }; })();
const isSet = (() => { const size = uncurry(Object.getOwnPropertyDescriptor(Set.prototype, 'size').get); return v => { try { size(v); return true; } catch { return false; } }; })();
const mapEach = uncurry(Map.prototype.forEach);
const setEach = uncurry(Set.prototype.forEach);

const show = (name, value) => defineProperty(G, name, { value, writable: true, configurable: true, enumerable: false });

class ToolError extends E {
  constructor(fault, message) {
    const given = fault !== null && typeof fault === 'object' ? fault : { code: S(fault), message };
    super(given.message === undefined ? '' : S(given.message));
    this.code = given.code;
    if (given.status !== undefined) this.status = given.status;
    if (given.details !== undefined) this.details = given.details;
  }
  toJSON() {
    return { name: this.name, code: this.code, message: this.message, status: this.status, details: this.details };
  }
}
defineProperty(ToolError.prototype, 'name', { value: 'ToolError', writable: true, configurable: true });

/** The host has had enough: it stops the VM here, where nothing can be caught. */
const end = () => { for (;;); };

const waiting = create(null);

/**
 * Asks the host; the promise is settled when the host says so, and by nothing else. Nothing on the way from the program to here is an async
 * function or an executor: those take even the end of the program for a rejection, and the program would go on.
 */
const ask = (kind, request) => {
  const n = issue(kind, request, new E().stack);
  if (n === 0) end();
  return new P((resolve, reject) => { waiting[n] = { __proto__: null, resolve, reject }; });
};
const rejected = error => new P((_, reject) => reject(error));

const settle = (n, ok, json) => {
  const step = waiting[n];
  delete waiting[n];
  if (ok) step.resolve(json === undefined ? undefined : parse(json));
  else {
    const error = new ToolError(parse(json));
    mapSet(stepOf, error, n);
    step.reject(error);
  }
};

/** What JSON has no word for: errors, maps, sets and big numbers, as people expect to see them. */
const readable = (key, value) => {
  if (typeof value === 'bigint') return S(value);
  if (value === null || typeof value !== 'object' || isArray(value)) return value;
  // Almost everything is plain, and to ask whether it is a map costs an exception.
  const proto = getPrototypeOf(value);
  if (proto === null || proto === plainly) return value;
  if (value instanceof E) return { name: value.name, message: value.message, ...value };
  if (isMap(value)) {
    const object = {};
    mapEach(value, (item, name) => defineProperty(object, typeof name === 'string' ? name : S(name), { __proto__: null, value: item, enumerable: true }));
    return object;
  }
  if (isSet(value)) {
    const list = [];
    setEach(value, item => defineProperty(list, list.length, { __proto__: null, value: item, enumerable: true }));
    return list;
  }
  return value;
};
const encode = value => stringify(value, readable) ?? 'null';

const field = (error, name) => {
  try {
    const value = error[name];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
};

/** The first of the errors of Promise.any. */
const inner = error => {
  try {
    const first = error.errors[0];
    return { step: mapGet(stepOf, first), message: field(first, 'message') };
  } catch {
    return {};
  }
};

const describe = error => {
  if ((typeof error !== 'object' && typeof error !== 'function') || error === null) {
    let text;
    try { text = typeof error === 'string' ? error : S(error); } catch { text = 'something that is no error'; }
    return stringify({ __proto__: null, message: text });
  }
  const facts = { __proto__: null, name: field(error, 'name'), message: field(error, 'message'), stack: field(error, 'stack'), step: mapGet(stepOf, error) };
  if (facts.message === undefined) { try { facts.message = encode(error); } catch { facts.message = 'something that is no error'; } }
  if (error instanceof AggregateError) {
    const first = inner(error);
    facts.step ??= first.step;
    if (!facts.message) facts.message = 'all were rejected, the first with: ' + first.message;
  }
  return stringify(facts);
};

/** When nothing can be told of an error any more, there is no memory to tell it with. */
const LOST = '{"name":"InternalError","message":"out of memory"}';

const run = async (program, names) => {
  let json;
  try {
    json = encode(await program(names ? freeze({ tools: G.tools, emit: G.emit, sleep: G.sleep, console: G.console }) : G.tools));
  } catch (error) {
    let told;
    try { told = describe(error); } catch { told = LOST; }
    put('failed', '', told, '');
    return;
  }
  put('done', '', json, '');
};
`;
