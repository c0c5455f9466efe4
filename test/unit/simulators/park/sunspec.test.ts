import { describe, expect, it } from 'vitest';
import * as battery from '../../../../simulators/park/sunspec/battery-models.ts';
import * as control from '../../../../simulators/park/sunspec/control-models.ts';
import * as derControl from '../../../../simulators/park/sunspec/der-control-models.ts';
import * as der from '../../../../simulators/park/sunspec/der-models.ts';
import {
  RenderedImage,
  type ServedModel,
  servedModel,
  sunSpecDevice,
} from '../../../../simulators/park/sunspec/image.ts';
import * as inverter from '../../../../simulators/park/sunspec/inverter-models.ts';
import { compileModel, type ModelLayout } from '../../../../simulators/park/sunspec/layout.ts';
import * as meter from '../../../../simulators/park/sunspec/meter-models.ts';
import {
  fittingScale,
  type ModelWriter,
  scaled,
} from '../../../../simulators/park/sunspec/model-writer.ts';
import * as weather from '../../../../simulators/park/sunspec/weather-models.ts';
import { SparseImage } from '../../../../simulators/wire/register-image.ts';
import { sunSpecValues, walkSunSpec } from '../../../support/sunspec-walk.ts';

const identity = { model: 'X', serialNumber: 'S-1', unitId: 3 };
const version = (): number => 0;

const reader =
  (image: RenderedImage) =>
  (address: number, quantity: number): Buffer => {
    const bytes = image.read(address, quantity);
    if (bytes === undefined) throw new Error(`no registers ${address}+${quantity}`);
    return bytes;
  };

const mixedModel = {
  id: 64_001,
  points: { U: 'uint16', I: 'int16', E: 'enum16', U2: 'uint32', Acc: 'acc32', B: 'bitfield32' },
} as const satisfies ModelLayout;
const wideModel = {
  id: 64_002,
  points: { I2: 'int32', F: 'float32', Q: 'uint64', W: 'acc64', Flags: 'bitfield16', S: 'string4' },
} as const satisfies ModelLayout;

const still = (layout: ModelLayout): ServedModel => servedModel(layout, () => undefined);

/** A device of one model, whose writer the test keeps. */
const deviceOf = <L extends ModelLayout>(layout: L) => {
  let kept: ModelWriter<L['points']> | undefined;
  const model = servedModel<L['points']>(layout, (writer) => {
    kept = writer;
    return undefined;
  });
  const image = sunSpecDevice({ identity, models: [model], version });
  if (kept === undefined) throw new Error('no writer');
  return { writer: kept, read: reader(image) };
};

const first = 40_070;

describe('the SunSpec image', () => {
  it('can be walked from marker to end, and ends there', async () => {
    const models = [inverter.inverter103, meter.meter203, battery.battery802].map(still);
    const image = sunSpecDevice({ identity, models, version });
    const found = await walkSunSpec(reader(image));
    expect(found.map(({ id }) => id)).toEqual([1, 103, 203, 802]);
    expect(found.map(({ data }) => data.readUInt16BE(2))).toEqual([66, 50, 105, 62]);
    expect(found.map(({ address }) => address)).toEqual([40_002, 40_070, 40_122, 40_229]);
    expect(image.read(40_293, 3)).toBeUndefined();
    expect(image.read(39_999, 1)).toBeUndefined();
  });

  it('names the device in the common model', async () => {
    const image = sunSpecDevice({ identity, models: [], version });
    const [common] = await walkSunSpec(reader(image));
    if (common === undefined) throw new Error('no common model');
    const values = sunSpecValues(common);
    expect(values.text(2, 16)).toBe('Seamwatt simulated');
    expect(values.text(18, 16)).toBe('X');
    expect(values.text(50, 16)).toBe('S-1');
    expect(values.u16(66)).toBe(3);
    expect(values.u16(67)).toBe(0x8000);
  });

  it('begins with every point not implemented, each in the manner of its type', () => {
    expect(deviceOf(mixedModel).read(first, 11).toString('hex')).toBe(
      'fa010009ffff8000ffffffffffff00000000ffffffff',
    );
    expect(
      deviceOf(wideModel)
        .read(first + 2, 17)
        .toString('hex'),
    ).toBe('800000007fc00000ffffffffffffffff0000000000000000ffff0000000000000000');
  });

  it('rounds, holds values inside their type and turns nonsense into not implemented', () => {
    const { writer, read } = deviceOf(mixedModel);
    writer.setAll({ U: 65_535, I: -40_000.4, E: 3.6, U2: 1_234_567, Acc: 1_234_567, B: 5 });
    expect(read(first + 2, 9).toString('hex')).toBe('fffe800100040012d6870012d68700000005');
    writer.setAll({ U: Number.NaN, I: undefined, E: Number.POSITIVE_INFINITY });
    expect(read(first + 2, 3).toString('hex')).toBe('ffff8000ffff');
  });

  it('writes wide numbers, floating point and text', () => {
    const { writer, read } = deviceOf(wideModel);
    writer.setAll({ I2: -2, F: 50_400.5, Q: 2 ** 40 + 1, W: 7, Flags: 5 });
    writer.setText('S', 'PV');
    expect(read(first + 2, 17).toString('hex')).toBe(
      'fffffffe4744e08000000100000000010000000000000007' + '00055056000000000000',
    );
    expect(() => writer.set('X' as 'I2', 1)).toThrow('no point X');
  });

  it('divides by ten to the scale factor, and finds the smallest that fits', () => {
    expect(scaled(50_400, 1)).toBe(5040);
    expect(scaled(50.4, -2)).toBeCloseTo(5040, 9);
    expect([0, 31_999, -33_000, 330_000, 1e9].map(fittingScale)).toEqual([0, 0, 1, 2, 3]);
  });

  it('renders a part when it is read, once for each version, and all of it for a snapshot', () => {
    let now = 1;
    const rendered: string[] = [];
    const image = new RenderedImage(
      new SparseImage([[0, 4]]),
      [
        { block: [0, 2], render: () => rendered.push('low') },
        { block: [2, 2], render: () => rendered.push('high') },
      ],
      () => now,
    );
    image.read(0, 2);
    image.read(1, 1);
    expect(rendered).toEqual(['low']);
    image.read(1, 2);
    expect(rendered).toEqual(['low', 'high']);
    now = 2;
    image.snapshot();
    expect(rendered).toEqual(['low', 'high', 'low', 'high']);
  });
});

