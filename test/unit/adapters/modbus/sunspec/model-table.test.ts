import { describe, expect, it } from 'vitest';
import {
  knownModels,
  type ModelTable,
  modelTable,
  tablePointLength,
} from '../../../../../adapters/modbus/sunspec/model-table.ts';

const range = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

const table = (id: number): ModelTable => {
  const found = modelTable(id);
  if (found === undefined) throw new Error(`no model ${id}`);
  return found;
};

const offsets = (id: number): Readonly<Record<string, number>> =>
  Object.fromEntries(table(id).points.map(({ name, at }) => [name, at]));

const fixedModels = knownModels().map((id) => [id] as const);

describe('the models that are known', () => {
  it('are those of inverters, meters, storage, DER and batteries', () => {
    expect(knownModels()).toEqual([
      1,
      ...range(101, 103),
      ...range(111, 113),
      ...range(120, 124),
      160,
      ...range(201, 204),
      ...range(211, 214),
      ...range(701, 714),
      ...range(802, 805),
    ]);
  });

  it.each(fixedModels)('%i has points that follow one another within its length', (id) => {
    const { points, length, repeat } = table(id);
    const parts = [
      { points, from: 2, end: 2 + length },
      ...(repeat === undefined ? [] : [{ points: repeat.points, from: 0, end: repeat.length }]),
    ];
    for (const { points: own, from, end } of parts) {
      let next = from;
      for (const point of own) {
        expect([point.name, point.at >= next]).toEqual([point.name, true]);
        // Only pads are left out.
        expect([point.name, point.at - next]).toEqual([
          point.name,
          expect.toSatisfy((gap) => gap <= 3),
        ]);
        next = point.at + tablePointLength(point);
      }
      expect(next).toBeLessThanOrEqual(end);
    }
  });

  it.each(fixedModels)('%i has the scale factors that its points name', (id) => {
    const { points, repeat } = table(id);
    const factors = points.filter(({ type }) => type === 'sunssf').map(({ name }) => name);
    for (const { name, sf } of [...points, ...(repeat?.points ?? [])]) {
      if (sf !== undefined) expect([name, factors]).toEqual([name, expect.arrayContaining([sf])]);
    }
  });

  it.each(fixedModels)('%i names what a site uses in English and Chinese, each once', (id) => {
    const { points, repeat } = table(id);
    for (const own of [points, repeat?.points ?? []]) {
      const names = own.flatMap((point) => [
        ...(point.point === undefined ? [] : [point.point]),
        ...Object.values(point.bits ?? {}).map((bit) => bit.point),
      ]);
      expect(new Set(names).size).toBe(names.length);
      for (const point of own.filter((one) => one.point !== undefined)) {
        expect(point.en).toBeTruthy();
        expect(point.zh).toMatch(/\p{Script=Han}/u);
      }
    }
  });
});

