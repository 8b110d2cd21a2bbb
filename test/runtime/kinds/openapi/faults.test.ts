import { testFaults } from '../../../contracts/faults.ts';

const paths = {
  '/things/{id}': {
    get: {
      operationId: 'things/get',
      tags: ['things'],
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      responses: { 200: { description: 'ok' } },
    },
  },
};

testFaults({
  kind: 'openapi',
  upstream(req, res) {
    const isDescription = req.url === '/openapi.json';
    const answer = isDescription ? { openapi: '3.1.0', info: { title: 'Things', version: '1' }, paths } : { id: '7' };
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  },
  input: url => ({ url: `${url}/openapi.json` }),
  read: { path: 'bad.things.get', input: { id: '7' }, result: { id: '7' } },
  // An API may answer with what it likes: it is passed on as text, and cut where it does not end.
  calls: { 'bad JSON': undefined, 'huge answer': undefined },
});
