/** Headers that say how to talk, not who talks: their values (a media type, a version) stand in every other answer, too. */
const ORDINARY = /^(accept|content)(-|$)|^(user-agent|origin|referer|prefer|cache-control)$|-version$/i;

/** Of static headers, what must not be shown: all but the ordinary ones. */
export const secretsInHeaders = (headers: Readonly<Record<string, string>> = {}): string[] =>
  Object.entries(headers).flatMap(([name, value]) => (ORDINARY.test(name) ? [] : [value]));

/** Of an environment, what looks like a secret: ordinary values (a port, a level) must not be taken out of every answer. */
export const secretsInEnv = (env: Readonly<Record<string, string>> = {}): string[] =>
  Object.entries(env).flatMap(([name, value]) =>
    /key|token|secret|pass|credential|auth|cookie/i.test(name) || value.length >= 20 ? [value] : [],
  );
