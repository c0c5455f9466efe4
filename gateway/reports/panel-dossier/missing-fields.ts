import { type MissingField, missingFields } from '../../production/panel-production.ts';
import type { PanelRecord, RecordedMethod, RecordedSeam } from '../../records/panel-record.ts';
import { fieldText, type MeasuredField } from './code-words.ts';
import type { DossierLanguage } from './dossier-input.ts';
import { seamName } from './sheet.ts';
import { words } from './words.ts';

/** What every seam must have. */
const seamFields: readonly (readonly [MeasuredField, (seam: RecordedSeam) => boolean])[] = [
  ['arc-on-length', (seam) => hasResult(seam, 'weldLength')],
  [
    'process-statistics',
    ({ bins }) =>
      ['current', 'voltage', 'wireFeedSpeed', 'gasFlow'].every((name) =>
        bins?.statistics.some(({ point, count }) => point === `bin.${name}.mean` && count > 0),
      ),
  ],
  [
    'travel-speed-statistics',
    ({ bins }) => bins?.statistics.some(({ point }) => point === 'bin.travelSpeed.mean') ?? false,
  ],
  ['arc-energy', (seam) => hasResult(seam, 'arcEnergyPerLength')],
  ['heat-input', (seam) => hasResult(seam, 'heatInput')],
  ['wps-conformance', (seam) => hasResult(seam, 'wpsConformance')],
  ['arc-interruptions', (seam) => hasResult(seam, 'arcInterruptions')],
  ['bins', ({ bins }) => bins !== null],
];

const hasResult = ({ results }: RecordedSeam, point: string): boolean =>
  results.some((result) => result.point === point && result.value !== null);

/** A mandatory field of the measurement that the record lacks; of single seams, which. */
export type MissingMeasurement = {
  readonly field: MeasuredField;
  /** Empty where it is missing altogether. */
  readonly seams: readonly string[];
};

export const missingMeasurements = (record: PanelRecord): readonly MissingMeasurement[] => {
  const { seams, panelId } = record;
  const missing: MissingMeasurement[] = [];
  if (panelId === null || panelId === '') missing.push({ field: 'panel-id', seams: [] });
  for (const [field, isThere] of seamFields) {
    const without = seams.filter((seam) => !isThere(seam)).map(({ seam }) => seamName(seam));
    if (seams.length === 0 || without.length === seams.length) missing.push({ field, seams: [] });
    else if (without.length > 0) missing.push({ field, seams: without });
  }
  if (energyMethods(record).length === 0) missing.push({ field: 'energy-method', seams: [] });
  if (record.deformation === undefined) missing.push({ field: 'deformation-profile', seams: [] });
  if (record.timeSync === undefined) missing.push({ field: 'time-sync', seams: [] });
  return missing;
};

const energyKpis = new Set(['arcEnergy', 'heatInput']);

/** How arc energy and heat input were computed, as configured. */
export const energyMethods = ({ methods = [] }: PanelRecord): readonly RecordedMethod[] =>
  methods.filter(({ kpi }) => energyKpis.has(kpi));

/** By which procedure and bands the conformance was judged, as configured. */
export const wpsMethods = ({ methods = [] }: PanelRecord): readonly RecordedMethod[] =>
  methods.filter(({ kpi }) => kpi === 'wpsConformance');

/** Missing only where something that was told asks for it: a rejection, a report, a process under flux. */
const askedByWhatIsTold: ReadonlySet<MissingField> = new Set<MissingField>([
  ...(['ncr', 'repair', 'flux-lot', 'flux-bake-record'] as const),
]);

/** A record from before production was told lacks all that it could have told. */
const untold = (record: PanelRecord): readonly MissingField[] =>
  record.production === undefined
    ? missingFields.filter((field) => !askedByWhatIsTold.has(field))
    : record.production.missing;

/** Mandatory fields that the record lacks, in words. */
export const missingOf = (
  record: PanelRecord,
  language: DossierLanguage,
): { readonly measured: readonly string[]; readonly told: readonly string[] } => ({
  measured: missingMeasurements(record).map(({ field, seams }) => {
    const name = fieldText(field, language);
    if (seams.length === 0) return name;
    const shown = seams.length > 12 ? [...seams.slice(0, 12), '…'] : seams;
    return `${name}${words[language].seamsWithout(shown.join(', '))}`;
  }),
  told: untold(record).map((field) => fieldText(field, language)),
});
