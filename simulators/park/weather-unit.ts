import type { ModbusUnit } from '../wire/modbus-server.ts';
import { serialNumberPlace } from './inverter-unit.ts';
import type { ParkView } from './park-view.ts';
import { cellTemperatureC } from './pv-plant.ts';
import { amountOf } from './quantities.ts';
import type { SensorFaults } from './sensor-faults.ts';
import { servedModel, sunSpecDevice } from './sunspec/image.ts';
import { scaled } from './sunspec/model-writer.ts';
import { irradiance302, meteorology307, moduleTemperature303 } from './sunspec/weather-models.ts';
import type { Weather } from './weather.ts';

/** Roofs with a weather station. */
export const stationRoofs = [0, 3] as const;
export const firstStationUnit = 101;

export type StationReading = {
  readonly ghiWm2: number;
  readonly poaWm2: number;
  readonly moduleC: number;
  readonly ambientC: number;
  readonly windMPerS: number;
};

export type StationOptions = {
  readonly view: ParkView;
  readonly weather: Weather;
  readonly faults: SensorFaults;
  /** 0 is the first. */
  readonly station: number;
};

/** What a station shows: both irradiances drift together, because dirt lies on both of its sensors. */
export const stationReading = ({
  view,
  weather,
  faults,
  station,
}: StationOptions): StationReading => {
  const { moment } = view;
  const poaWm2 = amountOf(moment.poaWm2, stationRoofs[station] as number);
  const factor = faults.irradianceFactor(station, view.nowMs);
  return {
    ghiWm2: moment.ghiWm2 * factor,
    poaWm2: poaWm2 * factor,
    moduleC: cellTemperatureC(moment.ambientC, poaWm2),
    ambientC: moment.ambientC,
    windMPerS: weather.windOf(moment.day).speedMPerS,
  };
};

/** A weather station as a SunSpec device: models 302, 303 and 307. */
export const weatherUnit = (options: StationOptions): ModbusUnit => {
  const { view, station } = options;
  const read = (): StationReading => stationReading(options);
  const unitId = firstStationUnit + station;
  return {
    holding: sunSpecDevice({
      identity: { model: 'WS-1', serialNumber: `SIM-WEATHER-${station + 1}`, unitId },
      version: view.version,
      models: [
        servedModel(irradiance302, (writer) => () => {
          const { ghiWm2, poaWm2 } = read();
          writer.setAll({ GHI: ghiWm2, POAI: poaWm2 });
        }),
        servedModel(moduleTemperature303, (writer) => () => {
          writer.setAll({ TmpBOM: scaled(read().moduleC, -1) });
        }),
        servedModel(meteorology307, (writer) => () => {
          const { ambientC, windMPerS } = read();
          writer.setAll({ TmpAmb: scaled(ambientC, -1), WndSpd: windMPerS });
        }),
      ],
    }),
    layout: { table: 'holding', counters: [], alive: [], serialNumber: serialNumberPlace },
  };
};
