import {
  type DeviceRequest,
  exceptionAnswer,
  registersAnswer,
  type ScriptedDevice,
  startDevice,
} from './modbus-device.ts';

export type Limits = {
  readonly units: readonly number[];
  /** More are refused by exception 3. */
  readonly maxRegisters?: number;
  /** Deaf for so long after each answer. */
  readonly gapMs?: number;
  /** More reads than these at once are lost. */
  readonly inFlight?: number;
  /** Registers from 0 on; what lies behind is refused by exception 2. */
  readonly registers?: readonly number[];
};

const answerAfterMs = 4;

/** A device as small ones are: with all the limits that they have, over a real socket. */
export const startLimitedDevice = (limits: Limits): Promise<ScriptedDevice> => {
  const { units, maxRegisters = 125, gapMs = 0, inFlight = 64, registers } = limits;
  let pending = 0;
  let lastAnswerMs = Number.NEGATIVE_INFINITY;
  const answerOf = (request: DeviceRequest): Buffer => {
    const { address, quantity } = request;
    if (quantity > maxRegisters) return exceptionAnswer(request, 3);
    const size = registers?.length ?? 1000;
    if (address + quantity > size) return exceptionAnswer(request, 2);
    const values = Array.from(
      { length: quantity },
      (_, index) => registers?.[address + index] ?? 7,
    );
    return registersAnswer(request, values);
  };
  return startDevice((request) => {
    if (!units.includes(request.unitId)) return;
    const isTooSoon = performance.now() - lastAnswerMs < gapMs;
    if (isTooSoon || pending >= inFlight) return;
    pending += 1;
    setTimeout(() => {
      pending -= 1;
      lastAnswerMs = performance.now();
      request.socket.write(answerOf(request));
    }, answerAfterMs);
  });
};
