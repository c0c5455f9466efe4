import type { LocalText } from '../../../core/point.ts';
import type { CellTemperatureMethod } from './parameters.ts';

/** °C by nominal operating cell temperature (NOCT, °C at 800 W/m2 and air of 20 °C), from air in °C and irradiance in W/m2. */
export const cellByNoct = (ambientC: number, wm2: number, noctC: number): number =>
  ambientC + ((noctC - 20) / 800) * wm2;

/** °C by Faiman's model; `lossWm2K` is what each square metre gives off for each kelvin: u0 + u1 * wind in m/s. */
export const cellByFaiman = (ambientC: number, wm2: number, lossWm2K: number): number =>
  ambientC + wm2 / lossWm2K;

/** Names of the inputs that a method needs beside the irradiance. */
export const temperatureInputs = ({ method }: CellTemperatureMethod): readonly string[] => {
  if (method === 'none') return [];
  if (method === 'module') return ['moduleTemperature'];
  return method === 'noct' ? ['ambientTemperature'] : ['ambientTemperature', 'windSpeed'];
};

/** How a method has the temperature, as it stands behind a formula. */
export const temperatureText = (chosen: CellTemperatureMethod): LocalText => {
  switch (chosen.method) {
    case 'module':
      return { en: 'T = measured at the module', zh: 'T = 实测组件温度' };
    case 'none':
      return { en: 'T not known', zh: 'T 未知' };
    case 'noct':
      return {
        en: `T = Ta + (NOCT - 20) / 800 * G, NOCT = ${chosen.noctC} degC`,
        zh: `T = Ta + (NOCT - 20) / 800 * G，NOCT = ${chosen.noctC} ℃`,
      };
    case 'faiman':
      return {
        en: `T = Ta + G / (${chosen.u0} + ${chosen.u1} * v) (Faiman)`,
        zh: `T = Ta + G / (${chosen.u0} + ${chosen.u1} * v)（Faiman 模型）`,
      };
  }
};
