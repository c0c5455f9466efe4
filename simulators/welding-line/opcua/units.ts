import type { Signal, SignalShape, Unit } from '../../wire/opcua/signal.ts';

/** Root of all NodeIds of the machine. */
export const machineId = 'MPM01';

export const units = {
  ampere: { code: 'AMP', symbol: 'A', name: 'ampere' },
  volt: { code: 'VLT', symbol: 'V', name: 'volt' },
  watt: { code: 'WTT', symbol: 'W', name: 'watt' },
  wattHour: { code: 'WHR', symbol: 'W·h', name: 'watt hour' },
  metrePerMinute: { code: '2X', symbol: 'm/min', name: 'metre per minute' },
  litrePerMinute: { code: 'L2', symbol: 'L/min', name: 'litre per minute' },
  millimetre: { code: 'MMT', symbol: 'mm', name: 'millimetre' },
  celsius: { code: 'CEL', symbol: '°C', name: 'degree Celsius' },
  bar: { code: 'BAR', symbol: 'bar', name: 'bar' },
  pascal: { code: 'PAL', symbol: 'Pa', name: 'pascal' },
  millibar: { code: 'MBR', symbol: 'mbar', name: 'millibar' },
  hertz: { code: 'HTZ', symbol: 'Hz', name: 'hertz' },
  hour: { code: 'HUR', symbol: 'h', name: 'hour' },
  kilogram: { code: 'KGM', symbol: 'kg', name: 'kilogram' },
  cubicMetre: { code: 'MTQ', symbol: 'm³', name: 'cubic metre' },
  cubicMetrePerHour: { code: 'MQH', symbol: 'm³/h', name: 'cubic metre per hour' },
  kilonewton: { code: 'B47', symbol: 'kN', name: 'kilonewton' },
  one: { code: 'C62', symbol: '1', name: 'one' },
  kilojoulePerMillimetre: { symbol: 'kJ/mm', name: 'kilojoule per millimetre' },
} satisfies Record<string, Unit>;

export const analog = (unit: Unit, low: number, high: number): SignalShape => ({
  kind: 'analog',
  dataType: 'Float',
  unit,
  range: { low, high },
});

/** The signals of one object of the address space. */
export type SignalGroup = {
  /** NodeId of the object. */
  readonly id: string;
  readonly browseName: string;
  readonly signals: readonly Signal[];
};
