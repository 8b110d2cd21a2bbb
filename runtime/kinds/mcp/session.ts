import type { Client } from '@modelcontextprotocol/client';
import { FaultError } from '../../../machines/schema/fault.ts';
import type { Companion } from '../calling.ts';
import { type Connection, type ConnectOptions, connect, type Place } from './connect.ts';
import type { Refusal } from './fetch.ts';
import { currentFlight, type Flight } from './flight.ts';
import { askedOf } from './rounds.ts';
import { Watch } from './watch.ts';

/** What is heard of a server besides answers: its lists have changed, a resource has, it logs something. */
export interface Heard {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** Notifications beyond this many in ten seconds are a flood: the server is let go. */
const FLOOD = 5_000;
const FLOOD_MS = 10_000;
/** A subscription to changes that broke is opened again after this long, and twice as long each time. */
const RELISTEN_MS = 2_000;

const CHANGES = [
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
  'notifications/message',
] as const;

/**
 * One session with one server, shared by all calls that go there with the same credential.
 *
 * 1. A question of the server belongs to the call whose own stream brought it. Where a transport has one stream for all (stdio, SSE), it
 *    belongs to the only call under way; of several, to one only when all are of the same principal, and to none otherwise: a form must
 *    not be put to a stranger. From then on such a server is given one call at a time.
 *    A call that waits for an answer does not ask: it neither counts nor stands in the way.
 * 2. What it asks of a client and not of a person (sampling, roots) goes to the client that came with the call, if one did; where rule 1 lets it
 *    be one of several calls, to one whose client can answer.
 */
export class Session {
  readonly flights = new Set<Flight>();
  /** Why it is of no use any more. */
  gone: string | undefined;
  /** One call at a time: see rule 1. */
  isExclusive = false;
  /** The resources that are listened to, where the newer protocol is spoken. */
  readonly watch = new Watch(() => this.client);
  connection!: Connection;
  readonly #place: Place;
  readonly #onHeard: (heard: Heard) => void;
  readonly #onGone: () => void;
  #relisten: NodeJS.Timeout | undefined;
  #notifications = 0;
  #since = Date.now();

  private constructor(place: Place, onHeard: (heard: Heard) => void, onGone: () => void) {
    this.#place = place;
    this.#onHeard = onHeard;
    this.#onGone = onGone;
  }

  /** Opens a session. @throws FaultError with `details.sent` false */
  static async open(
    place: Place,
    options: Omit<ConnectOptions, 'prepare'> & { onHeard(heard: Heard): void; onGone(): void },
  ): Promise<Session> {
    const session = new Session(place, options.onHeard, options.onGone);
    session.connection = await connect(place, { ...options, prepare: client => session.#prepare(client) });
    session.client.onclose = () => session.lose('the connection was closed');
    void session.#listen(RELISTEN_MS);
    return session;
  }

  /** The last answer that refused the credential. */
  get refusal(): Refusal | undefined {
    return 'reach' in this.#place ? this.#place.reach.refusal : undefined;
  }

  get client(): Client {
    return this.connection.client;
  }

  #prepare(client: Client): void {
    client.setRequestHandler('elicitation/create', async ({ params }, { mcpReq }) => {
      const flight = this.#flightOf();
      if (!flight) return { action: 'cancel' as const };
      return (await flight.ask(askedOf(params), mcpReq.signal)) as never;
    });
    client.setRequestHandler('sampling/createMessage', async ({ params }, { mcpReq }) => {
      const sample = this.#clientFor('sample')?.sample;
      if (!sample) throw new Error('No client that can sample takes part in this call');
      return (await sample(params, mcpReq.signal)) as never;
    });
    client.setRequestHandler('roots/list', async (_request, { mcpReq }) => {
      const roots = this.#clientFor('roots')?.roots;
      return (roots ? await roots(mcpReq.signal) : { roots: [] }) as never;
    });
    for (const method of CHANGES) {
      client.setNotificationHandler(method, ({ params }) => this.#hear({ method, params: params as Heard['params'] }));
    }
    client.onerror = () => this.#count();
  }

  #hear(heard: Heard): void {
    this.#count();
    currentFlight.getStore()?.touch();
    this.#companion()?.heard?.(heard.method, heard.params);
    this.#onHeard(heard);
  }

  #count(): void {
    if (Date.now() - this.#since > FLOOD_MS) {
      this.#notifications = 0;
      this.#since = Date.now();
    }
    this.#notifications += 1;
    if (this.#notifications > FLOOD && !this.gone) {
      this.lose('it sends more messages than anybody could read');
      void this.connection?.close();
    }
  }

  #companion(): Companion | undefined {
    const own = currentFlight.getStore();
    if (own) return own.companion;
    return this.flights.size === 1 ? [...this.flights][0]?.companion : undefined;
  }

  #moving(): Flight[] {
    return [...this.flights].filter(({ isAsking }) => !isAsking);
  }

  /** Whether a call may be made now: see rule 1. */
  get isFree(): boolean {
    return !this.isExclusive || this.#moving().length === 0;
  }

  /** See rule 2. */
  #clientFor(need: 'sample' | 'roots'): Companion | undefined {
    return this.#flightOf(({ companion }) => companion?.[need] !== undefined)?.companion;
  }

  /** See rule 1. Of several that it may be, one that `fits`. */
  #flightOf(fits: (flight: Flight) => boolean = () => true): Flight | undefined {
    const own = currentFlight.getStore();
    if (own) return own;
    const [first, ...others] = this.#moving();
    if (!first || others.length === 0) return first ?? [...this.flights].at(-1);
    this.isExclusive = true;
    return others.every(({ principal }) => principal === first.principal) ? [first, ...others].find(fits) : undefined;
  }

  /** Hears of changes in the newer protocol, where they come on a stream that is asked for. */
  async #listen(delayMs: number): Promise<void> {
    const { tools, prompts, resources } = this.client.getServerCapabilities() ?? {};
    const filter = {
      ...(tools?.listChanged && { toolsListChanged: true }),
      ...(prompts?.listChanged && { promptsListChanged: true }),
      ...(resources?.listChanged && { resourcesListChanged: true }),
    };
    if (this.connection.verdict.era !== 'modern' || Object.keys(filter).length === 0) return;
    let next = delayMs;
    try {
      const subscription = await this.client.listen(filter);
      next = RELISTEN_MS;
      if ((await subscription.closed) === 'local') return;
    } catch {
      // The server would not, or could not: it is asked again later; a refresh does not depend on it.
    }
    if (this.gone) return;
    this.#relisten = setTimeout(() => void this.#listen(Math.min(next * 2, 300_000)), next);
    this.#relisten.unref();
  }

  /** Marks it as useless: nothing new is given to it, and what is under way in it is lost. */
  lose(why: string): void {
    if (this.gone) return;
    const { child } = this.connection ?? {};
    this.gone = child?.ended
      ? `the server ${child.ended}${child.said.trim() ? `; it last said: ${child.said.trim().slice(-1_000)}` : ''}`
      : why;
    clearTimeout(this.#relisten);
    const message = `The session with the server is lost: ${this.gone}`;
    for (const flight of [...this.flights]) flight.cancel(new FaultError('upstream_unreachable', message, { details: { sent: true } }));
    this.#onGone();
  }

  async close(): Promise<void> {
    clearTimeout(this.#relisten);
    this.gone ??= 'it was closed';
    await this.connection.close();
  }
}
