import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Debian's packages of the programs that the suites talk to, where the names differ. */
const debianPackages: Readonly<Record<string, string>> = {
  influxd: 'influxdb',
  mosquitto_pub: 'mosquitto-clients',
  mosquitto_sub: 'mosquitto-clients',
  pymodbus: 'python3-pymodbus',
  serial: 'python3-serial',
  serial_asyncio: 'python3-serial-asyncio',
  libmodbus: 'libmodbus-dev',
  'pkg-config': 'pkg-config',
};

/**
 * The path of a program, or undefined when this machine lacks it and the suite that needs it is to be skipped
 * (`describe.skipIf(path === undefined)`). Under CI a missing program throws: a skipped suite would hide a failure.
 */
export const requireProgram = (name: string): string | undefined => {
  const candidates = isAbsolute(name)
    ? [name]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  return candidates.find(isExecutable) ?? missing(name);
};

/** Debian's Python when it has these modules; an interpreter installed beside it lacks Debian's modules. */
export const requirePython = (...modules: readonly string[]): string | undefined => {
  const python = '/usr/bin/python3';
  if (!isExecutable(python)) return missing(python);
  const absent = modules.find(
    (module) => spawnSync(python, ['-c', `import ${module}`], { timeout: 20_000 }).status !== 0,
  );
  return absent === undefined ? python : missing(absent);
};

/** Compiler and linker flags of a C library, with gcc there to use them. */
export const requireLibrary = (name: string): readonly string[] | undefined => {
  if (requireProgram('gcc') === undefined) return undefined;
  const pkgConfig = requireProgram('pkg-config');
  if (pkgConfig === undefined) return undefined;
  const { status, stdout } = spawnSync(pkgConfig, ['--cflags', '--libs', name], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return status === 0 ? stdout.trim().split(/\s+/).filter(Boolean) : missing(name);
};

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const missing = (name: string): undefined => {
  const reason = `${name} is missing: apt-get install ${debianPackages[name] ?? name}`;
  if (process.env['CI'] !== undefined) throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
  return undefined;
};
