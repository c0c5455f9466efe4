import type { EnergyRegister } from './energy-register.ts';
import type { InverterReading } from './inverter-reading.ts';
import { parkSite } from './site.ts';
import {
  controls123,
  mppt160,
  nameplate120,
  settings121,
  status122,
} from './sunspec/control-models.ts';
import { type ServedModel, servedModel } from './sunspec/image.ts';
import { type inverter103, type inverter113, inverterState } from './sunspec/inverter-models.ts';
import type { ModelLayout } from './sunspec/layout.ts';
import { fittingScale, scaled } from './sunspec/model-writer.ts';

type FloatPoints = typeof inverter113.points;
type Values = { readonly [K in keyof FloatPoints]?: number | undefined };

/** What an inverter is read from. */
export type InverterSource = {
  readonly read: () => InverterReading;
  readonly register: EnergyRegister;
};

/** How many phases a model shows: one, two halves of a split one, or three. */
export type Wiring = 1 | 2 | 3;

/** The points of an inverter in the units of the SI; the power is that of all phases shown together. */
const valuesOf = (reading: InverterReading, wiring: Wiring, totalWh: number): Values => {
  const { phaseV, apparentVa } = reading;
  const phaseA = phaseV > 0 ? apparentVa / wiring / phaseV : 0;
  const from = (phases: number, value: number): number | undefined =>
    wiring >= phases ? value : undefined;
  const lineV = wiring === 2 ? 2 * phaseV : Math.sqrt(3) * phaseV;
  return {
    A: phaseA * wiring,
    AphA: phaseA,
    AphB: from(2, phaseA),
    AphC: from(3, phaseA),
    PPVphAB: from(2, lineV),
    PPVphBC: from(3, lineV),
    PPVphCA: from(3, lineV),
    PhVphA: phaseV,
    PhVphB: from(2, phaseV),
    PhVphC: from(3, phaseV),
    W: reading.activeW,
    Hz: reading.frequencyHz,
    VA: apparentVa,
    VAr: reading.reactiveVar,
    PF: reading.powerFactor === undefined ? undefined : 100 * reading.powerFactor,
    WH: totalWh,
    DCA: reading.dcA,
    DCV: reading.dcV,
    DCW: reading.dcW,
    TmpCab: reading.cabinetC,
    TmpSnk: reading.heatSinkC,
    St: reading.state,
    Evt1: reading.events,
    Evt2: 0,
  };
};

const scaleOf = {
  A: -1,
  V: -1,
  Hz: -2,
  PF: -2,
  WH: 0,
  DCA: -1,
  DCV: -1,
  Tmp: -1,
} as const;

const scalePoint = (name: string): keyof typeof scaleOf | undefined => {
  if (name === 'A' || name.startsWith('Aph')) return 'A';
  if (name.startsWith('P') && name !== 'PF') return 'V';
  if (name.startsWith('Tmp')) return 'Tmp';
  return name in scaleOf ? (name as keyof typeof scaleOf) : undefined;
};

/** The three powers carry the smallest scale factor that they fit, which so changes while the device runs. */
const fitted = { W: 'W_SF', VA: 'VA_SF', VAr: 'VAr_SF', DCW: 'DCW_SF' } as const;

export const integerInverter = (
  layout: typeof inverter103 | ModelLayout<(typeof inverter103)['points']>,
  wiring: Wiring,
  source: InverterSource,
): ServedModel =>
  servedModel<(typeof inverter103)['points']>(layout, (writer) => {
    for (const [point, factor] of Object.entries(scaleOf)) {
      writer.set(`${point}_SF` as 'A_SF', factor);
    }
    return () => {
      const reading = source.read();
      const values = valuesOf(reading, wiring, source.register.rawWh(reading.energyWh));
      for (const [name, value] of Object.entries(values)) {
        const point = name as keyof typeof inverter103.points & keyof Values;
        const own = fitted[point as keyof typeof fitted];
        const scale = scalePoint(point);
        if (own !== undefined) {
          const factor = fittingScale(value ?? 0);
          writer.set(own, factor);
          writer.set(point, value === undefined ? undefined : scaled(value, factor));
        } else if (scale === undefined) writer.set(point, value);
        else writer.set(point, value === undefined ? undefined : scaled(value, scaleOf[scale]));
      }
    };
  });

