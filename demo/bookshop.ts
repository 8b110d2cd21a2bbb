import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import description from './bookshop.json' with { type: 'json' };

export interface Book {
  id: string;
  title: string;
  author: string;
  price: number;
  stock: number;
}

export interface Order {
  id: string;
  bookId: string;
  quantity: number;
  customer: string;
  total: number;
}

const BOOKS: readonly Book[] = [
  { id: 'ddia', title: 'Designing Data-Intensive Applications', author: 'Martin Kleppmann', price: 42.5, stock: 7 },
  { id: 'sicp', title: 'Structure and Interpretation of Computer Programs', author: 'Abelson & Sussman', price: 55, stock: 3 },
  { id: 'tpop', title: 'The Practice of Programming', author: 'Kernighan & Pike', price: 38, stock: 5 },
  { id: 'mmm', title: 'The Mythical Man-Month', author: 'Fred Brooks', price: 31, stock: 12 },
  { id: 'goose', title: 'The Wild Goose Chase', author: 'Ada Marsh', price: 12.9, stock: 40 },
];

export interface Bookshop {
  server: Server;
  url: string;
  /** Every order that was ever placed: what the demo counts. */
  orders: readonly Order[];
  close(): Promise<void>;
}

/** A small shop with an OpenAPI description of its own: something to call at once, on this machine only. */
export async function openBookshop(port = 0): Promise<Bookshop> {
  const orders: Order[] = [];

  const server = createServer((req, res) => {
    serve(req, res).catch(error => send(res, 500, { message: String(error) }));
  });

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', 'http://bookshop');
    const [resource, id] = url.pathname.split('/').slice(1);
    const route = `${req.method} /${resource}${id ? '/:id' : ''}`;
    switch (route) {
      case 'GET /openapi.json':
        return send(res, 200, description);
      case 'GET /books': {
        const q = (url.searchParams.get('q') ?? '').toLowerCase();
        const found = BOOKS.filter(({ title, author }) => `${title} ${author}`.toLowerCase().includes(q));
        return send(res, 200, { items: found.slice(0, Number(url.searchParams.get('limit') ?? 10)) });
      }
      case 'GET /books/:id': {
        const book = BOOKS.find(candidate => candidate.id === id);
        return book ? send(res, 200, book) : send(res, 404, { message: `no book ${id}` });
      }
      case 'GET /orders':
        return send(res, 200, { items: orders });
      case 'POST /orders': {
        const { bookId, quantity = 1, customer = 'somebody' } = JSON.parse(await text(req)) as Partial<Order>;
        const book = BOOKS.find(candidate => candidate.id === bookId);
        if (!book) return send(res, 422, { message: `no book ${bookId}` });
        const order = { id: `order-${orders.length + 1}`, bookId: book.id, quantity, customer, total: book.price * quantity };
        orders.push(order);
        return send(res, 201, order);
      }
      case 'DELETE /orders/:id': {
        const index = orders.findIndex(order => order.id === id);
        if (index < 0) return send(res, 404, { message: `no order ${id}` });
        orders.splice(index, 1);
        return void res.writeHead(204).end();
      }
      default:
        return send(res, 404, { message: `no ${route}` });
    }
  }

  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const { port: actual } = server.address() as { port: number };
  return {
    server,
    url: `http://127.0.0.1:${actual}/openapi.json`,
    orders,
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function send(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function text(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8') || '{}';
}
