import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Bundles the UI into `outdir`: hashed scripts and styles, a hashed icon, and an `index.html` that names them.
 * Scripts and styles have their gzipped form beside them. The page has no inline script and no inline style, so the daemon can
 * serve it under a strict Content-Security-Policy.
 *
 * @param {{ outdir: string, minify?: boolean }} options
 * @returns {Promise<{ files: Record<string, number> }>} the bytes of each file written
 */
export async function buildUi({ outdir, minify = true }) {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const { metafile } = await build({
    entryPoints: { main: join(here, 'main.tsx'), theme: join(here, 'theme-boot.ts') },
    outdir,
    bundle: true,
    format: 'esm',
    splitting: true,
    entryNames: 'assets/[name]-[hash]',
    chunkNames: 'assets/[name]-[hash]',
    assetNames: 'assets/[name]-[hash]',
    loader: { '.woff2': 'file' },
    plugins: [workerAsFile],
    jsx: 'automatic',
    target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
    define: { 'process.env.NODE_ENV': minify ? '"production"' : '"development"' },
    legalComments: 'none',
    minify,
    sourcemap: minify ? false : 'linked',
    metafile: true,
    logLevel: 'warning',
  });

  const files = Object.fromEntries(
    Object.entries(metafile.outputs).map(([path, output]) => [toUrl(relative(outdir, resolve(path))), output.bytes]),
  );
  const named = entry => {
    const found = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint && basename(output.entryPoint) === entry);
    if (!found) throw new Error(`The UI bundle has no entry ${entry}.`);
    return found;
  };
  const [mainPath, main] = named('main.tsx');
  const [themePath] = named('theme-boot.ts');
  const url = path => `/${toUrl(relative(outdir, resolve(path)))}`;

  const icon = await readFile(join(here, 'assets/icon.svg'));
  const iconName = `assets/icon-${createHash('sha256').update(icon).digest('hex').slice(0, 8).toUpperCase()}.svg`;
  await writeFile(join(outdir, iconName), icon);

  const html = (await readFile(join(here, 'index.html'), 'utf8'))
    .replace('%icon%', `/${iconName}`)
    .replace('%theme%', url(themePath))
    .replace('%style%', url(main.cssBundle))
    .replace('%main%', url(mainPath));
  await writeFile(join(outdir, 'index.html'), html);
  await Promise.all(
    Object.keys(files)
      .filter(file => /\.(js|css)$/.test(file))
      .map(file => compress(join(outdir, file))),
  );
  return { files: { ...files, [iconName]: icon.length, 'index.html': Buffer.byteLength(html) } };
}

/** The layout engine runs in a worker of its own: its file is copied as it is, and its address is what an import gives. */
const workerAsFile = {
  name: 'worker-as-file',
  setup(build) {
    build.onLoad({ filter: /elk-worker\.min\.js$/ }, async ({ path }) => ({ contents: await readFile(path), loader: 'file' }));
  },
};

/** Lays the compressed form beside a file, for servers that send it to those who take it. */
async function compress(file) {
  await writeFile(`${file}.gz`, gzipSync(await readFile(file), { level: 9 }));
}

const toUrl = path => path.replaceAll('\\', '/');
