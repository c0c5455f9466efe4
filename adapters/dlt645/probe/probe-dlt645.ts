import type { Probe, ProbeOptions, ProbeReport } from '../../../gateway/core/adapter.ts';
import { GatewayError, toGatewayError } from '../../../gateway/core/error.ts';
import { explainError } from '../../../gateway/core/error-text.ts';
import type { LocalText } from '../../../gateway/core/point.ts';
import { bounded, probeValues, wrongUsage } from '../../shared/probe-options.ts';
import { openMeterLine } from '../connect.ts';
import { addressSchema, type TransportConfig, transportSchema } from '../dlt645-config.ts';
import { anyAddress } from '../frame.ts';
import { isUnanswered } from '../read-error.ts';
import { examineMeter, type FoundMeter, LineAsker, meterLine } from './examine-meter.ts';
import { meterSection } from './meter-section.ts';

type Settings = {
  readonly transport: TransportConfig;
  /** None: whoever is there is asked for its address. */
  readonly addresses: readonly string[];
  readonly timeoutMs: number;
};

const mostAddresses = 256;
/** Of one meter: what it has and how it is connected. */
const readsPerMeter = 5;

const usage: LocalText = {
  en:
    'dlt645 SERIAL PORT | HOST:PORT [--addresses FIRST-LAST] [--timeout-ms N] ' +
    '[--baud N] [--parity none|even|odd] [--stop-bits N] [--data-bits N]',
  zh:
    'dlt645 串口 | 主机:端口 [--addresses 起始-结束] [--timeout-ms N] ' +
    '[--baud N] [--parity none|even|odd] [--stop-bits N] [--data-bits N]',
};

/**
 * Finds DL/T 645-2007 meters: the only one on a line by asking whoever is there, or those of a range of addresses. Reads
 * only, says beforehand what it will send, and gives the entry of a site file.
 *
 * @throws GatewayError CONFIG_INVALID for what cannot be understood, CONNECTION_FAILED when there is no such line.
 */
export const dlt645Probe: Probe = {
  usage: [usage],
  run: async (options) => {
    const settings = settingsOf(options);
    if (!(await options.confirm(announce(settings, options.budgetMs)))) {
      const line = { en: 'Nothing was sent.', zh: '未发送任何内容。' };
      return { lines: [line], data: { meters: [] } };
    }
    return examineLine(settings, options);
  },
};

const settingsOf = ({ target, arguments: given }: ProbeOptions): Settings => {
  const names = ['addresses', 'timeout-ms', 'baud', 'parity', 'stop-bits', 'data-bits'];
  const values = probeValues(given, names, usage);
  try {
    const bounds = { name: '--timeout-ms', lowest: 10, highest: 60_000 };
    return {
      transport: transportSchema.parse(transportOf(target, values)),
      addresses: addressesOf(values['addresses']),
      timeoutMs: bounded(values['timeout-ms'] ?? '1500', bounds),
    };
  } catch (error) {
    throw wrongUsage(usage, error);
  }
};

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

const transportOf = (
  target: string,
  values: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> => {
  const baudRate = numberOf(values['baud']);
  if (/^(?:\/|COM\d)/.test(target)) {
    return {
      ...{ type: 'serial', path: target, baudRate, parity: values['parity'] },
      ...{ stopBits: numberOf(values['stop-bits']), dataBits: numberOf(values['data-bits']) },
    };
  }
  const { hostname, port } = new URL(`tcp://${target.replace(/^tcp:\/\//i, '')}`);
  return { type: 'tcp', host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), baudRate };
};

/** @throws RangeError */
const addressesOf = (text: string | undefined): readonly string[] => {
  if (text === undefined) return [];
  const [first, last = first] = text.split('-');
  const isRange = [first, last].every((address) => addressSchema.safeParse(address).success);
  const count = Number(last) - Number(first) + 1;
  if (!isRange || count < 1 || count > mostAddresses) {
    throw new RangeError(
      `--addresses: found ${text}, expected twelve digits, or FIRST-LAST with at most ${mostAddresses} addresses`,
    );
  }
  return Array.from({ length: count }, (_, index) =>
    String(Number(first) + index).padStart(12, '0'),
  );
};

