import { UnreachableError } from '../failure.ts';
import { dataDirectory, readDaemonFile, readToken } from './files.ts';
import { type Health, isLoopback, prove } from './proof.ts';

/** The daemon of the data directory, alive and proven. */
export interface Located extends Health {
  url: string;
  startedAt: string;
  /** The owner's token, from the file. */
  token: string;
}

/**
 * Finds the daemon of the data directory: its file, its token, and its proof that it is the one.
 * @throws UnreachableError when it listens where the file's token must not go
 */
export async function locate(directory = dataDirectory()): Promise<Located | undefined> {
  const file = readDaemonFile(directory);
  const token = file && readToken(directory);
  if (!file || !token) return undefined;
  const url = file.url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
  if (!isLoopback(url))
    throw new UnreachableError(`the daemon listens at ${url}, not on loopback: name it in EXECUTOR_URL, with a token in EXECUTOR_TOKEN`);
  const health = await prove(url, token);
  return health && { ...health, url, startedAt: file.startedAt, token };
}
