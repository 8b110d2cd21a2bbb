import { serveReference } from './server.ts';

/** The reference on the port given, until it is ended. */
const { url } = await serveReference(Number(process.argv[2] ?? 0));
console.log(url);
