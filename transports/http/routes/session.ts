import { Type } from '@sinclair/typebox';
import type { Polka } from 'polka';
import { FaultError } from '../../../machines/schema/fault.ts';
import { cookieName } from '../authenticate.ts';
import { door, readJson } from '../body.ts';
import { type Http, principalOf } from '../context.ts';
import { reply } from '../reply.ts';

const exchangeInput = door(Type.Object({ code: Type.String({ minLength: 1, maxLength: 200 }) }, { additionalProperties: false }));
const THIRTY_DAYS = 30 * 24 * 3600;

/** `/api/session`: sign-in links, and what the UI exchanges them for. */
export function sessionRoutes(app: Polka, http: Http): void {
  const { sessions } = http.runtime;

  app.post('/api/session/link', async (req, res) => {
    const by = principalOf(req, http, 'administer');
    await readJson(req);
    await http.runtime.audit.note(by, 'session.link');
    const { code, expiresAt } = await sessions.createLink();
    reply(res, 200, { url: `${http.base()}/#/session?code=${code}`, expiresAt });
  });

  app.post('/api/session', async (req, res) => {
    const { code } = exchangeInput(await readJson(req));
    const session = await sessions.exchange(code);
    if (!session) throw new FaultError('unauthorized', 'this link was used already or has expired; get a new one with: executor web');
    const secure = http.base().startsWith('https:') ? '; Secure' : '';
    res.setHeader(
      'set-cookie',
      `${cookieName(http.doors.port())}=${session.cookie}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${THIRTY_DAYS}${secure}`,
    );
    reply(res, 200, { half: session.half });
  });

  app.get('/api/session', (req, res) => {
    const { id, name, role } = principalOf(req, http);
    reply(res, 200, { id, name, role });
  });
}
