import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modbusRequest, RawModbus, readPdu } from '../../support/raw-modbus.ts';
import { type Simulator, startSimulator } from '../../support/simulator.ts';
import { type FoundModel, sunSpecValues, walkSunSpec } from '../../support/sunspec-walk.ts';

const startMs = Date.UTC(2023, 5, 21, 4);
const lockStep = ['--plants', 'park', '--lock-step', '--start', '2023-06-21T04:00:00Z'];
const inverterIds = Array.from({ length: 50 }, (_, i) => i + 1);
const chargerIds = Array.from({ length: 10 }, (_, i) => i + 1);

type Truth = {
  readonly pvEnergyWh: number;
  readonly evWh: number;
  readonly meters: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly inverters: readonly { readonly energyWh: number; readonly registerWh: number }[];
  readonly chargers: readonly { readonly registerWh: number }[];
};

const truthOf = async (simulator: Simulator): Promise<Truth> => {
  const { body } = await simulator.send('GET', '/state');
  return (body as { readonly park: Truth }).park;
};

const withSocket = async <T>(
  simulator: Simulator,
  server: string,
  use: (socket: RawModbus) => Promise<T>,
): Promise<T> => {
  const socket = await RawModbus.open(simulator.address(server));
  try {
    return await use(socket);
  } finally {
    socket.close();
  }
};

const walkUnit = (socket: RawModbus, unitId: number): Promise<readonly FoundModel[]> =>
  walkSunSpec((address, quantity) => socket.readHolding(unitId, address, quantity));

const modelsOf = (simulator: Simulator, server: string, unitIds: readonly number[]) =>
  withSocket(simulator, server, async (socket) => {
    const walks: (readonly FoundModel[])[] = [];
    for (const unitId of unitIds) walks.push(await walkUnit(socket, unitId));
    return walks;
  });

const valuesOf = (models: readonly FoundModel[] | undefined, id: number) => {
  const model = models?.find((candidate) => candidate.id === id);
  if (model === undefined) throw new Error(`no model ${id}`);
  return sunSpecValues(model);
};

const readCharger = async (socket: RawModbus, unitId: number): Promise<Buffer> => {
  socket.write(modbusRequest({ transactionId: 9, unitId, pdu: readPdu(4, 0, 9) }));
  const frame = await socket.take(9 + 18);
  expect(frame[7]).toBe(4);
  return frame.subarray(9);
};

const chargerTotalWh = (registers: Buffer): number =>
  registers.readUInt16BE(8) + 65_536 * registers.readUInt16BE(10);

