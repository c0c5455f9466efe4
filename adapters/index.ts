import type { AnyAdapter } from '../gateway/core/adapter.ts';
import { dlt645Adapter } from './dlt645/dlt645-adapter.ts';
import { influxdbAdapter } from './influxdb/influxdb-adapter.ts';
import { modbusAdapter } from './modbus/index.ts';
import { mqttAdapter } from './mqtt/mqtt-adapter.ts';
import { ocppAdapter } from './ocpp/ocpp-adapter.ts';
import { opcuaAdapter } from './opcua/opcua-adapter.ts';

/** Every protocol that a site file can name. */
export const adapters: readonly AnyAdapter[] = [
  modbusAdapter,
  opcuaAdapter,
  dlt645Adapter,
  ocppAdapter,
  influxdbAdapter,
  mqttAdapter,
];
