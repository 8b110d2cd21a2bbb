import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../cli/rig.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Locked {
  dev?: true;
  devOptional?: true;
  optional?: true;
}

/** Packs what is built, and gives the tarball's path and the names of the files in it. */
export async function pack(directory: string): Promise<{ tarball: string; files: string[] }> {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', directory];
  const { code, stdout, stderr } = await runProgram('npm', args, { cwd: ROOT, env: process.env });
  if (code !== 0) throw new Error(stderr);
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  return { tarball: join(directory, filename), files: files.map(({ path }) => path) };
}

/** What an installation of the package brings along, by the lock; optional packages are left out. */
export function productionClosure(): string[] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> };
  return Object.entries(packages)
    .filter(([path, { dev, devOptional, optional }]) => path !== '' && !dev && !devOptional && !optional)
    .map(([path]) => path);
}

/** Puts the package where `npm install` would, with nothing but what it brings along. */
export async function unpack(tarball: string, directory: string): Promise<string> {
  const { code, stderr } = await runProgram('tar', ['-xzf', tarball, '-C', directory], { env: process.env });
  if (code !== 0) throw new Error(stderr);
  for (const path of productionClosure()) cpSync(join(ROOT, path), join(directory, path), { recursive: true });
  const place = join(directory, 'node_modules', 'executor');
  cpSync(join(directory, 'package'), place, { recursive: true });
  return join(place, 'dist', 'cli.js');
}
