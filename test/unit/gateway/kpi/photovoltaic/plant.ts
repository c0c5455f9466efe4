import type { RegisteredGroup } from '../../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import type { HotPathProgram } from '../../../../../gateway/hot-path/program.ts';
import { type TestSample, testGroup } from '../../../../support/entry-batch.ts';
import {
  compileTestSite,
  type FrameOf,
  feed,
  type Result,
  tickAt,
  tickProgram,
} from '../../../../support/program-feed.ts';

export const minuteMs = 60_000;
export const quarterMs = 15 * minuteMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
/** Midnight somewhere: a multiple of an hour. */
export const day = 472_222 * hourMs;
export const site = 'park/energy/site';

export const plantKpis = [
  ...['pvReferenceYield', 'pvFinalYield', 'pvPerformanceRatio', 'pvPerformanceRatio25'],
  ...['pvExpectedPower', 'pvExpectedEnergy', 'pvPerformanceIndex', 'pvTechnicalAvailability'],
  ...['pvEnergyAvailability', 'pvClipping', 'pvCurtailment', 'pvSoilingRatio', 'pvLosses'],
];
export const unitKpis = ['inverterFinalYield', 'inverterPerformanceIndex', 'inverterAvailability'];

export const state = { sleeping: 2, running: 4, throttled: 5, fault: 7 } as const;

/** 5600 kWp behind 50 inverters, as the reference park has. */
export const park = { ratedPowerKwp: 112, limitKw: 100 } as const;

export type Weather = {
  readonly planeIrradiance: TestSample;
  readonly moduleTemperature?: TestSample;
  readonly ambientTemperature?: TestSample;
  readonly windSpeed?: TestSample;
};
/** What an inverter shows; its register follows the power unless energy is given. */
export type Unit = {
  readonly kw: number;
  readonly operatingState?: TestSample;
  readonly power?: TestSample;
  readonly energyTotal?: TestSample;
};
export type Results = Readonly<Record<string, Result>>;

export type PlantOptions = {
  readonly inverters?: number;
  readonly parameters?: object;
  readonly kpis?: readonly string[];
  readonly perUnit?: readonly string[];
  readonly periodMs?: number;
  /** False: the inverters tell no state. */
  readonly hasState?: boolean;
  readonly startMs?: number;
};

export const inverterName = (index: number): string => `inv${String(index + 1).padStart(2, '0')}`;

export const compilePlant = (options: PlantOptions = {}) => {
  const { inverters = 2, kpis = plantKpis, perUnit = [], periodMs = minuteMs } = options;
  const states = (options.hasState ?? true) ? ['status'] : [];
  const parameters = { ...park, ...options.parameters };
  const { program, groups } = compileTestSite({
    groups: [
      testGroup({
        ...{ area: 'park', line: 'weather', equipment: 'station', periodMs },
        equipmentClass: 'weather_station',
        channels: [
          { point: 'planeIrradiance', unit: 'W/m2' },
          { point: 'moduleTemperature', unit: 'Cel' },
          { point: 'ambientTemperature', unit: 'Cel' },
          { point: 'windSpeed', unit: 'm/s' },
        ],
      }),
      ...Array.from({ length: inverters }, (_, index) =>
        testGroup({
          ...{ area: 'park', line: 'pv', equipment: inverterName(index), periodMs },
          equipmentClass: 'pv_inverter',
          channels: [
            { point: 'power', unit: 'W' },
            { point: 'energyTotal', kind: 'counter', unit: 'Wh' },
            ...states,
          ],
        }),
      ),
    ],
    kpis: [
      ...kpis.map((kpi) => ({ kpi, equipment: site, parameters })),
      ...perUnit.map((kpi) => ({ kpi, equipment: 'park/pv/*', parameters })),
    ],
  });
  const [station, ...units] = groups.filter(({ producer }) => producer === 'plc');
  return { program, station: station as RegisteredGroup, units };
};

export type Plant = {
  readonly program: HotPathProgram;
  readonly nowMs: number;
  /** The registers, in Wh. */
  readonly registersWh: Float64Array;
  /** Lets the same weather and powers last; returns the results at its end. */
  hold(minutes: number, weather: Weather, unit: Unit | ((index: number) => Unit)): Results;
  /** No frame comes for so long. */
  skip(minutes: number): void;
  tick(dayStartMs?: number): Results;
};

const ignore = (): undefined => undefined;

/** A plant that is fed minute by minute, registers following the powers, with a tick after each minute. */
export const startPlant = (options: PlantOptions = {}): Plant => {
  const { program, station, units } = compilePlant(options);
  const periodMs = options.periodMs ?? minuteMs;
  const registersWh = new Float64Array(units.length).fill(1_000_000);
  let nowMs = options.startMs ?? day;
  let lastMs = nowMs;
  const dayOf = (timeMs: number): number => day + Math.floor((timeMs - day) / dayMs) * dayMs;

  const frames = (timeMs: number, weather: Weather, unitOf: (index: number) => Unit): void => {
    const made: FrameOf[] = [{ group: station, timeMs, values: weather }];
    for (const [index, group] of units.entries()) {
      const { kw, energyTotal, power = kw * 1000, operatingState } = unitOf(index);
      registersWh[index] =
        (registersWh[index] as number) + (kw * 1000 * (timeMs - lastMs)) / hourMs;
      const states = (options.hasState ?? true) ? [operatingState ?? state.running] : [];
      made.push({
        ...{ group, timeMs },
        values: {
          power,
          energyTotal: energyTotal ?? registersWh[index],
          ...Object.fromEntries(states.map((code) => ['status', code])),
        },
      });
    }
    feed(program, made);
    lastMs = timeMs;
  };

  return {
    program,
    registersWh,
    get nowMs() {
      return nowMs;
    },
    hold(minutes, weather, unit) {
      const unitOf = typeof unit === 'function' ? unit : () => unit;
      const endMs = nowMs + minutes * minuteMs;
      // A millisecond later than what was before, so that a change is a jump.
      frames(
        nowMs === lastMs && nowMs !== (options.startMs ?? day) ? nowMs + 1 : nowMs,
        weather,
        unitOf,
      );
      for (nowMs += periodMs; nowMs <= endMs; nowMs += periodMs) {
        frames(nowMs, weather, unitOf);
        program.onTick(tickAt(nowMs, dayOf(nowMs)), ignore);
      }
      nowMs = endMs;
      return tickProgram(program, nowMs, dayOf(nowMs));
    },
    skip(minutes) {
      nowMs += minutes * minuteMs;
      lastMs = nowMs;
    },
    tick: (dayStartMs) => tickProgram(program, nowMs, dayStartMs ?? dayOf(nowMs)),
  };
};

export const valueIn = (results: Results, point: string, equipment = site): number =>
  results[`${equipment}/${point}`]?.value ?? Number.NaN;
export const statusIn = (results: Results, point: string, equipment = site): number | undefined =>
  results[`${equipment}/${point}`]?.status;

/** Nothing is lost at 25 degC: a kWp gives a kW at 1000 W/m2. */
export const plain = { ratedPowerKwp: 100, limitKw: 100, systemLoss: 0, inverterEfficiency: 1 };
export const sun = (planeIrradiance: TestSample, moduleTemperature: TestSample = 25): Weather => ({
  ...{ planeIrradiance, moduleTemperature },
});
export const bad: TestSample = { value: 700, status: statusCodes.badTimeout };
