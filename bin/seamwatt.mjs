#!/usr/bin/env node
// Plain JavaScript that Node 20 understands: machines often carry an older Node than the gateway needs, and then this
// finds a newer one and starts itself again with it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const neededMajor = 24;
const self = fileURLToPath(import.meta.url);
const root = dirname(dirname(self));

/** @param {string} version */
const majorOf = (version) => Number(/^v?(\d+)\./.exec(version.trim())?.[1] ?? 0);

/** Node programs to try, the nearest first: our own dependency, that of the package we are installed in, then PATH. */
const candidates = () => {
  const folders = [
    join(root, 'node_modules', '.bin'),
    join(dirname(root), '.bin'),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return folders.filter((folder) => folder !== '').map((folder) => join(folder, 'node'));
};

const findNode = () =>
  candidates().find((program) => {
    if (!existsSync(program)) return false;
    const { status, stdout } = spawnSync(program, ['--version'], {
      encoding: 'utf8',
      timeout: 10_000,
    });
    return status === 0 && majorOf(stdout) >= neededMajor;
  });

/** @param {string} program */
const runAgainWith = (program) => {
  const child = spawn(program, [self, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    console.error(`seamwatt: cannot start ${program}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 0);
    // The handlers above would keep nothing alive, but a terminal's stdin may.
    process.exit();
  });
};

const memorySettings = 'glibc.malloc.arena_max=1';

/**
 * Starts the gateway again in this same process with settings that a process cannot change once it runs: one pool of
 * memory for all threads instead of one each (glibc keeps in each what its thread has freed), and a small young
 * generation. `npm start` and the image begin with both, which saves this start.
 */
const runAgainInLessMemory = () => {
  const { argv, channel, env, execArgv, execPath, execve, platform } = process;
  const isGateway = argv.slice(2).some((word) => word === 'run' || word === 'start');
  // Whoever set it decides. A channel to a parent would not survive.
  const isLeftAlone = env.GLIBC_TUNABLES !== undefined || channel !== undefined;
  if (platform !== 'linux' || execve === undefined || !isGateway || isLeftAlone) return;
  const youngFlag = '--max-semi-space-size';
  const isYoungSet = [...execArgv, env.NODE_OPTIONS ?? ''].some((text) => text.includes(youngFlag));
  const flags = isYoungSet ? execArgv : [...execArgv, `${youngFlag}=2`];
  execve.call(process, execPath, [execPath, ...flags, ...argv.slice(1)], {
    ...env,
    GLIBC_TUNABLES: memorySettings,
  });
};

/**
 * Halves the time to start. The cache lies in the package's own folder, because whoever can write it decides what runs;
 * where that cannot be written, nothing is cached.
 */
const cacheCompiledCode = () => {
  const folder = join(root, 'node_modules', '.cache', 'compiled');
  const { directory } = nodeModule.enableCompileCache?.(folder) ?? {};
  // For the workers and programs that are started from here.
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= folder;
};

const importProgram = async () => {
  cacheCompiledCode();
  const source = join(root, 'gateway', 'main.ts');
  const compiled = join(root, 'dist', 'gateway', 'main.js');
  const program = [source, compiled].find((file) => existsSync(file));
  if (program === undefined) {
    console.error(`seamwatt: neither ${source} nor ${compiled} is there: install it again`);
    process.exitCode = 1;
    return;
  }
  await import(pathToFileURL(program).href);
};

if (majorOf(process.version) >= neededMajor) {
  runAgainInLessMemory();
  await importProgram();
} else {
  const program = findNode();
  if (program === undefined) {
    console.error(
      `seamwatt: needs Node ${neededMajor} or newer, this is ${process.version}, and no newer one is on PATH.\n` +
        'In a checkout run: npm ci. Otherwise install Node 24, or: npm install -g node@24',
    );
    process.exitCode = 1;
  } else {
    runAgainWith(program);
  }
}
