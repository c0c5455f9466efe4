import type { Probe, ProbeOptions, ProbeReport } from '../../../gateway/core/adapter.ts';
import { GatewayError } from '../../../gateway/core/error.ts';
import type { LocalText } from '../../../gateway/core/point.ts';
import { bounded, probeValues, wrongUsage } from '../../shared/probe-options.ts';
import { isUnanswered } from '../error-status.ts';
import type { TransportConfig } from '../modbus-config.ts';
import { type Answer, Asker } from './asker.ts';
import { doctorLines } from './doctor-report.ts';
import { type ExaminedUnit, type ExamineOptions, examineUnit } from './examine-unit.ts';
import { mostInFlight, placeOf, serialOptions, targetTransport } from './probe-target.ts';
import { siteSection } from './site-section.ts';
import { type KnownValue, parseKnown } from './word-order.ts';

type Settings = {
  readonly transport: TransportConfig;
  readonly firstUnit: number;
  readonly lastUnit: number;
  readonly timeoutMs: number;
  readonly rate: number;
  readonly known: KnownValue | undefined;
  readonly start: ExamineOptions['start'];
};

/** Units beyond these are listed without details. */
const maxExamined = 8;
/** Finding who is there may take this share of the time; the rest is for asking them. */
const scanShare = 0.5;
/** Of one unit: what is readable, its models, gap, bursts and halving. */
const readsPerUnit = 180;

const usage: LocalText = {
  en:
    'modbus HOST[:PORT] | SERIAL PORT | rtu+tcp://HOST:PORT [--units FIRST-LAST] [--at TABLE:ADDRESS] ' +
    '[--known TYPE@TABLE:ADDRESS=VALUE] [--timeout-ms N] [--rate N] ' +
    '[--baud N] [--parity none|even|odd] [--stop-bits N] [--data-bits N]',
  zh:
    'modbus 主机[:端口] | 串口 | rtu+tcp://主机:端口 [--units 起始-结束] [--at 数据区:地址] ' +
    '[--known 类型@数据区:地址=数值] [--timeout-ms N] [--rate N] ' +
    '[--baud N] [--parity none|even|odd] [--stop-bits N] [--data-bits N]',
};

/**
 * The bus doctor: who answers, and what each of them bears. Reads only, says beforehand what it will send, keeps to a rate
 * and to its time, and gives the entry of a site file.
 *
 * @throws GatewayError CONFIG_INVALID for what cannot be understood, CONNECTION_FAILED when nobody listens.
 */
export const modbusProbe: Probe = {
  usage: [usage],
  run: async (options) => {
    const settings = settingsOf(options);
    if (!(await options.confirm(announce(settings, options.budgetMs)))) {
      const line = { en: 'Nothing was sent.', zh: '未发送任何内容。' };
      return { lines: [line], data: { unitIds: [], units: [] } };
    }
    return examineBus(settings, options);
  },
};

const settingsOf = ({ target, arguments: given }: ProbeOptions): Settings => {
  const names = ['units', 'at', 'known', 'timeout-ms', 'rate', ...serialOptions];
  const values = probeValues(given, names, usage);
  const transport = targetTransport(target, values);
  try {
    const { units = '1-32', known, at } = values;
    const [firstUnit, lastUnit] = /^(\d+)(?:-(\d+))?$/.exec(units)?.slice(1) ?? [];
    const first = bounded(firstUnit, { name: '--units', lowest: 0, highest: 255 });
    return {
      transport,
      firstUnit: first,
      lastUnit: bounded(lastUnit ?? firstUnit, { name: '--units', lowest: first, highest: 255 }),
      timeoutMs: bounded(values['timeout-ms'] ?? '300', {
        name: '--timeout-ms',
        lowest: 10,
        highest: 60_000,
      }),
      rate: bounded(values['rate'] ?? '20', { name: '--rate', lowest: 1, highest: 1000 }),
      known: known === undefined ? undefined : parseKnown(known),
      start: at === undefined ? undefined : parseStart(at),
    };
  } catch (error) {
    throw wrongUsage(usage, error);
  }
};

