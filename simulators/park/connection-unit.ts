import type { ModbusUnit } from '../wire/modbus-server.ts';
import { type RegisterBlock, SparseImage } from '../wire/register-image.ts';
import type { ParkView } from './park-view.ts';
import { amountOf, quantity } from './quantities.ts';
import { RenderedImage } from './sunspec/image.ts';
import { tariffNumber, tariffPeriodAt } from './tariff.ts';

/** Input registers of the controller at the grid connection; 32-bit values have the high word first. */
const address = {
  phase: 0,
  breaker: 1,
  gridHz: 2,
  gridVoltage: 3,
  busHz: 4,
  busVoltage: 5,
  islandSeconds: 6,
  islandings: 8,
  blackStarts: 10,
  islandServedWh: 12,
  unservedWh: 14,
  tariffPeriod: 16,
  pvLimit: 17,
} as const;
const block: RegisterBlock = [0, 18];

const noFrequency = 0xffff;
const hundredths = (hertz: number | undefined): number =>
  hertz === undefined ? noFrequency : Math.round(hertz * 100);

/** The controller that opens and closes the breaker to the grid. */
export const connectionUnit = (view: ParkView): ModbusUnit => {
  const image = new SparseImage([block]);
  const render = (): void => {
    const { moment, supply, totalWh } = view;
    const { connection, inputs } = moment;
    image.setU16(address.phase, connection.phase);
    image.setU16(address.breaker, connection.isClosed ? 1 : 0);
    image.setU16(address.gridHz, hundredths(supply.grid.frequencyHz));
    image.setU16(address.gridVoltage, Math.round(supply.grid.voltageShare * 1000));
    image.setU16(address.busHz, hundredths(supply.frequencyHz));
    image.setU16(address.busVoltage, Math.round(supply.voltageShare * 1000));
    // A state that holds counts thousandths of an hour.
    const islandSeconds = amountOf(totalWh, quantity.islandTime) * 3.6;
    image.setU32(address.islandSeconds, Math.round(islandSeconds));
    image.setU32(address.islandings, inputs.islandings);
    image.setU32(address.blackStarts, inputs.blackStarts);
    image.setU32(address.islandServedWh, Math.floor(amountOf(totalWh, quantity.islandServed)));
    image.setU32(address.unservedWh, Math.floor(amountOf(totalWh, quantity.unserved)));
    image.setU16(address.tariffPeriod, tariffNumber[tariffPeriodAt(moment.minuteOfDay / 60)]);
    image.setU16(address.pvLimit, Math.round(inputs.pvLimitShare * 1000));
  };
  return { input: new RenderedImage(image, [{ block, render }], view.version) };
};
