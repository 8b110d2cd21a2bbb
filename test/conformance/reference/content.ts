/** A red pixel, and a WAV file without sound. */
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
export const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=';

export const text = (words: string) => ({ type: 'text' as const, text: words });
export const said = (words: string) => ({ content: [text(words)] });
export const image = { type: 'image' as const, data: PNG, mimeType: 'image/png' };
export const audio = { type: 'audio' as const, data: WAV, mimeType: 'audio/wav' };

/** A flat object of strings, all required. */
export const strings = (...names: string[]) => ({
  type: 'object' as const,
  properties: Object.fromEntries(names.map(name => [name, { type: 'string' as const }])),
  required: names,
});
export const nothing = { type: 'object' as const, properties: {} };
