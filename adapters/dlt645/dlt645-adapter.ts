import type { SourceAdapter } from '../../gateway/core/adapter.ts';
import { type Dlt645Config, dlt645ConfigSchema } from './dlt645-config.ts';
import { layoutSource } from './meter-layout.ts';
import { reportPlan } from './plan-report.ts';
import { dlt645Probe } from './probe/probe-dlt645.ts';
import { profileSchema } from './profile-schema.ts';
import { createDlt645Source } from './source.ts';

/** Chinese revenue meters by DL/T 645-2007, over a serial port or a serial server: reads only. */
export const dlt645Adapter: SourceAdapter<Dlt645Config> = {
  role: 'source',
  kind: 'dlt645',
  configSchema: dlt645ConfigSchema,
  profileSchema,
  profileNames: ({ devices }) => [...new Set(devices.map(({ profile }) => profile))],
  check: (input) => {
    const { meters, issues } = layoutSource(input);
    return [...issues, ...reportPlan(input.id, input.config, meters).issues];
  },
  createSource: createDlt645Source,
  plan: (input) => {
    const { meters, issues } = layoutSource(input);
    const report = reportPlan(input.id, input.config, meters);
    return { ...report, issues: [...issues, ...report.issues] };
  },
  probes: { dlt645: dlt645Probe },
};
