import type { SourceAdapter } from '../../gateway/core/adapter.ts';
import { layoutSource } from './layout.ts';
import { type OpcuaConfig, opcuaConfigSchema } from './opcua-config.ts';
import { reportPlan } from './plan-report.ts';
import { probeOpcua } from './probe.ts';
import { profileSchema } from './profile-schema.ts';
import { createOpcuaSource } from './source.ts';

/** OPC UA: Browse, Read and subscriptions only. */
export const opcuaAdapter: SourceAdapter<OpcuaConfig> = {
  role: 'source',
  kind: 'opcua',
  configSchema: opcuaConfigSchema,
  profileSchema,
  profileNames: (config) => [...new Set(config.devices.map((device) => device.profile))],
  check: (input) => layoutSource(input).issues,
  createSource: createOpcuaSource,
  plan: reportPlan,
  probes: {
    opcua: {
      usage: [
        {
          en: 'opcua opc.tcp://HOST:PORT [mode=…] [policy=…] [user=… passwordVariable=…] [trust=FILE] [depth=N] [nodes=N] [seconds=N]',
          zh: 'opcua opc.tcp://主机:端口 [mode=…] [policy=…] [user=… passwordVariable=…] [trust=文件] [depth=N] [nodes=N] [seconds=N]',
        },
      ],
      run: probeOpcua,
    },
  },
};
