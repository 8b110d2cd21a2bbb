import { BRIDGE } from './bridge.ts';
import { CONSOLE } from './console.ts';
import { GLOBALS } from './globals.ts';
import { TOOLS } from './tools.ts';

/**
 * What a VM knows before any program: a function of the host's doors that returns the program's doors. It is text because it runs in
 * QuickJS, not here; nothing of it is reachable from the program but what it puts on `globalThis`.
 *
 * P1. Whatever it uses later it has taken from the intrinsics at the start: a program may change every one of them.
 * P2. It calls no method of a value that comes from the program, but through JSON.stringify.
 * P3. Only strings and numbers cross, in both directions.
 */
export const PRELUDE = `(function (issue, put, seed32) {
'use strict';
${BRIDGE}
${CONSOLE}
${GLOBALS}
${TOOLS}
return { settle, run, reseed };
})`;
