import { GatewayError } from '../../gateway/core/error.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import { type StatusCode, statusCodes } from '../../gateway/core/quality.ts';

/** A read as it is asked. */
export type MeterQuestion = {
  /** 12 decimal digits, or `anyAddress` of `frame.ts` on a line with one meter. */
  readonly address: string;
  /** Data identifier; without one the meter is asked for its address. */
  readonly identifier?: string;
  /** Of each frame: from sending to the whole answer, in real time. */
  readonly timeoutMs: number;
};

export const describeQuestion = ({ address, identifier }: MeterQuestion): LocalText =>
  identifier === undefined
    ? { en: `meter ${address}, its address`, zh: `电表 ${address}，通信地址` }
    : {
        en: `meter ${address}, identifier ${identifier}`,
        zh: `电表 ${address}，数据标识 ${identifier}`,
      };

/** Bits of the error word, DL/T 645-2007 annex B. */
const errorBits: readonly (LocalText & { readonly bit: number })[] = [
  { bit: 0x01, en: 'other error', zh: '其他错误' },
  { bit: 0x02, en: 'no such data', zh: '无请求数据' },
  { bit: 0x04, en: 'wrong password or not authorised', zh: '密码错或未授权' },
  { bit: 0x08, en: 'baud rate cannot be changed', zh: '通信速率不能更改' },
  { bit: 0x10, en: 'too many time zones of the year', zh: '年时区数超' },
  { bit: 0x20, en: 'too many periods of the day', zh: '日时段数超' },
  { bit: 0x40, en: 'too many tariffs', zh: '费率数超' },
];
const noSuchData = 0x02;
const notAuthorised = 0x04;

/** The meter answered that it will not or cannot. */
export class MeterRefusal extends GatewayError {
  readonly errorWord: number;

  constructor(question: MeterQuestion, errorWord: number) {
    const asked = describeQuestion(question);
    const named = errorBits.filter(({ bit }) => (errorWord & bit) !== 0);
    const word = errorWord.toString(16).toUpperCase().padStart(2, '0');
    const why = (language: 'en' | 'zh', unknown: string, comma: string): string =>
      named.map((one) => one[language]).join(comma) || unknown;
    super(
      'DEVICE_EXCEPTION',
      {
        en: `${asked.en}: refused with error word ${word}H (${why('en', 'unknown', ', ')})`,
        zh: `${asked.zh}：被拒绝，错误信息字 ${word}H（${why('zh', '未知', '、')}）`,
      },
      // What a meter does not have or does not give, it will not give when asked again.
      { retryable: (errorWord & (noSuchData | notAuthorised)) === 0 },
    );
    this.errorWord = errorWord;
  }
}

/** Something came, but it is no answer to what was asked. The line stands, as noise passes. */
export class GarbledAnswer extends GatewayError {
  constructor(question: MeterQuestion, what: LocalText) {
    const asked = describeQuestion(question);
    super(
      'PROTOCOL',
      { en: `${asked.en}: ${what.en}`, zh: `${asked.zh}：${what.zh}` },
      { retryable: true },
    );
  }
}

export const timeoutError = (question: MeterQuestion): GatewayError => {
  const { en, zh } = describeQuestion(question);
  const { timeoutMs } = question;
  return new GatewayError(
    'TIMEOUT',
    { en: `${en}: no answer in ${timeoutMs} ms`, zh: `${zh}：${timeoutMs} ms 内无应答` },
    { retryable: true },
  );
};

/** The quality of points whose read failed. */
export const statusOfError = (error: GatewayError): StatusCode => {
  if (error instanceof MeterRefusal) {
    return error.retryable ? statusCodes.badDeviceFailure : statusCodes.badNotSupported;
  }
  return error.code === 'TIMEOUT' ? statusCodes.badTimeout : statusCodes.badCommunicationError;
};

/** Whether the meter did not answer in time, or not with anything that can be read. */
export const isUnanswered = (error: GatewayError): boolean =>
  error.code === 'TIMEOUT' || error instanceof GarbledAnswer;

/** Whether the error is about the line rather than about one read. */
export const isLineGone = (error: GatewayError): boolean =>
  !(error instanceof MeterRefusal) && !isUnanswered(error) && error.code !== 'BUFFER_OVERFLOW';
