import { FaultError } from '../../../machines/schema/fault.ts';
import type { Tool } from '../../../machines/schema/tool.ts';
import type { UpstreamRequest } from '../kind.ts';
import { type Binding, type BoundParameter, RESERVED } from './binding.ts';
import { FORBIDDEN_HEADER } from './input.ts';
import { refuseDots, refuseLineBreaks, refuseNonLatin } from './refusals.ts';
import { trimSlash } from './servers.ts';
import { cookiePairs, encode, headerValue, pathValue, queryPairs, scalar, writingOf } from './style.ts';
import { writeBody } from './write-body.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** Makes a request of an input that fits the tool's schema. Pure: the same input gives the same bytes. */
export function makeRequest(tool: Tool, input: Arguments, target: { readonly baseUrl?: string }): UpstreamRequest {
  const binding = tool.binding as unknown as Binding;
  const given = (place: BoundParameter['in']): Given[] =>
    binding.parameters.flatMap(parameter => {
      const argument = parameter.as ?? parameter.name;
      const value = input[argument];
      return parameter.in !== place || value === undefined ? [] : [{ parameter, argument, value }];
    });
  const url = addressOf(binding, {
    input,
    base: baseOf(tool, binding, input, target),
    path: given('path'),
    query: [...given('query'), ...given('querystring')],
  });
  const headers: Record<string, string> = { accept: binding.accept ?? 'application/json, text/plain;q=0.9, */*;q=0.8' };
  for (const header of given('header')) setHeader(headers, header);
  const cookies = given('cookie').flatMap(cookieOf);
  if (cookies.length > 0) headers.cookie = cookies.join('; ');
  const body = writeBody(binding, input);
  if (body) headers['content-type'] = body.contentType;
  return { method: binding.method.toUpperCase(), url, headers, ...(body && { body: body.content }) };
}

interface Given {
  readonly parameter: BoundParameter;
  readonly argument: string;
  readonly value: unknown;
}

/** The server to call: the source's base URL, the one chosen with `_server`, or the first. */
function baseOf(tool: Tool, { servers }: Binding, input: Arguments, target: { readonly baseUrl?: string }): string {
  if (target.baseUrl !== undefined) return trimSlash(target.baseUrl);
  const chosen = input._server === undefined ? servers[0] : servers.find(server => server === input._server);
  if (chosen !== undefined) return chosen;
  if (input._server !== undefined) {
    const message = `\`_server\` must be one of: ${servers.join(', ')}`;
    throw new FaultError('invalid_arguments', message, { details: { path: '/_server', accepted: servers } });
  }
  throw new FaultError('invalid_arguments', `No server is known for ${tool.path}: its document names none. Give the source a base URL.`);
}

interface Address {
  readonly input: Arguments;
  readonly base: string;
  readonly path: readonly Given[];
  readonly query: readonly Given[];
}

function addressOf(binding: Binding, { base, path, query }: Address): string {
  const [beforeFragment = ''] = binding.path.split('#', 1);
  const [template = '', fixedQuery] = splitOnce(beforeFragment, '?');
  const [root = '', baseQuery] = splitOnce(base, '?');
  const filled = template.replace(/\{([^{}]+)\}/g, (_, name: string) => fill(name, path));
  const pairs = query.flatMap(queryOf);
  const search = [baseQuery, fixedQuery, ...pairs].filter(part => part !== undefined && part !== '').join('&');
  const joined = filled.startsWith('/') || filled === '' ? `${trimSlash(root)}${filled}` : `${trimSlash(root)}/${filled}`;
  return search === '' ? joined : `${joined}?${search}`;
}

const splitOnce = (source: string, at: string): [string, string?] => {
  const index = source.indexOf(at);
  return index < 0 ? [source] : [source.slice(0, index), source.slice(index + 1)];
};

function fill(name: string, given: readonly Given[]): string {
  const found = given.find(({ parameter }) => parameter.name === name);
  if (!found || found.value === '' || found.value === null) {
    const argument = found?.argument ?? name;
    throw new FaultError('invalid_arguments', `\`${argument}\` is part of the address and must not be empty`, {
      details: { path: `/${argument}` },
    });
  }
  const { parameter, argument, value } = found;
  const written = parameter.content === undefined ? value : contentOf(parameter.content, value);
  refuseDots(argument, written);
  refuseLineBreaks(argument, written);
  return pathValue(name, written, writingOf(parameter));
}

function queryOf({ parameter, value }: Given): string[] {
  if (parameter.in === 'querystring') return wholeQuery(parameter, value);
  const written = parameter.content === undefined ? value : contentOf(parameter.content, value);
  return queryPairs(parameter.name, written, writingOf(parameter)).map(([key, item]) => `${key}=${item}`);
}

/** OpenAPI 3.2: one value is the whole query, as a form or as encoded JSON. */
function wholeQuery(parameter: BoundParameter, value: unknown): string[] {
  if (typeof value === 'object' && value !== null && !parameter.content?.includes('json')) {
    return Object.entries(value).flatMap(([key, item]) => queryPairs(key, item, {}).map(([k, v]) => `${k}=${v}`));
  }
  return [typeof value === 'string' ? encode(value) : encode(JSON.stringify(value))];
}

/** The value of a parameter that has a media type instead of a style. */
const contentOf = (type: string, value: unknown): string =>
  /json/i.test(type) || typeof value === 'object' ? JSON.stringify(value) : scalar(value);

function setHeader(headers: Record<string, string>, { parameter, argument, value }: Given): void {
  if (FORBIDDEN_HEADER.test(parameter.name) || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(parameter.name) || RESERVED.has(parameter.name)) {
    throw new FaultError('invalid_arguments', `header \`${parameter.name}\` is not a caller's to set`, {
      details: { path: `/${argument}` },
    });
  }
  const written = parameter.content === undefined ? headerValue(value, writingOf(parameter)) : contentOf(parameter.content, value);
  refuseLineBreaks(argument, written);
  refuseNonLatin(argument, written);
  if (parameter.name.toLowerCase() === 'accept') delete headers.accept;
  headers[parameter.name] = written;
}

function cookieOf({ parameter, argument, value }: Given): string[] {
  const written = parameter.content === undefined ? value : contentOf(parameter.content, value);
  refuseLineBreaks(argument, written);
  return cookiePairs(parameter.name, written, writingOf(parameter));
}
