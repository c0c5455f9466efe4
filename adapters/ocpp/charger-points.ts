import type { ChannelSpec, LocalText } from '../../gateway/core/point.ts';

/**
 * Numbers of `status`. The first five are those of the chargers that are read over Modbus, so that a KPI over both needs no
 * translation.
 */
export const statusNumbers: ReadonlyMap<string, number> = new Map([
  ['Available', 0],
  ['Preparing', 1],
  ['Charging', 2],
  ['Finishing', 3],
  ['Faulted', 4],
  ['SuspendedEVSE', 5],
  ['SuspendedEV', 6],
  ['Reserved', 7],
  ['Unavailable', 8],
]);

/** In these a connector delivers nothing (OCPP 1.6 §4.9). A suspended vehicle may still draw a little. */
export const isWithoutPower = (status: string): boolean =>
  status !== 'Charging' && !status.startsWith('Suspended');

const statusLabels: Readonly<Record<string, LocalText>> = {
  0: { en: 'available', zh: '空闲' },
  1: { en: 'preparing', zh: '准备中' },
  2: { en: 'charging', zh: '充电中' },
  3: { en: 'finishing', zh: '结束中' },
  4: { en: 'faulted', zh: '故障' },
  5: { en: 'suspended by the charger', zh: '充电桩暂停' },
  6: { en: 'suspended by the vehicle', zh: '车辆暂停' },
  7: { en: 'reserved', zh: '已预约' },
  8: { en: 'unavailable', zh: '不可用' },
};

/** `ChargePointErrorCode` (OCPP 1.6 §7.6), in the order of `errorNumbers`. */
const errors: readonly (readonly [string, LocalText])[] = [
  ['NoError', { en: 'none', zh: '无' }],
  ['ConnectorLockFailure', { en: 'connector lock', zh: '枪锁故障' }],
  ['EVCommunicationError', { en: 'communication with the vehicle', zh: '车辆通信故障' }],
  ['GroundFailure', { en: 'ground fault', zh: '接地故障' }],
  ['HighTemperature', { en: 'too hot', zh: '温度过高' }],
  ['InternalError', { en: 'internal error', zh: '内部错误' }],
  ['LocalListConflict', { en: 'conflict of the local list', zh: '本地名单冲突' }],
  ['OtherError', { en: 'other', zh: '其他' }],
  ['OverCurrentFailure', { en: 'overcurrent', zh: '过流' }],
  ['OverVoltage', { en: 'overvoltage', zh: '过压' }],
  ['PowerMeterFailure', { en: 'meter', zh: '电表故障' }],
  ['PowerSwitchFailure', { en: 'power switch', zh: '功率开关故障' }],
  ['ReaderFailure', { en: 'card reader', zh: '读卡器故障' }],
  ['ResetFailure', { en: 'reset', zh: '复位失败' }],
  ['UnderVoltage', { en: 'undervoltage', zh: '欠压' }],
  ['WeakSignal', { en: 'weak signal', zh: '信号弱' }],
];

export const errorNumbers: ReadonlyMap<string, number> = new Map(
  errors.map(([name], number) => [name, number]),
);

/** Group `state`: what is so until the charge point says otherwise. */
export const stateChannels = [
  {
    point: 'status',
    kind: 'enum',
    unit: '1',
    description: { en: 'Status', zh: '状态' },
    labels: statusLabels,
  },
  {
    point: 'error',
    kind: 'enum',
    unit: '1',
    description: { en: 'Error', zh: '错误' },
    labels: Object.fromEntries(errors.map(([, label], number) => [number, label])),
  },
  {
    point: 'transactionActive',
    kind: 'boolean',
    unit: '1',
    description: { en: 'A session is running', zh: '充电会话进行中' },
  },
  {
    point: 'online',
    kind: 'boolean',
    unit: '1',
    description: { en: 'Heard of within the time that was agreed', zh: '在约定时间内有通信' },
  },
] as const satisfies readonly ChannelSpec[];

/** Group `meter`: what was measured, at the time of the device. */
export const meterChannels = [
  {
    point: 'energyTotal',
    kind: 'counter',
    unit: 'Wh',
    description: { en: 'Energy delivered', zh: '累计充电量' },
    // Of 1 MW, with room.
    maximumRatePerSecond: 1000,
    minimum: 0,
    decimals: 0,
  },
  {
    point: 'sessionEnergy',
    kind: 'number',
    unit: 'Wh',
    description: { en: 'Energy of this session', zh: '本次充电量' },
    minimum: 0,
    decimals: 0,
  },
  {
    point: 'power',
    kind: 'number',
    unit: 'W',
    description: { en: 'Charging power', zh: '充电功率' },
    maximum: 1_000_000,
    deadband: 50,
    decimals: 0,
  },
  {
    point: 'current',
    kind: 'number',
    unit: 'A',
    description: { en: 'Charging current, of the phase with the most', zh: '充电电流（最大相）' },
    maximum: 2000,
    deadband: 0.1,
    decimals: 1,
  },
  {
    point: 'stateOfCharge',
    kind: 'number',
    unit: '%',
    description: { en: 'State of charge of the vehicle', zh: '车辆荷电状态' },
    minimum: 0,
    maximum: 100,
    deadband: 0.5,
    decimals: 1,
  },
] as const satisfies readonly ChannelSpec[];

export type StatePoint = (typeof stateChannels)[number]['point'];
export type MeterPoint = (typeof meterChannels)[number]['point'];
