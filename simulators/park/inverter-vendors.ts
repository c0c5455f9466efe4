import type { RegisterBlock, SparseImage } from '../wire/register-image.ts';
import type { InverterReading } from './inverter-reading.ts';
import type { InverterSource } from './inverter-sunspec.ts';
import { parkSite } from './site.ts';
import type { RenderedPart } from './sunspec/image.ts';
import { inverterState } from './sunspec/inverter-models.ts';

/** Writers of 16- and 32-bit values that know what a map writes where there is no value. */
const noU16 = 0xffff;
const noI16 = 0x7fff;
const noU32 = 0xffffffff;
const noI32 = 0x7fffffff;

const rounded = (value: number | undefined, none: number): number =>
  value === undefined ? none : Math.round(value);

const ratedW = parkSite.inverterLimitKw * 1000;

/** Holding registers of a Huawei-like map: addresses as written, high word first. */
export const huaweiBlocks: readonly RegisterBlock[] = [
  [30_000, 77],
  [32_000, 116],
];

const huaweiStatus = {
  standby: 0x0000,
  onGrid: 0x0200,
  limited: 0x0201,
  fault: 0x0300,
  noIrradiation: 0xa000,
} as const;

const huaweiStatusOf = (state: number): number => {
  switch (state) {
    case inverterState.mppt:
      return huaweiStatus.onGrid;
    case inverterState.throttled:
      return huaweiStatus.limited;
    case inverterState.fault:
      return huaweiStatus.fault;
    case inverterState.sleeping:
      return huaweiStatus.noIrradiation;
    default:
      return huaweiStatus.standby;
  }
};

/** State bits of 32000: standby, on grid, normal, limited by power, by itself, stopped, stopped by fault. */
const huaweiBits: Readonly<Record<number, number>> = {
  [huaweiStatus.standby]: 0b1,
  [huaweiStatus.noIrradiation]: 0b1,
  [huaweiStatus.onGrid]: 0b110,
  [huaweiStatus.limited]: 0b1010,
  [huaweiStatus.fault]: 0b100_0000,
};

/** Strings, each a voltage and a current. */
const huaweiStrings = (image: SparseImage, { strings }: InverterReading): void => {
  for (const [i, { volts, amperes }] of strings.entries()) {
    image.setI16(32_016 + 2 * i, rounded(volts === undefined ? undefined : volts * 10, noI16));
    image.setI16(32_017 + 2 * i, rounded(amperes === undefined ? undefined : amperes * 100, noI16));
  }
};

const huaweiAc = (image: SparseImage, reading: InverterReading): void => {
  const { phaseV, phaseA, frequencyHz, powerFactor } = reading;
  for (let phase = 0; phase < 3; phase += 1) {
    image.setU16(32_066 + phase, Math.round(phaseV * Math.sqrt(3) * 10));
    image.setU16(32_069 + phase, Math.round(phaseV * 10));
    image.setI32(32_072 + 2 * phase, Math.round(phaseA * 1000));
  }
  image.setI32(32_078, noI32);
  image.setI32(32_080, Math.round(reading.activeW));
  image.setI32(32_082, Math.round(reading.reactiveVar));
  image.setI16(32_084, rounded(powerFactor === undefined ? undefined : powerFactor * 1000, noI16));
  image.setU16(32_085, rounded(frequencyHz === undefined ? undefined : frequencyHz * 100, noU16));
};

/** The parts of a Huawei-like map in the holding registers of an inverter. */
export const huaweiParts = (
  source: InverterSource,
  unitId: number,
): ((image: SparseImage) => readonly RenderedPart[]) => {
  return (image) => {
    image.setString(30_000, 15, 'SUN2000-like (simulated)');
    image.setString(30_015, 10, `SIM-PV-${String(unitId).padStart(3, '0')}`);
    image.setU16(30_070, 0);
    image.setU16(30_071, parkSite.stringsPerInverter);
    image.setU16(30_072, parkSite.stringsPerInverter / 2);
    image.setU32(30_073, ratedW);
    image.setU32(30_075, Math.round(1.1 * ratedW));
    const render = (): void => {
      const reading = source.read();
      const status = huaweiStatusOf(reading.state);
      const isLive = reading.dcW !== undefined;
      image.setU16(32_000, huaweiBits[status] ?? 0);
      image.setU16(32_008, 0);
      image.setU16(32_009, reading.isFaulted ? 1 : 0);
      image.setU16(32_010, 0);
      huaweiStrings(image, reading);
      image.setI32(32_064, rounded(reading.dcW, noI32));
      huaweiAc(image, reading);
      const efficiency =
        isLive && (reading.dcW ?? 0) > 0 ? reading.activeW / (reading.dcW ?? 1) : undefined;
      image.setU16(
        32_086,
        rounded(efficiency === undefined ? undefined : efficiency * 10_000, noU16),
      );
      image.setI16(32_087, Math.round(reading.cabinetC * 10));
      image.setU16(32_088, isLive ? (reading.isFaulted ? 20 : 3500) : noU16);
      image.setU16(32_089, status);
      image.setU16(32_090, 0);
      image.setU32(32_106, Math.floor(source.register.runWh(reading.energyWh) / 10) % 2 ** 32);
      image.setU32(32_114, Math.floor(reading.dayWh / 10));
    };
    return huaweiBlocks.slice(1).map((block) => ({ block, render }));
  };
};

