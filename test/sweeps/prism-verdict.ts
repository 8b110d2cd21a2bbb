/** What Prism said of one request. */
export interface Verdict {
  readonly accepted: boolean;
  /** Whether it had a mock to answer an accepted request with. */
  readonly answered: boolean;
  /** Why not, with names and numbers left out, so that causes can be counted. */
  readonly causes: readonly string[];
  /** In its own words. */
  readonly said: string;
  /** Where, and what of: `request`, `body`, and the path within. */
  readonly complaints: readonly { readonly location: readonly string[]; readonly code: string }[];
}

interface Violation {
  readonly location?: readonly string[];
  readonly severity: string;
  readonly code?: string | number;
  readonly message: string;
}

// biome-ignore lint/suspicious/noExplicitAny: an answer of the daemon, read by name
export function verdictOf(answer: any, prism: string): Verdict {
  const { http, error } = answer;
  if (http === undefined) {
    const said = JSON.stringify(error);
    // Answered with a redirect to where the document's example says, which is what only an accepted request gets.
    const elsewhere = error?.details?.origin;
    if (elsewhere !== undefined && elsewhere !== prism) return { accepted: true, answered: true, causes: [], said, complaints: [] };
    return { accepted: false, answered: false, causes: [`not sent: ${error?.code}`], said, complaints: [] };
  }
  const body = error?.details?.body;
  const problem = typeof body?.type === 'string' && body.type.startsWith('https://stoplight.io/prism/errors#') ? body : undefined;
  const kind: string | undefined = problem?.type.split('#')[1];
  const violations = [...headerOf(http.headers['sl-violations']), ...((problem?.validation ?? []) as Violation[])];
  const errors = violations.filter(({ severity }) => severity === 'Error');
  const said = JSON.stringify(errors.length > 0 ? errors : (problem ?? body));
  if (errors.length > 0) {
    const complaints = errors.map(({ location = [], code = '' }) => ({ location: location.map(String), code: String(code) }));
    return { accepted: false, answered: false, causes: [...new Set(errors.map(causeOf))], said, complaints };
  }
  // These come after the request was found valid: the document has no response that Prism could mock.
  const mocks = ['NO_RESPONSE_DEFINED', 'NO_SUCCESS_RESPONSE_DEFINED', 'NO_COMPLEX_OBJECT_TEXT', 'SCHEMA_TOO_COMPLEX', 'NOT_ACCEPTABLE'];
  if (kind !== undefined && !mocks.includes(kind)) return { accepted: false, answered: false, causes: [kind], said, complaints: [] };
  return { accepted: true, answered: kind === undefined, causes: [], said, complaints: [] };
}

function headerOf(header: string | undefined): Violation[] {
  if (header === undefined) return [];
  try {
    return JSON.parse(header);
  } catch {
    // Too many to be told.
    return [{ severity: 'Error', message: header }];
  }
}

function causeOf({ location = [], code, message }: Violation): string {
  const place = location[0] === 'request' ? location[1] : location[0];
  const words = message
    .replace(/^Request \w+ (property|parameter) \S+ /, '')
    .replace(/'[^']*'/g, "'…'")
    .replace(/: .*/, '')
    .replace(/found .*/, '');
  return `${place ?? ''} ${code ?? ''} ${words}`.trim();
}
