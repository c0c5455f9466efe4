import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { frameEntry, originCodes } from '../../gateway/core/entry.ts';
import { readJournal } from '../../gateway/journal/journal.ts';
import { freePort } from '../support/free-port.ts';
import { compile, withFolder } from './harness/c-programs.ts';
import { startChild } from './harness/children.ts';
import { onAnyCore, serverCore } from './harness/cores.ts';
import {
  type GatewayProgram,
  startBenchGateway,
  waitUntil,
  writeBenchSite,
} from './harness/gateway.ts';
import { plainDevices, registerProfile, registerSources } from './harness/register-profiles.ts';
import { type BenchRow, benchRow, type Pair, pairedFigures, type Rows } from './row.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rooms = ['gateway', 'adapters', 'simulators', 'config', 'dashboard'];

/** The product as `npm pack` ships it: compiled, without its sources. */
const buildPackage = (folder: string): GatewayProgram => {
  const files = ['scripts', 'bin', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
  for (const name of [...rooms, ...files]) {
    cpSync(join(root, name), join(folder, name), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    });
  }
  // Nothing here looks at the page, which a checkout may not have built.
  mkdirSync(join(folder, 'dashboard', 'dist'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  execFileSync(process.execPath, [join(folder, 'scripts', 'build.mjs')], { stdio: 'ignore' });
  for (const room of rooms) rmSync(join(folder, room), { recursive: true });
  return { program: join(folder, 'bin', 'seamwatt.mjs') };
};

/** When the first frame of a source was journalled, UTC epoch ms. */
const firstFrameMs = async (journalFolder: string): Promise<number> => {
  for await (const batch of readJournal(journalFolder, {})) {
    for (let index = 0; index < batch.length; index += 1) {
      if (batch.kind[index] !== frameEntry || batch.origin[index] !== originCodes.source) continue;
      // The start of the connection gives a bad frame before the first answer.
      const first = batch.offset[index] as number;
      if ((batch.status[first] as number) === 0) return batch.receivedMs[index] as number;
    }
  }
  throw new Error('no frame was journalled');
};

const startToFirstFrame = (port: number, program?: GatewayProgram): Promise<number> =>
  withFolder(async (folder) => {
    // Where nobody listens: a start never depends on a sink.
    const closed = await freePort();
    const site = await writeBenchSite(folder, {
      sources: registerSources(plainDevices(10), port),
      sinks: [
        { id: 'broker', kind: 'mqtt', url: `mqtt://127.0.0.1:${closed}` },
        {
          ...{ id: 'influx', kind: 'influxdb', version: 1, database: 'bench' },
          url: `http://127.0.0.1:${closed}`,
        },
      ],
      profiles: [registerProfile('device', 100)],
    });
    const gateway = await startBenchGateway(site, { ...program, isFree: true });
    await waitUntil(
      async () => (await gateway.metric('seamwatt_frames_admitted_total')) > 20,
      'frames',
    );
    await gateway.stop();
    return (await firstFrameMs(join(folder, 'data', 'journal'))) - gateway.spawnedMs;
  });

/** Node alone, from spawn to exit. */
const bareNodeMs = (): number => {
  const { program, args } = onAnyCore(process.execPath, ['-e', '0']);
  const startMs = performance.now();
  spawnSync(program, [...args]);
  return performance.now() - startMs;
};

const measure = async (
  what: string,
  run: { readonly port: number; readonly turns: number; readonly program?: GatewayProgram },
): Promise<BenchRow> => {
  // The first start compiles, the others find what it has left.
  await startToFirstFrame(run.port, run.program);
  const pairs: Pair[] = [];
  for (let turn = 0; turn < run.turns; turn += 1) {
    const reference = bareNodeMs();
    pairs.push({ ours: await startToFirstFrame(run.port, run.program), reference });
  }
  return benchRow({
    name: `Start to the first journalled sample, ${what}, beside Node alone`,
    ...pairedFigures(pairs),
    unit: 'ms',
    better: 'less',
    goal: { atMost: 500 },
  });
};

/** From spawn to the first sample in the journal, as shipped and from sources; the reference starts nothing but Node. */
export const rows: Rows = ({ quick }) =>
  withFolder(async (folder) => {
    const devices = await startChild(serverCore, await compile('c/devices.c', folder), []);
    try {
      const run = { port: Number(devices.firstLine), turns: quick ? 2 : 5 };
      const fromSources = await measure('from sources', run);
      const program = buildPackage(join(folder, 'package'));
      return [await measure('compiled', { ...run, program }), fromSources];
    } finally {
      await devices.stop();
    }
  });
