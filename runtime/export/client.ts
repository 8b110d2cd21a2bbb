/** The part of a generated client that is the same for every catalog: plain TypeScript with no imports and no library but `fetch`. */
export const CLIENT = `export interface ExecutorHttp {
  status: number;
  headers: Record<string, string>;
}

export interface ExecutorFault {
  code: string;
  message: string;
  details?: Record<string, unknown>;
}

/** What a call answers: the tool's data, or the tool's own failure. */
export type ExecutorAnswer<T> =
  | { ok: true; data: T; executionId: string; http?: ExecutorHttp }
  | { ok: false; error: ExecutorFault; executionId?: string; http?: ExecutorHttp };

export interface ExecutorCallOptions {
  /** Which connection of the source to use. */
  connection?: string;
  /** The same request with the same key is the same execution, for 24 hours. */
  idempotencyKey?: string;
  /** Seconds to wait at most; 300 when not given. */
  wait?: number;
  /** An AbortSignal. */
  signal?: any;
}

type ExecutorFetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body: string; signal?: any },
) => Promise<{ status: number; text(): Promise<string> }>;

export interface ExecutorClientOptions {
  /** Where the daemon is: EXECUTOR_URL, else http://127.0.0.1:4788. */
  baseUrl?: string;
  /** A bearer token: EXECUTOR_TOKEN when not given. */
  token?: string;
  fetch?: ExecutorFetch;
  /** Sent with every request. */
  headers?: Record<string, string>;
}

/** The call waits for a person, or is still running. It goes on by itself when it is answered. */
export class ExecutorPausedError extends Error {
  override readonly name: string = 'ExecutorPausedError';
  readonly executionId: string;
  readonly approvalUrl: string;
  readonly code: string;
  readonly interactions: readonly unknown[];
  constructor(error: { message: string; code: string; executionId: string; approvalUrl: string; interactions?: readonly unknown[] }) {
    super(error.message);
    this.executionId = error.executionId;
    this.approvalUrl = error.approvalUrl;
    this.code = error.code;
    this.interactions = error.interactions ?? [];
  }
}

/** The call was not made, or its outcome could not be had. */
export class ExecutorRequestError extends Error {
  override readonly name: string = 'ExecutorRequestError';
  readonly status: number;
  readonly body: unknown;
  constructor(status: number, body: unknown) {
    const message = (body as { error?: { message?: unknown } } | undefined)?.error?.message;
    super(typeof message === 'string' ? message : \`the daemon answered with status \${status}\`);
    this.status = status;
    this.body = body;
  }
}

/** Makes a client. It holds nothing but its options. */
export function createExecutorClient(options: ExecutorClientOptions = {}): ExecutorClient {
  const environment = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env ?? {};
  const base = (options.baseUrl ?? (environment['EXECUTOR_URL'] || 'http://127.0.0.1:4788')).replace(/\\/+$/, '');
  const token = options.token ?? environment['EXECUTOR_TOKEN'];
  const send = options.fetch ?? (globalThis as unknown as { fetch: ExecutorFetch }).fetch;

  async function call(path: string, input: unknown, given: ExecutorCallOptions = {}): Promise<unknown> {
    const query = [
      ...(given.connection === undefined ? [] : [\`connection=\${encodeURIComponent(given.connection)}\`]),
      ...(given.wait === undefined ? [] : [\`wait=\${given.wait}\`]),
    ].join('&');
    const response = await send(\`\${base}/api/tools/invoke/\${encodeURIComponent(path)}\${query && \`?\${query}\`}\`, {
      method: 'POST',
      headers: {
        ...options.headers,
        'content-type': 'application/json',
        ...(token ? { authorization: \`Bearer \${token}\` } : {}),
        ...(given.idempotencyKey === undefined ? {} : { 'idempotency-key': given.idempotencyKey }),
      },
      body: JSON.stringify(input ?? {}),
      ...(given.signal === undefined ? {} : { signal: given.signal }),
    });
    const text = await response.text();
    let body: any;
    try {
      body = text === '' ? undefined : JSON.parse(text);
    } catch {
      throw new ExecutorRequestError(response.status, text);
    }
    if (response.status === 200) return body;
    if (response.status === 202 && body?.error?.executionId) throw new ExecutorPausedError(body.error);
    throw new ExecutorRequestError(response.status, body);
  }

  const at = (path: string): unknown =>
    new Proxy(() => undefined, {
      get: (_, name) => {
        if (typeof name === 'symbol') return undefined;
        if (path === '' && name === '$call') return call;
        const next = path === '' ? name : \`\${path}.\${name}\`;
        // Nothing of this is a promise, unless a tool is called so.
        return name === 'then' && !THEN.includes(next) ? undefined : at(next);
      },
      apply: (_, __, [input, given]: [unknown, ExecutorCallOptions?]) => call(path, input, given),
    });
  return at('') as ExecutorClient;
}
`;
