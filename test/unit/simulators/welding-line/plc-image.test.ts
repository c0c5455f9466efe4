import { describe, expect, it } from 'vitest';
import { WeldingLine } from '../../../../simulators/welding-line/model.ts';
import { PlcImage } from '../../../../simulators/welding-line/plc-image.ts';

const startMs = Date.parse('2023-06-21T00:00:00.700Z');

const createWelding = (): { line: WeldingLine; image: PlcImage } => {
  const line = new WeldingLine({ seed: 7, startMs, panelLengthMm: 18_000 });
  const image = new PlcImage(line);
  line.advanceTo(startMs + 20_000);
  image.update();
  return { line, image };
};

const registers = (image: PlcImage, address: number, quantity: number): Buffer => {
  const bytes = image.holding.read(address, quantity);
  if (bytes === undefined) throw new Error(`no registers at ${address}`);
  return bytes;
};

describe('register image of the PLC', () => {
  it('has the header at 0 to 99', () => {
    const { line, image } = createWelding();
    const header = registers(image, 0, 100);
    const seconds = Math.floor((startMs + 20_000) / 1000);
    expect(header.readUInt16BE(0)).toBe(1);
    expect(header.readUInt16BE(2)).toBe(seconds & 0xffff);
    expect(header.subarray(4, 8).toString('hex')).toBe('43668000');
    expect(header.readUInt32BE(8)).toBe(seconds);
    expect(header.readUInt16BE(12)).toBe(700);
    expect(header.readUInt16BE(14)).toBe(4);
    expect(header.readUInt16BE(16)).toBe(1);
    expect(header.subarray(18, 26).equals(Buffer.alloc(8))).toBe(true);
    expect(header.toString('latin1', 26, 58)).toBe('MPM01-20230621-001'.padEnd(32, '\0'));
    expect(header.readFloatBE(58)).toBeCloseTo(line.line.positionMm, 4);
    expect(header.readFloatBE(62)).toBeCloseTo(line.line.travelSpeedMPerMin, 6);
    expect(header.readFloatBE(66)).toBeCloseTo(0.8, 6);
    expect(header.readFloatBE(70)).toBeCloseTo(line.line.ambientCelsius, 4);
    expect(header.readFloatBE(74)).toBeCloseTo(line.line.linePowerKw, 4);
    expect(Number(header.readBigUInt64BE(78))).toBe(Math.floor(line.line.energyWh));
    expect(header.readUInt16BE(86)).toBe(200);
  });

  it('has the details of the line at 44 to 96, and nothing behind them', () => {
    const { line, image } = createWelding();
    const header = registers(image, 0, 100);
    const { line: shown } = line;
    expect(header.readUInt16BE(88)).toBe(135);
    expect(header.readUInt16BE(90)).toBe(1);
    for (const [address, value] of [
      [46, 18_000],
      [48, shown.fumeFlowM3PerHour],
      [50, shown.fumeFilterPa],
      [52, shown.airBar],
      [54, shown.coolantLPerMin],
      [60, shown.wireKg],
      [62, shown.gasM3],
      [64, 0],
      [70, shown.shrinkageMm],
    ] as const) {
      expect(header.readFloatBE(2 * address), String(address)).toBe(Math.fround(value));
    }
    expect(shown.wireKg).toBeGreaterThan(0.2);
    expect(shown.gasM3).toBeGreaterThan(0.05);
    for (const [address, value] of [
      [56, shown.coolantCelsius * 10],
      [57, shown.preheatCelsius * 10],
      [58, shown.interpassCelsius * 10],
      [59, shown.holdDownKn * 100],
      [68, shown.interventions],
      [69, shown.rangeShare * 10_000],
    ] as const) {
      expect(header.readInt16BE(2 * address), String(address)).toBe(Math.round(value));
    }
    expect(header.readUInt32BE(132)).toBe(shown.corrections);
    expect(header.toString('latin1', 144, 160)).toBe('JO-20230621-001'.padEnd(16, '\0'));
    expect(header.toString('latin1', 160, 176)).toBe('GAS-0001'.padEnd(16, '\0'));
    expect(header.readUInt16BE(176)).toBe(50);
    expect(header.toString('latin1', 178, 194)).toBe('WPS-DEMO-01'.padEnd(16, '\0'));
    expect(header.subarray(194).equals(Buffer.alloc(6))).toBe(true);
  });

  it('has the leg of the bead of each torch from 5000 on, and none without a weld', () => {
    const { line, image } = createWelding();
    const beads = registers(image, 5000, 20);
    for (const [index, { beadLegMm }] of line.torches.entries()) {
      expect(beadLegMm).toBeGreaterThan(3.8);
      expect(beads.readUInt16BE(2 * index)).toBe(Math.round(beadLegMm * 1000));
    }
    const idle = new WeldingLine({ seed: 2023, startMs: 0, panelLengthMm: 18_000 });
    expect(registers(new PlcImage(idle), 5000, 20).readUInt16BE(0)).toBe(0xffff);
  });

  it('has 24 registers a torch from 1000 on, five torches in one read', () => {
    const { line, image } = createWelding();
    for (let group = 0; group < 4; group += 1) {
      const block = registers(image, 1000 + 120 * group, 120);
      for (let member = 0; member < 5; member += 1) {
        const torch = line.torches[5 * group + member];
        if (torch === undefined) throw new Error('no torch');
        const base = 48 * member;
        expect(block.readUInt16BE(base)).toBe(0b1_0010_1111);
        expect(block.readUInt16BE(base + 2)).toBe(0);
        const floats = [
          torch.currentA,
          torch.voltageV,
          torch.wireFeedMPerMin,
          torch.gasFlowLPerMin,
          torch.offsetYMm,
          torch.offsetZMm,
          torch.gapMm,
        ];
        for (const [index, value] of floats.entries()) {
          expect(block.readFloatBE(base + 4 + 4 * index)).toBe(Math.fround(value));
        }
        expect(block.readUInt16BE(base + 32)).toBe(Math.round(torch.confidence * 10_000));
        expect(block.readInt16BE(base + 34)).toBe(Math.round(torch.nozzleCelsius * 10));
        expect(block.readUInt32BE(base + 36)).toBe(Math.floor(torch.arcOnSeconds));
        expect(block.readFloatBE(base + 40)).toBe(Math.fround(torch.energyWh));
        expect(block.readFloatBE(base + 44)).toBe(Math.fround(torch.arcPowerW));
      }
    }
  });

  it('has 24 more registers a torch from 4000 on', () => {
    const { line, image } = createWelding();
    for (const [index, torch] of line.torches.entries()) {
      const block = registers(image, 4000 + 24 * index, 24);
      const floats = [
        ...[torch.wireMotorA, torch.backPressureMbar, torch.rmsCurrentA, torch.pulseHz],
        ...[torch.peakA, torch.baseA, torch.shortsPerSecond, torch.stickOutMm],
        ...[torch.slideYMm, torch.spoolKg, torch.tipHours],
      ];
      for (const [place, value] of floats.entries()) {
        expect(block.readFloatBE(4 * place)).toBe(Math.fround(value));
      }
      expect(block.readUInt16BE(44)).toBe(torch.spoolNumber);
      expect(block.readUInt16BE(46)).toBe(torch.corrections);
    }
    expect(registers(image, 4000, 120).readFloatBE(0)).toBeCloseTo(1.6, 0);
  });

  it('shows whole numbers of sensors that give none as 7FFF, and too large ones as the largest', () => {
    const { line, image } = createWelding();
    const [torch] = line.torches;
    if (torch === undefined) throw new Error('no torch');
    torch.nozzleCelsius = Number.NaN;
    torch.confidence = 90;
    torch.currentA = Number.NaN;
    image.update();
    const block = registers(image, 1000, 24);
    expect(block.readInt16BE(34)).toBe(0x7fff);
    expect(block.readUInt16BE(32)).toBe(0xffff);
    expect(block.readFloatBE(4)).toBeNaN();
  });

  it('has the profile at 2000 to 2015 between two equal sequence numbers', () => {
    const { line, image } = createWelding();
    const block = registers(image, 2000, 16);
    expect(block.readUInt16BE(0)).toBe(line.profile.sequence);
    expect(block.readUInt16BE(30)).toBe(line.profile.sequence);
    expect(line.profile.sequence).toBe(4);
    expect(block.readFloatBE(2)).toBe(200);
    for (const [index, height] of line.profile.zMm.entries()) {
      expect(block.readInt16BE(6 + 2 * index)).toBe(Math.round(height * 100));
    }
  });

  it('has nothing in the gaps and no command area', () => {
    const { image } = createWelding();
    for (const [address, quantity] of [
      [99, 2],
      [100, 1],
      [999, 1],
      [1479, 2],
      [1480, 1],
      [2016, 1],
      [3000, 1],
      [3999, 1],
      [4480, 1],
    ] as const) {
      expect(image.holding.read(address, quantity)).toBeUndefined();
    }
  });

  it('raises alarm bits of torches and their group', () => {
    const { line, image } = createWelding();
    for (const id of ['F02', 'B10']) {
      const inputs = line.torchInputs(id);
      if (inputs !== undefined) inputs.gasFlowSetpointLPerMin = 5;
    }
    line.advanceTo(startMs + 22_000);
    image.update();
    const header = registers(image, 0, 20);
    expect(header.readUInt16BE(20)).toBe(0b10);
    expect(header.readUInt16BE(22)).toBe(1 << 3);
    expect(header.readUInt16BE(24)).toBe(0b101);
    expect(registers(image, 1025, 1).readUInt16BE(0)).toBe(31);
    expect(registers(image, 1024, 1).readUInt16BE(0)).toBe(0b1_0011_0111);
  });
});
