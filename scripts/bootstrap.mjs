// Makes a fresh clone ready before `npm start`, `npm test` and `npm run check`. Plain JavaScript without dependencies: it
// runs on Node 20, and before anything is installed. With nothing to do it takes a fraction of a second.
//
//   node scripts/bootstrap.mjs         the packages of package-lock.json
//   node scripts/bootstrap.mjs page    and the web page
//   node scripts/bootstrap.mjs test    and the programs that the tests talk to
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.bootstrap');
const lockName = createHash('sha256').update(root).digest('hex').slice(0, 16);
const lockFolder = join(tmpdir(), `seamwatt-bootstrap-${lockName}`);

/** @param {string} message */
const say = (message) => process.stderr.write(`bootstrap: ${message}\n`);

/** @param {number} ms */
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** @param {string} file */
const hashOf = (file) => {
  const path = join(root, file);
  return createHash('sha256')
    .update(existsSync(path) ? readFileSync(path) : '')
    .digest('hex');
};
const wantedStamp = () => `${hashOf('package-lock.json')} ${hashOf('.npmrc')}`;
const hasPackages = () =>
  existsSync(stampFile) && readFileSync(stampFile, 'utf8').trim() === wantedStamp();

/** @param {string} pid */
const isAlive = (pid) => {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

const staleAfterMs = 20 * 60_000;
const lockIsStale = () => {
  const owner = join(lockFolder, 'pid');
  try {
    if (Date.now() - statSync(lockFolder).mtimeMs > staleAfterMs) return true;
    return existsSync(owner) && !isAlive(readFileSync(owner, 'utf8'));
  } catch (error) {
    // Gone between two looks: the next attempt decides.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
};

/** `npm start` and `npm test` at once on a fresh clone must not install into the same folder. */
const withLock = (work) => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      mkdirSync(lockFolder);
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      if (lockIsStale()) rmSync(lockFolder, { recursive: true, force: true });
      else if (attempt === 0) say('another bootstrap is at work; waiting for it');
      sleep(250);
    }
  }
  try {
    writeFileSync(join(lockFolder, 'pid'), String(process.pid));
    work();
  } finally {
    rmSync(lockFolder, { recursive: true, force: true });
  }
};

const installPackages = () => {
  if (hasPackages()) return;
  say('installing the packages of package-lock.json');
  // The errors-only log hides the engine warnings of an npm that itself runs on an older Node.
  const flags = ['ci', '--include=dev', '--include=optional', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const [program, first] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  const { status, error } = spawnSync(program, [...first, ...flags], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`npm ci failed (${error?.message ?? `exit ${status}`})`);
  // Inside node_modules, which an interrupted npm ci leaves without it.
  writeFileSync(stampFile, `${wantedStamp()}\n`);
};

const pageFolder = join(root, 'dashboard');
const pageStampFile = join(pageFolder, 'dist', '.stamp');
/** Of everything that the page is built from. */
const wantedPageStamp = () => {
  const sources = readdirSync(pageFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('dist') && statSync(join(pageFolder, name)).isFile())
    .map((name) => join('dashboard', name));
  const files = [...sources.sort(), 'package-lock.json'];
  return createHash('sha256').update(files.map(hashOf).join()).digest('hex');
};
const hasPage = () =>
  existsSync(pageStampFile) && readFileSync(pageStampFile, 'utf8') === wantedPageStamp();

const buildPage = () => {
  if (hasPage()) return;
  say('building the page');
  const vite = join(modules, 'vite', 'bin', 'vite.js');
  const { status, error } = spawnSync(
    process.execPath,
    [vite, 'build', pageFolder, '--logLevel', 'error'],
    { cwd: root, stdio: 'inherit' },
  );
  if (status !== 0) {
    throw new Error(`the page could not be built (${error?.message ?? `exit ${status}`})`);
  }
  writeFileSync(pageStampFile, wantedPageStamp());
};

const compiledStampFile = join(modules, '.cache', 'compiled.stamp');
const rooms = ['gateway', 'adapters', 'config', 'simulators'];
/** Of every source, and of what compiles it. */
const wantedCompiledStamp = () => {
  const files = rooms
    .filter((room) => existsSync(join(root, room)))
    .flatMap((room) =>
      readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(room, name)),
    );
  const hashes = [...files.sort(), 'package-lock.json'].map(hashOf);
  return createHash('sha256').update(hashes.join()).digest('hex');
};
const hasCompiled = () =>
  existsSync(compiledStampFile) &&
  readFileSync(compiledStampFile, 'utf8') === wantedCompiledStamp();

