import type { GatewayEvent } from '../../gateway/core/event.ts';
import type { LocalText } from '../../gateway/core/point.ts';

/** A card is somebody's: so much of its number is enough to tell two apart, and the rest is not kept. */
const shownCharacters = 3;
const leastHidden = 4;

/** The end of an id tag behind `…`; of a short one nothing but that. */
export const maskIdTag = (idTag: string): string =>
  idTag.length >= shownCharacters + leastHidden ? `…${idTag.slice(-shownCharacters)}` : '…';

const longestSaid = 100;
const said = (text: string): string => text.slice(0, longestSaid);

export type Place = {
  readonly identity: string;
  readonly connector: number;
  /** `area/line/equipment`. */
  readonly subject: string;
};

const at = ({ identity, connector }: Place) => ({ chargePoint: identity, connector });

export const sessionStarted = (
  place: Place,
  session: {
    readonly idTag: string;
    readonly transactionId: number;
    readonly meterStartWh: number;
    readonly timeMs: number;
  },
): GatewayEvent => {
  const idTag = maskIdTag(session.idTag);
  const { transactionId, meterStartWh, timeMs } = session;
  return {
    code: 'charging-started',
    severity: 'info',
    subject: place.subject,
    text: {
      en: `Charging session started at ${place.subject} with card ${idTag}`,
      zh: `${place.subject} 开始充电，卡号 ${idTag}`,
    },
    details: { ...at(place), idTag, transactionId, meterStartWh, timeMs },
  };
};

export const sessionEnded = (
  place: Place,
  session: {
    readonly idTag: string | undefined;
    readonly transactionId: number;
    readonly meterStopWh: number;
    /** Undefined where the start is not known. */
    readonly energyWh: number | undefined;
    readonly reason: string;
    readonly timeMs: number;
  },
): GatewayEvent => {
  const { transactionId, meterStopWh, energyWh, timeMs } = session;
  const reason = said(session.reason);
  const kilowattHours = energyWh === undefined ? undefined : (energyWh / 1000).toFixed(2);
  const amount: LocalText =
    kilowattHours === undefined
      ? { en: 'its start is not known', zh: '起始读数未知' }
      : { en: `${kilowattHours} kWh`, zh: `${kilowattHours} kWh` };
  return {
    code: 'charging-ended',
    severity: 'info',
    subject: place.subject,
    text: {
      en: `Charging session ended at ${place.subject}: ${amount.en} (${reason})`,
      zh: `${place.subject} 充电结束：${amount.zh}（${reason}）`,
    },
    details: {
      ...{ ...at(place), transactionId, meterStopWh, reason, timeMs },
      ...(energyWh === undefined ? {} : { energyWh }),
      ...(session.idTag === undefined ? {} : { idTag: maskIdTag(session.idTag) }),
    },
  };
};

export const chargerFault = (
  place: Place,
  fault: { readonly errorCode: string; readonly vendorErrorCode: string; readonly info: string },
): GatewayEvent => {
  const errorCode = said(fault.errorCode);
  const more = [fault.vendorErrorCode, fault.info].filter((text) => text !== '').map(said);
  const words = [errorCode, ...more].join(', ');
  return {
    code: 'charger-fault',
    severity: 'error',
    subject: place.subject,
    text: {
      en: `Fault of the charger at ${place.subject}: ${words}`,
      zh: `${place.subject} 充电桩故障：${words}`,
    },
    details: { ...at(place), errorCode, vendorErrorCode: said(fault.vendorErrorCode) },
  };
};

export const chargerFaultCleared = (place: Place): GatewayEvent => ({
  code: 'charger-fault-cleared',
  severity: 'info',
  subject: place.subject,
  text: {
    en: `The fault of the charger at ${place.subject} is over`,
    zh: `${place.subject} 充电桩故障已解除`,
  },
  details: at(place),
});

export const chargerBooted = (
  subject: string,
  boot: { readonly vendor: string; readonly model: string; readonly firmware: string },
): GatewayEvent => {
  const name = [boot.vendor, boot.model, boot.firmware].map(said).filter((text) => text !== '');
  return {
    code: 'charger-booted',
    severity: 'info',
    subject,
    text: {
      en: `Charge point ${subject} has started (${name.join(', ')})`,
      zh: `充电桩 ${subject} 已启动（${name.join('，')}）`,
    },
  };
};

export const stopUnattributed = (subject: string, transactionId: number): GatewayEvent => ({
  code: 'charging-unattributed',
  severity: 'warning',
  subject,
  text: {
    en: `Charge point ${subject} ended session ${transactionId}, which was not begun here: its connector is not known, its reading is left out`,
    zh: `充电桩 ${subject} 结束了并非在此开始的会话 ${transactionId}：无法确定其枪口，未采用其读数`,
  },
  details: { transactionId },
});

export type Refusal = 'unknown' | 'password' | 'subprotocol';

const refusalWords: Readonly<Record<Refusal, LocalText>> = {
  unknown: { en: 'is not in the configuration', zh: '未在配置中' },
  password: { en: 'did not show its password', zh: '口令不符' },
  subprotocol: { en: 'does not offer ocpp1.6', zh: '不支持 ocpp1.6' },
};

export const chargerRefused = (
  source: string,
  refused: { readonly identity: string; readonly from: string; readonly refusal: Refusal },
): GatewayEvent => {
  const identity = JSON.stringify(refused.identity.slice(0, 48));
  const { from, refusal } = refused;
  return {
    code: 'charger-refused',
    severity: 'warning',
    subject: source,
    text: {
      en: `Source ${source} refused charge point ${identity} from ${from}: it ${refusalWords[refusal].en}`,
      zh: `数据源 ${source} 拒绝了来自 ${from} 的充电桩 ${identity}：${refusalWords[refusal].zh}`,
    },
    details: { identity: refused.identity.slice(0, 48), from, reason: refusal },
  };
};
