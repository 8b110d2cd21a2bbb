/** A binary answer as it stands in a result: what it is, where its bytes are to be had, and the bytes themselves. */
export interface Artifact {
  readonly contentType: string;
  readonly bytes: number;
  readonly truncated?: true;
  readonly file?: string;
  readonly base64: string;
}

/** Whether a result is a binary answer. */
export const isArtifact = (data: unknown): data is Artifact =>
  typeof data === 'object' &&
  data !== null &&
  typeof (data as Partial<Artifact>).base64 === 'string' &&
  typeof (data as Partial<Artifact>).contentType === 'string' &&
  typeof (data as Partial<Artifact>).bytes === 'number';

/** The artifact with the address its bytes are at: a reference that is short enough for a view and for an agent. */
export function referable(data: unknown, executionId: string): unknown {
  if (!isArtifact(data)) return data;
  const { base64, ...rest } = data;
  return { ...rest, file: `/api/executions/${executionId}/file`, base64 };
}
