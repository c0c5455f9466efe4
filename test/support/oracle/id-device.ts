import { type DeviceRequest, registersAnswer, startDevice } from '../modbus-device.ts';

/** Two registers of a 32-bit number, high word first. */
const registersOf = (value: number): readonly number[] => [(value >>> 16) & 0xffff, value & 0xffff];

/** Follows from the id alone, so that a payload that was mixed up or invented shows. */
export const checkOf = (id: number): number => Math.imul(id, 0x9e3779b1) >>> 0;

/** An answer that has left the device, in the order in which they left. */
export type Served = { readonly id: number; readonly atMs: number };

/** A meter that never shows the same twice: each answer carries a number of its own. */
export type IdDevice = {
  readonly name: string;
  readonly port: number;
  readonly served: readonly Served[];
  /** How often its connections were dropped by it. */
  drops(): number;
  /** Breaks every connection. */
  drop(): void;
  /** Takes requests and answers none of them until told otherwise. */
  mute(isMute: boolean): void;
  close(): Promise<void>;
};

export const startIdDevice = async (name: string): Promise<IdDevice> => {
  const served: Served[] = [];
  let isMute = false;
  let drops = 0;
  const device = await startDevice((request: DeviceRequest) => {
    if (isMute) return;
    const id = served.length + 1;
    served.push({ id, atMs: Date.now() });
    request.socket.write(
      registersAnswer(request, [...registersOf(id), ...registersOf(checkOf(id))]),
    );
  });
  return {
    name,
    port: device.port,
    served,
    drops: () => drops,
    drop: () => {
      drops += 1;
      for (const socket of device.connections) socket.destroy();
    },
    mute: (value) => {
      isMute = value;
    },
    close: () => device.close(),
  };
};

/** The profile that reads it. */
export const idProfile = `
profile: oracle-meter
version: 1
title: { en: Meter of the oracle, zh: 验证用电表 }
testedOn: simulator
blocks:
  - name: signals
    class: oracle_meter
    table: holding
    periodMs: 20
    atomic: true
    instances: [{ address: 0 }]
    points:
      - { point: id, address: 0, type: u32, unit: '1', description: { en: Number, zh: 编号 } }
      - { point: check, address: 2, type: u32, unit: '1', description: { en: Check, zh: 校验 } }
`;
