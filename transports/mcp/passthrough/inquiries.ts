import { type InputRequests, LOG_LEVEL_META_KEY, type ServerContext } from '@modelcontextprotocol/server';
import type { Companion } from '../../../runtime/kinds/calling.ts';

/** How long a client may take to answer what a server asks of it, and not of a person. */
const ANSWER_MS = 600_000;

type Method = 'sampling/createMessage' | 'roots/list';

interface Open {
  method: Method;
  params: unknown;
  resolve: (answer: unknown) => void;
}

/** What the server asks of the client during one call of a 2026-07-28 client, which answers with its next request. */
export class Inquiry {
  readonly #open = new Map<string, Open>();
  /** What a person is asked, by the server's names; a name goes to the interaction that is its turn. */
  #forms = new Map<string, unknown>();
  #round = 0;
  readonly #names = new Map<string, { name: string; round: number }>();
  readonly #said = new Map<string, unknown>();
  #count = 0;
  #wake: (() => void) | undefined;

  ask(method: Method, params: unknown, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const key = `${method.split('/', 1)[0]}_${++this.#count}`;
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', fail);
        this.#open.delete(key);
      };
      const fail = () => {
        end();
        reject(new Error(`The client has not answered ${method}`));
      };
      const timer = setTimeout(fail, ANSWER_MS);
      timer.unref();
      signal.addEventListener('abort', fail);
      this.#open.set(key, {
        method,
        params,
        resolve: answer => {
          end();
          resolve(answer);
        },
      });
      // What is asked at the same time is put to the client together.
      setImmediate(() => this.#wake?.());
    });
  }

  /** The server is going to ask this of a person. */
  foresee(forms: Readonly<Record<string, unknown>>): void {
    this.#forms = new Map(Object.entries(forms));
    this.#said.clear();
    this.#round += 1;
  }

  /** The server's own name for an interaction, where it has one. */
  nameOf(interactionId: string): string {
    const known = this.#names.get(interactionId);
    if (known !== undefined) return known.name;
    const next = this.#forms.keys().next();
    if (next.done) return interactionId;
    this.#forms.delete(next.value);
    this.#names.set(interactionId, { name: next.value, round: this.#round });
    return next.value;
  }

  /** The same as a task has it: there no key is used twice, while a server may take a name again in its next round. */
  keyOf(interactionId: string): string {
    const name = this.nameOf(interactionId);
    return keyed(name, this.#names.get(interactionId)?.round ?? 1);
  }

  /** Something was said before its turn has come. */
  get isSaid(): boolean {
    return this.#said.size > 0;
  }

  /** What was said to an interaction before it came up; given once. */
  said(interactionId: string): unknown {
    const name = this.nameOf(interactionId);
    const said = this.#said.get(name);
    this.#said.delete(name);
    return said;
  }

  /** What a person will be asked after what waits now, where nothing was said to it yet, by the keys of a task. */
  foreseen(): InputRequests {
    const unsaid = [...this.#forms].filter(([name]) => !this.#said.has(name));
    return Object.fromEntries(
      unsaid.map(([name, params]) => [keyed(name, this.#round), { method: 'elicitation/create', params }]),
    ) as InputRequests;
  }

  /** Takes what the client of a task brings back; the first word to a question counts. */
  answerTask(responses: Record<string, unknown>): void {
    for (const [key, response] of Object.entries(responses)) this.#open.get(key)?.resolve(response);
    for (const name of this.#forms.keys()) {
      const response = responses[keyed(name, this.#round)];
      if (response !== undefined && !this.#said.has(name)) this.#said.set(name, response);
    }
  }

  /** Resolves with what is asked, when something is; with `form`, together with what a person will be asked next. */
  async asked(signal: AbortSignal, { form }: { form: boolean }): Promise<InputRequests> {
    while (this.#open.size === 0) {
      if (signal.aborted) return {};
      await new Promise<void>(resolve => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    const forms = form ? [...this.#forms].map(([key, params]) => [key, { method: 'elicitation/create', params }]) : [];
    return { ...(Object.fromEntries(forms) as InputRequests), ...this.open() };
  }

  /** What is asked of the client now. */
  open(): InputRequests {
    return Object.fromEntries([...this.#open].map(([key, { method, params }]) => [key, { method, params }])) as InputRequests;
  }

  /** Takes what the client brings back. */
  answer(responses: Record<string, unknown>): void {
    for (const [key, response] of Object.entries(responses)) {
      this.#open.get(key)?.resolve(response);
      if (this.#forms.has(key)) this.#said.set(key, response);
    }
  }
}

const keyed = (name: string, round: number) => (round === 1 ? name : `${name}-${round}`);

/** The inquiries of calls under way, by execution. In memory only, as what they ask for is: it goes with its connection. */
export class Inquiries {
  readonly #known = new Map<string, Inquiry>();

  of(executionId: string): Inquiry | undefined {
    return this.#known.get(executionId);
  }

  put(executionId: string, inquiry: Inquiry): void {
    this.#known.set(executionId, inquiry);
  }

  drop(executionId: string): void {
    this.#known.delete(executionId);
  }
}

/** The client as one that takes part in a call: it hears how the call goes on, and is asked within the request or by the next one. */
export function companionOf(
  ctx: ServerContext,
  capabilities: { sampling?: unknown; roots?: unknown } | undefined,
  inquiry: Inquiry,
): Companion {
  const { mcpReq } = ctx;
  const { _meta: meta, envelope } = mcpReq;
  const progressToken = meta?.progressToken;
  const logLevel = (envelope as Record<string, unknown> | undefined)?.[LOG_LEVEL_META_KEY];
  const quietly = (said: Promise<void>) => void said.catch(() => {});
  const ask = (method: Method, params: unknown, signal: AbortSignal): Promise<unknown> => {
    if (envelope) return inquiry.ask(method, params, signal);
    return mcpReq.send({ method, params: params as Record<string, unknown> }, { signal, timeout: ANSWER_MS });
  };
  return {
    asks: forms => inquiry.foresee(forms),
    ...(typeof logLevel === 'string' && { logLevel }),
    ...(progressToken !== undefined && {
      progress: progress => quietly(mcpReq.notify({ method: 'notifications/progress', params: { progressToken, ...progress } })),
    }),
    heard(method, params) {
      if (method !== 'notifications/message') return;
      const { level, data, logger } = params as { level: 'info'; data: unknown; logger?: string };
      // In 2026-07-28 a client says with each request whether it wants to be told.
      if (envelope) quietly(mcpReq.log(level, data, logger));
      else quietly(mcpReq.notify({ method, params: { ...params } }));
    },
    ...(capabilities?.sampling !== undefined && { sample: (params, signal) => ask('sampling/createMessage', params, signal) }),
    ...(capabilities?.roots !== undefined && { roots: signal => ask('roots/list', {}, signal) }),
  };
}
