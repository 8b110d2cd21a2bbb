import { FaultError } from '../machines/schema/fault.ts';
import { serve } from '../transports/serve.ts';
import { type Bookshop, openBookshop } from './bookshop.ts';

const SHOP_PORT = 4789;

/** `npm start`: the daemon in this terminal, and a small bookshop beside it, so that there is something to call at once. */
async function start(): Promise<void> {
  const stop = new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  const shop: Bookshop = await openBookshop(SHOP_PORT).catch(() => openBookshop(0));
  try {
    const running = await serve({
      suggestions: [
        {
          title: 'Bookshop',
          description: 'A small shop on this machine: search books, place an order, see it wait for your approval.',
          input: { url: shop.url, namespace: 'bookshop', allowPrivate: true },
        },
      ],
    });
    console.log(
      [
        `executor is at   ${running.url}`,
        `sign in (once)   ${await running.createSignInLink()}`,
        `MCP endpoint     ${running.url}/mcp`,
        '',
        'Something to call, in another terminal:',
        `  npx executor add ${shop.url} --name bookshop --allow-private`,
        '  npx executor call bookshop books search q=goose',
        '  npx executor call bookshop orders create bookId=goose',
        '',
        'Ctrl-C stops it; whatever waits for you is still there at the next start.',
      ].join('\n'),
    );
    await Promise.race([stop, running.closed]);
    await running.close();
  } finally {
    await shop.close();
  }
}

start().catch((error: unknown) => {
  console.error(error instanceof FaultError ? error.message : error);
  process.exitCode = 1;
});