export const floatInverter = (
  layout: ModelLayout<FloatPoints>,
  wiring: Wiring,
  source: InverterSource,
): ServedModel =>
  servedModel(layout, (writer) => () => {
    const reading = source.read();
    writer.setAll(valuesOf(reading, wiring, source.register.rawWh(reading.energyWh)));
  });

const ratedW = parkSite.inverterLimitKw * 1000;
const photovoltaic = 4;

export const inverterNameplate = (): ServedModel =>
  servedModel(nameplate120, (writer) => {
    writer.setAll({
      DERTyp: photovoltaic,
      WRtg: scaled(ratedW, 1),
      WRtg_SF: 1,
      VARtg: scaled(1.1 * ratedW, 1),
      VARtg_SF: 1,
      VArRtgQ1: scaled(0.4 * ratedW, 1),
      VArRtgQ4: scaled(-0.4 * ratedW, 1),
      VArRtg_SF: 1,
      ARtg: scaled(160, -1),
      ARtg_SF: -1,
      PFRtgQ1: scaled(-0.8, -2),
      PFRtgQ4: scaled(0.8, -2),
      PFRtg_SF: -2,
    });
    return undefined;
  });

export const inverterSettings = (): ServedModel =>
  servedModel(settings121, (writer) => {
    writer.setAll({
      WMax: scaled(ratedW, 1),
      WMax_SF: 1,
      VRef: scaled(400, -1),
      VRef_SF: -1,
      VRefOfs: 0,
      VRefOfs_SF: -1,
      VMax: scaled(440, -1),
      VMin: scaled(340, -1),
      VMinMax_SF: -1,
      VAMax: scaled(1.1 * ratedW, 1),
      VAMax_SF: 1,
      ECPNomHz: scaled(50, -2),
      ECPNomHz_SF: -2,
    });
    return undefined;
  });

/** Connected, available and operating; test mode is bit 3. */
const operatingBits = 0b111;

export const inverterStatus = (source: InverterSource): ServedModel =>
  servedModel(status122, (writer) => () => {
    const reading = source.read();
    const isOperating = reading.activeW > 0;
    writer.setAll({
      PVConn: isOperating ? operatingBits : 0b1,
      StorConn: 0,
      ECPConn: reading.phaseV > 0 ? 1 : 0,
      ActWh: source.register.runWh(reading.energyWh),
      StActCtl: reading.limitShare < 1 ? 1 : 0,
      RtSt: 0,
      Ris: reading.isFaulted ? 2 : 350,
      Ris_SF: 4,
    });
  });

export const inverterControls = (source: InverterSource): ServedModel =>
  servedModel(controls123, (writer) => () => {
    const { limitShare } = source.read();
    writer.setAll({
      Conn: 1,
      WMaxLimPct: scaled(100 * limitShare, -1),
      WMaxLim_Ena: limitShare < 1 ? 1 : 0,
      OutPFSet_Ena: 0,
      VArPct_Ena: 0,
      WMaxLimPct_SF: -1,
      OutPFSet_SF: -2,
      VArPct_SF: -1,
    });
  });

export const mpptLayout = mppt160(parkSite.stringsPerInverter);

/** An input a string; their states are those of the inverter, and off where a string is dead. */
export const inverterInputs = (source: InverterSource): ServedModel =>
  servedModel(mpptLayout, (writer) => {
    writer.setAll({ DCA_SF: -2, DCV_SF: -1, DCW_SF: 0, DCWH_SF: 0, Evt: 0 });
    writer.setAll({ N: parkSite.stringsPerInverter });
    for (let i = 1; i <= parkSite.stringsPerInverter; i += 1) {
      writer.set(`module${i}.ID`, i);
      writer.setText(`module${i}.IDStr`, `PV${i}`);
    }
    return () => {
      const { strings, state, cabinetC } = source.read();
      for (const [i, { volts, amperes }] of strings.entries()) {
        const module = `module${i + 1}`;
        const isKnown = volts !== undefined && amperes !== undefined;
        writer.setAll({
          [`${module}.DCA`]: isKnown ? scaled(amperes, -2) : undefined,
          [`${module}.DCV`]: isKnown ? scaled(volts, -1) : undefined,
          [`${module}.DCW`]: isKnown ? volts * amperes : undefined,
          [`${module}.Tmp`]: cabinetC,
          [`${module}.DCSt`]: isKnown && amperes === 0 ? inverterState.off : state,
          [`${module}.DCEvt`]: 0,
        });
      }
    };
  });