const placeOf = (transport: TransportConfig): string =>
  transport.type === 'serial' ? transport.path : `${transport.host}:${transport.port}`;

const announce = (settings: Settings, budgetMs: number): readonly LocalText[] => {
  const { transport, addresses, timeoutMs } = settings;
  const [place, seconds] = [placeOf(transport), Math.round(budgetMs / 1000)];
  const { length } = addresses;
  const asked: LocalText =
    length === 0
      ? {
          en: '- whoever is there for its address: only for a line with one meter, since several would answer at once',
          zh: '- 询问在线电表的通信地址：仅适用于只接一块电表的线路，多块电表会同时应答',
        }
      : {
          en: `- one identifier of each of ${length} addresses, waiting ${timeoutMs} ms for an answer`,
          zh: `- 对 ${length} 个地址各读取一个数据标识，等待应答 ${timeoutMs} ms`,
        };
  return [
    {
      en: `To ${place}, reads only (control codes 11H and 13H), one at a time, for at most ${seconds} s:`,
      zh: `将向 ${place} 发送只读请求（控制码 11H、13H），每次一个，最长 ${seconds} 秒：`,
    },
    asked,
    {
      en: `- of each that answers, ${readsPerMeter} more identifiers`,
      zh: `- 对每块应答的电表，再读取 ${readsPerMeter} 个数据标识`,
    },
  ];
};

const examineLine = async (settings: Settings, options: ProbeOptions): Promise<ProbeReport> => {
  const { transport, timeoutMs } = settings;
  const { signal } = options;
  let strays = 0;
  const count = (name: string, delta: number): void => {
    if (name === 'late_answers' || name === 'foreign_answers') strays += delta;
  };
  const line = await openMeterLine(transport, { signal, count });
  const close = (): void => line.close();
  signal.addEventListener('abort', close, { once: true });
  const asker = new LineAsker(line, timeoutMs);
  try {
    const { addresses, trouble } = await findMeters(asker, settings, options);
    const meters: FoundMeter[] = [];
    for (const address of addresses) {
      if (signal.aborted) break;
      options.progress({ en: `asking meter ${address}`, zh: `正在询问电表 ${address}` });
      meters.push(await examineMeter(asker, address));
    }
    const isCrowded = settings.addresses.length === 0 && strays > 0;
    const lines = [...meters.map(meterLine), ...trouble, ...(isCrowded ? [crowded] : [])];
    const data = { meters, requests: asker.count };
    if (meters.length === 0) return { lines: [...lines, nobody], data };
    return { lines, data, document: meterSection(transport, meters) };
  } finally {
    signal.removeEventListener('abort', close);
    line.close();
    await line.closed;
  }
};

const crowded: LocalText = {
  en: 'More than one meter answered: ask for their addresses by --addresses.',
  zh: '有多块电表应答：请用 --addresses 指定地址。',
};
const nobody: LocalText = { en: 'No meter was found.', zh: '未发现电表。' };

const findMeters = async (
  asker: LineAsker,
  { addresses }: Settings,
  { signal, progress }: ProbeOptions,
): Promise<{ readonly addresses: readonly string[]; readonly trouble: readonly LocalText[] }> => {
  if (addresses.length === 0) {
    const answer = await asker.ask({ address: anyAddress });
    if (!(answer instanceof GatewayError)) {
      return { addresses: [answer.toString('hex')], trouble: [] };
    }
    const trouble = explainError(toGatewayError(answer, { ...lost, message: 'probe' }));
    return { addresses: [], trouble: [trouble] };
  }
  const found: string[] = [];
  for (const address of addresses) {
    if (signal.aborted) break;
    const answer = await asker.ask({ address, identifier: '00010000' });
    if (answer instanceof GatewayError && (isUnanswered(answer) || signal.aborted)) continue;
    found.push(address);
    progress({ en: `meter ${address} answers`, zh: `电表 ${address} 有应答` });
  }
  return { addresses: found, trouble: [] };
};

const lost = { code: 'CONNECTION_LOST', retryable: true } as const;
