// Compiles the program to dist/, which is what `npm pack` ships: Node strips types only outside of node_modules. In a
// checkout nothing needs it. Types are checked by `npm run check`, not here.
//
// tsc rewrites the extension of imports, but not of `new URL('./x.ts', import.meta.url)`, by which workers and child
// programs are found; those are rewritten here, and every file that they name must exist. Files that are no sources
// (profiles, pages, the demo site) are copied beside them, and package.json, from which the program reads its version.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const rooms = ['gateway', 'adapters', 'simulators', 'config'];

/** @param {string} folder */
const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

const compile = () => {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`tsc failed (exit ${status})`);
};

const moduleUrl = /new URL\(\s*(['"])(\.{1,2}\/[^'"]+)\1,\s*import\.meta\.url\s*\)/g;

/** @param {string} file */
const rewriteModuleUrls = (file) => {
  const text = readFileSync(file, 'utf8');
  const rewritten = text.replace(moduleUrl, (whole, quote, path) => {
    if (!path.endsWith('.ts')) return whole;
    const target = path.replace(/\.ts$/, '.js');
    if (!existsSync(resolve(dirname(file), target))) {
      throw new Error(`${relative(root, file)} names ${path}, which is not in dist`);
    }
    return whole.replace(`${quote}${path}${quote}`, `${quote}${target}${quote}`);
  });
  if (rewritten !== text) writeFileSync(file, rewritten);
};

const notShipped = new Set(['.ts', '.md']);

const copyDataFiles = () => {
  const data = [...rooms, join('dashboard', 'dist')]
    .flatMap((room) => filesIn(join(root, room)))
    .filter((file) => !notShipped.has(extname(file)));
  for (const file of [...data, join(root, 'package.json')]) {
    const target = join(dist, relative(root, file));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(file, target);
  }
};

rmSync(dist, { recursive: true, force: true });
compile();
copyDataFiles();
for (const file of filesIn(dist).filter((name) => name.endsWith('.js'))) rewriteModuleUrls(file);
