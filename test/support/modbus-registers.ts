import {
  type DeviceRequest,
  exceptionAnswer,
  frame,
  registersAnswer,
  type ScriptedDevice,
  startDevice,
} from './modbus-device.ts';

/** Registers of each unit, by address; a read of a register that is not there is answered by exception 2. */
export type RegisterDevice = ScriptedDevice & {
  /** Holding and input registers alike, of unit 1 unless told. */
  set(address: number, registers: readonly number[], unitId?: number): void;
  /** What to do with requests of a unit instead of answering them; undefined answers again. */
  misbehave(unitId: number, script: ((request: DeviceRequest) => void) | undefined): void;
  /** Called for each request before it is answered. */
  onRequest: (request: DeviceRequest) => void;
};

/** A device that answers from a table of registers over a real socket. */
export const startRegisterDevice = async (): Promise<RegisterDevice> => {
  const units = new Map<number, Map<number, number>>();
  const scripts = new Map<number, (request: DeviceRequest) => void>();
  const answer = (request: DeviceRequest): void => {
    device.onRequest(request);
    const script = scripts.get(request.unitId);
    if (script === undefined) request.socket.write(answerOf(units, request));
    else script(request);
  };
  const scripted = await startDevice(answer);
  const device: RegisterDevice = {
    ...scripted,
    onRequest: () => undefined,
    set: (address, registers, unitId = 1) => {
      const unit = units.get(unitId) ?? new Map<number, number>();
      units.set(unitId, unit);
      for (const [index, register] of registers.entries()) unit.set(address + index, register);
    },
    misbehave: (unitId, script) => {
      if (script === undefined) scripts.delete(unitId);
      else scripts.set(unitId, script);
    },
  };
  return device;
};

const answerOf = (
  units: ReadonlyMap<number, ReadonlyMap<number, number>>,
  request: DeviceRequest,
): Buffer => {
  const registers = Array.from({ length: request.quantity }, (_, index) =>
    units.get(request.unitId)?.get(request.address + index),
  );
  if (registers.includes(undefined)) return exceptionAnswer(request, 2);
  const values = registers.map((register) => register ?? 0);
  if (request.functionCode > 2) return registersAnswer(request, values);
  const bytes = new Array<number>((values.length + 7) >> 3).fill(0);
  for (const [index, value] of values.entries()) {
    if (value !== 0) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return frame({ ...request, pdu: [request.functionCode, bytes.length, ...bytes] });
};
