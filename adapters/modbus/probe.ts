import { parseArgs } from 'node:util';
import type { ProbeOptions, ProbeReport } from '../../gateway/core/adapter.ts';
import { GatewayError, toGatewayError } from '../../gateway/core/error.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import { isUnanswered } from './error-status.ts';
import { readSunSpecMap, type SunSpecMap } from './sunspec/sunspec-map.ts';
import { connectTcp } from './tcp-transport.ts';
import { dataBytes, type ReadFunction, type ReadRequest, type Transport } from './transport.ts';

/** What could be read of one table from one address on. */
export type ReadableRange = {
  readonly table: 'holding' | 'input';
  readonly address: number;
  readonly registers: readonly number[];
};

export type ProbedUnit = {
  readonly unitId: number;
  readonly readable: readonly ReadableRange[];
  readonly sunSpec: SunSpecMap | undefined;
};

type Settings = {
  readonly host: string;
  readonly port: number;
  readonly firstUnit: number;
  readonly lastUnit: number;
  readonly timeoutMs: number;
  readonly maxInFlight: number;
};

const defaultPort = 502;
/** As other programs write a Modbus TCP address. */
const schemes = /^(?:tcp|modbus|modbus\+tcp|modbus-tcp):\/\//i;
const connectTimeoutMs = 3000;
/** Units beyond these are listed without details. */
const maxDetailedUnits = 32;
const startAddresses = [0, 40_000] as const;
const sampleRegisters = 10;

const usage =
  'usage: HOST[:PORT] [--units FIRST-LAST] [--timeout-ms N] [--in-flight N]; ' +
  'use --in-flight 1 where a serial line lies behind';

/**
 * Asks who is there behind a Modbus TCP address and what they have to say; reads only. Takes at most
 * units x timeout / in-flight, 10 s by default.
 *
 * @throws GatewayError CONFIG_INVALID for a target that cannot be read, CONNECTION_FAILED when nobody listens.
 */
export const probeModbus = async (options: ProbeOptions): Promise<ProbeReport> => {
  const settings = settingsOf(options);
  const asker = new Asker(settings, options.signal);
  try {
    await asker.connect();
    const unitIds = await findUnits(asker, settings, options.signal);
    const units: ProbedUnit[] = [];
    for (const unitId of unitIds.slice(0, maxDetailedUnits)) {
      if (options.signal.aborted) break;
      units.push(await describeUnit(asker, unitId));
    }
    return { lines: report(settings, unitIds, units), data: { unitIds, units } };
  } finally {
    asker.close();
  }
};

const settingsOf = ({ target, arguments: given }: ProbeOptions): Settings => {
  try {
    const { values } = parseArgs({
      args: [...given],
      options: {
        units: { type: 'string', default: '1-247' },
        'timeout-ms': { type: 'string', default: '300' },
        'in-flight': { type: 'string', default: '8' },
      },
    });
    const url = new URL(`modbus://${target.replace(schemes, '')}`);
    const [firstUnit, lastUnit] = /^(\d+)(?:-(\d+))?$/.exec(values.units)?.slice(1) ?? [];
    const first = bounded(firstUnit, { name: '--units', lowest: 0, highest: 255 });
    return {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? defaultPort : Number(url.port),
      firstUnit: first,
      lastUnit: bounded(lastUnit ?? firstUnit, { name: '--units', lowest: first, highest: 255 }),
      timeoutMs: bounded(values['timeout-ms'], {
        name: '--timeout-ms',
        lowest: 10,
        highest: 60_000,
      }),
      maxInFlight: bounded(values['in-flight'], { name: '--in-flight', lowest: 1, highest: 128 }),
    };
  } catch (error) {
    throw toGatewayError(error, { code: 'CONFIG_INVALID', retryable: false, message: usage });
  }
};

const bounded = (
  text: string | undefined,
  limits: { readonly name: string; readonly lowest: number; readonly highest: number },
): number => {
  const { name, lowest, highest } = limits;
  const value = Number(text);
  if (text !== undefined && Number.isInteger(value) && value >= lowest && value <= highest) {
    return value;
  }
  throw new RangeError(`${name}: found ${text ?? 'nothing'}, expected ${lowest}-${highest}`);
};

/** Reads over a connection that is made anew when the device breaks it, as some do when a strange unit is asked for. */
class Asker {
  readonly #settings: Settings;
  readonly #signal: AbortSignal;
  #transport: Promise<Transport> | undefined;

  constructor(settings: Settings, signal: AbortSignal) {
    this.#settings = settings;
    this.#signal = signal;
  }

  async connect(): Promise<void> {
    await this.#open();
  }

  async read(place: Omit<ReadRequest, 'timeoutMs'>): Promise<Buffer | GatewayError> {
    const request: ReadRequest = { ...place, timeoutMs: this.#settings.timeoutMs };
    const size = dataBytes(request.functionCode, request.quantity);
    try {
      const transport = await this.#open();
      return await new Promise((resolve) => {
        transport.read(request, {
          answered: (buffer, offset) =>
            resolve(Buffer.from(buffer.subarray(offset, offset + size))),
          failed: resolve,
        });
      });
    } catch (error) {
      return toGatewayError(error, { code: 'CONNECTION_LOST', retryable: true, message: 'probe' });
    }
  }

  close(): void {
    void this.#transport?.then(
      (transport) => transport.close(),
      () => undefined,
    );
  }

