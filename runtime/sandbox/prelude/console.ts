/** What a program shows: `console.*` and `emit`. */
export const CONSOLE = `
const MOST = 16384;
const slice = uncurry(S.prototype.slice);

const wording = value => {
  if (typeof value === 'string') return value;
  if (typeof value === 'symbol' || typeof value === 'undefined' || typeof value === 'function') {
    return typeof value === 'function' ? '[function]' : S(value);
  }
  try {
    if (value instanceof E) return field(value, 'name') + ': ' + field(value, 'message');
    const json = stringify(value, readable);
    return json === undefined ? '' : json;
  } catch (error) {
    return '[' + (field(error, 'message') ?? 'unprintable') + ']';
  }
};

/** Until the host has heard enough. */
let heard = true;
const log = level => (...values) => {
  if (!heard) return;
  let text = '';
  for (let i = 0; i < values.length; i++) text += (i ? ' ' : '') + wording(values[i]);
  heard = put('log', level, text.length > MOST ? slice(text, 0, MOST) + '… (' + text.length + ' characters)' : text, new E().stack) === 1;
};

const quiet = () => {};
show('console', freeze({
  __proto__: null,
  log: log('info'), info: log('info'), warn: log('warn'), error: log('error'), debug: log('debug'), trace: log('debug'),
  dir: value => G.console.log(value), table: log('info'), assert: (ok, ...rest) => { if (!ok) G.console.error('Assertion failed', ...rest); },
  group: log('info'), groupEnd: quiet, time: quiet, timeEnd: quiet, timeLog: quiet, count: quiet,
}));

show('emit', value => {
  if (put('emit', '', encode(value), new E().stack) < 0) end();
});
`;
