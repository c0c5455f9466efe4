import type { EventSeverity, GatewayEvent } from '../../../gateway/core/event.ts';
import { epochMs } from '../sample-time.ts';
import type { Plain } from './structure.ts';

/** What is asked of every event (OPC UA Part 5 §6.4, Part 9 §5); fields that a type has not come as null. */
export const eventFields = [
  ...['EventType', 'SourceName', 'Time', 'Message', 'Severity', 'ConditionName'],
  ...['ActiveState.Id', 'AckedState.Id', 'SuppressedOrShelved'],
] as const;
export type EventField = (typeof eventFields)[number];

/** Of OPC 40001-101, in its namespace; asked for where the server has it. */
export const resultField = 'Result';
export const resultNamespaceUri = 'http://opcfoundation.org/UA/Machinery/Result/';

export type EventRow = Readonly<Record<EventField, Plain>>;

export type MachineEventOptions = {
  /** `area/line`. */
  readonly place: string;
  /** Equipment of the line whose name is this, in whatever case; undefined where there is none. */
  equipmentOf(name: string): string | undefined;
  trusted(deviceMs: number): number;
};

/** Severities of OPC UA go to 1000; from here on they are medium, and high (Part 9 §5.5.2 leaves it to the server). */
const mediumFrom = 334;
const highFrom = 667;

const severityOf = (severity: number): EventSeverity =>
  severity >= highFrom ? 'error' : severity >= mediumFrom ? 'warning' : 'info';

const textOf = (value: Plain): string => (typeof value === 'string' ? value : '');
const flagOf = (value: Plain): boolean | undefined =>
  typeof value === 'boolean' ? value : undefined;

/** A machine may say anything at any length. */
const mostText = 300;

/** Turns events of one machine into those of the gateway. */
export class MachineEvents {
  readonly #options: MachineEventOptions;
  /** By condition: whether it was active when it was last heard of. */
  readonly #active = new Map<string, boolean>();

  constructor(options: MachineEventOptions) {
    this.#options = options;
  }

  /** `evaluation` is that of the result in it, if there is one. */
  eventOf(row: EventRow, evaluation?: string): GatewayEvent {
    const condition = textOf(row.ConditionName);
    const isActive = flagOf(row['ActiveState.Id']);
    const severity = typeof row.Severity === 'number' ? row.Severity : 0;
    const name = condition === '' ? textOf(row.SourceName) : condition;
    const equipment = this.#options.equipmentOf(name);
    const { place, trusted } = this.#options;
    const code =
      isActive !== undefined && condition !== ''
        ? this.#alarmCode(`${textOf(row.SourceName)}/${condition}`, isActive)
        : evaluation === undefined
          ? 'machine-event'
          : 'machine-result';
    const deviceMs = row.Time instanceof Date ? epochMs(row.Time) : Number.NaN;
    return {
      code,
      severity: code === 'machine-alarm-cleared' ? 'info' : severityOf(severity),
      subject: equipment === undefined ? place : `${place}/${equipment}`,
      text: wordsOf(code, { name, message: textOf(row.Message).slice(0, mostText) }),
      details: {
        ...{ name, severity, timeMs: trusted(deviceMs) },
        ...(isActive === undefined ? {} : { active: isActive }),
        ...detail('acknowledged', row['AckedState.Id']),
        ...detail('suppressedOrShelved', row.SuppressedOrShelved),
        ...(evaluation === undefined ? {} : { evaluation }),
      },
    };
  }

  #alarmCode(condition: string, isActive: boolean): string {
    const before = this.#active.get(condition);
    this.#active.set(condition, isActive);
    if (before === isActive) return 'machine-alarm-changed';
    // The first word of a condition that is not active: it was acknowledged, shelved or put back.
    if (before === undefined && !isActive) return 'machine-alarm-changed';
    return isActive ? 'machine-alarm' : 'machine-alarm-cleared';
  }
}

const detail = (name: string, value: Plain) => {
  const flag = flagOf(value);
  return flag === undefined ? {} : { [name]: flag };
};

const wordsOf = (
  code: string,
  { name, message }: { readonly name: string; readonly message: string },
): GatewayEvent['text'] => {
  const said = message === '' ? name : message;
  switch (code) {
    case 'machine-alarm':
      return { en: `Alarm of the machine, ${name}: ${said}`, zh: `设备报警 ${name}：${said}` };
    case 'machine-alarm-cleared':
      return {
        en: `Alarm of the machine is over, ${name}: ${said}`,
        zh: `设备报警已解除 ${name}：${said}`,
      };
    case 'machine-alarm-changed':
      return {
        en: `Alarm of the machine was handled there, ${name}: ${said}`,
        zh: `设备报警状态已在设备侧变更 ${name}：${said}`,
      };
    case 'machine-result':
      return { en: `Result of the machine: ${said}`, zh: `设备判定结果：${said}` };
    default:
      return { en: `The machine says: ${said}`, zh: `设备消息：${said}` };
  }
};