  #open(): Promise<Transport> {
    this.#transport ??= this.#connect();
    return this.#transport;
  }

  async #connect(): Promise<Transport> {
    const { host, port, maxInFlight } = this.#settings;
    const count = (): void => undefined;
    const signal = this.#signal;
    try {
      const transport = await connectTcp({
        host,
        port,
        connectTimeoutMs,
        maxInFlight,
        signal,
        count,
      });
      void transport.closed.then(() => {
        this.#transport = undefined;
      });
      return transport;
    } catch (error) {
      this.#transport = undefined;
      throw error;
    }
  }
}

/** Every unit that answers, be it with an exception. */
const findUnits = async (
  asker: Asker,
  settings: Settings,
  signal: AbortSignal,
): Promise<readonly number[]> => {
  const found: number[] = [];
  let next = settings.firstUnit;
  const work = async (): Promise<void> => {
    while (next <= settings.lastUnit && !signal.aborted) {
      const unitId = next;
      next += 1;
      const answer = await asker.read({ unitId, functionCode: 3, address: 0, quantity: 1 });
      if (isPresent(answer)) found.push(unitId);
    }
  };
  await Promise.all(Array.from({ length: settings.maxInFlight }, work));
  return found.sort((a, b) => a - b);
};

const isPresent = (answer: Buffer | GatewayError): boolean =>
  !(answer instanceof GatewayError) ||
  (answer.code === 'DEVICE_EXCEPTION' && !isUnanswered(answer));

const describeUnit = async (asker: Asker, unitId: number): Promise<ProbedUnit> => {
  const readable: ReadableRange[] = [];
  for (const table of ['holding', 'input'] as const) {
    const functionCode: ReadFunction = table === 'holding' ? 3 : 4;
    for (const address of startAddresses) {
      for (const quantity of [sampleRegisters, 1]) {
        const data = await asker.read({ unitId, functionCode, address, quantity });
        if (data instanceof GatewayError) continue;
        readable.push({ table, address, registers: registersOf(data) });
        break;
      }
    }
  }
  const sunSpec = await readSunSpecMap((address, quantity) =>
    asker.read({ unitId, functionCode: 3, address, quantity }),
  ).catch(() => undefined);
  return { unitId, readable, sunSpec };
};

const registersOf = (data: Buffer): readonly number[] =>
  Array.from({ length: data.length / 2 }, (_, index) => data.readUInt16BE(index * 2));

const report = (
  settings: Settings,
  unitIds: readonly number[],
  units: readonly ProbedUnit[],
): ProbeReport['lines'] => {
  const { host, port, firstUnit, lastUnit } = settings;
  const asked = lastUnit - firstUnit + 1;
  const [place, ids] = [`${host}:${port}`, listed(unitIds)];
  const lines: (string | LocalText)[] = [
    {
      en: `${place}: ${unitIds.length} of ${asked} unit ids answer${ids}`,
      zh: `${place}：询问的 ${asked} 个单元号中有 ${unitIds.length} 个应答${ids.replace(': ', '：')}`,
    },
  ];
  if (unitIds.length === asked && asked > 1) {
    lines.push({
      en: 'It answers to every unit id: probably one device that ignores the id.',
      zh: '任何单元号都有应答：多半是同一台不区分单元号的设备。',
    });
  }
  for (const unit of units) lines.push(...unitLines(unit));
  const unlisted = unitIds.length - units.length;
  if (unlisted > 0) {
    lines.push({
      en: `${unlisted} more units; choose some by --units FIRST-LAST`,
      zh: `另有 ${unlisted} 个单元；可用 --units 起始-结束 选择`,
    });
  }
  return lines;
};

const unitLines = ({ unitId, readable, sunSpec }: ProbedUnit): ProbeReport['lines'] => {
  const lines: (string | LocalText)[] = [{ en: `unit ${unitId}`, zh: `单元 ${unitId}` }];
  for (const { table, address, registers } of readable) {
    const last = address + registers.length - 1;
    lines.push(`  ${table} ${address}-${last}: ${registers.map(hex).join(' ')}`);
  }
  if (sunSpec === undefined) return lines;
  const { base, models, manufacturer, model, serialNumber, trouble } = sunSpec;
  lines.push({
    en: `  SunSpec at ${base}: ${manufacturer}, ${model}, serial number ${serialNumber}`,
    zh: `  SunSpec 起始于 ${base}：${manufacturer}，${model}，序列号 ${serialNumber}`,
  });
  for (const { id, name, address, length } of models) {
    lines.push({
      en: `    model ${id} (${name.en}) at ${address}, length ${length}`,
      zh: `    模型 ${id}（${name.zh}）位于 ${address}，长度 ${length}`,
    });
  }
  if (trouble.en !== '') {
    lines.push({ en: `    ended early: ${trouble.en}`, zh: `    提前结束（${trouble.zh}）` });
  }
  return lines;
};

const listed = (unitIds: readonly number[]): string =>
  unitIds.length === 0 ? '' : `: ${unitIds.join(' ')}`;

const hex = (register: number): string => register.toString(16).padStart(4, '0').toUpperCase();
