/** An answer of the daemon, its JSON read. */
export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers by name
  body: any;
}

export interface Asking {
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  text?: string;
  signal?: AbortSignal;
}

/** The HTTP API as one principal sees it. */
export function openApi(base: string, token?: string) {
  async function ask(method: string, path: string, { headers = {}, body, text, signal }: Asking = {}): Promise<Reply> {
    const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(base + path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(sent !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent !== undefined && { body: sent }),
      ...(signal && { signal }),
    });
    const answered = await response.text();
    return { status: response.status, headers: response.headers, text: answered, body: read(answered) };
  }
  return {
    ask,
    get: (path: string, asking?: Asking) => ask('GET', path, asking),
    post: (path: string, body?: unknown, asking?: Asking) => ask('POST', path, { ...asking, body }),
    put: (path: string, body?: unknown) => ask('PUT', path, { body }),
    patch: (path: string, body?: unknown) => ask('PATCH', path, { body }),
    delete: (path: string) => ask('DELETE', path),
    invoke: (path: string, input: unknown = {}, asking?: Asking) => ask('POST', `/api/tools/invoke/${path}`, { ...asking, body: input }),
    resume: (id: string, answer: unknown = { action: 'accept' }) => ask('POST', `/api/executions/${id}/resume`, { body: answer }),
  };
}
export type Api = ReturnType<typeof openApi>;

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a text of another kind: the test looks at `text`
  }
}
