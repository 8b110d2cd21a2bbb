import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataDirectory } from '../daemon/files.ts';
import { launchd } from './launchd.ts';
import { scheduledTask } from './scheduled-task.ts';
import { execute, type Program, type Service } from './service.ts';
import { systemd } from './systemd.ts';

/** Settings of the daemon that its service keeps. A token is not among them: units can be read by others. */
const KEPT = [
  'EXECUTOR_PORT',
  'EXECUTOR_HOST',
  'EXECUTOR_PUBLIC_URL',
  'EXECUTOR_ALLOW_PRIVATE',
  'EXECUTOR_LOG',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
];

/** The service of this operating system; undefined where we know of none. */
export function serviceHere(env = process.env, platform = process.platform): Service | undefined {
  const home = env.HOME ?? env.USERPROFILE ?? '';
  if (platform === 'linux') return systemd({ run: execute, home, configHome: env.XDG_CONFIG_HOME, user: env.USER ?? env.LOGNAME ?? '' });
  if (platform === 'darwin') return launchd({ run: execute, home, uid: process.getuid?.() ?? 0 });
  return platform === 'win32' ? scheduledTask({ run: execute, directory: dataDirectory(env, platform) }) : undefined;
}

/**
 * The daemon as a service runs it: on the data directory of this command, with the same settings.
 * @param entry the URL of the running command's own file; the daemon's lies beside it
 */
export function daemonProgram(entry: string, env = process.env): Program {
  const directory = dataDirectory(env);
  const settings = KEPT.flatMap(name => (env[name] ? [[name, env[name]]] : [])) as [string, string][];
  return {
    node: process.execPath,
    script: fileURLToPath(new URL('./daemon.js', entry)),
    environment: { EXECUTOR_DATA_DIR: directory, ...Object.fromEntries(settings) },
    log: join(directory, 'logs', 'daemon.log'),
  };
}
