import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerFrame } from '../../machines/schema/frame.ts';
import { readGiven, titleIn } from '../../ui/detection.ts';
import { apply, type Topic } from '../../ui/store.ts';

const empty: Topic<string> = { ready: false, cursor: undefined, items: new Map(), incoming: new Set() };
const view = (id: string, cursor: number, text = id): ServerFrame => ({ type: 'view', topic: 'pending', id, seq: 1, cursor, view: text });
const gone = (id: string, cursor: number): ServerFrame => ({ type: 'gone', topic: 'pending', id, seq: 1, cursor });
const ready = (cursor: number, reset: boolean): ServerFrame => ({ type: 'ready', topic: 'pending', id: '', seq: 0, cursor, reset });
const ids = (topic: Topic<string>) => [...topic.items.keys()];

test('a topic is ready after its snapshot, and follows what comes then', () => {
  const started = apply(empty, [view('a', 3), view('b', 3)], 'pending');
  assert.equal(started.ready, false);
  const live = apply(started, [ready(3, true), view('c', 4), gone('a', 5)], 'pending');
  assert.deepEqual([live.ready, live.cursor, ids(live)], [true, 5, ['b', 'c']]);
});

test('after a reconnection a fresh snapshot drops what it did not bring; a catch-up drops nothing', () => {
  const held = apply(empty, [view('a', 1), view('b', 2), ready(2, true)], 'pending');
  const again = { ...held, incoming: new Set<string>() };
  assert.deepEqual(ids(apply(again, [view('b', 9), ready(9, true)], 'pending')), ['b']);
  assert.deepEqual(ids(apply(again, [view('c', 3), ready(3, false)], 'pending')), ['a', 'b', 'c']);
});

test('a snapshot of a younger store takes the cursor back, so that the next reconnection asks rightly', () => {
  const held = apply(empty, [view('a', 900), ready(900, true)], 'pending');
  assert.equal(apply({ ...held, incoming: new Set() }, [view('a', 4), ready(4, true)], 'pending').cursor, 4);
});

test('frames of other topics change nothing', () => {
  assert.equal(apply(empty, [{ ...view('a', 1), topic: 'sources' }], 'pending'), empty);
});

test('an address is told from a document', () => {
  assert.deepEqual(readGiven(' https://api.example.com/openapi.json '), { kind: 'url', url: 'https://api.example.com/openapi.json' });
  assert.deepEqual(readGiven('api.example.com/v1'), { kind: 'url', url: 'https://api.example.com/v1' });
  assert.deepEqual(readGiven('localhost:3000/openapi.json'), { kind: 'url', url: 'http://localhost:3000/openapi.json' });
  assert.deepEqual(readGiven('127.0.0.1:3000'), { kind: 'url', url: 'http://127.0.0.1:3000' });
  assert.equal(readGiven('openapi: 3.1.0\ninfo:\n  title: A').kind, 'document');
  assert.equal(readGiven('{"openapi":"3.1.0"}').kind, 'document');
  assert.equal(readGiven('what is this').kind, 'unclear');
  assert.equal(readGiven('  ').kind, 'nothing');
});

test('a description is called by its title, however it is written', () => {
  assert.equal(titleIn('{"openapi":"3.1.0","info":{"version":"1","title":"Book, shop"}}'), 'Book, shop');
  assert.equal(titleIn('{\n  "info": { "title": "Bookshop", "version": "1" }'), 'Bookshop');
  assert.equal(titleIn('openapi: 3.1.0\ninfo:\n  title: Weather API\n  version: "1"'), 'Weather API');
  assert.equal(titleIn("info: {title: Weather API, version: '1'}"), 'Weather API');
  assert.equal(titleIn('openapi: 3.1.0\nsubtitle: no'), undefined);
});
