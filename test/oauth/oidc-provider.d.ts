// The package has no types of its own; what is used of it.
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface Token {
    scope?: string;
    isExpired: boolean;
    clientId: string;
  }
  interface Grant {
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
  }
  interface Interaction {
    prompt: { name: string };
    params: Record<string, string>;
    session?: { accountId: string };
  }
  export default class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    callback(): (req: IncomingMessage, res: ServerResponse) => void;
    AccessToken: { find(value: string): Promise<Token | undefined> };
    ClientCredentials: { find(value: string): Promise<Token | undefined> };
    Grant: new (of: {
      accountId: string;
      clientId: string;
    }) => Grant;
    interactionDetails(req: IncomingMessage, res: ServerResponse): Promise<Interaction>;
    interactionFinished(req: IncomingMessage, res: ServerResponse, result: unknown): Promise<void>;
    on(event: string, heard: (...args: never[]) => void): void;
  }
}
