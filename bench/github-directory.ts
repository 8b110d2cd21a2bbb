import { type DaemonProcess, startDaemon, temporaryDataDir } from '../test/daemon.ts';
import { openGithub } from '../test/e2e/github.ts';
import type { Ending } from '../test/upstream-recorder.ts';

/** A data directory with GitHub's description in it, and no daemon on it. */
export async function directoryWithGithub(t: Ending): Promise<string> {
  const dataDir = temporaryDataDir(t);
  const github = await openGithub(t);
  const daemon = await startDaemon(t, dataDir);
  await addGithub(daemon, github.source);
  await daemon.stop();
  return dataDir;
}

/** Adds it and waits until it is ready. */
export async function addGithub({ api }: DaemonProcess, source: { namespace: string }): Promise<void> {
  const { status } = await api.post('/api/sources', source);
  const { body } = await api.get(`/api/sources/${source.namespace}?wait=120`);
  if (status !== 202 || body.state !== 'ready') throw new Error(JSON.stringify(body));
}
