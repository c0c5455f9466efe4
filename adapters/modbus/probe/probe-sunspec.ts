import type { Probe, ProbeOptions } from '../../../gateway/core/adapter.ts';
import { GatewayError } from '../../../gateway/core/error.ts';
import type { LocalText } from '../../../gateway/core/point.ts';
import { bounded, probeValues, wrongUsage } from '../../shared/probe-options.ts';
import type { TransportConfig } from '../modbus-config.ts';
import { readSunSpecMap } from '../sunspec/sunspec-map.ts';
import { Asker } from './asker.ts';
import { sunSpecLines } from './doctor-report.ts';
import { placeOf, serialOptions, targetTransport } from './probe-target.ts';
import { sunSpecProfile } from './sunspec-profile.ts';

const usage: LocalText = {
  en: 'sunspec HOST[:PORT] | SERIAL PORT | rtu+tcp://HOST:PORT [--unit N] [--name PROFILE] [--timeout-ms N] [--rate N]',
  zh: 'sunspec 主机[:端口] | 串口 | rtu+tcp://主机:端口 [--unit N] [--name 配置名] [--timeout-ms N] [--rate N]',
};

type Settings = {
  readonly transport: TransportConfig;
  readonly unitId: number;
  readonly name: string | undefined;
  readonly timeoutMs: number;
  readonly rate: number;
};

/**
 * Walks the SunSpec models of a device and writes the profile that reads them. Reads only.
 *
 * @throws GatewayError CONFIG_INVALID for what cannot be understood, CONNECTION_FAILED when nobody listens, UNAVAILABLE
 * where there is no SunSpec marker, and TIMEOUT or DEVICE_EXCEPTION where the device does not answer.
 */
export const sunSpecProbe: Probe = {
  usage: [usage],
  run: async (options) => {
    const { transport, unitId, name, timeoutMs, rate } = settingsOf(options);
    const place = placeOf(transport);
    const asker = new Asker({ transport, signal: options.signal, timeoutMs, rate });
    options.progress({
      en: `${place}, unit ${unitId}: looking for SunSpec models (reads only, at most ${rate} a second)`,
      zh: `${place}，单元 ${unitId}：正在查找 SunSpec 模型（只读，每秒最多 ${rate} 次）`,
    });
    try {
      await asker.connect();
      const read = (address: number, quantity: number) =>
        asker.read({ unitId, functionCode: 3, address, quantity });
      const map = await readSunSpecMap(read);
      if (map === undefined) throw noMarker(place, unitId);
      const { document, left } = await sunSpecProfile(map, {
        read,
        name,
        progress: (text) => options.progress(text),
      });
      const head = { en: `${place}, unit ${unitId}`, zh: `${place}，单元 ${unitId}` };
      return { lines: [head, ...sunSpecLines({ sunSpec: map }), ...left], data: map, document };
    } finally {
      await asker.close();
    }
  },
};

const profileName = /^[a-z0-9][a-z0-9.-]{0,63}$/;

const settingsOf = ({ target, arguments: given }: ProbeOptions): Settings => {
  const values = probeValues(
    given,
    ['unit', 'name', 'timeout-ms', 'rate', ...serialOptions],
    usage,
  );
  const transport = targetTransport(target, values);
  try {
    const { name } = values;
    if (name !== undefined && !profileName.test(name)) {
      throw new RangeError(`--name: found ${name}, expected lower-case letters, digits, - and .`);
    }
    const milliseconds = { name: '--timeout-ms', lowest: 10, highest: 60_000 };
    return {
      transport,
      name,
      unitId: bounded(values['unit'] ?? '1', { name: '--unit', lowest: 0, highest: 255 }),
      timeoutMs: bounded(values['timeout-ms'] ?? '1000', milliseconds),
      rate: bounded(values['rate'] ?? '20', { name: '--rate', lowest: 1, highest: 1000 }),
    };
  } catch (error) {
    throw wrongUsage(usage, error);
  }
};

const noMarker = (place: string, unitId: number): GatewayError =>
  new GatewayError(
    'UNAVAILABLE',
    {
      en: `${place}, unit ${unitId}: no SunSpec marker at 40000, 0 or 50000; some devices want another unit id, or SunSpec switched on`,
      zh: `${place}，单元 ${unitId}：地址 40000、0、50000 处均无 SunSpec 标记；可能需要其他单元号，或先在设备上启用 SunSpec`,
    },
    { retryable: false },
  );
