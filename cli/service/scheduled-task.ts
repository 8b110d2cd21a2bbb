import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Execute, type Program, type Service, succeed } from './service.ts';
import { xml } from './xml.ts';

const NAME = 'executor';

/**
 * A scheduled task of Windows: it starts at logon, and again when it fails.
 * @see https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema
 */
export function scheduledTask({ run, directory }: { run: Execute; directory: string }): Service {
  const file = join(directory, 'executor-task.xml');
  return {
    kind: 'scheduled task',
    file,
    unit,
    async unavailable() {
      const { code, stderr } = await run('schtasks', ['/Query', '/FO', 'CSV', '/NH']);
      return code === 0 ? undefined : `the task scheduler does not answer: ${stderr.trim().split('\n')[0]}`;
    },
    async install(program) {
      mkdirSync(dirname(file), { recursive: true });
      // schtasks reads UTF-16 with a byte order mark.
      writeFileSync(file, `\ufeff${unit(program)}`, 'utf16le');
      await run('schtasks', ['/End', '/TN', NAME]);
      await succeed(run, 'schtasks', '/Create', '/TN', NAME, '/XML', file, '/F');
      await succeed(run, 'schtasks', '/Run', '/TN', NAME);
      return [];
    },
    serves: wanted => existsSync(file) && readFileSync(file, 'utf16le').includes(xml(variable('EXECUTOR_DATA_DIR', wanted))),
    async start() {
      await succeed(run, 'schtasks', '/Run', '/TN', NAME);
    },
    async uninstall() {
      if (!existsSync(file)) return false;
      await run('schtasks', ['/End', '/TN', NAME]);
      await run('schtasks', ['/Delete', '/TN', NAME, '/F']);
      rmSync(file, { force: true });
      return true;
    },
    async state() {
      if (!existsSync(file)) return 'absent';
      const { code, stdout } = await run('schtasks', ['/Query', '/TN', NAME, '/FO', 'CSV', '/NH']);
      return code === 0 && /"Running"/i.test(stdout) ? 'running' : 'stopped';
    },
  };
}

const variable = (name: string, value: string): string => `set "${name}=${value}"`;

/** A task has no environment of its own: `cmd` sets it, and writes the log. */
function unit({ node, script, environment, log }: Program): string {
  const variables = Object.entries(environment).map(([name, value]) => `${variable(name, value)}&& `);
  const line = `/d /s /c "${variables.join('')}"${node}" "${script}" >> "${log}" 2>&1"`;
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>executor, the layer between AI agents and everything they call</Description></RegistrationInfo>
  <Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger></Triggers>
  <Principals><Principal id="Author"><LogonType>InteractiveToken</LogonType><RunLevel>LeastPrivilege</RunLevel></Principal></Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Hidden>true</Hidden>
    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
  </Settings>
  <Actions Context="Author"><Exec><Command>cmd.exe</Command><Arguments>${xml(line)}</Arguments></Exec></Actions>
</Task>
`;
}
