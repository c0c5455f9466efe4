import { registersAnswer, startDevice } from '../support/modbus-device.ts';
import { createSource, profileOf, tcpEntry } from '../support/modbus-source.ts';
import { type SourcePeer, sourceContract } from './source-contract.ts';

const startPeer = async (): Promise<SourcePeer> => {
  let value = 1;
  const device = await startDevice((request) => {
    const registers = Array.from({ length: request.quantity }, () => value);
    request.socket.write(registersAnswer(request, registers));
  });
  const profile = profileOf([
    { point: 'current', address: 0 },
    { point: 'voltage', address: 1 },
  ]);
  return {
    port: device.port,
    createSource: (port) =>
      createSource(
        tcpEntry(
          port,
          [
            { unitId: 1, equipment: 'first', periodMs: 50 },
            { unitId: 2, equipment: 'second', periodMs: 50 },
          ],
          { transport: { connectTimeoutMs: 3000 } },
        ),
        [profile],
      ),
    change: async () => {
      value += 1;
    },
    stop: () => device.close(),
  };
};

sourceContract('modbus over TCP', { failsWithinMs: 6000, startPeer });
