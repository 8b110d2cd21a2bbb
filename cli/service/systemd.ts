import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Execute, type Program, type Service, succeed } from './service.ts';

const NAME = 'executor.service';

/**
 * A systemd user unit. With lingering it runs from boot on and survives the logout.
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
 */
export function systemd({
  run,
  home,
  configHome,
  user,
}: {
  run: Execute;
  home: string;
  configHome: string | undefined;
  user: string;
}): Service {
  const file = join(configHome || join(home, '.config'), 'systemd', 'user', NAME);
  const control = (...args: string[]) => succeed(run, 'systemctl', '--user', ...args);
  return {
    kind: 'systemd user unit',
    file,
    unit,
    async unavailable() {
      const { code, stderr } = await run('systemctl', ['--user', 'show-environment']);
      return code === 0 ? undefined : `systemd does not answer for this user: ${stderr.trim().split('\n')[0]}`;
    },
    async install(program) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, unit(program));
      await control('daemon-reload');
      await control('enable', NAME);
      await control('restart', NAME);
      const lingering = await run('loginctl', ['enable-linger', user]);
      return lingering.code === 0
        ? []
        : [
            `It ends when you log out, for lingering could not be turned on (${lingering.stderr.trim()}): sudo loginctl enable-linger ${user}`,
          ];
    },
    serves: directory => existsSync(file) && readFileSync(file, 'utf8').split('\n').includes(variable('EXECUTOR_DATA_DIR', directory)),
    async start() {
      // It may be waiting for its turn to start again: `start` would wait with it.
      await control('restart', NAME);
    },
    async uninstall() {
      if (!existsSync(file)) return false;
      await run('systemctl', ['--user', 'disable', '--now', NAME]);
      rmSync(file, { force: true });
      await run('systemctl', ['--user', 'daemon-reload']);
      return true;
    },
    async state() {
      if (!existsSync(file)) return 'absent';
      return (await run('systemctl', ['--user', 'is-active', NAME])).code === 0 ? 'running' : 'stopped';
    },
  };
}

function unit({ node, script, environment, log }: Program): string {
  const variables = Object.entries(environment).map(([name, value]) => variable(name, value));
  return `[Unit]
Description=executor, the layer between AI agents and everything they call
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${command(node)} ${command(script)}
${variables.join('\n')}
Restart=always
RestartSec=1
KillMode=mixed
TimeoutStopSec=15
UMask=0077
StandardOutput=append:${escaped(log)}
StandardError=append:${escaped(log)}

[Install]
WantedBy=default.target
`;
}

const variable = (name: string, value: string): string => `Environment=${quoted(`${name}=${value}`)}`;

const escaped = (text: string): string => text.replaceAll('%', '%%');

/** A word of a unit file: percent signs would be replaced, quotes and backslashes end it. */
const quoted = (text: string): string => `"${escaped(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** A word of a command line, in which dollars would be replaced, too. */
const command = (text: string): string => quoted(text).replaceAll('$', () => '$$');
