import { createRequire } from 'node:module';

/**
 * Prism serving one document, in a process of its own: `prism-server.ts <folder Prism is installed in> <document>`. Its own server, router
 * and validator; requests are validated and answered with mocks. Says its address to the process that forked it.
 */

const [folder = '', document = ''] = process.argv.slice(2);
const load = createRequire(`${folder}/package.json`);
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
