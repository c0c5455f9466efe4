import type { SourceAdapter } from '../../gateway/core/adapter.ts';
import { layoutSource } from './layout.ts';
import { type OcppConfig, ocppConfigSchema } from './ocpp-config.ts';
import { reportPlan } from './plan-report.ts';
import { createOcppSource } from './source.ts';

/** OCPP 1.6J: answers what charge points say; sends no call of its own. */
export const ocppAdapter: SourceAdapter<OcppConfig> = {
  role: 'source',
  kind: 'ocpp',
  configSchema: ocppConfigSchema,
  check: (input) => layoutSource(input).issues,
  createSource: createOcppSource,
  plan: reportPlan,
};
