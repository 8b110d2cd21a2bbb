import { createRequire } from 'node:module';

/**
 * Prism serving one document, in a process of its own: `prism-server.ts <folder Prism is installed in> <document> [mended]`. Its own server,
 * router and validator; requests are validated and answered with mocks. Says its address to the process that forked it.
 *
 * Prism (5.14.2, 5.16) makes an empty object of every `deepObject` that was not sent, and misses in it what it would require: an optional
 * argument that is left out is refused. `mended`: what was not sent is not there. Nothing else of it is touched.
 */

const [folder = '', document = '', mended] = process.argv.slice(2);
const load = createRequire(`${folder}/package.json`);
if (mended) {
  const { query } = load('@stoplight/prism-http/dist/validator/deserializers');
  const published = query.deepObject;
  query.deepObject = (...given: unknown[]) => sent(published(...given));
}

/** Without what was not sent: members without a value, and objects that then have none. */
function sent(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.length > 0 ? value.map(sent) : undefined;
  const members = Object.entries(value).flatMap(([name, member]) => {
    const there = sent(member);
    return there === undefined ? [] : [[name, there] as const];
  });
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}
const { createServer } = load('@stoplight/prism-http-server');
const { getHttpOperationsFromSpec } = load('@stoplight/prism-http');
const quiet = () => {};
const logger = { info: quiet, warn: quiet, error: quiet, success: quiet, start: quiet, debug: quiet, child: () => logger };

const operations = await getHttpOperationsFromSpec(document);
const server = createServer(operations, {
  cors: false,
  components: { logger },
  // No credentials are sent here: what Prism says of security schemes is left out. Its own answers are not what is tried.
  config: { isProxy: false, checkSecurity: false, validateRequest: true, validateResponse: false, errors: false, mock: { dynamic: false } },
});
const origin: string = await server.listen(0, '127.0.0.1');
process.send?.({ origin, operations: operations.length });
process.on('disconnect', () => process.exit());
