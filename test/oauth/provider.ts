import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { answerJson, type Ending } from '../upstream-recorder.ts';
import { shopDocument } from './shop.ts';

/** What becomes of the next request to the token endpoint: it is never taken, or carried out and never answered. */
export type Held = 'before' | 'after';

const SECRET = 'a-secret-of-more-than-thirty-two-characters';
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const machine = (client_id: string, token_endpoint_auth_method: string, more: object = {}) => ({
  client_id,
  token_endpoint_auth_method,
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
  scope: 'orders:read orders:write',
  ...more,
});

/** The clients that the server knows from the start, as a person would connect with them. */
export const MACHINES: Readonly<Record<string, Record<string, string>>> = {
  basic: { clientId: 'basic', clientSecret: SECRET },
  post: { clientId: 'post', clientSecret: SECRET, tokenAuth: 'client_secret_post' },
  jwt: { clientId: 'jwt', privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string, keyId: 'k1' },
};

/** The authorization server that others use, `oidc-provider`, and an API that takes its tokens: both at one address. */
export async function openProvider(t: Ending) {
  const calls: { path: string; token: string }[] = [];
  const ended = new Set<string>();
  let [held, reached]: [Held | undefined, (() => void) | undefined] = [undefined, undefined];

  const server = createServer((req, res) => void answer(req, res));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.after(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });
  const resource = { scope: 'orders:read orders:write', accessTokenFormat: 'opaque' };
  const provider = new Provider(origin, {
    clients: [
      machine('basic', 'client_secret_basic', { client_secret: SECRET }),
      machine('post', 'client_secret_post', { client_secret: SECRET }),
      machine('jwt', 'private_key_jwt', {
        jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' }] },
      }),
      {
        ...machine('tv', 'none'),
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
        application_type: 'native',
        scope: 'openid offline_access orders:read orders:write',
      },
    ],
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      clientCredentials: { enabled: true },
      revocation: { enabled: true },
      deviceFlow: {
        enabled: true,
        // A person types the code, then confirms: both are one request here.
        userCodeInputSource: (ctx: { body: string }, form: string) => {
          ctx.body = form;
        },
        userCodeConfirmSource: (ctx: { body: string }, form: string) => {
          ctx.body = form;
        },
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => `${origin}/api`,
        useGrantedResource: () => true,
        getResourceServerInfo: () => resource,
      },
    },
    scopes: ['openid', 'offline_access', 'email', 'orders:read', 'orders:write'],
    claims: { email: ['email'] },
    findAccount: (_: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId, email: `${accountId}@example.com` }) }),
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    conformIdTokenClaims: false,
    ttl: {
      AccessToken: 3_600,
      ClientCredentials: 3_600,
      RefreshToken: 86_400,
      Grant: 86_400,
      Session: 86_400,
      Interaction: 600,
      IdToken: 600,
      DeviceCode: 600,
    },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    cookies: { keys: ['only for tests'] },
  });
  const serve = provider.callback();

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname } = new URL(req.url!, origin);
    if (pathname === '/.well-known/oauth-protected-resource/api') {
      return answerJson(res, 200, { resource: `${origin}/api`, authorization_servers: [origin], scopes_supported: ['orders:read'] });
    }
    if (pathname.startsWith('/interaction/')) return interact(req, res);
    if (pathname.startsWith('/api/')) return api(pathname.slice('/api'.length), req, res);
    if (pathname !== '/token') return serve(req, res);
    const how = held;
    held = undefined;
    if (how === 'before') {
      req.resume();
      return reached?.();
    }
    if (how === 'after') swallow(res, () => reached?.());
    serve(req, res);
  }

  /** Agrees to everything, as alice. */
  async function interact(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { prompt, params, session } = await provider.interactionDetails(req, res);
    if (prompt.name === 'login') return provider.interactionFinished(req, res, { login: { accountId: 'alice' } });
    const grant = new provider.Grant({ accountId: session!.accountId, clientId: params.client_id! });
    grant.addOIDCScope(params.scope ?? '');
    grant.addResourceScope(`${origin}/api`, params.scope ?? '');
    await provider.interactionFinished(req, res, { consent: { grantId: await grant.save() } });
  }

  async function api(path: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
    req.resume();
    const value = /^Bearer (.+)$/.exec(req.headers.authorization ?? '')?.[1] ?? '';
    const token = (await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value));
    calls.push({ path, token: value });
    const challenge = `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/api"`;
    if (!token || token.isExpired || ended.has(value))
      return void res.writeHead(401, { 'www-authenticate': `${challenge}, error="invalid_token"` }).end();
    const wanted = req.method === 'POST' ? 'orders:write' : 'orders:read';
    if (!token.scope?.split(' ').includes(wanted))
      return void res.writeHead(403, { 'www-authenticate': `${challenge}, error="insufficient_scope", scope="${wanted}"` }).end();
    answerJson(res, 200, { path, client: token.clientId });
  }

  return {
    origin,
    calls,
    spec: () => ({ ...shopDocument({ origin: `${origin}/api`, schemes: {} }) }),
    /** The API takes no token any more that it has seen. */
    expire() {
      for (const { token } of calls) ended.add(token);
    },
    /** Holds the next request to the token endpoint; resolves when it is there, or has been carried out. */
    hold(how: Held): Promise<void> {
      held = how;
      return new Promise(resolve => {
        reached = resolve;
      });
    },
  };
}
export type OidcProvider = Awaited<ReturnType<typeof openProvider>>;

/** Lets an answer be made, and never sends it. */
function swallow(res: ServerResponse, done: () => void): void {
  res.writeHead = (() => res) as never;
  res.write = (() => true) as never;
  res.end = (() => {
    done();
    return res;
  }) as never;
}

/** A browser with cookies that follows redirects, and fills the forms of a device login. Gives the page it ends at. */
export async function surf(link: string, form?: Record<string, string>): Promise<{ status: number; text: string; url: string }> {
  const jar = new Map<string, string>();
  let [url, body] = [link, form && new URLSearchParams(form)];
  for (let hops = 0; hops < 12; hops++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie }, ...(body && { method: 'POST', body }) });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      jar.set(name!, value!);
    }
    const text = await response.text();
    const location = response.headers.get('location');
    if (location) [url, body] = [new URL(location, url).href, undefined];
    else if (/<form/.test(text)) {
      // What is hidden in the form, and a yes where it asks.
      const fields = [...text.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]);
      const action = /action="([^"]+)"/.exec(text)?.[1] ?? url;
      [url, body] = [new URL(action, url).href, new URLSearchParams(fields as string[][])];
    } else return { status: response.status, text, url };
  }
  throw new Error(`${link} goes on for ever`);
}
