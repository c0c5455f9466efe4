// Checks package-lock.json, and completes it. `npm install` leaves builds for other platforms out of the lock when the
// registry at hand does not carry them, without a word, and then `npm ci` refuses the lock. Run it after a change of
// dependencies:
//
//   node scripts/complete-lock.mjs           adds what is missing
//   node scripts/complete-lock.mjs --check   only says what is wrong (exit 1)
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const lockFile = join(dirname(dirname(fileURLToPath(import.meta.url))), 'package-lock.json');

/** The entry that Node's resolution finds for `name` from the package at `place`. */
const findEntry = (packages, place, name) => {
  let folder = place;
  for (;;) {
    const candidate = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[candidate] !== undefined) return candidate;
    if (folder === '') return undefined;
    const parent = folder.lastIndexOf('/node_modules/');
    folder = parent === -1 ? '' : folder.slice(0, parent);
  }
};

const platforms = {
  os: [
    'aix',
    'android',
    'darwin',
    'freebsd',
    'linux',
    'netbsd',
    'openbsd',
    'openharmony',
    'sunos',
    'win32',
  ],
  cpu: [
    'arm',
    'arm64',
    'ia32',
    'loong64',
    'mips64el',
    'ppc64',
    'riscv64',
    's390x',
    'x64',
    'wasm32',
  ],
};

/** Platform builds carry their platform in their name. */
const placeholder = (name, version, isDev) => {
  const words = name.replace(/^@[^/]+\//, '').split(/[-_.]/);
  const entry = { version };
  for (const [key, known] of Object.entries(platforms)) {
    const found = known.filter(
      (word) => words.includes(word) || (word === 'android' && words.includes('androideabi')),
    );
    if (found.length > 0) entry[key] = found;
  }
  if (words.includes('musl')) entry.libc = ['musl'];
  else if (words.includes('gnu') && entry.os?.includes('linux')) entry.libc = ['glibc'];
  return { ...entry, optional: true, ...(isDev ? { dev: true } : {}) };
};

const exactVersion = /^\d+\.\d+\.\d+(?:[-+].+)?$/;

/** What the lock lacks: entries for optional dependencies with an exact version, which is how platform builds are named. */
export const missingEntries = (lock) => {
  const missing = [];
  for (const [place, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (exactVersion.test(version) && findEntry(lock.packages, place, name) === undefined) {
        missing.push({ place, name, version, isDev: entry.dev === true });
      }
    }
  }
  return missing;
};

const complete = (lock) => {
  for (const { name, version, isDev } of missingEntries(lock)) {
    lock.packages[`node_modules/${name}`] ??= placeholder(name, version, isDev);
  }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lock, packages: Object.fromEntries(sorted) };
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
  const missing = missingEntries(lock);
  for (const { name, version, place } of missing) console.log(`${name}@${version} (of ${place})`);
  if (process.argv.includes('--check')) {
    process.exitCode = missing.length === 0 ? 0 : 1;
  } else if (missing.length > 0) {
    writeFileSync(lockFile, `${JSON.stringify(complete(lock), undefined, 2)}\n`);
    console.log(`added ${missing.length} entries`);
  }
}
