import { answerOf, startMeterLine } from '../support/dlt645-line.ts';
import { meterEntry, meterSource } from '../support/dlt645-source.ts';
import { type SourcePeer, sourceContract } from './source-contract.ts';

const lostAddress = '000000000002';

/** Two meters on a line that show one value; the second can fall silent. */
const startPeer = async (): Promise<SourcePeer> => {
  let value = 1;
  let isLost = false;
  const line = await startMeterLine((request) => {
    if (isLost && request.address === lostAddress) return;
    const bytes = request.identifier === '00010000' ? 4 : 3;
    const digits = String(value)
      .padStart(2, '0')
      .padEnd(bytes * 2, '0');
    request.socket.write(answerOf(request, digits));
  });
  return {
    port: line.port,
    createSource: (port) =>
      meterSource(
        meterEntry(
          port,
          [
            { address: '000000000001', equipment: 'first' },
            { address: lostAddress, equipment: 'second' },
          ],
          { transport: { connectTimeoutMs: 3000 } },
        ),
      ),
    change: async () => {
      value += 1;
    },
    member: {
      equipment: 'second',
      lose: async () => {
        isLost = true;
      },
      restore: async () => {
        isLost = false;
      },
    },
    stop: () => line.close(),
  };
};

sourceContract('DL/T 645 over TCP', { failsWithinMs: 10_000, startPeer });
