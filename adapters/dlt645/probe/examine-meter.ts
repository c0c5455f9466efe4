import { GatewayError, toGatewayError } from '../../../gateway/core/error.ts';
import type { LocalText } from '../../../gateway/core/point.ts';
import { readDigits } from '../field-format.ts';
import type { MeterLine } from '../meter-line.ts';
import type { MeterQuestion } from '../read-error.ts';

/** Asks one question a turn, and gives errors back instead of throwing them. */
export class LineAsker {
  readonly #line: MeterLine;
  readonly #timeoutMs: number;
  #count = 0;

  constructor(line: MeterLine, timeoutMs: number) {
    this.#line = line;
    this.#timeoutMs = timeoutMs;
  }

  /** Questions so far. */
  get count(): number {
    return this.#count;
  }

  async ask(question: Omit<MeterQuestion, 'timeoutMs'>): Promise<Buffer | GatewayError> {
    this.#count += 1;
    const fallback = { code: 'CONNECTION_LOST', retryable: true, message: 'probe' } as const;
    let answer: Buffer | GatewayError | undefined;
    try {
      await this.#line.turn(async (ask) => {
        answer = await ask({ ...question, timeoutMs: this.#timeoutMs }).catch((error: unknown) =>
          toGatewayError(error, fallback),
        );
      });
    } catch (error) {
      return toGatewayError(error, fallback);
    }
    return answer ?? new GatewayError('CONNECTION_LOST', 'probe', { retryable: true });
  }
}

export type FoundMeter = {
  readonly address: string;
  /** Forward active energy as the meter shows it, kWh; undefined where it gives none. */
  readonly energyKwh: number | undefined;
  /** Whether a phase B has a voltage. */
  readonly isThreePhase: boolean;
  /** Tariffs behind the total; undefined where the block is refused. */
  readonly tariffs: number | undefined;
  /** As the meter has been told; undefined where it does not say. */
  readonly currentRatio: number | undefined;
  readonly voltageRatio: number | undefined;
};

const energyBytes = 4;

export const examineMeter = async (asker: LineAsker, address: string): Promise<FoundMeter> => {
  const digits = async (identifier: string): Promise<number | undefined> => {
    const answer = await asker.ask({ address, identifier });
    if (answer instanceof GatewayError || answer.length === 0) return undefined;
    const read = readDigits(answer, false);
    return 'digits' in read ? read.digits : undefined;
  };
  const energy = await digits('00010000');
  const block = await asker.ask({ address, identifier: '0001FF00' });
  const phaseB = await digits('02010200');
  return {
    address,
    energyKwh: energy === undefined ? undefined : energy / 100,
    isThreePhase: phaseB !== undefined && phaseB > 0,
    tariffs: block instanceof GatewayError ? undefined : Math.floor(block.length / energyBytes) - 1,
    currentRatio: ratioOf(await digits('04000306')),
    voltageRatio: ratioOf(await digits('04000307')),
  };
};

/** 0 is what a meter shows that was never told. */
const ratioOf = (digits: number | undefined): number | undefined =>
  digits === undefined || digits === 0 ? undefined : digits;

/** What was found, in a line for people. */
export const meterLine = (meter: FoundMeter): LocalText => {
  const { address, energyKwh, isThreePhase, tariffs, currentRatio, voltageRatio } = meter;
  const kwh = energyKwh === undefined ? undefined : energyKwh.toFixed(2);
  const ratios = [currentRatio, voltageRatio].map((ratio) => ratio ?? '?').join(' / ');
  return {
    en:
      `meter ${address}: ${kwh ?? 'no'} kWh, ${isThreePhase ? 'three phases' : 'one phase'}, ` +
      `${tariffs ?? 'no'} tariffs, current / voltage ratio ${ratios}`,
    zh:
      `电表 ${address}：${kwh ?? '无'} kWh，${isThreePhase ? '三相' : '单相'}，` +
      `${tariffs ?? '无'} 个费率，电流/电压互感器变比 ${ratios}`,
  };
};
