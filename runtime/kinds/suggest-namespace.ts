import { camelCase } from './openapi/names.ts';

const NOISE = new Set(
  'api apis rest restful openapi swagger spec specification v the official public web http service services documentation docs reference open'.split(
    ' ',
  ),
);

/**
 * A short name that can be typed: the host's where the title has it too (`api.github.com`, "GitHub v3 REST API"), else the title without
 * the words every title has, else the host's.
 */
export function suggestNamespace(title: string | undefined, url: string | undefined): string {
  const plain = (title ?? '').normalize('NFKD').replace(/['’]s\b/g, '');
  const words = plain.match(/[A-Za-z0-9]+/g) ?? [];
  const host = fromHost(url);
  if (host.length > 2 && !NOISE.has(host) && words.some(word => word.toLowerCase() === host)) return host;
  const telling = words.filter(word => !NOISE.has(word.toLowerCase()) && !/^v?\d+$/i.test(word)).slice(0, 3);
  const name = camelCase(telling.map(word => word.toLowerCase()).join(' ')).replace(/^_?\d+/, '');
  return name.length > 1 ? name.slice(0, 40) : host;
}

function fromHost(url: string | undefined): string {
  if (url === undefined || !URL.canParse(url)) return 'api';
  const labels = new URL(url).hostname.split('.').filter(label => !/^(www|api|rest|docs|\d+)$/.test(label));
  const label = camelCase((labels.length > 1 ? labels.at(-2) : labels[0]) ?? '');
  return /^[a-z]/.test(label) ? label.slice(0, 40) : 'api';
}
