import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Execute, type Program, type Service, succeed } from './service.ts';
import { xml } from './xml.ts';

const LABEL = 'executor.daemon';

/** A launchd agent of macOS: it starts at login, and again when it ends. See launchd.plist(5). */
export function launchd({ run, home, uid }: { run: Execute; home: string; uid: number }): Service {
  const file = join(home, 'Library', 'LaunchAgents', `${LABEL}.plist`);
  const domain = `gui/${uid}`;
  return {
    kind: 'launchd agent',
    file,
    unit,
    async unavailable() {
      const { code, stderr } = await run('launchctl', ['print', domain]);
      return code === 0 ? undefined : `launchd does not answer for this user: ${stderr.trim().split('\n')[0]}`;
    },
    async install(program) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, unit(program));
      await run('launchctl', ['bootout', `${domain}/${LABEL}`]);
      await succeed(run, 'launchctl', 'bootstrap', domain, file);
      return [];
    },
    serves: directory => existsSync(file) && readFileSync(file, 'utf8').includes(variable('EXECUTOR_DATA_DIR', directory)),
    async start() {
      await succeed(run, 'launchctl', 'kickstart', `${domain}/${LABEL}`);
    },
    async uninstall() {
      if (!existsSync(file)) return false;
      await run('launchctl', ['bootout', `${domain}/${LABEL}`]);
      rmSync(file, { force: true });
      return true;
    },
    async state() {
      if (!existsSync(file)) return 'absent';
      const { code, stdout } = await run('launchctl', ['print', `${domain}/${LABEL}`]);
      return code === 0 && /state = running/.test(stdout) ? 'running' : 'stopped';
    },
  };
}

const variable = (name: string, value: string): string => `<key>${xml(name)}</key><string>${xml(value)}</string>`;

function unit({ node, script, environment, log }: Program): string {
  const variables = Object.entries(environment).map(([name, value]) => `    ${variable(name, value)}`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>${LABEL}</string>
  <key>ProgramArguments</key>
  <array>
    <string>${xml(node)}</string>
    <string>${xml(script)}</string>
  </array>
  <key>EnvironmentVariables</key>
  <dict>
${variables.join('\n')}
  </dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><true/>
  <key>ThrottleInterval</key><integer>1</integer>
  <key>ExitTimeOut</key><integer>15</integer>
  <key>Umask</key><integer>63</integer>
  <key>StandardOutPath</key><string>${xml(log)}</string>
  <key>StandardErrorPath</key><string>${xml(log)}</string>
</dict>
</plist>
`;
}
