// Builds the image where no Docker daemon runs and no registry answers: buildah with chroot isolation, on a base of Debian's
// packages and of the Node programs of npm. Then runs it as the documentation says, not as root and with a read-only root
// file system, and asks it for its health. Plain JavaScript without dependencies, for Node 20.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const ownBase = 'localhost/node:24-bookworm-slim';
const npmVersion = '11';
const minutes = 60_000;

const usage = `Builds the image with buildah, without a daemon, and tries it. As root, on Debian or Ubuntu.

usage: npm run image -- [options]

  --tag seamwatt:${manifest.version}    name of the image
  --base IMAGE            base with Node 24 and npm, from a registry or the local storage;
                          without it one is made of Debian and npm packages, once: ${ownBase}
  --fresh-base            makes that base anew
  --suite bookworm        release of Debian for it
  --mirror URL            mirror of Debian for it
  --storage-driver NAME   of buildah: overlay or vfs (default: as it is configured)
  --output FILE           also writes the image to a file that docker load takes
  --no-check              does not run what was built
  --verbose               shows what the tools say
  --help

Needs: buildah debootstrap (apt-get install --no-install-recommends buildah debootstrap).
Temporary files, some 400 MB, are removed; images stay in the storage of buildah (buildah images, buildah rmi).
`;

class ImageError extends Error {}

const startedMs = Date.now();
/** @param {string} message */
const say = (message) => {
  const seconds = Math.round((Date.now() - startedMs) / 1000);
  process.stderr.write(`image: ${String(seconds).padStart(4)} s  ${message}\n`);
};