describe('domain §3.1, models and their offsets', () => {
  it.each([
    [1, { Mn: 2, Md: 18, Opt: 34, Vr: 42, SN: 50, DA: 66 }],
    [103, { A: 2, A_SF: 6, PhVphA: 10, PhVphC: 12, V_SF: 13, W: 14, W_SF: 15, Hz: 16, Hz_SF: 17 }],
    [103, { VA: 18, VAr: 20, PF: 22, PF_SF: 23, WH: 24, WH_SF: 26, DCA: 27, DCA_SF: 28 }],
    [103, { DCV: 29, DCV_SF: 30, DCW: 31, DCW_SF: 32, TmpCab: 33, Tmp_SF: 37, St: 38, Evt1: 40 }],
    [113, { W: 22, Hz: 24, PF: 30, WH: 32, DCW: 38, St: 48, Evt1: 50 }],
    [120, { WRtg: 3, WRtg_SF: 4 }],
    [121, { WMax: 2, WMax_SF: 22 }],
    [122, { PVConn: 2, ActWh: 5, Ris: 44 }],
    [123, { Conn: 4, WMaxLimPct: 5, WMaxLimPct_SF: 23, WMaxLim_Ena: 9 }],
    [124, { WChaMax: 2, StorCtl_Mod: 5, MinRsvPct: 7, ChaState: 8, ChaState_SF: 22, ChaSt: 11 }],
    [124, { OutWRte: 12, InWRte: 13 }],
    [160, { DCA_SF: 2, DCWH_SF: 5, N: 8 }],
    [203, { A: 2, A_SF: 6, PhVphA: 8, PhVphC: 10, Hz: 16, W: 18, W_SF: 22, PF: 33 }],
    [203, { TotWhExp: 38, TotWhImp: 46, TotWh_SF: 54 }],
    [701, { St: 3, InvSt: 4, Alrm: 6, W: 10, Hz: 17, TotWhInj: 19, TotWhAbs: 23 }],
    [701, { A_SF: 113, Tmp_SF: 122 }],
    [713, { WHRtg: 2, SoC: 4, SoH: 5, Pct_SF: 8 }],
    [802, { SoC: 11, SoC_SF: 56, SoH: 13, NCyc: 14, ChaSt: 16, State: 22, Evt1: 26, V: 34 }],
    [802, { CellVMax: 37, CellVMin: 40, A: 44, W: 47, W_SF: 63 }],
    [803, { ModTmpMax: 4 }],
    [804, { CellVMax: 15, CellVMin: 17, ModTmpMax: 20 }],
  ])('model %i', (id, expected) => {
    expect(offsets(id)).toMatchObject(expected);
  });

  it.each([
    [1, 66],
    [101, 50],
    [113, 60],
    [120, 26],
    [121, 30],
    [122, 44],
    [123, 24],
    [124, 24],
    [160, 8],
    [204, 105],
    [701, 153],
    [713, 7],
    [714, 18],
    [802, 62],
  ])('model %i has the length %i', (id, length) => {
    expect(table(id).length).toBe(length);
  });

  it.each([
    [160, 20],
    [714, 25],
    [803, 32],
    [805, 4],
  ])('the block of model %i repeats after %i registers', (id, length) => {
    expect(table(id).repeat?.length).toBe(length);
  });

  it('the inputs of model 160 have their current, voltage, power, energy, temperature and state', () => {
    const at = Object.fromEntries(
      table(160).repeat?.points.map(({ name, at }) => [name, at]) ?? [],
    );
    expect(at).toMatchObject({
      ID: 0,
      IDStr: 1,
      DCA: 9,
      DCV: 10,
      DCW: 11,
      DCWH: 12,
      Tmp: 16,
      DCSt: 17,
      DCEvt: 18,
    });
  });

  it('states of models 101-113 count from 1, those of 701 from 0', () => {
    const states = (id: number, name: string) =>
      Object.keys(table(id).points.find((point) => point.name === name)?.labels ?? {});
    expect(states(103, 'St')).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    expect(states(701, 'St')).toEqual(['0', '1']);
    expect(states(701, 'InvSt')).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    expect(states(802, 'State')).toContain('99');
  });

  it('events have their bits', () => {
    const bit = (id: number, name: string, number: number) =>
      table(id).points.find((point) => point.name === name)?.bits?.[number]?.point;
    expect(bit(103, 'Evt1', 0)).toBe('groundFault');
    expect(bit(113, 'Evt1', 7)).toBe('overTemperature');
    expect(bit(103, 'Evt1', 15)).toBe('hardwareTestFailure');
    expect(bit(802, 'Evt1', 1)).toBe('overTemperatureAlarm');
    expect(bit(802, 'Evt1', 17)).toBe('voltageImbalanceWarning');
    expect(bit(802, 'Evt1', 18)).toBe('temperatureImbalanceAlarm');
    expect(bit(802, 'Evt1', 20)).toBe('contactorError');
    expect(bit(802, 'Evt1', 22)).toBe('groundFault');
  });
});