const parseStart = (text: string): NonNullable<Settings['start']> => {
  const [, table, address] = /^(holding|input):(\d+)$/.exec(text) ?? [];
  if (table === 'holding' || table === 'input') {
    const bounds = { name: '--at', lowest: 0, highest: 65_535 };
    return { table, address: bounded(address, bounds) };
  }
  throw new RangeError(`--at: found ${text}, expected holding:ADDRESS or input:ADDRESS`);
};

const announce = (settings: Settings, budgetMs: number): readonly LocalText[] => {
  const { transport, firstUnit, lastUnit, timeoutMs, rate } = settings;
  const place = placeOf(transport);
  const units = firstUnit === lastUnit ? `${firstUnit}` : `${firstUnit}-${lastUnit}`;
  const seconds = Math.round(budgetMs / 1000);
  const lines = [
    {
      en: `To ${place}, reads only (functions 03 and 04), at most ${rate} a second, for at most ${seconds} s:`,
      zh: `将向 ${place} 发送只读请求（功能码 03、04），每秒最多 ${rate} 次，最长 ${seconds} 秒：`,
    },
    {
      en: `- one register of each unit id ${units}, waiting ${timeoutMs} ms for an answer`,
      zh: `- 单元号 ${units} 各读取一个寄存器，等待应答 ${timeoutMs} ms`,
    },
    {
      en: `- of each of the first ${maxExamined} that answer, up to ${readsPerUnit} reads of up to 125 registers`,
      zh: `- 对最先应答的 ${maxExamined} 个单元，各最多 ${readsPerUnit} 次读取，每次最多 125 个寄存器`,
    },
  ];
  if (transport.type === 'tcp') {
    lines.push({
      en: `- among them bursts of up to ${mostInFlight} reads at once: not where a plant depends on the line behind`,
      zh: `- 其中包括最多 ${mostInFlight} 个并发读取：若后端线路承担生产控制，请勿使用`,
    });
  }
  return lines;
};

const examineBus = async (settings: Settings, options: ProbeOptions): Promise<ProbeReport> => {
  const { transport, firstUnit, lastUnit, timeoutMs, rate, known, start } = settings;
  const { signal } = options;
  const asker = new Asker({ transport, signal, timeoutMs, rate });
  const wanted = lastUnit - firstUnit + 1;
  try {
    await asker.connect();
    const { unitIds, asked } = await findUnits(asker, settings, options);
    const units: ExaminedUnit[] = [];
    for (const unitId of unitIds.slice(0, maxExamined)) {
      if (signal.aborted) break;
      options.progress({ en: `asking unit ${unitId}`, zh: `正在询问单元 ${unitId}` });
      const isSerial = transport.type !== 'tcp';
      units.push(await examineUnit(unitId, { asker, signal, isSerial, known, start }));
    }
    const place = placeOf(transport);
    const lines = doctorLines({ place, asked, wanted, unitIds, units, requests: asker.count });
    const data = { unitIds, units, asked, requests: asker.count };
    return units.length === 0
      ? { lines, data }
      : { lines, data, document: siteSection(transport, units) };
  } finally {
    await asker.close();
  }
};

/** Every unit that answers, be it with an exception. One after the other: behind a gateway there is a single line. */
const findUnits = async (
  asker: Asker,
  { firstUnit, lastUnit }: Settings,
  { signal, budgetMs, progress }: ProbeOptions,
): Promise<{ readonly unitIds: readonly number[]; readonly asked: number }> => {
  const endMs = performance.now() + budgetMs * scanShare;
  const unitIds: number[] = [];
  let asked = 0;
  for (let unitId = firstUnit; unitId <= lastUnit; unitId += 1) {
    if (signal.aborted || performance.now() > endMs) break;
    const answer = await asker.read({ unitId, functionCode: 3, address: 0, quantity: 1 });
    asked += 1;
    if (!isPresent(answer)) continue;
    unitIds.push(unitId);
    progress({ en: `unit ${unitId} answers`, zh: `单元 ${unitId} 有应答` });
  }
  return { unitIds, asked };
};

const isPresent = (answer: Answer): boolean =>
  !(answer instanceof GatewayError) ||
  (answer.code === 'DEVICE_EXCEPTION' && !isUnanswered(answer));
