import type { ModbusUnit } from './modbus-server.ts';
import type { BitImage, RegisterImage } from './register-image.ts';
