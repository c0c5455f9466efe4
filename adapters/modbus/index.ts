import type { SourceAdapter } from '../../gateway/core/adapter.ts';
import { layoutSource } from './device-layout.ts';
import { type ModbusConfig, modbusConfigSchema } from './modbus-config.ts';
import { reportPlan } from './plan-report.ts';
import { modbusProbe } from './probe/probe-modbus.ts';
import { sunSpecProbe } from './probe/probe-sunspec.ts';
import { profileSchema } from './profile-schema.ts';
import { createModbusSource } from './source.ts';

/** Modbus TCP, RTU and RTU over TCP: reads only. */
export const modbusAdapter: SourceAdapter<ModbusConfig> = {
  role: 'source',
  kind: 'modbus',
  configSchema: modbusConfigSchema,
  profileSchema,
  profileNames: (config) => [...new Set(config.devices.map((device) => device.profile))],
  check: (input) => {
    const { devices, issues } = layoutSource(input);
    return [...issues, ...reportPlan(input.id, input.config, devices).issues];
  },
  createSource: createModbusSource,
  plan: (input) => {
    const { devices, issues } = layoutSource(input);
    const report = reportPlan(input.id, input.config, devices);
    return { ...report, issues: [...issues, ...report.issues] };
  },
  probes: { modbus: modbusProbe, sunspec: sunSpecProbe },
};
