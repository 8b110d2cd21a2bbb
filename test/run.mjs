// Runs the bundled tests: `node test/run.mjs` every stage, `node test/run.mjs unit crash` those two. Ends with "N passed, N failed".
//
// A file that fails may be run once more, alone, when there are no more than two of them: what passes then is named as flaky in the last
// lines, and is a bug to be found all the same.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { run } from 'node:test';
import { spec, tap } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

/** Which folders and files of test/ belong to a stage, and how many files run at once. */
const STAGES = {
  unit: { of: ['machines', 'assumptions', 'runtime', 'import-law', 'packaging'], concurrency: 3 },
  integration: { of: ['transports', 'cli', 'security'], concurrency: 3 },
  e2e: { of: ['e2e'], concurrency: 3 },
  crash: { of: ['crash'], concurrency: 3 },
  browser: { of: ['ui'], concurrency: 2 },
  conformance: { of: ['conformance'], concurrency: 1 },
};
const SECOND_CHANCES = 2;

const directory = fileURLToPath(new URL('../.tests', import.meta.url));
const stageOf = file => Object.keys(STAGES).find(name => STAGES[name].of.some(start => new RegExp(`^test--${start}(--|\\.)`).test(file)));

/** @returns {Promise<{ passed: number, failures: { file: string, name: string }[], skipped: string[] }>} */
async function attempt(files, concurrency) {
  const counts = { pass: 0, fail: 0, cancelled: 0 };
  const failures = [];
  const skipped = [];
  const events = run({ files, concurrency });
  events.on('test:fail', ({ name, file, details }) => {
    if (details.type !== 'suite') failures.push({ file: file ?? files.find(one => name.includes(one)), name });
  });
  events.on('test:pass', ({ name, skip }) => {
    if (skip !== undefined) skipped.push(typeof skip === 'string' && skip !== '' ? `${name}: ${skip}` : name);
  });
  events.on('test:diagnostic', ({ message, nesting }) => {
    const sum = nesting === 0 && /^(pass|fail|cancelled) (\d+)$/.exec(message);
    if (sum) counts[sum[1]] = Number(sum[2]);
  });
  for await (const text of events.compose(process.stdout.isTTY ? new spec() : tap)) process.stdout.write(text);
  while (failures.length < counts.fail + counts.cancelled) failures.push({ file: undefined, name: 'a test that was not named' });
  return { passed: counts.pass, failures, skipped };
}

async function stage(name, files) {
  const started = performance.now();
  let { passed, failures, skipped } = await attempt(files, STAGES[name].concurrency);
  let flaky = [];
  const failing = [...new Set(failures.map(({ file }) => file))];
  if (failures.length > 0 && failing.length <= SECOND_CHANCES && !failing.includes(undefined)) {
    const again = await attempt(failing, 1);
    flaky = failures.filter(one => !again.failures.some(other => other.file === one.file && other.name === one.name));
    passed += flaky.length;
    failures = again.failures;
  }
  console.log(`# ${name}: ${passed} passed, ${failures.length} failed, ${Math.round((performance.now() - started) / 1000)} s`);
  return { passed, failures, flaky, skipped };
}

const files = readdirSync(directory).filter(file => file.endsWith('.test.js'));
const homeless = files.filter(file => !stageOf(file));
if (homeless.length > 0) throw new Error(`these belong to no stage of test/run.mjs: ${homeless.join(', ')}`);

const asked = process.argv.slice(2);
const unknown = asked.filter(name => !STAGES[name]);
if (unknown.length > 0) throw new Error(`there is no stage ${unknown.join(', ')}: ${Object.keys(STAGES).join(', ')}`);

const results = [];
for (const name of asked.length > 0 ? asked : Object.keys(STAGES)) {
  const own = files.filter(file => stageOf(file) === name).map(file => join(directory, file));
  results.push(await stage(name, own));
}
const passed = results.reduce((sum, one) => sum + one.passed, 0);
const failures = results.flatMap(one => one.failures);
for (const line of results.flatMap(one => one.skipped)) console.log(`skipped: ${line}`);
for (const { file, name } of results.flatMap(one => one.flaky)) console.log(`flaky: ${name} (${file}): failed, and passed when run again`);
for (const { file, name } of failures) console.log(`failed: ${name} (${file})`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 && passed > 0 ? 0 : 1;