/** A start does without, with more memory and later. */
const compileAhead = () => {
  if (hasCompiled()) return;
  const steps = [
    [join(root, 'scripts', 'compile-ahead.mjs')],
    [join(root, 'bin', 'seamwatt.mjs'), '-V'],
  ];
  const node = join(modules, '.bin', 'node');
  const isDone = steps.every((step) => succeeds(node, step));
  if (!isDone) return;
  mkdirSync(dirname(compiledStampFile), { recursive: true });
  writeFileSync(compiledStampFile, wantedCompiledStamp());
};

/** What the tests talk to: what to look for, the Debian packages that bring it, and what is skipped without it. */
const testPrograms = [
  { name: 'influxd', packages: ['influxdb', 'influxdb-client'], skipped: 'InfluxDB 1.x' },
  { name: 'mosquitto', packages: ['mosquitto'], skipped: 'MQTT brokers' },
  { name: 'mosquitto_sub', packages: ['mosquitto-clients'], skipped: 'MQTT clients' },
  { name: 'victoria-metrics', packages: ['victoria-metrics'], skipped: 'VictoriaMetrics' },
  { name: 'chromium', packages: ['chromium', 'fonts-noto-cjk'], skipped: 'the pages in a browser' },
  { name: 'pdftotext', packages: ['poppler-utils'], skipped: 'dossiers in PDF' },
  { name: 'socat', packages: ['socat'], skipped: 'serial lines' },
  { name: 'mbpoll', packages: ['mbpoll'], skipped: 'Modbus clients' },
  { name: 'openssl', packages: ['openssl'], skipped: 'TLS' },
  { name: 'gcc', packages: ['gcc', 'libc6-dev'], skipped: 'programs in C' },
  { name: 'pkg-config', packages: ['pkg-config'], skipped: 'programs in C' },
  { library: 'libmodbus', packages: ['libmodbus-dev'], skipped: 'the libmodbus server' },
  {
    pythonModules: ['pymodbus', 'serial', 'serial_asyncio'],
    packages: ['python3-pymodbus', 'python3-serial', 'python3-serial-asyncio'],
    skipped: 'the pymodbus server',
  },
];

const searchPath = () => [
  ...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
  '/usr/sbin',
  '/usr/local/sbin',
];

/** @param {string} program @param {string[]} args */
const succeeds = (program, args) =>
  spawnSync(program, args, { stdio: 'ignore', timeout: 60_000 }).status === 0;

const isThere = ({ name, library, pythonModules }) => {
  if (name !== undefined) return searchPath().some((folder) => existsSync(join(folder, name)));
  if (library !== undefined) return succeeds('pkg-config', ['--exists', library]);
  return succeeds('/usr/bin/python3', ['-c', `import ${pythonModules.join(', ')}`]);
};

const describe = ({ name, library, pythonModules }) => name ?? library ?? pythonModules[0];

const mayInstall = () =>
  process.getuid?.() === 0 &&
  existsSync('/usr/bin/apt-get') &&
  (Boolean(process.env.CI) || !process.stdin.isTTY);

/** @param {string[]} packages */
const aptInstall = (packages) => {
  const run = (args) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: 15 * 60_000,
    }).status === 0;
  return (
    run(['update', '-qq']) && run(['install', '-y', '-qq', '--no-install-recommends', ...packages])
  );
};

const installPrograms = () => {
  const missing = testPrograms.filter((program) => !isThere(program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.flatMap((program) => program.packages))];
  const names = missing.map(describe).join(', ');
  if (mayInstall()) {
    say(`installing what the tests talk to (${names})`);
    if (!aptInstall(packages)) say('apt-get failed');
  }
  const left = missing.filter((program) => !isThere(program));
  if (left.length === 0) return;
  say(`not on this machine: ${left.map(describe).join(', ')}`);
  say(`to install: sudo apt-get install --no-install-recommends ${packages.join(' ')}`);
  for (const program of left) say(`skipped without ${describe(program)}: ${program.skipped}`);
};

try {
  if (!hasPackages()) withLock(installPackages);
  const steps = process.argv.slice(2);
  if (steps.includes('page') && !hasPage()) withLock(buildPage);
  if (steps.includes('page') && !hasCompiled()) withLock(compileAhead);
  if (steps.includes('test') && !testPrograms.every(isThere)) {
    withLock(installPrograms);
  }
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
