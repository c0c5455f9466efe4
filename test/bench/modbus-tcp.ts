import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findProgram } from '../support/programs.ts';

const execute = promisify(execFile);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

type BenchRow = {
  readonly name: string;
  readonly ours: number;
  readonly reference: number;
  /** How many times ours is better. */
  readonly ratio: number;
  readonly unit: string;
  readonly goal: string;
};

type Load = { readonly perSecond: number; readonly cpuMicroseconds: number };

const repetitions = 5;
const seconds = 1;

/** Connections, reads in flight on each, and the share of C's rate that is the goal. */
const shapes = [
  [1, 1, 0.9],
  [8, 1, 0.9],
  [1, 16, 0.9],
  [8, 16, 0.7],
] as const;

/** Client and server each get a core of their own where that can be said, so that they do not take turns. */
const taskset = findProgram('taskset');
const pinned = (core: number, command: readonly string[]): readonly [string, string[]] => {
  const all = taskset === undefined ? command : [taskset, '-c', String(core), ...command];
  const [program = '', ...args] = all;
  return [program, args];
};

const startServer = async (program: string): Promise<{ process: ChildProcess; port: string }> => {
  const [file, args] = pinned(1, [program, '0']);
  const process = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port]: unknown[] = await once(createInterface({ input: process.stdout }), 'line');
  return { process, port: String(port) };
};

const loadOf = async (command: readonly string[]): Promise<Load> => {
  const [file, args] = pinned(0, command);
  const { stdout } = await execute(file, args, { timeout: 60_000 });
  return JSON.parse(stdout) as Load;
};

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

type Clients = Readonly<Record<'c' | 'ours' | 'library', Load>>;

/** The clients in turns in the same minute, so that the ratios do not depend on the machine. */
const measure = async (
  commands: Readonly<Record<keyof Clients, readonly string[]>>,
  args: readonly string[],
): Promise<Clients> => {
  const loads: Record<keyof Clients, Load[]> = { c: [], ours: [], library: [] };
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const name of ['c', 'ours', 'library'] as const) {
      loads[name].push(await loadOf([...commands[name], ...args]));
    }
  }
  const middle = (name: keyof Clients): Load => ({
    perSecond: median(loads[name].map(({ perSecond }) => perSecond)),
    cpuMicroseconds: median(loads[name].map(({ cpuMicroseconds }) => cpuMicroseconds)),
  });
  return { c: middle('c'), ours: middle('ours'), library: middle('library') };
};

/** Reads of 125 registers against a client in C and against modbus-serial; the server, in C, costs next to nothing. */
export const rows = async (): Promise<readonly BenchRow[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'seamwatt-bench-'));
  const build = async (name: string): Promise<string> => {
    const program = join(folder, name);
    await execute('cc', ['-O2', '-o', program, here(`modbus/${name}.c`)]);
    return program;
  };
  let server: ChildProcess | undefined;
  try {
    const client = await build('client');
    const started = await startServer(await build('server'));
    server = started.process;
    const commands = {
      c: [client],
      ours: [process.execPath, here('modbus/client.ts')],
      library: [process.execPath, here('modbus/library-client.ts')],
    };
    const result: BenchRow[] = [];
    for (const [connections, inFlight, goal] of shapes) {
      const args = [started.port, String(connections), String(inFlight), String(seconds)];
      result.push(...rowsOf(`${connections} x ${inFlight}`, await measure(commands, args), goal));
    }
    return result;
  } finally {
    server?.kill();
    await rm(folder, { recursive: true, force: true });
  }
};

const rowsOf = (
  shape: string,
  { c, ours, library }: Clients,
  goal: number,
): readonly BenchRow[] => [
  {
    name: `Modbus TCP ${shape}, against C`,
    ours: ours.perSecond,
    reference: c.perSecond,
    ratio: ours.perSecond / c.perSecond,
    unit: 'reads/s',
    goal: `>= ${goal} x`,
  },
  {
    name: `Modbus TCP ${shape}, processor time against C`,
    ours: ours.cpuMicroseconds,
    reference: c.cpuMicroseconds,
    ratio: c.cpuMicroseconds / ours.cpuMicroseconds,
    unit: 'µs/read',
    goal: '>= 0.71 x',
  },
  {
    name: `Modbus TCP ${shape}, against modbus-serial`,
    ours: ours.perSecond,
    reference: library.perSecond,
    ratio: ours.perSecond / library.perSecond,
    unit: 'reads/s',
    goal: '>= 1 x; 5 x at 8 x 1, 3 x at 1 x 16',
  },
];

if (import.meta.main) console.table(await rows());
