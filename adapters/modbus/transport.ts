import { GatewayError } from '../../gateway/core/error.ts';
import type { LocalText } from '../../gateway/core/point.ts';

/**
 * The four reads (MODBUS Application Protocol V1.1b3 §6.1-§6.4): coils, discrete inputs, holding and input registers.
 * There are no others in this adapter, so nothing in it can write to a device.
 */
export type ReadFunction = 1 | 2 | 3 | 4;

/** Made once, sent again and again. */
export type ReadRequest = {
  /** 0 to 255; 0 and 255 are what a device without units behind it may want (Messaging on TCP/IP V1.0b §4.4.2.2). */
  readonly unitId: number;
  readonly functionCode: ReadFunction;
  /** Zero-based protocol address. */
  readonly address: number;
  /** 1 to 125 registers or 1 to 2000 bits. */
  readonly quantity: number;
  /** From sending to the whole answer, in real time. */
  readonly timeoutMs: number;
};

/** Told once for each read how it ended. */
export interface ReadReceiver {
  /** The data of the answer, registers or packed bits, lies in `buffer` from `offset`; it is valid only during the call. */
  answered(buffer: Buffer, offset: number): void;
  failed(error: GatewayError): void;
}

/** One connection to devices: accepts any number of reads within its bound, in order, and never writes. */
export interface Transport {
  /** Sends now or when those before it have been answered; the receiver is told exactly once, never during this call. */
  read(request: ReadRequest, receiver: ReadReceiver): void;
  /** Ends the connection; every read still waiting fails at once. May be called twice. */
  close(reason?: GatewayError): void;
  /** Resolves with the reason when the connection has ended, by `close` or by itself. */
  readonly closed: Promise<GatewayError>;
}

/** What a transport counts: `requests`, `timeouts`, `exceptions`, `late_answers`, `duplicate_answers`; serial
 * lines also `garbled_answers` and `noise_bytes`. */
export type TransportCount = (name: string, delta: number) => void;

/** Bytes of data in the answer to a read. */
export const dataBytes = (functionCode: ReadFunction, quantity: number): number =>
  functionCode <= 2 ? (quantity + 7) >> 3 : quantity * 2;

/** Modbus Application Protocol V1.1b3 §7. */
const exceptionNames: Readonly<Record<number, LocalText>> = {
  1: { en: 'illegal function', zh: '非法功能码' },
  2: { en: 'illegal data address', zh: '非法数据地址' },
  3: { en: 'illegal data value', zh: '非法数据值' },
  4: { en: 'server device failure', zh: '从站设备故障' },
  5: { en: 'acknowledge', zh: '已受理' },
  6: { en: 'server device busy', zh: '从站设备忙' },
  8: { en: 'memory parity error', zh: '存储器奇偶校验错误' },
  10: { en: 'gateway path unavailable', zh: '网关路径不可用' },
  11: { en: 'gateway target device failed to respond', zh: '网关目标设备无应答' },
};
const unknownException = { en: 'unknown', zh: '未知' };

/** Codes that say the question is wrong: asking again gives the same answer. */
const lastingExceptions: ReadonlySet<number> = new Set([1, 2, 3]);

/** The device answered that it will not or cannot. */
export class ModbusException extends GatewayError {
  readonly exceptionCode: number;

  constructor(request: ReadRequest, exceptionCode: number) {
    const name = exceptionNames[exceptionCode] ?? unknownException;
    super(
      'DEVICE_EXCEPTION',
      {
        en: `${describeRead(request)}: exception ${exceptionCode} (${name.en})`,
        zh: `${readInChinese(request)}：异常码 ${exceptionCode}（${name.zh}）`,
      },
      { retryable: !lastingExceptions.has(exceptionCode) },
    );
    this.exceptionCode = exceptionCode;
  }
}

/** On a serial line: something came, but it is no answer to what was asked. The line stands, as noise passes. */
export class GarbledAnswer extends GatewayError {
  constructor(message: LocalText, cause: unknown) {
    super('PROTOCOL', message, { retryable: true, cause });
  }
}

export const describeRead = (request: ReadRequest): string =>
  `unit ${request.unitId}, function ${request.functionCode}, ` +
  `addresses ${request.address}-${request.address + request.quantity - 1}`;

export const readInChinese = (request: ReadRequest): string =>
  `单元 ${request.unitId}，功能码 ${request.functionCode}，` +
  `地址 ${request.address}-${request.address + request.quantity - 1}`;

export const timeoutError = (request: ReadRequest): GatewayError =>
  new GatewayError(
    'TIMEOUT',
    {
      en: `${describeRead(request)}: no answer in ${request.timeoutMs} ms`,
      zh: `${readInChinese(request)}：${request.timeoutMs} ms 内无应答`,
    },
    { retryable: true },
  );
