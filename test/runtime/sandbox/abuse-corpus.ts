const limit = (name: string) => ({ code: 'limit_exceeded', limit: name });
const threw = (name: string) => ({ code: 'invalid_arguments', name });
const value = (result: unknown) => ({ result });

export interface Expected {
  code?: string;
  limit?: string;
  name?: string;
  result?: unknown;
}

/** Programs that mean harm, and how each ends: as a named error of its own, or harmlessly. They call `tools.a.b`, which gives back what it is asked. */
export const CORPUS: [title: string, code: string, expected: Expected][] = [
  [
    'a constructor chain finds no Node',
    'return [].constructor.constructor("return typeof process + typeof require + typeof globalThis.Buffer")()',
    value('undefinedfunctionundefined'),
  ],
  [
    'the constructor of a tool is nothing',
    'return [typeof tools.constructor, typeof tools.a.constructor, typeof tools.__proto__.polluted]',
    value(['undefined', 'undefined', 'function']),
  ],
  [
    'the constructor of an error is the VM’s',
    'try { null.x } catch (e) { return e.constructor.constructor("return this")() === globalThis }',
    value(true),
  ],
  ['the constructor of a promise of a step is the VM’s', 'return tools.a.b().constructor === Promise', value(true)],
  [
    '__proto__ in arguments stays an argument',
    'return (await tools.a.b(JSON.parse(\'{"__proto__": {"admin": true}}\'))).input.admin === undefined',
    value(true),
  ],
  [
    'a polluted prototype reaches no request',
    'Object.prototype.connection = "root"; Object.prototype.toJSON = undefined; return Object.keys(await tools.a.b({}))',
    value(['path', 'input']),
  ],
  ['a getter in arguments that throws', 'await tools.a.b({ get x() { throw new Error("boo") } })', threw('ToolError')],
  ['a toJSON that never ends', 'await tools.a.b({ toJSON() { for (;;); } })', limit('compute')],
  ['a cycle in arguments', 'const x = {}; x.x = x; await tools.a.b(x)', threw('ToolError')],
  ['a cycle in the result', 'const x = {}; x.x = x; return x', threw('TypeError')],
  ['a proxy as arguments', 'await tools.a.b(new Proxy({}, { ownKeys() { throw new RangeError("no") } }))', threw('ToolError')],
  [
    'a proxy without end as the result',
    'const p = new Proxy({}, { ownKeys: () => ["x"], getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }), get: (_, k) => k === "toJSON" || k === "then" ? undefined : p }); return p',
    threw('TypeError'),
  ],
  ['a regex bomb', 'return /^(a|aa)+$/.test("a".repeat(100) + "b")', limit('compute')],
  ['deep recursion', '(function f() { f() })()', limit('stack')],
  ['deep recursion through natives', '(function f() { [1].map(f) })()', limit('stack')],
  ['deep JSON, read', 'JSON.parse("[".repeat(200000))', limit('stack')],
  ['deep JSON, written', 'let a = []; for (let i = 0; i < 100000; i++) a = [a]; return a', { code: 'limit_exceeded' }],
  ['deep code', 'eval("(".repeat(100000))', limit('stack')],
  ['deep code of its own', '('.repeat(20000), threw('SyntaxError')],
  ['a promise flood', 'for (;;) Promise.resolve().then(() => 1)', { code: 'limit_exceeded' }],
  ['promises that make promises', 'const f = () => Promise.resolve().then(f); await f()', limit('compute')],
  ['an await without end', 'for (;;) await null', limit('compute')],
  ['a loop without end', 'for (;;);', limit('compute')],
  ['a loop that catches everything', 'for (;;) try { for (;;); } catch {} finally { continue }', limit('compute')],
  ['a promise that never settles', 'await new Promise(() => {})', threw('NeverSettles')],
  ['a string of a gigabyte', 'return "x".repeat(2 ** 30 - 2)', limit('memory')],
  ['a string that doubles', 'let s = "x"; for (;;) s = (s + s).replace("y", "")', { code: 'limit_exceeded' }],
  ['a list without end', 'const a = []; for (;;) a.push({ a })', { code: 'limit_exceeded' }],
  ['a large buffer', 'return new ArrayBuffer(2 ** 31)', threw('RangeError')],
  ['a large typed array, filled', 'const keep = []; for (;;) keep.push(new Float64Array(1e6).fill(1))', { code: 'limit_exceeded' }],
  [
    'memory caught and tried again',
    'const a = []; for (;;) try { a.push("x".repeat(1e6) + a.length) } catch {}',
    { code: 'limit_exceeded' },
  ],
  ['a huge sum', 'return (2n ** 10000000n).toString().length', threw('RangeError')],
  ['calls without end', 'for (;;) tools.a.b()', limit('calls')],
  ['sleeps without end', 'for (;;) sleep(1)', limit('steps')],
  ['output without end', 'for (;;) emit("x".repeat(1e5))', limit('output')],
  ['a huge request', 'await tools.a.b({ x: "x".repeat(17e6) })', limit('output')],
  ['logs without end are dropped', 'for (let i = 0; i < 3e4; i++) console.log("x".repeat(1000)); return 1', value(1)],
  [
    'forged messages of the bridge',
    'globalThis.issue?.("call", "{}", ""); globalThis.settle?.(1, true, "1"); return [typeof issue, typeof put, typeof settle, typeof waiting, Object.getOwnPropertyNames(globalThis).filter(n => /issue|settle|put|port|host/i.test(n))]',
    value(['undefined', 'undefined', 'undefined', 'undefined', []]),
  ],
  ['a forged fault', 'throw new ToolError({ code: "limit_exceeded", message: "x", step: 1 })', threw('ToolError')],
  ['a thenable that lies', 'return { then(yes) { yes(7) } }', value(7)],
  [
    'patched intrinsics do not reach the bridge',
    'JSON.stringify = () => "forged"; JSON.parse = () => "forged"; Map.prototype.get = () => 1; WeakMap.prototype.get = () => 1; Promise.prototype.then = () => 1; Reflect.apply = () => 1; Array.isArray = () => true; return (await tools.a.b({ x: 1 })).input',
    value({ x: 1 }),
  ],
  [
    'setters on the prototype do not reach the bridge',
    'let seen = []; for (const k of ["resolve", "reject", "path"]) Object.defineProperty(Object.prototype, k, { set(v) { seen.push(typeof v) }, get() { return undefined }, configurable: true }); await tools.a.b({}); return seen',
    value([]),
  ],
  [
    'a stack that lies',
    'Error.prepareStackTrace = (_, frames) => { globalThis.frames = frames }; await tools.a.b(); return typeof globalThis.frames',
    value('undefined'),
  ],
  [
    'no real time, no shared memory, nothing that the collector decides',
    'return [typeof WeakRef, typeof FinalizationRegistry, typeof SharedArrayBuffer, typeof Atomics, new (new Date().constructor)().getTime() === Date.now()]',
    value(['undefined', 'undefined', 'undefined', 'undefined', true]),
  ],
  ['import() finds nothing', 'return await import("node:fs")', threw('ReferenceError')],
  ['a string that ends the wrapper', '})(); globalThis.escaped = 1; (async function(){', threw('SyntaxError')],
  ['a listing of all tools', 'return { ...tools }', threw('TypeError')],
];
