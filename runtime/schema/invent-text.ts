/** Values of the formats validators know. */
const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2024-01-02T03:04:05Z',
  date: '2024-01-02',
  time: '03:04:05Z',
  duration: 'P1D',
  email: 'person@example.com',
  'idn-email': 'person@example.com',
  hostname: 'example.com',
  'idn-hostname': 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  iri: 'https://example.com/',
  'uri-reference': '/path',
  'iri-reference': '/path',
  'uri-template': '/{id}',
  uuid: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  byte: 'dGV4dA==',
  regex: '^a$',
  'json-pointer': '/a',
  'relative-json-pointer': '0/a',
};

/** A text for a schema: of its format, matching its pattern, within its length. */
export function textFor(schema: Readonly<Record<string, unknown>>): string {
  const pattern = typeof schema.pattern === 'string' ? schema.pattern : undefined;
  const least = typeof schema.minLength === 'number' ? schema.minLength : 0;
  const most = typeof schema.maxLength === 'number' ? schema.maxLength : Number.POSITIVE_INFINITY;
  const known = typeof schema.format === 'string' ? FORMATS[schema.format] : undefined;
  if (pattern !== undefined) return matching(pattern, least, most, known) ?? known ?? 'text'.padEnd(least, 'x');
  if (known !== undefined && known.length >= least && known.length <= most) return known;
  return 'text'.padEnd(Math.min(least, 100_000), 'x').slice(0, Math.max(0, most));
}

/** The declared format and common shapes first; then the pattern itself is spelled out. */
function matching(pattern: string, least: number, most: number, known?: string): string | undefined {
  const expression = new RegExp(pattern, 'u');
  const fits = (candidate: string): boolean => candidate.length >= least && candidate.length <= most && expression.test(candidate);
  const length = Math.max(1, Math.min(Math.max(least, 1), 4_096));
  const formatted = known === undefined ? [] : [known, known.toUpperCase()];
  const guesses = [...formatted, 'text', 'a', '1', 'A', '2024-01-02', 'Text1', ...Object.values(FORMATS)].concat(
    ['a', '1', 'A', '0', 'f', 'F'].map(c => c.repeat(length)),
  );
  return guesses.find(fits) ?? spelled(pattern, least, fits);
}

/** Spells a pattern out: every class by its first member, every repetition as often as it must be, or once or more. */
function spelled(pattern: string, least: number, fits: (candidate: string) => boolean): string | undefined {
  const ways = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32].map(extra => new Speller(pattern, extra));
  // A pattern may say what a text looks like in what it looks ahead to, and loosely what it is made of.
  for (const speller of pattern.includes('(?=') ? [...ways, new Speller(pattern, 0, true)] : ways) {
    const candidate = speller.spell();
    if (candidate === undefined) continue;
    const padded = ['a', '1', candidate.slice(-1)].map(c => candidate.padEnd(least, c || 'a'));
    const found = [candidate, ...padded].find(fits);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A reader of the part of regular expressions that documents use: groups, alternatives, classes, repetitions. */
class Speller {
  private at = 0;
  private readonly pattern: string;
  private readonly extra: number;
  /** Takes the first thing that is looked ahead to for all that follows. */
  private readonly ahead: boolean;

  constructor(pattern: string, extra: number, ahead = false) {
    this.pattern = pattern;
    this.extra = extra;
    this.ahead = ahead;
  }

  spell(): string | undefined {
    const result = this.alternatives();
    return this.at >= this.pattern.length ? result : undefined;
  }

  private alternatives(): string {
    const branches = [this.sequence()];
    while (this.pattern[this.at] === '|') {
      this.at++;
      branches.push(this.sequence());
    }
    return branches[0]!;
  }

  private sequence(): string {
    let out = '';
    while (this.at < this.pattern.length && this.pattern[this.at] !== '|' && this.pattern[this.at] !== ')') {
      const piece = this.atom();
      out += piece.repeat(this.times());
    }
    return out;
  }

  private atom(): string {
    const c = this.pattern[this.at++]!;
    if (c === '^' || c === '$') return '';
    if (c === '.') return 'a';
    if (c === '[') return this.charClass();
    if (c === '\\') return this.escape();
    if (c !== '(') return c;
    const look = /^\?(=|!|<=|<!)/.exec(this.pattern.slice(this.at));
    const head = /^\?(:|=|!|<=|<!|<[^>]+>)/.exec(this.pattern.slice(this.at));
    if (head) this.at += head[0].length;
    const inner = this.alternatives();
    this.at++;
    if (this.ahead && look?.[1] === '=') {
      this.at = this.pattern.length;
      return inner;
    }
    return look ? '' : inner;
  }

  private escape(): string {
    const c = this.pattern[this.at++] ?? '';
    if (c === 'p' || c === 'P') this.at = this.pattern.indexOf('}', this.at) + 1;
    if (c === 'u') {
      const code = this.pattern.slice(this.at, this.at + 4);
      this.at += 4;
      return String.fromCharCode(Number.parseInt(code, 16));
    }
    return (
      (
        { d: '1', w: 'a', s: ' ', S: 'a', D: 'a', W: '-', b: '', B: '', n: '\n', t: '\t', r: '\r', p: 'a', P: '1' } as Record<
          string,
          string
        >
      )[c] ?? c
    );
  }

  private charClass(): string {
    const negated = this.pattern[this.at] === '^';
    if (negated) this.at++;
    const members: string[] = [];
    while (this.at < this.pattern.length && this.pattern[this.at] !== ']') {
      if (this.pattern[this.at] === '\\') {
        this.at++;
        members.push(this.escape());
      } else members.push(this.pattern[this.at++]!);
    }
    this.at++;
    if (!negated) return members[0] ?? '';
    return ['a', '1', 'A', '_', '~'].find(c => !members.includes(c)) ?? 'x';
  }

  private times(): number {
    const rest = this.pattern.slice(this.at);
    const counted = /^\{(\d+)(,(\d*))?\}/.exec(rest);
    const sign = rest[0];
    let times = 1;
    if (counted) {
      this.at += counted[0].length;
      const least = Number(counted[1]);
      const most = counted[2] === undefined ? least : counted[3] ? Number(counted[3]) : Number.POSITIVE_INFINITY;
      times = Math.min(least + this.extra, most);
    } else if (sign === '*' || sign === '+' || sign === '?') {
      this.at++;
      times = sign === '?' ? Math.min(this.extra, 1) : sign === '+' ? Math.max(1, this.extra) : this.extra;
    } else return 1;
    if (this.pattern[this.at] === '?') this.at++;
    return times;
  }
}
