import { setTimeout as pause } from 'node:timers/promises';
import type { DaemonProcess } from '../daemon.ts';
import { describeApi } from '../sweeps/crash/document.ts';

/** Adds the source `shop` (a write that asks: `shop.items.create`; an allowed one: `shop.items.note`) and waits until it is ready. */
export async function addShop({ api }: Pick<DaemonProcess, 'api'>, origin = 'http://127.0.0.1:9'): Promise<void> {
  await api.post('/api/sources', { namespace: 'shop', spec: describeApi('shop', origin, 1), allowPrivate: true });
  const ready = await api.get('/api/sources/shop?wait=30');
  if (ready.body.state !== 'ready') throw new Error(`the shop is ${ready.text}`);
  await api.put('/api/policies', { pattern: 'shop.items.note', decision: 'allow' });
}

/** Asks for writes until there are so many approvals to wait for, or the daemon stops taking them. Gives the ids that were acknowledged. */
export async function ask({ api }: Pick<DaemonProcess, 'api'>, count: number, text = ''): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const reply = await api.invoke('shop.items.create', { marker: `m${n}`, text }).catch(() => undefined);
    if (reply?.status !== 202) break;
    ids.push(reply.body.error.executionId);
  }
  return ids;
}

/** Those of the executions that the daemon does not know to be waiting. */
export async function missing({ api }: Pick<DaemonProcess, 'api'>, ids: readonly string[]): Promise<string[]> {
  const lost: string[] = [];
  for (const id of ids) {
    const { body } = await api.get(`/api/executions/${id}`);
    if (body.state !== 'awaitingApproval') lost.push(id);
  }
  return lost;
}

/** Waits for something without caring how long it takes. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(5);
}
