import { generateKeyPairSync } from 'node:crypto';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;

/** A secret of its own for every place a person can put one. Some have characters that are written differently in different places. */
export const SLOTS = {
  key: 'sentinel-key-Zq81',
  queryKey: 'sentinel/query+Zq82',
  cookie: 'sentinel-cookie-Zq83',
  bearer: 'sentinel-bearer-Zq84',
  password: 'sentinel pässword "Zq85"',
  several: 'sentinel-several-Zq86',
  alsoSeveral: 'sentinel&also=Zq87',
  custom: 'sentinel-custom-Zq88',
  clientSecret: 'sentinel-client-Zq89',
  openapiHeader: 'sentinel-openapi-header-Zq90',
  graphqlHeader: 'sentinel-graphql-header-Zq91',
  mcpHeader: 'sentinel-mcp-header-Zq92',
  graphqlToken: 'sentinel-graphql-token-Zq93',
  mcpToken: 'sentinel-mcp-token-Zq94',
  env: 'sentinel $(env) `Zq95`',
  envOfBroken: 'sentinel-broken-env-Zq96',
  brokenHeader: 'sentinel-broken-header-Zq97',
} as const;

export const PRIVATE_KEY = pem;

/** What of the key nobody writes by chance: a line of its body. */
const keyLine = pem.split('\n')[1]!;

export const typedIn = (): string[] => [...Object.values(SLOTS), keyLine];

/** The forms in which a secret gives itself away. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const percent = encodeURIComponent(secret);
  // As a form may write it, down to the marks that need not be (RFC 6749, section 2.3.1).
  const whole = percent.replace(/[-_.!~*'()]/g, mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  return [
    secret,
    percent,
    percent.replace(/%[0-9A-F]{2}/g, code => code.toLowerCase()),
    new URLSearchParams({ v: secret }).toString().slice(2),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    // As the password of the users there are.
    ...['ada', 'mine'].flatMap(user =>
      [secret, whole].map(written => Buffer.from(`${user}:${written}`).toString('base64').replace(/=+$/, '')),
    ),
    whole,
    bytes.toString('hex'),
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  ];
}

/** Everything that came out, by where it came out, to be searched when all secrets are known. */
export function createHeard() {
  const all: { where: string; text: string }[] = [];
  return {
    hear(where: string, said: unknown): void {
      all.push({ where, text: typeof said === 'string' ? said : (JSON.stringify(said) ?? '') });
    },
    /** `<where> has <secret>` for each place and secret, shortened to what tells them apart. */
    findings(secrets: Iterable<string>): string[] {
      const found = new Set<string>();
      for (const secret of secrets) {
        for (const form of new Set(formsOf(secret))) {
          const bytes = Buffer.from(form).toString('latin1');
          for (const { where, text } of all) {
            const at = text.indexOf(form) >= 0 ? text.indexOf(form) : text.indexOf(bytes);
            if (at >= 0) found.add(`${where} has ${form}: …${text.slice(Math.max(0, at - 60), at + form.length + 20)}`);
          }
        }
      }
      return [...found];
    },
    places: (): string[] => all.map(({ where }) => where),
  };
}
export type Heard = ReturnType<typeof createHeard>;
