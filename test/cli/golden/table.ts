/** One run of a command, of which exit code, stdout and stderr are written down in `<command>.txt`. */
export interface Case {
  /** Its words in the menu. */
  command: string;
  as: 'ok' | 'error' | 'paused';
  /** What follows the command's words; `<paused>`, `<settled>`, `<program>` and `<plan>` are executions that wait, have ended, wait twice and were tried out. */
  args: readonly string[];
  input?: string;
  /** Nothing listens where `EXECUTOR_URL` points to. */
  unreachable?: true;
  /** Only so many lines of stdout are written down: the rest tells of what others own. */
  head?: number;
}

const ok = (command: string, args: readonly string[] = [], more: Partial<Case> = {}): Case => ({ command, as: 'ok', args, ...more });
const error = (command: string, args: readonly string[] = [], more: Partial<Case> = {}): Case => ({ command, as: 'error', args, ...more });
const paused = (command: string, args: readonly string[], more: Partial<Case> = {}): Case => ({ command, as: 'paused', args, ...more });
const unreachable = (command: string, args: readonly string[] = []): Case => error(command, args, { unreachable: true });

/** In the order in which they run, on one data directory with the shop of `../rig.ts` in it. */
export const table: readonly Case[] = [
  ok('install'),
  unreachable('install'),
  ok('status'),
  unreachable('status'),
  ok('uninstall'),
  unreachable('uninstall'),
  ok('web', ['--no-browser']),
  error('web', ['--port', '1']),
  ok('daemon start'),
  unreachable('daemon start'),
  ok('daemon status'),
  unreachable('daemon status'),
  ok('daemon logs', ['--lines', '1']),
  error('daemon logs', ['--lines', 'all']),
  ok('daemon restart'),
  unreachable('daemon restart'),
  ok('mcp', [], {
    input:
      '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"golden","version":"1"}}}\n{"jsonrpc":"2.0","method":"notifications/initialized"}\n{"jsonrpc":"2.0","id":2,"method":"ping"}\n',
  }),
  unreachable('mcp', []),

  ok('add', ['my spec.json', '--name', 'other', '--allow-private']),
  error('add', ['my spec.json', '--name', 'shop', '--kind', 'soap']),
  ok('sources'),
  unreachable('sources'),
  ok('refresh', ['shop']),
  error('refresh', ['nope']),
  ok('remove', ['other']),
  error('remove', ['nope']),

  ok('connect', ['shop', '--method', 'bearer'], { input: 'a secret\n' }),
  error('connect', ['nope', '--method', 'none']),
  ok('connections'),
  unreachable('connections'),
  ok('disconnect', ['shop/default']),
  error('disconnect', ['shop/nope']),

  ok('tools search', ['order', 'a', 'book', '--limit', '1']),
  error('tools search', ['order', '--limit', '0']),
  ok('tools describe', ['shop.orders.create']),
  error('tools describe', ['shop.orders.creat']),
  ok('tools sources'),
  unreachable('tools sources'),
  ok('tools list', ['shop.books']),
  unreachable('tools list'),

  ok('call', ['shop', 'books', 'list']),
  error('call', ['shop', 'books', 'broken']),
  paused('call', ['shop', 'orders', 'create', 'book=1']),
  paused('resume', ['--execution-id', '<program>', '--interaction', '<question>']),
  ok('resume', ['--execution-id', '<paused>']),
  error('resume', ['--execution-id', '<settled>', '--action', 'decline']),
  ok('executions list', ['--state', 'done', '--limit', '1']),
  error('executions list', ['--state', 'dnoe']),
  ok('executions show', ['<settled>']),
  paused('executions show', ['<paused>']),
  error('executions show', ['exec_nope']),
  ok('executions watch', ['<settled>']),
  error('executions watch', ['exec_nope']),
  ok('executions approve-plan', ['<plan>']),
  error('executions approve-plan', ['exec_nope']),
  ok('executions cancel', ['<paused>']),
  error('executions cancel', ['exec_nope']),
  ok('pending', ['--limit', '1']),
  unreachable('pending'),

  ok('run', ['-'], { input: 'console.log("counting"); return (await tools.shop.books.list({})).length' }),
  error('run', ['-'], { input: 'return await tools.shop.books.broken({})' }),
  paused('run', ['-'], { input: 'return await tools.shop.orders.create({ book: 1 })' }),

  ok('policy set', ['shop.books.broken', 'block']),
  error('policy set', ['shop.books.broken', 'blok']),
  ok('policy list'),
  unreachable('policy list'),
  ok('policy explain', ['shop', 'books', 'broken']),
  error('policy explain', ['shop.books.brokn']),
  ok('policy remove', ['shop.books.broken']),
  error('policy remove', ['shop.books.broken']),

  ok('token create', ['ci', '--tools', 'shop.books.*']),
  error('token create', ['ci', '--role', 'king']),
  ok('token list'),
  unreachable('token list'),
  ok('token revoke', ['ci']),
  error('token revoke', ['ci']),
  ok('audit list', ['--act', 'token.revoke']),
  unreachable('audit list'),
  ok('audit verify'),
  unreachable('audit verify'),

  ok('generate', ['--source', 'shop', '--output', 'catalog']),
  error('generate', ['--check', '--output', 'nowhere/catalog']),
  ok('completions', ['fish'], { head: 1 }),
  error('completions', ['tcsh']),
  ok('export', ['--output', 'executor.json']),
  unreachable('export'),
  ok('import', ['executor.json', '--plan']),
  error('import', ['nowhere.json']),
  ok('backup', ['all.backup']),
  error('backup', ['nowhere/all.backup']),
  ok('doctor'),
  unreachable('doctor'),
  error('rotate-key'),
  error('restore', ['all.backup']),

  ok('daemon stop'),
  unreachable('daemon stop'),
  ok('restore', ['all.backup', '--force']),
  ok('rotate-key'),
];
