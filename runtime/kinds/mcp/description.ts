import { canonical } from '../../schema/hash.ts';

/** A tool as a server lists it; nothing of it is taken for granted. */
export interface ListedTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: unknown;
  readonly outputSchema?: unknown;
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly [more: string]: unknown;
}

/**
 * What a server says of itself: the document that an MCP source is indexed from. It is written the same way whenever the server says the
 * same, so that its hash tells whether anything has changed.
 */
export interface Description {
  /** What tells it from any other JSON, and its version. */
  readonly mcp: 1;
  /** The address, or `stdio:` and the command. */
  readonly endpoint: string;
  readonly protocol: string;
  readonly server: { readonly name: string; readonly title?: string; readonly version?: string };
  readonly instructions?: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly tools: readonly ListedTool[];
  /** What was odd about the list. */
  readonly warnings: readonly string[];
}

/** The description as bytes. */
export const encodeDescription = (description: Description): Uint8Array =>
  new TextEncoder().encode(
    canonical({ ...description, tools: [...description.tools].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)) }),
  );

/** Reads the bytes back; undefined when they are something else. */
export function decodeDescription(bytes: Uint8Array): Description | undefined {
  const text = new TextDecoder().decode(bytes);
  if (!text.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(text) as Partial<Description>;
    return value.mcp === 1 && typeof value.endpoint === 'string' && Array.isArray(value.tools) ? (value as Description) : undefined;
  } catch {
    // Cut short, or no JSON: something else.
    return undefined;
  }
}

/** How a command stands where an address would: each word as it is passed on, in quotes where it could be mistaken for several. */
export const commandEndpoint = (command: string, args: readonly string[]): string =>
  `stdio:${[command, ...args].map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')}`;
