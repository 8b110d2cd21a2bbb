/** Time, chance and the little else a program may expect around it. The clock itself is the host's: see vm.ts. */
export const GLOBALS = `
for (const name of ['WeakRef', 'FinalizationRegistry', 'SharedArrayBuffer', 'Atomics']) delete G[name];

/** sfc32: small, fast, and the same on every machine. */
const generator = (a, b, c, d) => () => {
  a |= 0; b |= 0; c |= 0; d |= 0;
  const t = (((a + b) | 0) + d) | 0;
  d = (d + 1) | 0;
  a = b ^ (b >>> 9);
  b = (c + (c << 3)) | 0;
  c = (c << 21) | (c >>> 11);
  c = (c + t) | 0;
  return t >>> 0;
};
let dice = generator(1, 2, 3, 4);
let bytes = dice;
const clock = Date.now;
let startedAt = 0;
const reseed = (...n) => {
  startedAt = clock();
  dice = generator(n[0], n[1], n[2], n[3]);
  bytes = generator(n[4], n[5], n[6], n[7]);
  for (let i = 0; i < 12; i++) { dice(); bytes(); }
};
const random = () => ((dice() >>> 5) * 67108864 + (dice() >>> 6)) / 9007199254740992;
defineProperty(Math, 'random', { value: random, writable: true, configurable: true });

const typed = getPrototypeOf(Uint8Array.prototype);
const bytesIn = uncurry(Object.getOwnPropertyDescriptor(typed, 'byteLength').get);
const bufferOf = uncurry(Object.getOwnPropertyDescriptor(typed, 'buffer').get);
const offsetOf = uncurry(Object.getOwnPropertyDescriptor(typed, 'byteOffset').get);
const Bytes = Uint8Array;
const hex = [];
for (let i = 0; i < 256; i++) hex[i] = (i < 16 ? '0' : '') + i.toString(16);
show('crypto', freeze({
  __proto__: null,
  getRandomValues(array) {
    const view = new Bytes(bufferOf(array), offsetOf(array), bytesIn(array));
    if (view.length > 65536) throw new T('getRandomValues gives at most 65536 bytes at a time');
    for (let i = 0; i < view.length; i++) view[i] = bytes() & 255;
    return array;
  },
  randomUUID() {
    let text = '';
    for (let i = 0; i < 16; i++) {
      let byte = bytes() & 255;
      if (i === 6) byte = (byte & 15) | 64;
      if (i === 8) byte = (byte & 63) | 128;
      text += (i === 4 || i === 6 || i === 8 || i === 10 ? '-' : '') + hex[byte];
    }
    return text;
  },
}));
show('performance', freeze({ __proto__: null, now: () => clock() - startedAt }));

const wait = ms => {
  const time = +ms;
  return ask('sleep', stringify({ ms: time > 0 ? time : 0 }));
};
show('sleep', ms => wait(ms));

const cancelled = create(null);
let timers = 0;
show('setTimeout', (callback, ms, ...rest) => {
  if (typeof callback !== 'function') throw new T('setTimeout wants a function');
  const id = ++timers;
  (async () => {
    await wait(ms);
    if (cancelled[id]) return;
    try { apply(callback, undefined, rest); } catch (error) { put('failed', '', describe(error), ''); }
  })();
  return id;
});
show('clearTimeout', id => {
  if (typeof id === 'number') cancelled[id] = true;
});
show('queueMicrotask', callback => {
  if (typeof callback !== 'function') throw new T('queueMicrotask wants a function');
  (async () => {
    await undefined;
    try { callback(); } catch (error) { put('failed', '', describe(error), ''); }
  })();
});
show('structuredClone', value => parse(encode(value)));

const absent = (name, hint) => show(name, () => { throw new T(name + ' is not available here: ' + hint); });
absent('fetch', 'programs have no network; call a tool, e.g. await tools.<source>.<group>.<name>({…}), and find one with await tools.$search("…")');
absent('XMLHttpRequest', 'programs have no network; call a tool');
absent('WebSocket', 'programs have no network; call a tool');
absent('require', 'programs have no modules; use tools');
absent('setInterval', 'use a loop with await sleep(ms)');
absent('setImmediate', 'use await sleep(0)');
`;