/** Input registers of a Sungrow-like map: the documentation's number less one, low word first. */
export const sungrowBlocks: readonly RegisterBlock[] = [
  [4989, 60],
  [7012, 16],
];

const sungrowState = { run: 0, fault: 0x5500, standby: 0x1400, initialStandby: 0x1200 } as const;

const sungrowStateOf = (state: number): number => {
  switch (state) {
    case inverterState.mppt:
    case inverterState.throttled:
      return sungrowState.run;
    case inverterState.fault:
      return sungrowState.fault;
    case inverterState.sleeping:
      return sungrowState.standby;
    default:
      return sungrowState.initialStandby;
  }
};

const sg110cx = 0x2c06;

const sungrowDc = (image: SparseImage, reading: InverterReading): void => {
  for (let input = 0; input < 3; input += 1) {
    const first = reading.strings[2 * input];
    const second = reading.strings[2 * input + 1];
    const amperes =
      first?.amperes === undefined ? undefined : first.amperes + (second?.amperes ?? 0);
    const volts = first?.volts;
    image.setU16(5010 + 2 * input, rounded(volts === undefined ? undefined : volts * 10, noU16));
    image.setU16(
      5011 + 2 * input,
      rounded(amperes === undefined ? undefined : amperes * 10, noU16),
    );
  }
  image.setU32(5016, rounded(reading.dcW, noU32), 'CDAB');
};

const sungrowAc = (image: SparseImage, reading: InverterReading): void => {
  const { phaseV, phaseA, powerFactor, frequencyHz } = reading;
  for (let phase = 0; phase < 3; phase += 1) {
    image.setU16(5018 + phase, Math.round(phaseV * 10));
    image.setU16(5021 + phase, Math.round(phaseA * 10));
  }
  image.setU32(5030, Math.round(reading.activeW), 'CDAB');
  image.setI32(5032, Math.round(reading.reactiveVar), 'CDAB');
  image.setI16(5034, rounded(powerFactor === undefined ? undefined : powerFactor * 1000, noI16));
  image.setU16(5035, rounded(frequencyHz === undefined ? undefined : frequencyHz * 10, noU16));
};

/** The parts of a Sungrow-like map. */
export const sungrowParts = (
  image: SparseImage,
  source: InverterSource,
  unitId: number,
): readonly RenderedPart[] => {
  image.setString(4989, 10, `SIM-PV-${String(unitId).padStart(3, '0')}`);
  image.setU16(4999, sg110cx);
  image.setU16(5000, parkSite.inverterLimitKw * 10);
  image.setU16(5001, 1);
  const [main, strings] = sungrowBlocks as readonly [RegisterBlock, RegisterBlock];
  return [
    {
      block: main,
      render: () => {
        const reading = source.read();
        image.setU16(5002, Math.floor(reading.dayWh / 100));
        const totalKwh = Math.floor(source.register.runWh(reading.energyWh) / 1000);
        image.setU32(5003, totalKwh % 2 ** 32, 'CDAB');
        image.setI16(5007, Math.round(reading.cabinetC * 10));
        image.setU32(5008, Math.round(reading.apparentVa), 'CDAB');
        sungrowDc(image, reading);
        sungrowAc(image, reading);
        image.setU16(5037, sungrowStateOf(reading.state));
      },
    },
    {
      block: strings,
      render: () => {
        for (const [i, { amperes }] of source.read().strings.entries()) {
          image.setU16(7012 + i, rounded(amperes === undefined ? undefined : amperes * 100, noU16));
        }
      },
    },
  ];
};
