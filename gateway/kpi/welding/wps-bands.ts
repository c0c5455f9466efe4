import { z } from 'zod';
import { expectedWords } from '../../core/input-words.ts';
import type { KpiInput } from '../definition.ts';
import { arcOnInput, travelSpeedInput } from './arc.ts';
import { heatInputs } from './heat-methods.ts';
import { panelInputs } from './panel.ts';
import { processInput, processParameters } from './process.ts';

/** What a procedure allows; one side may be open. */
export const bandSchema = z
  .strictObject({ minimum: z.number().optional(), maximum: z.number().optional() })
  .superRefine(({ minimum, maximum }, { addIssue }) => {
    if (minimum === undefined && maximum === undefined) {
      addIssue({
        code: 'custom',
        message: expectedWords({ en: 'minimum, maximum or both', zh: 'minimum、maximum 或两者' }),
      });
    } else if ((minimum ?? Number.NEGATIVE_INFINITY) > (maximum ?? Number.POSITIVE_INFINITY)) {
      addIssue({
        code: 'custom',
        message: expectedWords({ en: 'a maximum not below minimum', zh: 'maximum 不小于 minimum' }),
      });
    }
  });
export type Band = z.infer<typeof bandSchema>;

/** What a procedure gives bands for, in these units: A, V, m/min of wire, L/min, m/min of travel, kJ/mm of arc energy. */
export const wpsVariables = [
  'current',
  'voltage',
  'wireFeedSpeed',
  'gasFlow',
  'travelSpeed',
  'arcEnergy',
] as const;
export type WpsVariable = (typeof wpsVariables)[number];

const defaultVariables: readonly WpsVariable[] = [
  'current',
  'voltage',
  'wireFeedSpeed',
  'travelSpeed',
];

/** Bands of the procedure as a machine reads them; each variable that is judged must have one. */
export const wpsParameters = processParameters
  .extend({
    /** Number and revision of the WPS, shown with the result. */
    wps: z.string().min(1).max(80).optional(),
    /** An excursion that is over sooner is none. */
    debounceMs: z.number().min(0).max(60_000).default(300),
    variables: z
      .array(z.enum(wpsVariables))
      .min(1)
      .default([...defaultVariables]),
    bands: z.partialRecord(z.enum(wpsVariables), bandSchema),
  })
  .superRefine(({ variables, bands }, { addIssue }) => {
    for (const variable of variables) {
      if (bands[variable] !== undefined) continue;
      addIssue({
        code: 'custom',
        path: ['bands', variable],
        message: expectedWords({
          en: `a band for ${variable}, which is judged by the WPS`,
          zh: `按 WPS 判定的 ${variable} 的允许范围`,
        }),
      });
    }
  });

export const wpsInputs = {
  current: heatInputs.current,
  voltage: heatInputs.voltage,
  wireFeedSpeed: {
    pattern: '{area}/{line}/{equipment}/wireFeedSpeed',
    unit: 'm/min',
    count: 'one',
    description: { en: 'wire feed speed', zh: '送丝速度' },
  },
  gasFlow: {
    pattern: '{area}/{line}/{equipment}/gasFlow',
    unit: 'L/min',
    count: 'one',
    description: { en: 'flow of shielding gas', zh: '保护气体流量' },
  },
  arcPower: heatInputs.arcPower,
  arcOn: arcOnInput,
  travelSpeed: travelSpeedInput,
  process: processInput,
  ...panelInputs,
} as const satisfies Readonly<Record<string, KpiInput>>;

/** The inputs that these variables read, beside those of the length. */
export const wpsInputsOf = (variables: readonly WpsVariable[]): readonly string[] => [
  ...variables
    .filter((variable) => variable !== 'travelSpeed')
    .map((variable) => (variable === 'arcEnergy' ? 'arcPower' : variable)),
  ...['arcOn', 'travelSpeed', 'process', 'panelId', 'panelPosition'],
];