describe('the layouts of the models', () => {
  const fixed = [inverter, control, meter, battery, der, derControl, weather].flatMap((room) =>
    Object.values(room).filter(
      (value): value is ModelLayout => typeof value === 'object' && 'points' in value,
    ),
  );
  const repeating = [
    control.mppt160(16),
    battery.lithiumBank803(4),
    battery.lithiumString804(15),
    battery.lithiumModule805(16),
    der.derMeasureDc714(1),
    derControl.derVoltVar705(4),
    derControl.derVoltWatt706(2),
    derControl.derWattVar712(4),
  ];
  const lengths: Readonly<Record<number, number>> = {
    ...{ 101: 50, 102: 50, 103: 50, 111: 60, 112: 60, 113: 60 },
    ...{ 120: 26, 121: 30, 122: 44, 123: 24, 124: 24, 160: 8 + 16 * 20 },
    ...{ 201: 105, 202: 105, 203: 105, 204: 105, 211: 124, 212: 124, 213: 124, 214: 124 },
    ...{ 302: 5, 303: 1, 307: 11 },
    ...{ 701: 153, 702: 50, 703: 17, 704: 65, 705: 13 + 10 + 8, 706: 13 + 5 + 4 },
    ...{ 707: 20, 708: 20, 709: 23, 710: 23, 711: 22, 712: 12 + 4 + 8, 713: 7, 714: 18 + 25 },
    ...{ 802: 62, 803: 26 + 4 * 32, 804: 46 + 15 * 16, 805: 42 + 16 * 4 },
  };

  it('have the lengths of the specification', () => {
    const found = [...fixed, ...repeating].map((layout) => [
      layout.id,
      compileModel(layout).length,
    ]);
    expect(Object.fromEntries(found)).toEqual(lengths);
  });

  it.each([
    [inverter.inverter103, { W: 14, W_SF: 15, WH: 24, DCW: 31, St: 38, Evt1: 40 }],
    [inverter.inverter113, { W: 22, PF: 30, WH: 32, DCW: 38, St: 48, Evt1: 50 }],
    [control.settings121, { WMax: 2, WMax_SF: 22 }],
    [control.status122, { PVConn: 2, ActWh: 5, Ris: 44 }],
    [control.controls123, { Conn: 4, WMaxLimPct: 5, WMaxLim_Ena: 9, WMaxLimPct_SF: 23 }],
    [control.storage124, { WChaMax: 2, ChaState: 8, ChaSt: 11, OutWRte: 12, ChaState_SF: 22 }],
    [meter.meter203, { W: 18, W_SF: 22, PF: 33, TotWhExp: 38, TotWhImp: 46, TotWh_SF: 54 }],
    [der.derMeasure701, { St: 3, InvSt: 4, Alrm: 6, W: 10, Hz: 17, TotWhInj: 19, A_SF: 113 }],
    [der.derStorage713, { WHRtg: 2, SoC: 4, SoH: 5, Pct_SF: 8 }],
    [battery.battery802, { SoC: 11, State: 22, Evt1: 26, V: 34, CellVMax: 37, W: 47, W_SF: 63 }],
    [battery.lithiumBank803(4), { ModTmpMax: 4, 'string1.StrNMod': 28, 'string2.StrNMod': 60 }],
    [battery.lithiumString804(15), { CellVMax: 15, CellVMin: 17, ModTmpMax: 20 }],
    [control.mppt160(16), { N: 8, 'module1.ID': 10, 'module1.DCA': 19, 'module2.DCW': 41 }],
  ] as const)('have their points where the specification has them: %#', (layout, offsets) => {
    const { places } = compileModel(layout);
    const found = Object.keys(offsets).map((name) => [name, places.get(name)?.offset]);
    expect(Object.fromEntries(found)).toEqual(offsets);
  });
});