const parseOptions = () => {
  try {
    return parseArgs({
      options: {
        tag: { type: 'string', default: `seamwatt:${manifest.version}` },
        base: { type: 'string' },
        'fresh-base': { type: 'boolean', default: false },
        suite: { type: 'string', default: 'bookworm' },
        mirror: { type: 'string' },
        'storage-driver': { type: 'string' },
        output: { type: 'string' },
        'no-check': { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new ImageError(`${error.message}\nTry --help.`);
  }
};

/** What has been started and not ended: nothing outlives this program. */
const running = new Set();

/**
 * Runs a program to its end and gives what it wrote; its last lines are shown when it fails.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, timeoutMs?: number, isShown?: boolean }} [options]
 * @returns {Promise<string>}
 */
const run = (program, args, options = {}) =>
  new Promise((resolve, reject) => {
    const { cwd = root, timeoutMs = 20 * minutes, isShown = false } = options;
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    let out = '';
    let last = '';
    child.stdout.on('data', (data) => {
      out += data;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        last = (last + data).slice(-4000);
        if (isShown) process.stderr.write(data);
      });
    }
    const settle = (reason) => {
      clearTimeout(timer);
      running.delete(child);
      if (reason === undefined) resolve(out.trim());
      else reject(new ImageError(`${program} ${args[0] ?? ''} failed (${reason})\n${last.trim()}`));
    };
    child.on('error', (error) => settle(error.message));
    child.on('close', (code, signal) =>
      settle(code === 0 ? undefined : (signal ?? `exit ${code}`)),
    );
  });

/** @param {string} program */
const isThere = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

const checkMachine = ({ base, 'no-check': isUnchecked }) => {
  if (process.platform !== 'linux') throw new ImageError('needs Linux: elsewhere use docker build');
  if (process.getuid?.() !== 0) throw new ImageError('needs root, for chroot: sudo npm run image');
  const wanted = ['buildah', 'tar'];
  if (base === undefined) wanted.push('debootstrap', 'npm');
  if (!isUnchecked) wanted.push('unshare', 'mount', 'chroot');
  const missing = wanted.filter((program) => !isThere(program));
  if (missing.length === 0) return;
  throw new ImageError(
    `not on this machine: ${missing.join(', ')}\n` +
      'to install: apt-get install --no-install-recommends buildah debootstrap npm util-linux mount',
  );
};

/** What a base needs no more once it is made. */
const leftOut = [
  ...['var/cache/apt', 'var/lib/apt/lists', 'var/log', 'usr/share/doc', 'usr/share/man'],
  ...['usr/share/locale', 'usr/share/info', 'usr/local/lib/node_modules/npm/docs'],
  'usr/local/lib/node_modules/npm/man',
];

/** Debian, node and npm at the places where the official image has them. */
const fillBase = async (folder, work, { suite, mirror, verbose }) => {
  say(`Debian ${suite} by debootstrap`);
  const from = mirror === undefined ? [] : [mirror];
  await run('debootstrap', ['--variant=minbase', suite, folder, ...from], { isShown: verbose });
  const node = `node-linux-${process.arch}@${manifest.devDependencies.node}`;
  say(`${node} and npm@${npmVersion} from the registry of npm`);
  const packed = await run('npm', ['pack', '--silent', node, `npm@${npmVersion}`], { cwd: work });
  const [nodeFile = '', npmFile = ''] = packed.split('\n').slice(-2);
  const modules = join(folder, 'usr/local/lib/node_modules/npm');
  mkdirSync(modules, { recursive: true });
  const bin = join(folder, 'usr/local/bin');
  const unpack = (file, strip, to, ...members) =>
    run('tar', ['-xzf', file, `--strip-components=${strip}`, '-C', to, ...members], { cwd: work });
  await unpack(nodeFile, 2, bin, 'package/bin/node');
  await unpack(npmFile, 1, modules);
  for (const name of ['npm', 'npx']) {
    await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(bin, name));
  }
  for (const path of leftOut) rmSync(join(folder, path), { recursive: true, force: true });
  for (const path of ['var/cache/apt', 'var/lib/apt/lists', 'var/log']) {
    mkdirSync(join(folder, path), { recursive: true });
  }
};

/**
 * Gives the name of a base image: the one that was asked for, that of a build before, or a new one.
 */
const baseImage = async (buildah, work, options) => {
  if (options.base !== undefined) return options.base;
  const present = await buildah(['images', '--quiet', ownBase]).catch(() => '');
  if (present !== '' && !options['fresh-base']) {
    say(`base ${ownBase} is there (--fresh-base makes it anew)`);
    return ownBase;
  }
  const folder = join(work, 'root');
  await fillBase(folder, work, options);
  say(`committing ${ownBase}`);
  const container = await buildah(['from', 'scratch']);
  try {
    await buildah(['add', '--quiet', container, folder, '/']);
    await buildah(['config', '--cmd', 'node', container]);
    await buildah(['commit', '--quiet', '--format', 'docker', container, ownBase]);
  } finally {
    await buildah(['rm', container]);
  }
  return ownBase;
};

/**
 * Where this machine trusts certificates of its own, as behind a proxy that opens TLS, npm in the build has to trust them
 * too. They are mounted while it builds; what stays in the image are two empty files that they were mounted on.
 */
const certificateMounts = (work) => {
  const file = process.env.NODE_EXTRA_CA_CERTS;
  if (file === undefined || !existsSync(file)) return [];
  const config = join(work, 'npmrc');
  writeFileSync(config, 'cafile=/run/build-ca.pem\n');
  return [`${file}:/run/build-ca.pem:ro`, `${config}:/root/.npmrc:ro`].flatMap((mount) => [
    '--volume',
    mount,
  ]);
};

const build = async (buildah, work, { base, options }) => {
  say(`building ${options.tag} on ${base}: some minutes`);
  await buildah(
    [
      ...['bud', '--isolation', 'chroot', '--format', 'docker'],
      ...(base === ownBase ? ['--pull-never'] : []),
      ...['--build-arg', `NODE_IMAGE=${base}`, '--tag', options.tag],
      ...certificateMounts(work),
      root,
    ],
    { isShown: options.verbose },
  );
};

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** In a mount namespace of its own: the image read-only, and over it what Compose gives a container. */
const containerScript = `set -e
mount --bind "$1" "$1"
mount --rbind /dev "$1/dev"
mount -t proc proc "$1/proc"
mount -t tmpfs tmpfs "$1/tmp"
mount -t tmpfs -o uid=1000,gid=1000 tmpfs "$1/data"
mount --bind "$2" "$1/etc/seamwatt"
mount -o remount,bind,ro "$1"
cd "$1"
exec chroot --userspec=1000:1000 "$1" /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/tmp \\
  NODE_ENV=production GLIBC_TUNABLES=glibc.malloc.arena_max=1 \\
  SEAMWATT_CONFIG=/etc/seamwatt/site.yaml seamwatt run --data /data
`;

/** Waits until `address` answers with 200, and gives what it says. */
const answerOf = async (address, child, withinMs) => {
  const deadlineMs = Date.now() + withinMs;
  for (;;) {
    if (child.exitCode !== null) throw new ImageError(`it ended with ${child.exitCode}`);
    try {
      const response = await fetch(address, { signal: AbortSignal.timeout(4000) });
      if (response.ok) return await response.text();
    } catch (error) {
      if (Date.now() > deadlineMs) throw new ImageError(`${address}: ${error.message}`);
    }
    if (Date.now() > deadlineMs) throw new ImageError(`${address} did not answer with 200`);
    await sleep(200);
  }
};

/** Starts the image as a container would be, asks for its health and its page, and stops it. */
const tryMounted = async (rootFolder, work) => {
  const [port, brokerPort] = [await freePort(), await freePort()];
  const siteFolder = join(work, 'site');
  mkdirSync(siteFolder);
  writeFileSync(
    join(siteFolder, 'site.yaml'),
    `version: 1\nsite: { enterprise: seamwatt, site: image }\napi: { port: ${port} }\nbroker: { port: ${brokerPort} }\n`,
  );
  const script = ['-c', containerScript, 'container', rootFolder, siteFolder];
  const child = spawn('unshare', ['--mount', '--', 'sh', ...script], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.add(child);
  let said = '';
  child.stderr.on('data', (data) => {
    said = (said + data).slice(-4000);
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    const health = await answerOf(`http://127.0.0.1:${port}/healthz`, child, minutes);
    const page = await answerOf(`http://127.0.0.1:${port}/`, child, 5000);
    if (!page.includes('<title>')) throw new ImageError('it has no page');
    say(`runs as uid 1000 with a read-only root: /healthz ${health}`);
    child.kill('SIGTERM');
    const code = await Promise.race([ended, sleep(10_000, 'no end within 10 s', { ref: false })]);
    if (code !== 0) throw new ImageError(`SIGTERM: found ${code}, expected an end with 0`);
    say('stops with 0 at SIGTERM');
  } catch (error) {
    throw new ImageError(`the image does not run: ${error.message}\n${said.trim()}`);
  } finally {
    child.kill('SIGKILL');
    await ended;
    running.delete(child);
  }
};

const check = async (buildah, work, { tag }) => {
  say('trying it');
  const container = await buildah(['from', '--pull-never', tag]);
  try {
    await tryMounted(await buildah(['mount', container]), work);
  } finally {
    await buildah(['umount', container]).catch(() => undefined);
    await buildah(['rm', container]);
  }
};

const main = async () => {
  const options = parseOptions();
  if (options.help) {
    process.stdout.write(usage);
    return;
  }
  checkMachine(options);
  const work = mkdtempSync(join(tmpdir(), 'seamwatt-image-'));
  const removeWork = () => rmSync(work, { recursive: true, force: true });
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ]) {
    process.once(signal, () => {
      for (const child of running) child.kill('SIGKILL');
      removeWork();
      process.exit(code);
    });
  }
  const driver = options['storage-driver'];
  const storage = driver === undefined ? [] : ['--storage-driver', driver];
  const policy = join(work, 'policy.json');
  writeFileSync(policy, JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
  const withPolicy = new Set(['bud', 'commit', 'from', 'push']);
  const buildah = ([command = '', ...args], settings) => {
    const trust = withPolicy.has(command) ? ['--signature-policy', policy] : [];
    return run('buildah', [...storage, command, ...trust, ...args], settings);
  };
  try {
    const base = await baseImage(buildah, work, options);
    await build(buildah, work, { base, options });
    const sizeOf = (image) => buildah(['images', '--format', '{{.Size}}', image]);
    say(`${options.tag}: ${await sizeOf(options.tag)}, of which the base ${await sizeOf(base)}`);
    if (!options['no-check']) await check(buildah, work, options);
    if (options.output !== undefined) {
      say(`writing ${options.output}`);
      await buildah(['push', options.tag, `docker-archive:${options.output}:${options.tag}`]);
    }
    say('done');
  } finally {
    removeWork();
  }
};

try {
  await main();
} catch (error) {
  if (!(error instanceof ImageError)) throw error;
  process.stderr.write(`image: ${error.message}\n`);
  process.exitCode = 1;
}
