import { GatewayError } from '../../gateway/core/error.ts';
import { type StatusCode, statusCodes } from '../../gateway/core/quality.ts';
import { GarbledAnswer, ModbusException } from './transport.ts';

/** Where a SunSpec model was found, there is another one now: the device was exchanged, or made anew. */
export class ModelMoved extends GatewayError {
  constructor({ id, address }: { readonly id: number; readonly address: number }) {
    super(
      'PROTOCOL',
      {
        en: `model ${id} no longer stands at ${address}: the models are walked anew`,
        zh: `模型 ${id} 已不在 ${address}：将重新遍历模型`,
      },
      { retryable: true },
    );
  }
}

/** Exceptions by which a gateway says that the unit behind it did not answer (Modbus V1.1b3 §7). */
const gatewayExceptions: ReadonlySet<number> = new Set([10, 11]);

const exceptionStatus: Readonly<Record<number, StatusCode>> = {
  1: statusCodes.badNotSupported,
  2: statusCodes.badConfigurationError,
  3: statusCodes.badConfigurationError,
  4: statusCodes.badDeviceFailure,
  5: statusCodes.badDataUnavailable,
  6: statusCodes.badDataUnavailable,
  8: statusCodes.badDeviceFailure,
  10: statusCodes.badNoCommunication,
  11: statusCodes.badNoCommunication,
};

/** The quality of points whose read failed. */
export const statusOfError = (error: GatewayError): StatusCode => {
  if (error instanceof ModbusException) {
    return exceptionStatus[error.exceptionCode] ?? statusCodes.badCommunicationError;
  }
  if (error instanceof ModelMoved) return statusCodes.badConfigurationError;
  return error.code === 'TIMEOUT' ? statusCodes.badTimeout : statusCodes.badCommunicationError;
};

/** Whether the unit itself did not answer in time, or not with anything that can be read. */
export const isUnanswered = (error: GatewayError): boolean =>
  error instanceof ModbusException
    ? gatewayExceptions.has(error.exceptionCode)
    : error.code === 'TIMEOUT' || error instanceof GarbledAnswer;

/** Whether the error is about the connection rather than about one read. */
export const isConnectionGone = (error: GatewayError): boolean =>
  !(error instanceof ModbusException) &&
  !(error instanceof GarbledAnswer) &&
  !(error instanceof ModelMoved) &&
  error.code !== 'TIMEOUT' &&
  error.code !== 'BUFFER_OVERFLOW';
