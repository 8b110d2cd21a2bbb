import { base } from './base.ts';
import { credentials } from './session.ts';
import { store } from './store.ts';

/** A refusal of the daemon, as data. `offline` stands for "no answer at all". */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: string, message: string, status: number, details?: Record<string, unknown>) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** Whatever was thrown, as an `ApiError`. */
export function toApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError('internal', error instanceof Error ? error.message : String(error), 0);
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One request to the daemon. Throws an `ApiError` for every answer that is not a success. */
export async function request<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const reply = await send(method, path, body, signal);
  if (reply.status === 204) return undefined as T;
  let answer: unknown;
  try {
    answer = await reply.json();
  } catch (error) {
    // Given up, or broken off in the middle: neither is an answer.
    if (signal?.aborted) throw error;
    if (reply.ok) throw new ApiError('offline', 'The answer of the daemon broke off. Try again.', 0);
  }
  if (reply.ok) return answer as T;
  const error = (answer as { error?: { code?: string; message?: string; details?: Record<string, unknown> } } | undefined)?.error;
  if (reply.status === 401) store.trigger.session({ state: 'none' });
  throw new ApiError(error?.code ?? 'internal', error?.message ?? `The daemon answered ${reply.status}.`, reply.status, error?.details);
}

/** Saves what a route answers as a file. */
export async function download(path: string, name: string): Promise<void> {
  const reply = await send('GET', path, undefined, undefined);
  if (!reply.ok) throw new ApiError('internal', `The daemon answered ${reply.status}.`, reply.status);
  saveBlob(await reply.blob(), name);
}

/** Saves a text as a file. */
export function save(text: string, name: string): void {
  saveBlob(new Blob([text], { type: 'application/json' }), name);
}

function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

async function send(method: Method, path: string, body: unknown, signal: AbortSignal | undefined): Promise<Response> {
  const headers = { ...credentials(), ...(body !== undefined && { 'content-type': 'application/json' }) };
  try {
    return await fetch(base + path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('offline', 'The daemon does not answer. Is it running? Try: executor daemon status', 0);
  }
}
