// Goal: the simulated meters speak as the standard has it, apart from the reader. Method: published frames, and a view whose
// time the test moves.
import { describe, expect, it } from 'vitest';
import { FaultError, FaultTable } from '../../../../simulators/faults/fault-table.ts';
import { QuarterDemand } from '../../../../simulators/park/quarter-demand.ts';
import { answerFrame, bcd, takeRequests } from '../../../../simulators/wire/dlt645-frames.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();

describe('the frames of the simulated meters', () => {
  it('are those of a published log', () => {
    const data = Buffer.concat([Buffer.from('00010102', 'hex'), bcd(1001, 2)]);
    expect(hex(answerFrame({ address: '000000000161', control: 0x91, data }))).toBe(
      '686101000000006891063334343534431016',
    );
  });

  it('bear numbers low byte first, with their sign in the highest bit', () => {
    expect(hex(bcd(123_456, 4))).toBe('56341200');
    expect(hex(bcd(-15_000, 3))).toBe('005081');
    // A register of eight digits goes on from 0.
    expect(hex(bcd(100_000_001, 4))).toBe('01000000');
  });

  it('are found behind wake-up bytes and what is no request, and wait for what is missing', () => {
    const request = Buffer.from('68665544332211681104333334331716', 'hex');
    const wrong = Buffer.from(request);
    wrong[14] = 0;
    const bytes = Buffer.concat([
      Buffer.from('FEFE', 'hex'),
      wrong,
      request,
      request.subarray(0, 9),
    ]);
    const { requests, rest } = takeRequests(bytes);
    expect(requests).toEqual([
      { address: '112233445566', control: 0x11, data: Buffer.from('00000100', 'hex') },
    ]);
    expect(rest).toEqual(request.subarray(0, 9));
  });
});

describe('the maximum demand', () => {
  it('is the largest mean of a quarter of an hour, and the end of that quarter', () => {
    const view = { nowMs: 0 };
    let wh = 0;
    const demand = new QuarterDemand(() => wh, view);
    const minute = 60_000;
    const quarters = [1000, 3000, 2000].map((watts) => ({ watts, wh: watts / 4 }));
    demand.observe();
    for (const [index, quarter] of quarters.entries()) {
      // Between the edges nothing is looked at.
      view.nowMs = (15 * index + 7) * minute;
      demand.observe();
      wh += quarter.wh;
      view.nowMs = 15 * (index + 1) * minute;
      demand.observe();
    }
    expect([demand.maximumW, demand.atMs]).toEqual([3000, 30 * minute]);
  });

  it('does not know the quarter in which it began', () => {
    const view = { nowMs: 60_000 };
    const demand = new QuarterDemand(() => view.nowMs, view);
    demand.observe();
    view.nowMs = 800_000;
    demand.observe();
    expect([demand.maximumW, demand.atMs]).toEqual([0, undefined]);
  });
});

describe('a fault at a meter', () => {
  const addresses = new Set(['000000000001', '000000000021']);
  const table = () => new FaultTable([{ name: 'park.revenue', protocol: 'dlt645', addresses }], 0);

  it('concerns the meter that it names, or all', () => {
    const faults = table();
    faults.add({ device: 'park.revenue/000000000021', kind: 'silent' });
    faults.add({ device: 'park.revenue', kind: 'duplicate' });
    const kindsOn = (address: string) =>
      faults.dlt645FaultsOn('park.revenue', address).map(({ kind }) => kind);
    expect(kindsOn('000000000021')).toEqual(['silent', 'duplicate']);
    expect(kindsOn('000000000001')).toEqual(['duplicate']);
  });

  it('is refused for a meter that is not there', () => {
    const unknown = { device: 'park.revenue/000000000099', kind: 'silent' };
    expect(() => table().add(unknown)).toThrow(FaultError);
    expect(() => table().add(unknown)).toThrow('no meter 000000000099');
  });
});