describe('the park over Modbus TCP, in lock-step', () => {
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await startSimulator([...lockStep, '--park-meter-error', 'off']);
  });

  afterAll(async () => {
    await simulator.stop();
  });

  it('offers 50 inverters that a stranger can discover', async () => {
    const walks = await modelsOf(simulator, 'park.pv', inverterIds);
    for (const [i, models] of walks.entries()) {
      expect(models.map(({ id }) => id)).toEqual([1, 103, 120, 121, 122, 123, 160]);
      expect(valuesOf(models, 1).u16(66)).toBe(i + 1);
    }
    const serials = walks.map((models) => valuesOf(models, 1).text(50, 16));
    expect(new Set(serials).size).toBe(50);
  });

  it('offers four meters and a storage system', async () => {
    const meters = await modelsOf(simulator, 'park.meters', [1, 2, 3, 4]);
    expect(meters.map((models) => models.map(({ id }) => id))).toEqual(
      Array.from({ length: 4 }, () => [1, 203]),
    );
    const [storage] = await modelsOf(simulator, 'park.storage', [1]);
    expect(storage?.map(({ id }) => id).slice(0, 3)).toEqual([1, 203, 802]);
  });

  it('counts over a quarter of an hour what the truth says', async () => {
    const inverters = () => modelsOf(simulator, 'park.pv', inverterIds);
    const meters = () => modelsOf(simulator, 'park.meters', [1, 2, 3, 4]);
    const [invertersBefore, metersBefore] = [await inverters(), await meters()];
    await simulator.advance(startMs + 900_000);
    const [invertersAfter, metersAfter] = [await inverters(), await meters()];
    const truth = await truthOf(simulator);
    let inverterWh = 0;
    for (const [i, models] of invertersAfter.entries()) {
      const registerWh = valuesOf(models, 103).u32(24);
      expect(registerWh).toBe(truth.inverters[i]?.registerWh);
      inverterWh += registerWh - valuesOf(invertersBefore[i], 103).u32(24);
    }
    expect(truth.pvEnergyWh).toBeGreaterThan(100_000);
    expect(Math.abs(inverterWh - truth.pvEnergyWh)).toBeLessThanOrEqual(50);
    for (const [i, name] of ['grid', 'building', 'ev', 'pv'].entries()) {
      const before = valuesOf(metersBefore[i], 203);
      const after = valuesOf(metersAfter[i], 203);
      const exact = truth.meters[name];
      expect(Math.abs(after.u32(46) - before.u32(46) - (exact?.['importWh'] ?? 0))).toBeLessThan(1);
      expect(Math.abs(after.u32(38) - before.u32(38) - (exact?.['exportWh'] ?? 0))).toBeLessThan(1);
      expect(after.u32(46)).toBe(exact?.['importRegisterWh']);
    }
  });

  it('has chargers whose energies sum to the feeder', async () => {
    const readAll = () =>
      withSocket(simulator, 'park.chargers', async (socket) => {
        const totals: number[] = [];
        for (const unitId of chargerIds) {
          totals.push(chargerTotalWh(await readCharger(socket, unitId)));
        }
        return totals;
      });
    const [before, truthBefore] = [await readAll(), await truthOf(simulator)];
    await simulator.advance(startMs + 1_800_000);
    const [after, truth] = [await readAll(), await truthOf(simulator)];
    expect(after).toEqual(truth.chargers.map(({ registerWh }) => registerWh));
    const countedWh = after.reduce((sum, wh, i) => sum + wh - (before[i] ?? 0), 0);
    expect(truth.evWh - truthBefore.evWh).toBeGreaterThan(1000);
    expect(Math.abs(countedWh - (truth.evWh - truthBefore.evWh))).toBeLessThanOrEqual(10);
  });

  it('answers reads outside its maps and units with exceptions', async () => {
    await withSocket(simulator, 'park.pv', async (socket) => {
      await expect(socket.readHolding(1, 39_999, 2)).rejects.toThrow('exception 2');
      await expect(socket.readHolding(51, 40_000, 2)).rejects.toThrow('exception 11');
    });
    await withSocket(simulator, 'park.chargers', async (socket) => {
      await expect(socket.readHolding(1, 0, 9)).rejects.toThrow('exception 1');
    });
  });

  it('rolls a register over where an override put it', async () => {
    const answer = await simulator.send('POST', '/state', {
      'park.meters.4.exportRegisterWh': 4_294_967_200,
      'park.weather.clearness': 0.9,
    });
    expect(answer.status).toBe(200);
    const read = async () => {
      const [models] = await modelsOf(simulator, 'park.meters', [4]);
      return valuesOf(models, 203).u32(38);
    };
    expect(await read()).toBe(4_294_967_200);
    await simulator.advance(startMs + 1_860_000);
    const truth = await truthOf(simulator);
    expect(await read()).toBe(truth.meters['pv']?.['exportRegisterWh']);
    expect(await read()).toBeLessThan(1e6);
  });

  it('refuses an unknown override and says which exist', async () => {
    const { status, body } = await simulator.send('POST', '/state', { 'park.moon.phase': 1 });
    expect(status).toBe(400);
    expect((body as { readonly error: string }).error).toContain('park.moon.phase');
    expect((body as { readonly error: string }).error).toContain('weather.clearness');
  });
});

describe('options of the park', () => {
  it('are refused in words when they make no sense', async () => {
    await expect(startSimulator(['--park-meter-error', 'maybe'])).rejects.toThrow(
      '--park-meter-error maybe: expected on or off',
    );
    await expect(startSimulator(['--park-demand-target-kw', '-5'])).rejects.toThrow(
      '--park-demand-target-kw',
    );
  });
});

describe('two parks of one seed', () => {
  it('give the same bytes at the same instant', async () => {
    const digests: string[] = [];
    for (const jumpMs of [600_000, 60_000]) {
      const simulator = await startSimulator([...lockStep, '--seed', '77']);
      for (let t = startMs + jumpMs; t <= startMs + 600_000; t += jumpMs) {
        await simulator.advance(t);
      }
      const walks = [
        ...(await modelsOf(simulator, 'park.pv', inverterIds)),
        ...(await modelsOf(simulator, 'park.meters', [1, 2, 3, 4])),
        ...(await modelsOf(simulator, 'park.storage', [1])),
      ];
      digests.push(Buffer.concat(walks.flat().map(({ data }) => data)).toString('base64'));
      await simulator.stop();
    }
    expect(digests[0]).toBe(digests[1]);
  });
});
