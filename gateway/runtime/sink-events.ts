import type { ErrorCode } from '../core/error.ts';
import type { GatewayEvent } from '../core/event.ts';
import type { LocalText } from '../core/point.ts';
import type { DeliveryReceipt } from '../journal/contract.ts';

export const sinkLostEvent = (
  sinkId: string,
  reason: LocalText,
  code: ErrorCode | undefined,
): GatewayEvent => ({
  code: 'sink-lost',
  severity: 'warning',
  subject: sinkId,
  text: {
    en: `Sink ${sinkId} does not take data, which waits in the journal: ${reason.en}`,
    zh: `输出 ${sinkId} 无法接收数据，数据保存在日志中等待：${reason.zh}`,
  },
  ...(code === undefined ? {} : { details: { code } }),
});

export const sinkRestoredEvent = (sinkId: string): GatewayEvent => ({
  code: 'sink-restored',
  severity: 'info',
  subject: sinkId,
  text: { en: `Sink ${sinkId} takes data again`, zh: `输出 ${sinkId} 已恢复接收数据` },
});

export const receiptEvent = (receipt: DeliveryReceipt): GatewayEvent => {
  const { sinkId, buffered, delivered, quarantined, lost, resent } = receipt;
  return {
    code: 'outage-receipt',
    severity: lost > 0 ? 'warning' : 'info',
    subject: sinkId,
    text: {
      en: `Sink ${sinkId} has what waited: ${buffered} entries buffered, ${delivered} delivered, ${resent} of them sent more than once, ${quarantined} in quarantine, ${lost} lost`,
      zh: `输出 ${sinkId} 补传完成：缓存 ${buffered} 条，送达 ${delivered} 条，其中 ${resent} 条发送不止一次，隔离 ${quarantined} 条，丢失 ${lost} 条`,
    },
    details: { ...receipt },
  };
};
