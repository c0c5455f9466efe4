import { expect, onTestFinished } from 'vitest';
import { GatewayError } from '../../gateway/core/error.ts';
import { openTcp } from './modbus-client.ts';
import { type DeviceRequest, type ScriptedDevice, startDevice } from './modbus-device.ts';

/** A device that does what the script says, gone after the test. */
export const scriptedDevice = async (
  script: (request: DeviceRequest) => void,
): Promise<ScriptedDevice> => {
  const started = await startDevice(script);
  onTestFinished(() => started.close());
  return started;
};

/** A connection to it, closed after the test, before the device. */
export const openConnection = async (
  port: number,
  options: Parameters<typeof openTcp>[1] = {},
): ReturnType<typeof openTcp> => {
  const opened = await openTcp(port, options);
  onTestFinished(() => opened.transport.close());
  return opened;
};

/** What a promise fails with, which must be an error of the gateway. */
export const failureOf = async (promise: Promise<unknown>): Promise<GatewayError> => {
  const error = await promise.then(
    (value) => new Error(`expected a failure, got ${String(value)}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(GatewayError);
  return error as GatewayError;
};
