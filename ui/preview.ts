/** What a view holds instead of a value over 64 KiB. */
export interface Preview {
  truncated: true;
  bytes: number;
  preview: string;
}

/** Whether a value of a view is only the beginning of the real one. */
export function isPreview(value: unknown): value is Preview {
  const large = value as Partial<Preview> | null | undefined;
  return typeof large === 'object' && large?.truncated === true && typeof large.preview === 'string' && typeof large.bytes === 'number';
}
