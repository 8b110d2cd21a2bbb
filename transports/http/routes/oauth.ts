import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Polka } from 'polka';
import { toFault } from '../../../machines/schema/fault.ts';
import type { Http } from '../context.ts';
import { reply } from '../reply.ts';

/**
 * Where an authorization server sends the browser back to. It takes no session: the state parameter, known to nobody but us, the person
 * and that server, is what it goes by, once.
 */
export function oauthRoutes(app: Polka, http: Http): void {
  app.get('/oauth/callback', async (req, res) => {
    const query = req.url.includes('?') ? req.url.slice(req.url.indexOf('?') + 1) : '';
    try {
      const view = await http.runtime.connections.callback(new URLSearchParams(query));
      const id = `${view.source}/${view.name}`;
      if (view.state === 'connected' && !view.error) {
        const who = view.identity ? ` as ${view.identity}` : '';
        page(res, 200, 'Connected', `${id} is connected${who}. What waited for this login goes on by itself; you can close this page.`);
      } else {
        page(
          res,
          400,
          'Not connected',
          `${id} is ${view.state}: ${view.error?.message ?? 'the server has not answered yet'}. Start the login again from the page or the command that gave you the link.`,
        );
      }
    } catch (error) {
      const fault = toFault(error);
      page(res, fault.code === 'internal' ? 500 : 400, 'Nothing was changed', fault.message);
    }
  });

  // Our client metadata document, for servers that take one instead of a registration (draft-ietf-oauth-client-id-metadata-document).
  app.get('/oauth/client.json', (_req, res) => {
    const base = http.base();
    reply(res, 200, {
      client_id: `${base}/oauth/client.json`,
      client_name: 'executor',
      client_uri: base,
      redirect_uris: [`${base}/oauth/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    });
  });
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto 0;padding:0 1.5rem;color:#1c1c1a;background:#fbfaf7}h1{font-size:1.4rem}@media(prefers-color-scheme:dark){body{color:#ecebe6;background:#171715}}';
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

const escaped = (text: string): string => text.replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);

/** A page of its own that loads nothing and says nothing on: neither the code nor the state must get into a referrer or a history of ours. */
function page(res: ServerResponse, status: number, title: string, text: string): void {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} · executor</title><style>${STYLE}</style><h1>${title}</h1><p>${escaped(text)}</p></html>`;
  res.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(html),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  });
  res.end(html);
}
