import type { productionTexts } from './production-texts.ts';
import type { RecordProduction } from './record-types.ts';

export type ProductionKey = keyof typeof productionTexts;

export type ProductionSection = {
  readonly title: ProductionKey;
  readonly columns: readonly ProductionKey[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
};

const isThere = (row: Readonly<Record<string, unknown>> | null): boolean =>
  row !== null && Object.values(row).some((value) => value !== null);

/** What was told, by kind, with the columns in the order in which people read them; what nobody told is left out. */
export const productionSections = (told: RecordProduction): readonly ProductionSection[] => {
  const { panel, order, materials, consumables, procedure, disposition } = told;
  const one = (row: Readonly<Record<string, unknown>> | null) =>
    row !== null && isThere(row) ? [row] : [];
  const all: readonly ProductionSection[] = [
    { title: 'definition', columns: ['orderId'], rows: one(order) },
    {
      title: 'panel',
      columns: ['serial', 'lengthMm', 'widthMm', 'tubeCount', 'finCount', 'offCutId'],
      rows: one(panel),
    },
    {
      title: 'procedure',
      columns: ['wpsNo', 'revision', 'wpqrNo', 'process', 'position', 'jointType', 'polarity'],
      rows: one(procedure),
    },
    {
      title: 'tubes',
      columns: ['position', 'heatNo', 'grade', 'size', 'certificate', 'pmi'],
      rows: materials.tubes,
    },
    { title: 'fins', columns: ['position', 'heatNo', 'grade', 'size'], rows: materials.fins },
    {
      title: 'movements',
      columns: ['timeMs', 'movement', 'material', 'massKg', 'lot'],
      rows: materials.movements,
    },
    {
      title: 'wires',
      columns: ['spoolId', 'seam', 'changePositionMm', 'classification', 'diameterMm', 'lot'],
      rows: consumables.wires,
    },
    { title: 'gases', columns: ['batch', 'mix'], rows: consumables.gases },
    { title: 'fluxes', columns: ['lot', 'bakeRecord'], rows: consumables.fluxes },
    {
      title: 'personnel',
      columns: ['id', 'role', 'qualification', 'expires'],
      rows: told.personnel,
    },
    {
      title: 'equipment',
      columns: ['id', 'role', 'calibrationDue', 'softwareVersion'],
      rows: told.equipment,
    },
    {
      title: 'inspections',
      columns: [
        ...(['timeMs', 'method', 'result', 'standard', 'seam', 'positionMm'] as const),
        ...(['value', 'unit', 'ncr', 'who'] as const),
      ],
      rows: told.inspections,
    },
    {
      title: 'repairs',
      columns: ['timeMs', 'ncr', 'seam', 'positionMm', 'lengthMm', 'wpsNo', 'who', 'reinspection'],
      rows: told.repairs,
    },
    {
      title: 'machineResults',
      columns: ['timeMs', 'seam', 'evaluation', 'source'],
      rows: told.machineResults ?? [],
    },
    {
      title: 'disposition',
      columns: ['timeMs', 'status', 'who', 'reason', 'netMassKg'],
      rows: one(disposition),
    },
  ];
  return all.filter(({ rows }) => rows.length > 0);
};
