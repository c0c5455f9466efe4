import type { MissingField, PanelProduction } from './panel-production.ts';
import { missingFields } from './panel-production.ts';

type Told = Omit<PanelProduction, 'marks' | 'missing' | 'messages'>;

/** Whether a list has fewer than it should, or something in it was not told. */
const isIncomplete = <Item>(
  items: readonly Item[],
  count: number | null,
  told: (item: Item) => unknown,
): boolean =>
  items.length === 0 ||
  (count !== null && items.length < count) ||
  items.some((item) => told(item) === null);

const isMissing: Readonly<Record<MissingField, (told: Told) => boolean>> = {
  'job-order': ({ order }) => order === null,
  drawing: ({ order }) => (order?.definition?.drawing ?? null) === null,
  'drawing-revision': ({ order }) => (order?.definition?.drawing?.revision ?? null) === null,
  dimensions: ({ panel }) => panel.lengthMm === null || panel.widthMm === null,
  topology: ({ panel }) => panel.tubeCount === null || panel.finCount === null,
  'tube-heats': ({ materials, panel }) =>
    isIncomplete(materials.tubes, panel.tubeCount, ({ heatNo }) => heatNo),
  'tube-certificates': ({ materials, panel }) =>
    isIncomplete(materials.tubes, panel.tubeCount, ({ certificate }) => certificate),
  'fin-heats': ({ materials, panel }) =>
    isIncomplete(materials.fins, panel.finCount, ({ heatNo }) => heatNo),
  'wire-spool': ({ consumables }) => consumables.wires.length === 0,
  'wire-change-position': ({ consumables }) =>
    isIncomplete(consumables.wires, null, ({ changePositionMm }) => changePositionMm),
  'gas-batch': ({ consumables, procedure }) =>
    consumables.gases.length === 0 && !isUnderFlux(procedure?.process ?? null),
  'flux-lot': ({ consumables, procedure }) =>
    consumables.fluxes.length === 0 && isUnderFlux(procedure?.process ?? null),
  'flux-bake-record': ({ consumables, procedure }) =>
    isUnderFlux(procedure?.process ?? null) &&
    isIncomplete(consumables.fluxes, null, ({ bakeRecord }) => bakeRecord),
  wps: ({ procedure }) => procedure === null,
  'wps-revision': ({ procedure }) => (procedure?.revision ?? null) === null,
  wpqr: ({ procedure }) => (procedure?.wpqrNo ?? null) === null,
  process: ({ procedure }) => (procedure?.process ?? null) === null,
  'wps-bands': ({ procedure }) => (procedure?.bands ?? []).length === 0,
  operator: (told) => operatorsOf(told).length === 0,
  'operator-qualification': (told) =>
    isIncomplete(operatorsOf(told), null, ({ qualification }) => qualification),
  'operator-expiry': (told) => isIncomplete(operatorsOf(told), null, ({ expires }) => expires),
  equipment: ({ equipment }) => equipment.length === 0,
  'calibration-due': ({ equipment }) =>
    isIncomplete(equipment, null, ({ calibrationDue }) => calibrationDue),
  inspection: ({ inspections }) => inspections.length === 0,
  'deformation-map': ({ inspections }) =>
    !inspections.some(({ method }) => method === 'deformation'),
  ncr: ({ inspections }) =>
    inspections.some(({ result, ncr }) => result === 'rejected' && ncr === null),
  repair: ({ inspections, repairs, disposition }) =>
    disposition?.status !== 'scrap' &&
    inspections.some(
      ({ result, ncr }) =>
        result === 'rejected' && ncr !== null && !repairs.some((repair) => repair.ncr === ncr),
    ),
  disposition: ({ disposition }) => disposition === null,
};

const operatorsOf = ({ personnel }: Told): PanelProduction['personnel'] =>
  personnel.filter(({ role }) => role === 'operator');

/** Submerged arc welding (ISO 4063: 12x) has flux in place of a gas. */
const isUnderFlux = (process: string | null): boolean => process?.startsWith('12') === true;

/** Mandatory fields of a weld data sheet that nobody told. */
export const missingFieldsOf = (told: Told): readonly MissingField[] =>
  missingFields.filter((field) => isMissing[field](told));
