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
import { type PointScale, scaled, scaledValues } from './sunspec/model-writer.ts';

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

const fixedScales = {
  A: -1,
  V: -1,
  Hz: -2,
  PF: -2,
  WH: 0,
  DCA: -1,
  DCV: -1,
  Tmp: -1,
} as const;

const by = (scale: number): PointScale => ({ factor: 10 ** -scale });
const current = by(fixedScales.A);
const voltage = by(fixedScales.V);
const temperature = by(fixedScales.Tmp);
const plain: PointScale = { factor: 1 };

/** The powers carry the smallest scale factor that they fit. */
const scales = {
  A: current,
  AphA: current,
  AphB: current,
  AphC: current,
  PPVphAB: voltage,
  PPVphBC: voltage,
  PPVphCA: voltage,
  PhVphA: voltage,
  PhVphB: voltage,
  PhVphC: voltage,
  W: { fitted: 'W_SF' },
  Hz: by(fixedScales.Hz),
  VA: { fitted: 'VA_SF' },
  VAr: { fitted: 'VAr_SF' },
  PF: by(fixedScales.PF),
  WH: by(fixedScales.WH),
  DCA: by(fixedScales.DCA),
  DCV: by(fixedScales.DCV),
  DCW: { fitted: 'DCW_SF' },
  TmpCab: temperature,
  TmpSnk: temperature,
  St: plain,
  Evt1: plain,
  Evt2: plain,
} as const;

type IntegerPoints = typeof inverter103.points;

export const integerInverter = (
  layout: ModelLayout<IntegerPoints>,
  wiring: Wiring,
  source: InverterSource,
): ServedModel =>
  servedModel<IntegerPoints>(layout, (writer) => {
    for (const [point, scale] of Object.entries(fixedScales)) {
      writer.set(`${point}_SF` as 'A_SF', scale);
    }
    // Where no power is known there is none to find a scale factor for.
    writer.setAll({ W_SF: 0, VA_SF: 0, VAr_SF: 0, DCW_SF: 0 });
    const write = scaledValues(writer, scales);
    return () => {
      const reading = source.read();
      write(valuesOf(reading, wiring, source.register.rawWh(reading.energyWh)));
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
  servedModel(status122, (writer) => {
    writer.setAll({ StorConn: 0, RtSt: 0, Ris_SF: 4 });
    const connection = writer.setter('PVConn');
    const grid = writer.setter('ECPConn');
    const energy = writer.setter('ActWh');
    const control = writer.setter('StActCtl');
    const insulation = writer.setter('Ris');
    return () => {
      const reading = source.read();
      connection(reading.activeW > 0 ? operatingBits : 0b1);
      grid(reading.phaseV > 0 ? 1 : 0);
      energy(source.register.runWh(reading.energyWh));
      control(reading.limitShare < 1 ? 1 : 0);
      insulation(reading.isFaulted ? 2 : 350);
    };
  });

export const inverterControls = (source: InverterSource): ServedModel =>
  servedModel(controls123, (writer) => {
    writer.setAll({ Conn: 1, OutPFSet_Ena: 0, VArPct_Ena: 0 });
    writer.setAll({ WMaxLimPct_SF: -1, OutPFSet_SF: -2, VArPct_SF: -1 });
    const limit = writer.setter('WMaxLimPct');
    const isLimited = writer.setter('WMaxLim_Ena');
    return () => {
      const { limitShare } = source.read();
      limit(1000 * limitShare);
      isLimited(limitShare < 1 ? 1 : 0);
    };
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
    const inputs = Array.from({ length: parkSite.stringsPerInverter }, (_, i) => ({
      amperes: writer.setter(`module${i + 1}.DCA`),
      volts: writer.setter(`module${i + 1}.DCV`),
      watts: writer.setter(`module${i + 1}.DCW`),
      temperature: writer.setter(`module${i + 1}.Tmp`),
      state: writer.setter(`module${i + 1}.DCSt`),
      event: writer.setter(`module${i + 1}.DCEvt`),
    }));
    for (const { event } of inputs) event(0);
    return () => {
      const { strings, state, cabinetC } = source.read();
      for (const [i, input] of inputs.entries()) {
        const { volts, amperes } = strings[i] ?? {};
        const isKnown = volts !== undefined && amperes !== undefined;
        input.amperes(isKnown ? amperes * 100 : undefined);
        input.volts(isKnown ? volts * 10 : undefined);
        input.watts(isKnown ? volts * amperes : undefined);
        input.temperature(cabinetC);
        input.state(isKnown && amperes === 0 ? inverterState.off : state);
      }
    };
  });
