#!/usr/bin/env node
import { readFileSync, writeSync } from 'node:fs';

const argv = process.argv.slice(2);
const version = () => (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;

// The version is asked for by scripts, often: nothing else is loaded for it.
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) writeSync(1, `${version()}\n`);
else process.exitCode = await (await import('./start.ts')).start(argv, { entry: import.meta.url, version });
