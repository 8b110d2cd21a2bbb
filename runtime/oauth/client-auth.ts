import { createPrivateKey, type KeyObject, webcrypto } from 'node:crypto';
import { type AuthorizationServer, type ClientAuth, ClientSecretPost, None, PrivateKeyJwt } from 'oauth4webapi';
import { FaultError } from '../../machines/schema/fault.ts';

/** What proves a client to be itself. */
export interface ClientSecrets {
  secret?: string;
  privateKey?: string;
  keyId?: string;
}

export const TOKEN_AUTH = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
export type TokenAuth = (typeof TOKEN_AUTH)[number];

/** The way a client proves itself: what it has decides, then what the server says it takes; without a word of it, Basic (RFC 8414, section 2). */
export function tokenAuthOf(server: AuthorizationServer, { secret, privateKey }: ClientSecrets, wanted?: string): TokenAuth {
  if (wanted !== undefined) {
    if (!(TOKEN_AUTH as readonly string[]).includes(wanted)) {
      throw new FaultError('invalid_arguments', `values.tokenAuth: one of ${TOKEN_AUTH.join(', ')}`, {
        details: { path: '/values/tokenAuth' },
      });
    }
    return wanted as TokenAuth;
  }
  if (privateKey !== undefined) return 'private_key_jwt';
  if (secret === undefined) return 'none';
  const taken = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  return taken.includes('client_secret_basic') || !taken.includes('client_secret_post') ? 'client_secret_basic' : 'client_secret_post';
}

/** @throws FaultError invalid_arguments for a key that is none */
export async function clientAuth(method: string, { secret, privateKey, keyId }: ClientSecrets): Promise<ClientAuth> {
  if (method === 'private_key_jwt') {
    const key = await importKey(privateKey ?? '');
    return PrivateKeyJwt(keyId === undefined ? key : { key, kid: keyId });
  }
  if (method === 'none' || secret === undefined) return None();
  return method === 'client_secret_post' ? ClientSecretPost(secret) : basic(secret);
}

/**
 * Id and secret as a form writes them (RFC 6749, section 2.3.1), but for the marks that need not be: many servers do not decode them, and
 * those that do take them either way.
 */
const basic =
  (secret: string): ClientAuth =>
  (_server, client, _body, headers) => {
    const pair = [client.client_id, secret].map(written).join(':');
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
  };

const written = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()*]/g, mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');

/** A private key as PEM or JWK. */
async function importKey(text: string): Promise<CryptoKey> {
  let key: KeyObject;
  try {
    key = text.trim().startsWith('{') ? createPrivateKey({ key: JSON.parse(text), format: 'jwk' }) : createPrivateKey(text);
  } catch (cause) {
    throw new FaultError('invalid_arguments', 'values.privateKey: this is no private key, neither as PEM nor as JWK', {
      cause,
      details: { path: '/values/privateKey' },
    });
  }
  const { algorithm, usages } = algorithmOf(key);
  const imported = await webcrypto.subtle.importKey('jwk', key.export({ format: 'jwk' }) as JsonWebKey, algorithm, false, usages);
  return imported as CryptoKey;
}

function algorithmOf(key: KeyObject): { algorithm: RsaHashedImportParams | EcKeyImportParams | Algorithm; usages: 'sign'[] } {
  const usages: 'sign'[] = ['sign'];
  if (key.asymmetricKeyType === 'rsa') return { algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, usages };
  if (key.asymmetricKeyType === 'ed25519') return { algorithm: { name: 'Ed25519' }, usages };
  const curves: Record<string, string> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };
  const namedCurve = curves[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (namedCurve) return { algorithm: { name: 'ECDSA', namedCurve }, usages };
  throw new FaultError('invalid_arguments', `values.privateKey: a key of the kind ${key.asymmetricKeyType} cannot be used`, {
    details: { path: '/values/privateKey' },
  });
}
