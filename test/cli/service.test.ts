import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchd } from '../../cli/service/launchd.ts';
import { scheduledTask } from '../../cli/service/scheduled-task.ts';
import type { Execute } from '../../cli/service/service.ts';
import { systemd } from '../../cli/service/systemd.ts';
import { isAlive, openRig, type Rig } from './rig.ts';
import { supervise } from './supervisor.ts';

const program = {
  node: '/opt/node 20/bin/node',
  script: '/home/ada/100%/dist/daemon.js',
  environment: { EXECUTOR_DATA_DIR: '/home/ada/"data" & more', EXECUTOR_PORT: '4788' },
  log: '/home/ada/data/logs/daemon.log',
};

/** A system that says yes to everything, and remembers what it was asked. */
function willing() {
  const asked: string[] = [];
  const run: Execute = async (file, args) => {
    asked.push([file, ...args].join(' '));
    return { code: 0, stdout: 'state = running "Running"', stderr: '' };
  };
  return { asked, run };
}

let home: string;
before(() => {
  home = mkdtempSync(join(tmpdir(), 'executor service '));
});
after(() => rmSync(home, { recursive: true, force: true }));

test('systemd: a user unit that restarts, lingers, and quotes what it is given', async () => {
  const { asked, run } = willing();
  const service = systemd({ run, home, configHome: undefined, user: 'ada' });
  const unit = service.unit(program);
  assert.match(unit, /^ExecStart="\/opt\/node 20\/bin\/node" "\/home\/ada\/100%%\/dist\/daemon\.js"$/m);
  assert.match(unit, /^Environment="EXECUTOR_DATA_DIR=\/home\/ada\/\\"data\\" & more"$/m);
  assert.match(unit, /^Restart=always$/m);
  assert.match(unit, /^UMask=0077$/m);
  assert.doesNotMatch(unit, /TOKEN/);
  assert.equal(await service.state(), 'absent');
  assert.deepEqual(await service.install(program), []);
  assert.equal(readFileSync(join(home, '.config/systemd/user/executor.service'), 'utf8'), unit);
  assert.equal(await service.state(), 'running');
  assert.deepEqual([service.serves('/home/ada/"data" & more'), service.serves('/home/ada/data')], [true, false]);
  await service.start();
  assert.equal(await service.uninstall(), true);
  assert.equal(service.serves('/home/ada/"data" & more'), false);
  assert.equal(await service.uninstall(), false);
  assert.deepEqual(
    asked.filter(line => !line.includes('is-active')),
    [
      'systemctl --user daemon-reload',
      'systemctl --user enable executor.service',
      'systemctl --user restart executor.service',
      'loginctl enable-linger ada',
      'systemctl --user restart executor.service',
      'systemctl --user disable --now executor.service',
      'systemctl --user daemon-reload',
    ],
  );
});

test('systemd: without lingering the person is told what it means', async () => {
  const run: Execute = async file => ({ code: file === 'loginctl' ? 1 : 0, stdout: '', stderr: 'Access denied' });
  const service = systemd({ run, home, configHome: join(home, 'xdg'), user: 'ada' });
  assert.match((await service.install(program))[0]!, /when you log out.*Access denied.*sudo loginctl enable-linger ada/);
});

test('launchd: an agent that is kept alive, in XML', async () => {
  const { asked, run } = willing();
  const service = launchd({ run, home, uid: 501 });
  const unit = service.unit(program);
  assert.match(unit, /<string>\/home\/ada\/&quot;data&quot; &amp; more<\/string>/);
  assert.match(unit, /<key>KeepAlive<\/key><true\/>/);
  await service.install(program);
  assert.ok(existsSync(join(home, 'Library/LaunchAgents/executor.daemon.plist')));
  assert.equal(await service.state(), 'running');
  assert.deepEqual([service.serves('/home/ada/"data" & more'), service.serves('/home/ada/data')], [true, false]);
  await service.start();
  assert.equal(asked.at(-1), 'launchctl kickstart gui/501/executor.daemon');
  await service.uninstall();
  assert.deepEqual(asked[1], `launchctl bootstrap gui/501 ${service.file}`);
});

test('Windows: a task at logon without a time limit, registered from UTF-16', async () => {
  const { asked, run } = willing();
  const service = scheduledTask({ run, directory: home });
  await service.install(program);
  const text = readFileSync(service.file, 'utf16le');
  assert.match(text, /^\ufeff<\?xml version="1\.0" encoding="UTF-16"\?>/);
  assert.match(text, /<ExecutionTimeLimit>PT0S</);
  assert.match(text, /set &quot;EXECUTOR_PORT=4788&quot;&amp;&amp; /);
  assert.deepEqual(asked.slice(1), [`schtasks /Create /TN executor /XML ${service.file} /F`, 'schtasks /Run /TN executor']);
  assert.equal(await service.state(), 'running');
  assert.deepEqual([service.serves('/home/ada/"data" & more'), service.serves('/home/ada/data')], [true, false]);
  await service.start();
  assert.equal(asked.at(-1), 'schtasks /Run /TN executor');
});

async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let i = 0; i < 600; i++) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(25);
  }
  throw new Error('it did not come');
}

test('run by its unit, the daemon comes back after a kill -9 with what waited, and ends when it is told to', async t => {
  const rig: Rig = await openRig();
  t.after(() => rig.close());
  await rig.addShop();
  const id = await rig.pause();
  await rig.run(['daemon', 'stop']);
  const { stdout } = await rig.run(['install', '--print']);
  assert.match(stdout, /^\[Unit\]/);
  const supervised = supervise(stdout);
  const up = () =>
    until(async () => {
      const { code, stdout: status } = await rig.run(['status', '--json']);
      return code === 0 ? (JSON.parse(status) as { pid: number }) : undefined;
    });
  const first = await up();
  assert.equal(first.pid, supervised.pid());
  process.kill(first.pid, 'SIGKILL');
  await until(() => (isAlive(first.pid) ? undefined : true));
  const second = await up();
  assert.notEqual(second.pid, first.pid);
  const resumed = await rig.run(['resume', '--execution-id', id]);
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.equal(rig.shop.arrived.filter(({ method }) => method === 'POST').length, 1);
  await supervised.stop();
  assert.equal((await rig.run(['status'])).code, 6);
});

test('where no service manager answers, install says how to go on without one', async t => {
  const rig = await openRig();
  t.after(() => rig.close());
  const { code, stderr } = await rig.run(['install'], { env: { PATH: '/nowhere' } });
  assert.equal(code, 6);
  assert.match(stderr, /executor daemon start/);
  assert.match((await rig.run(['status'])).stdout, /^service: not installed\ndaemon: {2}not running\n/);
});
