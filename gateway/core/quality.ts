/**
 * OPC UA StatusCodes (OPC UA Part 4 §7.39, Part 6 Annex A): the quality of every sample is one 32-bit code, end to end.
 * The two topmost bits are the severity: 00 good, 01 uncertain, 10 bad; 11 is reserved by the standard.
 */
export type StatusCode = number;

export const statusCodes = {
  good: 0x0000_0000,
  uncertain: 0x4000_0000,
  uncertainNoCommunicationLastUsableValue: 0x408f_0000,
  uncertainLastUsableValue: 0x4090_0000,
  uncertainSensorNotAccurate: 0x4093_0000,
  uncertainEngineeringUnitsExceeded: 0x4094_0000,
  uncertainSubNormal: 0x4095_0000,
  bad: 0x8000_0000,
  badResourceUnavailable: 0x8004_0000,
  badCommunicationError: 0x8005_0000,
  badDecodingError: 0x8007_0000,
  badTimeout: 0x800a_0000,
  badInvalidTimestamp: 0x8023_0000,
  badNoCommunication: 0x8031_0000,
  badWaitingForInitialData: 0x8032_0000,
  badNodeIdInvalid: 0x8033_0000,
  badNodeIdUnknown: 0x8034_0000,
  badOutOfRange: 0x803c_0000,
  badNotSupported: 0x803d_0000,
  badTypeMismatch: 0x8074_0000,
  badConfigurationError: 0x8089_0000,
  badNotConnected: 0x808a_0000,
  badDeviceFailure: 0x808b_0000,
  badSensorFailure: 0x808c_0000,
  badNoData: 0x809b_0000,
  badDataUnavailable: 0x809e_0000,
} as const;

/**
 * Marks a channel for which its frame says nothing. It lies in the reserved severity, so no device can send it, and it
 * never leaves the gateway: sinks skip absent channels, operators keep their state.
 */
export const absentStatus: StatusCode = 0xffff_ffff;

const severityShift = 30;

export const isGood = (status: StatusCode): boolean => status >>> severityShift === 0;
export const isUncertain = (status: StatusCode): boolean => status >>> severityShift === 1;
export const isBad = (status: StatusCode): boolean => status >>> severityShift === 2;

/** Severity and sub-code, without the info bits (OPC UA Part 4 §7.39.1). */
const lastUsable = statusCodes.uncertainLastUsableValue >>> 16;
const noCommunicationLastUsable = statusCodes.uncertainNoCommunicationLastUsableValue >>> 16;

/** An old value that stands in for one that does not come: it may be shown, but nothing was measured. */
export const isLastUsable = (status: StatusCode): boolean => {
  const code = status >>> 16;
  return code === lastUsable || code === noCommunicationLastUsable;
};

/** The worse of two codes by severity; of two with the same severity, the first. Absent is not a severity: do not pass it. */
export const worseStatus = (a: StatusCode, b: StatusCode): StatusCode =>
  b >>> severityShift > a >>> severityShift ? b : a;

export type QualityName = 'good' | 'uncertain' | 'bad' | 'absent';

export const qualityName = (status: StatusCode): QualityName => {
  const names = ['good', 'uncertain', 'bad', 'absent'] as const;
  return names[status >>> severityShift] ?? 'absent';
};

const symbolByCode = new Map<number, string>(
  Object.entries(statusCodes).map(([name, code]) => [code, name[0]?.toUpperCase() + name.slice(1)]),
);

/** The OPC UA symbol of a code (`BadTimeout`); a code without one here is written in hexadecimal. */
export const statusSymbol = (status: StatusCode): string =>
  symbolByCode.get(status) ?? `0x${status.toString(16).padStart(8, '0').toUpperCase()}`;
