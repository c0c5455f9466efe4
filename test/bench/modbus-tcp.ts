import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compile, withFolder } from './harness/c-programs.ts';
import { startChild } from './harness/children.ts';
import { clientCore, onCore, serverCore } from './harness/cores.ts';
import { type BenchRow, benchRow, pairedFigures, type Rows } from './row.ts';

const execute = promisify(execFile);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

type Load = { readonly perSecond: number; readonly cpuMicroseconds: number };

/** Connections, reads in flight on each, and the goals: the share of C's rate, and how many times modbus-serial's. */
const shapes = [
  [1, 1, 0.9, 1],
  [8, 1, 0.9, 5],
  [1, 16, 0.9, 3],
  [8, 16, 0.7, 5],
] as const;

const loadOf = async (command: readonly string[]): Promise<Load> => {
  const [first = '', ...rest] = command;
  const { program, args } = onCore(clientCore, first, rest);
  const { stdout } = await execute(program, [...args], { timeout: 60_000 });
  return JSON.parse(stdout) as Load;
};

type Clients = Readonly<Record<'c' | 'ours' | 'library', Load>>;

/** The clients in turns in the same minute, so that the ratios do not depend on the machine. */
const measure = async (
  commands: Readonly<Record<keyof Clients, readonly string[]>>,
  { args, turns }: { readonly args: readonly string[]; readonly turns: number },
): Promise<readonly Clients[]> => {
  const runs: Clients[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    runs.push({
      c: await loadOf([...commands.c, ...args]),
      ours: await loadOf([...commands.ours, ...args]),
      library: await loadOf([...commands.library, ...args]),
    });
  }
  return runs;
};

const rowsOf = (
  [connections, inFlight, shareOfC, timesLibrary]: (typeof shapes)[number],
  runs: readonly Clients[],
): readonly BenchRow[] => {
  const name = `Modbus TCP ${connections} x ${inFlight}`;
  const pair = (reference: 'c' | 'library', figure: keyof Load) =>
    runs.map((run) => ({ ours: run.ours[figure], reference: run[reference][figure] }));
  return [
    benchRow({
      name: `${name}, beside C`,
      ...pairedFigures(pair('c', 'perSecond')),
      unit: 'reads/s',
      better: 'more',
      goal: { ratio: shareOfC },
    }),
    benchRow({
      name: `${name}, beside C: processor`,
      ...pairedFigures(pair('c', 'cpuMicroseconds')),
      unit: 'µs/read',
      better: 'less',
      // At most 1.4 times what C takes.
      goal: { ratio: 0.71 },
    }),
    benchRow({
      name: `${name}, beside modbus-serial`,
      ...pairedFigures(pair('library', 'perSecond')),
      unit: 'reads/s',
      better: 'more',
      goal: { ratio: timesLibrary },
    }),
  ];
};

/** Reads of 125 registers; the server, in C, costs next to nothing. */
export const rows: Rows = ({ quick }) =>
  withFolder(async (folder) => {
    const client = await compile('modbus/client.c', folder);
    const server = await startChild(serverCore, await compile('modbus/server.c', folder), ['0']);
    try {
      const commands = {
        c: [client],
        ours: [process.execPath, here('modbus/client.ts')],
        library: [process.execPath, here('modbus/library-client.ts')],
      };
      const result: BenchRow[] = [];
      for (const shape of shapes) {
        const args = [server.firstLine, String(shape[0]), String(shape[1]), quick ? '0.3' : '0.6'];
        result.push(...rowsOf(shape, await measure(commands, { args, turns: quick ? 1 : 3 })));
      }
      return result;
    } finally {
      await server.stop();
    }
  });
